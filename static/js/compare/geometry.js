/**
 * The horizon chart in numbers: distance to the right, norm on the log scale upwards. Lines keep their true direction where
 * they leave the scale; they are clipped, not bent.
 *
 * @typedef {{ left: number, right: number, top: number, bottom: number, width: number, height: number, T: number, range: [number, number] }} Frame
 * @typedef {{ x: number, y: number }} Point
 * @typedef {{ end: "over" | "under" | "inside" | "none", at: Point }} Exit   how a line ends, and where it leaves the frame
 */

/** @param {Frame} frame @param {number} d */
export const xOf = ({ left, right, T }, d) => left + (T > 1 ? (d / (T - 1)) * (right - left) : 0);

/** @param {Frame} frame @param {number} exponent */
const yOfExponent = ({ top, bottom, range: [low, high] }, exponent) => bottom - ((exponent - low) / (high - low)) * (bottom - top);

/** Beyond the scale by up to three of its lengths: 0 and ∞ have no place on a log axis. @param {Frame} frame @param {number} norm */
export function yOf(frame, norm) {
  const [low, high] = frame.range;
  const far = 3 * (high - low);
  const exponent = norm > 0 ? Math.log10(norm) : -Infinity;
  return yOfExponent(frame, Math.min(high + far, Math.max(low - far, exponent)));
}

/** The distance under x. @param {Frame} frame @param {number} x */
export const distanceAt = ({ left, right, T }, x) => Math.round(Math.min(1, Math.max(0, (x - left) / (right - left))) * (T - 1));

/** Points of a curve, in pieces where distances without a pair lie between. @param {Frame} frame @param {Float64Array} curve @returns {Point[][]} */
export function piecesOf(frame, curve) {
  /** @type {Point[][]} */
  const pieces = [[]];
  curve.forEach((norm, d) => {
    if (Number.isNaN(norm)) pieces.push([]);
    else /** @type {Point[]} */ (pieces.at(-1)).push({ x: xOf(frame, d), y: yOf(frame, norm) });
  });
  return pieces.filter((piece) => piece.length);
}

/** @param {Frame} frame @param {Point} point @returns {"over" | "under" | "inside"} */
const sideOf = ({ top, bottom }, { y }) => (y < top - 1e-6 ? "over" : y > bottom + 1e-6 ? "under" : "inside");

/** How a curve ends, and where it left the scale for the last time. @param {Frame} frame @param {Float64Array} curve @returns {Exit} */
export function exitOf(frame, curve) {
  const points = piecesOf(frame, curve).flat();
  const last = points.at(-1);
  if (!last) return { end: "none", at: { x: 0, y: 0 } };
  const end = sideOf(frame, last);
  if (end === "inside") return { end, at: last };
  let first = points.length - 1;
  while (first > 0 && sideOf(frame, points[first - 1]) === end) first -= 1;
  const y = end === "over" ? frame.top : frame.bottom;
  const [before, after] = [points[first - 1] ?? points[first], points[first]];
  const share = after.y === before.y ? 0 : (y - before.y) / (after.y - before.y);
  return { end, at: { x: before.x + Math.min(1, Math.max(0, share)) * (after.x - before.x), y } };
}

/** Round steps of an axis of T distances: 1, 2, 5, 10, 20, 50 … about seven of them. @param {number} T */
export const tickEvery = (T) => [1, 2, 5, 10, 20].find((n) => (T - 1) / n <= 7) ?? 50;

/** @param {number} T */
export function ticksOf(T) {
  const every = tickEvery(T);
  const ticks = Array.from({ length: Math.floor((T - 1) / every) + 1 }, (_, i) => i * every);
  const last = T - 1;
  if (ticks.at(-1) === last) return ticks;
  if (last - /** @type {number} */ (ticks.at(-1)) < 0.6 * every && ticks.length > 1) ticks.pop();
  return [...ticks, last];
}
