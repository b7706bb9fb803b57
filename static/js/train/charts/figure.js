import { draw } from "../../compare/series.js";
import { child } from "../../views/band.js";
import { tickText } from "./plot.js";

/**
 * A small chart in SVG, as wide as its place: a title, a plot, words below it.
 *
 * @typedef {{ left: number, right: number, top: number, bottom: number }} Box
 * @typedef {{ box: Box, x: (v: number) => number, y: (v: number) => number }} Plot
 * @typedef {{ from: number, to: number, ticks: number[], text?: (v: number) => string }} Axis
 */

const LEFT = 44;
const BOTTOM = 20;

/** @param {HTMLElement} root @param {{ title: string, note?: string }} words */
export function createFigure(root, { title, note = "" }) {
  const figure = child(root, "div", "figure");
  child(figure, "h3").textContent = title;
  const said = child(figure, "p", "train-figure-note");
  said.textContent = note;
  const svg = draw(figure, "svg", { class: "train-marks figure-svg", role: "img" });
  return {
    figure, svg, said,
    /** Clear it, and set its size and what is heard. @param {number} width @param {number} height @param {string} heard */
    start(width, height, heard) {
      svg.replaceChildren();
      for (const [name, value] of Object.entries({ width, height, "aria-label": heard })) svg.setAttribute(name, String(value));
    },
  };
}

/** Axes with their numbers. @param {SVGElement} svg @param {{ width: number, height: number, top?: number }} size @param {{ x: Axis, y: Axis, log?: boolean }} axes @returns {Plot} */
export function drawPlot(svg, { width, height, top = 8 }, { x: across, y: up, log = false }) {
  const box = { left: LEFT, right: width - 12, top, bottom: height - BOTTOM };
  const exponent = (/** @type {number} */ v) => (log ? (v > 0 ? Math.log10(v) : -Infinity) : v);
  const x = (/** @type {number} */ v) => box.left + ((v - across.from) / (across.to - across.from || 1)) * (box.right - box.left);
  const y = (/** @type {number} */ v) => {
    const share = (exponent(v) - exponent(up.from)) / (exponent(up.to) - exponent(up.from) || 1);
    return box.bottom - Math.min(1.04, Math.max(0, share)) * (box.bottom - box.top);
  };
  for (const v of up.ticks) {
    draw(svg, "path", { class: "grid", d: `M${box.left} ${Math.round(y(v)) + 0.5}H${box.right}` });
    draw(svg, "text", { class: "tick end", x: box.left - 7, y: y(v) }).textContent = up.text?.(v) ?? tickText(v, log);
  }
  for (const v of across.ticks) {
    draw(svg, "path", { class: "axis", d: `M${Math.round(x(v)) + 0.5} ${box.bottom}v4` });
    draw(svg, "text", { class: "tick middle", x: x(v), y: box.bottom + 13 }).textContent = across.text?.(v) ?? tickText(v, false);
  }
  return { box, x, y };
}

/** A line through points; NaN or null breaks it. @param {{ x: number, y: number | null }[]} points @param {Plot} plot */
export function pathOf(points, { x, y }) {
  let open = false;
  return points.map((point) => {
    if (point.y === null || !Number.isFinite(point.y)) {
      open = false;
      return "";
    }
    const d = `${open ? "L" : "M"}${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`;
    open = true;
    return d;
  }).join("");
}

/** Round numbers within a range, at most `count` or so. @param {number} from @param {number} to @param {number} count */
export function roundTicks(from, to, count) {
  const raw = (to - from) / Math.max(1, count);
  if (!(raw > 0)) return [from];
  const decade = 10 ** Math.floor(Math.log10(raw));
  const every = decade * /** @type {number} */ ([1, 2, 5, 10].find((n) => n * decade >= raw * (1 - 1e-9)));
  const first = Math.ceil(from / every - 1e-9);
  return Array.from({ length: Math.floor(to / every + 1e-9) - first + 1 }, (_, i) => Number(((first + i) * every).toPrecision(12)));
}
