import { FORWARD, ease, stage } from "../../playhead.js";
import { gapBefore, unitY } from "./geometry.js";

/**
 * The stage's values, painted on a canvas under its SVG: units, predictions, what travels on the arrows. Everything
 * here was computed by the engine; what is not yet computed is not painted.
 *
 * @typedef {import("../../trace.js").Trace} Trace
 * @typedef {import("../../scales.js").Scales} Scales
 * @typedef {import("./geometry.js").Geometry} Geometry
 * @typedef {CanvasRenderingContext2D} Pen
 */

/** Units of one state, the first `count` of them; the others as outlines. @param {Pen} pen @param {Geometry} g @param {Scales} scales @param {Float64Array} h @param {number} x @param {number} count */
export function paintUnits(pen, g, scales, h, x, count) {
  if (g.beads) paintBeads(pen, g, scales, h, x, count);
  else paintCells(pen, g, scales, h, x, count);
}

/** @type {typeof paintUnits} */
function paintBeads(pen, g, scales, h, x, count) {
  const H = h.length;
  const most = Math.min(g.node.width / 2 - 5.5, unitY(g, 1, H) / 2 - unitY(g, 0, H) / 2 - 0.75, 6.5);
  for (let i = 0; i < H; i += 1) {
    const y = unitY(g, i, H);
    if (i >= count) ring(pen, x, y, most, scales.ink.ghost, 1);
    else bead(pen, x, y, most, h[i], scales);
  }
}

/** Area = |value|, colour = sign and value; a small value keeps a faint ring so that the unit is not lost.
 * @param {Pen} pen @param {number} x @param {number} y @param {number} most @param {number} v @param {Scales} scales */
export function bead(pen, x, y, most, v, scales) {
  const size = Number.isFinite(v) ? Math.min(1, Math.abs(v)) : 1;
  const r = Math.max(0.9, most * Math.sqrt(size));
  if (size < 0.45) ring(pen, x, y, most * 0.82, scales.ink.line, 1);
  pen.beginPath();
  pen.arc(x, y, r, 0, 2 * Math.PI);
  pen.fillStyle = size < 0.02 ? scales.ink.edge : scales.value(v);
  pen.fill();
}

/** @param {Pen} pen @param {number} x @param {number} y @param {number} r @param {string} color @param {number} width */
function ring(pen, x, y, r, color, width) {
  pen.beginPath();
  pen.arc(x, y, Math.max(0.5, r), 0, 2 * Math.PI);
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.stroke();
}

/** @type {typeof paintUnits} */
function paintCells(pen, { node, thin }, scales, h, x, count) {
  const inset = thin ? 0 : node.width > 14 ? 2.5 : 1.25;
  const [top, left, width] = [node.top + inset, x - node.width / 2 + inset, Math.max(0.75, node.width - 2 * inset)];
  const size = (node.bottom - node.top - 2 * inset) / h.length;
  pen.save();
  pen.beginPath();
  pen.roundRect(left, top, width, node.bottom - node.top - 2 * inset, thin ? 0 : Math.min(9, width / 2));
  pen.clip();
  for (let i = 0; i < Math.min(count, h.length); i += 1) {
    pen.fillStyle = scales.value(h[i]);
    pen.fillRect(left, top + i * size, width, size + 0.5);
  }
  pen.restore();
}

/** The prediction of step t, grown by `growth` 0..1. @param {Pen} pen @param {Geometry} g @param {Scales} scales @param {Trace} trace @param {number} t @param {number} growth */
export function paintPrediction(pen, g, scales, trace, t, growth) {
  if (growth <= 0) return;
  const yHat = trace.yHat[t - 1];
  if (trace.output === "softmax") paintBars(pen, g, scales, yHat, trace.targets?.[t - 1] ?? -1, t, growth);
  else paintLevels(pen, g, scales, yHat, trace.y?.[t - 1] ?? null, t, growth);
}

/** Probabilities as bars, the target's in ink. @param {Pen} pen @param {Geometry} g @param {Scales} scales @param {Float64Array} p @param {number} target @param {number} t @param {number} growth */
function paintBars(pen, { prediction, axis }, scales, p, target, t, growth) {
  const inset = prediction.width > 20 ? 4 : Math.min(1.5, prediction.width / 6);
  const [left, width] = [axis.center(t) - prediction.width / 2 + inset, prediction.width - 2 * inset];
  const [foot, height] = [prediction.bottom - inset, prediction.bottom - prediction.top - 2 * inset];
  if (prediction.width < 20) { // too thin for one bar a class: the target's probability alone
    bar(pen, scales.ink.text, left, foot, width, p[target] * height * growth);
    return;
  }
  const slot = width / p.length;
  const thick = Math.max(0.8, Math.min(5, slot - 1));
  p.forEach((share, j) => {
    const color = j === target ? scales.ink.text : scales.ink.barLow;
    bar(pen, color, left + (j + 0.5) * slot - thick / 2, foot, thick, Math.max(1, share * height) * growth);
  });
}

/** Numeric predictions: a bar from zero each, the target a tick in ink; the box spans ±3. @param {Pen} pen @param {Geometry} g @param {Scales} scales @param {Float64Array} yHat @param {Float64Array | null} y @param {number} t @param {number} growth */
function paintLevels(pen, { prediction, axis }, scales, yHat, y, t, growth) {
  const inset = prediction.width > 20 ? 4 : 1;
  const slot = (prediction.width - 2 * inset) / yHat.length;
  const thick = Math.max(0.8, Math.min(12, slot - 1));
  yHat.forEach((v, j) => {
    const x = axis.center(t) - prediction.width / 2 + inset + (j + 0.5) * slot;
    level(pen, prediction, x, thick, v * growth, scales.ink.barLow);
    if (y) tick(pen, prediction, x, Math.min(slot, thick + 8), y[j], scales.ink.text);
  });
}

