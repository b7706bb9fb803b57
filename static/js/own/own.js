/**
 * What a reader brought: weights, a sequence, a first state, and the cells changed by hand. It lies over the settings:
 * what is not there is as they say.
 *
 * @typedef {object} OwnNetwork
 * @property {string} name              of the file; "" where drawn weights became own ones by an edit
 * @property {import("../trace.js").CellName} cell
 * @property {"none" | "layer"} normalization
 * @property {"softmax" | "sigmoid" | "linear"} output
 * @property {Record<string, number[] | number[][]>} parameters   as the API takes them
 *
 * @typedef {object} OwnData
 * @property {string} name
 * @property {number[][]} x             (T, I)
 * @property {number[] | number[][]} y  (T) class indices for softmax, else (T, O)
 * @property {"softmax" | "sigmoid" | "linear"} output
 * @property {string[] | null} labels   the alphabet of a text
 * @property {{ mean: number, std: number } | null} scale   of a series
 *
 * @typedef {object} Edit
 * @property {string} of       a parameter's name, or "x", "h0", "cell0"
 * @property {number[]} at     its indices, from 0
 * @property {number} was
 *
 * @typedef {object} Own
 * @property {OwnNetwork | null} network
 * @property {OwnData | null} data
 * @property {number[] | null} h0       (H)
 * @property {number[] | null} cell0    (H), of the LSTM
 * @property {Edit[]} edits
 */

/** @type {Own} */
export const NOTHING = { network: null, data: null, h0: null, cell0: null, edits: [] };

/** Own content with parts replaced; null where nothing is left. @param {Own | null} own @param {Partial<Own>} parts @returns {Own | null} */
export function withOwn(own, parts) {
  const next = { ...(own ?? NOTHING), ...parts };
  return next.network || next.data || next.h0 || next.cell0 ? next : null;
}

/** The question with what was brought in the place of what the settings say. @param {Record<string, any>} body @param {Own} own @returns {Record<string, any>} */
export function overlay(body, { network, data, h0, cell0 }) {
  const next = { ...body, network: { ...body.network }, data: { ...body.data } };
  if (data) {
    next.data = { kind: "arrays", x: data.x, y: data.y, loss_at: body.data.loss_at };
    next.network.output = data.output;
    if (data.output === "softmax" && data.labels) next.network.output_size = data.labels.length;
  }
  if (network) {
    const { cell, normalization, output, parameters } = network;
    next.network = { cell, ...(cell === "rnn" ? { activation: body.network.activation, normalization } : {}), output, parameters };
  }
  if (h0) next.data.h0 = h0;
  if (cell0 && (network?.cell ?? body.network.cell) === "lstm") next.data.cell0 = cell0;
  return next;
}

/** Settings that agree with a network that was brought. @param {OwnNetwork} network @param {string} [activation] */
export function settingsOf({ cell, normalization, parameters }, activation) {
  const H = parameters.W[0] instanceof Array ? /** @type {number[][]} */ (parameters.W)[0].length : 1;
  return { cell, normalization, H, ...(activation ? { activation } : {}) };
}
