import { normStops } from "../scales.js";
import { BACKWARD, FORWARD, backwardProgress, clamp01, ease, forwardProgress, pathProgress, stage } from "../playhead.js";
import { child, prepare } from "./band.js";

/**
 * What the strips share: where a cell is, how much of a column is computed, and how cells are painted. A strip is painted
 * once as two layers, computed and ghost; a frame copies columns out of them, so that its cost does not grow with T × H.
 *
 * @typedef {import("../axis.js").Axis} Axis
 * @typedef {import("../scales.js").Scales} Scales
 * @typedef {import("../playhead.js").Playhead} Playhead
 * @typedef {import("../playhead.js").Path} Path
 * @typedef {{ x: number, y: number, w: number, h: number }} Box
 * @typedef {{ kind: "cell" | "row" | "column", box: Box }} Frame
 * @typedef {CanvasRenderingContext2D} Pen
 *
 * @typedef {object} Grid  columns are steps, rows count from 1 at the top
 * @property {Axis} axis
 * @property {number} rows
 * @property {number} pitch    height of a row
 * @property {number} height
 * @property {boolean} tiny    too small for gaps: one bitmap, one frame around the whole
 * @property {(t: number, row: number) => Box} box
 * @property {(from: number, to: number, top: number, bottom: number) => Box} span  cells from..to, rows top..bottom
 * @property {(y: number) => number} rowAt  the row under y, clamped
 */

/** Gap between cells that are `pitch` apart, 0 where there is no room for one. @param {number} pitch */
export const gapOf = (pitch) => (pitch >= 8 ? 2 : pitch >= 6 ? 1 : 0);

/** @param {Axis} axis @param {number} rows @param {number} height @returns {Grid} */
export function createGrid(axis, rows, height) {
  const pitch = height / rows;
  const tiny = !gapOf(axis.column) || !gapOf(pitch);
  const [gapX, gapY] = tiny ? [0, 0] : [gapOf(axis.column), gapOf(pitch)];
  /** @type {Grid["span"]} */
  const span = (from, to, top, bottom) => ({
    x: axis.left(from) + gapX / 2, y: (top - 1) * pitch + gapY / 2,
    w: (to - from + 1) * axis.column - gapX, h: (bottom - top + 1) * pitch - gapY,
  });
  return {
    axis, rows, pitch, height, tiny, span, box: (t, row) => span(t, t, row, row),
    rowAt: (y) => Math.min(rows, Math.max(1, Math.floor(y / pitch) + 1)),
  };
}

/** Height of the triangle's T rows: 13.5 px each (15 on a phone) within 135 to 232 px together, more where the page has
 * `room`, never more than 34 each; a little less where a whole sequence would else just not fit.
 * @param {number} T @param {boolean} narrow @param {number} [room] @param {boolean} [whole]  does the sequence fit without scrolling? */
export function triangleHeight(T, narrow, room = 0, whole = false) {
  const usual = Math.min(232, Math.max(135, T * (narrow ? 15 : 13.5)));
  const least = whole && room > 0 ? Math.min(usual, Math.max(room, 0.88 * usual)) : usual;
  return Math.min(34 * T, Math.max(least, Math.min(room, 480)));
}

/** With reduced motion a step that has begun is shown finished. @param {number} progress @param {boolean} reduced */
const settled = (progress, reduced) => (reduced && progress > 0 ? 1 : progress);

/** How many of `count` things light one after another are lit at share `done`. @param {number} done @param {number} count */
const lit = (done, count) => Math.floor(done * count + 1e-9);

/** Units of h(t) computed so far, from the top. @param {Playhead} head @param {number} t @param {number} H @param {boolean} reduced */
export function litUnits(head, t, H, reduced) {
  return lit(stage(settled(forwardProgress(head, t), reduced), FORWARD.light), H);
}

/** Cells of column k of the triangle filled so far, from the diagonal down. @param {Playhead} head @param {number} k @param {number} T @param {boolean} reduced */
export function filledCells(head, k, T, reduced) {
  return lit(stage(settled(backwardProgress(head, k, T), reduced), BACKWARD.credit), T - k + 1);
}

