import assert from "node:assert/strict";
import test from "node:test";
import { createAxis } from "../../../static/js/axis.js";
import { BACKWARD, BEAT, FORWARD } from "../../../static/js/playhead.js";
import { barRise, changedRuns, createGrid, filledCells, litUnits } from "../../../static/js/views/cells.js";

/** The share of a beat at which a share of one of its stages is done. @param {number[]} span @param {number} share */
const within = ([from, to], share) => (from + share * (to - from)) / BEAT;
const axisOf = (/** @type {number} */ T, width = 868) => createAxis({ width, T, narrow: false, fit: true });

test("units light from the top while their step is in its light stage, and only then", () => {
  const head = (/** @type {number} */ at) => /** @type {const} */ ({ pass: "forward", at });
  assert.equal(litUnits(head(5 + within(FORWARD.light, 0)), 6, 8, false), 0);
  assert.equal(litUnits(head(5 + within(FORWARD.light, 0.65)), 6, 8, false), 5);
  assert.equal(litUnits(head(5 + within(FORWARD.light, 1)), 6, 8, false), 8);
  assert.equal(litUnits(head(5.5), 5, 8, false), 8);
  assert.equal(litUnits(head(5.5), 7, 8, false), 0);
  assert.equal(litUnits({ pass: "backward", at: 0 }, 7, 8, false), 8);
});

test("a column of the triangle fills from the diagonal down, the last step first", () => {
  const T = 10;
  const head = (/** @type {number} */ at) => /** @type {const} */ ({ pass: "backward", at });
  assert.equal(filledCells(head(0), 10, T, false), 0);
  assert.equal(filledCells(head(1), 10, T, false), 1);
  assert.equal(filledCells(head(1), 9, T, false), 0);
  assert.equal(filledCells(head(6 + within(BACKWARD.credit, 0.5)), 4, T, false), 3);
  assert.equal(filledCells(head(7), 4, T, false), 7);
  assert.equal(filledCells({ pass: "forward", at: 10 }, 10, T, false), 0);
  assert.equal(filledCells({ pass: "path", at: 0 }, 1, T, false), T);
});

test("with reduced motion a step that has begun is shown finished", () => {
  assert.equal(litUnits({ pass: "forward", at: 5.01 }, 6, 8, true), 8);
  assert.equal(litUnits({ pass: "forward", at: 5 }, 6, 8, true), 0);
  assert.equal(filledCells({ pass: "backward", at: 6.01 }, 4, 10, true), 7);
  assert.equal(barRise({ pass: "backward", at: 6.01 }, 4, 10, null, true), 1);
});

test("a bar rises as the gradient joins its step; along a path, from t down to k", () => {
  assert.equal(barRise({ pass: "forward", at: 10 }, 10, 10, null, false), 0);
  assert.equal(barRise({ pass: "backward", at: within(BACKWARD.join, 0) }, 10, 10, null, false), 0);
  const half = barRise({ pass: "backward", at: within(BACKWARD.join, 0.5) }, 10, 10, null, false);
  assert.ok(half > 0 && half < 1);
  assert.equal(barRise({ pass: "backward", at: 1 }, 10, 10, null, false), 1);
  const path = { t: 9, k: 3 };
  assert.equal(barRise({ pass: "path", at: 2 }, 8, 10, path, false), 1);
  assert.equal(barRise({ pass: "path", at: 2 }, 7, 10, path, false), 0);
  assert.equal(barRise({ pass: "path", at: 6 }, 1, 10, path, false), 0);
  assert.equal(barRise({ pass: "path", at: 7 }, 1, 10, path, false), 1);
});

test("cells keep a gap where there is room, and touch where there is none", () => {
  const grid = createGrid(axisOf(10), 8, 88);
  assert.equal(grid.tiny, false);
  assert.deepEqual(grid.box(3, 2), { x: 2 * 70 + 1, y: 11 + 1, w: 68, h: 9 });
  assert.deepEqual(grid.span(1, 10, 1, 8), { x: 1, y: 1, w: 698, h: 86 });
  const tiny = createGrid(axisOf(200), 64, 128);
  assert.equal(tiny.tiny, true);
  assert.deepEqual(tiny.box(1, 2), { x: 0, y: 2, w: 3.5, h: 2 });
});

test("the row under a point stays within the grid", () => {
  const grid = createGrid(axisOf(10), 8, 88);
  assert.deepEqual([-3, 0, 10.9, 11, 87.9, 95].map(grid.rowAt), [1, 1, 1, 2, 8, 8]);
});

test("only columns that changed are painted again, equal neighbours together", () => {
  const shown = (/** @type {number[]} */ to, focus = "") => ({ from: new Float64Array(to.length), to: Float64Array.from(to), focus });
  assert.deepEqual(changedRuns(shown([5, 5, 0, 0]), shown([5, 5, 0, 0])), []);
  assert.deepEqual(changedRuns(shown([5, 5, 0, 0]), shown([5, 5, 3, 0])), [[3, 3]]);
  assert.deepEqual(changedRuns(shown([]), shown([5, 5, 3, 0])), [[1, 2], [3, 3], [4, 4]]);
  assert.deepEqual(changedRuns(shown([5, 0, 5]), shown([9, 0, 9])), [[1, 1], [3, 3]]);
  assert.deepEqual(changedRuns(shown([5, 5]), shown([5, 5], "path")), [[1, 2]]);
});
