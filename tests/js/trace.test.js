import assert from "node:assert/strict";
import test from "node:test";
import { hasLoss, norm, pathFactors, reaches, readTrace, told } from "../../static/js/trace.js";
import { run } from "./recurrent.js";

/** An answer of /bptt as small as it can be: two characters, one step. */
const answer = () => ({
  network: { activation: "tanh", output: "softmax", parameters: { U: [[1, 0]], W: [[0.5]], b: [0], V: [[1], [-1]], c: [0, 0] } },
  data: { x: [[1, 0]], y: [1], h0: [0], loss_at: "every", labels: ["a", " "] },
  forward: { a: [[1]], h: [[0.76]], o: [[0.76, -0.76]], y_hat: [[0.82, 0.18]] },
  loss: { per_step: [1.7], total: 1.7 },
  backward: { do: [[0.82, -0.82]], dh: [[1.64]], da: [[0.69]], dx: [[0.69, 0]], dh0: [0.34] },
  credit: { dh_norm: [[1.64]], da_norm: [[0.69]], dW_norm: [[0]], dU_norm: [[0.69]] },
  shares: { U: [0.69], W: [0], V: [0.88] },
  jacobians: { spectral_norm: [0.21], slope_mean: [0.42], product_norm: [1], spectral_radius: 0.5, singular_values: [0.5] },
  horizon: { half_life: null, doubling: null, r2: null, zeros: 0 }, gradient_norms: { total: 1 }, clipped: null, parameter_count: 8, overflow: null,
});

test("one step of text is read whole", () => {
  const trace = readTrace(answer());
  assert.deepEqual([trace.T, trace.H, trace.I, trace.O], [1, 1, 2, 2]);
  assert.deepEqual([trace.symbols, trace.targets, trace.y], [["a"], [1], null]);
  assert.deepEqual([trace.dhNorm[0], trace.daNorm[0], trace.truncate, trace.scale], [1.64, 0.69, null, null]);
  assert.deepEqual(trace.parameters.b, [Float64Array.of(0)]);
  assert.deepEqual(trace.parameters.V, [Float64Array.of(1), Float64Array.of(-1)]);
  assert.deepEqual(trace.credit.dh, [Float64Array.of(1.64)]);
});

test("null is what overflowed: no number, never zero", () => {
  const broken = /** @type {any} */ (answer());
  broken.forward.h = [[null]];
  broken.backward.dh = [[null]];
  broken.loss = { per_step: [null], total: null };
  broken.jacobians.spectral_radius = null;
  broken.overflow = { step: 1, what: "h" };
  const trace = readTrace(broken);
  for (const value of [trace.h[0][0], trace.dhNorm[0], trace.loss[0], trace.total, trace.jacobians.spectralRadius]) assert.ok(Number.isNaN(value));
  assert.deepEqual(trace.overflow, { step: 1, what: "h" });
  assert.deepEqual([told(trace, NaN), told(trace, 2), told({ overflow: null }, NaN)], [Infinity, 2, NaN]);
});

test("numbers have no symbols and keep their targets", () => {
  const trace = run();
  assert.deepEqual(trace.symbols, [null, null, null, null, null]);
  assert.equal(trace.targets, null);
  assert.deepEqual(Array.from(trace.y ?? [], (row) => row[0]), [1, 0, -1, 0.5, 0.3]);
});

test("a row that is not one-hot has no symbol", () => {
  const blank = /** @type {any} */ (answer());
  blank.data.x = [[0, 0]];
  assert.deepEqual(readTrace(blank).symbols, [null]);
});

test("the norm is Euclid's, and 0 of nothing", () => {
  assert.equal(norm(Float64Array.of(3, -4)), 5);
  assert.equal(norm(new Float64Array()), 0);
  assert.equal(norm(Float64Array.of(1e200, 1e200)), Math.SQRT2 * 1e200);
});

test("every step has a loss, or the last alone", () => {
  const losses = (/** @type {"every" | "last"} */ lossAt) => [1, 2, 3, 4, 5].map((t) => hasLoss(run({ lossAt }), t));
  assert.deepEqual(losses("every"), [true, true, true, true, true]);
  assert.deepEqual(losses("last"), [false, false, false, false, true]);
});

test("a window of w steps reaches w columns, the loss's own among them", () => {
  const columns = (/** @type {number | null} */ truncate, /** @type {number} */ t) => [1, 2, 3, 4, 5].filter((k) => reaches(run({ truncate }), t, k));
  assert.deepEqual(columns(null, 4), [1, 2, 3, 4]);
  assert.deepEqual(columns(2, 4), [3, 4]);
  assert.deepEqual(columns(1, 4), [4]);
  assert.deepEqual(columns(200, 2), [1, 2]);
});

test("a path's factors are the vector's own, by hand", () => {
  const trace = run();
  const factors = pathFactors(trace, { t: 4, k: 2 });
  assert.deepEqual(factors.map(({ step }) => step), [4, 3]);
  const { W, V } = trace.parameters;
  const error = trace.do_[3][0];
  let g = [V[0][0] * error, V[0][1] * error];
  for (const factor of factors) {
    const h = trace.h[factor.step - 1];
    const delta = g.map((v, i) => v * (1 - h[i] ** 2));
    const next = [0, 1].map((j) => W[0][j] * delta[0] + W[1][j] * delta[1]);
    const size = (/** @type {number[]} */ v) => Math.hypot(...v);
    const wanted = { slope: size(delta) / size(g), w: size(next) / size(delta), both: size(next) / size(g), left: size(next) };
    for (const [name, value] of Object.entries(wanted)) {
      assert.ok(Math.abs(factor[/** @type {"slope"} */ (name)] - value) < 1e-12, name);
    }
    g = next;
  }
});

test("the factors of a path multiply to what is left; slope and W to both", () => {
  const trace = run();
  const factors = pathFactors(trace, { t: 5, k: 1 });
  const start = trace.credit.dh[4][4];
  assert.ok(Math.abs(factors.reduce((left, { both }) => left * both, start) - trace.credit.dh[4][0]) < 1e-12);
  for (const { slope, w, both } of factors) assert.ok(Math.abs(slope * w - both) < 1e-12);
});

test("a path to the loss's own step has no factors", () => {
  assert.deepEqual(pathFactors(run(), { t: 3, k: 3 }), []);
});

test("a path that dies leaves zero, and says nothing of factors beyond", () => {
  const dead = pathFactors(run({ activation: "relu", U: [[-9], [-9]], W: [[0, 0], [0, 0]] }), { t: 5, k: 1 });
  assert.equal(dead.at(-1)?.left, 0);
  assert.ok(Number.isNaN(dead.at(-1)?.both));
});
