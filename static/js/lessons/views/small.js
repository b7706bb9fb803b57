import { DEFAULTS } from "../../state.js";

/**
 * The small network of 6.8 and 6.9: four units, three characters, weights of one decimal, so that every number can be
 * worked out on paper. Its first state is not zero: else the use of W at step 1 would have no gradient.
 *
 * @typedef {import("../../state.js").Settings} Settings
 * @typedef {{ T?: number, text?: string, scale?: number, zero?: boolean, lossAt?: "every" | "last" }} Choice
 */

export const PARAMETERS = {
  U: [[0.6, -0.5, -0.6], [0.1, 1.1, 0.4], [0.7, -0.3, -0.9], [0.9, 0.4, 0.2]],
  W: [[-0.3, 0.2, 0.1, 0.4], [0.1, -0.7, -0.1, 0.3], [-0.9, -0.3, -0.9, -0.1], [0.7, 0.1, -0.2, -0.2]],
  b: [0.2, -0.1, 0.1, 0.3],
  V: [[-0.3, -1.3, 0.5, -0.4], [-0.8, 1, 0.7, -0.1], [0.1, 1, 0.5, 0.5]],
  c: [0.1, 0.1, 0.3],
};
export const FIRST = [0.4, -0.2, -0.2, -0.3];
/** Fewer steps would not show the whole alphabet. */
export const [SHORTEST, LONGEST] = [2, 12];

/** abcabc… of T + 1 characters, each predicting the next. @param {number} T */
export const cycle = (T) => Array.from({ length: T + 1 }, (_, i) => "abc"[i % 3]).join("");

/** W · scale, without the digits that binary fractions add. @param {number} scale */
const scaled = (scale) => PARAMETERS.W.map((row) => row.map((w) => Number((w * scale).toPrecision(12))));

/** Made once each: a link's own part is kept by the content it holds. @type {Map<string, NonNullable<Settings["own"]>>} */
const made = new Map();

/** The weights and the first state, as what a reader brought. @param {number} scale @param {boolean} zero */
function ownOf(scale, zero) {
  const key = `${scale} ${zero}`;
  const own = made.get(key) ?? {
    network: { name: "", cell: /** @type {const} */ ("rnn"), normalization: /** @type {const} */ ("none"), output: /** @type {const} */ ("softmax"), parameters: { ...PARAMETERS, W: scaled(scale) } },
    data: null, h0: zero ? FIRST.map(() => 0) : FIRST, cell0: null, edits: [],
  };
  made.set(key, own);
  return own;
}

/** The instrument's settings of the small network. @param {Choice} [choice] @returns {Settings} */
export function smallSettings({ T = 3, text = cycle(T), scale = 1, zero = false, lossAt = "every" } = {}) {
  return {
    ...DEFAULTS, kind: "text", text, cell: "rnn", activation: "tanh", H: FIRST.length, lossAt, scale: [-2, 1],
    own: ownOf(scale, zero),
  };
}
