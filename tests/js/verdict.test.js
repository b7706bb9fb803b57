import assert from "node:assert/strict";
import test from "node:test";
import { verdict, worstStep } from "../../static/js/verdict.js";
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

test("the factor that matters most: the smallest of a falling path, the largest of a growing one", () => {
  const factors = (/** @type {number[]} */ values) => values.map((both, i) => ({ step: i + 2, both, slope: 1, w: both, left: 1 }));
  assert.equal(worstStep(factors([0.5, 0.2, 0.9])), 3);
  assert.equal(worstStep(factors([1.5, 4, 0.9])), 3);
  assert.equal(worstStep(factors([0.5, 0, NaN])), 3);
  assert.equal(worstStep([]), null);
});
