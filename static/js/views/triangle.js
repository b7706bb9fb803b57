import { percent, short } from "../format.js";
import { t } from "../i18n.js";
import { hasLoss, reaches } from "../trace.js";
import { child, createBand } from "./band.js";
import { createFrames, createGrid, createStrip, faintness, fillCell, filledCells, hatch, infinity, listen, outlineCell, paintBitmap, shownPath, triangleHeight } from "./cells.js";
import { createLegend, createValueBar, writeMixed } from "./legend.js";
import { createRowNames } from "./rownames.js";

/**
 * The credit triangle: row t is the loss at step t, column k the state that its gradient reaches, ‖∂L(t)/∂h(k)‖.
 *
 * @typedef {import("../view.js").Trace} Trace
 * @typedef {import("../view.js").ViewState} ViewState
 * @typedef {import("../view.js").Path} Path
 * @typedef {import("../view.js").Part} Part
 * @typedef {import("../view.js").Axis} Axis
 * @typedef {import("../view.js").Scales} Scales
 * @typedef {import("./cells.js").Grid} Grid
 * @typedef {import("./cells.js").Frame} Frame
 * @typedef {CanvasRenderingContext2D} Pen
 */

const DIM = 0.78;
const LEGEND = { least: 160, most: 315, rise: 8, height: 62, gap: 30 };

/* ---- geometry ---- */

/** Where the half above the diagonal is free down to `below`: its left edge, and how far it goes on the screen. A short
 * sequence leaves too little: then the place right of the plot counts too.
 * @param {Grid} grid @param {number} below @param {number} visible  pixels of plot and what lies right of it on the screen */
export function freeHalf({ axis, pitch }, below, visible) {
  const left = Math.min(axis.T, Math.max(0, Math.ceil(below / pitch))) * axis.column + LEGEND.gap;
  const within = axis.whole ? axis.width - 6 : Math.min(axis.width, visible - 12) - 6;
  const right = within - left >= LEGEND.least ? within : Math.min(visible - LEGEND.gap, left + LEGEND.most);
  return { left, width: Math.max(LEGEND.least, right - left) };
}

/** Frames of what is pointed at, and of the selected path. @param {Part | null} hover @param {Path | null} path @param {Grid} grid @returns {Frame[]} */
export function triangleFrames(hover, path, grid) {
  const T = grid.rows;
  /** @param {number} row @param {Frame["kind"]} kind @returns {Frame} */
  const rowFrame = (row, kind) => ({ kind, box: grid.span(1, row, row, row) });
  /** @param {number} k @param {Frame["kind"]} kind @returns {Frame} */
  const columnFrame = (k, kind) => ({ kind, box: grid.span(k, k, k, T) });
  /** @type {Frame[]} */
  const frames = path ? [rowFrame(path.t, "row"), { kind: "cell", box: grid.box(path.k, path.t) }] : [];
  if (!hover) return frames;
  const { kind, t: row, k } = hover;
  if (kind === "L" && row) frames.push(rowFrame(row, "cell"));
  if ((kind === "h" || kind === "step") && row) frames.push(columnFrame(row, "cell"));
  if (kind !== "credit") return frames;
  if (row) frames.push(rowFrame(row, k ? "row" : "cell"));
  if (k) frames.push(columnFrame(k, row ? "column" : "cell"));
  if (row && k && k <= row) frames.push({ kind: "cell", box: grid.box(k, row) });
  return frames;
}

/** The cell that a key leads to, within the triangle; null for other keys. @param {string} key @param {Path} at @param {number} T @returns {Path | null} */
export function cellAfter(key, { t: row, k }, T) {
  const moves = /** @type {Record<string, Path>} */ ({
    ArrowLeft: { t: row, k: k - 1 }, ArrowRight: { t: row, k: k + 1 }, ArrowUp: { t: row - 1, k }, ArrowDown: { t: row + 1, k },
    Home: { t: row, k: 1 }, End: { t: row, k: row },
  });
  const next = moves[key];
  if (!next) return null;
  const clamped = Math.min(T, Math.max(1, next.t));
  return { t: clamped, k: Math.min(clamped, Math.max(1, next.k)) };
}

/** Has the playhead computed this cell? @param {ViewState} state @param {number} T @param {Path} cell */
export const isFilled = ({ head, reduced }, T, { t: row, k }) => row - k < filledCells(head, k, T, reduced);

