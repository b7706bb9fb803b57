import { PHI } from "../phi.js";
import { backwardTerms, multiply, multiplyTransposed, stateBefore } from "../products.js";

/**
 * One step of a cell as a graph of operations, run forwards for the value on every wire and backwards for the gradient.
 * The gradients that enter it are the engine's own ∂L/∂h(t) and ∂L/∂cell(t); inside, each operation hands on by the chain
 * rule. Nothing here knows how a cell is drawn, and nothing but the descriptions knows which cell it is.
 *
 * @typedef {import("../trace.js").Trace} Trace
 * @typedef {"x" | "h0" | "cell0" | "matrix" | "sum" | "stack" | "sigmoid" | "tanh" | "phi" | "times" | "rest" | "normalize" | "h" | "cell"} Kind
 *   x, h0, cell0: what the step is given · matrix: M v · sum: of its wires and a bias · stack: the gates' rows, one wire a
 *   gate · sigmoid, tanh, phi: unit by unit · times: ⊙ · rest: 1 − v · normalize: γ LN(v) + b · h, cell: the new states
 *
 * @typedef {object} Node
 * @property {string} id
 * @property {Kind} kind
 * @property {string} [parameter]   of a matrix, or a sum's bias
 * @property {string} [part]        of the parameter: the gate whose rows these are
 *
 * @typedef {object} Wire
 * @property {string} id
 * @property {string} from
 * @property {string} to            a node, or "readout", "next", "cellNext": where the step's states go
 * @property {string} [part]        of the vector: the gate whose rows it carries
 *
 * @typedef {object} Graph
 * @property {string[]} parts       gates in the order of their rows; empty for the plain cell
 * @property {Node[]} nodes         in an order in which they can be computed
 * @property {Wire[]} wires
 *
 * @typedef {object} Flow
 * @property {Record<string, Float64Array>} out         what each node computes
 * @property {Record<string, Float64Array>} values      on each wire
 * @property {Record<string, Float64Array>} gradients   of the loss, with respect to what is on the wire, through this wire alone
 * @property {Record<string, Float64Array>} arriving    at each node: the sum over the wires that leave it
 */

const EPSILON = 1e-5; // the engine's, in layer normalization

/** @param {Float64Array} v @param {(v: number, i: number) => number} f */
const each = (v, f) => v.map(f);

/** Rows of a gate in a stacked vector. @param {Graph} graph @param {Float64Array} v @param {string | undefined} part */
function slice({ parts }, v, part) {
  if (part === undefined) return v;
  const H = v.length / parts.length;
  return v.subarray(parts.indexOf(part) * H, (parts.indexOf(part) + 1) * H);
}

/** Mean and inverse standard deviation over the units. @param {Float64Array} v */
function moments(v) {
  const mean = v.reduce((sum, x) => sum + x, 0) / v.length;
  const variance = v.reduce((sum, x) => sum + (x - mean) ** 2, 0) / v.length;
  return { mean, scale: 1 / Math.sqrt(variance + EPSILON) };
}

/** Through the layer's own statistics. @param {Float64Array} v @param {Float64Array} gamma @param {Float64Array} g */
function backThroughLayer(v, gamma, g) {
  const { mean, scale } = moments(v);
  const normal = each(v, (x) => (x - mean) * scale);
  const inner = each(g, (d, i) => d * gamma[i]);
  const average = inner.reduce((sum, d) => sum + d, 0) / v.length;
  const along = inner.reduce((sum, d, i) => sum + d * normal[i], 0) / v.length;
  return each(inner, (d, i) => scale * (d - average - normal[i] * along));
}

/**
 * @typedef {{ trace: Trace, t: number, graph: Graph, node: Node, inputs: Float64Array[], out: Float64Array }} At  one node at work
 * @typedef {{ forward: (at: Omit<At, "out">) => Float64Array, back: (at: At, g: Float64Array) => Float64Array[] }} Rule  back: one gradient a wire that comes in
 */

/** @type {Rule} */
const GIVEN = { forward: () => new Float64Array(), back: () => [] };
/** @type {Rule} */
const SAME = { forward: ({ inputs }) => inputs[0], back: (_, g) => [g] };

