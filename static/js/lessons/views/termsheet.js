import { short } from "../../format.js";
import { t as say } from "../../i18n.js";
import { renderMath, renderPhrase } from "../../math.js";
import { stateBefore } from "../../products.js";
import { texNumber } from "../../formulas.js";
import { child } from "../../views/band.js";
import { createLegend } from "../../views/legend.js";
import { matrices } from "./matrices.js";
import { added, size } from "./termlist.js";
import { terms } from "./terms.js";

/**
 * The terms of one gradient, line by line, their sum, and the matrices of one of them or of all.
 *
 * @typedef {import("./termlist.js").Term} Term
 * @typedef {import("../../trace.js").Trace} Trace
 * @typedef {import("./matrices.js").Matrix} Matrix
 * @typedef {{ trace: Trace, terms: Term[], state: { picked: number | null, sum: boolean }, scales: import("../../scales.js").Scales, width: number }} Shown
 */

/** @param {HTMLElement} root @param {{ onPick: (index: number) => void }} options */
export function termSheet(root, { onPick }) {
  const title = child(root, "p", "terms-title");
  const lines = terms(child(root, "div"), { onPick });
  const foot = child(root, "div", "terms-foot");
  const sum = child(foot, "p", "terms-sum");
  const scale = child(foot, "div", "terms-scale");
  child(scale, "span").textContent = say("lesson.bptt.legend");
  const legend = createLegend(scale);
  const detailTitle = child(root, "p", "terms-detail-title");
  const detail = matrices(child(root, "div"));
  return {
    /** @param {Shown} shown */
    update({ trace, terms: all, state, scales, width }) {
      const [{ letter, t }] = all;
      renderMath(title, formula(letter, t), { display: true });
      lines.update({ trace, terms: all, picked: state.picked, scales, width });
      const whole = trace.answer.gradients[letter];
      renderPhrase(sum, "lesson.bptt.added", {
        total: { tex: `\\norm{${name(letter, t)}} = \\mathbf{${texNumber(short(size(whole)))}}` }, norms: short(all.reduce((total, term) => total + term.size, 0)),
      });
      legend.update(scales, { width: 176, most: 12, over: false });
      const term = state.picked === null ? null : all[state.picked];
      renderPhrase(detailTitle, term ? "lesson.bptt.detail" : state.sum ? "lesson.bptt.sum" : "lesson.bptt.pick", { term: { tex: term ? `${term.letter === "V" ? "t" : "k"} = ${term.k}` : "" } });
      detail.update(term ? (letter === "V" ? presentLines(trace, term) : termLines(trace, term)) : state.sum ? sumLines(all, whole) : [], scales);
    },
    /** @param {import("../../parts.js").Part | null} part */
    point: (part) => lines.point(part),
    destroy() {
      lines.destroy();
      detail.destroy();
    },
  };
}

/** The gradient's name: of one loss; V's of all of them. @param {string} letter @param {number} t */
const name = (letter, t) => (letter === "V" ? "\\dfrac{\\d L}{\\d \\V}" : `\\dfrac{\\d L(${t})}{\\d \\${letter}}`);

/** @param {string} letter @param {number} t */
function formula(letter, t) {
  if (letter === "V") return `${name(letter, t)} = \\sum_{t=1}^{${t}} \\frac{\\d L(t)}{\\d o(t)}\\,\\frac{\\d o(t)}{\\d \\V}`;
  return `${name(letter, t)} = \\sum_{k=1}^{${t}} \\frac{\\d L(${t})}{\\d o(${t})}\\,\\frac{\\d o(${t})}{\\d h(${t})}\\Big(\\prod_{j=k+1}^{${t}} \\frac{\\d h(j)}{\\d h(j-1)}\\Big)\\frac{\\d h(k)}{\\d \\${letter}}`;
}

/** A vector as a column. @param {ArrayLike<number>} v */
const column = (v) => Array.from(v, (x) => [x]);

