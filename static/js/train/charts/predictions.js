import { draw } from "../../compare/series.js";
import { visible } from "../../format.js";
import { t } from "../../i18n.js";
import { child } from "../../views/band.js";
import { createFigure, drawPlot, roundTicks } from "./figure.js";
import { createMark, markOnce, write } from "./readout.js";

/**
 * Predictions held against targets, a panel a run: numbers as points about the diagonal, classes as a table of counts, whole
 * sequences symbol by symbol.
 *
 * @typedef {import("../view.js").TrainState} TrainState
 * @typedef {import("../history.js").Evaluation} Evaluation
 * @typedef {{ target: any[], predicted: any[] }} Predictions
 */

const GAP = 14;
const SHOWN = { short: 20, sequences: 3, steps: 60 };

/** Which drawing fits: numbers, one class a sequence, or a class a step. @param {Evaluation} evaluation @returns {"scatter" | "classes" | "symbols" | null} */
export function kindOf({ metric, predictions }) {
  if (!predictions?.target?.length) return null;
  const [first] = predictions.target;
  if (metric === "mse") return Array.isArray(first?.[0] ?? null) ? null : "scatter";
  return Array.isArray(first) ? (Array.isArray(first[0]) ? null : "symbols") : "classes";
}

/** @param {HTMLElement} root */
export function createPredictions(root) {
  const figure = createFigure(root, { title: t("train.draw.eval.predictions") });
  figure.svg.remove();
  const panels = child(figure.figure, "div", "panels");
  /** @type {ReturnType<typeof createPanel>[]} */
  let made = [];
  return {
    figure: figure.figure,
    /** @param {(Evaluation | null)[]} evaluations @param {TrainState} state @param {number} width @param {string[] | null} labels  of a text's classes */
    update(evaluations, state, width, labels) {
      while (made.length < evaluations.length) made.push(createPanel(panels));
      for (const { item } of made.splice(evaluations.length)) item.remove();
      const kind = evaluations.flatMap((one) => (one ? [kindOf(one)] : []))[0] ?? null;
      figure.figure.hidden = kind === null;
      if (!kind) return;
      write(figure.said, t(`train.draw.eval.${kind}`));
      const columns = kind === "symbols" ? 1 : Math.min(2, evaluations.length);
      const size = Math.min(190, Math.floor((width - (columns - 1) * GAP) / columns));
      made.forEach((panel, i) => panel.update(evaluations[i], kind, { state, i, size: kind === "symbols" ? width : size, labels }));
    },
  };
}

/** @param {HTMLElement} root */
function createPanel(root) {
  const item = child(root, "div", "panel-of-run");
  const head = child(item, "p", "look-head");
  const mark = createMark(head);
  const name = child(head, "span", "train-name");
  const body = child(item, "div");
  return {
    item,
    /** @param {Evaluation | null} evaluation @param {"scatter" | "classes" | "symbols"} kind @param {{ state: TrainState, i: number, size: number, labels: string[] | null }} look */
    update(evaluation, kind, { state, i, size, labels }) {
      markOnce(mark, state.series[i], state.theme);
      write(name, state.names[i]);
      item.style.width = `${size}px`;
      body.replaceChildren();
      if (!evaluation || kindOf(evaluation) !== kind) return;
      const names = classNames(state, labels);
      const { target, predicted } = /** @type {Predictions} */ (evaluation.predictions);
      if (kind === "scatter") drawScatter(body, target.flat(), predicted.flat(), { size, colour: state.series[i].colour, name: state.names[i] });
      else if (kind === "classes") drawClasses(body, target, predicted, { size, colour: state.series[i].colour, names, name: state.names[i] });
      else writeSymbols(body, target, predicted, { names, size });
    },
  };
}

const ORDER = ["XX", "XY", "YX", "YY"];
const LETTERS = [..."ABCDEFGH", "·", "→"];

/** What a class is called. @param {Pick<TrainState, "settings">} state @param {string[] | null} labels @returns {(index: number) => string} */
export function classNames({ settings: { kind, task } }, labels) {
  if (labels) return (i) => visible(labels[i] ?? "?");
  if (kind === "task" && task === "temporal_order") return (i) => ORDER[i] ?? String(i);
  if (kind === "task" && (task === "copy" || task === "delayed_recall")) return (i) => LETTERS[i] ?? String(i);
  return String;
}

