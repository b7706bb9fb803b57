import assert from "node:assert/strict";
import test from "node:test";
import { MOST, append, createTraining, momentAt, truncateTo, valueAt } from "../../../static/js/train/history.js";
import { steps, trace } from "./events.js";

const plan = { steps: 100, every: 10 };

/** @param {import("../../../static/js/train/history.js").Numbers} series */
const values = (series) => [...series.values.subarray(0, series.length)];

test("steps stand where their number says, whichever way they were grouped", () => {
  const training = createTraining(["a", "b"], plan);
  append(training, "steps", steps(0, 1, [4, 3]));
  append(training, "steps", steps(1, 1, [5, 4, 3], [true, false, true]));
  append(training, "steps", steps(0, 3, [2]));
  assert.deepEqual(values(training.runs[0].loss), [4, 3, 2]);
  assert.deepEqual(values(training.runs[0].gradientNorm), [2, 1.5, 1]);
  assert.deepEqual(values(training.runs[1].clipped), [1, 0, 1]);
  assert.equal(training.step, 3);
});

test("steps that are known already do not come twice, what is no number is NaN", () => {
  const training = createTraining(["a"], plan);
  append(training, "steps", steps(0, 1, [4, 3, 2]));
  append(training, "steps", steps(0, 2, [3, 2, null]));
  assert.deepEqual(values(training.runs[0].loss), [4, 3, 2, NaN]);
  assert.ok(Number.isNaN(valueAt(training.runs[0].loss, 5)));
  assert.ok(Number.isNaN(valueAt(training.runs[0].loss, 0)));
  assert.equal(valueAt(training.runs[0].loss, 1), 4);
});

test("a gap is no number, not an old one", () => {
  const training = createTraining(["a"], plan);
  append(training, "steps", steps(0, 1, [4, 3, 2]));
  truncateTo(training, 1);
  append(training, "steps", steps(0, 4, [1]));
  assert.deepEqual(values(training.runs[0].loss), [4, NaN, NaN, 1]);
});

test("it has room for a hundred thousand steps", () => {
  const training = createTraining(["a"], { steps: 100_000, every: 50 });
  for (let from = 1; from <= 100_000; from += 500) append(training, "steps", steps(0, from, Array.from({ length: 500 }, (_, i) => from + i)));
  assert.equal(training.step, 100_000);
  assert.equal(valueAt(training.runs[0].loss, 77_777), 77_777);
});

test("a run that diverged does not hold the others back", () => {
  const training = createTraining(["a", "b"], plan);
  append(training, "steps", steps(0, 1, [4, 9]));
  append(training, "steps", steps(1, 1, [4, 3]));
  append(training, "diverged", { run: 0, step: 2, what: "W" });
  append(training, "steps", steps(1, 3, [2, 1]));
  assert.deepEqual(training.runs[0].diverged, { step: 2, what: "W" });
  assert.equal(training.step, 4);
  append(training, "diverged", { run: 1, step: 4, what: "loss" });
  assert.equal(training.step, 4);
});

test("the start tells what there is to learn and the baseline", () => {
  const training = createTraining(["a", "b"], plan);
  append(training, "start", { runs: [{ parameter_count: 5 }, { parameter_count: 7 }], baseline: { loss: 0.25 } });
  assert.deepEqual(training.runs.map(({ parameters }) => parameters), [5, 7]);
  assert.equal(training.baseline, 0.25);
});

test("a moment is the newest at its step or before it", () => {
  const training = createTraining(["a"], plan);
  assert.equal(momentAt(training.runs[0], null), null);
  for (const step of [0, 10, 20]) append(training, "trace", trace(0, step, { evaluation: { loss: step } }));
  const [run] = training.runs;
  assert.deepEqual([0, 9, 10, 19, 500].map((step) => momentAt(run, step)?.step), [0, 0, 10, 10, 20]);
  assert.equal(momentAt(run, null)?.step, 20);
  assert.equal(momentAt(run, 12)?.evaluation?.loss, 10);
  assert.equal(momentAt(run, 12)?.trace.parameters.W[0][0], 10);
  assert.deepEqual([...run.moments[2].trace.credit.dh[1]], [0.5, 1]);
});

test("a moment that comes again takes the place of the old one", () => {
  const training = createTraining(["a"], plan);
  for (const step of [0, 10, 17, 20, 17]) append(training, "trace", trace(0, step));
  assert.deepEqual(training.runs[0].moments.map(({ step }) => step), [0, 10, 17]);
});

test("moments are thinned: the first and the newest stay, the spacing doubles", () => {
  const training = createTraining(["a"], { steps: 100_000, every: 10 });
  for (let step = 0; step <= 50_000; step += 10) append(training, "trace", trace(0, step));
  append(training, "trace", trace(0, 50_003));
  const at = training.runs[0].moments.map(({ step }) => step);
  assert.ok(at.length <= MOST && at.length > MOST / 2 - 1, `${at.length} moments`);
  assert.equal(at[0], 0);
  assert.equal(at.at(-1), 50_003);
  const gaps = at.slice(1, -1).map((step, i) => step - at[i]);
  assert.ok(gaps.every((gap) => gap === training.runs[0].spacing), String(gaps));
});

test("large networks keep fewer moments", () => {
  const training = createTraining(["a"], { steps: 1000, every: 1 });
  const T = 200;
  const rows = (/** @type {number} */ n) => Array.from({ length: T }, () => new Array(n).fill(0));
  const triangle = Array.from({ length: T }, (_, t) => new Array(t + 1).fill(0));
  const large = {
    data: { ...trace(0, 0).data, x: rows(1), y: rows(1) }, forward: { a: rows(64), h: rows(64), o: rows(1), y_hat: rows(1) },
    backward: { do: rows(1), dh: rows(64), da: rows(64), dx: rows(1), dh0: [0] },
    credit: { dh_norm: triangle, da_norm: triangle, dW_norm: triangle, dU_norm: triangle },
  };
  for (let step = 0; step < 45; step += 1) append(training, "trace", trace(0, step, large));
  assert.ok(training.runs[0].moments.length < 40);
});

test("the probe's data is kept once, and can be asked with again", () => {
  const training = createTraining(["a", "b"], plan);
  append(training, "trace", trace(0, 0));
  append(training, "trace", trace(1, 0));
  const [a, b] = training.runs.map(({ moments }) => moments[0].trace);
  assert.equal(a.answer.data, b.answer.data);
  assert.equal(a.x, b.x);
  assert.deepEqual(Object.keys(b.answer), ["network", "data"]);
});

test("back at a step, what came later is forgotten, a divergence too", () => {
  const training = createTraining(["a"], plan);
  append(training, "steps", steps(0, 1, [4, 3, 2, 1]));
  for (const step of [0, 2, 4]) append(training, "trace", trace(0, step));
  append(training, "diverged", { run: 0, step: 4, what: "W" });
  training.changes = [{ step: 1, run: 0, name: "clipAt", from: 1, to: 2 }, { step: 3, run: 0, name: "clipAt", from: 2, to: 1 }];
  truncateTo(training, 2);
  assert.deepEqual(values(training.runs[0].loss), [4, 3]);
  assert.deepEqual(training.runs[0].moments.map(({ step }) => step), [0, 2]);
  assert.deepEqual([training.step, training.runs[0].diverged, training.changes.length], [2, null, 1]);
  truncateTo(training, 0);
  assert.deepEqual([training.step, training.runs[0].moments.length, training.changes.length], [0, 1, 0]);
});