/** The factors of a term, multiplied out, then the term as a column times a row. @param {Trace} trace @param {Term} term @returns {Matrix[][]} */
function termLines(trace, { letter, t, k, matrix }) {
  const { vectors } = trace.answer.credit;
  const product = [
    { tex: `\\d L(${t})/\\d o(${t})`, name: `∂L(${t})/∂o(${t})`, rows: [trace.do_[t - 1]] },
    { tex: `\\d o(${t})/\\d h(${t}) = \\V`, name: `∂o(${t})/∂h(${t}) = V`, rows: trace.parameters.V, sign: "\\cdot", part: /** @type {const} */ ({ kind: "V", t }) },
    ...Array.from({ length: t - k }, (_, i) => jacobian(trace, t - i)),
  ];
  const met = letter === "W" ? { tex: `h(${k - 1})^{\\top}`, rows: [stateBefore(trace, k)] } : { tex: `x(${k})^{\\top}`, rows: [trace.x[k - 1]] };
  const local = [
    { tex: `\\d L(${t})/\\d h(${k})`, name: `∂L(${t})/∂h(${k})`, rows: [vectors.dh[t - 1][k - 1]], sign: "=" },
    { tex: `\\d L(${t})/\\d a(${k})`, name: `∂L(${t})/∂a(${k})`, rows: column(vectors.da[t - 1][k - 1]), sign: `\\xrightarrow{\\odot\\varphi'(a(${k}))}` },
    { ...met, name: `${letter === "W" ? `h(${k - 1})` : `x(${k})`}ᵀ`, sign: "\\cdot" },
    { tex: `\\text{${say("lesson.bptt.term")}}\\ k=${k}`, name: say("lesson.bptt.termOf", { letter, k }), rows: matrix, sign: "=", part: { kind: letter, t: k } },
  ];
  return [product, local];
}

/** ∂h(j)/∂h(j−1), as the engine has it. @param {Trace} trace @param {number} j @returns {Matrix} */
const jacobian = (trace, j) => ({
  tex: `\\d h(${j})/\\d h(${j - 1})`, name: `∂h(${j})/∂h(${j - 1})`, rows: trace.answer.jacobians.matrices[j - 1], sign: "\\cdot", part: { kind: "W", t: j },
});

/** The one term of V at a step: error times state. @param {Trace} trace @param {Term} term @returns {Matrix[][]} */
const presentLines = (trace, { t, matrix }) => [[
  { tex: `\\hat y(${t}) - y(${t})`, name: `ŷ(${t}) − y(${t})`, rows: column(trace.do_[t - 1]) },
  { tex: `h(${t})^{\\top}`, name: `h(${t})ᵀ`, rows: [trace.h[t - 1]], sign: "\\cdot", part: { kind: "h", t } },
  { tex: `\\d L(${t})/\\d \\V`, name: `∂L(${t})/∂V`, rows: matrix, sign: "=", part: { kind: "V", t } },
]];

/** The terms' matrices and what they add up to, beside the server's own gradient. @param {Term[]} all @param {number[][]} whole @returns {Matrix[][]} */
function sumLines(all, whole) {
  const [{ letter, t }] = all;
  const parts = all.map((term, i) => ({
    tex: `${letter === "V" ? "t" : "k"}=${term.k}`, name: say("lesson.bptt.termOf", { letter, k: term.k }), rows: term.matrix, sign: i ? "+" : "", part: /** @type {import("../../parts.js").Part} */ ({ kind: letter, t: term.k }),
  }));
  const total = { tex: letter === "V" ? "\\d L/\\d \\V" : `\\d L(${t})/\\d \\${letter}`, name: letter === "V" ? "∂L/∂V" : `∂L(${t})/∂${letter}`, rows: added(all.map(({ matrix }) => matrix)), sign: "=" };
  const off = Math.max(...total.rows.flatMap((row, i) => row.map((v, j) => Math.abs(v - whole[i][j]))));
  return [[...parts, { ...total, name: `${total.name}, ${say("lesson.bptt.off", { off: short(off) })}` }]];
}
