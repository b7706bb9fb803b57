import { DEFAULTS as INSTRUMENT, LIMITS, PROPERTIES as SINGLE, checkNumbers, parseNumbers, wellFormed, writeSettings } from "./state.js";

/**
 * The settings of a comparison: the same data for every network, and the list of networks. As with the instrument's, one
 * typed list of properties is the URL; properties of the same name are the instrument's own, with other defaults.
 * A network is a repeated parameter: `n=relu+radius+1.6+clipBy+norm`, its model and what is not at its default.
 *
 * @typedef {"text" | "sunspots" | "numbers" | "task"} DataKind
 * @typedef {"tanh" | "sigmoid" | "relu" | "leaky_relu" | "identity" | "lstm" | "gru"} Model
 *
 * @typedef {object} Network
 * @property {Model} model               an activation of the plain cell, or a gated cell
 * @property {"none" | "layer" | "batch"} normalization
 * @property {string} scheme
 * @property {number | null} radius      null: as the scheme drew it
 * @property {import("./state.js").ClipBy} clipBy
 * @property {number} clipAt
 * @property {number} forgetBias
 *
 * @typedef {object} Comparison
 * @property {DataKind} kind
 * @property {string} text               cut into `sequences` of equal length
 * @property {number} sequences          B, of a text or a task
 * @property {number} from
 * @property {number} steps              T of the sunspots
 * @property {string} numbers
 * @property {string} task
 * @property {number} length
 * @property {number} delay
 * @property {number} dataSeed           of a task's data
 * @property {"every" | "last"} lossAt   a task has its own
 * @property {number} H
 * @property {number} gain
 * @property {number} seed
 * @property {number} distance           of the rule
 * @property {[number, number]} scale
 * @property {string} lang
 * @property {string} theme
 * @property {Network[]} networks
 */

/**
 * @typedef {object} Property
 * @property {string} name
 * @property {any} default
 * @property {(text: string) => any} parse     undefined: cannot be read
 * @property {(value: any) => string} format
 *
 * @typedef {import("./state.js").Fault} Fault
 */

export const MOST = 8;
export const LONGEST = 2000;
export const MOST_SEQUENCES = 32;
/** @type {Model[]} */
export const MODELS = ["tanh", "sigmoid", "relu", "leaky_relu", "identity", "lstm", "gru"];
export const TASKS = ["adding", "copy", "temporal_order", "parity", "delayed_recall", "sine"];
const DELAYED = new Set(["copy", "temporal_order", "delayed_recall"]);
const GATED = new Set(["lstm", "gru"]);

const ALICE = "Alice was beginning to get very tired of sitting by her sister on the bank, and of having nothing to do: "
  + "once or twice she had peeped into the book her sister was reading, but it had no pictures or conversations in it, "
  + "and what is the use of a book, thought Alice";

/** A property of the instrument. @param {string} name @param {any} [fallback] @returns {Property} */
function shared(name, fallback) {
  const property = /** @type {Property} */ (SINGLE.find((one) => one.name === name));
  return fallback === undefined ? property : { ...property, default: fallback };
}

/** @param {string} name @param {string[]} names @returns {Property} */
const oneOf = (name, names) => ({ name, default: names[0], format: String, parse: (text) => names.find((known) => known === text) });

/** @param {string} name @param {number} fallback @param {[number, number]} range @returns {Property} */
const whole = (name, fallback, [low, high]) => ({
  name, default: fallback, format: String,
  parse: (text) => (text.trim() !== "" && Number.isFinite(Number(text)) ? Math.round(Math.min(high, Math.max(low, Number(text)))) : undefined),
});

/** @type {Property} */
const TEXT = { name: "text", default: ALICE, format: String, parse: (text) => (checkText(wellFormed(text)) ? undefined : wellFormed(text)) };

/** @type {Property[]} */
export const PROPERTIES = [
  oneOf("kind", ["text", "sunspots", "numbers", "task"]),
  TEXT,
  whole("sequences", 8, [1, MOST_SEQUENCES]),
  shared("from"), shared("steps"), shared("numbers"),
  oneOf("task", TASKS),
  whole("length", 30, [1, LIMITS.T]),
  whole("delay", 10, [0, LIMITS.T]),
  whole("dataSeed", 0, [0, LIMITS.seed]),
  shared("lossAt"), shared("H", 32), shared("gain", 2), shared("seed", 0),
  whole("distance", 10, [0, LIMITS.T - 1]),
  shared("scale", [-4, 2]), shared("lang"), shared("theme"),
];

/** @type {Property[]} */
export const NETWORK_PROPERTIES = [
  oneOf("normalization", ["none", "layer", "batch"]), shared("scheme"), shared("radius"), shared("clipBy"), shared("clipAt"), shared("forgetBias"),
];

/** The radius of a gated cell's blocks is as drawn. @param {Property} property @param {Model} model */
const defaultOf = ({ name, default: fallback }, model) => (name === "radius" && GATED.has(model) ? null : fallback);

