import { overlay } from "./own/own.js";

/**
 * The page's settings. One typed list of properties is the URL: what is not there is at its default, what cannot be read
 * falls back to it, what is out of range is drawn to its edge. A property also knows which field of the request it fills.
 *
 * @typedef {"text" | "sunspots" | "numbers"} SequenceKind
 * @typedef {"none" | "norm" | "matrix" | "value"} ClipBy
 *
 * @typedef {object} Settings
 * @property {SequenceKind} kind
 * @property {string} text                       T + 1 characters, each predicting the next
 * @property {number} from                       first year of the sunspots
 * @property {number} steps                      T of the sunspots: steps + 1 years
 * @property {string} numbers                    T + 1 numbers as typed
 * @property {import("./trace.js").CellName} cell
 * @property {string} activation                 of the plain cell, like its normalization
 * @property {"none" | "layer"} normalization    over a batch it is on /compare: the instrument shows one sequence
 * @property {number} forgetBias                 of the LSTM
 * @property {number} H
 * @property {string} scheme
 * @property {number} gain
 * @property {number | null} radius              null: W as the scheme drew it
 * @property {number} seed
 * @property {"every" | "last"} lossAt
 * @property {ClipBy} clipBy
 * @property {number} clipAt
 * @property {number | null} truncate            null: back to the first step
 * @property {[number, number]} scale            exponents of ten of the gradient scale
 * @property {"forward" | "backward" | "both"} mode
 * @property {"forward" | "backward" | "path"} pass
 * @property {number | null} step                the cursor, 0 before the first; null: where the page opens
 * @property {import("./playhead.js").Path | null} path
 * @property {boolean} zoom                      the picture is of one step's cell
 * @property {boolean} fit                       the whole sequence without scrolling
 * @property {"none" | "clip" | "window" | "edit" | "grade"} lab   what is taken apart, changed by hand or graded, beside the picture
 * @property {string[]} hide
 * @property {string[]} lock
 * @property {import("./own/own.js").Own | null} own   what the reader brought, over all of this; in the address it has a part of its own
 * @property {string} lang                       "": negotiated
 * @property {string} theme                      "": the reader's own
 */

/**
 * @template [V=any]
 * @typedef {object} Property
 * @property {keyof Settings} name
 * @property {V} default
 * @property {(text: string) => V | undefined} parse   undefined: cannot be read
 * @property {(value: V) => string} format
 * @property {string} [request]   the field of the request that it fills, as the server's errors name it
 * @property {(settings: Settings, catalog: Catalog) => unknown} [send]   what it fills it with (undefined: nothing), where
 *   that is not the value itself
 * @property {(settings: Settings) => boolean} [only]   where it is asked for at all
 *
 * @typedef {{ message: string, params?: Record<string, string | number> }} Fault   a key of the catalogue of words
 * @typedef {{ id: string, request: any, scale: [number, number] }} Preset
 * @typedef {any} Catalog   of /api/v1/catalog
 */

/** What the page can show at once. */
export const LIMITS = {
  T: 200, H: 64, gain: [0.1, 10], radius: [0.1, 2], seed: 2 ** 32 - 1, clipAt: [0.001, 1000], decade: 30,
  years: [1700, 2008], forgetBias: [-5, 5],
};
export const SECTIONS = ["controls", "inspector", "transport", "header"];

/** @param {number} value @param {number} low @param {number} high */
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** @template {string} S @param {keyof Settings} name @param {S[]} names @returns {Property<S>} */
const choice = (name, names) => ({
  name, default: names[0], format: String, parse: (text) => names.find((known) => known === text),
});

/** @param {keyof Settings} name @param {number} fallback @param {number[]} range @returns {Property<number>} */
const real = (name, fallback, [low, high]) => ({
  name, default: fallback, format: String,
  parse: (text) => (text.trim() !== "" && Number.isFinite(Number(text)) ? clamp(Number(text), low, high) : undefined),
});

/** @param {keyof Settings} name @param {number} fallback @param {number[]} range @returns {Property<number>} */
function integer(name, fallback, range) {
  const property = real(name, fallback, range);
  const round = (/** @type {number | undefined} */ value) => (value === undefined ? undefined : Math.round(value));
  return { ...property, parse: (text) => round(property.parse(text)) };
}