/** What a screen reader hears of one cell. @param {Trace} trace @param {ViewState} state @param {Path} cell */
export function cellSpeech(trace, state, cell) {
  const { t: row, k } = cell;
  if (!hasLoss(trace, row)) return t("triangle.noLoss", { t: row, k });
  if (!reaches(trace, row, k)) return t("triangle.cut", { t: row, k });
  if (!isFilled(state, trace.T, cell)) return t("triangle.pending", { t: row, k });
  const [norm, start] = [trace.credit.dh[row - 1][k - 1], trace.credit.dh[row - 1][row - 1]];
  if (!Number.isFinite(norm)) return t("triangle.overflow", { t: row, k });
  const numbers = { t: row, k, norm: short(norm), start: short(start) };
  if (norm > start) return t("triangle.cellGrown", { ...numbers, times: short(norm / start) });
  return t("triangle.cell", { ...numbers, share: percent(norm / start) });
}

/* ---- painting ---- */

/** The staircase around rows `first`..T of columns 1..row−`back`. @param {Pen} pen @param {Grid} grid @param {number} back */
function staircase(pen, { axis, rows, pitch }, back) {
  pen.beginPath();
  pen.moveTo(0.5, back * pitch + 0.5);
  for (let row = back + 1; row <= rows; row += 1) {
    const x = axis.left(row - back + 1) - 0.5;
    pen.lineTo(x, (row - 1) * pitch + 0.5);
    pen.lineTo(x, row * pitch - (row === rows ? 0.5 : 0));
  }
  pen.lineTo(0.5, rows * pitch - 0.5);
  pen.closePath();
}

/** One line around the whole, for cells too small to have their own; dotted where a window has cut. @param {Pen} pen @param {Trace} trace @param {Grid} grid @param {string} colour @param {string} ghost */
function outlineWhole(pen, { truncate, T }, grid, colour, ghost) {
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  staircase(pen, grid, 0);
  pen.stroke();
  if (truncate === null || truncate >= T) return;
  pen.save();
  staircase(pen, grid, truncate);
  pen.clip();
  pen.clearRect(0, 0, grid.axis.width, grid.height);
  pen.restore();
  pen.setLineDash([1.5, 2.5]);
  pen.strokeStyle = ghost;
  staircase(pen, grid, truncate);
  pen.stroke();
  pen.setLineDash([]);
}

/** @param {Trace} trace @param {(row: number, k: number) => void} visit */
function eachCell({ T }, visit) {
  for (let row = 1; row <= T; row += 1) {
    for (let k = row; k >= 1; k -= 1) visit(row, k);
  }
}

/** Highest k of a row whose norm is not a number: the first such step on the way back; 0 where all are. @param {Float64Array} row */
export const firstOverflow = (row) => row.findLastIndex(Number.isNaN) + 1;

/** The hatch over all cells of a kind, a row's neighbours as one piece. @param {Pen} pen @param {Trace} trace @param {Grid} grid @param {CanvasPattern} fill @param {(row: number, k: number) => boolean} wanted */
function hatchRuns(pen, { T }, grid, fill, wanted) {
  pen.beginPath();
  for (let row = 1; row <= T; row += 1) {
    let start = 0;
    for (let k = 1; k <= row + 1; k += 1) {
      const on = k <= row && wanted(row, k);
      if (on && !start) start = k;
      if (on || !start) continue;
      const { x, y, w, h } = grid.span(start, k - 1, row, row);
      pen.rect(x, y, w, h);
      start = 0;
    }
  }
  pen.fillStyle = fill;
  pen.fill();
}

/** @param {Pen} pen @param {Trace} trace @param {Grid} grid @param {Scales} scales */
function paintFull(pen, trace, grid, scales) {
  const { dh } = trace.credit;
  const over = hatch(pen, scales);
  const first = dh.map(firstOverflow);
  const known = (/** @type {number} */ row, /** @type {number} */ k) =>
    reaches(trace, row, k) && hasLoss(trace, row) && k >= first[row - 1];
  if (grid.tiny) {
    paintBitmap(pen, grid, (k, row) => (k <= row && known(row, k) ? scales.norm(dh[row - 1][k - 1]) : null));
    hatchRuns(pen, trace, grid, over, (row, k) => known(row, k) && scales.over(dh[row - 1][k - 1]));
    outlineWhole(pen, trace, grid, scales.ink.edge, scales.ink.edge);
  } else {
    eachCell(trace, (row, k) => {
      const norm = dh[row - 1][k - 1];
      if (!known(row, k)) ghostCell(pen, trace, grid, scales, row, k);
      else if (scales.over(norm)) fillCell(pen, grid.box(k, row), over, 0, scales);
      else fillCell(pen, grid.box(k, row), scales.norm(norm), faintness(scales.share(norm)), scales);
    });
  }
  const row = first.findIndex((k) => k > 0) + 1;
  if (row) infinity(pen, grid.box(first[row - 1], row), scales);
}