/** Every point a prediction; on the diagonal it is right. @param {HTMLElement} root @param {number[]} target @param {(number | null)[]} predicted @param {{ size: number, colour: string, name: string }} look */
function drawScatter(root, target, predicted, { size, colour, name }) {
  const svg = draw(root, "svg", { class: "train-marks figure-svg", role: "img", width: size, height: size, "aria-label": t("train.draw.eval.scatterHeard", { name, n: target.length }) });
  if (!predicted.some((v) => Number.isFinite(v))) {
    draw(svg, "text", { class: "tick middle", x: size / 2 + 16, y: size / 2 }).textContent = t("train.draw.eval.none");
  }
  const [low, high] = [Math.min(...target), Math.max(...target)];
  const air = 0.08 * (high - low || 1);
  const axis = { from: low - air, to: high + air, ticks: roundTicks(low - air, high + air, 3) };
  const plot = drawPlot(svg, { width: size, height: size }, { x: axis, y: axis });
  draw(svg, "path", { class: "baseline", d: `M${plot.x(axis.from)} ${plot.y(axis.from)}L${plot.x(axis.to)} ${plot.y(axis.to)}` });
  target.forEach((value, i) => {
    const said = predicted[i];
    if (said === null || !Number.isFinite(said)) return;
    const out = said < axis.from || said > axis.to;
    draw(svg, "circle", { cx: plot.x(value), cy: plot.y(Math.min(axis.to, Math.max(axis.from, said))), r: out ? 1.6 : 2.6, fill: out ? "none" : colour, stroke: colour, opacity: 0.62 });
  });
}

/** How often each class (a row) was taken for which (a column): on the diagonal it is right. @param {HTMLElement} root @param {number[]} target @param {number[]} predicted @param {{ size: number, colour: string, names: (i: number) => string, name: string }} look */
function drawClasses(root, target, predicted, { size, colour, names, name }) {
  const counts = countClasses(target, predicted);
  const n = counts.length;
  const svg = draw(root, "svg", { class: "train-marks figure-svg", role: "img", width: size, height: size, "aria-label": t("train.draw.eval.classesHeard", { name, right: target.filter((v, i) => v === predicted[i]).length, n: target.length }) });
  const left = 26;
  const cell = (size - left - 2) / n;
  const most = Math.max(1, ...counts.map((row) => row.reduce((sum, v) => sum + v, 0)));
  counts.forEach((row, i) => {
    draw(svg, "text", { class: "tick end", x: left - 6, y: (i + 0.5) * cell }).textContent = names(i);
    draw(svg, "text", { class: "tick middle", x: left + (i + 0.5) * cell, y: n * cell + 12 }).textContent = names(i);
    row.forEach((count, j) => {
      const [x, y] = [left + j * cell, i * cell];
      draw(svg, "rect", { class: i === j ? "cell right" : "cell", x: x + 1.5, y: y + 1.5, width: cell - 3, height: cell - 3, rx: 3 });
      const side = Math.sqrt(count / most) * (cell - 7);
      if (count) draw(svg, "rect", { x: x + (cell - side) / 2, y: y + (cell - side) / 2, width: side, height: side, rx: 2, fill: colour, opacity: i === j ? 1 : 0.55 });
    });
  });
}

/** counts[target][predicted]. @param {number[]} target @param {number[]} predicted */
export function countClasses(target, predicted) {
  const n = Math.max(...target, ...predicted) + 1;
  const counts = Array.from({ length: n }, () => new Array(n).fill(0));
  target.forEach((v, i) => { counts[v][predicted[i]] += 1; });
  return counts;
}

/** The first sequences: target above prediction, what is wrong in a box. @param {HTMLElement} root @param {number[][]} target @param {number[][]} predicted @param {{ names: (i: number) => string, size: number }} look */
function writeSymbols(root, target, predicted, { names, size }) {
  const pitch = Math.max(13, Math.min(18, Math.floor(size / Math.min(target[0].length, SHOWN.steps))));
  for (const [i, row] of target.slice(0, target[0].length > SHOWN.short ? 1 : SHOWN.sequences).entries()) {
    const list = child(root, "p", "symbols");
    list.style.setProperty("--pitch", `${pitch}px`);
    for (const [j, v] of row.slice(0, SHOWN.steps).entries()) {
      const said = predicted[i][j];
      const pair = child(list, "span", said === v ? "pair" : "pair is-wrong");
      child(pair, "span").textContent = names(v);
      child(pair, "b").textContent = names(said);
    }
  }
}
