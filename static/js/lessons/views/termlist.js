import { short } from "../../format.js";
import { stateBefore } from "../../products.js";
import { norm } from "../../trace.js";

/**
 * The terms of a gradient: one for each use of a weight that the loss can reach. Norms are the API's own; a term's
 * matrix is the product of two of its vectors, ∂L(t)/∂a(k) and what the weight was multiplied with.
 *
 * @typedef {import("../../trace.js").Trace} Trace
 * @typedef {"U" | "W" | "V"} Letter
 * @typedef {{ tex: string, norm: number, from: number, to: number }} Factor
 *   norm: what is left after it; from and to: the steps between which it leads
 *
 * @typedef {object} Term
 * @property {Letter} letter
 * @property {number} t            the loss
 * @property {number} k            the use
 * @property {Factor[]} factors    from the loss to the weight
 * @property {number} size         the norm of the term
 * @property {number[][]} matrix   the term itself
 */

const TEX = { U: "\\U", W: "\\W", V: "\\V" };

/** ∂top/∂bottom. @param {string} top @param {string} bottom */
const over = (top, bottom) => `\\dfrac{\\d ${top}}{\\d ${bottom}}`;

/** Column times row: p (P), q (Q) → (P, Q). @param {ArrayLike<number>} p @param {ArrayLike<number>} q */
export const outer = (p, q) => Array.from(p, (a) => Array.from(q, (b) => a * b));

/** Matrices of one shape, entry by entry. @param {number[][][]} matrices */
export const added = (matrices) => matrices[0].map((row, i) => row.map((_, j) => matrices.reduce((sum, m) => sum + m[i][j], 0)));

/** Frobenius norm. @param {number[][]} matrix */
export const size = (matrix) => Math.hypot(...matrix.flat());

/** The terms of ∂L(t)/∂W or ∂L(t)/∂U, from the near use to the far one. @param {Trace} trace @param {"U" | "W"} letter @param {number} t @returns {Term[]} */
export function termsOf(trace, letter, t) {
  return Array.from({ length: t }, (_, i) => {
    const k = t - i;
    const own = letter === "W" ? trace.credit.dW : trace.credit.dU;
    const left = own[t - 1][k - 1];
    const factors = [...readout(trace, t), ...wayBack(trace, t, k), { tex: over(`h(${k})`, TEX[letter]), norm: left, from: k, to: k - 1 }];
    const met = letter === "W" ? stateBefore(trace, k) : trace.x[k - 1];
    return { letter, t, k, factors, size: left, matrix: outer(trace.answer.credit.vectors.da[t - 1][k - 1], met) };
  });
}

/** From the loss into its own state. @param {Trace} trace @param {number} t @returns {Factor[]} */
const readout = (trace, t) => [
  { tex: over(`L(${t})`, `o(${t})`), norm: norm(trace.do_[t - 1]), from: t, to: t },
  { tex: over(`o(${t})`, `h(${t})`), norm: trace.credit.dh[t - 1][t - 1], from: t, to: t },
];

/** From h(t) back to h(k). @param {Trace} trace @param {number} t @param {number} k @returns {Factor[]} */
const wayBack = (trace, t, k) => Array.from({ length: t - k }, (_, i) => {
  const j = t - i;
  return { tex: over(`h(${j})`, `h(${j - 1})`), norm: trace.credit.dh[t - 1][j - 2], from: j, to: j - 1 };
});

/** The terms of ∂L/∂V: one for each loss, none of which looks back. @param {Trace} trace @returns {Term[]} */
export function presentTerms(trace) {
  return Array.from({ length: trace.T }, (_, i) => {
    const t = trace.T - i;
    const left = trace.shares.V[t - 1];
    const factors = [readout(trace, t)[0], { tex: over(`o(${t})`, TEX.V), norm: left, from: t, to: t }];
    return { letter: "V", t, k: t, factors, size: left, matrix: outer(trace.do_[t - 1], trace.h[t - 1]) };
  });
}

/** How many terms a triangle holds: in its last row, and in all of them. @param {Trace} trace */
export const termCount = ({ credit, T }) => ({ last: credit.dW[T - 1].length, all: credit.dW.reduce((sum, row) => sum + row.length, 0) });

/** A term as text: read aloud, and where a title is shown. @param {Term} term */
export const spokenTerm = ({ letter, t, k, size: left }) => `∂L(${t})/∂${letter}, ${letter === "V" ? `t = ${t}` : `k = ${k}`}: ${short(left)}`;
