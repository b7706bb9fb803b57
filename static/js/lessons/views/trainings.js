import { apiUrl } from "../../api.js";
import { seriesOf } from "../../compare/series.js";
import { createFrame } from "../../frame.js";
import { createScales } from "../../scales.js";
import { gradientChart } from "../../train/charts/gradient.js";
import { lossChart } from "../../train/charts/loss.js";
import { scrubber } from "../../train/charts/scrubber.js";
import { announcement } from "../../train/headline.js";
import { namesOf } from "../../train/names.js";
import { createTrainer } from "../../train/trainer.js";
import { transport as createTransport } from "../../train/transport.js";
import { LIMITS } from "../../state.js";
import { child } from "../../views/band.js";
import { slider } from "../../views/fields.js";
import { problemView } from "../../views/problem.js";

/**
 * Two trainings that differ in the threshold alone, live: losses and gradients against the step, as /train draws them.
 *
 * @typedef {import("../../training.js").TrainingSettings} TrainingSettings
 * @typedef {import("../../train/history.js").Training} Training
 * @typedef {import("../../train/view.js").TrainState} TrainState
 */

/** The run that has a threshold. */
export const CUT = 1;

/**
 * @param {HTMLElement} root @param {import("../../lesson/tools.js").Tools} tools
 * @param {{ settings: TrainingSettings, onTraining: (training: Training) => void, onSettings: (settings: TrainingSettings) => void }} options
 *   onTraining: there is more of it
 */
export function trainings(root, tools, { settings: first, onTraining, onSettings }) {
  const { t } = tools;
  root.classList.add("lesson-twins");
  let settings = first;
  /** Where the pointer is, and where the cursor stays. @type {{ hover: number | null, cursor: number | null }} */
  let at = { hover: null, cursor: null };
  let scales = createScales(tools.theme(), settings.scale);

  child(root, "h2", "stage-title").textContent = t("lesson.jumps.twins.title");
  const { length, batch, runs: [{ H }] } = settings;
  child(root, "p", "stage-line").textContent = t("lesson.jumps.twins.line", { T: length, n: batch, H });
  const problems = problemView(child(root, "div"), { onRetry: () => trainer.train() });
  const hooks = {
    onHover: (/** @type {number | null} */ step) => { at = { ...at, hover: step }; frame.request(); },
    onCursor: (/** @type {number | null} */ step) => { at = { hover: null, cursor: step }; frame.request(); },
    onLog: (/** @type {boolean} */ log) => change({ ...settings, log }),
  };
  const views = [lossChart, gradientChart, scrubber].map((view) => view(child(root, "section"), hooks));
  const threshold = slider(named(child(root, "div", "lesson-field"), "threshold"), {
    key: "clipping.threshold", inline: true, range: { min: LIMITS.clipAt[0], max: LIMITS.clipAt[1], step: 0.05, log: true },
    onNumber: (clipAt, dragging) => adjust(clipAt, dragging),
  });
  const trainer = createTrainer({ url: apiUrl("train"), catalog: tools.catalog, settings: () => settings, onChange: changed });
  const transport = named(child(root, "div"), "transport");
  transport.id = "transport"; // it looks as the instrument's
  const buttons = createTransport(transport, {
    trainer, blocked: () => false, onRewind: () => { trainer.rewind(); at = { hover: null, cursor: null }; frame.request(); },
  });
  const status = child(root, "p", "visually-hidden");
  status.setAttribute("role", "status");
  const frame = createFrame(() => { draw(); return false; });

  /** @param {TrainingSettings} next */
  function change(next) {
    settings = next;
    onSettings(settings);
    tools.changed();
    frame.request();
  }

  /** The threshold is another: it holds from here on, as soon as the hand rests. @param {number} clipAt @param {boolean} dragging */
  function adjust(clipAt, dragging) {
    change({ ...settings, runs: settings.runs.map((run, i) => (i === CUT ? { ...run, clipAt } : run)) });
    if (!dragging) trainer.adjusted();
  }

  function changed() {
    const { training } = trainer;
    const said = announcement(training, stateNow());
    if (training.status !== "running" && status.textContent !== said) status.textContent = said;
    root.dataset.training = training.status;
    frame.request();
  }

  /** @returns {TrainState} */
  function stateNow() {
    const theme = tools.theme();
    if (scales.theme !== theme) scales = createScales(theme, settings.scale);
    return {
      cursor: at.hover ?? at.cursor, hovering: at.hover !== null, logLoss: settings.log, names: namesOf(settings.runs),
      series: settings.runs.map((_, i) => seriesOf(i, theme)), theme, scales, narrow: root.clientWidth < 560, room: 0,
      reduced: tools.reduced(), stale: false, settings,
    };
  }

  function draw() {
    if (root.hidden) return;
    const { training } = trainer;
    const state = stateNow();
    for (const view of views) view.update(training, state);
    buttons.update();
    threshold.set(settings.runs[CUT].clipAt);
    problems.update(trainer.problem);
    onTraining(training);
  }

  trainer.load({ names: namesOf(settings.runs) });
  tools.onTheme(() => frame.request());
  tools.onResize(() => frame.request());
  document.fonts.ready.then(() => frame.request());
  const leave = () => trainer.leave(); // the server's work ends with the page
  addEventListener("pagehide", leave, { signal: tools.signal });
  tools.signal.addEventListener("abort", leave);
  return {
    get settings() { return settings; },
    get training() { return trainer.training; },
    /** Go on; from the start where it is done, or shall begin anew. @param {boolean} [anew] */
    train(anew = false) {
      if (trainer.active && !anew) return;
      if (anew || trainer.training.status === "done") trainer.rewind();
      at = { hover: null, cursor: null };
      trainer.train();
    },
    /** @param {number | null} step  null: the newest */
    seek: hooks.onCursor,
    draw: () => frame.request(),
    destroy() {
      leave();
      for (const view of views) view.destroy();
      root.replaceChildren();
    },
  };
}

/** A control that a teacher's link can hide. @param {HTMLElement} element @param {string} name */
function named(element, name) {
  element.dataset.control = name;
  return element;
}
