import { LONGEST as LONGEST_QUERY, TASKS } from "./comparison.js";
import { LIMITS as PAGE, PROPERTIES as SINGLE, checkNumbers, wellFormed } from "./state.js";

/**
 * The settings of a training: the same data and seeds for every run, and the list of runs. As with the comparison's, one
 * typed list of properties is the URL, and properties of the same name are the instrument's own, with other defaults.
 * A run is a repeated parameter: `r=tanh+optimizer+sgd+clipBy+norm`, its model and what is not at its default. A long text
 * stands behind the #, where it costs no request.
 *
 * @typedef {"task" | "text" | "sunspots" | "numbers"} DataKind
 * @typedef {"tanh" | "sigmoid" | "relu" | "leaky_relu" | "identity" | "lstm" | "gru"} Model
 * @typedef {"sgd" | "momentum" | "rmsprop" | "adagrad" | "adam"} OptimizerName
 *
 * @typedef {object} Run
 * @property {Model} model               an activation of the plain cell, or a gated cell
 * @property {"none" | "layer"} normalization
 * @property {number} H
 * @property {string} scheme
 * @property {number} gain
 * @property {number | null} radius      null: as the scheme drew it
 * @property {number} forgetBias
 * @property {OptimizerName} optimizer
 * @property {number} learningRate
 * @property {number} momentum           of the optimizer of that name
 * @property {number} decay              0: the learning rate stays; else it is divided by 1 + decay · (step − 1)
 * @property {import("./state.js").ClipBy} clipBy
 * @property {number} clipAt
 * @property {number | null} truncate
 *
 * @typedef {object} TrainingSettings
 * @property {DataKind} kind
 * @property {string} task
 * @property {number} length
 * @property {number} delay
 * @property {string} text
 * @property {number} from               first year of the sunspots
 * @property {number} steps              years that follow it
 * @property {string} numbers
 * @property {number} batch              B: sequences a step, or streams of a text or a series
 * @property {number | null} chunk       steps of a text or a series that one training step sees; null: all
 * @property {number} holdout            last share of a series, forecast instead of learned
 * @property {number} temperature        of the text that the network writes
 * @property {number} until              training steps in all
 * @property {number} seed               of the weights
 * @property {number} dataSeed           of the data and their order
 * @property {boolean} log               the loss's axis is logarithmic
 * @property {[number, number]} scale    exponents of ten of the gradient scale
 * @property {string} lang
 * @property {string} theme
 * @property {Run[]} runs
 */

/**
 * @typedef {import("./comparison.js").Property} Property
 * @typedef {import("./state.js").Fault} Fault
 */

export const MOST = 4;
export const LIMITS = {
  T: PAGE.T, H: 128, batch: 256, until: 100_000, text: 100_000, learningRate: [1e-6, 100], decay: [0, 1], momentum: [0, 0.999],
  temperature: [0.1, 2], holdout: [0, 0.5], chunk: [1, PAGE.T], years: PAGE.years[1] - PAGE.years[0],
};
/** @type {Model[]} */
export const MODELS = ["tanh", "sigmoid", "relu", "leaky_relu", "identity", "lstm", "gru"];
/** @type {OptimizerName[]} */
export const OPTIMIZERS = ["sgd", "momentum", "rmsprop", "adagrad", "adam"];
export { TASKS };
const DELAYED = new Set(["copy", "delayed_recall"]);
const GATED = new Set(["lstm", "gru"]);

export const TEXT = "Alice was beginning to get very tired of sitting by her sister on the bank, and of having nothing to do: "
  + "once or twice she had peeped into the book her sister was reading, but it had no pictures or conversations in it, "
  + "\"and what is the use of a book,\" thought Alice \"without pictures or conversations?\" So she was considering in her own mind "
  + "(as well as she could, for the hot day made her feel very sleepy and stupid), whether the pleasure of making a daisy-chain would "
  + "be worth the trouble of getting up and picking the daisies, when suddenly a White Rabbit with pink eyes ran close by her. There was "
  + "nothing so very remarkable in that; nor did Alice think it so very much out of the way to hear the Rabbit say to itself, \"Oh dear! "
  + "Oh dear! I shall be late!\" (when she thought it over afterwards, it occurred to her that she ought to have wondered at this, but at "
  + "the time it all seemed quite natural); but when the Rabbit actually took a watch out of its waistcoat-pocket, and looked at it, and "
  + "then hurried on, Alice started to her feet, for it flashed across her mind that she had never before seen a rabbit with either a "
  + "waistcoat-pocket, or a watch to take out of it, and burning with curiosity, she ran across the field after it.";

