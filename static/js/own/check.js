import { LIMITS } from "../state.js";

/**
 * Is what was brought something the page can show? Shapes and kinds only: that they fit each other is the server's to say.
 *
 * @typedef {import("./own.js").Own} Own
 * @typedef {import("../state.js").Fault} Fault
 */

/** What a link, a file or a paste cannot be, in words of the catalogue. */
export class Refused extends Error {
  /** @param {string} message  a key @param {Record<string, string | number>} [params] */
  constructor(message, params = {}) {
    super(message);
    this.params = params;
  }
}

const MOST_WIDE = 4096; // inputs or outputs

/** @param {unknown} v @returns {v is number} */
export const isNumber = (v) => typeof v === "number" && Number.isFinite(v);

/** @param {unknown} v @returns {v is number[]} */
export const isVector = (v) => Array.isArray(v) && v.length > 0 && v.length <= MOST_WIDE && v.every(isNumber);

/** Rows of one length. @param {unknown} v @returns {v is number[][]} */
export const isMatrix = (v) => Array.isArray(v) && v.length > 0 && v.length <= MOST_WIDE && v.every(isVector) && v.every((row) => row.length === v[0].length);

/** @param {unknown} v @returns {v is Record<string, any>} */
export const isRecord = (v) => typeof v === "object" && v !== null && !Array.isArray(v);

/** @param {boolean} holds @param {string} where */
function must(holds, where) {
  if (!holds) throw new Refused("fault.own.shape", { where });
}

const OUTPUTS = ["softmax", "sigmoid", "linear"];

/** Exactly the own content in a value of unknown origin. @param {unknown} value @returns {Own} @throws {Refused} */
export function checkOwn(value) {
  must(isRecord(value), "own");
  const { network, data, h0, cell0, edits } = /** @type {Record<string, any>} */ (value);
  return {
    network: network == null ? null : checkNetwork(network), data: data == null ? null : checkData(data),
    h0: h0 == null ? null : checkState(h0, "h0"), cell0: cell0 == null ? null : checkState(cell0, "cell0"),
    edits: Array.isArray(edits) ? edits.filter(isEdit).map(({ of, at, was }) => ({ of, at, was })) : [],
  };
}

/** @param {unknown} v @param {string} where @returns {number[]} */
function checkState(v, where) {
  must(isVector(v) && v.length <= LIMITS.H, where);
  return /** @type {number[]} */ (v);
}

/** @param {any} edit */
const isEdit = (edit) => isRecord(edit) && typeof edit.of === "string" && isVector(edit.at) && edit.at.length <= 2 && isNumber(edit.was);

/** @param {unknown} value @returns {import("./own.js").OwnNetwork} */
export function checkNetwork(value) {
  must(isRecord(value), "network");
  const { name = "", cell = "rnn", normalization = "none", output = "linear", parameters } = /** @type {Record<string, any>} */ (value);
  must(["rnn", "lstm", "gru"].includes(cell), "network.cell");
  must(["none", "layer"].includes(normalization), "network.normalization");
  must(OUTPUTS.includes(output), "network.output");
  must(isRecord(parameters), "network.parameters");
  const known = Object.fromEntries(Object.entries(parameters).filter(([, v]) => v !== null));
  for (const [key, v] of Object.entries(known)) must(isVector(v) || isMatrix(v), `network.parameters.${key}`);
  must(isMatrix(known.U), "network.parameters.U");
  must(isMatrix(known.W), "network.parameters.W");
  const H = known.W[0].length;
  if (Object.keys(known).some((key) => /_l\d|_reverse/.test(key))) throw new Refused("fault.own.layers");
  if (H > LIMITS.H) throw new Refused("fault.own.wide", { H, most: LIMITS.H });
  return { name: String(name).slice(0, 80), cell, normalization, output, parameters: known };
}

/** @param {unknown} value @returns {import("./own.js").OwnData} */
export function checkData(value) {
  must(isRecord(value), "data");
  const { name = "", x, y, output = "linear", labels = null, scale = null } = /** @type {Record<string, any>} */ (value);
  must(isMatrix(x), "data.x");
  if (x.length > LIMITS.T) throw new Refused("fault.own.long", { n: x.length, most: LIMITS.T });
  must(OUTPUTS.includes(output), "data.output");
  must(output === "softmax" ? isVector(y) : isMatrix(y), "data.y");
  must(y.length === x.length, "data.y");
  must(labels === null || (Array.isArray(labels) && labels.every((label) => typeof label === "string")), "data.labels");
  must(scale === null || (isRecord(scale) && isNumber(scale.mean) && isNumber(scale.std)), "data.scale");
  return { name: String(name).slice(0, 80), x, y, output, labels, scale };
}
