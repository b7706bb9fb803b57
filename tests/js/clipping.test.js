import assert from "node:assert/strict";
import test from "node:test";
import { decadesOf, firstCrossing, logShare } from "../../static/js/clipping.js";

const horizon = (/** @type {number | null} */ doubling) => ({ half_life: null, doubling, r2: 1, zeros: 0 });
const trace = (/** @type {number[]} */ norms, /** @type {any} */ clip = { by: "norm", threshold: 1 }, /** @type {number | null} */ doubling = 2) =>
  ({ dhNorm: Float64Array.from(norms), clip, horizon: horizon(doubling) });

test("the first step on the way back above the threshold, and the highest from there on", () => {
  const found = firstCrossing(trace([9, 12, 4, 2, 0.9, 0.5]), 10);
  assert.deepEqual(found, { step: 4, limit: 1, clipped: true, norm: 2, peak: 12, peakStep: 2, grows: true });
});

test("exactly at the threshold is not above it", () => {
  assert.equal(firstCrossing(trace([1, 1, 1]), 10), null);
  assert.equal(firstCrossing(trace([0.2]), 10), null);
});

test("without clipping the top of the scale is the limit", () => {
  assert.equal(firstCrossing(trace([9, 8], null), 10), null);
  assert.deepEqual(firstCrossing(trace([40, 11, 3], null), 10)?.step, 2);
  assert.equal(firstCrossing(trace([40, 11, 3], null), 10)?.clipped, false);
});

test("an overflow is above every threshold, and the highest there is", () => {
  const found = firstCrossing(trace([NaN, NaN, 1e300, 3], { by: "value", threshold: 1 }, null), 10);
  assert.deepEqual([found?.step, found?.peakStep, found?.grows], [4, 2, true]);
  assert.ok(Number.isNaN(found?.peak));
});

test("above the threshold but falling on its way is no explosion", () => {
  assert.equal(firstCrossing(trace([0.1, 0.5, 3], undefined, null), 10)?.grows, false);
});

test("whole decades around all values, two at least and twelve at most", () => {
  assert.deepEqual(decadesOf([0.05, 300]), [-2, 3]);
  assert.deepEqual(decadesOf([2, 3]), [-1, 1]);
  assert.deepEqual(decadesOf([1e-30, 1e4]), [-7, 5]);
  assert.deepEqual(decadesOf([0, NaN]), [-1, 1]);
  assert.deepEqual(decadesOf([1]), [-1, 1]);
});

test("shares of a log scale end at its ends", () => {
  assert.equal(logShare(1, [-2, 2]), 0.5);
  assert.equal(logShare(1e-9, [-2, 2]), 0);
  assert.equal(logShare(1e9, [-2, 2]), 1);
  assert.equal(logShare(0, [-2, 2]), 0);
  assert.equal(logShare(NaN, [-2, 2]), 1);
});