/** A numeric input as a bar from zero in its box; symbols are the structure's. @param {Pen} pen @param {Geometry} g @param {Scales} scales @param {Trace} trace @param {number} t */
export function paintInput(pen, { input, axis }, scales, trace, t) {
  if (trace.symbols[t - 1] !== null || trace.labels) return;
  const row = trace.x[t - 1];
  const slot = (input.width * 0.7) / row.length;
  row.forEach((v, j) => level(pen, input, axis.center(t) + (j - (row.length - 1) / 2) * slot, Math.max(1, Math.min(10, slot)), v, scales.ink.text));
}

/** Half the range of a numeric box, in standard deviations of a scaled series. */
const REACH = 3;

/** @param {{ top: number, bottom: number }} box @param {number} v */
const levelY = ({ top, bottom }, v) => (top + bottom) / 2 - (Math.max(-REACH, Math.min(REACH, Number.isFinite(v) ? v : REACH)) / REACH) * ((bottom - top) / 2 - 3);

/** A value as a bar from the middle of its box. @param {Pen} pen @param {{ top: number, bottom: number }} box @param {number} x @param {number} thick @param {number} v @param {string} color */
export function level(pen, box, x, thick, v, color) {
  const [zero, y] = [levelY(box, 0), levelY(box, v)];
  pen.fillStyle = color;
  pen.fillRect(x - thick / 2, Math.min(zero, y), thick, Math.max(1, Math.abs(y - zero)));
}

/** @param {Pen} pen @param {{ top: number, bottom: number }} box @param {number} x @param {number} wide @param {number} v @param {string} color */
function tick(pen, box, x, wide, v, color) {
  pen.fillStyle = color;
  pen.fillRect(x - wide / 2, levelY(box, v) - 1, wide, 2);
}

/** @param {Pen} pen @param {string} color @param {number} x @param {number} foot @param {number} width @param {number} height */
function bar(pen, color, x, foot, width, height) {
  if (!Number.isFinite(height)) return;
  pen.fillStyle = color;
  pen.fillRect(x, foot - height, width, height);
}

/** Values riding into h(t) on U and W, then out of it on V, while step t is being computed. @param {Pen} pen @param {Geometry} g @param {Scales} scales @param {Trace} trace @param {number} t @param {number} progress */
export function paintTravel(pen, g, scales, trace, t, progress) {
  const x = g.axis.center(t);
  const enter = stage(progress, FORWARD.travel);
  if (enter < 1) {
    const [from, to] = gapBefore(g, t);
    channel(pen, g, scales, "W", [from, g.node.middle], [to, g.node.middle], sample(t === 1 ? trace.h0 : trace.h[t - 2]), ease(enter));
    channel(pen, g, scales, "U", [x, g.input.top], [x, g.node.bottom], sample(trace.x[t - 1]), ease(enter));
  }
  const leave = stage(progress, FORWARD.predict);
  if (leave > 0 && leave < 1) channel(pen, g, scales, "V", [x, g.node.top], [x, g.prediction.bottom], sample(trace.h[t - 1]), ease(leave));
}

/** At most three values stand for the vector that travels: the largest. @param {Float64Array} vector */
function sample(vector) {
  return Array.from(vector).sort((a, b) => Math.abs(b) - Math.abs(a)).slice(0, 3);
}

/** A lit channel along an arrow with its beads `done` of the way.
 * @param {Pen} pen @param {Geometry} g @param {Scales} scales @param {"U"|"W"|"V"} letter @param {number[]} from @param {number[]} to @param {number[]} values @param {number} done */
function channel(pen, g, scales, letter, from, to, values, done) {
  const color = scales.ink[letter];
  const thick = Math.min(13, g.node.width * 0.6);
  const [[x0, y0], [x1, y1]] = inset(from, to, thick / 2); // its round ends stay out of the boxes that it joins
  pen.lineCap = "round";
  pen.globalAlpha = 0.16;
  stroke(pen, x0, y0, x1, y1, color, thick);
  pen.globalAlpha = 1;
  stroke(pen, x0, y0, x1, y1, color, 1.6);
  const length = Math.hypot(x1 - x0, y1 - y0);
  const size = Math.min(4.6, g.node.width / 4.5);
  values.forEach((v, i) => {
    const at = Math.min(1, Math.max(0, done * 1.25 - (i * size * 2.2) / Math.max(1, length)));
    bead(pen, x0 + (x1 - x0) * at, y0 + (y1 - y0) * at, size, v, scales);
  });
}

/** A line shortened at both ends. @param {number[]} from @param {number[]} to @param {number} by */
function inset([x0, y0], [x1, y1], by) {
  const length = Math.hypot(x1 - x0, y1 - y0) || 1;
  const [dx, dy] = [((x1 - x0) / length) * Math.min(by, length / 2), ((y1 - y0) / length) * Math.min(by, length / 2)];
  return [[x0 + dx, y0 + dy], [x1 - dx, y1 - dy]];
}

/** @param {Pen} pen @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 @param {string} color @param {number} width */
export function stroke(pen, x0, y0, x1, y1, color, width) {
  pen.beginPath();
  pen.moveTo(x0, y0);
  pen.lineTo(x1, y1);
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.stroke();
}
