/**
 * Events of a training, as the server sends them, of networks so small that their numbers can be told by heart.
 */

/** @param {number} run @param {number} from @param {(number | null)[]} loss @param {boolean[]} [clipped] */
export const steps = (run, from, loss, clipped = loss.map(() => false)) => ({ run, from, loss, gradient_norm: loss.map((v) => v && v / 2), clipped });

/** A look at a network of two steps and one unit. @param {number} run @param {number} step @param {any} [more] */
export function trace(run, step, more = {}) {
  return {
    run, step, evaluation: null, sample: null,
    network: { cell: "rnn", activation: "tanh", output: "linear", parameters: { U: [[1]], W: [[step]], b: [0], V: [[1]], c: [0] } },
    data: { x: [[1], [0]], y: [[0], [1]], h0: [0], labels: null, loss_at: "every", loss_mask: null, scale: null },
    forward: { a: [[0.5], [0.1]], h: [[0.5], [0.1]], o: [[0.5], [0.1]], y_hat: [[0.5], [0.1]], gates: null, cell: null },
    loss: { per_step: [0.1, 0.4], total: 0.5 },
    backward: { do: [[1], [1]], dh: [[1], [1]], da: [[1], [1]], dx: [[1], [1]], dh0: [1] },
    credit: { dh_norm: [[1], [0.5, 1]], da_norm: [[1], [0.5, 1]], dW_norm: [[1], [0.5, 1]], dU_norm: [[1], [0.5, 1]] },
    gradient_norms: { total: 1 }, clipped: null, parameter_count: 5, overflow: null, ...more,
  };
}