/** A property of the instrument. @param {string} name @param {any} [fallback] @returns {Property} */
function shared(name, fallback) {
  const property = /** @type {Property} */ (SINGLE.find((one) => one.name === name));
  return fallback === undefined ? property : { ...property, default: fallback };
}

/** @param {string} name @param {string[]} names @param {string} [fallback] @returns {Property} */
const oneOf = (name, names, fallback = names[0]) => ({ name, default: fallback, format: String, parse: (text) => names.find((known) => known === text) });

/** @param {string} name @param {number} fallback @param {number[]} range @param {(v: number) => number} [round] @returns {Property} */
const real = (name, fallback, [low, high], round = (v) => v) => ({
  name, default: fallback, format: String,
  parse: (text) => (text.trim() !== "" && Number.isFinite(Number(text)) ? round(Math.min(high, Math.max(low, Number(text)))) : undefined),
});

/** @param {string} name @param {number} fallback @param {number[]} range @returns {Property} */
const whole = (name, fallback, range) => real(name, fallback, range, Math.round);

/** The same, but it can be off. @param {Property} property @param {number | null} fallback @returns {Property} */
const optional = (property, fallback) => ({
  ...property, default: fallback, format: (value) => (value === null ? "off" : String(value)),
  parse: (text) => (text === "off" ? null : property.parse(text)),
});

/** @type {Property} */
const OWN_TEXT = { name: "text", default: TEXT, format: String, parse: (text) => (checkText(wellFormed(text)) ? undefined : wellFormed(text)) };

/** @type {Property} */
const LOG = { name: "log", default: true, format: (value) => (value ? "1" : "0"), parse: (text) => text !== "0" };

/** @type {Property[]} */
export const PROPERTIES = [
  oneOf("kind", ["task", "text", "sunspots", "numbers"]),
  oneOf("task", TASKS, "temporal_order"),
  whole("length", 40, [1, LIMITS.T]),
  whole("delay", 10, [0, LIMITS.T]),
  OWN_TEXT,
  shared("from", 1749),
  whole("steps", 259, [1, LIMITS.years]),
  shared("numbers"),
  whole("batch", 32, [1, LIMITS.batch]),
  optional(whole("chunk", 25, LIMITS.chunk), 25),
  real("holdout", 0.2, LIMITS.holdout),
  real("temperature", 0.8, LIMITS.temperature),
  whole("until", 600, [1, LIMITS.until]),
  shared("seed", 4),
  whole("dataSeed", 0, [0, PAGE.seed]),
  LOG, shared("scale", [-6, 2]), shared("lang"), shared("theme"),
];

/** @type {Property[]} */
export const RUN_PROPERTIES = [
  oneOf("normalization", ["none", "layer"]), whole("H", 32, [1, LIMITS.H]), shared("scheme"), shared("gain", 1), shared("radius", null),
  shared("forgetBias"), oneOf("optimizer", OPTIMIZERS, "adam"), real("learningRate", 0.01, LIMITS.learningRate), real("momentum", 0.9, LIMITS.momentum),
  real("decay", 0, LIMITS.decay), shared("clipBy"), shared("clipAt"), shared("truncate"),
];

/** What may change while a training runs: it goes on from its last checkpoint. */
export const ADJUSTABLE = /** @type {const} */ (["learningRate", "clipBy", "clipAt"]);

/** A run of a model, the rest at its defaults. @param {Model} model @param {Partial<Run>} [part] @returns {Run} */
export const run = (model, part = {}) =>
  /** @type {any} */ ({ model, ...Object.fromEntries(RUN_PROPERTIES.map(({ name, default: fallback }) => [name, fallback])), ...part });

/** The same training twice, as it is and clipped. On the default task, whatever the seed, the one begins to learn and loses it
 * all in a single step; the other learns. */
export const RUNS = [run("tanh", { optimizer: "momentum", learningRate: 0.005 }), run("tanh", { optimizer: "momentum", learningRate: 0.005, clipBy: "norm" })];

/** @type {TrainingSettings} */
export const DEFAULTS = /** @type {any} */ ({ ...Object.fromEntries(PROPERTIES.map(({ name, default: fallback }) => [name, fallback])), runs: RUNS });

