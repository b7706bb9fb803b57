import { draw } from "../../compare/series.js";
import { plain } from "../../format.js";
import { t } from "../../i18n.js";
import { createFigure, drawPlot, pathOf, roundTicks } from "./figure.js";

/**
 * A series' held-out end, and what the networks make of it: told on from their own predictions.
 *
 * @typedef {import("../view.js").TrainState} TrainState
 * @typedef {import("../history.js").Evaluation} Evaluation
 */

const HEIGHT = 190;
const BEYOND = 0.6; // of the actual values' range: further off a prediction leaves the plot

/** @param {HTMLElement} root */
export function createForecast(root) {
  const figure = createFigure(root, { title: t("train.draw.eval.forecast"), note: t("train.draw.eval.forecastNote") });
  return {
    figure: figure.figure,
    /** @param {(Evaluation | null)[]} evaluations @param {TrainState} state @param {number} width */
    update(evaluations, state, width) {
      const known = evaluations.find((one) => one?.forecast)?.forecast;
      if (!known) return;
      const { from, actual } = known;
      const first = from + (state.settings.kind === "sunspots" ? state.settings.from : 1);
      const [low, high] = rangeOf(actual);
      figure.start(width, HEIGHT, t("train.draw.eval.forecastHeard", { n: actual.length, names: state.names.join(", ") }));
      const last = first + actual.length - 1;
      const plot = drawPlot(figure.svg, { width, height: HEIGHT }, { x: { from: first, to: last, ticks: roundTicks(first, last, 4), text: String }, y: { from: low, to: high, ticks: roundTicks(low, high, 4), text: plain } });
      const points = (/** @type {(number | null)[]} */ values) => values.map((y, i) => ({ x: first + i, y }));
      draw(figure.svg, "path", { class: "figure-actual", d: pathOf(points(actual), plot) });
      evaluations.forEach((one, i) => {
        if (!one?.forecast) return;
        const { colour, dashed } = state.series[i];
        (one.forecast.one_step ?? []).forEach((v, j) => {
          const at = inside(v, low, high);
          if (at !== null) draw(figure.svg, "circle", { cx: plot.x(first + j), cy: plot.y(at), r: 1.7, fill: colour, opacity: 0.55 });
        });
        draw(figure.svg, "path", { class: "figure-line", d: pathOf(points(one.forecast.predicted.map((v) => inside(v, low, high))), plot) || "M0 0", stroke: colour, "stroke-dasharray": dashed ? "6 4" : "none" });
      });
    },
  };
}

/** The plot's range: that of the actual values, and some air. @param {number[]} actual @returns {[number, number]} */
export function rangeOf(actual) {
  const [low, high] = [Math.min(...actual), Math.max(...actual)];
  const air = 0.12 * (high - low || 1);
  return [low >= 0 ? Math.max(0, low - air) : low - air, high + air];
}

/** What is far off is no longer drawn. @param {number | null} v @param {number} low @param {number} high */
const inside = (v, low, high) => (v !== null && v >= low - BEYOND * (high - low) && v <= high + BEYOND * (high - low) ? Math.max(low, v) : null);
