import { hasLoss, norm, reaches, told } from "./trace.js";

/**
 * The pieces of one step that the answer does not carry: small matrix–vector products of its own parameters and
 * states, so that a sum can be shown as its summands. Nothing here is an estimate.
 *
 * @typedef {import("./trace.js").Trace} Trace
 */

/** M v: rows (R, C), v (C) → (R). @param {Float64Array[]} rows @param {Float64Array} v */
export function multiply(rows, v) {
  return Float64Array.from(rows, (row) => row.reduce((sum, m, j) => sum + m * v[j], 0));
}

/** Mᵀ v: rows (R, C), v (R) → (C). @param {Float64Array[]} rows @param {Float64Array} v */
export function multiplyTransposed(rows, v) {
  const sum = new Float64Array(rows[0].length);
  rows.forEach((row, i) => row.forEach((m, j) => { sum[j] += m * v[i]; }));
  return sum;
}

/** h(t−1), h0 for the first step. @param {Trace} trace @param {number} t */
export const stateBefore = (trace, t) => (t > 1 ? trace.h[t - 2] : trace.h0);

/** Is step t beyond an overflow: does it start from a state that is not finite? @param {Trace} trace @param {number} t */
export const isLost = (trace, t) => stateBefore(trace, t).some((h) => !Number.isFinite(h));

/** The summands of a(t) = U x(t) + W h(t−1) + b, each (H); with layer normalization also `normal`, γ LN(U x(t) + W h(t−1)),
 * which then takes their place. @param {Trace} trace @param {number} t */
export function forwardTerms(trace, t) {
  const { U, W, b } = trace.parameters;
  const normal = trace.normalization === "layer" ? trace.a[t - 1].map((a, i) => a - b[0][i]) : null;
  return { Ux: multiply(U, trace.x[t - 1]), Wh: multiply(W, stateBefore(trace, t)), b: b[0], normal };
}

/**
 * The summands of ∂L/∂h(t): `readout` Vᵀ ∂L/∂o(t), null where step t has no loss, and `recurrent`, what comes from
 * step t+1, null at t = T. With a window, Wᵀ δ(t+1) would bring losses that may not reach t: `recurrent` is then the
 * part of it that may, ∂L/∂h(t) less the readout's piece; so it is for a gated cell, whose step is not W alone.
 * @param {Trace} trace @param {number} t
 */
export function backwardTerms(trace, t) {
  const own = trace.do_[t - 1];
  const fromReadout = trace.parameters.V ? multiplyTransposed(trace.parameters.V, own) : own;
  const readout = hasLoss(trace, t) ? fromReadout : null;
  const windowed = t < trace.T && !reaches(trace, trace.T, t);
  if (t === trace.T) return { readout, recurrent: null, windowed };
  const recurrent = windowed || trace.cellName !== "rnn" || trace.normalization !== "none"
    ? trace.dh[t - 1].map((g, i) => g - (readout ? readout[i] : 0))
    : multiplyTransposed(trace.parameters.W, trace.da[t]);
  return { readout, recurrent, windowed };
}

/**
 * Column k of the triangle: what each loss sends to h(k). `rows` are the strongest `most` in order of t (the own loss
 * always among them), `rest` the others: their number and the sum of their norms, which bounds their vectors' sum.
 * `cut` losses are beyond the window, `sum` adds all norms, `used` is ‖∂L/∂h(k)‖, the norm of the vectors' sum,
 * and `apart` what it would be were they at right angles.
 * @param {Trace} trace @param {number} k @param {number} most
 */
export function contributionsTo(trace, k, most) {
  const all = [];
  let cut = 0;
  for (let t = k; t <= trace.T; t += 1) {
    if (!hasLoss(trace, t)) continue;
    if (reaches(trace, t, k)) all.push({ t, norm: told(trace, trace.credit.dh[t - 1][k - 1]) });
    else cut += 1;
  }
  const strength = (/** @type {{ t: number, norm: number }} */ { t, norm }) => (t === k || Number.isNaN(norm) ? Infinity : norm);
  const kept = new Set([...all].sort((p, q) => strength(q) - strength(p) || p.t - q.t).slice(0, most));
  const others = all.filter((entry) => !kept.has(entry));
  const add = (/** @type {{ norm: number }[]} */ entries) => entries.reduce((sum, { norm }) => sum + norm, 0);
  return {
    rows: all.filter((entry) => kept.has(entry)), rest: { count: others.length, sum: add(others) },
    cut, count: all.length, sum: add(all), apart: Math.hypot(...all.map((entry) => entry.norm)), used: told(trace, norm(trace.dh[k - 1])),
  };
}

/** The most probable classes, with the target added if it is not among them. @param {Float64Array} yHat @param {number | null} target @param {number} most */
export function topClasses(yHat, target, most) {
  const order = Array.from(yHat, (p, i) => ({ i, p })).sort((a, b) => b.p - a.p || a.i - b.i);
  const top = order.slice(0, most);
  if (target !== null && !top.some(({ i }) => i === target)) top.push({ i: target, p: yHat[target] });
  return top;
}