/** @param {Run} one */
export const isGated = ({ model }) => GATED.has(model);

/** What it is made of, as words. @param {Run} one @returns {string} */
export function writeRun(one) {
  const words = RUN_PROPERTIES.flatMap(({ name, default: fallback, format }) => {
    const text = format(one[/** @type {keyof Run} */ (name)]);
    return text === format(fallback) ? [] : [name, text];
  });
  return [one.model, ...words].join(" ");
}

/** @param {string} text @returns {Run | undefined} */
export function readRun(text) {
  const [model, ...words] = text.trim().split(/\s+/u);
  const known = MODELS.find((name) => name === model);
  if (!known) return undefined;
  const part = RUN_PROPERTIES.flatMap(({ name, parse }) => {
    const at = words.findIndex((word, i) => i % 2 === 0 && word === name);
    const value = at < 0 || words[at + 1] === undefined ? undefined : parse(words[at + 1]);
    return value === undefined ? [] : [[name, value]];
  });
  return tidy(run(known, Object.fromEntries(part)));
}

/** A run without what its model or optimizer has no use for. @param {Run} one @returns {Run} */
export function tidy(one) {
  const plain = run(one.model);
  return {
    ...one, normalization: isGated(one) ? plain.normalization : one.normalization,
    forgetBias: one.model === "lstm" ? one.forgetBias : plain.forgetBias,
    momentum: one.optimizer === "momentum" ? one.momentum : plain.momentum,
    clipAt: one.clipBy === "none" ? plain.clipAt : one.clipAt,
  };
}

/** Settings of an address. Never throws. @param {string} search @param {string} [hash]  a long text @returns {TrainingSettings} */
export function readTraining(search, hash = "") {
  const given = new URLSearchParams(search);
  const behind = new URLSearchParams(hash.replace(/^#/u, "")).get("text");
  if (behind !== null) given.set("text", behind);
  const read = (/** @type {Property} */ { name, parse, default: fallback }) => {
    const value = given.has(name) ? parse(/** @type {string} */ (given.get(name))) : undefined;
    return [name, value === undefined ? fallback : value];
  };
  const runs = given.getAll("r").map(readRun).filter((one) => one !== undefined).slice(0, MOST);
  return /** @type {any} */ ({ ...Object.fromEntries(PROPERTIES.map(read)), runs: runs.length ? runs : RUNS });
}

/** The address's end: "", "?…", or "?…#text=…"; only what is not at its default. @param {TrainingSettings} settings @returns {string} */
export function writeTraining(settings) {
  const query = new URLSearchParams();
  const behind = new URLSearchParams();
  for (const { name, format, default: fallback } of PROPERTIES) {
    const text = format(settings[/** @type {keyof TrainingSettings} */ (name)]);
    if (text !== format(fallback)) (name === "text" && text.length > LONGEST_QUERY ? behind : query).set(name, text);
  }
  const words = settings.runs.map(writeRun);
  if (String(words) !== String(RUNS.map(writeRun))) for (const one of words) query.append("r", one);
  return [["?", query], ["#", behind]].map(([mark, part]) => (String(part) ? `${mark}${part}` : "")).join("");
}

/** What is wrong with a text, if anything. @param {string} text @returns {Fault | null} */
export function checkText(text) {
  const n = [...text].length;
  if (n < 2) return { message: "fault.text.short", params: { n } };
  return n > LIMITS.text ? { message: "compare.fault.long", params: { n, most: LIMITS.text } } : null;
}

/** Has the task a delay? @param {TrainingSettings} settings */
export const hasDelay = ({ kind, task }) => kind === "task" && DELAYED.has(task);

/** @param {TrainingSettings} settings */
export const isSeries = ({ kind }) => kind === "sunspots" || kind === "numbers";

/** A run that is not in the list yet: the last one, clipped or of another cell. @param {Run[]} runs @returns {Run} */
export function nextRun(runs) {
  const there = new Set(runs.map(writeRun));
  const last = runs[runs.length - 1];
  /** @type {Run[]} */
  const ideas = [
    { ...last, clipBy: last.clipBy === "none" ? "norm" : "none" }, { ...last, model: "lstm" }, { ...last, model: "gru" },
    { ...last, model: "tanh" }, { ...last, learningRate: last.learningRate / 10 },
  ];
  return ideas.map(tidy).find((one) => !there.has(writeRun(one))) ?? { ...last, learningRate: last.learningRate / 100 };
}

export { checkNumbers };
