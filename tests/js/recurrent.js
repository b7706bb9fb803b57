import { readTrace } from "../../static/js/trace.js";

/**
 * A small plain network run by the letter of the definition, one backward pass a loss: what the page's own products and
 * sums are held against. Linear output, ½‖ŷ − y‖².
 * @typedef {number[][]} Matrix
 */

/** @param {Matrix} M @param {number[]} v */
const times = (M, v) => M.map((row) => row.reduce((sum, m, j) => sum + m * v[j], 0));

/** @param {Matrix} M */
const transpose = (M) => M[0].map((_, j) => M.map((row) => row[j]));

/** @param {number[]} p @param {number[]} q */
const plus = (p, q) => p.map((v, i) => v + q[i]);

/** @param {number[]} v */
const size = (v) => Math.hypot(...v);

const SLOPES = {
  tanh: { f: Math.tanh, slope: (/** @type {number} */ a) => 1 - Math.tanh(a) ** 2 },
  relu: { f: (/** @type {number} */ a) => Math.max(0, a), slope: (/** @type {number} */ a) => (a > 0 ? 1 : 0) },
  identity: { f: (/** @type {number} */ a) => a, slope: () => 1 },
};

export const PARAMETERS = { U: [[1.2], [-0.7]], W: [[0.6, -0.4], [0.3, 0.8]], b: [0.1, -0.2], V: [[0.5, -1.1]], c: [0.2] };
const X = [0.4, -1.3, 0.9, 0.2, -0.5];
const Y = [1, 0, -1, 0.5, 0.3];

/**
 * @param {{ activation?: keyof typeof SLOPES, lossAt?: "every" | "last", truncate?: number | null, W?: Matrix, U?: Matrix }} [options]
 * @returns {import("../../static/js/trace.js").Trace}
 */
export function run({ activation = "tanh", lossAt = "every", truncate = null, W = PARAMETERS.W, U = PARAMETERS.U } = {}) {
  const { f, slope } = SLOPES[activation];
  const parameters = { ...PARAMETERS, W, U };
  const T = X.length;
  /** @type {Matrix} */ const a = [];
  /** @type {Matrix} */ const h = [];
  for (let t = 0; t < T; t += 1) {
    a.push(plus(plus(times(U, [X[t]]), times(W, h[t - 1] ?? [0, 0])), parameters.b));
    h.push(a[t].map(f));
  }
  const o = h.map((state) => plus(times(parameters.V, state), parameters.c));
  const error = o.map(([v], t) => (lossAt === "every" || t === T - 1 ? [v - Y[t]] : [0]));
  const zeros = () => Array.from({ length: T }, () => [0, 0]);
  const [dh, da] = [zeros(), zeros()];
  const rows = { dh: zeros().map((_, t) => new Array(t + 1).fill(0)), da: zeros().map((_, t) => new Array(t + 1).fill(0)) };
  for (let t = 0; t < T; t += 1) {
    let g = times(transpose(parameters.V), error[t]);
    for (let k = t; k >= 0 && k > t - (truncate ?? T); k -= 1) {
      const delta = g.map((v, i) => v * slope(a[k][i]));
      dh[k] = plus(dh[k], g);
      da[k] = plus(da[k], delta);
      rows.dh[t][k] = size(g);
      rows.da[t][k] = size(delta);
      g = times(transpose(W), delta);
    }
  }
  const before = (/** @type {number} */ k) => size(h[k - 1] ?? [0, 0]);
  const each = (/** @type {(t: number) => number} */ value) => X.map((_, t) => value(t));
  return readTrace({
    network: { activation, output: "linear", parameters },
    data: { x: X.map((v) => [v]), y: Y.map((v) => [v]), h0: [0, 0], loss_at: lossAt, labels: null },
    forward: { a, h, o, y_hat: o }, loss: { per_step: error.map(([e]) => e * e / 2), total: 1 },
    backward: { do: error, dh, da, dx: da.map((d) => [size(d)]), dh0: [0, 0] },
    credit: {
      dh_norm: rows.dh, da_norm: rows.da, dW_norm: rows.da.map((row) => row.map((d, k) => d * before(k))),
      dU_norm: rows.da.map((row) => row.map((d, k) => d * Math.abs(X[k]))),
    },
    shares: { U: each((t) => size(da[t]) * Math.abs(X[t])), W: each((t) => size(da[t]) * before(t)), V: each((t) => size(error[t]) * size(h[t])) },
    jacobians: { spectral_norm: each(() => 1), slope_mean: each((t) => (slope(a[t][0]) + slope(a[t][1])) / 2), product_norm: each(() => 1), spectral_radius: 0.77, singular_values: [0.9, 0.7] },
    horizon: { half_life: 2, doubling: null, r2: 0.9, zeros: 0 }, gradient_norms: { U: 1, W: 1, b: 1, V: 1, c: 1, total: 2 },
    clipped: null, parameter_count: 11, overflow: null,
  }, { truncate });
}

/** @param {ArrayLike<number>} p @param {ArrayLike<number>} q */
export const distance = (p, q) => Math.max(...Array.from(p, (v, i) => Math.abs(v - q[i])));