/** Share of its height that the gradient's bar at step j has risen to; along a path, the steps before k rise with k.
 * @param {Playhead} head @param {number} j @param {number} T @param {Path | null} path @param {boolean} reduced */
export function barRise(head, j, T, path, reduced) {
  const along = path && head.pass === "path";
  const progress = along ? pathProgress(head, path, Math.max(j, path.k)) : backwardProgress(head, j, T);
  return ease(stage(settled(progress, reduced), BACKWARD.join));
}

/** The path a strip shows: none while the forward pass runs, as no gradient is known yet. @param {import("../view.js").ViewState} state */
export const shownPath = ({ head, path }) => (head.pass === "forward" ? null : path);

/* ---- painting ---- */

/** Edges on whole device pixels, so that equal cells look equal. @param {Pen} pen @param {Box} box @returns {Box} */
function snap(pen, { x, y, w, h }) {
  const density = pen.getTransform().a;
  const at = (/** @type {number} */ v) => Math.round(v * density) / density;
  return { x: at(x), y: at(y), w: Math.max(1 / density, at(x + w) - at(x)), h: Math.max(1 / density, at(y + h) - at(y)) };
}

/** @param {Pen} pen @param {Box} box @param {number} inset */
function rounded(pen, { x, y, w, h }, inset) {
  const radius = Math.max(0, Math.min(3, h / 4, w / 4) - inset);
  pen.beginPath();
  pen.roundRect(x + inset, y + inset, w - 2 * inset, h - 2 * inset, radius);
}

/** A filled cell; `faint` 0..1 is how much it needs a hairline to be seen. @param {Pen} pen @param {Box} box @param {string | CanvasPattern} fill @param {number} faint @param {Scales} scales */
export function fillCell(pen, box, fill, faint, { ink }) {
  const snapped = snap(pen, box);
  rounded(pen, snapped, 0);
  pen.fillStyle = fill;
  pen.fill();
  if (faint > 0) strokeCell(pen, snapped, ink.edge, faint * Math.min(0.5, box.h / 20));
}

/** An outline inside the cell: ghost, or dotted where a window has cut it off. @param {Pen} pen @param {Box} box @param {string} colour @param {{ dotted?: boolean }} [options] */
export function outlineCell(pen, box, colour, { dotted = false } = {}) {
  pen.setLineDash(dotted ? [1.5, 2.5] : []);
  strokeCell(pen, snap(pen, box), colour, 1);
  pen.setLineDash([]);
}

/** @param {Pen} pen @param {Box} box @param {string} colour @param {number} alpha */
function strokeCell(pen, box, colour, alpha) {
  rounded(pen, box, 0.5);
  pen.globalAlpha = alpha;
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.stroke();
  pen.globalAlpha = 1;
}

const HATCH = 7;  // a tile of 7 px puts lines at 45° 5 px apart

/** The ground of what is above the scale, or not finite: top stop and second stop, at 45°. @param {Pen} pen @param {Scales} scales */
export function hatch(pen, { theme }) {
  const density = pen.getTransform().a;
  const stops = normStops(theme, 7);
  const tile = document.createElement("canvas");
  const brush = prepare(tile, HATCH, HATCH);
  brush.fillStyle = stops[6];
  brush.fillRect(0, 0, HATCH, HATCH);
  brush.strokeStyle = stops[1];
  brush.lineWidth = 1.6;
  brush.beginPath();
  for (const shift of [-HATCH, 0, HATCH]) {
    brush.moveTo(shift - 1, HATCH + 1);
    brush.lineTo(shift + HATCH + 1, -1);
  }
  brush.stroke();
  const pattern = /** @type {CanvasPattern} */ (pen.createPattern(tile, "repeat"));
  pattern.setTransform(new DOMMatrix().scale(1 / density));
  return pattern;
}

