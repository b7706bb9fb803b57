import { cellBefore } from "./cell/graph.js";
import { fixed } from "./format.js";
import { texNumber } from "./formulas.js";
import { stateBefore } from "./products.js";
import { reaches } from "./trace.js";

/**
 * What the inspector says of a gated cell: its equations, one unit worked out, and the road of a gradient step by step.
 * Letters as PyTorch's: i, f, g and out of the LSTM, r, z and n of the GRU; its names are spelled where o and c are taken.
 *
 * @typedef {import("./trace.js").Trace} Trace
 * @typedef {import("./playhead.js").Path} Path
 */

/** Gates in the order in which they stand in the tables, and their letters. @type {Record<"lstm"|"gru", [string, string][]>} */
export const GATES = {
  lstm: [["input", "i"], ["forget", "f"], ["candidate", "g"], ["output", "\\mathit{out}"]],
  gru: [["reset", "r"], ["update", "z"], ["candidate", "n"]],
};

/** The gates of a trace's cell. @param {Trace} trace */
export const gatesOf = ({ cellName }) => GATES[/** @type {"lstm"|"gru"} */ (cellName)];

/** The gate that keeps the old state, hence its gradient. @param {Trace} trace */
export const keeperOf = ({ cellName }) => (cellName === "lstm" ? "forget" : "update");

/** The cell's equations at step t in TeX. @param {Trace} trace @param {number} t */
export function equationsOf({ cellName }, t) {
  const sum = (/** @type {string} */ gate) => `\\U_{${gate}}x(${t}) + \\W_{\\!${gate}}h(${t - 1}) + b_{${gate}}`;
  if (cellName === "lstm") {
    return [
      ...["i", "f"].map((gate) => `${gate}(${t}) = \\sigma(${sum(gate)})`), `g(${t}) = \\tanh(${sum("g")})`, `\\mathit{out}(${t}) = \\sigma(${sum("o")})`,
      `\\mathit{cell}(${t}) = f(${t}) \\odot \\mathit{cell}(${t - 1}) + i(${t}) \\odot g(${t})`, stateFormula("lstm", t),
    ];
  }
  return [
    ...["r", "z"].map((gate) => `${gate}(${t}) = \\sigma(${sum(gate)})`),
    `n(${t}) = \\tanh\\big(\\U_n x(${t}) + b_n + r(${t}) \\odot (\\W_{\\!n}h(${t - 1}) + b_{hn})\\big)`, stateFormula("gru", t),
  ];
}

/** How the hidden state comes about, in TeX. @param {"lstm"|"gru"} cell @param {number} t */
export const stateFormula = (cell, t) => (cell === "lstm"
  ? `h(${t}) = \\mathit{out}(${t}) \\odot \\tanh \\mathit{cell}(${t})`
  : `h(${t}) = (1 - z(${t})) \\odot n(${t}) + z(${t}) \\odot h(${t - 1})`);

/** @param {number} v */
const number = (v) => texNumber(fixed(v, 2));

/** @param {number} v */
const factor = (v) => (v < 0 ? `(${number(v)})` : number(v));

/** Unit i's state at step t, worked out. @param {Trace} trace @param {number} t @param {number} i from 0 */
export function workedOut(trace, t, i) {
  const gate = (/** @type {string} */ name) => /** @type {Record<string, Float64Array[]>} */ (trace.gates)[name][t - 1][i];
  const h = `= \\mathbf{${number(trace.h[t - 1][i])}}`;
  if (trace.cell) {
    const cell = number(trace.cell[t - 1][i]);
    return [
      `\\mathit{cell} = ${number(gate("forget"))} \\cdot ${factor(cellBefore(trace, t)[i])} + ${number(gate("input"))} \\cdot ${factor(gate("candidate"))} = ${cell}`,
      `h = ${number(gate("output"))} \\cdot \\tanh(${cell}) ${h}`,
    ];
  }
  return [`h = ${number(1 - gate("update"))} \\cdot ${factor(gate("candidate"))} + ${number(gate("update"))} \\cdot ${factor(stateBefore(trace, t)[i])}`, h];
}

/** Mean of the gate that keeps the old state, over the units of step t. @param {Trace} trace @param {number} t */
export function meanKept(trace, t) {
  const gate = /** @type {Record<string, Float64Array[]>} */ (trace.gates)[keeperOf(trace)][t - 1];
  return gate.reduce((sum, v) => sum + v, 0) / gate.length;
}

/**
 * The road from L(t) to step k: what each step multiplies the gradient's norm by, at h and at the LSTM's cell state. A gated
 * step does not split into a slope and W; its gate's mean stands beside it. Ratios of the engine's own norms.
 * @param {Trace} trace @param {Path} path
 * @returns {{ step: number, kept: number, h: number, cell: number, left: number, leftCell: number }[]}  step j: j → j−1, from t down to k+1
 */
export function roadFactors(trace, { t, k }) {
  const dh = trace.credit.dh[t - 1];
  const dcell = trace.credit.dcell?.[t - 1];
  const steps = [];
  for (let j = t; j > k; j -= 1) {
    const cell = dcell ? dcell[j - 2] / dcell[j - 1] : NaN;
    steps.push({ step: j, kept: meanKept(trace, j), h: dh[j - 2] / dh[j - 1], cell, left: dh[j - 2], leftCell: dcell ? dcell[j - 2] : NaN });
  }
  return steps;
}

/** A road in sum: the factors' products and the geometric mean of the gate's means. @param {Trace} trace @param {Path} path */
export function roadOf(trace, path) {
  const inside = roadFactors(trace, path).filter(({ step }) => reaches(trace, path.t, step - 1));
  const product = (/** @type {"h" | "cell" | "kept"} */ name) => inside.reduce((all, step) => all * step[name], 1);
  return { steps: inside.length, h: product("h"), cell: product("cell"), kept: product("kept") ** (1 / Math.max(1, inside.length)) };
}
