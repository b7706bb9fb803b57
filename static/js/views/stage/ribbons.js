import { BACKWARD, ease, pathProgress, stage } from "../../playhead.js";
import { hasLoss, norm, reaches } from "../../trace.js";
import { gapBefore } from "./geometry.js";
import { stroke } from "./values.js";

/**
 * Gradients on their way back, as ribbons: width and colour are the computed norms, tapered from the norm at the start
 * to the norm at the end. At or below the floor of the scale a ribbon is dotted.
 *
 * @typedef {import("../../trace.js").Trace} Trace
 * @typedef {import("../../scales.js").Scales} Scales
 * @typedef {import("../../playhead.js").Path} Path
 * @typedef {import("../../playhead.js").Playhead} Playhead
 * @typedef {import("./geometry.js").Geometry} Geometry
 * @typedef {CanvasRenderingContext2D} Pen
 * @typedef {{ from: [number, number], to: [number, number], start: number, end: number }} Ribbon  points and norms
 */

/** Norms of what step t hands on: down V, and from t+1 through W. @param {Trace} trace @param {number} t */
export function arrivals(trace, t) {
  const dh = trace.dh[t - 1];
  const direct = hasLoss(trace, t) ? trace.credit.dh[t - 1][t - 1] : 0;
  if (t === trace.T) return { direct, through: 0 };
  const own = products(trace.parameters.V, trace.do_[t - 1], trace.H, dh);
  return { direct, through: norm(dh.map((v, i) => v - own[i])) };
}

/** Vᵀ ∂L/∂o: what the step's own loss sends into h(t); without V the readout is the identity. @param {Float64Array[] | undefined} V @param {Float64Array} dOut @param {number} H @param {Float64Array} like */
function products(V, dOut, H, like) {
  if (!V) return dOut;
  const own = new Float64Array(like.length);
  V.forEach((row, j) => { for (let i = 0; i < H; i += 1) own[i] += row[i] * dOut[j]; });
  return own;
}

/** All that the backward pass has drawn at step t. @param {Pen} pen @param {Geometry} g @param {Scales} scales @param {Trace} trace @param {number} t @param {number} progress */
export function paintBackward(pen, g, scales, trace, t, progress) {
  const { axis, node, prediction, input } = g;
  const x = axis.center(t);
  if (hasLoss(trace, t)) {
    const ribbon = ribbonOf([x, prediction.bottom], [x, node.top], norm(trace.do_[t - 1]), trace.credit.dh[t - 1][t - 1]);
    paintRibbon(pen, g, scales, ribbon, ease(stage(progress, BACKWARD.fall)));
  }
  const drop = ease(stage(progress, BACKWARD.shares));
  paintRibbon(pen, g, scales, ribbonOf([x, node.bottom], [x, input.top], trace.daNorm[t - 1], norm(trace.dx[t - 1])), drop);
  const run = ease(stage(progress, BACKWARD.run));
  const [to, from] = gapBefore(g, t);
  if (run > 0) {
    paintStrands(pen, g, scales, trace, t, run);
    const through = t > 1 ? arrivals(trace, t - 1).through : norm(trace.dh0);
    paintRibbon(pen, g, scales, ribbonOf([from, node.middle], [to, node.middle], trace.dhNorm[t - 1], through), run);
  }
}

/** Each loss's own contribution crossing into h(t−1), one strand a loss, above and below their sum's ribbon.
 * @param {Pen} pen @param {Geometry} g @param {Scales} scales @param {Trace} trace @param {number} t @param {number} run */
function paintStrands(pen, g, scales, trace, t, run) {
  if (!g.roomy || t === 1) return;
  const [to, from] = gapBefore(g, t);
  const losses = [];
  for (let s = t; s <= trace.T; s += 1) if (hasLoss(trace, s) && reaches(trace, s, t - 1)) losses.push(s);
  if (losses.length < 2) return;
  const lanes = strandLanes(g, losses.length);
  pen.lineCap = "butt";
  losses.forEach((s, i) => {
    const size = trace.credit.dh[s - 1][t - 2];
    pen.setLineDash(scales.gone(size) ? [1, 3] : []);
    stroke(pen, from, lanes.y[i], from + (to - from) * run, lanes.y[i], scales.gone(size) ? scales.ink.edge : scales.norm(size), scales.ribbon(size, lanes.most));
  });
  pen.setLineDash([]);
}

/** Heights of `count` strands, half of them above the widest possible ribbon and half below. @param {Geometry} g @param {number} count */
export function strandLanes({ node, axis }, count) {
  const above = Math.ceil(count / 2);
  const room = (node.bottom - node.top) / 2 - axis.ribbon / 2 - 9;
  const pitch = Math.min(8, room / above);
  const y = Array.from({ length: count }, (_, i) => {
    const lane = i - above + 0.5;
    return lane < 0 ? node.middle - axis.ribbon / 2 - 4 + lane * pitch : node.middle + axis.ribbon / 2 + 4 + lane * pitch;
  });
  return { y, most: Math.min(4.5, 0.62 * pitch) };
}

