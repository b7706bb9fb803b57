import { t } from "../../i18n.js";
import { createFrame } from "../../frame.js";
import { plain } from "../../format.js";
import { child } from "../../views/band.js";
import { valueAt } from "../history.js";
import { clipPieces, clipAt } from "./clips.js";
import { createGlide, extentOf, lastStep } from "./extent.js";
import { inside, paintLine } from "./lines.js";
import { changeWords, drawChanges, drawDivergence, drawHeads, drawLevel, drawPeak, number, whatName } from "./marks.js";
import { createPlot, createStamp, drawAxes, sentences, stepText } from "./plot.js";
import { lossRange, valueTicks } from "./ranges.js";
import { createReadout, write } from "./readout.js";
import { lineOf, spikesOf } from "./series.js";
import { highest, rise } from "./spikes.js";

/**
 * The loss of all runs against the training step: every step is in it, its jumps are marked, the largest is told in words.
 *
 * @typedef {import("../view.js").Training} Training
 * @typedef {import("../view.js").TrainState} TrainState
 * @typedef {import("./spikes.js").Spike} Spike
 */

const BOTTOM = 24;
const MARKED = 6;

/** @param {HTMLElement} root @param {import("../view.js").TrainViewOptions} [options] @returns {import("../view.js").TrainView} */
export function lossChart(root, options = {}) {
  const plot = createPlot(root, { kind: "loss", title: t("train.draw.loss.title") }, options);
  const scale = createScaleChoice(plot.head, options.onLog);
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
    const last = lastStep(training);
    const end = extentOf(training);
    const time = performance.now();
    const wide = across.at([end], training, state.reduced, time);
    const frame = plot.frame(state, wide.values[0], { bottom: BOTTOM });
    if (!frame) return false;
    const lines = training.runs.map((run) => lineOf(run, "loss"));
    const before = kept?.training === training && kept.last <= last ? kept.range : null;
    const target = lossRange(lines, training.baseline, state.logLoss, before);
    kept = last ? { training, last, range: target } : null;
    const high = up.at([target.low, target.high], `${state.logLoss}${last ? "" : "new"}`, state.reduced, time);
    const range = { log: target.log, low: high.values[0], high: high.values[1] };
    const plane = { frame, range, ground: state.scales.ink.surface };
    plot.point(frame, training, state);
    if (!changed(training, state, frame, range)) return wide.moving || high.moving;
    drawAxes(plot.axes, plane, { values: last ? valueTicks(target, frame.bottom - frame.top) : [], end, steps: true });
    const pen = plot.pen(frame);
    inside(pen, frame, () => lines.forEach((line, i) => line.length && paintLine(pen, plane, { ...line, ...state.series[i] })));
    plot.marks.replaceChildren();
    drawWords(plot.marks, plane, lines, training, state);
    return wide.moving || high.moving;
  }

  return {
    update(training, state) {
      latest = { training, state };
      root.classList.toggle("is-stale", state.stale);
      const step = shownStep(training, state);
      plot.empty.hidden = lastStep(training) > 0;
      plot.empty.textContent = t("train.draw.loss.empty");
      scale.update(state.logLoss);
      readout.update(state, step, training.runs.map((run) => saidOf(run, step)));
      write(how, howDrawn(training));
      plot.canvas.setAttribute("aria-label", summary(training, state));
      if (paint()) frames.request();
    },
    destroy: plot.destroy,
  };
}

/** What thin and bold lines are, and what the marks mean where there are any. @param {Training} training */
function howDrawn({ runs }) {
  const size = Math.max(1, ...runs.map((run) => lineOf(run, "loss").coarse.size));
  const how = size > 1 ? t("train.draw.loss.how", { n: size }) : t("train.draw.loss.howShort");
  return sentences([how, ...(runs.some((run) => spikesOf(run).length) ? [t("train.draw.loss.marks")] : [])]);
}

/** The step whose numbers are said: the cursor's, else the newest. @param {Pick<Training, "step">} training @param {Pick<TrainState, "cursor">} state */
export const shownStep = ({ step }, { cursor }) => Math.min(cursor ?? Infinity, step);

/** @param {import("../history.js").RunHistory} run @param {number} step */
function saidOf({ loss, diverged }, step) {
  if (diverged && step >= diverged.step) return { value: t("train.draw.ended", { step: stepText(diverged.step) }) };
  const value = valueAt(loss, step);
  return { value: loss.length && step ? number(value) : "" };
}

