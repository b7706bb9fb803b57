/**
 * What every view of a training is given, and the one shape that every view has:
 *
 *     const view = lossChart(root, options);   // builds its DOM inside root
 *     view.update(training, state);            // draws; called at most once a frame, cheap when nothing has changed
 *     view.destroy();
 *
 * Views do not fetch, do not know each other, and speak to the page only through the callbacks in their options. The
 * training grows in place: compare `training.step` and lengths, not identity. Its moments are new objects when they change.
 *
 * @typedef {import("./history.js").Training} Training
 * @typedef {import("./history.js").Moment} Moment
 *
 * @typedef {object} TrainState
 * @property {number | null} cursor     the training step that all drawings show, hovered or scrubbed; null: the newest
 * @property {boolean} hovering         the cursor is where the pointer is, and goes with it
 * @property {boolean} logLoss          the loss's axis is logarithmic
 * @property {string[]} names           of the runs, told apart
 * @property {import("../compare/series.js").Series[]} series   each run's colour, mark and dash
 * @property {import("../scales.js").Theme} theme
 * @property {import("../scales.js").Scales} scales   of values and gradient norms: never by themselves another
 * @property {boolean} narrow           phone width
 * @property {number} room              pixels from the top of #train-moments to the bottom of the window: what is seen of it at once
 * @property {boolean} reduced          reduced motion
 * @property {boolean} stale            the settings are no longer those of what is drawn
 * @property {import("../training.js").TrainingSettings} settings   of what is drawn
 *
 * @typedef {{ update(training: Training, state: TrainState): void, destroy(): void }} TrainView
 *
 * @typedef {object} TrainViewOptions
 * @property {(step: number | null) => void} [onHover]    the pointer is at this training step (null: it left)
 * @property {(step: number | null) => void} [onCursor]   the cursor shall stay at this training step (null: follow the newest)
 * @property {(log: boolean) => void} [onLog]             the loss's axis shall be logarithmic, or not
 * @property {(ask: { run: number, moment: Moment, directions: "gradient" | "random", span: number }) => Promise<any>} [surface]
 *   the loss around this moment's weights, as /api/v1/surface answers, or a rejection with a problem of api.js
 *
 * The first screen of 1440 × 900 shows all that matters: the headline (60 pixels), loss (190), gradient norm (140), the slider
 * (60), and below them, in the `room` that is left (some 330), hidden states and triangle of every run at the cursor; how
 * the reach came to be, notes and legends may follow below the fold. The plots' heights are the page's: train.css.
 *
 * The page's views and the elements they are given (templates/train.html):
 *
 * | module                    | export          | element             | shows                                                       |
 * |---------------------------|-----------------|---------------------|-------------------------------------------------------------|
 * | charts/loss.js            | lossChart       | #train-loss         | loss of all runs against step, linear or log                |
 * | charts/gradient.js        | gradientChart   | #train-gradient     | gradient norm against step, log, clipped steps marked       |
 * | charts/scrubber.js        | scrubber        | #train-scrubber     | the slider *Training step*, on the charts' own axis         |
 * | charts/moments.js         | momentsView     | #train-moments      | a column a run: hidden states, credit triangle at the cursor |
 * | charts/evaluation.js      | evaluationView  | #train-evaluation   | predictions against targets, accuracy against delay, forecast |
 * | charts/samples.js         | samplesView     | #train-samples      | text that the network writes, its predictions of the text   |
 * | charts/cliff.js           | cliffView       | #train-cliff        | the loss around the weights, clipped and unclipped step     |
 */
export {};
