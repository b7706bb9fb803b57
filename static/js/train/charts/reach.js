import { createFrame } from "../../frame.js";
import { draw } from "../../compare/series.js";
import { t } from "../../i18n.js";
import { child, prepare } from "../../views/band.js";
import { hatch } from "../../views/cells.js";
import { momentAt } from "../history.js";
import { creditOf, paceOf } from "./credit.js";
import { createGlide, extentOf, marginsOf, stepAtX, xOfStep } from "./extent.js";
import { placeCursor, pointAt } from "./plot.js";
import { createMark, markOnce, write } from "./readout.js";

/**
 * How far back the gradient reaches, against training time: down goes the distance t − k, the colour is the typical
 * ‖∂L(t)/∂h(k)‖ there, on the triangle's own scale; the line is the distance at which it has halved.
 *
 * @typedef {import("../view.js").Training} Training
 * @typedef {import("../view.js").TrainState} TrainState
 * @typedef {import("../history.js").RunHistory} RunHistory
 * @typedef {import("../history.js").Moment} Moment
 * @typedef {import("./extent.js").Frame} Frame
 */

const HEIGHT = { few: 84, many: 60 };

/** @param {HTMLElement} root @param {import("../view.js").TrainViewOptions} options @returns {import("../view.js").TrainView} */
export function reachView(root, options) {
  /** @type {ReturnType<typeof createMap>[]} */
  let maps = [];
  return {
    update(training, state) {
      while (maps.length < training.runs.length) maps.push(createMap(root, options));
      for (const map of maps.splice(training.runs.length)) map.destroy();
      maps.forEach((map, i) => map.update(training, state, i));
    },
    destroy() {
      for (const map of maps) map.destroy();
      maps = [];
    },
  };
}

/** @param {HTMLElement} root @param {import("../view.js").TrainViewOptions} options */
function createMap(root, options) {
  const row = child(root, "div", "reach");
  const head = child(row, "p", "reach-head");
  const mark = createMark(head);
  const [name, pace, speed] = [child(head, "span", "train-name"), child(head, "span", "reach-pace"), child(head, "strong")];
  const area = child(row, "div", "reach-plot");
  const canvas = /** @type {HTMLCanvasElement} */ (child(area, "canvas"));
  canvas.setAttribute("role", "img");
  const svg = draw(area, "svg", { class: "train-marks", "aria-hidden": "true" });
  const cursor = child(area, "div", "train-cursor");
  const across = createGlide();
  /** @type {{ training: Training, state: TrainState, index: number } | null} */
  let latest = null;
  /** @type {Frame | null} */
  let shown = null;
  let stamp = "";
  const listening = pointAt(area, (x) => shown && latest && stepAtX(shown, x, latest.training.step), options);
  const frames = createFrame(() => paint());

  /** @returns {boolean} */
  function paint() {
    if (!latest) return false;
    const { training, state, index } = latest;
    const run = training.runs[index];
    const height = training.runs.length > 2 ? HEIGHT.many : HEIGHT.few;
    area.style.height = `${height}px`;
    const width = area.clientWidth;
    const { left, right } = marginsOf(state, width);
    const { values, moving } = across.at([extentOf(training)], training, state.reduced, performance.now());
    const frame = { left, right: width - right, top: 8, bottom: height, width, height, end: values[0] };
    if (frame.right <= left) return false;
    shown = frame;
    placeCursor(cursor, frame, state.cursor === null ? null : Math.min(state.cursor, training.step));
    const wanted = [width, height, frame.left, frame.end, state.theme, state.scales.range, run.moments.length, run.moments.at(-1)?.step, run.moments[1]?.step, run.loss.length, window.devicePixelRatio].join();
    if (wanted === stamp) return moving;
    stamp = wanted;
    paintMap(prepare(canvas, width, height), frame, run, state);
    drawHalfLife(svg, frame, run, state);
    return moving;
  }
  return {
    /** @param {Training} training @param {TrainState} state @param {number} index */
    update(training, state, index) {
      latest = { training, state, index };
      markOnce(mark, state.series[index], state.theme);
      write(name, state.names[index]);
      const moment = momentAt(training.runs[index], state.cursor);
      const said = moment ? paceOf(creditOf(moment)) : { words: t("train.draw.reach.empty") };
      write(pace, said.words);
      write(speed, said.number ?? "");
      canvas.setAttribute("aria-label", summary(training.runs[index], state.names[index]));
      if (paint()) frames.request();
    },
    destroy() {
      listening.abort();
      row.remove();
    },
  };
}

