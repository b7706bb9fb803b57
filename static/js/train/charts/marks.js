import { drawMark, draw } from "../../compare/series.js";
import { placeLabels } from "../../compare/labels.js";
import { short } from "../../format.js";
import { t } from "../../i18n.js";
import { stepOfBin } from "./bins.js";
import { textWidth, xOfStep } from "./extent.js";
import { yOfValue } from "./lines.js";
import { stepText } from "./plot.js";

/**
 * What stands on the lines: the runs' marks and names, spikes, divergence, changed settings, the baseline.
 *
 * @typedef {import("../history.js").RunHistory} RunHistory
 * @typedef {import("../view.js").TrainState} TrainState
 * @typedef {import("./lines.js").Plane} Plane
 * @typedef {import("./bins.js").Bins} Bins
 * @typedef {{ x0: number, x1: number, y: number }} Words   where some stand: y of their middle
 * @typedef {import("./series.js").Line} Line
 */

const LINE = 16;
/** Pixels right of the plot that are meant for names. */
const NAMES = 50;
/** Space between two words that stand one after another. */
const GAP = 10;

/** The last number that can be drawn, NaN without one. @param {Bins} bins */
const lastMiddle = ({ middle, count }) => {
  for (let i = count - 1; i >= 0; i -= 1) if (!Number.isNaN(middle[i])) return { i, value: middle[i] };
  return { i: -1, value: NaN };
};

/** Each run's mark along its line and at its head, and its name beside the head where there is room.
 * @param {SVGElement} root @param {Plane} plane @param {Line[]} lines @param {TrainState} state @returns {Words[]} the names */
export function drawHeads(root, plane, lines, { names, series, narrow }) {
  const { frame } = plane;
  /** @type {any[]} */
  const wanted = [];
  lines.forEach(({ coarse, length, diverged }, run) => {
    const { i, value } = lastMiddle(coarse);
    const at = i < 0 || diverged ? null : { x: xOfStep(frame, stepOfBin(coarse, i, length)), y: clampY(plane, yOfValue(plane, value)) };
    wanted.push({ width: textWidth(names[run], "620 12px"), exit: { end: at ? "inside" : "none", at: at ?? { x: 0, y: 0 } } });
    const every = Math.max(4, Math.ceil(coarse.count / (narrow ? 3 : 5)));
    for (let j = Math.floor(every / 2) + run; j < i - 2; j += every) {
      const y = yOfValue(plane, coarse.middle[j]);
      if (y >= frame.top && y <= frame.bottom) drawMark(root, series[run], xOfStep(frame, stepOfBin(coarse, j, length)), y, { r: 3.6, ground: plane.ground });
    }
    if (at) drawMark(root, series[run], at.x, at.y, { r: 4, ground: plane.ground });
  });
  if (frame.width - frame.right < NAMES) return [];
  return placeLabels({ ...frame, T: 1, range: [0, 1], bottom: frame.bottom - 6, top: frame.top + 2 }, wanted, []).flatMap((spot, run) => {
    if (!spot) return [];
    const x = wanted[run].exit.at.x + 11;
    draw(root, "text", { class: "label", x, y: spot.y, fill: series[run].colour }).textContent = names[run];
    return [{ x0: x, x1: x + wanted[run].width, y: spot.y }];
  });
}

/** @param {Plane} plane @param {number} y */
const clampY = ({ frame: { top, bottom } }, y) => Math.min(bottom, Math.max(top, y));

/** A level with its words, where they cover least of the lines: the baseline, a clipping threshold.
 * @param {SVGElement} root @param {Plane} plane @param {Line[]} lines @param {number} value
 * @param {{ from?: number, to?: number, words: string, className: string, colour?: string, taken: Words[] }} look */
export function drawLevel(root, plane, lines, value, { from = 0, to, words, className, colour, taken }) {
  const { frame } = plane;
  const y = Math.round(yOfValue(plane, value)) + 0.5;
  if (y < frame.top - 1 || y > frame.bottom + 1) return;
  const [x0, x1] = [Math.max(frame.left, xOfStep(frame, from)), to === undefined ? frame.right : Math.min(frame.right, xOfStep(frame, to))];
  const line = draw(root, "path", { class: className, d: `M${x0} ${y}H${x1}` });
  if (colour) line.setAttribute("stroke", colour);
  root.prepend(line); // behind all words
  if (!words) return;
  const width = textWidth(words, "400 12px");
  const points = lines.flatMap(({ coarse, length }) => Array.from({ length: coarse.count }, (_, i) => ({ x: xOfStep(frame, stepOfBin(coarse, i, length)), y: yOfValue(plane, coarse.middle[i]) })));
  const others = taken.flatMap((other) => [0, 0.25, 0.5, 0.75, 1].flatMap((share) => Array(4).fill({ x: other.x0 + share * (other.x1 - other.x0), y: other.y })));
  const spot = freeSpot({ x0, x1, y, width, top: frame.top, bottom: frame.bottom }, [...points, ...others]);
  const text = draw(root, "text", { class: "level-words", ...spot });
  if (colour) text.setAttribute("fill", colour);
  text.textContent = words;
}

/** Of a few places along a level, above it or below, the one over the fewest points; the first where all are free.
 * @param {{ x0: number, x1: number, y: number, width: number, top: number, bottom: number }} level @param {{ x: number, y: number }[]} points */
