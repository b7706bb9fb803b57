import { t } from "../../i18n.js";
import { child } from "../../views/band.js";
import { problemView } from "../../views/problem.js";
import { momentAt } from "../history.js";
import { createMap } from "./map.js";
import { largestSpike } from "./loss.js";
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

const SPANS = [0.1, 0.3, 1, 3];

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
  let asked = { run: 0, span: 1 };
  let waiting = 0;
  /** @type {Measured | null} */
  let measured = null;
  /** @type {{ training: Training, state: TrainState } | null} */
  let latest = null;

  draw.addEventListener("click", () => measure());
  jump.addEventListener("click", () => {
    const before = latest && beforeJump(latest.training);
    if (!before) return;
    asked = { ...asked, run: before.run };
    onCursor?.(before.moment.step);
    measure(before.moment);
  });

  /** Another run, or distance: what is drawn is drawn anew. */
  function again() {
    if (measured || waiting) measure();
    else show();
  }

  /** @param {Moment | null} [moment]  the cursor's, unless told */
  async function measure(moment = latest && momentAt(latest.training.runs[asked.run], latest.state.cursor)) {
    if (!moment || !surface) return;
    const { run, span } = asked;
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
    spans.update(SPANS.map((v) => `±${v}`), SPANS, asked.span, false);
    const before = beforeJump(training);
    draw.disabled = !moment || root.hasAttribute("aria-busy");
    write(draw, t(moment ? "train.draw.cliff.draw" : "train.draw.cliff.drawNone", { step: stepText(moment?.step ?? 0) }));
    jump.hidden = !before;
    if (before) write(jump, t("train.draw.cliff.jump", { step: stepText(before.moment.step) }));
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

/** The last look before the largest jump: there the wall is near. @param {Training} training @returns {{ run: number, moment: Moment } | null} */
export function beforeJump(training) {
  const worst = largestSpike(training);
  const moment = worst && momentAt(training.runs[worst.run], worst.spike.from - 1);
  return moment ? { run: worst.run, moment } : null;
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
