/**
 * The activation functions as the page draws them; slopes are those of the engine (relu′(0) = 0).
 *
 * @typedef {object} Phi
 * @property {(a: number) => number} f
 * @property {(a: number) => number} slope
 * @property {number} most       the largest slope there is
 * @property {string} tex        its name in a formula, "" for the identity
 * @property {boolean} bends     does the slope shrink where |a| is large?
 */

/** @param {number} a */
const sigmoid = (a) => (a >= 0 ? 1 / (1 + Math.exp(-a)) : Math.exp(a) / (1 + Math.exp(a))); // never overflows

/** @type {Record<string, Phi>} */
export const PHI = {
  tanh: { f: Math.tanh, slope: (a) => 1 - Math.tanh(a) ** 2, most: 1, tex: "\\tanh", bends: true },
  sigmoid: { f: sigmoid, slope: (a) => sigmoid(a) * sigmoid(-a), most: 0.25, tex: "\\operatorname{sigmoid}", bends: true },
  relu: { f: (a) => Math.max(0, a), slope: (a) => (a > 0 ? 1 : 0), most: 1, tex: "\\operatorname{ReLU}", bends: false },
  leaky_relu: { f: (a) => (a > 0 ? a : 0.01 * a), slope: (a) => (a > 0 ? 1 : 0.01), most: 1, tex: "\\operatorname{LReLU}", bends: false },
  identity: { f: (a) => a, slope: () => 1, most: 1, tex: "", bends: false },
};

/** φ(content) in TeX; the identity is its content. @param {Phi} phi @param {string} content */
export const apply = (phi, content) => (phi.tex ? `${phi.tex}(${content})` : content);
