import { t } from "../i18n.js";
import { createBand, child } from "./band.js";
import { createFrames, createGrid, createStrip, faintness, fillCell, hatch, infinity, listen, litUnits, outlineCell, paintBitmap, shownPath } from "./cells.js";
import { createValueBar, writeMixed } from "./legend.js";

/**
 * The hidden state over time: a column a step, a row a unit, unit 1 at the top.
 *
 * @typedef {import("../view.js").Trace} Trace
 * @typedef {import("../view.js").ViewState} ViewState
 * @typedef {import("../view.js").Part} Part
 * @typedef {import("./cells.js").Grid} Grid
 * @typedef {import("./cells.js").Frame} Frame
 */

const DIM = 0.35;

/** Height of the strip for H units: 22 px each up to 88, then a little more a unit, never more than 100. @param {number} H */
export const stripHeight = (H) => Math.min(22 * H, 100, Math.max(88, 80 + H));

/** The step at which h overflows, Infinity where it never does. @param {Trace} trace */
export function overflowStep({ h }) {
  const at = h.findIndex((row) => row.some(Number.isNaN));
  return at < 0 ? Infinity : at + 1;
}

/** Frames of the part pointed at: one cell with its row and column, or the whole of either. @param {Part | null} hover @param {Grid} grid @returns {Frame[]} */
export function heatmapFrames(hover, { axis, rows, box, span }) {
  if (!hover || !["unit", "h", "step"].includes(hover.kind)) return [];
  const [{ T }, { t: step, i }] = [axis, hover];
  /** @type {Frame[]} */
  const lines = [];
  if (i !== undefined) lines.push({ kind: "row", box: span(1, T, i + 1, i + 1) });
  if (step !== undefined) lines.push({ kind: "column", box: span(step, step, 1, rows) });
  if (step === undefined || i === undefined) return lines.map((line) => ({ ...line, kind: "cell" }));
  return [...lines, { kind: "cell", box: box(step, i + 1) }];
}

/** @param {CanvasRenderingContext2D} pen @param {Trace} trace @param {Grid} grid @param {import("../view.js").Scales} scales */
function paintFull(pen, trace, grid, scales) {
  const last = overflowStep(trace);
  const over = hatch(pen, scales);
  const eachCell = (/** @type {number} */ from, /** @type {(t: number, row: number, v: number) => void} */ paint) => {
    for (let step = from; step <= trace.T; step += 1) trace.h[step - 1].forEach((v, i) => paint(step, i + 1, v));
  };
  if (grid.tiny) {
    paintBitmap(pen, grid, (step, row) => (Number.isNaN(trace.h[step - 1][row - 1]) ? null : scales.value(trace.h[step - 1][row - 1])));
  } else {
    eachCell(1, (step, row, v) => {
      if (!Number.isNaN(v)) fillCell(pen, grid.box(step, row), scales.value(v), faintness(Math.abs(v)), scales);
      else if (step > last) outlineCell(pen, grid.box(step, row), scales.ink.ghost);
    });
  }
  if (last > trace.T) return;
  eachCell(last, (step, row, v) => {
    if (step === last && Number.isNaN(v)) fillCell(pen, grid.box(step, row), over, 0, scales);
  });
  if (grid.tiny && last < trace.T) outlineCell(pen, grid.span(last + 1, trace.T, 1, grid.rows), scales.ink.ghost);
  infinity(pen, grid.span(last, last, 1, grid.rows), scales);
}

/** @param {CanvasRenderingContext2D} pen @param {Grid} grid @param {string} ink */
function paintGhost(pen, grid, ink) {
  const { T } = grid.axis;
  if (grid.tiny) return outlineCell(pen, grid.span(1, T, 1, grid.rows), ink);
  for (let step = 1; step <= T; step += 1) {
    for (let row = 1; row <= grid.rows; row += 1) outlineCell(pen, grid.box(step, row), ink);
  }
}

/** @param {HTMLElement} root @param {import("../view.js").ViewOptions} [options] @returns {import("../view.js").View} */
export function heatmap(root, options = {}) {
  const band = createBand(root, { kind: "hidden", title: t("hidden.title") });
  const [count, first] = [child(band.name, "span", "band-note"), child(band.name, "span", "band-note")];
  first.textContent = t("hidden.first");
  const strip = createStrip(band.plot);
  const frames = createFrames(band.plot);
  const bar = createValueBar(band.scale, "standing");
  strip.canvas.setAttribute("role", "img");
  /** @type {Grid | null} */
  let grid = null;

  const stop = listen(strip.canvas, {
    part: (x, y) => grid && { kind: "unit", t: grid.axis.stepAt(x), i: grid.rowAt(y) - 1 },
    click: (x) => grid && options.onStep?.(grid.axis.stepAt(x)),
    hover: options.onHover,
  });

  return {
    update(trace, state) {
      const { T, H } = trace;
      const { axis, scales, head, reduced } = state;
      root.classList.toggle("is-narrow", state.narrow);
      const next = createGrid(axis, H, stripHeight(H));
      grid = next;
      const changed = strip.layers([trace, axis.column, scales.theme], axis.width, next.height, {
        full: (pen) => paintFull(pen, trace, next, scales),
        ghost: (pen) => paintGhost(pen, next, scales.ink.ghost),
      });
      if (changed) {
        writeMixed(count, t("hidden.units", { H }));
        strip.canvas.setAttribute("aria-label", t("hidden.summary", { H, T }));
        bar.update(scales, trace.activation, next.height);
      }
      const path = shownPath(state);
      const focus = path && { box: { x: axis.left(path.k), y: 0, w: (path.t - path.k + 1) * axis.column, h: next.height }, rest: DIM };
      strip.reveal(axis, (step) => [0, litUnits(head, step, H, reduced) * next.pitch], focus);
      frames.show(heatmapFrames(state.hover, next));
    },
    destroy() {
      stop();
      root.replaceChildren();
    },
  };
}
