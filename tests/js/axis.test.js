import assert from "node:assert/strict";
import test from "node:test";
import { createAxis, labelledSteps } from "../../static/js/axis.js";

const axisOf = (/** @type {number} */ T, { width = 868, narrow = false, fit = false } = {}) => createAxis({ width, T, narrow, fit });

test("ten steps on a desktop are 70 px each, centred at gutter + 70 (t − ½)", () => {
  const axis = axisOf(10);
  assert.deepEqual([axis.column, axis.width, axis.gutter, axis.margin, axis.ribbon], [70, 700, 116, 52, 31.5]);
  assert.deepEqual([axis.left(1), axis.center(1), axis.center(10)], [0, 35, 665]);
  assert.equal(axis.whole, true);
});

test("few steps are not stretched, many are not squeezed unless they are to fit", () => {
  assert.equal(axisOf(1).column, 132);
  assert.equal(axisOf(1, { width: 390, narrow: true }).column, 60);
  const long = axisOf(200);
  assert.deepEqual([long.column, long.whole], [11.6, false]);
  const fitted = axisOf(200, { fit: true });
  assert.deepEqual([fitted.column, fitted.whole, fitted.width], [3.5, true, 700]);
});

test("ten steps on a phone need no scrolling", () => {
  const axis = axisOf(10, { width: 390, narrow: true });
  assert.ok(axis.whole);
  assert.ok(Math.abs(axis.column - 34.4) < 1e-9);
  assert.ok(axis.ribbon < 16);
});

test("no width at all still gives columns", () => {
  const axis = axisOf(10, { width: 0, fit: true });
  assert.ok(axis.column > 0);
});

test("every x belongs to a step, those outside to the nearest", () => {
  const axis = axisOf(10);
  for (let t = 1; t <= 10; t += 1) {
    assert.equal(axis.stepAt(axis.left(t)), t);
    assert.equal(axis.stepAt(axis.center(t)), t);
    assert.equal(axis.stepAt(axis.left(t) + axis.column - 0.01), t);
  }
  assert.deepEqual([-50, 1e6].map(axis.stepAt), [1, 10]);
});

test("steps carry numbers as far as there is room", () => {
  assert.deepEqual(labelledSteps(axisOf(4)), [1, 2, 3, 4]);
  assert.deepEqual(labelledSteps(axisOf(1)), [1]);
  assert.deepEqual(labelledSteps(axisOf(200)).slice(0, 4), [1, 5, 10, 15]);
  const dense = labelledSteps(axisOf(200, { fit: true }));
  assert.deepEqual(dense.slice(-2), [190, 200]);
  for (const T of [1, 2, 7, 30, 60, 137, 200]) {
    const axis = axisOf(T, { fit: true });
    const shown = labelledSteps(axis);
    shown.slice(1).forEach((t, i) => assert.ok((t - shown[i]) * axis.column >= 18, `T = ${T}`));
  }
});
