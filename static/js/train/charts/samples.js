import { percent, visible } from "../../format.js";
import { t } from "../../i18n.js";
import { child } from "../../views/band.js";
import { momentAt } from "../history.js";
import { stepText } from "./plot.js";
import { createMark, markOnce, write } from "./readout.js";

/**
 * For a text: how well each character of the user's own is foreseen, and what the networks write, the newest first.
 *
 * @typedef {import("../view.js").Training} Training
 * @typedef {import("../view.js").TrainState} TrainState
 * @typedef {import("../history.js").RunHistory} RunHistory
 * @typedef {import("../../trace.js").Trace} Trace
 * @typedef {{ symbol: string, p: number, guess: string, right: boolean }} Foreseen
 */

const SHOWN = 4;

/** @param {HTMLElement} root @param {import("../view.js").TrainViewOptions} [_options] @returns {import("../view.js").TrainView} */
export function samplesView(root, _options) {
  root.classList.add("train-figure");
  const sentence = child(root, "div");
  child(sentence, "h2").textContent = t("train.draw.text.title");
  child(sentence, "p", "train-figure-note").textContent = t("train.draw.text.note");
  const readings = child(sentence, "div");
  const written = child(root, "div");
  child(written, "h2").textContent = t("train.draw.sample.title");
  const note = child(written, "p", "train-figure-note");
  const samples = child(written, "div");
  /** @type {unknown[]} */
  let drawn = [];
  return {
    update(training, state) {
      const moments = training.runs.map((run) => momentAt(run, state.cursor));
      const isText = moments.some((moment) => moment?.trace.labels && moment.trace.targets);
      root.hidden = !isText;
      const wanted = [...moments, state.theme, state.settings.temperature, ...state.names];
      if (!isText || (wanted.length === drawn.length && wanted.every((value, i) => value === drawn[i]))) return;
      drawn = wanted;
      readings.replaceChildren();
      samples.replaceChildren();
      const shown = training.runs.map((run) => samplesOf(run, state.cursor));
      write(note, shown.some((list) => list.length) ? t("train.draw.sample.note", { temperature: state.settings.temperature }) : t("train.draw.sample.empty"));
      training.runs.forEach((_, i) => {
        const trace = moments[i]?.trace;
        if (trace?.labels) writeReading(named(readings, state, i), foreseen(trace), state);
        if (shown[i].length) writeSamples(named(samples, state, i), shown[i]);
      });
    },
    destroy: () => root.replaceChildren(),
  };
}

/** A run's block, its mark and name at its head. @param {HTMLElement} root @param {TrainState} state @param {number} i */
function named(root, { series, names, theme }, i) {
  const block = child(root, "div", "text-run");
  const head = child(block, "p", "look-head");
  markOnce(createMark(head), series[i], theme);
  child(head, "span", "train-name").textContent = names[i];
  return block;
}

/** Each character that is foreseen: how probable it was held to be, and what was held most probable. @param {Trace} trace @returns {Foreseen[]} */
export function foreseen({ T, yHat, targets, labels }) {
  return Array.from({ length: T }, (_, i) => {
    const [row, target] = [yHat[i], targets?.[i] ?? 0];
    const best = row.indexOf(Math.max(...row));
    return { symbol: labels?.[target] ?? "?", p: row[target], guess: labels?.[best] ?? "?", right: best === target };
  });
}

/** The sentence: the fuller a character's bar, the surer it was foreseen; below what is wrong stands the guess. @param {HTMLElement} root @param {Foreseen[]} characters @param {TrainState} state */
function writeReading(root, characters, { scales }) {
  const right = characters.filter((one) => one.right).length;
  const line = child(root, "p", "reading");
  line.setAttribute("role", "img");
  line.setAttribute("aria-label", t("train.draw.text.heard", { right, n: characters.length }));
  for (const { symbol, p, guess, right: is } of characters) {
    const cell = child(line, "span", "foreseen");
    cell.title = t("train.draw.text.tip", { symbol: visible(symbol), p: percent(p), guess: visible(guess) });
    const bar = child(cell, "i");
    bar.style.height = `${Math.round(100 * (Number.isFinite(p) ? p : 0))}%`;
    bar.style.background = scales.ink.barLow;
    child(cell, "span").textContent = visible(symbol);
    child(cell, "b").textContent = is ? "" : visible(guess);
  }
  child(root, "p", "look-said").textContent = t("train.draw.text.share", { right, n: characters.length });
}

/** What a run has written up to a step, the newest first, all alike once. @param {RunHistory} run @param {number | null} cursor @returns {{ step: number, text: string }[]} */
export function samplesOf({ moments }, cursor) {
  const until = cursor ?? Infinity;
  return moments.flatMap(({ step, sample }) => (sample && step <= until ? [{ step, text: sample.text }] : [])).slice(-SHOWN).reverse();
}

/** @param {HTMLElement} root @param {{ step: number, text: string }[]} samples */
function writeSamples(root, samples) {
  const list = child(root, "ol", "samples");
  for (const { step, text } of samples) {
    const item = child(list, "li");
    child(item, "span", "sample-step").textContent = t("train.draw.step", { n: stepText(step) });
    child(item, "q").textContent = text;
  }
}
