import { LIMITS, checkNumbers, checkText, fromPreset, wellFormed } from "../state.js";
import { Refused, checkData, checkNetwork, isMatrix, isNumber, isRecord, isVector } from "./check.js";
import { isState, readState } from "./file.js";
import { withIdentity } from "./network.js";
import { NOTHING, settingsOf, withOwn } from "./own.js";
import { readTable } from "./table.js";

/**
 * What a text is that was typed, pasted or in a file: a state, a trace, a request, weights, arrays, a table, or words.
 *
 * @typedef {import("../state.js").Settings} Settings
 * @typedef {object} Found
 * @property {string} kind                  key of the sentence that names it, below "open.found."
 * @property {Record<string, string | number>} params   of that sentence
 * @property {Settings} [settings]          what the page then shows
 * @property {import("./table.js").Table} [table]   its columns are yet to be chosen
 */

/** @param {string} text @param {{ name: string, settings: Settings, catalog: any }} context @returns {Found} @throws {Refused} */
export function recognise(text, context) {
  const trimmed = text.trim();
  if (!trimmed) throw new Refused("fault.open.empty");
  if (/^[[{]/.test(trimmed)) {
    const value = parse(trimmed);
    if (value !== undefined) return ofJson(value, context);
    if (/^\{\s*"|^\[\s*[[\d]/.test(trimmed)) throw new Refused("fault.open.json", placeOf(trimmed));
  }
  const table = readTable(text);
  if (table) return { kind: table.header ? "table" : "tableBare", params: { rows: table.rows, columns: table.columns.length }, table };
  const { settings } = context;
  if (!checkNumbers(trimmed)) return { kind: "numbers", params: { n: trimmed.split(/[\s,;]+/).length }, settings: { ...settings, kind: "numbers", numbers: trimmed, own: withOwn(settings.own, { data: null }) } };
  return ofWords(wellFormed(text.replace(/\r\n?/g, "\n").replace(/\n+$/, "")), settings);
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where JSON breaks off, as well as the browser says it. @param {string} text */
function placeOf(text) {
  try {
    JSON.parse(text);
  } catch (error) {
    const at = Number(/position (\d+)/.exec(String(error))?.[1] ?? text.length);
    return { line: text.slice(0, at).split("\n").length };
  }
  return { line: 1 };
}

/** @param {string} text @param {Settings} settings @returns {Found} */
function ofWords(text, settings) {
  const all = [...text];
  const kept = all.slice(0, LIMITS.T + 1).join("");
  const wrong = checkText(kept);
  if (wrong) throw new Refused(wrong.message, wrong.params);
  const next = { ...settings, kind: /** @type {const} */ ("text"), text: kept, own: withOwn(settings.own, { data: null }) };
  return { kind: all.length > LIMITS.T + 1 ? "textCut" : "text", params: { n: all.length, most: LIMITS.T + 1 }, settings: next };
}

/** @param {any} value @param {{ name: string, settings: Settings, catalog: any }} context @returns {Found} */
function ofJson(value, context) {
  const { settings, name } = context;
  if (isState(value)) return { kind: "state", params: { name }, settings: { ...readState(value), lang: settings.lang, theme: settings.theme } };
  if (isRecord(value) && isRecord(value.forward) && isRecord(value.network) && isRecord(value.data)) return ofTrace(value, context);
  if (isRecord(value) && isRecord(value.data) && typeof value.data.kind === "string") return ofRequest(value, context);
  if (isRecord(value) && value.U && value.W) return ofNetwork({ parameters: value, ...guess(value) }, context);
  if (isRecord(value) && value.x) return ofArrays(value, context);
  if (isVector(value)) return recogniseNumbers(value, settings);
  if (isMatrix(value)) {
    const columns = value[0].map((_, at) => ({ name: String(at + 1), values: value.map((row) => row[at]), fault: null }));
    return { kind: "tableBare", params: { rows: value.length, columns: columns.length }, table: { columns, rows: value.length, header: false } };
  }
  throw new Refused("fault.open.unknownJson");
}

/** @param {number[]} values @param {Settings} settings @returns {Found} */
function recogniseNumbers(values, settings) {
  const numbers = values.join(" ");
  const wrong = checkNumbers(numbers);
  if (wrong) throw new Refused(wrong.message, wrong.params);
  return { kind: "numbers", params: { n: values.length }, settings: { ...settings, kind: "numbers", numbers, own: withOwn(settings.own, { data: null }) } };
}

/** The cell that parameters of these shapes belong to. @param {any} parameters */
function guess({ U, W, b_hn }) {
  const ratio = isMatrix(W) ? W.length / W[0].length : 1;
  const cell = ratio === 4 ? "lstm" : ratio === 3 || b_hn ? "gru" : "rnn";
  return { cell, output: isMatrix(U) ? "linear" : undefined };
}

/** @param {any} value @param {{ name: string, settings: Settings }} context @returns {Found} */
function ofNetwork(value, { name, settings }) {
  const network = checkNetwork({ ...withIdentity(value), name });
  return { kind: "network", params: { name, H: /** @type {any} */ (network.parameters.W)[0].length }, settings: { ...settings, ...settingsOf(network, value.activation), own: withOwn(settings.own, { network, edits: [] }) } };
}

/** @param {any} value @param {{ name: string, settings: Settings }} context @returns {Found} */
function ofArrays({ x, y, labels, scale, h0, cell0, output, loss_at }, { name, settings }) {
  const rows = isVector(x) ? x.map((v) => [v]) : x;
  if (isMatrix(rows?.[0])) throw new Refused("fault.own.batch");
  const kind = output ?? (isVector(y) && y.every(Number.isInteger) && (labels || isMatrix(x)) ? "softmax" : "linear");
  const targets = kind !== "softmax" && isVector(y) ? y.map((v) => [v]) : y;
  const data = checkData({ name, x: rows, y: targets, labels: labels ?? null, scale: scale ?? null, output: kind });
  const first = { h0: isVector(h0) && h0.some((v) => v !== 0) ? h0 : null, cell0: isVector(cell0) && cell0.some((v) => v !== 0) ? cell0 : null };
  const next = { ...settings, ...(loss_at === "last" || loss_at === "every" ? { lossAt: /** @type {"last" | "every"} */ (loss_at) } : {}) };
  return { kind: "arrays", params: { T: data.x.length, I: data.x[0].length }, settings: { ...next, own: withOwn(settings.own, { data, ...first, edits: (settings.own?.edits ?? []).filter(({ of }) => of !== "x") }) } };
}

/** An answer of the API: its network on its data. @param {any} value @param {{ name: string, settings: Settings }} context @returns {Found} */
function ofTrace({ network, data }, { name, settings }) {
  if (data.loss_mask) throw new Refused("fault.own.mask");
  const plain = { ...settings, own: NOTHING };
  const own = checkNetwork({ ...withIdentity(network), name });
  const onData = /** @type {Settings} */ (ofArrays({ ...data, output: network.output }, { name, settings: plain }).settings);
  return { kind: "trace", params: { T: data.x.length, H: /** @type {any} */ (own.parameters.W)[0].length }, settings: { ...onData, ...settingsOf(own, network.activation), own: withOwn(onData.own, { network: own }) } };
}

/** A question to the API. @param {any} value @param {{ name: string, settings: Settings, catalog: any }} context @returns {Found} */
function ofRequest(value, context) {
  const { settings, catalog, name } = context;
  const { parameters, ...network } = value.network ?? {};
  const arrays = value.data.kind === "arrays";
  if (!arrays && !["text", "series"].includes(value.data.kind)) throw new Refused("fault.open.kind", { kind: String(value.data.kind).slice(0, 20) });
  if ((value.data.kind === "text" && typeof value.data.text !== "string") || (value.data.kind === "series" && !isVector(value.data.values))) throw new Refused("fault.own.shape", { where: "data" });
  const data = arrays ? { kind: "text", text: settings.text } : value.data;
  const scale = settings.scale;
  const asked = fromPreset(/** @type {any} */ ({ request: { ...value, network, data: { ...data, ...(value.data.loss_at ? { loss_at: value.data.loss_at } : {}) } }, scale }), settings, catalog);
  const wrong = asked.kind === "text" ? checkText(asked.text) : asked.kind === "numbers" ? checkNumbers(asked.numbers) : null;
  if (wrong) throw new Refused(wrong.message, wrong.params);
  let next = asked;
  if (arrays) next = /** @type {Settings} */ (ofArrays({ ...value.data, output: network.output }, { name, settings: next }).settings);
  if (parameters) next = /** @type {Settings} */ (ofNetwork({ output: arrays ? "linear" : asked.kind === "text" ? "softmax" : "linear", ...network, parameters }, { name, settings: next }).settings);
  return { kind: "request", params: { name }, settings: clampH(next) };
}

/** @param {Settings} settings */
function clampH(settings) {
  if (!isNumber(settings.H) || settings.H < 1 || settings.H > LIMITS.H) throw new Refused("fault.own.wide", { H: settings.H, most: LIMITS.H });
  return settings;
}
