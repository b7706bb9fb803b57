/**
 * The one time axis: every band shares its columns. All x are in pixels from the left edge of a band's plot,
 * where column t (from 1) covers [left(t), left(t) + column).
 *
 * @typedef {object} Axis
 * @property {number} T
 * @property {number} column   width of one step
 * @property {number} width    T columns
 * @property {number} gutter   where the names of the bands stand, left of the plot
 * @property {number} margin   where their scales stand, right of the plot
 * @property {number} ribbon   widest gradient ribbon in pixels: 32 on a desktop, 15 on a phone, less in thin columns
 * @property {boolean} whole   does the whole sequence fit without scrolling?
 * @property {(t: number) => number} left
 * @property {(t: number) => number} center
 * @property {(x: number) => number} stepAt   the step under x, clamped to 1..T
 */

const DESKTOP = { gutter: 116, margin: 52, least: 11.6, most: 132 };
const PHONE = { gutter: 34, margin: 12, least: 12, most: 60 };

/**
 * @param {{ width: number, T: number, narrow: boolean, fit: boolean }} options  width of the scroller in pixels;
 *   fit: never scroll, however thin the columns get
 * @returns {Axis}
 */
export function createAxis({ width, T, narrow, fit }) {
  const { gutter, margin, least, most } = narrow ? PHONE : DESKTOP;
  const room = Math.max(1, (width - gutter - margin) / T);
  const column = Math.min(most, fit ? room : Math.max(least, room));
  return {
    T, column, gutter, margin, width: column * T, ribbon: Math.min(32, 0.45 * column), whole: room >= column - 1e-9,
    left: (t) => (t - 1) * column,
    center: (t) => (t - 0.5) * column,
    stepAt: (x) => Math.min(T, Math.max(1, Math.floor(x / column) + 1)),
  };
}

/** Steps that carry a number under the stage: all, or every 5th, 10th, … so that labels keep `room` pixels. @param {Axis} axis @param {number} [room] */
export function labelledSteps({ T, column }, room = 26) {
  const every = [1, 2, 5, 10, 20, 50, 100].find((n) => n * column >= room) ?? 200;
  return Array.from({ length: T }, (_, i) => i + 1).filter((t) => t % every === 0 || (t === 1 && (every - 1) * column >= 0.7 * room));
}
