/**
 * A slice of the loss through the weights, as /api/v1/surface answers it, made ready to be drawn.
 *
 * @typedef {object} Surface
 * @property {number[][]} loss          rows: the second direction, columns: the first; NaN where it overflows
 * @property {number[]} first
 * @property {number[]} second
 * @property {[number, number] | null} unclipped   where one step leads
 * @property {[number, number] | null} clipped
 * @property {number} norm              of the gradient here
 * @property {[number, number]} range   exponents of ten of the losses; at most 3 below the highest
 * @property {number} here              the loss here
 */

const DECADES = 3;
const STEEP = 0.3; // exponents of ten within two points: a factor of two and a cliff

/** @param {any} answer @returns {Surface} */
export function readSurface({ loss, first, second, step, gradient_norm }) {
  const rows = loss.map((/** @type {(number | null)[]} */ row) => row.map((v) => v ?? NaN));
  const logs = rows.flat().filter((/** @type {number} */ v) => v > 0 && Number.isFinite(v)).map(Math.log10);
  const high = logs.length ? Math.max(...logs) : 0;
  const low = logs.length ? Math.max(high - DECADES, Math.min(...logs)) : -1;
  return {
    loss: rows, first, second, unclipped: step.unclipped, clipped: step.clipped, norm: gradient_norm ?? NaN,
    range: [low, Math.max(high, low + 0.1)], here: rows[middle(second)][middle(first)],
  };
}

/** The index of the point nearest to 0. @param {number[]} along */
const middle = (along) => along.reduce((best, v, i) => (Math.abs(v) < Math.abs(along[best]) ? i : best), 0);

/** The losses along the first direction, through the present weights. @param {Surface} surface */
export const profileOf = ({ loss, second }) => loss[middle(second)];

/** The loss at a distance along the profile, between the points; NaN outside. @param {Surface} surface @param {number} at */
export function lossAt(surface, at) {
  const { first } = surface;
  const values = profileOf(surface);
  const i = first.findIndex((v) => v >= at);
  if (i < 0 || at < first[0]) return NaN;
  if (i === 0) return values[0];
  const share = (at - first[i - 1]) / (first[i] - first[i - 1]);
  return values[i - 1] + share * (values[i] - values[i - 1]);
}

/** The steepest wall of the profile: where the loss changes most within one step of the grid; null where nothing is steep.
 * The nearer one counts more, as the step runs into that. @param {Surface} surface @returns {{ at: number, low: number, high: number } | null} */
export function cliffOf(surface) {
  const { first } = surface;
  const values = profileOf(surface);
  const span = Math.max(...first.map(Math.abs));
  /** @type {{ at: number, low: number, high: number, weight: number } | null} */
  let best = null;
  for (let i = 1; i < values.length; i += 1) {
    const [a, b] = [values[i - 1], values[i]];
    const rise = a > 0 && b > 0 ? Math.abs(Math.log10(b / a)) : 0;
    const at = (first[i] + first[i - 1]) / 2;
    const weight = rise * (1.5 - Math.abs(at) / span);
    if (rise >= STEEP && Number.isFinite(rise) && (!best || weight > best.weight)) best = { at, low: Math.min(a, b), high: Math.max(a, b), weight };
  }
  return best && { at: best.at, low: best.low, high: best.high };
}

/** A step as it is drawn within the plane: cut at its edge where it leads beyond. @param {[number, number]} step @param {number} span @returns {{ end: [number, number], length: number, beyond: boolean }} */
export function within([x, y], span) {
  const reach = Math.max(Math.abs(x), Math.abs(y));
  const share = reach > span ? span / reach : 1;
  return { end: [x * share, y * share], length: Math.hypot(x, y), beyond: share < 1 };
}