/** @param {Pen} pen @param {Trace} trace @param {Grid} grid @param {Scales} scales @param {number} row @param {number} k */
function ghostCell(pen, trace, grid, { ink }, row, k) {
  const cut = !reaches(trace, row, k);
  outlineCell(pen, grid.box(k, row), cut ? ink.edge : ink.ghost, { dotted: cut });
}

/** @param {Pen} pen @param {Trace} trace @param {Grid} grid @param {Scales} scales */
function paintGhost(pen, trace, grid, scales) {
  if (grid.tiny) return outlineWhole(pen, trace, grid, scales.ink.ghost, scales.ink.edge);
  eachCell(trace, (row, k) => ghostCell(pen, trace, grid, scales, row, k));
}

/** Is any norm that this scale colours above it? @param {Trace} trace @param {Scales} scales */
const anyOver = ({ credit, dhNorm }, scales) => dhNorm.some(scales.over) || credit.dh.some((row) => row.some(scales.over));

/* ---- the free half ---- */

/** What stands in the free half: the legend, or before the backward pass a sentence saying what will fill it. @param {HTMLElement} plot */
function createFreeHalf(plot) {
  const root = child(plot, "div", "triangle-free");
  const empty = child(root, "div", "triangle-empty");
  child(empty, "strong").textContent = t("triangle.emptyTitle");
  child(empty, "span").textContent = t("triangle.emptyText");
  const legend = createLegend(root);
  let drawn = "";
  /** @type {{ trace: Trace | null, range: string, any: boolean }} */
  let over = { trace: null, range: "", any: false };
  return {
    /** @param {Trace} trace @param {ViewState} state @param {Grid} grid @param {number} visible */
    update(trace, { head, scales, axis, narrow }, grid, visible) {
      const range = String(scales.range);
      if (over.trace !== trace || over.range !== range) over = { trace, range, any: anyOver(trace, scales) };
      const waiting = head.pass === "forward";
      const wanted = [waiting, scales.theme, scales.range, axis.column, axis.T, grid.height, visible, narrow, window.devicePixelRatio].join();
      empty.hidden = !waiting;
      legend.root.hidden = waiting;
      const rise = narrow ? 0 : LEGEND.rise;
      const top = !waiting || grid.pitch < 8 || narrow ? -rise : 22;
      const place = freeHalf(grid, top + (waiting ? 56 : narrow ? 56 : LEGEND.height), visible);
      if (wanted !== drawn) {
        root.style.left = `${place.left}px`;  // not a transform: what is sticky inside would not know of it
        root.style.top = `${top}px`;
        root.style.width = `${Math.max(place.width, axis.whole ? 0 : axis.width - place.left)}px`;
        empty.style.maxWidth = `${Math.min(230, place.width)}px`;
        root.classList.toggle("is-scrolling", !axis.whole);
        drawn = wanted;
      }
      if (!waiting) legend.update(scales, { width: Math.min(LEGEND.most, place.width), most: narrow ? 15 : 32, over: over.any });
    },
  };
}

/* ---- the view ---- */

