import assert from "node:assert/strict";
import test from "node:test";
import { createAxis } from "../../../static/js/axis.js";
import { createGrid } from "../../../static/js/views/cells.js";
import { windowAt, windowEdge } from "../../../static/js/views/window.js";

const grid = createGrid(createAxis({ width: 168 + 40, T: 4, narrow: false, fit: true }), 4, 40);

test("columns and rows of ten pixels", () => assert.deepEqual([grid.axis.column, grid.pitch], [10, 10]));

test("the edge steps down one column a row, below the band that is kept", () => {
  assert.equal(windowEdge(grid, 1), "M0 10H10V20H20V30H30V40");
  assert.equal(windowEdge(grid, 3), "M0 30H10V40");
  assert.equal(windowEdge(grid, 4), "M0 30V40");
});

test("a point on the edge of a window, in any row, is that window", () => {
  for (const w of [1, 2, 3]) {
    for (let row = w + 1; row <= 4; row += 1) assert.equal(windowAt(grid, (row - w) * 10, row * 10 - 5), w);
  }
  assert.equal(windowAt(grid, 0, 35), 4);
});

test("beyond the triangle the window stays within 1 and T", () => {
  assert.equal(windowAt(grid, 400, 35), 1);
  assert.equal(windowAt(grid, -50, 400), 4);
  assert.equal(windowAt(grid, 40, 5), 1);
});
