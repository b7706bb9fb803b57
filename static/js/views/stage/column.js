import { BACKWARD, FORWARD, ease, stage } from "../../playhead.js";
import { samePart } from "../../parts.js";
import { fixed, short, visible } from "../../format.js";
import { hasLoss, told } from "../../trace.js";
import { gapBefore } from "./geometry.js";

/**
 * The structure of one step as SVG: outlines, arrows, letters, numbers. Built once, then only told what changed.
 *
 * @typedef {import("../../trace.js").Trace} Trace
 * @typedef {import("../../view.js").ViewState} ViewState
 * @typedef {import("./geometry.js").Geometry} Geometry
 * @typedef {object} Look   what a column shows just now
 * @property {number} forward    progress of the forward pass at this step, 0..1
 * @property {number} backward
 * @property {boolean} current   the cursor stands here
 * @property {boolean} dim       outside the selected path
 * @property {boolean} reversed  the pass runs back: arrows not yet taken point left and down
 * @property {number} path       how far the path's gradient has come to this step, −1 without a path
 * @property {{ t: boolean, k: boolean }} ends   the path starts here, at its loss; it ends here
 * @property {string} lit        what of this column is pointed at
 */

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} tag @param {Element} parent @param {Record<string, string | number>} [attributes] */
export function svg(tag, parent, attributes = {}) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  parent.append(element);
  return element;
}

/** @param {Element} layer @param {number} t */
export function createColumn(layer, t) {
  const root = svg("g", layer, { class: "column" });
  const make = (/** @type {string} */ tag, /** @type {string} */ name) => svg(tag, root, { class: name });
  const parts = {
    W: make("path", "arrow W"), U: make("path", "arrow U"), V: make("path", "arrow V"),
    node: make("rect", "node"), prediction: make("rect", "prediction"), input: make("rect", "input"),
    symbol: make("text", "symbol"), target: make("text", "target"), loss: make("rect", "loss"), lossText: make("text", "loss-text"),
    left: make("text", "left"), factor: make("text", "factor"), shared: make("text", "letter W"), ring: make("rect", "ring"),
  };
  const update = (/** @type {Trace} */ trace, /** @type {ViewState} */ state, /** @type {Geometry} */ g, /** @type {Look} */ look) => {
    root.setAttribute("class", classes(look));
    place(parts, trace, g, t);
    arrows(parts, g, t, look);
    numbers(parts, trace, g, t, look);
    pathText(parts, trace, state, g, t, look);
    ringAround(parts.ring, g, t, state, trace.H);
  };
  return { update, remove: () => root.remove() };
}

/** @param {Look} look */
const classes = (look) => ["column", look.forward > 0 && "known", look.current && "current", look.dim && "dim", look.reversed && "reversed",
  look.backward > 0 && "returned"].filter(Boolean).join(" ");

/** @typedef {Record<"W"|"U"|"V"|"node"|"prediction"|"input"|"symbol"|"target"|"loss"|"lossText"|"left"|"factor"|"shared"|"ring", Element>} Parts */

/** @param {Element} rect @param {number} x @param {number} y @param {number} width @param {number} height @param {number} radius */
function box(rect, x, y, width, height, radius) {
  const values = { x, y, width: Math.max(0, width), height: Math.max(0, height), rx: Math.min(radius, width / 2) };
  for (const [name, value] of Object.entries(values)) rect.setAttribute(name, value.toFixed(2));
}

/** @param {Element} text @param {number} x @param {number} y @param {string} words */
function write(text, x, y, words) {
  if (text.textContent !== words) text.textContent = words;
  text.setAttribute("x", x.toFixed(1));
  text.setAttribute("y", y.toFixed(1));
}

