import assert from "node:assert/strict";
import test from "node:test";
import { createAxis } from "../../../static/js/axis.js";
import { createScales } from "../../../static/js/scales.js";
import { barBox, barHeight, GRADIENT_HEIGHT, labelledExponents, shownNorms } from "../../../static/js/views/gradient.js";

const axisOf = (/** @type {number} */ T, width = 868) => createAxis({ width, T, narrow: false, fit: true });

test("a bar's height is its share of the fixed scale: never of the data", () => {
  const scales = createScales("light", [-3, 1]);
  assert.equal(barHeight(scales, 10), GRADIENT_HEIGHT - 2);
  assert.equal(barHeight(scales, 1e9), GRADIENT_HEIGHT - 2);
  assert.equal(barHeight(scales, NaN), GRADIENT_HEIGHT - 2);
  assert.equal(barHeight(scales, 0.1), (GRADIENT_HEIGHT - 2) / 2);
  assert.equal(barHeight(scales, 1e-7), barHeight(scales, 0));
  assert.ok(barHeight(scales, 0) > 0);
});

test("bars stand in the middle of their columns, at most 70% of them wide", () => {
  const axis = axisOf(10);
  const bar = barBox(axis, 3, 20);
  assert.equal(bar.x + bar.w / 2, axis.center(3));
  assert.equal(bar.y + bar.h, GRADIENT_HEIGHT);
  assert.ok(barBox(axisOf(200), 1, 20).w <= 0.7 * 3.5 + 1e-9);
});

test("along a path the bars are the row of its loss", () => {
  const trace = /** @type {any} */ ({ dhNorm: Float64Array.of(1, 2, 3), credit: { dh: [Float64Array.of(4), Float64Array.of(5, 6)] } });
  assert.deepEqual([...shownNorms(trace, null)], [1, 2, 3]);
  assert.deepEqual([...shownNorms(trace, { t: 2, k: 1 })], [5, 6]);
});

test("the floor is numbered, and 1 where the scale holds it", () => {
  assert.deepEqual(labelledExponents([-3, 1]), [-3, 1]);
  assert.deepEqual(labelledExponents([-12, 6]), [-12, 0, 6]);
  assert.deepEqual(labelledExponents([2, 6]), [2, 6]);
});
