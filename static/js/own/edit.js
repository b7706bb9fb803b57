import { withOwn } from "./own.js";

/**
 * Numbers changed by hand. The first change makes drawn weights, or the page's sequence, the reader's own; the last one
 * put back gives them back to the settings.
 *
 * @typedef {import("./own.js").Own} Own
 * @typedef {import("../trace.js").Trace} Trace
 * @typedef {{ of: string, at: number[] }} Cell   at: [row] of a vector, [row, column] of a matrix, from 0
 */

const STATES = ["h0", "cell0"];

/** Names of the arrays that can be changed: parameters, inputs, first states. @param {Trace} trace */
export const editable = (trace) => [...Object.keys(trace.answer.network.parameters).filter((name) => trace.answer.network.parameters[name]), "x", "h0", ...(trace.cell ? ["cell0"] : [])];

/** The array as it stands: as changed, else as in the picture. @param {Own | null} own @param {Trace} trace @param {string} of @returns {number[] | number[][]} */
export function valuesOf(own, trace, of) {
  const { network, data } = trace.answer;
  if (of === "x") return own?.data?.x ?? data.x;
  if (of === "h0") return own?.h0 ?? data.h0 ?? new Array(trace.H).fill(0);
  if (of === "cell0") return own?.cell0 ?? data.cell0 ?? new Array(trace.H).fill(0);
  return own?.network?.parameters[of] ?? network.parameters[of];
}

/** @param {number[] | number[][]} values @param {number[]} at @returns {number} */
export const pick = (values, [i, j]) => (j === undefined ? /** @type {number[]} */ (values)[i] : /** @type {number[][]} */ (values)[i][j]);

/** @param {number[] | number[][]} values @param {number[]} at @param {number} v */
function put(values, [i, j], v) {
  const next = /** @type {any[]} */ (values.map((row) => (Array.isArray(row) ? [...row] : row)));
  if (j === undefined) next[i] = v;
  else next[i][j] = v;
  return next;
}

/** @param {import("./own.js").Edit} edit @param {Cell} cell */
const isAt = (edit, { of, at }) => edit.of === of && edit.at.join() === at.join();

/** What a cell was before it was changed; undefined where it was not. @param {Own | null} own @param {Cell} cell */
export const before = (own, cell) => own?.edits.find((edit) => isAt(edit, cell))?.was;

/** @param {Own | null} own @param {Trace} trace @param {Cell} cell @param {number} value @returns {Own | null} */
export function setCell(own, trace, cell, value) {
  const values = valuesOf(own, trace, cell.of);
  const was = before(own, cell) ?? pick(values, cell.at);
  const others = (own?.edits ?? []).filter((edit) => !isAt(edit, cell));
  const edits = value === was ? others : [...others, { of: cell.of, at: cell.at, was }];
  return settle(withOwn(own, { ...holding(own, trace, cell.of, put(values, cell.at, value)), edits }));
}

/** The part of the own content that holds an array. @param {Own | null} own @param {Trace} trace @param {string} of @param {any} values @returns {Partial<Own>} */
function holding(own, trace, of, values) {
  const { network, data } = trace.answer;
  if (STATES.includes(of)) return { [of]: values };
  if (of === "x") return { data: { ...(own?.data ?? { name: "", y: data.y, output: network.output, labels: data.labels ?? null, scale: data.scale ?? null }), x: values } };
  const kept = own?.network ?? { name: "", cell: network.cell ?? "rnn", normalization: network.normalization ?? "none", output: network.output, parameters: network.parameters };
  const parameters = Object.fromEntries(Object.entries(kept.parameters).filter(([, v]) => v !== null));
  return { network: { ...kept, parameters: { ...parameters, [of]: values } } };
}

/** What is as it was is the settings' again. @param {Own | null} own @returns {Own | null} */
function settle(own) {
  if (!own) return null;
  const touched = (/** @type {(of: string) => boolean} */ test) => own.edits.some(({ of }) => test(of));
  const isParameter = (/** @type {string} */ of) => of !== "x" && !STATES.includes(of);
  return withOwn(own, {
    network: own.network?.name === "" && !touched(isParameter) ? null : own.network,
    data: own.data?.name === "" && !touched((of) => of === "x") && own.data.y !== undefined && !isImpulse(own) ? null : own.data,
    h0: own.h0 && (touched((of) => of === "h0") || own.h0.some((v) => v !== 0)) ? own.h0 : null,
    cell0: own.cell0 && (touched((of) => of === "cell0") || own.cell0.some((v) => v !== 0)) ? own.cell0 : null,
  });
}

/** A sequence that stands in for one that fits the weights stays with them. @param {Own} own */
const isImpulse = (own) => own.network !== null && own.network.name !== "";

/** One cell, or all of them, as before. @param {Own} own @param {Trace} trace @param {Cell} [cell] @returns {Own | null} */
export function reset(own, trace, cell) {
  const gone = own.edits.filter((edit) => !cell || isAt(edit, cell));
  return gone.reduce((/** @type {Own | null} */ now, { of, at, was }) => setCell(now, trace, { of, at }, was), own);
}
