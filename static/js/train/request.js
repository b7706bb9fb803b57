import { parseNumbers } from "../state.js";
import { ADJUSTABLE, isGated, isSeries, run } from "../training.js";

/**
 * The questions that a training's settings ask.
 *
 * @typedef {import("../training.js").TrainingSettings} TrainingSettings
 * @typedef {import("../training.js").Run} Run
 */

/** Moments that a whole training shows: enough to see the triangle change, few enough to be sent beside the steps. */
const MOMENTS = 50;
/** Characters that the network writes at every moment. */
const SAMPLE = 120;
/** Steps of a text or a series that the look before the first step shows. */
const LOOK = 60;

/** Steps between two moments: the round number that comes closest to fifty moments in all. @param {number} until */
export function everyOf(until) {
  const wanted = Math.max(1, until / MOMENTS);
  const power = 10 ** Math.floor(Math.log10(wanted));
  const distance = (/** @type {number} */ digit) => Math.abs(Math.log((digit * power) / wanted));
  return power * [1, 2, 5, 10].reduce((best, digit) => (distance(digit) < distance(best) ? digit : best));
}

/** @param {TrainingSettings} settings @param {any} catalog */
function dataOf(settings, catalog) {
  const { kind, text, from, steps } = settings;
  if (kind === "task") return { kind, name: settings.task, length: settings.length, delay: settings.delay, batch: settings.batch, seed: settings.dataSeed };
  if (kind === "text") return { kind, text };
  if (kind === "numbers") return { kind: "series", values: parseNumbers(settings.numbers) };
  const { start_year, values } = catalog.series.find((/** @type {any} */ series) => series.name === "sunspots");
  return { kind: "series", values: values.slice(from - start_year, from - start_year + steps + 1) };
}

/** @param {Run} one @param {number} seed */
function networkOf(one, seed) {
  const init = { scheme: one.scheme, gain: one.gain, spectral_radius: one.radius, seed };
  return {
    ...(isGated(one) ? { cell: one.model } : { cell: "rnn", activation: one.model, normalization: one.normalization }),
    hidden_size: one.H, init: one.model === "lstm" ? { ...init, forget_bias: one.forgetBias } : init,
  };
}

/** @param {Run} one */
const clipOf = ({ clipBy, clipAt }) => (clipBy === "none" ? null : { by: clipBy, threshold: clipAt });

/** @param {Run} one */
function optimizerOf({ optimizer, learningRate, momentum, decay }) {
  const schedule = decay > 0 ? { schedule: "decay", decay } : { schedule: "constant" };
  return { name: optimizer, learning_rate: learningRate, ...(optimizer === "momentum" ? { momentum } : {}), ...schedule };
}

/**
 * What /api/v1/train is asked.
 * @param {TrainingSettings} settings @param {any} catalog @param {{ resume?: any, until?: number }} [how]  resume: a checkpoint, as it came
 * @returns {Record<string, any>}
 */
export function toRequest(settings, catalog, { resume = null, until = settings.until } = {}) {
  const { kind, batch, chunk, holdout, dataSeed, temperature, text, runs, seed } = settings;
  return {
    runs: runs.map((one) => ({ network: networkOf(one, seed), optimizer: optimizerOf(one), clip: clipOf(one), truncate: one.truncate })),
    data: dataOf(settings, catalog), ...(kind === "task" ? {} : { batch, chunk }), ...(isSeries(settings) ? { holdout } : {}),
    steps: until, trace_every: everyOf(settings.until), seed: dataSeed, resume, include: ["credit"],
    sample: kind === "text" ? { length: SAMPLE, temperature, prompt: [...text][0] } : null,
  };
}

/** What /api/v1/compare is asked for a look at the networks before their first step. @param {TrainingSettings} settings @param {any} catalog @returns {Record<string, any>} */
export function toLook(settings, catalog) {
  const data = /** @type {any} */ (dataOf(settings, catalog));
  const most = Math.min(LOOK, settings.chunk ?? LOOK) + 1;
  if (data.kind === "task") data.batch = 1;
  if (data.kind === "text") data.text = [...data.text].slice(0, most).join("");
  if (data.kind === "series") data.values = data.values.slice(-most);
  const networks = settings.runs.map((one) => ({ ...networkOf(one, settings.seed), clip: clipOf(one) }));
  const [truncate, ...others] = new Set(settings.runs.map((one) => one.truncate));
  return { networks, data, truncate: others.length ? null : truncate, include: ["credit"] };
}

/** What makes a training what it is, as a text: how long it goes on, and how it is looked at, is no part of it. @param {TrainingSettings} settings @param {any} catalog */
export function identityOf(settings, catalog) {
  const { steps, trace_every, resume, include, sample, ...rest } = toRequest(settings, catalog);
  return JSON.stringify(rest);
}

/** Do two settings differ in nothing but what may change while a training runs? @param {TrainingSettings} a @param {TrainingSettings} b @param {any} catalog */
export function adjustedOnly(a, b, catalog) {
  const without = (/** @type {TrainingSettings} */ settings) => {
    const part = Object.fromEntries(ADJUSTABLE.map((name) => [name, run("tanh")[name]]));
    return identityOf({ ...settings, runs: settings.runs.map((one) => ({ ...one, ...part })) }, catalog);
  };
  return without(a) === without(b);
}
