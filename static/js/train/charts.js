/**
 * The drawings of a training, each in its element of the page.
 *
 * @typedef {import("./view.js").TrainView} TrainView
 * @param {(id: string) => HTMLElement} element @param {import("./view.js").TrainViewOptions} options @returns {Pick<TrainView, "update">}
 */
export function createViews(element, options) {
  /** @type {TrainView[]} */
  const views = [];
  for (const [id, module, name] of [["train-loss", "loss", "lossChart"], ["train-gradient", "gradient", "gradientChart"], ["train-scrubber", "scrubber", "scrubber"], ["train-moments", "moments", "momentsView"], ["train-evaluation", "evaluation", "evaluationView"], ["train-samples", "samples", "samplesView"], ["train-cliff", "cliff", "cliffView"]]) {
    import(`./charts/${module}.js`).then((found) => views.push(found[name](element(id), options)), () => {});
  }
  return { update: (training, state) => views.forEach((view) => view.update(training, state)) };
}