export function freeSpot({ x0, x1, y, width, top, bottom }, points) {
  const spots = [0, 1, 0.5, 0.75, 0.25].flatMap((share) => {
    const x = x0 + 6 + share * Math.max(0, x1 - x0 - width - 12);
    return [{ x, y: y - 9 }, { x, y: y + 10 }].filter((spot) => spot.y > top + 4 && spot.y < bottom - 4);
  });
  const covered = spots.map((spot) => points.filter((point) => point.x > spot.x - 4 && point.x < spot.x + width + 4 && Math.abs(point.y - spot.y) < 11).length);
  return spots[covered.indexOf(Math.min(...covered))] ?? { x: x0 + 6, y: y + 10 };
}

/** A point that stands out; its words stand in the first line from the top that is free.
 * @param {SVGElement} root @param {Plane} plane @param {{ step: number, value: number, colour: string, words?: string }} peak @param {Words[]} [taken] */
export function drawPeak(root, plane, { step, value, colour, words }, taken = []) {
  const { frame } = plane;
  const over = yOfValue(plane, value) < frame.top;
  const [x, y] = [xOfStep(frame, step), clampY(plane, yOfValue(plane, value))];
  const d = over ? `M${x - 4} ${y + 1}L${x} ${y - 6}L${x + 4} ${y + 1}Z` : `M${x - 4} ${y - 13}H${x + 4}L${x} ${y - 6}Z`;
  if (words && y - frame.top > 26) draw(root, "path", { class: "leader", d: `M${x} ${frame.top + 8}V${y - 13}` });
  draw(root, "path", { class: "peak", d, fill: colour });
  if (!words) return;
  const width = textWidth(words, "560 12px");
  const beside = x + GAP + width < frame.width ? x + GAP : x - GAP - width;
  const left = beside >= frame.left ? beside : Math.max(4, Math.min(frame.left + 4, frame.width - width));
  draw(root, "text", { class: "peak-words", x: left, y: freeLine({ x0: left, x1: left + width, y: frame.top + (over ? 10 : 7) }, taken) }).textContent = words;
}

/** The first line down from y on which there is room between x0 and x1. @param {Words} wanted @param {Words[]} taken */
export function freeLine({ x0, x1, y }, taken) {
  const hits = (/** @type {number} */ at) => taken.some((other) => other.x0 < x1 && x0 < other.x1 && Math.abs(other.y - at) < LINE);
  let line = y;
  while (hits(line)) line += LINE;
  return line;
}

/** What overflowed first, as it is written: the loss, ∂L/∂W, W. @param {string} what */
export function whatName(what) {
  if (what === "loss") return t("train.draw.what.loss");
  if (what === "gradient_norm") return t("train.draw.what.norm");
  return what.startsWith("d") ? `∂L/∂${what.slice(1)}` : what;
}

/** Where a run ended: a cross, and in words what overflowed. @param {SVGElement} root @param {Plane} plane @param {{ run: RunHistory, name: string, colour: string, value: number, row: number, narrow: boolean }} end @returns {Words[]} */
export function drawDivergence(root, plane, { run: { diverged }, name, colour, value, row, narrow }) {
  if (!diverged) return [];
  const { frame } = plane;
  const x = xOfStep(frame, diverged.step);
  const y = Number.isNaN(value) ? frame.top + 5 : Math.max(frame.top + 5, clampY(plane, yOfValue(plane, value)));
  draw(root, "path", { class: "diverged", d: `M${x - 5} ${y - 5}l10 10M${x + 5} ${y - 5}l-10 10`, stroke: colour });
  const words = t(narrow ? "train.draw.divergedAt" : "train.draw.diverged", { name, step: stepText(diverged.step), what: whatName(diverged.what) });
  const width = textWidth(words, "620 12px");
  const left = x + 12 + width < frame.width ? x + 12 : Math.max(frame.left, x - 12 - width);
  draw(root, "text", { class: "label", x: left, y: y + row * LINE, fill: colour }).textContent = words;
  return [{ x0: left - 18, x1: left + width + 6, y: y + row * LINE }];
}

/** Settings that were changed while it ran: a line each, and what changed, in its run's colour, where there is room. @param {SVGElement} root @param {Plane} plane @param {import("../history.js").Change[]} changes @param {TrainState} state */
export function drawChanges(root, { frame }, changes, { names, narrow, series }) {
  /** @type {Map<number, import("../history.js").Change[]>} */
  const byStep = new Map();
  for (const change of changes) byStep.set(change.step, [...(byStep.get(change.step) ?? []), change]);
  let free = frame.left;
  for (const [step, all] of byStep) {
    const x = Math.round(xOfStep(frame, step + 0.5)) + 0.5;
    draw(draw(root, "path", { class: "change", d: `M${x} ${frame.top - 8}V${frame.bottom}` }), "title").textContent = all.map((change) => changeWords(change, names)).join("\n");
    const words = [...new Set(all.map((change) => changeWords(change, [])))].join(" · ");
    const width = textWidth(words, "400 12px");
    const start = Math.min(x + 5, frame.width - width - 4);
    if (narrow || start < free) continue;
    const text = draw(root, "text", { class: "change-words", x: start, y: frame.top - 9 });
    if (all.every(({ run }) => run === all[0].run)) text.setAttribute("fill", series[all[0].run].colour);
    text.textContent = words;
    free = start + width + GAP;
  }
}

/** @param {import("../history.js").Change} change @param {string[]} names */
export function changeWords({ run, name, from, to }, names) {
  const say = (/** @type {number | string} */ v) => (typeof v === "number" ? String(v) : t(`train.draw.clip.${v}`));
  return `${names.length > 1 ? `${names[run]}: ` : ""}${t(`train.draw.change.${name}`)} ${say(from)} → ${say(to)}`;
}

/** A loss in few digits. @param {number} v */
export const number = (v) => short(v, 2);
