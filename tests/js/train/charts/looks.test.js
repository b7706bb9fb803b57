import assert from "node:assert/strict";
import test from "node:test";
import { lossSteps } from "../../../../static/js/train/charts/credit.js";
import { sizeOf } from "../../../../static/js/train/charts/moments.js";
import { halfLives, spansOf } from "../../../../static/js/train/charts/reach.js";
import { foreseen, samplesOf } from "../../../../static/js/train/charts/samples.js";
import { lookAfter, looksOf } from "../../../../static/js/train/charts/scrubber.js";

const moment = (/** @type {number} */ step, /** @type {any} */ rest = {}) => ({ step, trace: { T: 20, horizon: { half_life: null } }, evaluation: null, sample: null, ...rest });
const run = (/** @type {any[]} */ moments, length = 100) => /** @type {any} */ ({ moments, loss: { length }, spacing: 25 });

test("steps with a loss: the last alone, those of the mask, or all", () => {
  assert.deepEqual(lossSteps(/** @type {any} */ ({ T: 4, lossAt: "last", answer: {} })), [4]);
  assert.deepEqual(lossSteps(/** @type {any} */ ({ T: 4, lossAt: "every", answer: { data: { loss_mask: [false, false, true, true] } } })), [3, 4]);
  assert.deepEqual(lossSteps(/** @type {any} */ ({ T: 3, lossAt: "every", answer: { data: {} } })), [1, 2, 3]);
});

test("a look stands for the steps until the next one; the last until the run's end", () => {
  assert.deepEqual(spansOf(run([moment(0), moment(25), moment(50)], 60)).map(({ from, to }) => [from, to]), [[0, 25], [25, 50], [50, 60]]);
  assert.deepEqual(spansOf(run([moment(0)], 0)).map(({ from, to }) => [from, to]), [[0, 1]]);
  assert.deepEqual(spansOf(run([], 0)), []);
});

test("the line of half-lives is broken where the gradient does not fade within the sequence", () => {
  const halves = [3, 4, null, 25, 5].map((half_life, i) => moment(i, { trace: { T: 20, horizon: { half_life } } }));
  assert.deepEqual(halfLives(run(halves)), [[{ step: 0, half: 3 }, { step: 1, half: 4 }], [{ step: 4, half: 5 }]]);
});

test("the looks of all runs are one list, and PageUp and PageDown go along it", () => {
  const looks = looksOf({ runs: [run([moment(0), moment(50)]), run([moment(0), moment(30)])] });
  assert.deepEqual(looks, [0, 30, 50]);
  assert.deepEqual([lookAfter("PageUp", 0, looks), lookAfter("PageUp", 31, looks), lookAfter("PageUp", 50, looks)], [30, 50, 50]);
  assert.deepEqual([lookAfter("PageDown", 31, looks), lookAfter("PageDown", 0, looks), lookAfter("ArrowLeft", 5, looks), lookAfter("PageUp", 0, [])], [30, 0, null, null]);
});

test("triangles stand side by side, on a phone two in a row, and stay legible", () => {
  assert.equal(sizeOf(800, 1, false), 360);
  assert.equal(sizeOf(800, 4, false), 179);
  assert.equal(sizeOf(358, 4, true), 171);
  assert.equal(sizeOf(200, 4, false), 120);
});

test("each character: how probable it was held, and what was guessed", () => {
  const trace = /** @type {any} */ ({ T: 2, labels: ["a", "b"], targets: [1, 0], yHat: [[0.2, 0.8], [0.4, 0.6]] });
  assert.deepEqual(foreseen(trace), [{ symbol: "b", p: 0.8, guess: "b", right: true }, { symbol: "a", p: 0.4, guess: "b", right: false }]);
});

test("samples: the newest first, none of the future, only a few", () => {
  const moments = Array.from({ length: 9 }, (_, i) => moment(10 * i, { sample: i === 2 ? null : { text: `t${i}` } }));
  assert.deepEqual(samplesOf(run(moments), 40).map(({ step }) => step), [40, 30, 10, 0]);
  assert.deepEqual(samplesOf(run(moments), null).map(({ text }) => text), ["t8", "t7", "t6", "t5"]);
  assert.deepEqual(samplesOf(run([]), null), []);
});
