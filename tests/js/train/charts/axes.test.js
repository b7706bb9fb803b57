import assert from "node:assert/strict";
import test from "node:test";
import { createBins, extreme, stepOfBin } from "../../../../static/js/train/charts/bins.js";
import { createGlide, extentOf, lastStep, marginsOf, roundUp, stepAtX, stepTicks, xOfStep } from "../../../../static/js/train/charts/extent.js";
import { lossRange, normRange, roundTop, shareOf, valueTicks } from "../../../../static/js/train/charts/ranges.js";

const numbers = (/** @type {ArrayLike<number>} */ values) => ({ values: Float64Array.from(values), length: values.length });
const training = (/** @type {number} */ steps, /** @type {number[]} */ ...lengths) =>
  /** @type {any} */ ({ steps, step: Math.min(...lengths), runs: lengths.map((length) => ({ loss: { length } })) });
const line = (/** @type {number[]} */ values, diverged = false) => ({ fine: createBins(1024).update(numbers(values)), coarse: createBins(150).update(numbers(values)), length: values.length, diverged });

test("the axis of steps grows by round numbers, and ends at what was asked for", () => {
  assert.deepEqual([1, 50, 51, 101, 240].map((step) => extentOf(training(1000, step))), [50, 50, 100, 200, 1000]);
  assert.equal(extentOf(training(100_000, 5001)), 10_000);
  assert.equal(extentOf(training(7, 0)), 7);
  assert.equal(extentOf(training(500, 600)), 600);
  const ends = Array.from({ length: 2000 }, (_, step) => extentOf(training(2000, step)));
  assert.ok(ends.every((end, i) => end >= i && (i === 0 || end >= ends[i - 1])));
});

test("a run that goes on while another has ended is in sight whole", () => {
  assert.equal(lastStep(training(500, 20, 310)), 310);
  assert.equal(extentOf(training(5000, 20, 310)), 500);
});

test("ticks are round, evenly spaced, and the end has one that does not crowd the last", () => {
  assert.deepEqual(stepTicks(500, 800), [0, 100, 200, 300, 400, 500]);
  assert.deepEqual(stepTicks(1234, 600), [0, 200, 400, 600, 800, 1000, 1234]);
  assert.deepEqual(stepTicks(1020, 600), [0, 200, 400, 600, 800, 1020]);
  assert.deepEqual(stepTicks(3, 800), [0, 1, 2, 3]);
  assert.deepEqual([0.9, 1, 2.1, 60, 1000].map(roundUp), [1, 1, 5, 100, 1000]);
});

test("a place and its step belong together; beyond the last step there is none", () => {
  const frame = { left: 50, right: 650, top: 0, bottom: 100, width: 700, height: 120, end: 300 };
  for (const step of [0, 1, 150, 300]) assert.equal(stepAtX(frame, xOfStep(frame, step), 300), step);
  assert.equal(stepAtX(frame, 650, 120), 120);
  assert.equal(stepAtX(frame, 0, 120), 0);
});

test("names have their room at the right, on a phone none", () => {
  const names = ["tanh", "a name that is quite long, and then some more"];
  assert.ok(marginsOf({ names, narrow: false }, 800).right > marginsOf({ names: ["tanh"], narrow: false }, 800).right);
  assert.ok(marginsOf({ names, narrow: true }, 800).right < 20 && marginsOf({ names, narrow: false }, 500).right < 30);
});

test("a scale glides to its new end, is never beside the way, and is there at once where motion is reduced", () => {
  const glide = createGlide();
  assert.deepEqual(glide.at([100], "a", false, 0), { values: [100], moving: false });
  assert.deepEqual(glide.at([200], "a", false, 1000).values, [100]);
  const half = glide.at([200], "a", false, 1100);
  assert.ok(half.moving && half.values[0] > 100 && half.values[0] < 200);
  assert.deepEqual(glide.at([200], "a", false, 2000), { values: [200], moving: false });
  assert.deepEqual(glide.at([500], "a", true, 2001), { values: [500], moving: false });
  assert.deepEqual(glide.at([50], "another", false, 2002).values, [50]);
});

