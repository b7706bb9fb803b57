/**
 * Level lines of a grid of values, by marching squares: straight pieces between neighbouring points, in the grid's own
 * columns and rows. A square with a corner that is no number has none.
 *
 * @typedef {[number, number, number, number]} Piece   x0, y0, x1, y1: columns and rows, with fractions
 */

/** @param {number[][]} grid  rows of columns @param {number} level @returns {Piece[]} */
export function contour(grid, level) {
  /** @type {Piece[]} */
  const pieces = [];
  for (let row = 0; row + 1 < grid.length; row += 1) {
    for (let column = 0; column + 1 < grid[row].length; column += 1) pieces.push(...square(grid, level, row, column));
  }
  return pieces;
}

/** Where the level crosses the four sides, joined in pairs. @param {number[][]} grid @param {number} level @param {number} row @param {number} column @returns {Piece[]} */
function square(grid, level, row, column) {
  const [a, b] = [grid[row][column], grid[row][column + 1]];
  const [d, c] = [grid[row + 1][column], grid[row + 1][column + 1]];
  if (![a, b, c, d].every(Number.isFinite)) return [];
  const share = (/** @type {number} */ from, /** @type {number} */ to) => (level - from) / (to - from);
  const between = (/** @type {number} */ from, /** @type {number} */ to) => from < level !== to < level;
  /** @type {[number, number][]} */
  const points = [];
  if (between(a, b)) points.push([column + share(a, b), row]);
  if (between(b, c)) points.push([column + 1, row + share(b, c)]);
  if (between(d, c)) points.push([column + share(d, c), row + 1]);
  if (between(a, d)) points.push([column, row + share(a, d)]);
  if (points.length === 2) return [[...points[0], ...points[1]]];
  if (points.length !== 4) return [];
  const high = (a + b + c + d) / 4 >= level; // a saddle: its middle says which corners belong together
  const [top, right, bottom, left] = points;
  return high === a >= level ? [[...top, ...right], [...bottom, ...left]] : [[...top, ...left], [...bottom, ...right]];
}

/** Levels on a log scale between two exponents: a whole power of ten each, more where that gives too few. @param {number} low @param {number} high @returns {number[]} exponents */
export function levels(low, high) {
  const every = [2, 1, 0.5, 0.25, 0.1].find((step) => (high - low) / step >= 5) ?? 0.05;
  const first = Math.ceil(low / every + 1e-9);
  return Array.from({ length: Math.max(0, Math.floor(high / every - 1e-9) - first + 1) }, (_, i) => (first + i) * every);
}
