import { readTrace } from "../trace.js";

/**
 * What a training has shown so far: every step's loss and gradient norm of every run, and moments at which the network was
 * looked at whole. It grows by the stream's events, goes back by `truncateTo`, and is plain data, so that it can be stored.
 * Steps are numbered from 1; the numbers of step n stand at index n − 1. Step 0 is the network before its first step.
 *
 * @typedef {{ values: Float64Array, length: number }} Numbers   growable: only the first `length` values count
 *
 * @typedef {object} Evaluation                     on data that is not trained on, as the server writes it
 * @property {number | null} loss
 * @property {number | null} baseline               the loss of an answer that has learned nothing
 * @property {"mse" | "accuracy"} metric
 * @property {number | null} value
 * @property {number | null} baseline_value
 * @property {{ delay: number, value: number | null }[] | null} by_delay
 * @property {any} predictions                      { target, predicted }
 * @property {{ from: number, actual: number[], predicted: (number | null)[], one_step?: (number | null)[] } | null} [forecast]
 *
 * @typedef {object} Moment                         the network as it was after `step` steps, on the one probe sequence
 * @property {number} step                          0: before the first
 * @property {import("../trace.js").Trace} trace    its `answer` holds network and data alone, ready to be asked with again
 * @property {Evaluation | null} evaluation
 * @property {{ text: string } | null} sample
 *
 * @typedef {{ step: number, what: string }} Divergence   the step that overflowed, and what overflowed first: "W", "loss", …
 *
 * @typedef {object} RunHistory
 * @property {string} name
 * @property {number | null} parameters             how many there are to learn
 * @property {Numbers} loss                         of the step's mini-batch before its update; NaN: it is no number
 * @property {Numbers} gradientNorm                 before clipping
 * @property {Numbers} clipped                      1 where the step was clipped
 * @property {Divergence | null} diverged           the run ended here
 * @property {Moment[]} moments                     ascending, few enough to be kept
 * @property {number} spacing                       steps between the moments that are kept
 *
 * @typedef {{ step: number, run: number, name: "learningRate" | "clipBy" | "clipAt", from: number | string, to: number | string }} Change
 *   a setting changed while it ran: `step` is the last with the old one
 *
 * @typedef {"untrained" | "running" | "waiting" | "paused" | "done"} Status   waiting: the connection is gone, or not there yet
 *
 * @typedef {object} Training
 * @property {RunHistory[]} runs
 * @property {number} steps        asked for
 * @property {number} step         done by every run that still trains
 * @property {Status} status
 * @property {number} every        steps between two moments of the stream
 * @property {number | null} baseline   the loss of an answer that has learned nothing
 * @property {Change[]} changes    ascending
 */

/** Moments of one run: enough to drag through smoothly, few enough to be kept. */
export const MOST = 200;
/** Numbers that the moments of one run may hold together: 8 bytes each. */
export const MOST_NUMBERS = 6_000_000;
const FIRST_ROOM = 1024;

/** @returns {Numbers} */
const numbers = () => ({ values: new Float64Array(FIRST_ROOM), length: 0 });

/** @param {string} name @param {number} every @returns {RunHistory} */
const emptyRun = (name, every) => ({
  name, parameters: null, loss: numbers(), gradientNorm: numbers(), clipped: numbers(), diverged: null, moments: [], spacing: every,
});

/** A training before its first step. @param {string[]} names @param {{ steps: number, every: number }} plan @returns {Training} */
export const createTraining = (names, { steps, every }) => ({
  runs: names.map((name) => emptyRun(name, every)), steps, step: 0, status: "untrained", every, baseline: null, changes: [],
});

/** Take an event of the stream; what says nothing about the history is left out. @param {Training} training @param {string} event @param {any} data */
export function append(training, event, data) {
  if (event === "start") appendStart(training, data);
  else if (event === "steps") appendSteps(training, data);
  else if (event === "trace") appendMoment(training, training.runs[data.run], readMoment(training, data));
  else if (event === "diverged") training.runs[data.run].diverged = { step: data.step, what: data.what };
  training.step = stepOf(training);
}

/** @param {Training} training @param {any} data */
function appendStart(training, { runs, baseline }) {
  runs?.forEach((/** @type {any} */ { parameter_count }, /** @type {number} */ i) => {
    if (training.runs[i]) training.runs[i].parameters = parameter_count ?? null;
  });
  const loss = typeof baseline === "object" ? baseline?.loss : baseline;
  if (Number.isFinite(loss)) training.baseline = loss;
}