/** A network of a model, the rest at its defaults. @param {Model} model @param {Partial<Network>} [part] @returns {Network} */
export const network = (model, part = {}) =>
  /** @type {any} */ ({ model, ...Object.fromEntries(NETWORK_PROPERTIES.map((property) => [property.name, defaultOf(property, model)])), ...part });

/** The plain cell, and the remedies. */
export const NETWORKS = [
  network("tanh"), network("sigmoid"), network("relu", { radius: 1.6 }), network("relu", { radius: 1.6, clipBy: "norm" }),
  network("tanh", { normalization: "batch" }), network("lstm"), network("gru"),
];

/** @type {Comparison} */
export const DEFAULTS = /** @type {any} */ ({ ...Object.fromEntries(PROPERTIES.map(({ name, default: fallback }) => [name, fallback])), networks: NETWORKS });

/** @param {Network} one */
export const isGated = ({ model }) => GATED.has(model);

/** What it is made of, as words. @param {Network} one @returns {string} */
export function writeNetwork(one) {
  const words = NETWORK_PROPERTIES.flatMap((property) => {
    const { name, format } = property;
    const text = format(one[/** @type {keyof Network} */ (name)]);
    return text === format(defaultOf(property, one.model)) ? [] : [name, text];
  });
  return [one.model, ...words].join(" ");
}

/** @param {string} text @returns {Network | undefined} */
export function readNetwork(text) {
  const [model, ...words] = text.trim().split(/\s+/u);
  const known = MODELS.find((name) => name === model);
  if (!known) return undefined;
  const part = NETWORK_PROPERTIES.flatMap(({ name, parse }) => {
    const at = words.findIndex((word, i) => i % 2 === 0 && word === name);
    const value = at < 0 || words[at + 1] === undefined ? undefined : parse(words[at + 1]);
    return value === undefined ? [] : [[name, value]];
  });
  return tidy(network(known, Object.fromEntries(part)));
}

/** A network without what its model has no use for. @param {Network} one @returns {Network} */
export function tidy(one) {
  const plain = network(one.model);
  const { normalization, forgetBias } = isGated(one) ? { ...one, normalization: plain.normalization } : one;
  return { ...one, normalization, forgetBias: one.model === "lstm" ? forgetBias : plain.forgetBias, clipAt: one.clipBy === "none" ? plain.clipAt : one.clipAt };
}

/** Settings of a query string. Never throws. @param {string} search @returns {Comparison} */
export function readComparison(search) {
  const given = new URLSearchParams(search);
  const read = (/** @type {Property} */ { name, parse, default: fallback }) => {
    const value = given.has(name) ? parse(/** @type {string} */ (given.get(name))) : undefined;
    return [name, value === undefined ? fallback : value];
  };
  const networks = given.getAll("n").map(readNetwork).filter((one) => one !== undefined).slice(0, MOST);
  return /** @type {any} */ ({ ...Object.fromEntries(PROPERTIES.map(read)), networks: networks.length ? networks : NETWORKS });
}

/** @param {Network[]} networks */
const written = (networks) => networks.map(writeNetwork);

/** The query string of settings: "" or "?…", only what is not at its default. @param {Comparison} settings @returns {string} */
export function writeComparison(settings) {
  const query = new URLSearchParams();
  for (const { name, format, default: fallback } of PROPERTIES) {
    const text = format(settings[/** @type {keyof Comparison} */ (name)]);
    if (text !== format(fallback)) query.set(name, text);
  }
  const names = written(settings.networks);
  if (String(names) !== String(written(NETWORKS))) for (const name of names) query.append("n", name);
  const text = query.toString();
  return text && `?${text}`;
}

/** What is wrong with a text, if anything. @param {string} text @returns {Fault | null} */
export function checkText(text) {
  const n = [...text].length;
  if (n < 2) return { message: "fault.text.short", params: { n } };
  return n > LONGEST ? { message: "compare.fault.long", params: { n, most: LONGEST } } : null;
}

/** A text in pieces of one length, two characters at least, as many as it allows up to `sequences`. @param {string} text @param {number} sequences @returns {string[]} */
export function cut(text, sequences) {
  const symbols = [...text];
  const count = Math.max(1, Math.min(sequences, Math.floor(symbols.length / 2)));
  const length = Math.min(LIMITS.T + 1, Math.floor(symbols.length / count));
  return Array.from({ length: count }, (_, i) => symbols.slice(i * length, (i + 1) * length).join(""));
}

/** B: how many sequences the data has. @param {Comparison} settings */
export function batchOf({ kind, text, sequences }) {
  if (kind === "text") return cut(text, sequences).length;
  return kind === "task" ? sequences : 1;
}

/** T, or null where the server's task decides. @param {Comparison} settings */
export function stepsOf({ kind, text, sequences, numbers, steps, from }) {
  if (kind === "text") return [...cut(text, sequences)[0]].length - 1;
  if (kind === "numbers") return parseNumbers(numbers).length - 1;
  return kind === "sunspots" ? Math.min(steps, LIMITS.years[1] - from) : null;
}

