import { firstCrossing } from "../clipping.js";
import { plain, short } from "../format.js";
import { t } from "../i18n.js";
import { samePart } from "../parts.js";
import { backwardProgress } from "../playhead.js";
import { createBand, child } from "./band.js";
import { barRise, createFrames, createStrip, faintness, fillCell, hatch, infinity, listen, outlineCell, shownPath } from "./cells.js";
import { tickExponents, tickOfTen, writeMixed } from "./legend.js";

/**
 * The gradient that reaches each step, ‖∂L/∂h(t)‖, on the one log scale; along a path, that path's ‖∂L(t)/∂h(k)‖.
 *
 * @typedef {import("../view.js").Trace} Trace
 * @typedef {import("../view.js").ViewState} ViewState
 * @typedef {import("../view.js").Path} Path
 * @typedef {import("../view.js").Part} Part
 * @typedef {import("../view.js").Axis} Axis
 * @typedef {import("../view.js").Scales} Scales
 */

export const GRADIENT_HEIGHT = 52;
const STUB = 2;
const TICK_ROOM = 14;
const DIM = 0.35;

/** Norms the bars show, from step 1: of every step, or of the steps a path's row reaches. @param {Trace} trace @param {Path | null} path */
export const shownNorms = ({ dhNorm, credit }, path) => (path ? credit.dh[path.t - 1] : dhNorm);

/** Height of a finished bar: none at the floor but a stub, so that gone differs from not computed. @param {Scales} scales @param {number} norm */
export const barHeight = (scales, norm) => Math.max(STUB, scales.share(norm) * (GRADIENT_HEIGHT - 2));

/** @param {Axis} axis @param {number} step @param {number} height */
export function barBox(axis, step, height) {
  const w = Math.min(Math.max(axis.column * 0.37, 17), axis.column * 0.7);
  return { x: axis.center(step) - w / 2, y: GRADIENT_HEIGHT - height, w, h: height };
}

/** The bars at their full height. The pass meets the highest step first: that one shows ∞, those after it an outline.
 * @param {CanvasRenderingContext2D} pen @param {ArrayLike<number>} norms @param {Axis} axis @param {Scales} scales */
function paintBars(pen, norms, axis, scales) {
  const over = hatch(pen, scales);
  let overflown = false;
  for (let step = norms.length; step >= 1; step -= 1) {
    const norm = norms[step - 1];
    const box = barBox(axis, step, barHeight(scales, norm));
    if (Number.isNaN(norm) && overflown) {
      outlineCell(pen, box, scales.ink.ghost);
      continue;
    }
    fillCell(pen, box, scales.over(norm) ? over : scales.norm(norm), 0.4 + 0.6 * faintness(scales.share(norm)), scales);
    if (Number.isNaN(norm)) infinity(pen, box, scales);
    overflown ||= Number.isNaN(norm);
  }
}

/** Lines at powers of ten, some of them numbered. @param {HTMLElement} grid @param {HTMLElement} scale @param {[number, number]} range */
function drawScale(grid, scale, range) {
  const [low, high] = range;
  const y = (/** @type {number} */ n) => GRADIENT_HEIGHT - ((n - low) / (high - low)) * (GRADIENT_HEIGHT - 2);
  grid.replaceChildren();
  scale.replaceChildren();
  for (const n of tickExponents(range, GRADIENT_HEIGHT, 8)) {
    child(grid, "div", "gradient-line").style.top = `${Math.round(y(n)) - 1}px`;
  }
  for (const n of labelledExponents(range)) {
    const label = child(scale, "span", "gradient-tick");
    label.textContent = tickOfTen(n);
    label.style.top = `${y(n)}px`;
  }
}

/** Both ends of the scale, and 1 where there is room for it between them. @param {[number, number]} range */
export function labelledExponents([low, high]) {
  const room = (TICK_ROOM * (high - low)) / GRADIENT_HEIGHT;
  return low <= -room && high >= room ? [low, 0, high] : [low, high];
}

/** @param {number} norm */
const spoken = (norm) => (Number.isFinite(norm) ? short(norm) : t("gradient.overflow"));

/** What a screen reader hears of the strip. @param {Trace} trace @param {ViewState} state @param {Path | null} path */
function summary({ T, dhNorm, credit }, { head }, path) {
  if (path) {
    const row = credit.dh[path.t - 1];
    return t("gradient.summaryPath", { t: path.t, k: path.k, start: spoken(row[path.t - 1]), left: spoken(row[path.k - 1]) });
  }
  const done = head.pass === "path" || (head.pass === "backward" && head.at >= T);
  return done ? t("gradient.summary", { T, last: spoken(dhNorm[T - 1]), first: spoken(dhNorm[0]) }) : t("gradient.waiting", { T });
}

