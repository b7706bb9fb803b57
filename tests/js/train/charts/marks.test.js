import assert from "node:assert/strict";
import test from "node:test";
import { setMessages } from "../../../../static/js/i18n.js";
import { createTraining } from "../../../../static/js/train/history.js";
import { clipAt, clipPieces, clippedShare } from "../../../../static/js/train/charts/clips.js";
import { highestNorm } from "../../../../static/js/train/charts/gradient.js";
import { largestSpike, shownStep, spikeWords } from "../../../../static/js/train/charts/loss.js";
import { freeLine, freeSpot, whatName } from "../../../../static/js/train/charts/marks.js";
import { sentences, stepText, tickText } from "../../../../static/js/train/charts/plot.js";
import { createSpikes, highest } from "../../../../static/js/train/charts/spikes.js";

const numbers = (/** @type {ArrayLike<number>} */ values) => ({ values: Float64Array.from(values), length: values.length });
/** A calm loss with a little noise that is the same each time. @param {number} n @param {Record<number, number>} [other] */
const calm = (n, other = {}) => Array.from({ length: n }, (_, i) => other[i + 1] ?? 1 + 0.02 * Math.sin(7 * i));
const spikesIn = (/** @type {number[]} */ loss, norm = loss.map(() => 1)) => createSpikes().update(numbers(loss), numbers(norm));

test("a loss far above the fifty before it is a spike; noise is none", () => {
  assert.deepEqual(spikesIn(calm(500)), []);
  const [spike, ...more] = spikesIn(calm(500, { 300: 4, 301: 9, 303: 5 }));
  assert.deepEqual([spike.step, spike.from, spike.to, spike.value, more.length], [301, 300, 303, 9, 0]);
  assert.ok(Math.abs(spike.typical - 1) < 0.03);
});

test("a doubling counts only right after a steep gradient", () => {
  const loss = calm(200, { 120: 2.4 });
  assert.deepEqual(spikesIn(loss), []);
  const norms = loss.map((_, i) => (i + 1 === 118 ? 40 : 1));
  assert.deepEqual(spikesIn(loss, norms).map(({ step }) => step), [120]);
  assert.deepEqual(spikesIn(loss, loss.map((_, i) => (i + 1 === 110 ? 40 : 1))), []);
});

test("neither the first steps, nor what has been learned, nor a divergence are spikes", () => {
  assert.deepEqual(spikesIn([1, 1, 1, 50, 1]), []);
  assert.deepEqual(spikesIn([...calm(50), ...calm(50).map((v) => v * 1e-4), 9e-4]), []);
  assert.deepEqual(spikesIn([...calm(50), NaN, Infinity]), []);
});

test("spikes are found alike at once and step by step, and forgotten when the training is rewound", () => {
  const loss = numbers(calm(400, { 100: 6, 250: 5 }));
  const norm = numbers(calm(400));
  const growing = createSpikes();
  for (let length = 1; length <= 400; length += 7) growing.update({ ...loss, length }, norm);
  assert.deepEqual(growing.update(loss, norm), spikesIn([...loss.values]));
  assert.deepEqual(growing.update({ ...loss, length: 200 }, norm).map(({ step }) => step), [100]);
  assert.deepEqual(highest(growing.update(loss, norm), 1).map(({ step }) => step), [100]);
});

const settings = /** @type {any} */ ({ runs: [{ clipBy: "none", clipAt: 1 }, { clipBy: "norm", clipAt: 2 }] });

test("what clipping was at each step follows from the settings now and what was changed", () => {
  const changes = /** @type {any} */ ([
    { run: 1, step: 100, name: "clipBy", from: "none", to: "norm" }, { run: 1, step: 200, name: "clipAt", from: 5, to: 2 },
    { run: 0, step: 150, name: "learningRate", from: 1, to: 2 },
  ]);
  assert.deepEqual(clipPieces(settings, { changes }, 1, 300), [{ from: 101, to: 200, by: "norm", at: 5 }, { from: 201, to: 300, by: "norm", at: 2 }]);
  assert.deepEqual(clipPieces(settings, { changes }, 0, 300), []);
  assert.equal(clipAt(clipPieces(settings, { changes }, 1, 300), 150)?.at, 5);
  assert.equal(clipAt(clipPieces(settings, { changes }, 1, 300), 50), null);
});

