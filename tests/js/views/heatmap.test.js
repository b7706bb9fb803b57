import assert from "node:assert/strict";
import test from "node:test";
import { createAxis } from "../../../static/js/axis.js";
import { createGrid } from "../../../static/js/views/cells.js";
import { heatmapFrames, overflowStep, stripHeight } from "../../../static/js/views/heatmap.js";

const axisOf = (/** @type {number} */ T, width = 868) => createAxis({ width, T, narrow: false, fit: true });

test("the hidden strip is 88 px for 8 units and never more than 100", () => {
  assert.deepEqual([1, 4, 8, 32, 48, 64].map(stripHeight), [22, 88, 88, 100, 100, 100]);
});

test("pointing at a unit frames its cell, row and column; at a step, its column", () => {
  const grid = createGrid(axisOf(10), 8, 88);
  const kinds = (/** @type {import("../../../static/js/parts.js").Part | null} */ part) => heatmapFrames(part, grid).map(({ kind }) => kind);
  assert.deepEqual(kinds({ kind: "unit", t: 6, i: 4 }), ["row", "column", "cell"]);
  assert.deepEqual(heatmapFrames({ kind: "unit", t: 6, i: 4 }, grid)[2].box, grid.box(6, 5));
  assert.deepEqual(kinds({ kind: "h", t: 6 }), ["cell"]);
  assert.deepEqual(heatmapFrames({ kind: "step", t: 6 }, grid)[0].box, grid.span(6, 6, 1, 8));
  assert.deepEqual(kinds({ kind: "W", t: 6 }), []);
  assert.deepEqual(kinds(null), []);
});

test("the first step with a state that is not a number is the one that overflows", () => {
  const rows = (/** @type {number[][]} */ h) => /** @type {any} */ ({ h: h.map((row) => Float64Array.from(row)) });
  assert.equal(overflowStep(rows([[1, 2], [3, NaN], [NaN, NaN]])), 2);
  assert.equal(overflowStep(rows([[1, 2]])), Infinity);
});