/** The clipping threshold as a line, and below the strip the first step on the way back that is above it. @param {HTMLElement} plot */
function createCrossing(plot) {
  const line = child(plot, "div", "crossing-line");
  const mark = child(plot, "div", "crossing-mark");
  const words = child(mark, "span");
  return {
    /** @param {Trace} trace @param {ViewState} state @param {Path | null} path */
    show(trace, { axis, head, scales, settings }, path) {
      const wanted = !path && head.pass !== "forward" && (trace.clip !== null || settings.lab === "clip");
      const crossing = wanted ? firstCrossing(trace, 10 ** scales.range[1]) : null;
      const within = trace.clip && !scales.over(trace.clip.threshold) && !scales.gone(trace.clip.threshold);
      line.hidden = !wanted || !within;
      if (trace.clip) line.style.top = `${GRADIENT_HEIGHT - scales.share(trace.clip.threshold) * (GRADIENT_HEIGHT - 2)}px`;
      mark.hidden = !crossing || backwardProgress(head, crossing.step, trace.T) < 1;
      if (!crossing || mark.hidden) return;
      mark.style.left = `${axis.center(crossing.step)}px`;
      mark.classList.toggle("to-left", axis.center(crossing.step) > axis.width - 150);
      const text = t(crossing.clipped ? "gradient.first" : "gradient.firstOver", { step: crossing.step, limit: plain(crossing.limit) });
      if (words.textContent !== text) words.textContent = text;
    },
  };
}

/** @param {HTMLElement} root @param {import("../view.js").ViewOptions} [options] @returns {import("../view.js").View} */
export function gradient(root, options = {}) {
  const band = createBand(root, { kind: "gradient", title: t("gradient.title") });
  const title = /** @type {HTMLElement} */ (band.name.firstElementChild);
  const formula = child(band.name, "span", "band-formula");
  child(band.name, "span", "band-note").textContent = t("gradient.log");
  const lines = child(band.plot, "div", "gradient-lines");
  const strip = createStrip(band.plot);
  const frames = createFrames(band.plot);
  const crossing = createCrossing(band.plot);
  strip.canvas.setAttribute("role", "img");
  /** @type {{ axis: Axis, path: Path | null } | null} */
  let shown = null;
  let range = "";

  /** @param {number} x @returns {Part | null} */
  const partAt = (x) => {
    if (!shown) return null;
    const step = shown.axis.stepAt(x);
    return shown.path && step <= shown.path.t ? { kind: "credit", t: shown.path.t, k: step } : { kind: "h", t: step };
  };
  const stop = listen(strip.canvas, {
    part: partAt,
    click: (x) => shown && options.onStep?.(shown.axis.stepAt(x)),
    hover: options.onHover,
  });

  /** @param {ViewState} state @param {Path | null} path */
  const framesOf = ({ hover, axis }, path) => {
    const lit = (/** @type {number} */ step) => samePart(hover, { kind: "h", t: step }) || samePart(hover, { kind: "step", t: step })
      || (path ? samePart(hover, { kind: "credit", t: path.t, k: step }) : false);
    const steps = hover && (hover.t !== undefined || hover.k !== undefined) ? Array.from({ length: axis.T }, (_, i) => i + 1).filter(lit) : [];
    return steps.map((step) => ({ kind: /** @type {const} */ ("cell"), box: barBox(axis, step, GRADIENT_HEIGHT) }));
  };

  return {
    update(trace, state) {
      const { axis, scales, head, reduced } = state;
      const path = shownPath(state);
      shown = { axis, path };
      root.classList.toggle("is-narrow", state.narrow);
      if (String(scales.range) !== range) drawScale(lines, band.scale, scales.range);
      range = String(scales.range);
      const norms = shownNorms(trace, path);
      strip.layers([trace, axis.column, scales.theme, range, path?.t], axis.width, GRADIENT_HEIGHT, {
        full: (pen) => paintBars(pen, norms, axis, scales), ghost: () => {},
      });
      const focus = path && { box: { x: axis.left(path.k), y: 0, w: axis.width, h: GRADIENT_HEIGHT }, rest: DIM };
      strip.reveal(axis, (step) => {
        const height = step <= norms.length ? barHeight(scales, norms[step - 1]) * barRise(head, step, trace.T, path, reduced) : 0;
        return height ? [GRADIENT_HEIGHT - height, GRADIENT_HEIGHT] : [0, 0];
      }, focus);
      title.textContent = t(path ? "gradient.path" : "gradient.title");
      writeMixed(formula, path ? `$\\norm{\\d L(${path.t})/\\d h(k)}$` : "$\\norm{\\d L/\\d h(t)}$");
      strip.canvas.setAttribute("aria-label", summary(trace, state, path));
      frames.show(framesOf(state, path));
      crossing.show(trace, state, path);
    },
    destroy() {
      stop();
      root.replaceChildren();
    },
  };
}