/** Steps from..to that each moment stands for: until the next, the last one until the run's end. @param {RunHistory} run @returns {{ moment: Moment, from: number, to: number }[]} */
export function spansOf({ moments, loss, spacing }) {
  return moments.map((moment, i) => ({ moment, from: moment.step, to: moments[i + 1]?.step ?? Math.max(loss.length, moment.step + (i ? 0 : Math.min(spacing, 1))) }));
}

/** @param {CanvasRenderingContext2D} pen @param {Frame} frame @param {RunHistory} run @param {TrainState} state */
function paintMap(pen, frame, run, { scales }) {
  const over = hatch(pen, scales);
  const density = pen.getTransform().a;
  const whole = (/** @type {number} */ v) => Math.round(v * density) / density; // no seams between rows
  for (const { moment, from, to } of spansOf(run)) {
    const { curve, T } = creditOf(moment);
    const [x0, x1] = [xOfStep(frame, from), xOfStep(frame, to)].map(whole);
    const pitch = (frame.bottom - frame.top) / T;
    curve.forEach((norm, d) => {
      if (Number.isNaN(norm)) return;
      const [y0, y1] = [frame.top + d * pitch, frame.top + (d + 1) * pitch].map(whole);
      pen.fillStyle = scales.over(norm) ? over : scales.norm(norm);
      pen.fillRect(x0, y0, Math.max(1, x1 - x0), Math.max(1 / density, y1 - y0));
    });
  }
  pen.strokeStyle = scales.ink.edge;
  pen.strokeRect(frame.left + 0.5, frame.top + 0.5, frame.right - frame.left - 1, frame.bottom - frame.top - 1);
}

/** @param {SVGElement} svg @param {Frame} frame @param {RunHistory} run @param {TrainState} state */
function drawHalfLife(svg, frame, run, { scales }) {
  svg.replaceChildren();
  for (const [name, value] of Object.entries({ width: frame.width, height: frame.height })) svg.setAttribute(name, String(value));
  const T = run.moments[0] ? creditOf(run.moments[0]).T : 0;
  if (!T) return;
  const y = (/** @type {number} */ d) => frame.top + ((d + 0.5) / T) * (frame.bottom - frame.top);
  for (const [d, at] of [[0, y(0)], [T - 1, y(T - 1)]]) draw(svg, "text", { class: "tick end", x: frame.left - 8, y: Math.min(frame.bottom - 5, Math.max(frame.top + 5, at)) }).textContent = String(d);
  const pieces = halfLives(run).filter((piece) => piece.length >= SHORTEST).map((piece) => piece.map(({ step, half }, i) => `${i ? "L" : "M"}${xOfStep(frame, step).toFixed(1)} ${y(Math.min(T, half)).toFixed(1)}`).join(""));
  for (const [stroke, width] of /** @type {[string, number][]} */ ([[scales.ink.surface, 4], [scales.ink.text, 1.6]])) {
    draw(svg, "path", { class: "half-life", d: pieces.join("") || "M0 0", stroke, "stroke-width": width });
  }
}

const SHORTEST = 3; // looks: shorter pieces are no trend
const TRUSTED = 0.5; // r² of the horizon's line: below it there is no telling

/** The half-life of each moment, in pieces: where the gradient does not fade, or not evenly, there is none. @param {RunHistory} run */
export function halfLives({ moments }) {
  /** @type {{ step: number, half: number }[][]} */
  const pieces = [[]];
  for (const { step, trace: { horizon, T } } of moments) {
    if (horizon.half_life === null || horizon.half_life >= T || (horizon.r2 ?? 1) < TRUSTED) pieces.push([]);
    else pieces[pieces.length - 1].push({ step, half: horizon.half_life });
  }
  return pieces.filter((piece) => piece.length);
}

/** @param {RunHistory} run @param {string} name */
function summary({ moments }, name) {
  const [first, last] = [moments[0], moments.at(-1)];
  if (!first || !last) return t("train.draw.reach.none", { name });
  const say = (/** @type {Moment} */ moment) => {
    const { words, number = "" } = paceOf(creditOf(moment));
    return `${words} ${number}`.trim();
  };
  return t("train.draw.reach.summary", { name, first: say(first), last: say(last), step: last.step });
}