/** @param {Parts} parts @param {Trace} trace @param {Geometry} g @param {number} t */
function place(parts, trace, { axis, node, prediction, input, target }, t) {
  const x = axis.center(t);
  box(parts.node, x - node.width / 2, node.top, node.width, node.bottom - node.top, 12);
  box(parts.prediction, x - prediction.width / 2, prediction.top, prediction.width, prediction.bottom - prediction.top, 8);
  box(parts.input, x - input.width / 2, input.top, input.width, input.bottom - input.top, 8);
  const legible = axis.column >= 11;
  write(parts.symbol, x, (input.top + input.bottom) / 2 + 5, legible ? visible(trace.symbols[t - 1] ?? "") : "");
  const label = trace.targets && trace.labels ? trace.labels[trace.targets[t - 1]] : "";
  write(parts.target, x, target, legible && target > 0 && hasLoss(trace, t) ? visible(label ?? "") : "");
}

/** @param {Parts} parts @param {Geometry} g @param {number} t @param {Look} look */
function arrows(parts, g, t, look) {
  const { axis, node, prediction, input } = g;
  const x = axis.center(t);
  const [from, to] = gapBefore(g, t);
  const travelling = look.forward > 0 && look.forward < 1;
  const onPath = look.path > 0;
  const head = Math.max(2, Math.min(7, axis.column * 0.26));
  const draw = (/** @type {Element} */ path, /** @type {number[]} */ a, /** @type {number[]} */ b, /** @type {boolean} */ hidden, /** @type {boolean} */ known) => {
    path.setAttribute("d", hidden ? "" : look.reversed ? arrow(b, a, head) : arrow(a, b, head));
    path.classList.toggle("done", known && !look.reversed);
  };
  const entered = stage(look.forward, FORWARD.travel) >= 1;
  const left = stage(look.forward, FORWARD.predict);
  draw(parts.W, [from + 2, node.middle], [to - 2, node.middle], (travelling && !entered) || hides(look.backward, BACKWARD.run) || (onPath && !look.ends.k), entered);
  draw(parts.U, [x, input.top - 1], [x, node.bottom + 2], (travelling && !entered) || hides(look.backward, BACKWARD.shares) || (look.ends.k && look.path >= 1), entered);
  draw(parts.V, [x, node.top - 1], [x, prediction.bottom + 2], (left > 0 && left < 1) || hides(look.backward, BACKWARD.fall) || (onPath && look.ends.t), left >= 1);
}

/** Once its ribbon has begun to grow, the arrow is the ribbon's. @param {number} progress @param {number[]} span */
const hides = (progress, span) => stage(progress, span) > 0;

/** A shaft with a filled head as one path. @param {number[]} from @param {number[]} to @param {number} most */
function arrow([x0, y0], [x1, y1], most) {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length < 3) return "";
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
  const head = Math.min(most, length * 0.6);
  const half = head * 0.5;
  const [bx, by] = [x1 - ux * head, y1 - uy * head];
  const f = (/** @type {number} */ v) => v.toFixed(1);
  return `M${f(x0)} ${f(y0)}L${f(bx)} ${f(by)}M${f(x1)} ${f(y1)}L${f(bx - uy * half)} ${f(by + ux * half)}L${f(bx + uy * half)} ${f(by - ux * half)}Z`;
}

/** @param {Parts} parts @param {Trace} trace @param {Geometry} g @param {number} t @param {Look} look */
function numbers(parts, trace, g, t, look) {
  const value = trace.loss[t - 1];
  const grown = hasLoss(trace, t) ? ease(stage(look.forward, FORWARD.loss)) : 0;
  const height = Number.isFinite(value) ? lossShare(value, trace.loss) * g.lossMost * grown : g.lossMost * grown;
  const width = Math.min(18, g.axis.column * 0.6);
  box(parts.loss, g.axis.center(t) - width / 2, g.loss - height, width, height, 2);
  write(parts.lossText, g.axis.center(t), g.loss - height - 5, grown >= 1 && g.roomy && g.target > 0 ? lossText(told(trace, value), g.axis.column) : "");
}

