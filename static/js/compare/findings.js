import { isGated } from "../comparison.js";
import { plain, short } from "../format.js";
import { sameTriangle } from "./result.js";

/**
 * What the comparison shows, in one or two sentences; each only where the numbers carry it.
 *
 * @typedef {import("./state.js").Entry} Entry
 * @typedef {Entry & { result: import("./result.js").Result }} Answered
 * @typedef {{ key: string, params: Record<string, string | number>, strong?: boolean }} Finding
 */

/** @param {Entry[]} entries @param {number} distance @returns {Finding[]} */
export function findings(entries, distance) {
  const answered = /** @type {Answered[]} */ (entries.filter(({ result }) => result !== null));
  return [...clipping(answered), ...holding(answered, distance)];
}

/** Clipping by the norm of all gradients together scales them; the triangle is of the gradient before. @param {Answered[]} entries @returns {Finding[]} */
function clipping(entries) {
  const cut = entries.find(({ network, result }) => network.clipBy === "norm" && result.clipped && result.clipped.after < result.clipped.before);
  if (!cut?.result.clipped) return [];
  const { before, after } = cut.result.clipped;
  const twin = entries.find((other) => other !== cut && other.network.clipBy === "none" && other.network.model === cut.network.model && sameTriangle(other.result, cut.result));
  const params = { name: cut.name, before: plain(before), after: plain(after) };
  return [
    { key: "compare.finding.clip", params: {}, strong: true },
    twin ? { key: "compare.finding.same", params: { ...params, twin: twin.name } } : { key: "compare.finding.cut", params },
    ...(grows(cut.result.curve) ? [{ key: "compare.finding.outweighs", params: {} }] : []),
  ];
}

/** Is the farthest step's gradient larger than the nearest's? @param {Float64Array} curve */
function grows(curve) {
  const known = curve.filter((norm) => !Number.isNaN(norm));
  return known.length > 1 && known[known.length - 1] > known[0];
}

/** A gated cell against the plain tanh. @param {Answered[]} entries @param {number} distance @returns {Finding[]} */
function holding(entries, distance) {
  const plain = entries.find(({ network }) => network.model === "tanh" && network.normalization === "none");
  const gated = entries.find(({ network }) => network.model === "lstm") ?? entries.find(({ network }) => isGated(network));
  if (!plain || !gated) return [];
  const ratio = gated.result.curve[distance] / plain.result.curve[distance];
  if (!Number.isFinite(ratio) || !(ratio > 0)) return [];
  const way = ratio >= 1 ? "more" : "less";
  const where = gated.result.atCell ? ".cell" : "";
  const key = `compare.finding.${way}${where}`;
  const times = ratio >= 1 ? ratio : 1 / ratio;
  return [{ key, params: { n: distance, name: gated.name, plain: plain.name, times: times < 10 ? times.toFixed(1) : short(times) } }];
}
