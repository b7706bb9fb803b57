import { t } from "../../i18n.js";
import { child } from "../../views/band.js";
import { problemView } from "../../views/problem.js";
import { momentAt } from "../history.js";
import { roundUp } from "./extent.js";
import { createMap } from "./map.js";
import { stepText } from "./plot.js";
import { createProfile } from "./profile.js";
import { write } from "./readout.js";
import { readSurface } from "./surface.js";

/**
 * The cliff: the loss around a network's weights, and where one step leads from there, clipped and not. It is measured when
 * asked for, and anew for another run or another distance.
 *
 * @typedef {import("../view.js").Training} Training
 * @typedef {import("../view.js").TrainState} TrainState
 * @typedef {import("../history.js").Moment} Moment
 * @typedef {import("./surface.js").Surface} Surface
 * @typedef {{ surface: Surface, run: number, step: number }} Measured
 */

const FIT = 0; // a distance that shows the step whole, where that is not too near and not too far
const SPANS = [FIT, 0.03, 0.1, 0.3, 1, 3];
const START = 10; // steps in which every gradient is large
const FITTING = { times: 1.6, least: 0.2, most: 3 };

/** @param {HTMLElement} root @param {import("../view.js").TrainViewOptions} [options] @returns {import("../view.js").TrainView} */
export function cliffView(root, { surface, onCursor } = {}) {
  root.classList.add("train-figure", "cliff");
  child(root, "h2").textContent = t("train.draw.cliff.title");
  const note = child(root, "p", "train-figure-note");
  const fields = child(root, "div", "cliff-fields");
  const runs = createChoice(fields, t("train.draw.cliff.run"), (value) => { asked = { ...asked, run: value }; again(); });
  const spans = createChoice(fields, t("train.draw.cliff.span"), (value) => { asked = { ...asked, span: value }; again(); });
  const buttons = child(root, "div", "cliff-buttons");
  const [draw, jump] = [button(buttons), button(buttons)];
  const problems = problemView(child(root, "div"), { onRetry: () => measure() });
  const figures = child(root, "div", "cliff-figures");
  const map = createMap(figures);
  const profile = createProfile(figures);
  const words = child(root, "p", "train-figure-note");
  words.setAttribute("role", "status");
  let asked = { run: 0, span: FIT };
  let waiting = 0;
  /** @type {Measured | null} */
  let measured = null;
  /** @type {{ training: Training, state: TrainState } | null} */
  let latest = null;

  draw.addEventListener("click", () => measure());
  jump.addEventListener("click", () => {
    const wall = latest && steepest(latest.training);
    if (!wall) return;
    asked = { ...asked, run: wall.run };
    onCursor?.(wall.moment.step);
    measure(wall.moment);
  });

  /** Another run, or distance: what is drawn is drawn anew. */
  function again() {
    if (measured || waiting) measure();
    else show();
  }

  /** @param {Moment | null} [moment]  the cursor's, unless told */
  async function measure(moment = latest && momentAt(latest.training.runs[asked.run], latest.state.cursor)) {
    if (!moment || !surface) return;
    const { run } = asked;
    const span = asked.span || fitting(moment, latest?.state.settings.runs[run]?.learningRate ?? 0.1);
    const mine = (waiting += 1);
    root.setAttribute("aria-busy", "true");
    show();
    try {
      const answer = await surface({ run, moment, directions: "gradient", span });
      if (mine !== waiting) return;
      measured = { surface: readSurface(answer), run, step: moment.step };
      problems.update(null);
    } catch (problem) {
      if (mine === waiting) problems.update(/** @type {import("../../api.js").Problem} */ (problem));
    }
    if (mine !== waiting) return;
    waiting = 0;
    root.removeAttribute("aria-busy");
    show();
  }

  function show() {
    if (!latest) return;
    const { training, state } = latest;
    asked.run = Math.min(asked.run, training.runs.length - 1);
    const moment = momentAt(training.runs[asked.run], state.cursor);
    if (measured && measured.run >= training.runs.length) measured = null;
    runs.update(state.names, state.names.map((_, i) => i), asked.run, training.runs.length < 2);
    spans.update(SPANS.map((v) => (v === FIT ? t("train.draw.cliff.fit") : `±${v}`)), SPANS, asked.span, false);
    const wall = steepest(training);
    draw.disabled = !moment || root.hasAttribute("aria-busy");
    write(draw, t(moment ? "train.draw.cliff.draw" : "train.draw.cliff.drawNone", { step: stepText(moment?.step ?? 0) }));
    jump.hidden = !wall;
    if (wall) write(jump, t("train.draw.cliff.steepest", { step: stepText(wall.moment.step) }));
    write(note, t("train.draw.cliff.note"));
    figures.hidden = !measured;
    write(words, measured ? t("train.draw.cliff.of", { name: state.names[measured.run], step: stepText(measured.step) }) : root.hasAttribute("aria-busy") ? t("train.draw.cliff.wait") : "");
    if (!measured || !root.clientWidth) return;
    const look = { width: root.clientWidth, scales: state.scales, series: state.series[measured.run], clip: state.settings.runs[measured.run] ?? null };
    map.update(measured.surface, look);
    profile.update(measured.surface, look);
  }

  return {
    update(training, state) {
      const fresh = latest?.training !== training || (measured !== null && measured.step > training.step);
      latest = { training, state };
      if (fresh && measured) measured = null;
      show();
    },
    destroy() {
      waiting += 1;
      root.replaceChildren();
    },
  };
}

/** The look at which the fixed sequence's own gradient was largest: there the wall is near. @param {Pick<Training, "runs">} training @returns {{ run: number, moment: Moment } | null} */
export function steepest({ runs }) {
  const norm = (/** @type {Moment} */ { trace }) => trace.gradientNorms?.total ?? NaN;
  const all = runs.flatMap(({ moments }, run) => moments.map((moment) => ({ run, moment }))).filter(({ moment }) => moment.step > 0 && Number.isFinite(norm(moment)));
  const later = all.filter(({ moment }) => moment.step > START);
  return (later.length ? later : all).reduce((/** @type {typeof all[number] | null} */ best, one) => (!best || norm(one.moment) > norm(best.moment) ? one : best), null);
}

/** How far to look, so that one step of gradient descent is seen. @param {Moment} moment @param {number} learningRate */
export function fitting({ trace }, learningRate) {
  const step = learningRate * (trace.gradientNorms?.total ?? 0);
  return Math.min(FITTING.most, Math.max(FITTING.least, roundUp(Math.max(1e-9, FITTING.times * step)))) || 1;
}

/** @param {HTMLElement} parent @returns {HTMLButtonElement} */
function button(parent) {
  const element = /** @type {HTMLButtonElement} */ (child(parent, "button", "button"));
  element.type = "button";
  return element;
}

/** One of a few. @param {HTMLElement} parent @param {string} label @param {(value: number) => void} onChoose */
function createChoice(parent, label, onChoose) {
  const field = child(parent, "label", "cliff-field");
  child(field, "span").textContent = label;
  const select = /** @type {HTMLSelectElement} */ (child(field, "select", "select"));
  select.addEventListener("change", () => onChoose(Number(select.value)));
  let stamp = "";
  return {
    /** @param {string[]} names @param {number[]} values @param {number} value @param {boolean} hidden */
    update(names, values, value, hidden) {
      field.hidden = hidden;
      const wanted = JSON.stringify([names, values]);
      if (wanted !== stamp) {
        stamp = wanted;
        select.replaceChildren(...names.map((name, i) => new Option(name, String(values[i]))));
      }
      if (select.value !== String(value)) select.value = String(value);
    },
  };
}
