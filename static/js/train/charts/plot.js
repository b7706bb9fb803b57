import { draw } from "../../compare/series.js";
import { short } from "../../format.js";
import { child, prepare } from "../../views/band.js";
import { marginsOf, stepAtX, stepTicks, xOfStep } from "./extent.js";
import { yOfValue } from "./lines.js";

/**
 * The frame that the charts share: a head with a title and what stands at the cursor, a canvas for lines, SVG for words and
 * numbers, and the cursor. Pointing shows a step, pressing keeps it.
 *
 * @typedef {import("../view.js").Training} Training
 * @typedef {import("../view.js").TrainState} TrainState
 * @typedef {import("../view.js").TrainViewOptions} TrainViewOptions
 * @typedef {import("./extent.js").Frame} Frame
 * @typedef {import("./ranges.js").Range} Range
 */

const TOP = { wide: 18, narrow: 14 };

/** @param {HTMLElement} root @param {{ kind: string, title: string }} text @param {TrainViewOptions} options */
export function createPlot(root, { kind, title }, options) {
  root.classList.add("train-chart", `train-chart-${kind}`);
  const head = child(root, "div", "train-chart-head");
  child(head, "h2").textContent = title;
  const area = child(root, "div", "train-plot");
  const canvas = /** @type {HTMLCanvasElement} */ (child(area, "canvas"));
  canvas.setAttribute("role", "img");
  const svg = draw(area, "svg", { class: "train-marks", "aria-hidden": "true" });
  const [axes, marks] = [draw(svg, "g"), draw(svg, "g")];
  const cursor = child(area, "div", "train-cursor");
  const empty = child(area, "p", "train-empty");
  [cursor.hidden, empty.hidden] = [true, true];
  /** @type {{ frame: Frame, last: number } | null} */
  let shown = null;
  const listening = pointAt(area, (x) => shown && stepAtX(shown.frame, x, shown.last), options);
  return {
    head, area, canvas, axes, marks, empty,
    /** The plot's frame now; null while it has no room. @param {TrainState} state @param {number} end @param {{ bottom: number }} room @returns {Frame | null} */
    frame(state, end, { bottom }) {
      const { width, height } = area.getBoundingClientRect();
      const { left, right } = marginsOf(state, width);
      if (width <= left + right || height <= 0) return null;
      return { left, right: width - right, top: state.narrow ? TOP.narrow : TOP.wide, bottom: height - bottom, width, height, end };
    },
    /** The cleared canvas. @param {Frame} frame */
    pen({ width, height }) {
      for (const [name, value] of Object.entries({ width, height })) svg.setAttribute(name, String(value));
      return prepare(canvas, width, height);
    },
    /** @param {Frame} frame @param {Training} training @param {TrainState} state */
    point(frame, training, state) {
      shown = { frame, last: training.step };
      placeCursor(cursor, frame, state.cursor === null ? null : Math.min(state.cursor, shown.last));
    },
    destroy() {
      listening.abort();
      root.replaceChildren();
    },
  };
}

/** What lines and words depend on, but for the cursor: pointing alone draws nothing anew. @param {Training} training @param {TrainState} state @param {Frame} frame @param {Range} range */
const stampOf = ({ runs, changes, baseline, steps }, { names, theme, scales, narrow, settings }, frame, range) => [
  ...Object.values(frame), ...Object.values(range), ...names, theme, scales, narrow, settings, changes.length, baseline, steps, window.devicePixelRatio,
  ...runs.flatMap((run) => [run, run.loss.length, run.diverged]),
];

/** Has anything of it changed since it was last asked? */
export function createStamp() {
  /** @type {unknown[]} */
  let before = [];
  return (/** @type {Training} */ training, /** @type {TrainState} */ state, /** @type {Frame} */ frame, /** @type {Range} */ range) => {
    const now = stampOf(training, state, frame, range);
    const same = now.length === before.length && now.every((value, i) => value === before[i]);
    before = now;
    return !same;
  };
}

/** @param {HTMLElement} cursor @param {Frame} frame @param {number | null} step */
export function placeCursor(cursor, frame, step) {
  const hidden = step === null;
  if (cursor.hidden !== hidden) cursor.hidden = hidden;
  if (step === null) return;
  cursor.style.transform = `translateX(${Math.round(xOfStep(frame, step)) - 0.5}px)`;
  cursor.style.top = `${frame.top - 8}px`;
  cursor.style.height = `${frame.bottom - frame.top + 8}px`;
}

/** @param {HTMLElement} area @param {(x: number) => number | null} stepAt @param {TrainViewOptions} options */
export function pointAt(area, stepAt, { onHover, onCursor }) {
  const listening = new AbortController();
  const { signal } = listening;
  const under = (/** @type {PointerEvent | MouseEvent} */ event) => stepAt(event.clientX - area.getBoundingClientRect().left);
  area.addEventListener("pointermove", (event) => {
    const step = under(event);
    if (step === null) return;
    if (area.hasPointerCapture(event.pointerId)) onCursor?.(step);
    else onHover?.(step);
  }, { signal });
  area.addEventListener("pointerdown", (event) => {
    const step = under(event);
    if (step === null || event.button !== 0 || (event.target instanceof Element && event.target.closest("button, input"))) return;
    area.setPointerCapture(event.pointerId);
    onCursor?.(step);
  }, { signal });
  area.addEventListener("pointerleave", () => onHover?.(null), { signal });
  return listening;
}

/** A value on an axis: 1, 0.05, 10⁻⁴. @param {number} v @param {boolean} log */
export function tickText(v, log) {
  const exponent = Math.log10(v);
  if (log && Math.abs(exponent - Math.round(exponent)) < 1e-9 && Math.abs(exponent) > 2) return `10${raisedText(Math.round(exponent))}`;
  return v === 0 ? "0" : short(Number(v.toPrecision(6)), 6).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "").replace(/\.0×/, "×");
}

/** @param {number} n */
const raisedText = (n) => [...String(n)].map((c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]).join("");

/** Lines and numbers of both axes. @param {SVGElement} root @param {{ frame: Frame, range: Range }} plane @param {{ values: number[], end: number, steps: boolean }} ticks  end: where the axis of steps is going; steps: it has its numbers here */
export function drawAxes(root, plane, { values, end, steps }) {
  const { frame, range } = plane;
  const { left, right, top, bottom } = frame;
  root.replaceChildren();
  for (const v of values) {
    const y = Math.round(yOfValue(plane, v)) + 0.5;
    if (y < top - 2 || y > bottom + 2) continue;
    draw(root, "path", { class: "grid", d: `M${left} ${y}H${right}` });
    draw(root, "text", { class: "tick end", x: left - 8, y }).textContent = tickText(v, range.log);
  }
  for (const step of stepTicks(end, right - left)) {
    const x = Math.round(xOfStep(frame, step)) + 0.5;
    if (x > right + 2) continue;
    draw(root, "path", { class: "axis", d: `M${x} ${bottom}v4` });
    if (steps) draw(root, "text", { class: "tick middle", x, y: bottom + 15 }).textContent = stepText(step);
  }
}

/** A step's number, as long numbers are written: 12 000. @param {number} step */
export const stepText = (step) => String(Math.round(step)).replace(/\B(?=(\d{3})+$)/g, "\u202f");

/** Sentences in a row: a full-width stop needs no space after it. @param {string[]} parts */
export const sentences = (parts) => parts.reduce((all, part) => `${all}${!all || /[。；]$/.test(all) ? "" : " "}${part}`, "");