/** @param {Training} training @param {any} data */
function appendSteps({ runs }, { run, from, loss, gradient_norm, clipped }) {
  const history = runs[run];
  write(history.loss, from, loss.map(orNaN));
  write(history.gradientNorm, from, gradient_norm.map(orNaN));
  write(history.clipped, from, clipped.map(Number));
}

/** @param {number | null} value */
const orNaN = (value) => value ?? NaN;

/** Values of the steps from `from` on; those that were known are the same. @param {Numbers} series @param {number} from @param {number[]} values */
function write(series, from, values) {
  const end = from - 1 + values.length;
  if (end > series.values.length) {
    const room = new Float64Array(Math.max(end, 2 * series.values.length));
    room.set(series.values.subarray(0, series.length));
    series.values = room;
  }
  if (from - 1 > series.length) series.values.fill(NaN, series.length, from - 1);
  series.values.set(values, from - 1);
  series.length = Math.max(series.length, end);
}

/** @param {Training} training */
function stepOf({ runs }) {
  const live = runs.filter(({ diverged }) => !diverged);
  const lengths = (live.length ? live : runs).map(({ loss }) => loss.length);
  return live.length ? Math.min(...lengths) : Math.max(...lengths);
}

const NO_SHARES = { U: [], W: [], V: [] };
const NO_JACOBIANS = { spectral_norm: [], product_norm: [] };
const NO_HORIZON = { half_life: null, doubling: null, r2: null, zeros: 0 };

/** The probe's data is the same at every moment: kept once. @param {Training} training @param {any} data @returns {Moment} */
function readMoment({ runs }, { step, evaluation = null, sample = null, ...answer }) {
  const known = runs.find(({ moments }) => moments.length)?.moments[0].trace;
  const whole = {
    ...answer, shares: answer.shares ?? NO_SHARES, jacobians: answer.jacobians ?? NO_JACOBIANS, horizon: answer.horizon ?? NO_HORIZON,
  };
  const trace = { ...readTrace(whole), answer: { network: answer.network, data: known?.answer.data ?? answer.data } };
  if (known) Object.assign(trace, { x: known.x, y: known.y, symbols: known.symbols, targets: known.targets, labels: known.labels });
  return { step, trace, evaluation, sample };
}

/** The newest moment is always kept; older ones that stand off the grid go as soon as there is a coarser one. @param {Training} training @param {RunHistory} run @param {Moment} moment */
function appendMoment({ every }, run, moment) {
  const before = run.moments.filter(({ step }) => step < moment.step);
  run.moments = [...(run.spacing > every ? before.filter(onGrid(run.spacing)) : before), moment];
  while (run.moments.length > mostOf(moment)) {
    run.spacing *= 2;
    run.moments = run.moments.filter((one) => one === moment || onGrid(run.spacing)(one));
  }
}

/** @param {number} spacing */
const onGrid = (spacing) => (/** @type {Moment} */ { step }) => step % spacing === 0;

/** @param {Moment} moment */
const mostOf = ({ trace }) => Math.max(8, Math.min(MOST, Math.floor(MOST_NUMBERS / sizeOf(trace))));

/** How many numbers a trace holds, roughly: states, gradients, the triangle's three or four norms, parameters twice. @param {import("../trace.js").Trace} trace */
function sizeOf({ T, H, O, cell, parameters }) {
  const weights = Object.values(parameters).flat().reduce((sum, row) => sum + row.length, 0);
  return T * (H * (cell ? 16 : 8) + 4 * O) + 2 * T * (T + 1) + 2 * weights;
}

/** Go back to a step: what came after it is forgotten. @param {Training} training @param {number} step */
export function truncateTo(training, step) {
  for (const run of training.runs) {
    for (const series of [run.loss, run.gradientNorm, run.clipped]) series.length = Math.min(series.length, step);
    run.moments = run.moments.filter((moment) => moment.step <= step);
    if (run.diverged && run.diverged.step > step) run.diverged = null;
  }
  training.changes = training.changes.filter((change) => change.step < step);
  training.step = stepOf(training);
}

/** The newest moment at a step or before it; null: the newest of all. @param {RunHistory} run @param {number | null} step @returns {Moment | null} */
export function momentAt({ moments }, step) {
  if (step === null) return moments.at(-1) ?? null;
  let [low, high] = [0, moments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (moments[middle].step <= step) low = middle + 1;
    else high = middle;
  }
  return moments[low - 1] ?? moments[0] ?? null;
}

/** A step's number, NaN where there is none. @param {Numbers} series @param {number} step  from 1 */
export const valueAt = ({ values, length }, step) => (step >= 1 && step <= length ? values[step - 1] : NaN);
