import { fixed } from "../format.js";
import { GATES } from "../gated.js";
import { t } from "../i18n.js";
import { forwardProgress, FORWARD, stage } from "../playhead.js";
import { createBand, child } from "./band.js";
import { createFrames, createGrid, createStrip, faintness, fillCell, listen, litUnits, outlineCell, paintBitmap, shownPath } from "./cells.js";
import { heatmapFrames } from "./heatmap.js";
import { createValueBar, writeMixed } from "./legend.js";

/**
 * The gates over time, one strip each, open at 1 and closed at 0; and the LSTM's cell state, as the hidden state is shown.
 *
 * @typedef {import("../view.js").Trace} Trace
 * @typedef {import("../view.js").ViewState} ViewState
 * @typedef {import("./cells.js").Grid} Grid
 * @typedef {import("./cells.js").Pen} Pen
 * @typedef {import("../scales.js").Scales} Scales
 */

const GAP = 5;
const DIM = 0.35;

/** The gates that open and close, 0 to 1: not the candidate. @param {{ cellName: string }} trace */
export const openings = ({ cellName }) => (cellName === "rnn" ? [] : GATES[/** @type {"lstm"|"gru"} */ (cellName)].map(([name]) => name).filter((name) => name !== "candidate"));

/** Height of one gate's strip for H units. @param {number} H */
export const gateHeight = (H) => Math.min(34, Math.max(18, 3 * H));

/** The ink of a gate: paper when closed, ink when open. @param {Scales} scales @param {number} v */
export const gateColour = ({ ink }, v) => mix(ink.surface, ink.text, Math.min(1, Math.max(0, Number.isFinite(v) ? v : 1)));

/** @param {string} from @param {string} to @param {number} share */
function mix(from, to, share) {
  const at = (/** @type {string} */ colour, /** @type {number} */ i) => Number.parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16);
  const part = (/** @type {number} */ i) => Math.round(at(from, i) + (at(to, i) - at(from, i)) * share).toString(16).padStart(2, "0");
  return `#${part(0)}${part(1)}${part(2)}`;
}

/** @param {Pen} pen @param {Grid} grid @param {Float64Array[]} rows @param {(v: number) => string} colour @param {(v: number) => number} faint @param {Scales} scales */
function paintRows(pen, grid, rows, colour, faint, scales) {
  if (grid.tiny) return paintBitmap(pen, grid, (step, row) => (Number.isNaN(rows[step - 1][row - 1]) ? null : colour(rows[step - 1][row - 1])));
  rows.forEach((values, step) => values.forEach((v, i) => {
    if (!Number.isNaN(v)) fillCell(pen, grid.box(step + 1, i + 1), colour(v), faint(v), scales);
    else outlineCell(pen, grid.box(step + 1, i + 1), scales.ink.ghost);
  }));
}

/** @param {Pen} pen @param {Grid} grid @param {string} ink */
function paintGhost(pen, grid, ink) {
  const { T } = grid.axis;
  if (grid.tiny) return outlineCell(pen, grid.span(1, T, 1, grid.rows), ink);
  for (let step = 1; step <= T; step += 1) for (let row = 1; row <= grid.rows; row += 1) outlineCell(pen, grid.box(step, row), ink);
}

/** One strip with pointing and clicking. @param {HTMLElement} plot @param {import("../view.js").ViewOptions} options @param {string} of  the gate or state it shows */
function createRows(plot, options, of) {
  const box = child(plot, "div", "gate-strip");
  const strip = createStrip(box);
  const frames = createFrames(box);
  strip.canvas.setAttribute("role", "img");
  /** @type {Grid | null} */ let grid = null;
  const stop = listen(strip.canvas, {
    part: (x, y) => grid && { kind: "unit", t: grid.axis.stepAt(x), i: grid.rowAt(y) - 1, of },
    click: (x) => grid && options.onStep?.(grid.axis.stepAt(x)),
    hover: options.onHover,
  });
  return {
    box, stop,
    /** @param {Trace} trace @param {ViewState} state @param {Float64Array[]} rows @param {number} height @param {string} label @param {{ colour: (v: number) => string, faint: (v: number) => number, lit: (step: number) => number }} look */
    update(trace, state, rows, height, label, { colour, faint, lit }) {
      const { axis, scales } = state;
      const next = grid = createGrid(axis, trace.H, height);
      strip.layers([trace, rows, axis.column, scales.theme], axis.width, height, {
        full: (pen) => paintRows(pen, next, rows, colour, faint, scales), ghost: (pen) => paintGhost(pen, next, scales.ink.ghost),
      });
      strip.canvas.setAttribute("aria-label", label);
      const path = shownPath(state);
      const focus = path && { box: { x: axis.left(path.k), y: 0, w: (path.t - path.k + 1) * axis.column, h: height }, rest: DIM };
      strip.reveal(axis, (step) => [0, lit(step) * next.pitch], focus);
      frames.show(heatmapFrames(state.hover, next));
    },
  };
}

