import { draw, drawMark } from "../../compare/series.js";
import { percent, short } from "../../format.js";
import { t } from "../../i18n.js";
import { momentAt } from "../history.js";
import { extentOf, stepTicks, textWidth } from "./extent.js";
import { createFigure, drawPlot, pathOf } from "./figure.js";
import { freeSpot } from "./marks.js";
import { stepText, tickText } from "./plot.js";

/**
 * How good the networks have become: accuracy, or mean squared error on a log scale, against the training step.
 *
 * @typedef {import("../view.js").Training} Training
 * @typedef {import("../view.js").TrainState} TrainState
 * @typedef {import("../history.js").Evaluation} Evaluation
 */

const HEIGHT = 150;

/** An evaluation's number as it is written. @param {Pick<Evaluation, "metric">} evaluation @param {number | null} value */
export const scoreText = ({ metric }, value) => (value === null ? "∞" : metric === "accuracy" ? percent(value) : short(value));

/** The first evaluation there is. @param {Training} training */
export const anyEvaluation = ({ runs }) => runs.flatMap(({ moments }) => moments.map(({ evaluation }) => evaluation)).find(Boolean) ?? null;

/** @param {HTMLElement} root */
export function createProgress(root) {
  const figure = createFigure(root, { title: t("train.draw.eval.progress") });
  return {
    figure: figure.figure,
    /** @param {Training} training @param {TrainState} state @param {number} width */
    update(training, state, width) {
      const first = anyEvaluation(training);
      if (!first) return;
      const accuracy = first.metric === "accuracy";
      figure.said.textContent = t(accuracy ? "train.draw.eval.accuracy" : "train.draw.eval.mse");
      figure.start(width, HEIGHT, summary(training, state));
      const end = extentOf(training);
      const lines = training.runs.map(({ moments }) => moments.filter(({ evaluation }) => evaluation).map(({ step, evaluation }) => ({ x: step, y: evaluation?.value ?? null })));
      const y = accuracy ? SHARES : decadesOf(lines.flat().map((point) => point.y), first.baseline_value);
      const plot = drawPlot(figure.svg, { width, height: HEIGHT }, { x: { from: 0, to: end, ticks: stepTicks(end, width - 56, 60), text: stepText }, y, log: !accuracy });
      lines.forEach((points, i) => drawRun(figure.svg, plot, points, state.series[i], state.scales.ink.surface));
      if (first.baseline_value !== null) drawBaseline(figure.svg, plot, first, lines.flat());
      if (state.cursor !== null) draw(figure.svg, "path", { class: "cursor-line", d: `M${plot.x(Math.min(state.cursor, training.step))} ${plot.box.top}V${plot.box.bottom}` });
    },
  };
}

const SHARES = { from: 0, to: 1, ticks: [0, 0.5, 1], text: percent };

/** Whole decades that hold all values. @param {(number | null)[]} values @param {number | null} baseline */
export function decadesOf(values, baseline) {
  const all = [...values, baseline].filter((v) => v !== null && v > 0 && Number.isFinite(v)).map((v) => Math.log10(/** @type {number} */ (v)));
  const top = baseline !== null && baseline > 0 ? Math.log10(baseline) + 2 : Infinity; // what explodes leaves the scale
  const high = all.length ? Math.ceil(Math.min(top, Math.max(...all)) - 1e-9) : 0;
  const low = Math.min(high - 1, Math.floor(Math.min(...all, high) + 1e-9));
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  const every = Math.ceil(ticks.length / 5);
  return { from: 10 ** low, to: 10 ** high, ticks: ticks.filter((_, i) => (ticks.length - 1 - i) % every === 0), text: (/** @type {number} */ v) => tickText(v, true) };
}

/** What a guess reaches, as a level with its number where it covers least. @param {SVGElement} svg @param {import("./figure.js").Plot} plot @param {Evaluation} evaluation @param {{ x: number, y: number | null }[]} points  of the lines */
export function drawBaseline(svg, { box, x, y }, evaluation, points) {
  const value = /** @type {number} */ (evaluation.baseline_value);
  const at = Math.round(y(value)) + 0.5;
  draw(svg, "path", { class: "baseline", d: `M${box.left} ${at}H${box.right}` });
  const words = t("train.draw.loss.baseline", { value: scoreText(evaluation, value) });
  const dots = points.flatMap((point) => (point.y === null ? [] : [{ x: x(point.x), y: y(point.y) }]));
  const spot = freeSpot({ x0: box.left, x1: box.right, y: at, width: textWidth(words, "400 12px"), top: box.top, bottom: box.bottom }, dots);
  draw(svg, "text", { class: "level-words", ...spot }).textContent = words;
}

/** @param {SVGElement} svg @param {import("./figure.js").Plot} plot @param {{ x: number, y: number | null }[]} points @param {import("../../compare/series.js").Series} series @param {string} ground */
export function drawRun(svg, plot, points, series, ground) {
  draw(svg, "path", { class: "figure-line", d: pathOf(points, plot) || "M0 0", stroke: series.colour, "stroke-dasharray": series.dashed ? "6 4" : "none" });
  const every = Math.max(1, Math.ceil(points.length / 4));
  points.forEach((point, i) => {
    const shown = i === points.length - 1 || (i + 1) % every === 0;
    if (shown && point.y !== null && plot.y(point.y) >= plot.box.top - 1) drawMark(svg, series, plot.x(point.x), plot.y(point.y), { r: 3.4, ground });
  });
}

/** @param {Training} training @param {TrainState} state */
function summary(training, { names, cursor }) {
  return training.runs.map((run, i) => {
    const evaluation = momentAt(run, cursor)?.evaluation;
    return evaluation ? `${names[i]}: ${scoreText(evaluation, evaluation.value)}` : names[i];
  }).join(", ");
}