/** Has the task a delay? @param {Comparison} settings */
export const hasDelay = ({ kind, task }) => kind === "task" && DELAYED.has(task);

/** Why a network cannot be asked for on this data. @param {Network} one @param {Comparison} settings @returns {"batch" | null} */
export const refusal = ({ normalization }, settings) => (normalization === "batch" && batchOf(settings) < 2 ? "batch" : null);

/** Settings whose data has several sequences: cut, or drawn. @param {Comparison} settings @returns {Comparison} */
export function severalSequences(settings) {
  if (settings.kind === "task") return { ...settings, sequences: DEFAULTS.sequences };
  const text = settings.kind === "text" && [...settings.text].length >= 4 ? settings.text : DEFAULTS.text;
  const most = Math.floor([...text].length / 4); // pieces of four characters have three steps
  return { ...settings, kind: "text", text, sequences: Math.max(2, Math.min(DEFAULTS.sequences, most)) };
}

/** @param {Comparison} settings @param {any} catalog */
function dataOf(settings, catalog) {
  const { kind, text, sequences, from, steps, lossAt } = settings;
  if (kind === "task") return { kind, name: settings.task, length: settings.length, delay: settings.delay, batch: sequences, seed: settings.dataSeed };
  if (kind === "numbers") return { kind: "series", values: parseNumbers(settings.numbers), loss_at: lossAt };
  if (kind === "sunspots") {
    const { start_year, values } = catalog.series.find((/** @type {any} */ series) => series.name === "sunspots");
    return { kind: "series", values: values.slice(from - start_year, from - start_year + steps + 1), loss_at: lossAt };
  }
  const pieces = cut(text, sequences);
  return { kind, text: pieces.length > 1 ? pieces : pieces[0], loss_at: lossAt };
}

/** @param {Network} one @param {Comparison} settings */
function networkOf(one, { H, gain, seed }) {
  const init = { scheme: one.scheme, gain, spectral_radius: one.radius, seed };
  return {
    ...(isGated(one) ? { cell: one.model } : { cell: "rnn", activation: one.model, normalization: one.normalization }),
    hidden_size: H, init: one.model === "lstm" ? { ...init, forget_bias: one.forgetBias } : init,
    clip: one.clipBy === "none" ? null : { by: one.clipBy, threshold: one.clipAt },
  };
}

/** What /api/v1/compare is asked: every network that the data allows, in order. @param {Comparison} settings @param {any} catalog @returns {Record<string, any>} */
export const toRequest = (settings, catalog) => ({
  networks: settings.networks.filter((one) => !refusal(one, settings)).map((one) => networkOf(one, settings)),
  data: dataOf(settings, catalog), include: ["credit"],
});

/** Can the instrument show this network? It has one sequence. @param {Network} one */
export const opensAlone = ({ normalization }) => normalization !== "batch";

/** The instrument's query for one network on the first sequence of the data. @param {Network} one @param {Comparison} settings */
export function instrumentQuery(one, settings) {
  const { model, normalization, ...own } = one;
  const { kind, text, sequences, from, steps, numbers, lossAt, H, gain, seed, scale, lang, theme } = settings;
  const data = kind === "task" ? {} : { kind, text: kind === "text" ? cut(text, sequences)[0] : INSTRUMENT.text, from, steps, numbers, lossAt };
  const cell = isGated(one) ? { cell: /** @type {"lstm" | "gru"} */ (model) } : { activation: model, normalization: normalization === "layer" ? normalization : "none" };
  return writeSettings(/** @type {any} */ ({ ...INSTRUMENT, ...data, ...cell, ...own, H, gain, seed, scale, lang, theme }));
}

/** The comparison that the instrument's picture leads to: its network first, then the others on its data. @param {import("./state.js").Settings} settings */
export function comparisonQuery(settings) {
  const { cell, activation, normalization, scheme, radius, clipBy, clipAt, forgetBias, kind, text, from, steps, numbers, lossAt, H, gain, seed, lang, theme } = settings;
  const model = /** @type {Model} */ (cell === "rnn" ? activation : cell);
  const first = tidy(network(model, { normalization, scheme, radius, clipBy, clipAt, forgetBias }));
  const alike = (/** @type {Network} */ one) => one.model === first.model && one.normalization === first.normalization && one.clipBy === first.clipBy;
  const others = NETWORKS.filter((one) => !alike(one)).map((one) => (isGated(one) || one.model === "relu" ? one : { ...one, scheme, radius }));
  const sequences = kind === "text" ? 1 : DEFAULTS.sequences;
  const networks = [first, ...others].slice(0, MOST);
  return writeComparison({ ...DEFAULTS, kind, text, sequences, from, steps, numbers, lossAt, H, gain, seed, lang, theme, networks });
}

/** A network that is not in the list yet: of the usual ones, else a plain one. @param {Network[]} networks @returns {Network} */
export function nextNetwork(networks) {
  const there = new Set(written(networks));
  return NETWORKS.find((one) => !there.has(writeNetwork(one))) ?? network("leaky_relu");
}

export { checkNumbers };
