import { cliffView } from "./charts/cliff.js";
import { evaluationView } from "./charts/evaluation.js";
import { gradientChart } from "./charts/gradient.js";
import { lossChart } from "./charts/loss.js";
import { momentsView } from "./charts/moments.js";
import { samplesView } from "./charts/samples.js";
import { scrubber } from "./charts/scrubber.js";

/**
 * The drawings of a training, each in its element of the page.
 *
 * @typedef {import("./view.js").TrainView} TrainView
 * @type {Record<string, (root: HTMLElement, options: import("./view.js").TrainViewOptions) => TrainView>}
 */
const VIEWS = {
  "train-loss": lossChart, "train-gradient": gradientChart, "train-scrubber": scrubber, "train-moments": momentsView,
  "train-evaluation": evaluationView, "train-samples": samplesView, "train-cliff": cliffView,
};

/** @param {(id: string) => HTMLElement} element @param {import("./view.js").TrainViewOptions} options @returns {Pick<TrainView, "update">} */
export function createViews(element, options) {
  const views = Object.entries(VIEWS).map(([id, view]) => view(element(id), options));
  return { update: (training, state) => views.forEach((view) => view.update(training, state)) };
}
