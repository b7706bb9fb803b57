import { short } from "./format.js";
import { linked } from "./math.js";
import { backwardTerms } from "./products.js";
import { norm } from "./trace.js";

/**
 * The page's formulas of a step and of a path in TeX, their terms linked with the picture.
 *
 * @typedef {import("./trace.js").Trace} Trace
 * @typedef {import("./playhead.js").Path} Path
 */

const RAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A number of format.js inside a formula. @param {string} text */
export function texNumber(text) {
  const lower = (/** @type {string} */ digits) => [...digits].map((d) => "-0123456789"[RAISED.indexOf(d)]).join("");
  return text.replace(/×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/, (_, digits) => `\\times 10^{${lower(digits)}}`)
    .replaceAll("−", "-").replaceAll("∞", "\\infty").replaceAll("\u202f", "\\,").replaceAll("%", "\\%");
}

/** `tex` with its norm under a brace, or with an ellipsis while it is not computed. @param {string} tex @param {Float64Array} vector @param {boolean} known */
export function braced(tex, vector, known) {
  return `\\underbrace{${tex}}_{\\lVert\\cdot\\rVert\\,=\\,${known ? texNumber(short(norm(vector))) : "\\ldots"}}`;
}

/** The pieces of ∂L/∂h(t) in TeX, joined by +. @param {Trace} trace @param {number} t @param {{ fallen: boolean, joined: boolean }} shown @param {string} [plus] */
export function gradientSum(trace, t, shown, plus = " + ") {
  const { readout, recurrent, windowed } = backwardTerms(trace, t);
  const error = `\\big(\\hat y(${t}) - y(${t})\\big)`;
  const own = trace.parameters.V ? `\\V^{\\top}${error}` : error;
  const parts = [];
  if (readout) parts.push(linked({ kind: "V", t }, braced(own, readout, shown.fallen)));
  if (recurrent) parts.push(linked({ kind: "W", t: t + 1 }, braced(fromNext(trace, t, windowed), recurrent, shown.joined)));
  return parts.length ? parts.join(plus) : "0";
}

/** ∂L/∂h(t) as its pieces; where step t+1 hands back more than Wᵀδ, they stand below each other. @param {Trace} trace @param {number} t @param {string} left @param {{ fallen: boolean, joined: boolean }} shown */
export function gradientEquation(trace, t, left, shown) {
  const long = trace.cellName === "gru" || trace.normalization === "layer";
  if (!long) return `${left} = ${gradientSum(trace, t, shown)}`;
  return `\\begin{aligned}${left} &= ${gradientSum(trace, t, shown, " \\\\[2pt] &+ ")}\\end{aligned}`;
}

/** What step t+1 hands back to h(t). @param {Trace} trace @param {number} t @param {boolean} windowed */
function fromNext({ cellName, normalization }, t, windowed) {
  const window = windowed ? "_w" : "";
  if (cellName === "gru") return `\\W^{\\top}\\tilde\\delta${window}(${t + 1}) + z(${t + 1}) \\odot \\partial L/\\partial h(${t + 1})`;
  return `\\W^{\\top}${normalization === "layer" ? "\\operatorname{LN}'^{\\top}" : ""}\\delta${window}(${t + 1})`;
}

const SPELLED = 4;

/** @param {Trace} trace @param {number} t */
const readoutTex = (trace, t) => (trace.parameters.V ? linked({ kind: "V", t }, "\\V") : "");

/** ∂L(t)/∂h(k) as one product, its norm under a brace if given. @param {Trace} trace @param {Path} path @param {string} [size] */
export function pathProduct(trace, { t, k }, size) {
  const factor = trace.gates ? stepJacobian(trace, "j", "j-1") : `\\operatorname{diag}\\varphi'_j\\,${linked({ kind: "W" }, "\\W")}`;
  const product = t > k ? `\\prod_{j=${k + 1}}^{${t}} ${factor}` : "";
  const right = `\\frac{\\partial L(${t})}{\\partial o(${t})}\\,${readoutTex(trace, t)}${product}`;
  return `\\frac{\\partial L(${t})}{\\partial h(${k})} = ${size === undefined ? right : `\\underbrace{${right}}_{\\lVert\\cdot\\rVert\\,=\\,${size}}`}`;
}

/** A gated step's Jacobian, of the full state. @param {Trace} trace @param {string | number} j @param {string | number} before */
function stepJacobian({ cellName }, j, before) {
  const state = (/** @type {string | number} */ at) => (cellName === "lstm" ? `(h,\\mathit{cell})(${at})` : `h(${at})`);
  return `\\frac{\\partial ${state(j)}}{\\partial ${state(before)}}`;
}

/** The path's term of ∂L(t)/∂W, its Jacobians one by one: up to four are spelled out, of more the first and the last. @param {Trace} trace @param {Path} path */
export function pathTerm(trace, { t, k }) {
  const jacobian = (/** @type {number} */ j) => trace.gates ? `\\d${stepJacobian(trace, j, j - 1).slice(1)}` : `\\big[\\operatorname{diag}${linked({ kind: "slope", t: j }, `\\varphi'(a(${j}))`)}\\,${linked({ kind: "W", t: j }, "\\W")}\\big]`;
  const steps = Array.from({ length: t - k }, (_, i) => t - i);
  const spelled = steps.length <= SPELLED ? steps.map(jacobian) : [jacobian(t), `${jacobian(t - 1)} \\cdots\\allowbreak ${jacobian(k + 1)}`];
  const readout = readoutTex(trace, t);
  const factors = [`\\dfrac{\\partial L(${t})}{\\partial o(${t})}`, ...(readout ? [readout] : []), ...spelled, `\\dfrac{\\partial h(${k})}{\\partial \\W}`];
  return `\\left.\\dfrac{\\partial L(${t})}{\\partial \\W}\\right|_{k=${k}} = ${factors.join(" \\cdot ")}`;
}
