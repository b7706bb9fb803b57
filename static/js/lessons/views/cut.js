import { NOTHING } from "../../own/own.js";

/**
 * A network with its one edge that leads back made weaker, or cut.
 *
 * @typedef {import("../../own/own.js").Own} Own
 * @typedef {import("../../own/own.js").OwnNetwork} OwnNetwork
 */

/** The network of an answer with s·W in the place of W. @param {any} network @param {number} s @returns {OwnNetwork} */
export function scaled({ cell, normalization, output, parameters }, s) {
  const W = parameters.W.map((/** @type {number[]} */ row) => row.map((w) => w * s + 0)); // + 0: no −0
  return { name: "", cell: cell ?? "rnn", normalization: normalization ?? "none", output, parameters: { ...parameters, W } };
}

/** @param {OwnNetwork | null} network @returns {Own} */
export const ownWith = (network) => ({ ...NOTHING, network });

/** The largest of a triangle's cells off its diagonal. @param {ArrayLike<number>[]} rows */
export const farthest = (rows) => Math.max(...rows.flatMap((row, t) => Array.from(row).slice(0, t)), 0);

/** The last two steps, from 0, that read the same letter. @param {number[][]} x @returns {[number, number]} */
export function twinsIn(x) {
  const letters = x.map((row) => row.indexOf(1));
  for (let b = letters.length - 1; b > 0; b -= 1) {
    const a = letters.lastIndexOf(letters[b], b - 1);
    if (a >= 0) return [a, b];
  }
  return [0, 0];
}
