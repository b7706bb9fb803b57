import { gru } from "./gru.js";
import { lstm } from "./lstm.js";
import { rnn } from "./rnn.js";

/**
 * A cell as it is drawn: its graph (see graph.js) with a place for every node and wire, and its operations in the order in
 * which they are computed. A new cell is one such description; the renderer knows none of them.
 *
 * @typedef {import("./graph.js").Node} GraphNode
 * @typedef {import("./graph.js").Wire} GraphWire
 * @typedef {[number, number]} Point   in units of the drawing
 *
 * @typedef {object} Place
 * @property {Point} at             its middle
 * @property {boolean} [below]      a state's name stands below it, not above
 * @property {string} [sign]        what stands in a box or a circle
 * @property {string} [word]        key of the word beside it
 * @property {Point} [wordAt]       the word's middle, where a wire leaves the box at its side
 * @property {number[]} [slots]     of a stack: the middle of each gate's rows, in the order of the parts
 *
 * @typedef {object} Course
 * @property {Point[]} points       corners from its start to its end
 * @property {Point} label          where its value's strip stands, or its norm where the value is a state's own
 * @property {boolean} [bare]       the value stands at its end already: no strip
 * @property {boolean} [road]       the way that stays open: the cell state's, or the GRU's h
 *
 * @typedef {object} Operation
 * @property {string} name                    key of its name
 * @property {string[]} nodes                 what it computes; its result is the last one's
 * @property {(t: number) => string} tex      its formula
 * @property {(t: number) => string} back     the same on the way back, in its norm's bars
 * @property {string} from                    the wire or node whose gradient `back` is
 *
 * @typedef {object} Wiring
 * @property {string} name
 * @property {string[]} parts
 * @property {{ width: number, height: number }} size
 * @property {(GraphNode & Place)[]} nodes
 * @property {(GraphWire & Course)[]} wires
 * @property {Operation[]} operations
 * @property {Point} legend
 */

/** The wiring of a trace's cell. @param {{ cellName: import("../trace.js").CellName, normalization: string }} trace @returns {Wiring} */
export function wiringOf({ cellName, normalization }) {
  return { rnn: () => rnn(normalization === "layer"), lstm, gru }[cellName]();
}

/** How many operations of a step are done when `progress` 0..1 of it is. @param {number} progress @param {number} count */
export const operationsDone = (progress, count) => Math.floor(progress * count + 1e-9);

/** Nodes that are computed once `done` operations are; what the step is given is there from the start. @param {Wiring} wiring @param {number} done @returns {Set<string>} */
export function knownNodes({ nodes, operations }, done) {
  const given = nodes.filter(({ kind }) => ["x", "h0", "cell0"].includes(kind)).map(({ id }) => id);
  return new Set([...given, ...operations.slice(0, done).flatMap((operation) => operation.nodes)]);
}

/** Nodes of a step's cell that are computed at `progress` 0..1 of its beat, as the open cell shows them. @param {Parameters<typeof wiringOf>[0]} trace @param {number} progress @returns {Set<string>} */
export function knownAt(trace, progress) {
  const wiring = wiringOf(trace);
  return knownNodes(wiring, operationsDone(progress, wiring.operations.length));
}

/** Nodes that have handed their gradient on once `done` operations, the last first, are gone back over. @param {Wiring} wiring @param {number} done @returns {Set<string>} */
export function returnedNodes({ operations }, done) {
  return new Set(operations.slice(operations.length - done).flatMap((operation) => operation.nodes));
}
