import { stepOfBin } from "./bins.js";
import { xOfStep } from "./extent.js";
import { shareOf } from "./ranges.js";

/**
 * The lines of the charts, on a canvas: every step's extremes as one thin path, and over it the median of some steps.
 *
 * @typedef {import("./bins.js").Bins} Bins
 * @typedef {import("./extent.js").Frame} Frame
 * @typedef {import("./ranges.js").Range} Range
 * @typedef {{ frame: Frame, range: Range, ground: string }} Plane   ground: the colour behind
 * @typedef {CanvasRenderingContext2D} Pen
 */

const BEYOND = 2; // heights of the plot that a line may leave it by, so that it leaves in its own direction

/** @param {Pick<Plane, "frame" | "range">} plane @param {number} value */
export function yOfValue({ frame: { top, bottom }, range }, value) {
  return bottom - Math.min(1 + BEYOND, Math.max(-BEYOND, shareOf(range, value))) * (bottom - top);
}

/** Nothing is drawn outside of the plot. @param {Pen} pen @param {Frame} frame @param {() => void} paint */
export function inside(pen, { left, right, top, bottom }, paint) {
  pen.save();
  pen.beginPath();
  pen.rect(left - 3, top, right - left + 6, bottom - top);
  pen.clip();
  paint();
  pen.restore();
}

/** @param {Pen} pen @param {Plane} plane @param {{ fine: Bins, coarse: Bins, length: number, colour: string, dashed: boolean }} line */
export function paintLine(pen, plane, { fine, coarse, length, colour, dashed }) {
  pen.strokeStyle = colour;
  pen.lineJoin = "round";
  pen.globalAlpha = coarse.size === 1 ? 0 : fine.size === 1 ? 0.36 : 0.24; // where many steps share a pixel, all of it is filled
  pen.lineWidth = 1;
  trace(pen, plane, fine, length, (i) => [fine.low[i], fine.high[i]]);
  pen.globalAlpha = 1;
  pen.setLineDash(dashed ? [6, 4] : []);
  pen.lineWidth = 2;
  trace(pen, plane, coarse, length, (i) => [coarse.middle[i]]);
  pen.setLineDash([]);
}

/** One path through the values of all bins; a bin without any breaks it. @param {Pen} pen @param {Pick<Plane, "frame" | "range">} plane @param {Bins} bins @param {number} length @param {(i: number) => number[]} valuesOf */
function trace(pen, plane, bins, length, valuesOf) {
  let open = false;
  let falling = false;
  pen.beginPath();
  for (let i = 0; i < bins.count; i += 1) {
    const values = valuesOf(i);
    if (Number.isNaN(values[0])) {
      open = false;
      continue;
    }
    const x = xOfStep(plane.frame, stepOfBin(bins, i, length));
    for (const v of falling ? values.reverse() : values) {
      if (open) pen.lineTo(x, yOfValue(plane, v));
      else pen.moveTo(x, yOfValue(plane, v));
      open = true;
    }
    falling = !falling;
  }
  pen.stroke();
}

/** What is above a threshold, filled down to it: the part that clipping cuts off. @param {Pen} pen @param {Pick<Plane, "frame" | "range">} plane @param {Bins} fine @param {number} length @param {import("./clips.js").Piece} piece @param {string} colour */
export function paintExcess(pen, plane, fine, length, { from, to, at }, colour) {
  const floor = yOfValue(plane, at);
  const half = (xOfStep(plane.frame, fine.size) - plane.frame.left) / 2;
  let before = NaN; // x of the bin before, while that is above too
  pen.beginPath();
  pen.moveTo(xOfStep(plane.frame, from), floor);
  for (let i = 0; i < fine.count; i += 1) {
    const step = stepOfBin(fine, i, length);
    const x = xOfStep(plane.frame, step);
    const above = step >= from && step <= to && fine.high[i] > at;
    if (above && Number.isNaN(before)) pen.lineTo(x - half, floor);
    if (!above && !Number.isNaN(before)) pen.lineTo(before + half, floor);
    if (above) pen.lineTo(x, yOfValue(plane, fine.high[i]));
    before = above ? x : NaN;
  }
  if (!Number.isNaN(before)) pen.lineTo(before + half, floor);
  pen.globalAlpha = 0.22;
  pen.fillStyle = colour;
  pen.fill();
  pen.globalAlpha = 1;
}

/** Quiet ticks where a run was clipped: the more of a bin's steps, the stronger. @param {Pen} pen @param {Frame} frame @param {import("../history.js").Numbers} clipped @param {{ y: number, height: number, colour: string }} look */
export function paintTicks(pen, frame, { values, length }, { y, height, colour }) {
  const columns = Math.ceil(xOfStep(frame, length) - frame.left);
  pen.fillStyle = colour;
  for (let column = 0; column < columns; column += 2) {
    const [from, to] = [column, column + 2].map((x) => Math.min(length, Math.round((x / (frame.right - frame.left)) * frame.end)));
    let count = 0;
    for (let i = from; i < Math.max(to, from + 1); i += 1) count += values[i] === 1 ? 1 : 0;
    if (!count) continue;
    pen.globalAlpha = 0.35 + (0.65 * count) / Math.max(1, to - from);
    pen.fillRect(frame.left + column, y, 1.5, height);
  }
  pen.globalAlpha = 1;
}
