import { fixed, short } from "../format.js";
import { texNumber } from "../formulas.js";
import { PHI } from "../phi.js";
import { norm } from "../trace.js";

/**
 * An operation in numbers: for one unit forwards, as a norm on the way back.
 *
 * @typedef {import("./graph.js").Flow} Flow
 * @typedef {import("./wiring.js").Wiring} Wiring
 * @typedef {import("./wiring.js").Operation} Operation
 */

const STATES = new Set(["h", "cell", "stack"]);

/** The node that does an operation's work: its last that is not merely a name for the result. @param {Wiring} wiring @param {Operation} operation */
export function workOf({ nodes }, operation) {
  const own = operation.nodes.map((id) => /** @type {Wiring["nodes"][number]} */ (nodes.find((node) => node.id === id)));
  return own.findLast(({ kind }) => !STATES.has(kind)) ?? own[0];
}

/** The unit whose result is largest. @param {Float64Array} v */
export const largestUnit = (v) => v.reduce((best, x, i) => (Math.abs(x) > Math.abs(v[best]) ? i : best), 0);

/** @param {number} v */
const number = (v) => texNumber(Math.abs(v) >= 1e4 ? short(v) : fixed(v, 2));

/** A number as a factor or a later summand: in parentheses where it is negative. @param {number} v */
const inside = (v) => (v < 0 ? `(${number(v)})` : number(v));

/** What an operation computes, in numbers: for unit i where it works unit by unit, else the result's norm.
 * @param {Wiring} wiring @param {Operation} operation @param {Flow} flow @param {number} i from 0 @param {string} activation @returns {{ unit: boolean, tex: string }} */
export function inNumbers(wiring, operation, flow, i, activation) {
  const node = workOf(wiring, operation);
  const out = flow.out[node.id];
  const inputs = wiring.wires.filter(({ to }) => to === node.id).map(({ id }) => flow.values[id][i]);
  const written = FORMS[node.kind]?.(inputs, out[i], activation);
  if (written && out.length === flow.out.h.length) return { unit: true, tex: `${written} = \\mathbf{${number(out[i])}}` };
  return { unit: false, tex: `\\lVert\\cdot\\rVert = \\mathbf{${texNumber(short(norm(out)))}}` };
}

/** @type {Record<string, (inputs: number[], out: number, activation: string) => string>} */
const FORMS = {
  sum: (inputs, out) => {
    const bias = out - inputs.reduce((sum, v) => sum + v, 0);
    return [...inputs, ...(Math.abs(bias) > 1e-9 ? [bias] : [])].map((v, j) => (j ? inside(v) : number(v))).join(" + ");
  },
  sigmoid: ([a]) => `\\sigma(${number(a)})`,
  tanh: ([a]) => `\\tanh(${number(a)})`,
  phi: ([a], _, activation) => (PHI[activation].tex ? `${PHI[activation].tex}(${number(a)})` : number(a)),
  times: ([p, q]) => `${number(p)} \\cdot ${inside(q)}`,
  rest: ([z]) => `1 - ${inside(z)}`,
};

/** How large the gradient is that an operation hands on. @param {Operation} operation @param {Flow} flow */
export const handedOn = (operation, flow) => norm(flow.gradients[operation.from]);

/** How large its result is. @param {Operation} operation @param {Flow} flow */
export const computed = (operation, flow) => norm(flow.out[/** @type {string} */ (operation.nodes.at(-1))]);
