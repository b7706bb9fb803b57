import { draw } from "../../compare/series.js";
import { percent } from "../../format.js";
import { t } from "../../i18n.js";
import { createFigure, drawPlot, roundTicks } from "./figure.js";
import { drawBaseline, drawRun } from "./progress.js";

/**
 * Accuracy against the delay: does what was learned at one delay hold at another?
 *
 * @typedef {import("../view.js").TrainState} TrainState
 * @typedef {import("../history.js").Evaluation} Evaluation
 */

const HEIGHT = 150;

/** @param {HTMLElement} root */
export function createDelays(root) {
  const figure = createFigure(root, { title: t("train.draw.eval.delays"), note: t("train.draw.eval.delaysNote") });
  return {
    figure: figure.figure,
    /** @param {(Evaluation | null)[]} evaluations @param {TrainState} state @param {number} width */
    update(evaluations, state, width) {
      const known = evaluations.filter((one) => one?.by_delay);
      const delays = known.flatMap((one) => (one?.by_delay ?? []).map(({ delay }) => delay));
      const to = Math.max(1, ...delays);
      figure.start(width, HEIGHT, heard(evaluations, state.names));
      const plot = drawPlot(figure.svg, { width, height: HEIGHT }, { x: { from: 0, to, ticks: roundTicks(0, to, 4) }, y: { from: 0, to: 1, ticks: [0, 0.5, 1], text: percent } });
      const own = state.settings.delay;
      draw(figure.svg, "path", { class: "change", d: `M${plot.x(own)} ${plot.box.top}V${plot.box.bottom}` });
      evaluations.forEach((one, i) => one?.by_delay && drawRun(figure.svg, plot, one.by_delay.map(({ delay, value }) => ({ x: delay, y: value })), state.series[i], state.scales.ink.surface));
      const points = known.flatMap((one) => (one?.by_delay ?? []).map(({ delay, value }) => ({ x: delay, y: value })));
      if (known[0] && known[0].baseline_value !== null) drawBaseline(figure.svg, plot, known[0], points);
    },
  };
}

/** @param {(Evaluation | null)[]} evaluations @param {string[]} names */
function heard(evaluations, names) {
  const each = evaluations.map((one, i) => `${names[i]}: ${(one?.by_delay ?? []).map(({ delay, value }) => `${delay} ${value === null ? "–" : percent(value)}`).join(", ")}`);
  return `${t("train.draw.eval.delays")}. ${each.join("; ")}`;
}
