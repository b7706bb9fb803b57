import assert from "node:assert/strict";
import test from "node:test";
import { createAxis } from "../../../static/js/axis.js";
import { setMessages } from "../../../static/js/i18n.js";
import { createGrid, triangleHeight } from "../../../static/js/views/cells.js";
import { cellAfter, cellSpeech, firstOverflow, freeHalf, isFilled, selectable, triangleFrames } from "../../../static/js/views/triangle.js";

const gridOf = (/** @type {number} */ T, { width = 868, narrow = false, fit = true } = {}) =>
  createGrid(createAxis({ width, T, narrow, fit }), T, triangleHeight(T, narrow));

/** @param {Partial<import("../../../static/js/trace.js").Trace>} [changes] @returns {any} */
const traceOf = (changes = {}) => ({
  T: 3, lossAt: "every", truncate: null, credit: { dh: [Float64Array.of(1), Float64Array.of(0.25, 0.5), Float64Array.of(0.015, 0.1, 0.98)] }, ...changes,
});
const state = (/** @type {"forward" | "backward"} */ pass, /** @type {number} */ at) => /** @type {any} */ ({ head: { pass, at }, reduced: false });

test("rows are 13.5 px at ten steps, thinner above, between 135 and 232 px together", () => {
  assert.deepEqual([1, 4, 10, 12, 50, 200].map((T) => triangleHeight(T, false)), [34, 135, 135, 162, 232, 232]);
  assert.equal(triangleHeight(10, true), 150);
  assert.deepEqual([130, 60, 0].map((room) => triangleHeight(10, false, room, true)), [130, 0.88 * 135, 135]);
  assert.deepEqual([[10, 100], [10, 300], [10, 900], [50, 900]].map(([T, room]) => triangleHeight(T, false, room)), [135, 300, 340, 480]);
});

test("the legend stands clear of every row down to its foot", () => {
  for (const T of [4, 10, 30, 60, 200]) {
    const grid = gridOf(T);
    const { left, width } = freeHalf(grid, 54, 752);
    const lowest = Math.min(T, Math.ceil(54 / grid.pitch));
    assert.ok(left >= lowest * grid.axis.column, `T = ${T}`);
    assert.ok(left + width <= 752, `T = ${T}`);
  }
});

test("a scrolled triangle puts its legend where the first screen shows it", () => {
  const grid = gridOf(200, { fit: false });
  assert.equal(grid.axis.whole, false);
  const { left, width } = freeHalf(grid, 54, 752);
  assert.ok(left + width <= 752);
});

test("a path frames its row and its cell; pointing adds the cell with row and column", () => {
  const grid = gridOf(10);
  const path = triangleFrames(null, { t: 9, k: 3 }, grid);
  assert.deepEqual(path.map(({ kind }) => kind), ["row", "cell"]);
  assert.deepEqual(path[1].box, grid.box(3, 9));
  const kinds = (/** @type {import("../../../static/js/parts.js").Part} */ part) => triangleFrames(part, null, grid).map(({ kind }) => kind);
  assert.deepEqual(kinds({ kind: "credit", t: 7, k: 4 }), ["row", "column", "cell"]);
  assert.deepEqual(kinds({ kind: "L", t: 7 }), ["cell"]);
  assert.deepEqual(triangleFrames({ kind: "L", t: 7 }, null, grid)[0].box, grid.span(1, 7, 7, 7));
  assert.deepEqual(triangleFrames({ kind: "h", t: 7 }, null, grid)[0].box, grid.span(7, 7, 7, 10));
  assert.deepEqual(kinds({ kind: "U", t: 7 }), []);
});

test("arrow keys stay within the triangle", () => {
  assert.deepEqual(cellAfter("ArrowUp", { t: 3, k: 3 }, 10), { t: 2, k: 2 });
  assert.deepEqual(cellAfter("ArrowRight", { t: 3, k: 3 }, 10), { t: 3, k: 3 });
  assert.deepEqual(cellAfter("ArrowDown", { t: 10, k: 3 }, 10), { t: 10, k: 3 });
  assert.deepEqual(cellAfter("ArrowLeft", { t: 5, k: 3 }, 10), { t: 5, k: 2 });
  assert.deepEqual(cellAfter("Home", { t: 5, k: 3 }, 10), { t: 5, k: 1 });
  assert.deepEqual(cellAfter("End", { t: 5, k: 3 }, 10), { t: 5, k: 5 });
  assert.equal(cellAfter("Tab", { t: 5, k: 3 }, 10), null);
});

test("a cell counts as filled once its column has come down to its row", () => {
  assert.equal(isFilled(state("backward", 1), 3, { t: 3, k: 3 }), true);
  assert.equal(isFilled(state("backward", 1), 3, { t: 3, k: 2 }), false);
  assert.equal(isFilled(state("forward", 3), 3, { t: 3, k: 3 }), false);
});

test("a cell is spoken with its norm and the share that is left of it", () => {
  setMessages({
    "triangle.cell": "{t},{k}: {norm}, {share} of {start}", "triangle.cellGrown": "{t},{k}: {norm}, {times} times {start}", "triangle.noLoss": "no loss", "triangle.cut": "cut",
    "triangle.pending": "pending", "triangle.overflow": "over",
  });
  const done = state("backward", 3);
  assert.equal(cellSpeech(traceOf(), done, { t: 3, k: 1 }), "3,1: 0.015, 1.5% of 0.98");
  assert.equal(cellSpeech(traceOf(), state("backward", 1), { t: 3, k: 1 }), "pending");
  assert.equal(cellSpeech(traceOf({ truncate: 2 }), done, { t: 3, k: 1 }), "cut");
  assert.equal(cellSpeech(traceOf({ lossAt: "last" }), done, { t: 2, k: 1 }), "no loss");
  const grown = [Float64Array.of(1), Float64Array.of(1, 1), Float64Array.of(4.865, 1, 0.5)];
  assert.equal(cellSpeech(traceOf({ credit: /** @type {any} */ ({ dh: grown }) }), done, { t: 3, k: 1 }), "3,1: 4.87, 9.73 times 0.50");
  const overflown = [Float64Array.of(1), Float64Array.of(1, 1), Float64Array.of(NaN, NaN, 1)];
  assert.equal(cellSpeech(traceOf({ credit: /** @type {any} */ ({ dh: overflown }) }), done, { t: 3, k: 1 }), "over");
});

test("only cells that a loss has reached can be selected", () => {
  const done = state("backward", 3);
  assert.equal(selectable(traceOf(), done, { t: 2, k: 1 }), true);
  assert.equal(selectable(traceOf({ truncate: 1 }), done, { t: 2, k: 1 }), false);
  assert.equal(selectable(traceOf({ lossAt: "last" }), done, { t: 2, k: 1 }), false);
  assert.equal(selectable(traceOf(), state("backward", 1), { t: 3, k: 3 }), true);
  assert.equal(selectable(traceOf(), state("backward", 1), { t: 2, k: 1 }), false);
  assert.equal(selectable(traceOf(), state("forward", 3), { t: 2, k: 1 }), false);
});

test("on the way back a row overflows first at its highest step that is not a number", () => {
  assert.equal(firstOverflow(Float64Array.of(NaN, NaN, 1)), 2);
  assert.equal(firstOverflow(Float64Array.of(1, 2)), 0);
});
