/**
 * What the outputs of a convolution and of a recurrence can see, from the API's answers. Steps are counted from 1.
 *
 * @typedef {{ K: number, layers: number, dilation: number }} Kernel
 * @typedef {{ t: number, level: number }} Node      level 0: the input; above it the layers
 * @typedef {{ from: Node, to: Node }} Edge
 */

/** ‖∂L(t)/∂x(k)‖ of the convolution, rows t of t columns. @param {any} answer  of /convolution @returns {number[][]} */
export const convolutionReach = ({ credit }) => credit.dx_norm;

/** ‖∂L(t)/∂x(k)‖ of the recurrence, rows t of t columns: x(k) enters by U alone, so it is ‖Uᵀ ∂L(t)/∂a(k)‖.
 * @param {any} answer  of /bptt with credit_vectors @returns {number[][]} */
export function recurrentReach({ network, credit }) {
  /** @type {number[][]} */
  const U = network.parameters.U;
  return credit.vectors.da.map((/** @type {number[][]} */ row) => row.map((da) => Math.hypot(...times(U, da))));
}

/** Uᵀ v. @param {number[][]} U @param {number[]} v */
const times = (U, v) => U[0].map((_, j) => U.reduce((sum, row, i) => sum + row[j] * v[i], 0));

/** The inputs of one node of a layer: K taps, dilation^(level − 1) apart, none before the first step. @param {Node} node @param {Kernel} kernel @returns {Node[]} */
export function taps({ t, level }, { K, dilation }) {
  const apart = dilation ** (level - 1);
  const steps = Array.from({ length: K }, (_, j) => t - (K - 1 - j) * apart);
  return steps.filter((step) => step >= 1).map((step) => ({ t: step, level: level - 1 }));
}

/** Every edge that leads to the output at t, from the top layer down. @param {number} t @param {Kernel} kernel @returns {Edge[]} */
export function cone(t, kernel) {
  /** @type {Edge[]} */
  const edges = [];
  let row = new Set([t]);
  for (let level = kernel.layers; level >= 1; level -= 1) {
    const below = /** @type {Set<number>} */ (new Set());
    for (const step of row) {
      for (const from of taps({ t: step, level }, kernel)) {
        edges.push({ from, to: { t: step, level } });
        below.add(from.t);
      }
    }
    row = below;
  }
  return edges;
}

/** Every edge of the stack. @param {number} T @param {Kernel} kernel @returns {Edge[]} */
export function allEdges(T, kernel) {
  const into = (/** @type {Node} */ to) => taps(to, kernel).map((from) => ({ from, to }));
  const levels = Array.from({ length: kernel.layers }, (_, i) => i + 1);
  return levels.flatMap((level) => Array.from({ length: T }, (_, i) => into({ t: i + 1, level })).flat());
}

/** How many of a row's gradients are not exactly 0. @param {number[]} row */
export const seen = (row) => row.filter((norm) => norm !== 0).length;

/** Rounds until all is computed, where a round computes whatever has its inputs. @param {Kernel} kernel @param {number} T */
export const roundsOf = ({ layers }, T) => ({ convolution: layers, recurrence: T });

/** Black or white: whichever reads better on a colour. @param {string} hex  #rrggbb */
export function inkOn(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  const light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return (light + 0.05) / 0.05 > 1.05 / (light + 0.05) ? "#000000" : "#ffffff";
}