/** @param {number} value @param {number} column */
const lossText = (value, column) => (Math.abs(value) < 1000 ? fixed(value, column < 36 ? 1 : 2) : short(value));

const DECADES = 3;

/** @type {WeakMap<Float64Array, boolean>} */
const spans = new WeakMap();

/** Do losses differ by so much that beside the largest none of the usual ones would show? @param {Float64Array} losses */
export function spansDecades(losses) {
  let wide = spans.get(losses);
  if (wide !== undefined) return wide;
  const sorted = losses.filter(Number.isFinite).sort();
  const [middle, top] = [sorted[Math.floor(sorted.length / 2)], sorted[sorted.length - 1]];
  wide = top > 10 ** DECADES * Math.max(1, middle);
  spans.set(losses, wide);
  return wide;
}

/** Height of a loss's bar as a share of the largest's: L itself, or log(1 + L) where losses span decades.
 * @param {number} value @param {Float64Array} losses */
export function lossShare(value, losses) {
  const top = Math.max(1e-12, largest(losses));
  return spansDecades(losses) ? Math.log1p(value) / Math.log1p(top) : value / top;
}

/** @param {Float64Array} values */
const largest = (values) => values.reduce((most, v) => (Number.isFinite(v) && v > most ? v : most), 0);

/** Norm left under each node of the path, and the factor over each gap. @param {Parts} parts @param {Trace} trace @param {ViewState} state @param {Geometry} g @param {number} t @param {Look} look */
function pathText(parts, trace, state, g, t, look) {
  const { path } = state;
  const on = path !== null && look.path > 0 && t >= path.k && t <= path.t && g.axis.column >= 48;
  const row = path ? trace.credit.dh[path.t - 1] : null;
  write(parts.left, g.axis.center(t), g.node.bottom + 17, on && row ? short(told(trace, row[t - 1])) : "");
  const [from, to] = gapBefore(g, t);
  const passed = on && path !== null && t > path.k && state.head.at > path.t - t + 1 - 1e-9;
  const factor = passed && row ? row[t - 2] / row[t - 1] : NaN;
  const middle = (from + to) / 2;
  write(parts.factor, middle, g.node.middle - 22, passed && Number.isFinite(factor) ? `×${short(factor)}` : "");
  write(parts.shared, middle, g.node.middle + 32, passed && !trace.gates ? "W" : "");
}

/** The ink ring round what is pointed at. @param {Element} ring @param {Geometry} g @param {number} t @param {ViewState} state @param {number} H */
function ringAround(ring, g, t, { hover }, H) {
  const found = hover && (["W", "U", "V", "h", "x", "y", "L", "unit"].includes(hover.kind)) && samePart(hover, { kind: hover.kind, t }) ? hover : null;
  ring.classList.toggle("on", found !== null);
  if (!found) return;
  const { axis, node, prediction, input } = g;
  const x = axis.center(t);
  const [from, to] = gapBefore(g, t);
  const around = (/** @type {{ top: number, bottom: number, width: number }} */ b) => [x - b.width / 2 - 3, b.top - 3, b.width + 6, b.bottom - b.top + 6];
  const inset = (node.bottom - node.top - 10) / H;
  /** @type {Record<string, number[]>} */
  const boxes = {
    W: [from, node.middle - 18, to - from, 36],
    U: [x - 11, node.bottom + 2, 22, input.top - node.bottom - 4],
    V: [x - 11, prediction.bottom + 2, 22, node.top - prediction.bottom - 4],
    h: around(node), x: around(input), y: around(prediction),
    L: [x - 13, g.loss - g.lossMost - 3, 26, g.lossMost + 6],
    unit: [x - node.width / 2 + 1, node.top + 5 + (found.i ?? 0) * inset, node.width - 2, Math.max(3, inset)],
  };
  const [bx, by, bw, bh] = boxes[found.kind];
  box(ring, bx, by, bw, bh, 6);
}
