/**
 * What /api/v1/surface is asked for the loss around a moment's weights: the probe's sequence, the weights as they were, and
 * the step that plain gradient descent at the run's rate would take from there, as it is and clipped.
 *
 * @param {import("../training.js").Run} run @param {import("./history.js").Moment} moment
 * @param {{ directions: "gradient" | "random", span: number, seed: number }} plane @returns {Record<string, any>}
 */
export function surfaceQuestion({ clipBy, clipAt, truncate, learningRate }, { trace }, { directions, span, seed }) {
  const { network, data } = trace.answer;
  const { cell, activation, normalization, output, parameters } = network;
  const { x, y, h0, cell0, loss_at, loss_mask } = data;
  const request = {
    network: { cell, ...(cell === "rnn" ? { activation, normalization } : {}), output, parameters },
    data: { kind: "arrays", x, y, h0, loss_at, ...(cell0 ? { cell0 } : {}), ...(loss_mask ? { loss_mask } : {}) },
    clip: clipBy === "none" ? null : { by: clipBy, threshold: clipAt }, truncate,
  };
  return { request, directions, span, learning_rate: learningRate, seed };
}
