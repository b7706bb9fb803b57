import { ADJUSTABLE } from "../training.js";
import { append, createTraining, truncateTo } from "./history.js";
import { everyOf, toRequest } from "./request.js";
import { openStream } from "./stream.js";

/**
 * The training as it runs: one stream at a time, opened from the last checkpoint, and a history that it fills. Pausing is
 * leaving; going on is asking again from the checkpoint, and since the server repeats itself to the bit, steps that were
 * known before are simply written over. A connection that breaks is opened again, later and later.
 *
 * @typedef {import("../training.js").TrainingSettings} TrainingSettings
 * @typedef {import("./history.js").Training} Training
 * @typedef {import("../api.js").Problem} Problem
 * @typedef {{ step: number, text: string }} Checkpoint   as it came: the server takes it back verbatim
 * @typedef {Pick<import("../training.js").Run, "learningRate" | "clipBy" | "clipAt">} Adjustable
 * @typedef {{ training: Training, checkpoint: Checkpoint | null, used: Adjustable[] }} Saved
 *
 * @typedef {object} TrainerOptions
 * @property {string} url
 * @property {any} catalog
 * @property {() => TrainingSettings} settings
 * @property {() => void} onChange                 there is something new to show
 * @property {typeof globalThis.fetch} [fetch]
 * @property {() => number} [now]                  milliseconds
 * @property {(action: () => void, delay: number) => number} [later]
 */

const BACK_OFF = [0.5, 1, 2, 4, 8, 15, 30]; // seconds
const WINDOW = 3000; // milliseconds over which steps per second are counted
const EVENTS = new Set(["start", "steps", "trace", "diverged"]);

