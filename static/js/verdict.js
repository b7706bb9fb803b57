import { hasLoss, pathFactors, reaches } from "./trace.js";

/**
 * Why little, or much, is left at the end of a path: computed from its factors, said by the microscope.
 *
 * kind  "same" t = k · "silent" step t has no loss · "nothing" its gradient is zero · "cut" beyond the window · "overflow" not finite · "dead" a slope is exactly zero
 *       · "vanish" at most a tenth left · "explode" at least ten times as much · "carried" between the two
 * cause of vanish and explode: the slope φ′, the matrix W, or both
 *
 * @typedef {import("./trace.js").Trace} Trace
 * @typedef {{ step: number, slope: number, w: number, both: number, left: number }} Factor
 * @typedef {object} Verdict
 * @property {"same"|"silent"|"nothing"|"cut"|"overflow"|"dead"|"vanish"|"explode"|"carried"} kind
 * @property {"slope"|"W"|"both"} cause
 * @property {boolean} flat      is the slope factor at most 0.3 a step on (geometric) average?
 * @property {number} steps      t − k
 * @property {number} start      ‖∂L(t)/∂h(t)‖
 * @property {number} left       ‖∂L(t)/∂h(k)‖
 * @property {number} slope      product of the slope factors
 * @property {number} w          product of W's factors
 * @property {number} at         where kind is "dead": the step whose slope is zero for this vector
 */

const SMALL = 0.1;
const LARGE = 10;
const FLAT = 0.3;
const MAINLY = 2 / 3;

/** Behind a zero the factors are 0/0 and say nothing. @param {Factor[]} factors @param {"slope"|"w"} name */
const product = (factors, name) => factors.reduce((sum, factor) => (Number.isNaN(factor[name]) ? sum : sum * factor[name]), 1);

/** Which factor moved the norm in the direction it went? @param {number} slope @param {number} w @returns {Verdict["cause"]} */
function causeOf(slope, w) {
  const [s, m] = [Math.log(slope), Math.log(w)];
  const share = s / (s + m);
  return share >= MAINLY ? "slope" : share <= 1 - MAINLY ? "W" : "both";
}

/** @param {Trace} trace @param {{ t: number, k: number }} path @param {{ start: number, left: number, dead: boolean }} found @returns {Verdict["kind"]} */
function kindOf(trace, { t, k }, { start, left, dead }) {
  const ratio = left / start;
  if (!hasLoss(trace, t)) return "silent";
  if (start === 0) return "nothing";
  if (!reaches(trace, t, k)) return "cut";
  if (!Number.isFinite(left)) return "overflow";
  if (t === k) return "same";
  if (dead) return "dead";
  return ratio <= SMALL ? "vanish" : ratio >= LARGE ? "explode" : "carried";
}

/** @param {Trace} trace @param {{ t: number, k: number }} path @returns {Verdict} */
export function verdict(trace, path) {
  const row = trace.credit.dh[path.t - 1];
  const [start, left] = [row[path.t - 1], row[path.k - 1]];
  const factors = pathFactors(trace, path);
  const [slope, w] = [product(factors, "slope"), product(factors, "w")];
  const steps = path.t - path.k;
  const dead = factors.find((factor) => factor.slope === 0);
  return {
    kind: kindOf(trace, path, { start, left, dead: dead !== undefined }), cause: causeOf(slope, w), flat: slope ** (1 / Math.max(1, steps)) <= FLAT,
    steps, start, left, slope, w, at: dead ? dead.step : path.k,
  };
}

const STEADY = 0.7;

/**
 * What the fitted horizon says of one step back, on average: how many steps until it halves or doubles; where that is
 * less than one, what a step multiplies by. Below an r² of 0.7 there is a fit but no steady trend.
 * @param {Trace["horizon"]} horizon @returns {{ kind: "halves"|"doubles"|"keeps"|"multiplies"|"unsteady"|"none", by: number, fit: string }}
 */
export function trend({ half_life: halves, doubling, r2 }) {
  const steps = halves ?? doubling;
  const fit = r2 === null ? "–" : r2.toFixed(2);
  if (steps === null) return { kind: "none", by: NaN, fit };
  if (r2 !== null && r2 < STEADY) return { kind: "unsteady", by: NaN, fit };
  if (steps >= 1) return { kind: halves !== null ? "halves" : "doubles", by: steps, fit };
  return { kind: halves !== null ? "keeps" : "multiplies", by: 2 ** ((halves !== null ? -1 : 1) / steps), fit };
}

/** Does nothing leave step t, though it has a loss: is its gradient exactly zero? @param {Trace} trace @param {number} t */
export const sendsNothing = (trace, t) => hasLoss(trace, t) && trace.credit.dh[t - 1][t - 1] === 0;

/** The step whose factor matters most: the smallest where the norm falls along the path, else the largest; null without factors. @param {Factor[]} factors */
export function worstStep(factors) {
  const finite = factors.filter(({ both }) => Number.isFinite(both));
  if (finite.length === 0) return null;
  const sign = finite.reduce((sum, { both }) => sum + Math.log(both), 0) <= 0 ? 1 : -1;
  return finite.reduce((worst, factor) => (sign * factor.both < sign * worst.both ? factor : worst)).step;
}
