import { createFrame } from "../../frame.js";
import { percent, plain } from "../../format.js";
import { t } from "../../i18n.js";
import { child } from "../../views/band.js";
import { writeMixed } from "../../views/legend.js";
import { valueAt } from "../history.js";
import { clipAt, clipPieces, clippedShare } from "./clips.js";
import { createGlide, extentOf, lastStep } from "./extent.js";
import { inside, paintExcess, paintLine, paintTicks } from "./lines.js";
import { shownStep } from "./loss.js";
import { drawChanges, drawDivergence, drawHeads, drawLevel, drawPeak, number } from "./marks.js";
import { createPlot, createStamp, drawAxes, sentences, stepText } from "./plot.js";
import { normRange, valueTicks } from "./ranges.js";
import { createReadout } from "./readout.js";
import { lineOf } from "./series.js";

/**
 * The gradient's norm before clipping, of all runs; the thresholds are lines, and what is above them was cut off.
 *
 * @typedef {import("../view.js").Training} Training
 * @typedef {import("../view.js").TrainState} TrainState
 * @typedef {import("./clips.js").Piece} Piece
 */

const BOTTOM = 24;
const TICKS = { height: 5, gap: 2 };

/** @param {HTMLElement} root @param {import("../view.js").TrainViewOptions} [options] @returns {import("../view.js").TrainView} */
export function gradientChart(root, options = {}) {
  const plot = createPlot(root, { kind: "gradient", title: t("train.draw.norm.title") }, options);
  writeMixed(child(plot.head, "span", "train-formula"), "$\\norm{\\nabla L}$");
  const readout = createReadout(plot.head);
  const how = child(root, "p", "train-chart-note");
  const [across, up, changed] = [createGlide(), createGlide(), createStamp()];
  /** @type {{ training: Training, state: TrainState } | null} */
  let latest = null;
  /** @type {{ training: Training, last: number, range: import("./ranges.js").Range } | null} */
  let kept = null;
  const frames = createFrame(() => paint());

  /** @returns {boolean} is anything still moving? */
  function paint() {
    if (!latest) return false;
    const { training, state } = latest;
    const [last, end, time] = [lastStep(training), extentOf(training), performance.now()];
    const wide = across.at([end], training, state.reduced, time);
    const pieces = training.runs.map((run, i) => clipPieces(state.settings, training, i, Math.max(end, run.loss.length)));
    const lanes = pieces.map((list, i) => ({ i, on: list.length > 0 })).filter(({ on }) => on);
    const whole = plot.frame(state, wide.values[0], { bottom: BOTTOM });
    if (!whole) return false;
    const frame = { ...whole, bottom: whole.bottom - lanes.length * (TICKS.height + TICKS.gap) };
    const lines = training.runs.map((run) => lineOf(run, "gradientNorm"));
    const thresholds = pieces.flat().filter(({ by }) => by === "norm").map(({ at }) => at);
    const target = normRange(lines, thresholds, kept?.training === training && kept.last <= last ? kept.range : null);
    kept = last ? { training, last, range: target } : null;
    const high = up.at([target.low, target.high], last ? "" : "new", state.reduced, time);
    const plane = { frame, range: { log: true, low: high.values[0], high: high.values[1] }, ground: state.scales.ink.surface };
    plot.point({ ...frame, bottom: whole.bottom }, training, state);
    if (!changed(training, state, frame, plane.range)) return wide.moving || high.moving;
    drawAxes(plot.axes, plane, { values: last ? valueTicks(target, frame.bottom - frame.top) : [], end, steps: true });
    lowerSteps(plot.axes, whole.bottom - frame.bottom);
    const pen = plot.pen(whole);
    inside(pen, frame, () => paintRuns(pen, plane, lines, pieces, state));
    lanes.forEach(({ i }, row) => {
      const y = frame.bottom + TICKS.gap + row * (TICKS.height + TICKS.gap);
      paintTicks(pen, frame, training.runs[i].clipped, { y, height: TICKS.height, colour: state.series[i].colour });
    });
    plot.marks.replaceChildren();
    drawWords(plot.marks, plane, lines, pieces, training, state);
    return wide.moving || high.moving;
  }

  return {
    update(training, state) {
      latest = { training, state };
      root.classList.toggle("is-stale", state.stale);
      const step = shownStep(training, state);
      plot.empty.hidden = lastStep(training) > 0;
      plot.empty.textContent = t("train.draw.norm.empty");
      readout.update(state, step, training.runs.map((_, i) => saidOf(training, state, i, step)));
      how.textContent = note(training, state);
      plot.canvas.setAttribute("aria-label", summary(training, state));
      if (paint()) frames.request();
    },
    destroy: plot.destroy,
  };
}

/** The numbers of the steps stand below the ticks of clipping. @param {SVGElement} axes @param {number} by */
function lowerSteps(axes, by) {
  for (const element of axes.querySelectorAll(".axis, .middle")) element.setAttribute("transform", `translate(0 ${by})`);
}

/** @param {CanvasRenderingContext2D} pen @param {import("./lines.js").Plane} plane @param {import("./series.js").Line[]} lines @param {Piece[][]} pieces @param {TrainState} state */
function paintRuns(pen, plane, lines, pieces, { series }) {
  lines.forEach(({ fine, length }, i) => {
    for (const piece of pieces[i]) if (piece.by === "norm" && length) paintExcess(pen, plane, fine, length, { ...piece, to: Math.min(piece.to, length) }, series[i].colour);
  });
  lines.forEach((line, i) => line.length && paintLine(pen, plane, { ...line, ...series[i] }));
}

