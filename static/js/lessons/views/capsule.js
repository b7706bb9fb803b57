import { draw } from "../../compare/series.js";

/**
 * A state as a capsule of beads, unit 1 on top: a bead's area is |value|, its colour sign and value.
 *
 * @typedef {import("../../scales.js").Scales} Scales
 * @typedef {{ x: number, y: number, width: number, height: number }} Box   x, y: its centre
 */

/** @param {Element} parent @param {Box} box @param {number[] | Float64Array | null} values  null: not computed yet, outline only @param {Scales} scales @param {string} [state] */
export function capsule(parent, { x, y, width, height }, values, scales, state = "") {
  const group = draw(parent, "g", { class: `capsule ${values ? "known" : ""} ${state}` });
  draw(group, "rect", { class: "capsule-frame", x: x - width / 2, y: y - height / 2, width, height, rx: Math.min(12, width / 2) });
  if (!values) return group;
  const pitch = (height - 8) / values.length;
  const most = Math.min(pitch / 2 - 0.25, width / 2 - 3);
  values.forEach((value, i) => {
    const r = Math.max(0.6, most * Math.sqrt(Math.min(1, Math.abs(value))));
    draw(group, "circle", { cx: x, cy: y - height / 2 + 4 + (i + 0.5) * pitch, r, fill: scales.value(value) });
  });
  return group;
}

/** A shaft with a filled head. @param {Element} parent @param {number[]} from @param {number[]} to @param {string} className @param {number} [head] */
export function arrow(parent, [x0, y0], [x1, y1], className, head = 6) {
  const length = Math.hypot(x1 - x0, y1 - y0) || 1;
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
  const size = Math.min(head, length * 0.5);
  const [bx, by] = [x1 - ux * size, y1 - uy * size];
  const half = size / 2;
  const f = (/** @type {number} */ v) => v.toFixed(1);
  return draw(parent, "path", {
    class: `flow ${className}`,
    d: `M${f(x0)} ${f(y0)}L${f(bx)} ${f(by)}M${f(x1)} ${f(y1)}L${f(bx - uy * half)} ${f(by + ux * half)}L${f(bx + uy * half)} ${f(by - ux * half)}Z`,
  });
}

/** @param {Element} parent @param {number} x @param {number} y @param {string} words @param {string} className @param {Record<string, string | number>} [more] */
export function write(parent, x, y, words, className, more = {}) {
  const text = draw(parent, "text", { x, y, class: className, ...more });
  text.textContent = words;
  return text;
}
