import { t } from "../../i18n.js";
import { child } from "../../views/band.js";
import { momentAt } from "../history.js";
import { createDelays } from "./delays.js";
import { createForecast } from "./forecast.js";
import { stepText } from "./plot.js";
import { createPredictions } from "./predictions.js";
import { anyEvaluation, createProgress, scoreText } from "./progress.js";
import { createMark, markOnce, write } from "./readout.js";

/**
 * What the networks have learned, at the cursor: their score held against a guess, and their predictions.
 *
 * @typedef {import("../view.js").Training} Training
 * @typedef {import("../view.js").TrainState} TrainState
 * @typedef {import("../history.js").Evaluation} Evaluation
 */

/** @param {HTMLElement} root @param {import("../view.js").TrainViewOptions} [_options] @returns {import("../view.js").TrainView} */
export function evaluationView(root, _options) {
  root.classList.add("train-figure");
  child(root, "h2").textContent = t("train.draw.eval.title");
  const note = child(root, "p", "train-figure-note");
  const scores = createScores(root);
  const [progress, predictions, delays, forecast] = [createProgress(root), createPredictions(root), createDelays(root), createForecast(root)];
  const figures = [progress, predictions, delays, forecast];
  /** @type {unknown[]} */
  let drawn = [];
  return {
    update(training, state) {
      root.classList.toggle("is-stale", state.stale);
      const moments = training.runs.map((run) => momentAt(run, state.cursor));
      const evaluations = moments.map((moment) => moment?.evaluation ?? null);
      const wanted = [...moments, state.theme, root.clientWidth, state.cursor, training.steps, state.settings, ...state.names, ...training.runs.map(({ moments: all }) => all.length)];
      if (wanted.length === drawn.length && wanted.every((value, i) => value === drawn[i])) return;
      drawn = wanted;
      const width = root.clientWidth;
      const any = anyEvaluation(training);
      for (const { figure } of figures) figure.hidden = !any;
      write(note, any ? noteOf(state, Math.max(...moments.map((moment) => moment?.step ?? 0))) : t("train.draw.eval.empty"));
      scores.update(evaluations, state);
      if (!any || !width) return;
      const labels = moments.find((moment) => moment?.trace.labels)?.trace.labels ?? null;
      progress.update(training, state, width);
      delays.figure.hidden = !evaluations.some((one) => one?.by_delay);
      if (!delays.figure.hidden) delays.update(evaluations, state, width);
      forecast.figure.hidden = !evaluations.some((one) => one?.forecast);
      if (!forecast.figure.hidden) forecast.update(evaluations, state, width);
      predictions.figure.hidden = labels !== null || !forecast.figure.hidden; // a text's are read with the text, a series' as a line
      if (!predictions.figure.hidden) predictions.update(evaluations, state, width, labels);
    },
    destroy: () => root.replaceChildren(),
  };
}

/** On what it is measured. @param {TrainState} state @param {number} step */
function noteOf({ settings: { kind, holdout } }, step) {
  const held = kind === "task" || ((kind === "sunspots" || kind === "numbers") && holdout > 0);
  return t(held ? "train.draw.eval.held" : "train.draw.eval.own", { step: stepText(step) });
}

/** Each run's score as a sentence-like number, beside that of a guess. @param {HTMLElement} root */
function createScores(root) {
  const list = child(root, "ul", "scores");
  /** @type {{ item: HTMLElement, mark: SVGElement, name: HTMLElement, value: HTMLElement, note: HTMLElement }[]} */
  let made = [];
  return {
    /** @param {(Evaluation | null)[]} evaluations @param {TrainState} state */
    update(evaluations, { names, series, theme }) {
      while (made.length < evaluations.length) {
        const item = child(list, "li");
        made.push({ item, mark: createMark(item), name: child(item, "span", "train-name"), value: child(item, "strong"), note: child(item, "span", "score-note") });
      }
      for (const { item } of made.splice(evaluations.length)) item.remove();
      list.hidden = evaluations.every((one) => one === null);
      made.forEach(({ mark, name, value, note }, i) => {
        const one = evaluations[i];
        markOnce(mark, series[i], theme);
        write(name, names[i]);
        write(value, one ? scoreText(one, one.value) : "–");
        write(note, one ? verdictOf(one) : "");
      });
    },
  };
}

/** Is it better than a guess? @param {Evaluation} evaluation */
export function verdictOf({ metric, value, baseline_value: guess }) {
  if (guess === null || value === null || !Number.isFinite(value)) return "";
  const better = metric === "accuracy" ? value - guess : 1 - value / guess;
  const [much, little] = metric === "accuracy" ? [0.5 * (1 - guess), 0.05] : [0.9, 0.05];
  return t(better > much ? "train.draw.eval.learned" : better > little ? "train.draw.eval.better" : "train.draw.eval.guess");
}