/** The same property, but it can be off. @template V @param {Property<V>} property @param {V | null} [fallback] @returns {Property<V | null>} */
const optional = (property, fallback = null) => ({
  ...property, default: fallback, send: undefined,
  parse: (text) => (text === "off" ? null : property.parse(text)),
  format: (value) => (value === null ? "off" : property.format(value)),
});

/** @param {keyof Settings} name @param {string} fallback @param {(text: string) => Fault | null} check @returns {Property<string>} */
const words = (name, fallback, check) => ({
  name, default: fallback, format: String,
  parse: (text) => (check(wellFormed(text)) ? undefined : wellFormed(text)),
});

/** @param {keyof Settings} name @param {(word: string) => boolean} known @returns {Property<string[]>} */
const list = (name, known) => ({
  name, default: /** @type {string[]} */ ([]), format: (value) => value.join(","),
  parse: (text) => [...new Set(text.split(",").map((word) => word.trim()).filter(known))],
});

/** @type {Property<[number, number]>} */
const SCALE = {
  name: "scale", default: [-3, 1], format: ([low, high]) => `${low}..${high}`,
  parse: (text) => {
    const [, low, high] = (/^(-?\d{1,2})\.\.(-?\d{1,2})$/.exec(text) ?? []).map(Number);
    if (!(low < high)) return undefined;
    return [clamp(low, -LIMITS.decade, LIMITS.decade - 1), clamp(high, 1 - LIMITS.decade, LIMITS.decade)];
  },
};

/** @type {Property<Settings["path"]>} */
const PATH = {
  name: "path", default: null, format: (path) => (path ? `${path.t},${path.k}` : ""),
  parse: (text) => {
    const [, t, k] = (/^(\d{1,3}),(\d{1,3})$/.exec(text) ?? []).map(Number);
    return k >= 1 && k <= t && t <= LIMITS.T ? { t, k } : undefined;
  },
};

/** @param {keyof Settings} name @returns {Property<boolean>} */
const flag = (name) => ({ name, default: false, parse: (text) => text === "1", format: (value) => (value ? "1" : "0") });

/** @param {Settings} settings */
const plainCell = ({ cell }) => cell === "rnn";

const NUMBERS = "0 1 0 -1 0 1 0 -1 0 1 0";
const { T, H, gain, radius, seed, clipAt, years } = LIMITS;

/** @type {Property[]} */
export const PROPERTIES = [
  { ...choice("kind", ["text", "sunspots", "numbers"]), request: "data.kind", send: ({ kind }) => (kind === "text" ? "text" : "series") },
  { ...words("text", "hello world", checkText), request: "data.text", send: (s) => (s.kind === "text" ? s.text : undefined) },
  { ...integer("from", 1749, [years[0], years[1] - 1]), request: "data.values", send: (s, catalog) => (s.kind === "sunspots" ? sunspots(s, catalog) : undefined) },
  integer("steps", 50, [1, T]),
  { ...words("numbers", NUMBERS, checkNumbers), request: "data.values", send: (s) => (s.kind === "numbers" ? parseNumbers(s.numbers) : undefined) },
  { ...choice("cell", ["rnn", "lstm", "gru"]), request: "network.cell" },
  { ...choice("activation", ["tanh", "sigmoid", "relu", "leaky_relu", "identity"]), request: "network.activation", only: plainCell },
  { ...choice("normalization", ["none", "layer"]), request: "network.normalization", only: plainCell },
  { ...integer("H", 8, [1, H]), request: "network.hidden_size" },
  { ...choice("scheme", ["orthogonal", "normal", "xavier", "identity"]), request: "network.init.scheme" },
  { ...real("gain", 2.5, gain), request: "network.init.gain" },
  { ...optional(real("radius", 1, radius), 0.95), request: "network.init.spectral_radius" },
  { ...real("forgetBias", 1, LIMITS.forgetBias), request: "network.init.forget_bias", only: ({ cell }) => cell === "lstm" },
  { ...integer("seed", 2, [0, seed]), request: "network.init.seed" },
  { ...choice("lossAt", ["every", "last"]), request: "data.loss_at" },
  { ...choice("clipBy", ["none", "norm", "matrix", "value"]), request: "clip.by", send: (s) => (s.clipBy === "none" ? undefined : s.clipBy) },
  { ...real("clipAt", 1, clipAt), request: "clip.threshold", send: (s) => (s.clipBy === "none" ? undefined : s.clipAt) },
  { ...optional(integer("truncate", 5, [1, T])), request: "truncate" },
  SCALE,
  choice("mode", ["both", "forward", "backward"]),
  choice("pass", ["forward", "backward", "path"]),
  optional(integer("step", 1, [0, T])),
  PATH,
  flag("zoom"),
  flag("fit"),
  choice("lab", ["none", "clip", "window", "edit", "grade"]),
  list("hide", (word) => SECTIONS.includes(word)),
  list("lock", (word) => Object.hasOwn(DEFAULTS, word)),
  choice("lang", ["", "zh", "en"]),
  choice("theme", ["", "light", "dark"]),
];

