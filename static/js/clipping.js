/**
 * What clipping does, and where on the way back the gradient first needs it.
 *
 * @typedef {import("./trace.js").Trace} Trace
 *
 * @typedef {object} Crossing
 * @property {number} step      the first step on the way back whose norm is above the limit
 * @property {number} limit     the clipping threshold, or without one the top of the gradient scale
 * @property {boolean} clipped  is the limit the threshold?
 * @property {number} norm      ‖∂L/∂h(step)‖
 * @property {number} peak      the largest norm from there on, NaN where it overflows
 * @property {number} peakStep
 * @property {boolean} grows    does the gradient grow on its way back, as the horizon's fit has it?
 */

/** The first step on the way back at which ‖∂L/∂h(t)‖ exceeds the threshold; null: none does.
 * @param {Pick<Trace, "dhNorm" | "clip" | "horizon">} trace @param {number} top  the top of the scale @returns {Crossing | null} */
export function firstCrossing({ dhNorm, clip, horizon }, top) {
  const limit = clip?.threshold ?? top;
  const step = dhNorm.findLastIndex((norm) => !(norm <= limit)) + 1;
  if (!step) return null;
  const peakStep = highest(dhNorm, step);
  return {
    step, limit, clipped: clip !== null, norm: dhNorm[step - 1], peak: dhNorm[peakStep - 1], peakStep,
    grows: Boolean(horizon?.doubling) || Number.isNaN(dhNorm[peakStep - 1]),
  };
}

/** The step up to `from` with the largest norm; an overflow is larger than any. @param {Float64Array} norms @param {number} from */
function highest(norms, from) {
  let best = from;
  for (let step = from; step >= 1; step -= 1) {
    if (Number.isNaN(norms[step - 1])) return step;
    if (norms[step - 1] > norms[best - 1]) best = step;
  }
  return best;
}

/** Whole powers of ten that hold all positive values, at least two decades and at most twelve. @param {number[]} values @returns {[number, number]} */
export function decadesOf(values) {
  const logs = values.filter((v) => v > 0 && Number.isFinite(v)).map(Math.log10);
  if (!logs.length) return [-1, 1];
  const high = Math.ceil(Math.max(...logs) + 1e-9);
  const low = Math.floor(Math.min(...logs) - 1e-9);
  return [Math.max(high - 12, Math.min(low, high - 2)), high];
}

/** Where a value stands between two powers of ten, 0 to 1; an overflow at the end. @param {number} value @param {[number, number]} decades */
export function logShare(value, [low, high]) {
  if (Number.isNaN(value)) return 1;
  return value > 0 ? Math.min(1, Math.max(0, (Math.log10(value) - low) / (high - low))) : 0;
}