/** The part of the selected path that lies at step t. @param {Pen} pen @param {Geometry} g @param {Scales} scales @param {Trace} trace @param {number} t @param {Path} path @param {Playhead} head */
export function paintPath(pen, g, scales, trace, t, path, head) {
  if (t > path.t || t < path.k) return;
  const { axis, node, prediction, input } = g;
  const x = axis.center(t);
  const row = trace.credit.dh[path.t - 1];
  const arrived = pathProgress(head, path, t);
  if (t === path.t) paintRibbon(pen, g, scales, ribbonOf([x, prediction.bottom], [x, node.top], row[t - 1], row[t - 1]), ease(arrived));
  if (t === path.k) {
    const da = trace.credit.da[path.t - 1][t - 1];
    if (arrived >= 1) paintRibbon(pen, g, scales, ribbonOf([x, node.bottom], [x, input.top], da, da), 1);
    return;
  }
  const next = pathProgress(head, path, t - 1);
  const [to, from] = gapBefore(g, t);
  paintRibbon(pen, g, scales, ribbonOf([from, node.middle], [to, node.middle], row[t - 1], row[t - 2]), ease(next));
}

/** @param {[number, number]} from @param {[number, number]} to @param {number} start @param {number} end @returns {Ribbon} */
const ribbonOf = (from, to, start, end) => ({ from, to, start, end });

/** A ribbon `grown` 0..1 of its way. @param {Pen} pen @param {Geometry} g @param {Scales} scales @param {Ribbon} ribbon @param {number} grown */
export function paintRibbon(pen, g, scales, { from, to, start, end }, grown) {
  if (grown <= 0) return;
  const [dx, dy] = [(to[0] - from[0]) * grown, (to[1] - from[1]) * grown];
  const tip = [from[0] + dx, from[1] + dy];
  if (scales.gone(start) && scales.gone(end)) {
    pen.setLineDash([1.5, 3]);
    stroke(pen, from[0], from[1], tip[0], tip[1], scales.ink.edge, 1);
    pen.setLineDash([]);
    return;
  }
  const most = g.axis.ribbon;
  const [w0, w1] = [scales.ribbon(start, most) / 2, scales.ribbon(start + (end - start) * grown, most) / 2];
  const length = Math.hypot(dx, dy) || 1;
  const [nx, ny] = [-dy / length, dx / length];
  pen.beginPath();
  pen.moveTo(from[0] + nx * w0, from[1] + ny * w0);
  pen.lineTo(tip[0] + nx * w1, tip[1] + ny * w1);
  pen.lineTo(tip[0] - nx * w1, tip[1] - ny * w1);
  pen.lineTo(from[0] - nx * w0, from[1] - ny * w0);
  pen.closePath();
  pen.fillStyle = fill(pen, scales, from, to, start, end);
  pen.fill();
  if (scales.share(end) < 0.35) hairline(pen, scales);
  if (g.roomy && length > 14) chevron(pen, scales, (from[0] + tip[0]) / 2, (from[1] + tip[1]) / 2, dx / length, dy / length, (start + end) / 2);
}

/** Colour along a ribbon, three stops between its two norms. @param {Pen} pen @param {Scales} scales @param {[number, number]} from @param {[number, number]} to @param {number} start @param {number} end */
function fill(pen, scales, from, to, start, end) {
  const gradient = pen.createLinearGradient(from[0], from[1], to[0], to[1]);
  const middle = Math.sqrt(Math.max(start, 1e-300) * Math.max(end, 1e-300));
  gradient.addColorStop(0, scales.norm(start));
  gradient.addColorStop(0.5, scales.norm(middle));
  gradient.addColorStop(1, scales.norm(end));
  return gradient;
}

/** Low fills carry a hairline. @param {Pen} pen @param {Scales} scales */
function hairline(pen, scales) {
  pen.strokeStyle = scales.ink.edge;
  pen.globalAlpha = 0.5;
  pen.lineWidth = 0.5;
  pen.stroke();
  pen.globalAlpha = 1;
}

/** The open chevron that tells which way a gradient runs. @param {Pen} pen @param {Scales} scales @param {number} x @param {number} y @param {number} ux @param {number} uy @param {number} size */
function chevron(pen, scales, x, y, ux, uy, size) {
  const arm = 4.2;
  pen.beginPath();
  pen.moveTo(x - ux * arm / 2 + uy * arm, y - uy * arm / 2 - ux * arm);
  pen.lineTo(x + ux * arm / 2, y + uy * arm / 2);
  pen.lineTo(x - ux * arm / 2 - uy * arm, y - uy * arm / 2 + ux * arm);
  // The ramp runs from the surface to its opposite: past its middle the surface's colour reads best on it.
  pen.strokeStyle = scales.share(size) > 0.45 ? scales.ink.surface : scales.ink.text;
  pen.lineWidth = 1.8;
  pen.lineJoin = "round";
  pen.lineCap = "round";
  pen.stroke();
}