/** @type {Record<Kind, Rule>} */
const RULES = {
  x: { ...GIVEN, forward: ({ trace, t }) => trace.x[t - 1] },
  h0: { ...GIVEN, forward: ({ trace, t }) => stateBefore(trace, t) },
  cell0: { ...GIVEN, forward: ({ trace, t }) => cellBefore(trace, t) },
  stack: SAME, h: SAME, cell: SAME,
  matrix: {
    forward: ({ trace, node, inputs }) => multiply(parameter(trace, node), inputs[0]),
    back: ({ trace, node }, g) => [multiplyTransposed(parameter(trace, node), g)],
  },
  sum: {
    forward: ({ trace, graph, node, inputs }) => {
      const bias = node.parameter ? slice(graph, parameter(trace, node)[0], node.part) : new Float64Array(inputs[0].length);
      return each(bias, (b, i) => inputs.reduce((sum, v) => sum + v[i], b));
    },
    back: ({ inputs }, g) => inputs.map(() => g),
  },
  sigmoid: { forward: ({ inputs: [a] }) => each(a, PHI.sigmoid.f), back: ({ out }, g) => [each(g, (d, i) => d * out[i] * (1 - out[i]))] },
  tanh: { forward: ({ inputs: [a] }) => each(a, Math.tanh), back: ({ out }, g) => [each(g, (d, i) => d * (1 - out[i] ** 2))] },
  phi: {
    forward: ({ trace, inputs: [a] }) => each(a, (v) => PHI[trace.activation].f(v)),
    back: ({ trace, inputs: [a] }, g) => [each(g, (d, i) => d * PHI[trace.activation].slope(a[i]))],
  },
  times: {
    forward: ({ inputs: [p, q] }) => each(p, (v, i) => v * q[i]),
    back: ({ inputs: [p, q] }, g) => [each(g, (d, i) => d * q[i]), each(g, (d, i) => d * p[i])],
  },
  rest: { forward: ({ inputs: [z] }) => each(z, (v) => 1 - v), back: (_, g) => [each(g, (d) => -d)] },
  normalize: {
    forward: ({ trace, inputs: [v] }) => {
      const { mean, scale } = moments(v);
      return each(v, (x, i) => trace.parameters.gamma[0][i] * (x - mean) * scale + trace.parameters.b[0][i]);
    },
    back: ({ trace, inputs: [v] }, g) => [backThroughLayer(v, trace.parameters.gamma[0], g)],
  },
};

/** @param {Trace} trace @param {Node} node */
const parameter = (trace, node) => trace.parameters[/** @type {string} */ (node.parameter)];

/** cell(t−1) of the LSTM. @param {Trace} trace @param {number} t @returns {Float64Array} */
export const cellBefore = ({ cell, cell0, H }, t) => (t > 1 ? cell?.[t - 2] : cell0) ?? new Float64Array(H);

/** Values forwards; `change` may replace what a wire carries, which tests use. @param {Trace} trace @param {number} t @param {Graph} graph
 * @param {(wire: Wire, value: Float64Array) => Float64Array} [change] @returns {Pick<Flow, "out" | "values">} */
export function runForward(trace, t, graph, change = (_, value) => value) {
  /** @type {Flow["out"]} */ const out = {};
  /** @type {Flow["values"]} */ const values = {};
  for (const node of graph.nodes) {
    const inputs = graph.wires.filter(({ to }) => to === node.id).map(({ id }) => values[id]);
    out[node.id] = RULES[node.kind].forward({ trace, t, graph, node, inputs });
    for (const wire of graph.wires) if (wire.from === node.id) values[wire.id] = change(wire, slice(graph, out[node.id], wire.part));
  }
  return { out, values };
}

/** Everything that flows through step t. @param {Trace} trace @param {number} t @param {Graph} graph @returns {Flow} */
export function flow(trace, t, graph) {
  const { out, values } = runForward(trace, t, graph);
  /** @type {Flow["gradients"]} */ const gradients = {};
  /** @type {Flow["arriving"]} */ const arriving = {};
  for (const node of [...graph.nodes].reverse()) {
    const leaving = graph.wires.filter(({ from }) => from === node.id);
    outside(trace, t, node, leaving, gradients);
    const g = arriving[node.id] = total(trace, t, graph, node, leaving, gradients, out[node.id].length);
    const wires = graph.wires.filter(({ to }) => to === node.id);
    const back = RULES[node.kind].back({ trace, t, graph, node, inputs: wires.map(({ id }) => values[id]), out: out[node.id] }, g);
    wires.forEach(({ id }, i) => { gradients[id] = back[i]; });
  }
  return { out, values, gradients, arriving };
}

/** What arrives at a state from outside the step: at h(t) from the readout, the rest from the step after.
 * @param {Trace} trace @param {number} t @param {Node} node @param {Wire[]} leaving @param {Flow["gradients"]} gradients */
function outside(trace, t, node, leaving, gradients) {
  const whole = node.kind === "h" ? trace.dh[t - 1] : node.kind === "cell" ? trace.dcell?.[t - 1] : null;
  if (!whole) return;
  const known = leaving.map(({ id, to }) => (to === "readout" ? backwardTerms(trace, t).readout ?? new Float64Array(whole.length) : gradients[id]));
  leaving.forEach(({ id, to }, j) => {
    if (to === "readout") gradients[id] = known[j];
    else if (to === "next" || to === "cellNext") gradients[id] = each(whole, (g, i) => (t === trace.T ? 0 : g - known.reduce((sum, v) => sum + (v?.[i] ?? 0), 0)));
  });
}

/** @param {Trace} trace @param {number} t @param {Graph} graph @param {Node} node @param {Wire[]} leaving @param {Flow["gradients"]} gradients @param {number} size */
function total(trace, t, graph, { kind }, leaving, gradients, size) {
  if (kind === "h") return trace.dh[t - 1];
  if (kind === "cell" && trace.dcell) return trace.dcell[t - 1];
  const sum = new Float64Array(size);
  for (const { id, part } of leaving) {
    const at = part === undefined ? 0 : graph.parts.indexOf(part) * gradients[id].length;
    gradients[id].forEach((g, i) => { sum[at + i] += g; });
  }
  return sum;
}