test("bins keep every extreme, the median, and grow as the series does", () => {
  const values = Array.from({ length: 100_000 }, (_, i) => (i === 77_777 ? 1e9 : i === 5 ? -3 : 1 + (i % 2)));
  const bins = createBins(1024);
  const growing = { values: Float64Array.from(values), length: 0 };
  for (const length of [3, 1024, 1025, 60_000, 100_000]) bins.update(Object.assign(growing, { length }));
  const grown = bins.update(growing);
  const atOnce = createBins(1024).update(growing);
  assert.ok(grown.count <= 1024 && grown.size === 128);
  for (const field of /** @type {const} */ (["low", "high", "middle"])) assert.deepEqual(grown[field].slice(0, grown.count), atOnce[field].slice(0, atOnce.count));
  assert.deepEqual([extreme(grown, "high", Math.max), extreme(grown, "low", Math.min), grown.middle[1]], [1e9, -3, 1.5]);
  assert.equal(stepOfBin({ ...grown, size: 4 }, 1, 6), 5.5);
});

test("a series that was taken back is binned anew; what is no number is left out", () => {
  const series = numbers([1, 2, 3, 4, 5, 6, 7, 8]);
  const bins = createBins(4);
  bins.update(series);
  series.length = 2;
  assert.deepEqual([...bins.update(series).high.slice(0, 2)], [1, 2]);
  const holes = createBins(2).update(numbers([1, NaN, NaN, NaN]));
  assert.deepEqual([...holes.high], [1, NaN]);
});

test("the loss's scale is round, holds what is typical, and one explosion does not press it flat", () => {
  const calm = Array.from({ length: 400 }, (_, i) => 2 * 0.99 ** i);
  const linear = lossRange([line(calm)], 1.4, false, null);
  assert.deepEqual(linear, { log: false, low: 0, high: 3 });
  const spiked = lossRange([line(calm.map((v, i) => (i === 200 ? 1e6 : v)))], 1.4, false, null);
  assert.ok(spiked.high <= 10);
  const log = lossRange([line(calm), line([1, 3, 1e9, 1e200], true)], 1.4, true, null);
  assert.deepEqual([log.low, log.high], [-2, 1]);
});

test("a scale only grows while a training goes on", () => {
  const first = lossRange([line([5, 4])], null, false, null);
  assert.equal(lossRange([line([1, 1])], null, false, first).high, first.high);
  const log = lossRange([line([5, 0.001])], null, true, null);
  assert.deepEqual(lossRange([line([1, 0.5])], null, true, log), log);
  assert.equal(lossRange([line([5, 4])], null, true, first).log, true); // of the other kind nothing is kept
});

test("thresholds are in sight, and zeros and overflows have no place on a log scale", () => {
  const range = normRange([line([0, 0.5, NaN, 3])], [20], null);
  assert.deepEqual([range.low, range.high], [-1, 2]);
  assert.ok(normRange([], [], null).high > normRange([], [], null).low);
  assert.equal(shareOf(range, 0), -1);
  assert.equal(shareOf({ log: true, low: -1, high: 1 }, 1), 0.5);
  assert.equal(shareOf({ log: false, low: 0, high: 4 }, 1), 0.25);
});

test("values with a number are round and few enough", () => {
  assert.deepEqual(valueTicks({ log: false, low: 0, high: 3 }, 200), [0, 1, 2, 3]);
  assert.deepEqual(valueTicks({ log: true, low: -3, high: 1 }, 200), [0.001, 0.01, 0.1, 1, 10]);
  assert.ok(valueTicks({ log: true, low: -8, high: 4 }, 100).length <= 5);
  assert.deepEqual([1, 1.3, 2.2, 7.4, 9.9, 0.02].map(roundTop), [1.5, 1.5, 3, 10, 15, 0.03]);
});
