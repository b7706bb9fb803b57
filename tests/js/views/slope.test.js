import assert from "node:assert/strict";
import test from "node:test";
import { histogram, span } from "../../../static/js/views/slope.js";
import { run } from "../recurrent.js";

test("the span holds every pre-activation, and is never too narrow to show a bend", () => {
  const trace = run({ U: [[9], [-8]] });
  const [low, high] = span(trace);
  for (const row of trace.a) for (const a of row) assert.ok(a > low && a < high);
  assert.deepEqual(span(run({ U: [[0], [0]] })), [-2.12, 2.12]);
});

test("an overflow does not stretch the span to infinity", () => {
  const trace = run();
  trace.a[3].fill(NaN);
  assert.ok(span(trace).every(Number.isFinite));
});

test("every pre-activation of the computed steps is in one bin", () => {
  const trace = run();
  const sum = (/** @type {number} */ steps) => histogram(trace, steps, span(trace), 40).reduce((total, n) => total + n, 0);
  assert.deepEqual([0, 1, 3, 5].map(sum), [0, 2, 6, 10]);
});