/** @param {SVGElement} root @param {import("./lines.js").Plane} plane @param {import("./series.js").Line[]} lines @param {Piece[][]} pieces @param {Training} training @param {TrainState} state */
function drawWords(root, plane, lines, pieces, training, state) {
  /** @type {Map<string, number[]>} */
  const levels = new Map();
  pieces.forEach((list, i) => list.filter(({ by }) => by === "norm").forEach(({ from, to, at }) => {
    const key = `${from} ${to} ${at}`;
    levels.set(key, [...(levels.get(key) ?? []), i]);
  }));
  drawChanges(root, plane, training.changes, state);
  const heads = drawHeads(root, plane, lines, state);
  for (const [key, runs] of levels) {
    const [from, to, at] = key.split(" ").map(Number);
    const words = from === 1 || !state.narrow ? t("train.draw.norm.threshold", { at: plain(at) }) : "";
    drawLevel(root, plane, lines, at, { from: from - 1, to, words, className: "threshold", taken: heads, colour: runs.length === 1 ? state.series[runs[0]].colour : undefined });
  }
  const taken = training.runs.filter(({ diverged }) => diverged).flatMap((run, row) => {
    const i = training.runs.indexOf(run);
    return drawDivergence(root, plane, { run, name: state.names[i], colour: state.series[i].colour, value: valueAt(run.gradientNorm, (run.diverged?.step ?? 1) - 1), row, narrow: state.narrow });
  });
  const peak = highestNorm(training);
  if (peak) drawPeak(root, plane, { ...peak, colour: state.series[peak.run].colour, words: peakWords(training, state, peak) }, taken);
}

const START = 10; // steps in which every gradient is large
const STANDS_OUT = 10;

/** The largest gradient of all, where it stands out: at least 10 times its run's typical one, and not at the very start. @param {Training} training @returns {{ run: number, step: number, value: number } | null} */
export function highestNorm({ runs }) {
  /** @type {{ run: number, step: number, value: number } | null} */
  let best = null;
  runs.forEach((run, i) => {
    const { fine, coarse } = lineOf(run, "gradientNorm");
    const skipped = Math.ceil(START / fine.size);
    const [place, high] = maximum(fine.high.subarray(skipped, fine.count));
    const [, typical] = maximum(coarse.middle.subarray(0, coarse.count), Math.floor(coarse.count / 2));
    const bin = place + skipped;
    if (place < 0 || high < STANDS_OUT * typical || (best && high <= best.value)) return;
    const from = bin * fine.size;
    const at = run.gradientNorm.values.subarray(from, Math.min(run.gradientNorm.length, from + fine.size)).indexOf(high);
    best = { run: i, step: from + at + 1, value: high };
  });
  return best;
}

/** Place and size of the largest, or with `rank` of the one at that place of the sorted. @param {Float64Array} values @param {number} [rank] @returns {[number, number]} */
function maximum(values, rank) {
  const finite = [...values].filter(Number.isFinite).sort((a, b) => a - b);
  const value = (rank === undefined ? finite.at(-1) : finite[Math.min(finite.length - 1, rank)]) ?? NaN;
  return [values.indexOf(value), value];
}

/** @param {Training} training @param {TrainState} state @param {{ run: number, step: number, value: number }} peak */
function peakWords(training, { settings, narrow }, { run, step, value }) {
  const said = { norm: number(value), step: stepText(step), at: "" };
  if (narrow) return t("train.draw.norm.peakShort", said);
  const piece = clipAt(clipPieces(settings, training, run, step), step);
  if (valueAt(training.runs[run].clipped, step) !== 1 || !piece) return t("train.draw.norm.peak", said);
  return piece.by === "norm" ? t("train.draw.norm.peakCut", { ...said, at: plain(piece.at) }) : t("train.draw.norm.peakClipped", said);
}

/** Norm before → after clipping. @param {Training} training @param {TrainState} state @param {number} i @param {number} step */
function saidOf(training, { settings }, i, step) {
  const { gradientNorm, clipped, diverged } = training.runs[i];
  if (diverged && step >= diverged.step) return { value: t("train.draw.ended", { step: stepText(diverged.step) }) };
  if (!gradientNorm.length || !step) return { value: "" };
  const value = number(valueAt(gradientNorm, step));
  if (valueAt(clipped, step) !== 1) return { value };
  const piece = clipAt(clipPieces(settings, training, i, gradientNorm.length), step);
  return piece?.by === "norm" ? { value: `${value} → ${plain(piece.at)}`, note: t("train.draw.norm.cut") } : { value, note: t("train.draw.norm.clipped") };
}

/** How often clipping acted. @param {Training} training @param {TrainState} state */
function note(training, { settings, names }) {
  const clipped = training.runs.map((run, i) => clipPieces(settings, training, i, Math.max(1, run.loss.length)).length > 0);
  const parts = training.runs.flatMap((run, i) => (clipped[i] && run.clipped.length ? [t("train.draw.norm.share", { name: names[i], share: percent(clippedShare(run.clipped)) })] : []));
  return sentences([t(clipped.includes(true) ? "train.draw.norm.how" : "train.draw.norm.howFree"), ...parts]);
}

/** @param {Training} training @param {TrainState} state */
function summary(training, state) {
  const peak = highestNorm(training);
  const now = training.runs.map((run, i) => t("train.draw.norm.one", { name: state.names[i], last: number(valueAt(run.gradientNorm, run.gradientNorm.length)) }));
  return sentences([t("train.draw.norm.summary", { n: lastStep(training) }), ...now, note(training, state), ...(peak ? [peakWords(training, { ...state, narrow: false }, peak)] : [])]);
}