/** The settings of a first visit: those of the preset "hello". @type {Settings} */
export const DEFAULTS = /** @type {any} */ ({ ...Object.fromEntries(PROPERTIES.map((property) => [property.name, property.default])), own: null });

/** Settings of a query string, with or without its question mark. Never throws. @param {string} search @returns {Settings} */
export function readSettings(search) {
  const given = new URLSearchParams(search);
  const read = (/** @type {Property} */ { name, parse, default: fallback }) => {
    const value = given.has(name) ? parse(/** @type {string} */ (given.get(name))) : undefined;
    return [name, value === undefined ? fallback : value];
  };
  return /** @type {any} */ ({ ...Object.fromEntries(PROPERTIES.map(read)), own: null });
}

/** The query string of settings: "" or "?…", only what is not at its default. @param {Settings} settings @returns {string} */
export function writeSettings(settings) {
  const query = new URLSearchParams();
  for (const { name, format, default: fallback } of PROPERTIES) {
    const text = format(settings[name]);
    if (text !== format(fallback)) query.set(name, text);
  }
  const text = query.toString();
  return text && `?${text}`;
}

/** What /api/v1/bptt is asked for these settings. @param {Settings} settings @param {Catalog} catalog @returns {Record<string, any>} */
export function toRequest(settings, catalog) {
  /** @type {Record<string, any>} */
  const body = { include: ["credit", "jacobians", "shares"] };
  for (const { name, request, send, only } of PROPERTIES) {
    if (only && !only(settings)) continue;
    const value = send ? send(settings, catalog) : settings[name];
    if (request && value !== undefined) put(body, request.split("."), value);
  }
  return settings.own ? overlay(body, settings.own) : body;
}

/** Properties that a preset does not touch. */
const PERSONAL = new Set(["mode", "zoom", "fit", "lab", "hide", "lock", "lang", "theme"]);

/**
 * Settings that show a preset of the catalogue: its request, what the request leaves open at the API's own defaults.
 * @param {Preset} preset @param {Settings} current  what a preset does not touch stays: language, theme, … @param {Catalog} catalog @returns {Settings}
 */
export function fromPreset({ request, scale }, current, catalog) {
  const body = { ...catalog.defaults, ...request, network: { ...catalog.defaults.network, ...request.network } };
  body.network.init = { ...catalog.defaults.network.init, ...request.network?.init };
  body.data = { loss_at: catalog.defaults.loss_at, ...request.data };
  const own = PROPERTIES.filter(({ name, request: field, send }) => field && !send && !PERSONAL.has(name));
  const kept = PROPERTIES.filter(({ name }) => PERSONAL.has(name)).map(({ name }) => [name, current[name]]);
  return {
    ...DEFAULTS, ...Object.fromEntries(kept), ...sequenceOf(body.data, catalog), scale,
    ...Object.fromEntries(own.map(({ name, request: field, default: fallback }) => [name, pick(body, /** @type {string} */ (field).split("."), fallback)])),
    ...(body.clip ? { clipBy: body.clip.by, clipAt: body.clip.threshold } : {}),
  };
}

