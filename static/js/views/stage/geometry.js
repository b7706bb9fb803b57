/**
 * Where things stand in the stage, in pixels from the plot's left and top.
 *
 * @typedef {import("../../axis.js").Axis} Axis
 * @typedef {object} Geometry
 * @property {Axis} axis
 * @property {number} height
 * @property {number} target    baseline of the targets' letters
 * @property {number} loss      foot of the loss bars
 * @property {number} lossMost  their greatest height
 * @property {{ top: number, bottom: number, width: number }} prediction
 * @property {{ top: number, bottom: number, width: number, middle: number }} node   the state capsule
 * @property {{ top: number, bottom: number, width: number }} input
 * @property {number} zero      centre of h(0), left of the plot
 * @property {boolean} beads    units as beads, else as a heat strip
 * @property {boolean} roomy    is there room for letters and numbers in every column?
 * @property {boolean} thin     is there none even for outlines?
 */

const DESKTOP = { height: 346, target: 22, loss: 77, lossMost: 34, prediction: [86, 130], node: [160, 272], input: [304, 338], zero: -34 };
/** Longer sequences need the room for their triangle. */
const COMPACT = { height: 252, target: 20, loss: 62, lossMost: 24, prediction: [69, 101], node: [121, 199], input: [219, 245], zero: -34 };
const PHONE = { height: 254, target: 0, loss: 38, lossMost: 26, prediction: [46, 76], node: [106, 186], input: [218, 246], zero: -17 };

/** @param {Axis} axis @param {number} H @param {boolean} narrow @param {{ gated?: boolean, lettered?: boolean }} [what]  gated: strips of
 *   gates need room below; lettered: letters stand over the losses, where they do not the bars have their room @returns {Geometry} */
export function createGeometry(axis, H, narrow, { gated = false, lettered = true } = {}) {
  const { column, T } = axis;
  const rows = narrow ? PHONE : T > 12 || gated ? COMPACT : DESKTOP;
  const thin = column < 10; // too thin for outlines: columns become one strip each
  const width = thin ? column * 0.8 : Math.min(26, 0.53 * column);
  const box = (/** @type {number[]} */ [top, bottom], /** @type {number} */ share, /** @type {number} */ most) =>
    ({ top, bottom, width: Math.min(most, share * column) });
  return {
    axis, height: rows.height, target: rows.target, loss: rows.loss, lossMost: rows.lossMost + (lettered ? 0 : rows.target), zero: rows.zero,
    prediction: box(rows.prediction, 0.86, 46),
    node: { top: rows.node[0], bottom: rows.node[1], width, middle: (rows.node[0] + rows.node[1]) / 2 },
    input: box(rows.input, 0.8, 34),
    beads: width >= 12 && (rows.node[1] - rows.node[0] - 10) / H >= 5, roomy: column >= 30, thin,
  };
}

/** The gap that W crosses into step t, from h(t−1)'s right edge to h(t)'s left. @param {Geometry} g @param {number} t @returns {[number, number]} */
export function gapBefore({ axis, node, zero }, t) {
  const from = t === 1 ? zero : axis.center(t - 1);
  return [from + node.width / 2, axis.center(t) - node.width / 2];
}

/** Centre of unit i's bead or cell in the capsule. @param {Geometry} g @param {number} i @param {number} H */
export function unitY({ node }, i, H) {
  const inset = 5;
  return node.top + inset + ((i + 0.5) * (node.bottom - node.top - 2 * inset)) / H;
}

/** The part of the stage under a point, if any. @param {Geometry} g @param {number} x @param {number} y @param {number} H
 * @returns {import("../../parts.js").Part} */
export function partAt(g, x, y, H) {
  const { axis, node, prediction, input } = g;
  const t = axis.stepAt(x);
  const inNode = Math.abs(x - axis.center(t)) <= node.width / 2 + 1;
  if (y < prediction.top - 2) return y > g.loss - g.lossMost - 14 ? { kind: "L", t } : { kind: "y", t };
  if (y <= prediction.bottom) return { kind: "y", t };
  if (y < node.top) return { kind: "V", t };
  if (y <= node.bottom) return inNode ? unitAt(g, t, y, H) : { kind: "W", t: Math.min(axis.T, x > axis.center(t) ? t + 1 : t) };
  if (y < input.top) return { kind: "U", t };
  return y <= input.bottom ? { kind: "x", t } : { kind: "step", t };
}

/** @param {Geometry} g @param {number} t @param {number} y @param {number} H @returns {import("../../parts.js").Part} */
function unitAt({ node }, t, y, H) {
  const i = Math.floor(((y - node.top - 5) / (node.bottom - node.top - 10)) * H);
  return { kind: "unit", t, i: Math.min(H - 1, Math.max(0, i)) };
}
