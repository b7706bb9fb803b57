import assert from "node:assert/strict";
import test from "node:test";
import { boundOf } from "../../../static/js/lessons/vanishing.js";
import { brief, ceiling, factorText, shares } from "../../../static/js/lessons/views/descent.js";
import { plots, reachOf } from "../../../static/js/lessons/views/slopes.js";
import { run } from "../recurrent.js";

test("shares start at one and are the row of the last loss", () => {
  const trace = run();
  const left = shares(trace);
  assert.equal(left.length, trace.T);
  assert.equal(left[trace.T - 1], 1);
  const row = trace.credit.dh[trace.T - 1];
  assert.equal(left[0], row[0] / row[trace.T - 1]);
});

test("without a loss at the end there is nothing to share", () => {
  const trace = run();
  trace.credit.dh[trace.T - 1].fill(0);
  assert.ok(shares(trace).every(Number.isNaN));
});

test("the ceiling is a power for each step back, and no share is above it", () => {
  assert.deepEqual([...ceiling(0.5, 4)], [0.125, 0.25, 0.5, 1]);
  const trace = run();
  trace.jacobians.singularValues = Float64Array.of(0.3, 1.1);
  assert.equal(boundOf(trace), 1.1);
  assert.equal(boundOf({ ...trace, activation: "sigmoid" }), 1.1 / 4);
});

test("numbers fit a narrow column", () => {
  assert.deepEqual([0, 0.25, 1e-3, 2.84e-6, NaN].map(brief), ["0", "0.25", "0.0010", "3×10⁻⁶", "–"]);
  assert.deepEqual([0.954, 0 / 0, 1 / 0].map(factorText), ["0.95", "–", "–"]);
});

test("the axis of a shows the bend and every unit; the slope has the more room", () => {
  assert.equal(reachOf(run()), 4);
  assert.ok(reachOf(run({ U: [[9], [-8]] })) > 9);
  const { phi, slope } = plots(260);
  assert.ok(phi[1] < slope[0] && slope[1] - slope[0] > phi[1] - phi[0]);
});