/** The sequence's own settings of a request's data. @param {any} data @param {Catalog} catalog @returns {Partial<Settings>} */
function sequenceOf({ kind, text, values }, catalog) {
  if (kind === "text") return { kind, text };
  const { start_year, values: all } = sunspotSeries(catalog);
  const at = all.findIndex((_, i) => values.every((/** @type {number} */ value, /** @type {number} */ j) => all[i + j] === value));
  return at < 0 ? { kind: "numbers", numbers: values.join(" ") } : { kind: "sunspots", from: start_year + at, steps: values.length - 1 };
}

/** Do two settings make the same picture? Only what is asked of the server and the scale count. @param {Settings} a @param {Settings} b @param {Catalog} catalog */
export function samePicture(a, b, catalog) {
  const key = (/** @type {Settings} */ s) => JSON.stringify([toRequest(s, catalog), s.scale]);
  return key(a) === key(b);
}

/** The property that a field named by the server's errors belongs to. @param {string} field @param {Settings} settings @returns {keyof Settings | null} */
export function propertyOf(field, { kind }) {
  const fits = PROPERTIES.filter(({ request }) => request && (field === request || field.startsWith(`${request}.`)));
  const inUse = fits.find(({ name }) => name !== "from" && name !== "numbers") ?? fits.find(({ name }) => (name === "from") === (kind === "sunspots"));
  return inUse?.name ?? (field.startsWith("data") ? (kind === "sunspots" ? "from" : kind) : null);
}

/** Length of the sequence in steps. @param {Pick<Settings, "kind" | "text" | "steps" | "from" | "numbers"> & Partial<Settings>} settings */
export function stepsOf({ kind, text, steps, from, numbers, own }) {
  if (own?.data) return own.data.x.length;
  if (kind === "text") return [...text].length - 1;
  return kind === "numbers" ? parseNumbers(numbers).length - 1 : Math.min(steps, years[1] - from);
}

/** What is wrong with a text, if anything. @param {string} text @returns {Fault | null} */
export function checkText(text) {
  const n = [...text].length;
  if (n < 2) return { message: "fault.text.short", params: { n } };
  return n > T + 1 ? { message: "fault.text.long", params: { n, most: T + 1 } } : null;
}

/** What is wrong with a list of numbers, if anything. @param {string} text @returns {Fault | null} */
export function checkNumbers(text) {
  const items = split(text);
  const at = items.findIndex((item) => !Number.isFinite(toNumber(item)));
  if (at >= 0) return { message: "fault.numbers.item", params: { at: at + 1, item: items[at].slice(0, 20) } };
  if (items.length < 2) return { message: "fault.numbers.short", params: { n: items.length } };
  return items.length > T + 1 ? { message: "fault.numbers.long", params: { n: items.length, most: T + 1 } } : null;
}

/** Numbers between commas, semicolons or white space; a true minus counts as one. @param {string} text */
export const parseNumbers = (text) => split(text).map(toNumber);

/** @param {string} text */
const split = (text) => text.split(/[\s,;，、；]+/u).filter(Boolean);

/** @param {string} item */
const toNumber = (item) => Number(item.replace(/^−/u, "-"));

/** Half of a surrogate pair cannot be sent as UTF-8. @param {string} text */
export const wellFormed = (text) => text.replace(/\p{Surrogate}/gu, "\ufffd");

/** @param {Catalog} catalog @returns {{ start_year: number, values: number[] }} */
const sunspotSeries = (catalog) => catalog.series.find((/** @type {any} */ series) => series.name === "sunspots");

/** @param {Settings} settings @param {Catalog} catalog @returns {number[]} */
function sunspots({ from, steps }, catalog) {
  const { start_year, values } = sunspotSeries(catalog);
  return values.slice(from - start_year, from - start_year + steps + 1);
}

/** @param {Record<string, any>} body @param {string[]} path @param {unknown} value */
function put(body, [name, ...rest], value) {
  if (rest.length) put((body[name] ??= {}), rest, value);
  else body[name] = value;
}

/** @param {any} body @param {string[]} path @param {unknown} fallback  where the body does not have it */
function pick(body, path, fallback) {
  const value = path.reduce((inner, name) => inner?.[name], body);
  return value === undefined ? fallback : value;
}
