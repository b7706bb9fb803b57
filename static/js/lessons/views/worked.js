import { fixed, visible } from "../../format.js";
import { texNumber } from "../../formulas.js";
import { forwardTerms, stateBefore } from "../../products.js";

/**
 * The rows of the forward pass, equation by equation, and how each of their numbers comes about.
 *
 * @typedef {import("../../trace.js").Trace} Trace
 * @typedef {"x" | "Ux" | "Wh" | "b" | "a" | "h" | "o" | "y" | "L"} Row
 * @typedef {{ row: Row, t: number, i: number }} Place   t from 1 (0: the state before), i from 0
 */

/** Beats of a step after which a row is there: 1 the state, 2 the output, 3 the prediction, 4 the loss. @type {Record<Row, number>} */
export const KNOWN = { x: 0, Ux: 1, Wh: 1, b: 0, a: 1, h: 1, o: 2, y: 3, L: 4 };
export const ROWS = /** @type {Row[]} */ (Object.keys(KNOWN));
export const BEATS = 4;

/** Is the number there once `beats` are done? @param {Place} place @param {number} beats */
export const isKnown = ({ row, t }, beats) => t === 0 || KNOWN[row] === 0 || beats >= (t - 1) * BEATS + KNOWN[row];

/** The numbers of a row at step t; at t = 0 only h has any. @param {Trace} trace @param {Row} row @param {number} t @returns {ArrayLike<number> | null} */
export function numbersOf(trace, row, t) {
  if (t === 0) return row === "h" ? trace.h0 : null;
  const at = t - 1;
  if (row === "Ux" || row === "Wh" || row === "b") return forwardTerms(trace, t)[row];
  return { x: trace.x[at], a: trace.a[at], h: trace.h[at], o: trace.o[at], y: trace.yHat[at], L: [trace.loss[at]] }[row];
}

/** A number inside a formula, in brackets where a sign would meet another one. @param {number} v @param {boolean} [first] */
const written = (v, first = true) => (v < 0 && !first && fixed(v) !== "0.00" ? `(${texNumber(fixed(v))})` : texNumber(fixed(v)));

/** Σ m v as it is written out. @param {ArrayLike<number>} m @param {ArrayLike<number>} v */
const products = (m, v) => Array.from(m, (w, j) => `${written(w, j === 0)}\\cdot${written(v[j], false)}`).join(" + ");

/** @param {Trace} trace @param {number} t */
const targetOf = (trace, t) => trace.targets?.[t - 1] ?? 0;

/** How a number comes about, in TeX. @param {Trace} trace @param {Place} place */
export function worked(trace, { row, t, i }) {
  const n = i + 1;
  const { U, W, V, b, c } = trace.parameters;
  const value = texNumber(fixed(/** @type {ArrayLike<number>} */ (numbersOf(trace, row, t))[i], 3));
  const at = t - 1;
  if (t === 0) return `h_{${n}}(0) = ${value}`;
  const logits = trace.o[at];
  const sum = `\\big(${Array.from(logits, (o) => `e^{${written(o)}}`).join(" + ")}\\big)`;
  const terms = forwardTerms(trace, t);
  /** @type {Record<Row, () => string>} */
  const ways = {
    x: () => `x_{${n}}(${t}) = ${texNumber(fixed(trace.x[at][i], 0))}`,
    Ux: () => `(\\U x(${t}))_{${n}} = ${products(U[i], trace.x[at])} = ${value}`,
    Wh: () => `(\\W h(${at}))_{${n}} = ${products(W[i], stateBefore(trace, t))} = ${value}`,
    b: () => `b_{${n}} = ${value}`,
    a: () => `a_{${n}}(${t}) = ${written(terms.Ux[i])} + ${written(terms.Wh[i], false)} + ${written(b[0][i], false)} = ${value}`,
    h: () => `h_{${n}}(${t}) = \\tanh(${texNumber(fixed(trace.a[at][i], 3))}) = ${value}`,
    o: () => `o_{${n}}(${t}) = ${products(V[i], trace.h[at])} + ${written(c[0][i], false)} = ${value}`,
    y: () => `\\hat y_{${n}}(${t}) = e^{${written(logits[i])}} \\big/ ${sum} = ${value}`,
    L: () => `L(${t}) = -\\log \\hat y_{${targetOf(trace, t) + 1}}(${t}) = -\\log ${texNumber(fixed(trace.yHat[at][targetOf(trace, t)], 3))} = ${value}`,
  };
  return ways[row]();
}

/** A number's place as text. @param {Trace} trace @param {Place} place */
export function spokenPlace(trace, { row, t, i }) {
  const names = { x: `x(${t})`, Ux: `U x(${t})`, Wh: `W h(${t - 1})`, b: "b", a: `a(${t})`, h: `h(${t})`, o: `o(${t})`, y: `ŷ(${t})`, L: `L(${t})` };
  const values = numbersOf(trace, row, t);
  const which = row === "o" || row === "y" || row === "x" ? visible(trace.labels?.[i] ?? String(i + 1)) : String(i + 1);
  return `${names[row]}${row === "L" ? "" : `, ${which}`}: ${values ? fixed(values[i]) : ""}`;
}