/** ∞ on a hatched box; beside it, in the free half, where the box is too low. @param {Pen} pen @param {Box} box @param {Scales} scales */
export function infinity(pen, { x, y, w, h }, { ink }) {
  const at = h < 12 ? x + w + 9 : x + w / 2;
  pen.font = "16px KaTeX_Main, serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.lineWidth = 5;
  pen.strokeStyle = ink.surface;
  pen.strokeText("∞", at, y + h / 2 + 0.5);
  pen.fillStyle = ink.text;
  pen.fillText("∞", at, y + h / 2 + 0.5);
}

/** @type {Map<string, number>} */
const pixels = new Map();

/** A #rrggbb colour as a little-endian RGBA word. @param {string} colour */
function pixel(colour) {
  let word = pixels.get(colour);
  if (word === undefined) {
    const rgb = Number.parseInt(colour.slice(1), 16);
    word = ((0xff << 24) | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >> 16)) >>> 0;
    pixels.set(colour, word);
  }
  return word;
}

/** A strip of tiny cells, one pixel a cell, stretched over the grid; null leaves a cell open. @param {Pen} pen @param {Grid} grid @param {(t: number, row: number) => string | null} colour */
export function paintBitmap(pen, { axis, rows, height, pitch }, colour) {
  const image = new ImageData(axis.T, rows);
  const words = new Uint32Array(image.data.buffer);
  for (let at = 0; at < words.length; at += 1) {
    const fill = colour((at % axis.T) + 1, Math.floor(at / axis.T) + 1);
    if (fill) words[at] = pixel(fill);
  }
  const source = document.createElement("canvas");
  [source.width, source.height] = [axis.T, rows];
  /** @type {Pen} */ (source.getContext("2d")).putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = Math.min(pitch, axis.column) * pen.getTransform().a < 1;  // never drops a row unseen
  pen.drawImage(source, 0, 0, axis.width, height);
}

/* ---- strips ---- */

/**
 * A canvas whose columns appear as the playhead computes them.
 * @param {HTMLElement} plot
 */
export function createStrip(plot) {
  const canvas = /** @type {HTMLCanvasElement} */ (child(plot, "canvas", "strip-canvas"));
  const [full, ghost] = [document.createElement("canvas"), document.createElement("canvas")];
  /** @type {unknown[]} */
  let stamp = [];
  /** @type {Shown} */
  let shown = { from: new Float64Array(), to: new Float64Array(), focus: "" };
  return {
    canvas,
    /** Paints both layers anew when anything of `next` has changed. @param {unknown[]} next @param {number} width @param {number} height @param {{ full(pen: Pen): void, ghost(pen: Pen): void }} painters */
    layers(next, width, height, painters) {
      const wanted = [...next, width, height, window.devicePixelRatio];
      if (wanted.length === stamp.length && wanted.every((value, i) => value === stamp[i])) return false;
      stamp = wanted;
      painters.full(prepare(full, width, height));
      painters.ghost(prepare(ghost, width, height));
      prepare(canvas, width, height);
      shown = { from: new Float64Array(), to: new Float64Array(), focus: "" };
      return true;
    },
    /** Shows of column t what lies between span(t) as computed, the rest as ghost; repaints only columns that changed.
     * @param {Axis} axis @param {(t: number) => [number, number]} span @param {{ box: Box, rest: number } | null} [focus] all but the box faded to `rest` */
    reveal(axis, span, focus = null) {
      const next = { from: new Float64Array(axis.T), to: new Float64Array(axis.T), focus: JSON.stringify(focus) };
      for (let t = 1; t <= axis.T; t += 1) [next.from[t - 1], next.to[t - 1]] = span(t);
      for (const [first, last] of changedRuns(shown, next)) {
        const patch = { x0: axis.left(first), x1: axis.left(last + 1), from: next.from[first - 1], to: next.to[first - 1] };
        copyPatch(canvas, full, ghost, patch, focus);
      }
      shown = next;
    },
    destroy: () => canvas.remove(),
  };
}

/**
 * Runs of neighbouring columns, from 1, that changed and show the same span.
 * @typedef {{ from: Float64Array, to: Float64Array, focus: string }} Shown
 * @param {Shown} before @param {Shown} after @returns {[number, number][]}
 */
