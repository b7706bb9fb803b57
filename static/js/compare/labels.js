/**
 * Where the lines' names stand: at their ends, off each other, and off the lines where there is room.
 *
 * @typedef {import("./geometry.js").Frame} Frame
 * @typedef {import("./geometry.js").Exit} Exit
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {{ width: number, exit: Exit }} Wanted
 * @typedef {{ x: number, y: number, anchor: "start" | "end" }} Spot   y of the text's middle
 * @typedef {{ x0: number, x1: number, y0: number, y1: number }} Box
 */

const LINE = 17;
const ROWS = 7;

/** @param {Frame} frame @param {Wanted[]} wanted @param {Point[][]} lines  dense points, for what a label would cover @returns {(Spot | null)[]} */
export function placeLabels(frame, wanted, lines) {
  const inside = spread(frame, wanted);
  /** @type {Box[]} */
  const taken = wanted.flatMap(({ width }, i) => (inside[i] ? [boxOf(/** @type {Spot} */ (inside[i]), width)] : []));
  return wanted.map(({ width, exit }, i) => {
    if (exit.end === "inside" || exit.end === "none") return inside[i];
    const spot = best(candidates(frame, exit, width), width, taken, lines);
    if (spot) taken.push(boxOf(spot, width));
    return spot;
  });
}

/** Names at the right edge, pushed apart, in the order of their lines. @param {Frame} frame @param {Wanted[]} wanted */
function spread({ right, top, bottom }, wanted) {
  /** @type {(Spot | null)[]} */
  const spots = wanted.map(({ exit }) => (exit.end === "inside" ? { x: right + 12, y: exit.at.y, anchor: "start" } : null));
  const order = /** @type {Spot[]} */ (spots.filter(Boolean)).sort((a, b) => a.y - b.y);
  let floor = -Infinity;
  for (const spot of order) floor = spot.y = Math.max(spot.y, floor + LINE);
  let ceiling = bottom + 4;
  for (const spot of order.reverse()) {
    spot.y = Math.max(top, Math.min(spot.y, ceiling));
    ceiling = spot.y - LINE;
  }
  return spots;
}

/** @param {Frame} frame @param {Exit} exit @param {number} width @returns {Spot[]} */
function candidates({ left, width: most, top, bottom }, { end, at }, width) {
  /** @type {Spot[]} */
  const spots = [];
  for (let row = 0; row < ROWS; row += 1) {
    const y = end === "over" ? top + 13 + row * LINE : bottom - 14 - row * LINE;
    for (const [x, anchor] of /** @type {[number, "start" | "end"][]} */ ([[at.x + 16 + 6 * row, "start"], [at.x - 14, "end"], [at.x - 60, "end"], [at.x + 60, "start"], [at.x + 130, "start"]])) {
      const from = anchor === "start" ? x : x - width;
      if (from >= left + 3 && from + width <= most - 2) spots.push({ x, y, anchor });
    }
  }
  if (spots.length) return spots;
  return Array.from({ length: ROWS }, (_, row) => ({ x: most - 2, y: end === "over" ? top + 13 + row * LINE : bottom - 14 - row * LINE, anchor: "end" }));
}

/** @param {Spot[]} spots @param {number} width @param {Box[]} taken @param {Point[][]} lines */
function best(spots, width, taken, lines) {
  const cost = (/** @type {Spot} */ spot, /** @type {number} */ i) => {
    const box = boxOf(spot, width);
    const hits = lines.reduce((sum, line) => sum + line.filter((point) => holds(box, point)).length, 0);
    return 1000 * taken.filter((other) => overlap(box, other)).length + 20 * hits + i;
  };
  const costs = spots.map(cost);
  return spots[costs.indexOf(Math.min(...costs))];
}

/** @param {Spot} spot @param {number} width @returns {Box} */
const boxOf = ({ x, y, anchor }, width) => {
  const x0 = anchor === "start" ? x : x - width;
  return { x0: x0 - 3, x1: x0 + width + 3, y0: y - 8, y1: y + 8 };
};

/** @param {Box} a @param {Box} b */
const overlap = (a, b) => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;

/** @param {Box} box @param {Point} point */
const holds = ({ x0, x1, y0, y1 }, { x, y }) => x > x0 && x < x1 && y > y0 && y < y1;

/** Points every few pixels along a line. @param {Point[]} line @param {number} [every] @returns {Point[]} */
export function dense(line, every = 6) {
  return line.flatMap((point, i) => {
    const next = line[i + 1];
    if (!next) return [point];
    const count = Math.min(200, Math.max(1, Math.ceil(Math.hypot(next.x - point.x, next.y - point.y) / every)));
    return Array.from({ length: count }, (_, j) => ({ x: point.x + (j / count) * (next.x - point.x), y: point.y + (j / count) * (next.y - point.y) }));
  });
}