/** @param {SVGElement} root @param {import("./lines.js").Plane} plane @param {import("./series.js").Line[]} lines @param {Training} training @param {TrainState} state */
function drawWords(root, plane, lines, training, state) {
  const { runs, baseline, changes } = training;
  drawChanges(root, plane, changes, state);
  const heads = drawHeads(root, plane, lines, state);
  if (baseline !== null) drawLevel(root, plane, lines, baseline, { words: t("train.draw.loss.baseline", { value: plain(baseline) }), className: "baseline", taken: heads });
  const taken = runs.filter(({ diverged }) => diverged).flatMap((run, row) => {
    const i = runs.indexOf(run);
    return drawDivergence(root, plane, { run, name: state.names[i], colour: state.series[i].colour, value: valueAt(run.loss, (run.diverged?.step ?? 1) - 1), row, narrow: state.narrow });
  });
  const worst = largestSpike(training);
  runs.forEach((run, i) => {
    for (const spike of highest(spikesOf(run), MARKED)) {
      const told = worst && worst.run === i && worst.spike.step === spike.step;
      drawPeak(root, plane, { ...spike, colour: state.series[i].colour, words: told ? spikeWords(training, state, worst) : undefined }, taken);
    }
  });
}

/** The highest jump of all runs. @param {Training} training @returns {{ run: number, spike: Spike } | null} */
export function largestSpike({ runs }) {
  const all = runs.flatMap((run, i) => highest(spikesOf(run), 1).map((spike) => ({ run: i, spike })));
  return all.reduce((/** @type {typeof all[number] | null} */ best, one) => (!best || rise(one.spike) > rise(best.spike) ? one : best), null);
}

/** What happened there: how far it jumped, how large the gradient was, and whether clipping cut it. @param {Training} training @param {Pick<TrainState, "settings" | "narrow">} state @param {{ run: number, spike: Spike }} worst */
export function spikeWords(training, { settings, narrow }, { run, spike }) {
  const { gradientNorm, clipped, loss } = training.runs[run];
  const steps = Array.from({ length: spike.to - spike.from + 3 }, (_, i) => spike.from - 2 + i);
  const at = steps.reduce((best, step) => (valueAt(gradientNorm, step) > (valueAt(gradientNorm, best) || 0) ? step : best), spike.step);
  const said = { step: stepText(spike.step), from: number(spike.typical), to: number(spike.value), norm: number(valueAt(gradientNorm, at)), at: "" };
  if (narrow) return t("train.draw.spike.short", said);
  const piece = valueAt(clipped, at) === 1 ? clipAt(clipPieces(settings, training, run, loss.length), at) : null;
  if (!piece) return t("train.draw.spike.whole", said);
  return piece.by === "norm" ? t("train.draw.spike.cut", { ...said, at: plain(piece.at) }) : t("train.draw.spike.clipped", said);
}

/** What a screen reader hears. @param {Training} training @param {TrainState} state */
function summary(training, { names, logLoss }) {
  const parts = training.runs.map((run, i) => {
    const { loss, diverged } = run;
    if (!loss.length) return t("train.draw.loss.none", { name: names[i] });
    const said = { name: names[i], first: number(valueAt(loss, 1)), last: number(valueAt(loss, loss.length)), n: spikesOf(run).length };
    return sentences([t("train.draw.loss.one", said), ...(diverged ? [t("train.draw.diverged", { name: names[i], step: diverged.step, what: whatName(diverged.what) })] : [])]);
  });
  const changes = training.changes.map((change) => `${t("train.draw.step", { n: change.step })}: ${changeWords(change, names)}`);
  return sentences([t(logLoss ? "train.draw.loss.log" : "train.draw.loss.linear", { n: lastStep(training) }), ...parts, ...changes]);
}

/** Linear or logarithmic. @param {HTMLElement} head @param {((log: boolean) => void) | undefined} onLog */
function createScaleChoice(head, onLog) {
  const group = child(head, "div", "segmented train-scale");
  group.setAttribute("role", "radiogroup");
  group.setAttribute("aria-label", t("train.draw.scale"));
  const inputs = [false, true].map((log) => {
    const label = child(group, "label", "segment");
    const input = /** @type {HTMLInputElement} */ (child(label, "input", "visually-hidden"));
    Object.assign(input, { type: "radio", name: "train-loss-scale" });
    input.addEventListener("change", () => onLog?.(log));
    label.append(t(log ? "train.draw.scale.log" : "train.draw.scale.linear"));
    return input;
  });
  return {
    /** @param {boolean} log */
    update: (log) => inputs.forEach((input, i) => { input.checked = log === (i === 1); }),
  };
}
