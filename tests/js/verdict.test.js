import assert from "node:assert/strict";
import test from "node:test";
import { sendsNothing, trend, verdict, worstStep } from "../../static/js/verdict.js";
import { run } from "./recurrent.js";

const turn = (/** @type {number} */ r) => [[0, -r], [r, 0]];

test("along any path the split multiplies back to what is left", () => {
  const trace = run();
  const { start, left, slope, w, steps } = verdict(trace, { t: 5, k: 2 });
  assert.equal(steps, 3);
  assert.ok(Math.abs(start * slope * w - left) < 1e-12 * start);
});

test("a linear network that shrinks owes it to W", () => {
  const judged = verdict(run({ activation: "identity", W: turn(0.3) }), { t: 5, k: 2 });
  assert.deepEqual([judged.kind, judged.cause], ["vanish", "W"]);
  assert.ok(Math.abs(judged.w - 0.027) < 1e-12 && Math.abs(judged.slope - 1) < 1e-12);
});

test("a linear network that grows explodes by W", () => {
  const judged = verdict(run({ activation: "identity", W: turn(3) }), { t: 5, k: 1 });
  assert.deepEqual([judged.kind, judged.cause], ["explode", "W"]);
});

test("a saturated tanh with an orthogonal W vanishes by its slope", () => {
  const judged = verdict(run({ W: turn(0.95), U: [[9], [-8]] }), { t: 5, k: 2 });
  assert.deepEqual([judged.kind, judged.cause, judged.flat], ["vanish", "slope", true]);
  assert.equal(verdict(run({ activation: "identity" }), { t: 5, k: 2 }).flat, false);
});

test("both are named where both shrink", () => {
  const judged = verdict(run({ W: turn(0.4), U: [[1.6], [-1.6]] }), { t: 5, k: 2 });
  assert.equal(judged.kind, "vanish");
  assert.equal(judged.cause, "both");
});

test("what is neither small nor large is carried", () => {
  assert.equal(verdict(run({ activation: "identity", W: turn(1) }), { t: 5, k: 1 }).kind, "carried");
});

test("the same step, a step without loss, a window, an overflow", () => {
  assert.equal(verdict(run(), { t: 4, k: 4 }).kind, "same");
  assert.equal(verdict(run({ lossAt: "last" }), { t: 4, k: 2 }).kind, "silent");
  assert.equal(verdict(run({ truncate: 2 }), { t: 4, k: 2 }).kind, "cut");
  assert.equal(verdict(run({ truncate: 2 }), { t: 4, k: 3 }).kind === "cut", false);
  const trace = run();
  trace.credit.dh[4].fill(NaN);
  assert.equal(verdict(trace, { t: 5, k: 2 }).kind, "overflow");
});

test("a path through switched-off units is exactly zero, and its step is named", () => {
  const trace = run({ activation: "relu", U: [[1], [1]] }); // x(2) = −1.3 switches both units off
  const judged = verdict(trace, { t: 3, k: 1 });
  assert.deepEqual([judged.kind, judged.at, judged.left], ["dead", 2, 0]);
});

test("zero without a zero slope is not a dead path: W took it", () => {
  const judged = verdict(run({ W: [[0, 0], [0, 0]] }), { t: 4, k: 2 });
  assert.deepEqual([judged.kind, judged.cause, judged.left, judged.w], ["vanish", "W", 0, 0]);
  assert.ok(judged.slope > 0, "what is 0/0 behind the zero is left out of the product");
});

test("a loss without a gradient sends nothing, whatever the path", () => {
  const trace = run();
  for (const rows of [trace.credit.dh, trace.credit.da]) rows[3].fill(0);
  for (const k of [4, 2]) assert.equal(verdict(trace, { t: 4, k }).kind, "nothing");
  assert.deepEqual([sendsNothing(trace, 4), sendsNothing(trace, 3), sendsNothing(run({ lossAt: "last" }), 3)], [true, false, false]);
});

test("a trend is an average: by steps while they are one or more, by a factor below, by neither where the fit is poor", () => {
  const of = (/** @type {number|null} */ half_life, /** @type {number|null} */ doubling, /** @type {number|null} */ r2 = 0.98) => trend({ half_life, doubling, r2, zeros: 0 });
  assert.deepEqual(of(5.2, null), { kind: "halves", by: 5.2, fit: "0.98" });
  assert.deepEqual(of(null, 2.6), { kind: "doubles", by: 2.6, fit: "0.98" });
  assert.deepEqual(of(0.5, null), { kind: "keeps", by: 0.25, fit: "0.98" });
  assert.deepEqual(of(null, 0.5), { kind: "multiplies", by: 4, fit: "0.98" });
  assert.deepEqual(of(null, 527, 0.05), { kind: "unsteady", by: NaN, fit: "0.05" });
  assert.deepEqual(of(null, null, null), { kind: "none", by: NaN, fit: "–" });
});

test("the factor that matters most: the smallest of a falling path, the largest of a growing one", () => {
  const factors = (/** @type {number[]} */ values) => values.map((both, i) => ({ step: i + 2, both, slope: 1, w: both, left: 1 }));
  assert.equal(worstStep(factors([0.5, 0.2, 0.9])), 3);
  assert.equal(worstStep(factors([1.5, 4, 0.9])), 3);
  assert.equal(worstStep(factors([0.5, 0, NaN])), 3);
  assert.equal(worstStep([]), null);
});
