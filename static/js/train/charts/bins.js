/**
 * A long series in few bins, kept up as it grows: lowest, highest and median of each. A bin holds 1, 2, 4, 8 … steps, so
 * that 100,000 steps are at most `most` bins, and no extreme is ever lost.
 *
 * @typedef {import("../history.js").Numbers} Numbers
 * @typedef {{ size: number, count: number, low: Float64Array, high: Float64Array, middle: Float64Array }} Bins
 *   NaN where a bin has no finite number
 */

/** @param {number} most */
export function createBins(most) {
  /** @type {Bins} */
  const bins = { size: 1, count: 0, low: new Float64Array(most), high: new Float64Array(most), middle: new Float64Array(most) };
  let done = { length: 0, last: NaN };
  return {
    /** @param {Numbers} numbers @returns {Bins} */
    update(numbers) {
      const { values, length } = numbers;
      const known = length >= done.length && Object.is(values[done.length - 1] ?? NaN, done.last);
      if (known && length === done.length) return bins;
      const size = sizeFor(length, most, known ? bins.size : 1);
      const from = known && size === bins.size ? Math.floor(done.length / size) : 0;
      bins.size = size;
      bins.count = Math.ceil(length / size);
      for (let i = from; i < bins.count; i += 1) fill(bins, i, values, Math.min(length, (i + 1) * size));
      done = { length, last: values[length - 1] ?? NaN };
      return bins;
    },
  };
}

/** @param {number} length @param {number} most @param {number} size  the one before */
function sizeFor(length, most, size) {
  while (length > size * most) size *= 2;
  return size;
}

/** @param {Bins} bins @param {number} i @param {Float64Array} values @param {number} end */
function fill({ size, low, high, middle }, i, values, end) {
  const finite = values.slice(i * size, end).filter(Number.isFinite).sort();
  const n = finite.length;
  low[i] = n ? finite[0] : NaN;
  high[i] = n ? finite[n - 1] : NaN;
  middle[i] = n ? (finite[(n - 1) >> 1] + finite[n >> 1]) / 2 : NaN;
}

/** The step, from 1, at the middle of a bin; the last bin may not be full. @param {Bins} bins @param {number} i @param {number} length */
export const stepOfBin = ({ size }, i, length) => (i * size + 1 + Math.min(length, (i + 1) * size)) / 2;

/** The largest, or with `which` "low" the least, finite number of all bins that `counts`; NaN where there is none.
 * @param {Bins} bins @param {"low" | "high" | "middle"} field @param {(a: number, b: number) => number} best @param {(v: number) => boolean} [counts] */
export function extreme(bins, field, best, counts = Number.isFinite) {
  let found = NaN;
  for (let i = 0; i < bins.count; i += 1) {
    const v = bins[field][i];
    if (counts(v)) found = Number.isNaN(found) ? v : best(found, v);
  }
  return found;
}