/** @param {TrainerOptions} options */
export function createTrainer({ url, catalog, settings, onChange, fetch, now = () => performance.now(), later = (action, delay) => window.setTimeout(action, delay) }) {
  let training = createTraining([], { steps: 0, every: 1 });
  /** @type {Checkpoint | null} */
  let checkpoint = null;
  /** What the steps so far were taken with. @type {Adjustable[]} */
  let used = [];
  /** @type {AbortController | null} */
  let stream = null;
  /** @type {Problem | null} */
  let problem = null;
  let goal = 0;
  let failures = 0;
  let timer = 0;
  let retryAt = 0;
  /** @type {{ at: number, step: number }[]} */
  let paces = [];

  /** @param {Training["status"]} status */
  function show(status) {
    training.status = status;
    onChange();
  }

  function leave() {
    clearTimeout(timer);
    stream?.abort();
    stream = null;
    paces = [];
  }

  /** What was changed since the steps so far were taken: it holds from the checkpoint on. */
  function adjust() {
    const wanted = settings().runs.map(adjustable);
    const changes = checkpoint?.step ? changesOf(used, wanted, checkpoint.step) : []; // from the start on, nothing has changed
    if (JSON.stringify(used) !== JSON.stringify(wanted)) truncateTo(training, checkpoint?.step ?? 0);
    training.changes.push(...changes);
    used = wanted;
  }

  async function open() {
    leave();
    adjust();
    const mine = (stream = new AbortController());
    show(failures ? "waiting" : "running");
    const { resume, ...body } = toRequest(settings(), catalog, { until: goal });
    const text = `${JSON.stringify(body).slice(0, -1)},"resume":${checkpoint ? checkpoint.text : "null"}}`;
    const outcome = await openStream({ url, body: text, signal: mine.signal, onEvent: take, fetch });
    if (mine !== stream) return; // left, or opened anew meanwhile
    stream = null;
    settle(outcome);
  }

  /** @param {string} name @param {string} text */
  function take(name, text) {
    const data = JSON.parse(text);
    if (name === "checkpoint") checkpoint = { step: data.step, text };
    else if (EVENTS.has(name)) append(training, name, data);
    failures = 0;
    if (name === "steps") paces = [...paces.filter(({ at }) => at > now() - WINDOW), { at: now(), step: training.step }];
    show("running");
  }

  /** @param {import("./stream.js").Outcome} outcome */
  function settle(outcome) {
    if (outcome.end === "lost") return wait(outcome.wait);
    if (outcome.end === "problem") problem = outcome.problem;
    paces = [];
    show(restStatus());
  }

  /** @param {number | null} asked  seconds */
  function wait(asked) {
    const delay = 1000 * (asked ?? BACK_OFF[Math.min(failures, BACK_OFF.length - 1)]);
    failures += 1;
    retryAt = now() + delay;
    timer = later(open, delay);
    show("waiting");
  }

  /** @returns {Training["status"]} */
  function restStatus() {
    if (training.step === 0 && !checkpoint) return "untrained";
    const over = training.runs.every(({ diverged }) => diverged);
    return over || training.step >= training.steps ? "done" : "paused";
  }

  const active = () => training.status === "running" || training.status === "waiting";

  /** @param {number} until */
  function go(until) {
    problem = null;
    failures = 0;
    goal = Math.min(until, training.steps);
    void open();
  }

  return {
    get training() { return training; },
    get problem() { return problem; },
    get checkpoint() { return checkpoint; },
    get active() { return active(); },
    /** Seconds until the connection is tried again. */
    get wait() { return training.status === "waiting" && !stream ? Math.max(0, (retryAt - now()) / 1000) : 0; },
    /** Steps per second, NaN while that cannot be told. */
    get rate() {
      const [first, last] = [paces[0], paces[paces.length - 1]];
      return last && last.at - first.at > 300 ? (1000 * (last.step - first.step)) / (last.at - first.at) : NaN;
    },
    /** What a store keeps. @returns {Saved} */
    get saved() { return { training, checkpoint, used }; },
    train: () => go(training.steps),
    step: () => go(training.step + 1),
    pause() {
      leave();
      show(restStatus());
    },
    toggle() {
      if (active()) this.pause();
      else if (training.status !== "done") this.train();
    },
    /** Leave the stream without a word: the page goes away. */
    leave() {
      if (!active()) return;
      leave();
      training.status = restStatus();
    },
    /** Back to the weights before the first step. */
    rewind() {
      leave();
      problem = null;
      checkpoint = null;
      truncateTo(training, 0);
      used = settings().runs.map(adjustable);
      show("untrained");
    },
    /** Rate or clipping are others now: they hold from the last checkpoint on. */
    adjusted() {
      if (active()) void open();
      else onChange();
    },
    /** More steps, or fewer. @param {number} steps */
    extend(steps) {
      Object.assign(training, { steps, every: everyOf(steps) });
      if (!active()) return show(restStatus());
      goal = steps;
      if (training.step < steps) return void open();
      return this.pause();
    },
    /** Another training: a fresh one, or one that was kept. @param {Saved | { names: string[] }} what */
    load(what) {
      leave();
      problem = null;
      const { until, runs } = settings();
      const saved = "training" in what ? what : { training: createTraining(what.names, { steps: until, every: everyOf(until) }), checkpoint: null, used: runs.map(adjustable) };
      ({ training, checkpoint, used } = saved);
      show(restStatus());
    },
    /** Try again at once, where the connection is waited for. */
    hurry() {
      if (training.status === "waiting" && !stream) void open();
    },
  };
}

/** @typedef {ReturnType<typeof createTrainer>} Trainer */

/** @param {import("../training.js").Run} run @returns {Adjustable} */
const adjustable = ({ learningRate, clipBy, clipAt }) => ({ learningRate, clipBy, clipAt });

/** @param {Adjustable[]} before @param {Adjustable[]} after @param {number} step @returns {import("./history.js").Change[]} */
function changesOf(before, after, step) {
  return after.flatMap((wanted, run) => ADJUSTABLE.flatMap((name) => {
    const [from, to] = [before[run]?.[name], wanted[name]];
    return from === undefined || from === to || (name === "clipAt" && wanted.clipBy === "none") ? [] : [{ step, run, name, from, to }];
  }));
}