test("the share of clipped steps is counted on", () => {
  const clipped = numbers([1, 0, 1, 0, 0, 0]);
  clipped.length = 4;
  assert.equal(clippedShare(clipped), 0.5);
  clipped.length = 6;
  assert.equal(clippedShare(clipped), 1 / 3);
  clipped.length = 1;
  assert.equal(clippedShare(clipped), 1);
  assert.equal(clippedShare(numbers([])), 0);
});

/** Two runs, the second clipped at 2 where its gradient was 300. */
function jumped() {
  const training = createTraining(["a", "b"], { steps: 200, every: 50 });
  training.runs[0].loss = numbers(calm(200, { 150: 4 }));
  training.runs[1].loss = numbers(calm(200, { 121: 12 }));
  for (const run of training.runs) run.gradientNorm = numbers(calm(200));
  training.runs[1].gradientNorm.values[119] = 300;
  training.runs[1].clipped = numbers(calm(200).map((_, i) => Number(i === 119)));
  training.runs[0].clipped = numbers(calm(200).map(() => 0));
  training.step = 200;
  return training;
}

test("the highest jump is told with the gradient that made it, and what clipping left of that", () => {
  setMessages({ "train.draw.spike.cut": "{step} {from} {to} {norm} {at}", "train.draw.spike.whole": "whole {norm}", "train.draw.spike.short": "{step}" });
  const training = jumped();
  const worst = largestSpike(training);
  assert.deepEqual([worst?.run, worst?.spike.step], [1, 121]);
  assert.equal(spikeWords(training, { settings, narrow: false }, /** @type {any} */ (worst)), "121 1.00 12.00 300 2");
  assert.equal(spikeWords(training, { settings, narrow: true }, /** @type {any} */ (worst)), "121");
  training.runs[1].clipped.values[119] = 0;
  assert.equal(spikeWords(training, { settings, narrow: false }, /** @type {any} */ (worst)), "whole 300");
  assert.equal(largestSpike(createTraining(["a"], { steps: 10, every: 5 })), null);
});

test("the largest gradient stands out, or none does", () => {
  assert.deepEqual(highestNorm(jumped()), { run: 1, step: 120, value: 300 });
  const flat = createTraining(["a"], { steps: 9, every: 3 });
  assert.equal(highestNorm(flat), null);
  flat.runs[0].gradientNorm = numbers(calm(50));
  assert.equal(highestNorm(flat), null);
});

test("without a cursor the numbers are of the last step that all runs have", () => {
  const training = jumped();
  training.step = 180;
  assert.deepEqual([null, 500, 7].map((cursor) => shownStep(training, { cursor })), [180, 180, 7]);
});

test("words go where no line is", () => {
  const level = { x0: 50, x1: 450, y: 100, width: 80, top: 0, bottom: 200 };
  const first = freeSpot(level, []);
  assert.deepEqual(first, { x: 56, y: 91 });
  const points = Array.from({ length: 40 }, (_, i) => ({ x: 50 + 5 * i, y: 91 }));
  const spot = freeSpot(level, points);
  assert.ok(spot.y === 110 || spot.x > 240);
  assert.ok(freeSpot({ ...level, y: 4 }, []).y > 4);
});

test("words stand on the first line that is free for them", () => {
  const taken = [{ x0: 0, x1: 100, y: 10 }, { x0: 0, x1: 100, y: 26 }, { x0: 300, x1: 400, y: 10 }];
  assert.equal(freeLine({ x0: 90, x1: 200, y: 10 }, taken), 42);
  assert.equal(freeLine({ x0: 110, x1: 290, y: 10 }, taken), 10);
});

test("numbers of axes are short", () => {
  assert.deepEqual([1, 10, 100, 1000, 0.01, 1e-4].map((v) => tickText(v, true)), ["1", "10", "100", "10³", "0.01", "10⁻⁴"]);
  assert.deepEqual([0, 0.5, 2.5, 15].map((v) => tickText(v, false)), ["0", "0.5", "2.5", "15"]);
  assert.deepEqual([7, 1200, 100000].map(stepText), ["7", "1\u202f200", "100\u202f000"]);
});

test("what overflowed is named as the formulas name it; sentences follow each other in either script", () => {
  setMessages({ "train.draw.what.loss": "the loss" });
  assert.deepEqual(["loss", "dW", "dU_l1", "W"].map(whatName), ["the loss", "∂L/∂W", "∂L/∂U_l1", "W"]);
  assert.equal(sentences(["A.", "B.", ""]).trim(), "A. B.");
  assert.equal(sentences(["一。", "二。"]), "一。二。");
});