export function changedRuns(before, after) {
  /** @type {[number, number][]} */
  const runs = [];
  const all = before.from.length !== after.from.length || before.focus !== after.focus;
  after.from.forEach((from, i) => {
    if (!all && before.from[i] === from && before.to[i] === after.to[i]) return;
    const run = runs.at(-1);
    if (run && run[1] === i && after.from[i - 1] === from && after.to[i - 1] === after.to[i]) run[1] = i + 1;
    else runs.push([i + 1, i + 1]);
  });
  return runs;
}

/** @param {HTMLCanvasElement} canvas @param {HTMLCanvasElement} full @param {HTMLCanvasElement} ghost @param {{ x0: number, x1: number, from: number, to: number }} patch @param {{ box: Box, rest: number } | null} focus */
function copyPatch(canvas, full, ghost, patch, focus) {
  const pen = /** @type {Pen} */ (canvas.getContext("2d"));
  const density = pen.getTransform().a;
  const [x0, x1, from, to] = [patch.x0, patch.x1, patch.from, patch.to].map((v) => Math.round(v * density));
  /** @param {HTMLCanvasElement} layer @param {number} top @param {number} bottom */
  const copy = (layer, top, bottom) => {
    if (bottom > top && x1 > x0) pen.drawImage(layer, x0, top, x1 - x0, bottom - top, x0, top, x1 - x0, bottom - top);
  };
  const draw = () => {
    pen.clearRect(x0, 0, x1 - x0, canvas.height);
    copy(ghost, 0, from);
    copy(full, from, to);
    copy(ghost, to, canvas.height);
  };
  pen.save();
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.globalAlpha = focus ? focus.rest : 1;
  draw();
  if (focus) {
    pen.beginPath();
    pen.rect(focus.box.x * density, focus.box.y * density, focus.box.w * density, focus.box.h * density);
    pen.clip();
    pen.globalAlpha = 1;
    draw();
  }
  pen.restore();
}

/** Ink frames over a plot: the part pointed at, its row and its column. @param {HTMLElement} plot */
export function createFrames(plot) {
  /** @type {HTMLElement[]} */
  const pool = [];
  let drawn = "";
  return {
    /** @param {Frame[]} frames */
    show(frames) {
      const wanted = JSON.stringify(frames);
      if (wanted === drawn) return;
      drawn = wanted;
      while (pool.length < frames.length) pool.push(child(plot, "div"));
      pool.forEach((element, i) => place(element, frames[i]));
    },
  };
}

/** @param {HTMLElement} element @param {Frame | undefined} frame */
function place(element, frame) {
  element.hidden = !frame;
  if (!frame) return;
  const { kind, box } = frame;
  element.className = `strip-frame strip-frame-${kind}`;
  element.style.transform = `translate(${box.x}px, ${box.y}px)`;
  element.style.width = `${box.w}px`;
  element.style.height = `${box.h}px`;
}

/** Pointing and clicking on a canvas, in its own pixels; a part is reported once, however long the pointer stays on it.
 * @param {HTMLCanvasElement} canvas
 * @param {{ part(x: number, y: number): import("../parts.js").Part | null, hover?: (part: import("../parts.js").Part | null) => void, click(x: number, y: number): void }} on
 * @returns {() => void} stops listening */
export function listen(canvas, on) {
  const listening = new AbortController();
  let last = "null";
  const report = (/** @type {import("../parts.js").Part | null} */ part) => {
    const name = JSON.stringify(part);
    if (name !== last) on.hover?.(part);
    last = name;
  };
  const { signal } = listening;
  canvas.addEventListener("pointermove", (event) => report(on.part(event.offsetX, event.offsetY)), { signal });
  canvas.addEventListener("pointerleave", () => report(null), { signal });
  canvas.addEventListener("click", (event) => on.click(event.offsetX, event.offsetY), { signal });
  return () => listening.abort();
}

/** How much of a hairline a fill of this share of its scale needs. @param {number} share */
export const faintness = (share) => clamp01(1 - share / 0.3);