/** Units whose gates are computed: all pre-activations of a step meet, then its gates open. @param {ViewState} state @param {number} step @param {number} H */
function metUnits({ head, reduced }, step, H) {
  const progress = forwardProgress(head, step);
  return Math.floor(stage(reduced && progress > 0 ? 1 : progress, FORWARD.meet) * H + 1e-9);
}

/** @param {HTMLElement} root @param {import("../view.js").ViewOptions} [options] @returns {import("../view.js").View} */
export function gates(root, options = {}) {
  const band = createBand(root, { kind: "gates", title: t("gates.title") });
  const notes = child(band.name, "div", "gate-names");
  const scale = child(band.scale, "div", "gate-scale");
  for (const text of ["1", "0"]) child(scale, "span", "gate-end").textContent = text;
  /** @type {ReturnType<typeof createRows>[]} */ let strips = [];
  let shown = "";

  /** @param {string[]} names @param {number} height */
  function build(names, height) {
    for (const { stop, box } of strips) { stop(); box.remove(); }
    strips = names.map((name) => createRows(band.plot, options, name));
    notes.replaceChildren();
    for (const name of names) child(notes, "span", "gate-name").textContent = t(`gates.${name}`);
    root.style.setProperty("--gate", `${height}px`);
    root.style.setProperty("--gate-gap", `${GAP}px`);
  }
  return {
    update(trace, state) {
      const names = openings(trace);
      root.hidden = names.length === 0 || state.narrow;
      if (root.hidden || !trace.gates) return;
      const height = gateHeight(trace.H);
      const key = `${names} ${height}`;
      if (key !== shown) build(names, height);
      shown = key;
      const { scales } = state;
      scale.style.background = `linear-gradient(to top, ${gateColour(scales, 0)}, ${gateColour(scales, 1)})`;
      const rows = trace.gates;
      names.forEach((name, g) => strips[g].update(trace, state, rows[name], height, summary(trace, name), {
        colour: (v) => gateColour(scales, v), faint: faintness, lit: (step) => metUnits(state, step, trace.H),
      }));
    },
    destroy() {
      for (const { stop } of strips) stop();
      root.replaceChildren();
    },
  };
}

/** What a screen reader hears of a gate. @param {Trace} trace @param {string} name */
function summary({ gates: all, T, H }, name) {
  const rows = /** @type {Record<string, Float64Array[]>} */ (all)[name];
  const mean = rows.reduce((sum, row) => sum + row.reduce((part, v) => part + v, 0), 0) / (T * H);
  return t("gates.summary", { gate: t(`gates.${name}`), H, T, mean: fixed(mean) });
}

/** @param {HTMLElement} root @param {import("../view.js").ViewOptions} [options] @returns {import("../view.js").View} */
export function cellState(root, options = {}) {
  const band = createBand(root, { kind: "cell", title: t("cellState.title") });
  const count = child(band.name, "span", "band-note");
  const bar = createValueBar(band.scale, "standing");
  const rows = createRows(band.plot, options, "cell");
  return {
    update(trace, state) {
      root.hidden = !trace.cell || state.narrow;
      if (!trace.cell || state.narrow) return;
      const height = cellHeight(trace.H);
      const { scales, head, reduced } = state;
      writeMixed(count, "$\\mathit{cell}(t)$");
      bar.update(scales, "identity", height);
      rows.update(trace, state, trace.cell, height, t("cellState.summary", { H: trace.H, T: trace.T }), {
        colour: scales.value, faint: (v) => faintness(Math.abs(v)), lit: (step) => litUnits(head, step, trace.H, reduced),
      });
    },
    destroy() {
      rows.stop();
      root.replaceChildren();
    },
  };
}

/** Height of the cell state's strip: a little lower than the hidden state's. @param {number} H */
export const cellHeight = (H) => Math.min(16 * H, 80, Math.max(56, 48 + 2 * H));