/** @param {HTMLElement} root @param {import("../view.js").ViewOptions} [options] @returns {import("../view.js").View} */
export function triangle(root, options = {}) {
  const band = createBand(root, { kind: "triangle", title: t("triangle.title") });
  for (const key of ["triangle.row", "triangle.column"]) writeMixed(child(band.name, "span", "band-note"), t(key));
  const names = createRowNames(root, band.name);
  const strip = createStrip(band.plot);
  strip.canvas.setAttribute("role", "img");
  const frames = createFrames(band.plot);
  const free = createFreeHalf(band.plot);
  const values = createValueBar(root, "lying");
  const keys = createKeys(band.plot, options);
  /** @type {Grid | null} */
  let grid = null;
  /** @type {{ trace: Trace, state: ViewState } | null} */
  let latest = null;
  let visible = 0;

  /** @param {number} x @param {number} y @returns {(Path & { kind: "credit" }) | null} */
  const cellAt = (x, y) => {
    if (!grid) return null;
    const [row, k] = [grid.rowAt(y), grid.axis.stepAt(x)];
    return k <= row ? { kind: "credit", t: row, k } : null;
  };
  const stop = listen(strip.canvas, {
    part: cellAt,
    click: (x, y) => {
      const cell = cellAt(x, y);
      if (cell && latest && selectable(latest.trace, latest.state, cell)) options.onPath?.({ t: cell.t, k: cell.k });
    },
    hover: options.onHover,
  });

  return {
    update(trace, state) {
      const { axis, scales, head, hover, narrow, reduced, room } = state;
      const path = shownPath(state);
      const next = createGrid(axis, trace.T, triangleHeight(trace.T, narrow, room, axis.whole));
      [grid, latest] = [next, { trace, state }];
      root.classList.toggle("is-narrow", narrow);
      const changed = strip.layers([trace, axis.column, next.height, scales.theme, String(scales.range)], axis.width, next.height, {
        full: (pen) => paintFull(pen, trace, next, scales),
        ghost: (pen) => paintGhost(pen, trace, next, scales),
      });
      if (changed) {
        visible = (root.parentElement ?? root).clientWidth - axis.gutter;
        strip.canvas.setAttribute("aria-label", t("triangle.summary", { T: trace.T }));
        values.update(scales, trace.activation);
      }
      const focus = path && { box: { x: 0, y: (path.t - 1) * next.pitch, w: axis.width, h: next.pitch }, rest: DIM };
      strip.reveal(axis, (k) => {
        const filled = filledCells(head, k, trace.T, reduced);
        return [0, filled ? (k - 1 + filled) * next.pitch : 0];
      }, focus);
      frames.show(triangleFrames(hover, path, next));
      free.update(trace, state, next, visible);
      names.update(next, path?.t ?? null, hover?.kind === "credit" || hover?.kind === "L" ? hover.t ?? null : null, narrow);
      keys.update(trace, state);
    },
    destroy() {
      stop();
      keys.destroy();
      root.replaceChildren();
    },
  };
}

/** Can a path be selected here? Only where a loss has sent a gradient, and the pass has computed it. @param {Trace} trace @param {ViewState} state @param {Path} cell */
export const selectable = (trace, state, cell) => hasLoss(trace, cell.t) && reaches(trace, cell.t, cell.k) && isFilled(state, trace.T, cell);

/**
 * The triangle by keyboard: arrows move the active cell, Enter selects its path, Escape clears it; each cell is spoken.
 * @param {HTMLElement} plot @param {import("../view.js").ViewOptions} options
 */
function createKeys(plot, options) {
  const listening = new AbortController();
  const { signal } = listening;
  plot.tabIndex = 0;
  plot.setAttribute("role", "group");
  plot.setAttribute("aria-label", t("triangle.keys"));
  const speech = child(plot, "div", "strip-speech");
  speech.setAttribute("aria-live", "polite");
  /** @type {{ trace: Trace, state: ViewState } | null} */
  let latest = null;
  /** @type {Path | null} */
  let active = null;

  const point = (/** @type {Path} */ cell) => {
    active = cell;
    options.onHover?.({ kind: "credit", t: cell.t, k: cell.k });
    if (latest) speech.textContent = cellSpeech(latest.trace, latest.state, cell);
  };
  /** The cell to start from: the one before, the selected one, or the last loss at the cursor. */
  const start = () => {
    if (!latest) return null;
    const { trace: { T }, state } = latest;
    const cell = active ?? state.path ?? { t: T, k: state.step };
    return { t: Math.min(T, cell.t), k: Math.min(T, cell.t, cell.k) };
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const at = start();
    if (!at || !latest || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = cellAfter(event.key, at, latest.trace.T);
    if (next) point(next);
    else if (event.key === "Enter" && selectable(latest.trace, latest.state, at)) options.onPath?.(at);
    else if (event.key === "Escape") options.onPath?.(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  plot.addEventListener("keydown", onKey, { signal });
  plot.addEventListener("focus", () => {
    const at = start();
    if (at && plot.matches(":focus-visible")) point(at);
  }, { signal });
  plot.addEventListener("blur", () => {
    active = null;
    options.onHover?.(null);
  }, { signal });
  plot.addEventListener("mousedown", (event) => {  // a click selects; the keys stay with the player
    event.preventDefault();
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  }, { signal });
  return {
    /** @param {Trace} trace @param {ViewState} state */
    update: (trace, state) => { latest = { trace, state }; },
    destroy: () => listening.abort(),
  };
}
