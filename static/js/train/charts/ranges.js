import { extreme } from "./bins.js";
import { roundUp } from "./extent.js";

/**
 * The vertical scales. They only ever grow within one training, in round steps; what one spike sends far above the rest
 * leaves the scale and is named there, so that it cannot press all else flat.
 *
 * @typedef {{ log: boolean, low: number, high: number }} Range   of a log scale, exponents of ten
 * @typedef {Pick<import("./series.js").Line, "fine" | "coarse" | "diverged">} Line   of one run
 */

const ABOVE = { linear: 4, log: 1e3, norm: 1e6 }; // what is more than so many times the typical leaves the scale
const MOST_DECADES = 12;

const positive = (/** @type {number} */ v) => v > 0 && Number.isFinite(v);
const greatest = (/** @type {number[]} */ values) => Math.max(0, ...values.filter(positive));

/** How high a run typically goes: its highest median; one that diverged is taken half way, as it was before.
 * @param {Line} line */
function typicalOf({ fine, coarse, diverged }) {
  const middles = [...coarse.middle.subarray(0, coarse.count)].filter(positive).sort((a, b) => a - b);
  return greatest([diverged ? middles[middles.length >> 1] : middles.at(-1) ?? 0, diverged ? 0 : fine.middle[0]]);
}

/** What of all runs is typical: those far above the calmest, or the level, do not count. @param {Line[]} lines @param {number} level @param {number} above */
function typicalOfAll(lines, level, above) {
  const each = lines.map(typicalOf).filter(positive).sort((a, b) => a - b);
  const base = Math.max(each[0] ?? 0, level) || 1;
  return greatest([base, ...each.filter((v) => v <= above * base)]);
}

/** @param {Line[]} lines @param {number | null} baseline @param {boolean} log @param {Range | null} before  the scale so far @returns {Range} */
export function lossRange(lines, baseline, log, before) {
  const above = log ? ABOVE.log : ABOVE.linear;
  const typical = typicalOfAll(lines, baseline ?? 0, above);
  const high = greatest([typical, ...lines.map(({ fine }) => extreme(fine, "high", Math.max, (v) => v <= above * typical))]);
  const grown = before?.log === log ? before : null;
  if (!log) return { log, low: 0, high: Math.max(grown?.high ?? 0, roundTop(high)) };
  const least = Math.min(...[...lines.map(({ fine }) => extreme(fine, "low", Math.min, positive)), baseline ?? NaN].filter(positive));
  return decades(Number.isFinite(least) ? Math.min(least, high) : high / 10, high, grown);
}

/** @param {Line[]} lines  of gradient norms @param {number[]} thresholds @param {Range | null} before @returns {Range} */
export function normRange(lines, thresholds, before) {
  const all = [...thresholds, ...lines.flatMap(({ fine }) => [extreme(fine, "low", Math.min, positive), extreme(fine, "high", Math.max)])].filter(positive);
  if (!all.length) return before ?? { log: true, low: -2, high: 1 };
  const most = ABOVE.norm * typicalOfAll(lines, Math.max(0, ...thresholds), ABOVE.norm);
  const high = greatest([...thresholds, ...lines.map(({ fine }) => extreme(fine, "high", Math.max, (v) => v <= most))]);
  return decades(Math.min(...all, high), high, before);
}

/** Whole decades that hold both, at least two, at most twelve. @param {number} least @param {number} top @param {Range | null} before @returns {Range} */
function decades(least, top, before) {
  const high = Math.max(before?.high ?? -Infinity, Math.ceil(Math.log10(top) - 1e-9));
  const low = Math.min(before?.low ?? Infinity, Math.floor(Math.log10(least) + 1e-9), high - 1);
  return { log: true, high, low: Math.max(low, high - MOST_DECADES) };
}

/** A round top with some air: 1, 1.5, 2, 3, 5, 7.5, 10 … @param {number} v */
export function roundTop(v) {
  const decade = 10 ** Math.floor(Math.log10(v) + 1e-12);
  return decade * ([1, 1.5, 2, 3, 5, 7.5, 10].find((n) => n * decade >= v * 1.04) ?? 15);
}

/** The height of a value: 0 at the bottom of the scale, 1 at its top, beyond it less or more. @param {Range} range @param {number} value */
export function shareOf({ log, low, high }, value) {
  if (!log) return (value - low) / (high - low);
  return value > 0 ? (Math.log10(value) - low) / (high - low) : -1;
}

/** Values that carry a number. @param {Range} range @param {number} height  in pixels @returns {number[]} */
export function valueTicks({ log, low, high }, height) {
  if (log) {
    const every = Math.max(1, Math.ceil(((high - low) * 26) / height));
    const powers = Array.from({ length: Math.round(high - low) + 1 }, (_, i) => Math.round(low) + i).filter((n) => (Math.round(high) - n) % every === 0);
    const between = every === 1 && height / (high - low) > 110 ? [2, 5] : [];
    return powers.flatMap((n) => [10 ** n, ...(n < high ? between.map((m) => m * 10 ** n) : [])]);
  }
  const every = roundUp((high - low) / Math.max(2, Math.floor(height / 44)));
  return Array.from({ length: Math.floor((high - low) / every + 1e-9) + 1 }, (_, i) => Number((low + i * every).toPrecision(12)));
}
