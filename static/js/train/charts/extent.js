/**
 * The axis of training steps, one for all charts: from 0 to an end that grows in calm, round steps up to what was asked for.
 *
 * @typedef {import("../view.js").Training} Training
 * @typedef {import("../view.js").TrainState} TrainState
 * @typedef {{ left: number, right: number, top: number, bottom: number, width: number, height: number, end: number }} Frame
 *   of a plot, in pixels; end: the step at its right edge
 */

const FIRST = 50;
const LABEL = { gap: 22, least: 64, most: 168, from: 600 };
const ROOM = { wide: { left: 56, right: 24 }, narrow: { left: 46, right: 14 } };

/** The last step that any run has. @param {Pick<Training, "runs" | "step">} training */
export const lastStep = ({ runs, step }) => Math.max(step, ...runs.map(({ loss }) => loss.length));

/** Where the axis ends: 50, 100, 200, 500 … and once half of them are in sight, all steps that were asked for. @param {Pick<Training, "runs" | "step" | "steps">} training */
export function extentOf(training) {
  const last = lastStep(training);
  const total = Math.max(1, last, training.steps);
  const round = roundUp(Math.max(FIRST, last));
  return 2 * round >= total ? total : round;
}

/** The next of 1, 2, 5, 10, 20, 50 … that is not below. @param {number} v */
export function roundUp(v) {
  const decade = 10 ** Math.floor(Math.log10(v) + 1e-12);
  return decade * /** @type {number} */ ([1, 2, 5, 10].find((n) => n * decade >= v * (1 - 1e-12)));
}

/** Round steps that carry a number, the end among them. @param {number} end @param {number} width @param {number} [room] */
export function stepTicks(end, width, room = 84) {
  const every = Math.max(1, roundUp(end / Math.max(1, Math.floor(width / room))));
  const ticks = Array.from({ length: Math.floor(end / every) + 1 }, (_, i) => i * every);
  const last = /** @type {number} */ (ticks.at(-1));
  if (last === end) return ticks;
  if ((end - last) / end < (0.7 * room) / width && ticks.length > 1) ticks.pop();
  return [...ticks, end];
}

/** @param {Frame} frame @param {number} step */
export const xOfStep = ({ left, right, end }, step) => left + (step / end) * (right - left);

/** The step under x, between 0 and the last there is. @param {Frame} frame @param {number} x @param {number} last */
export const stepAtX = ({ left, right, end }, x, last) => Math.round(Math.min(last, Math.max(0, ((x - left) / (right - left)) * end)));

/** Margins that all charts and the scrubber share: the runs' names stand at the right where there is room for them.
 * @param {Pick<TrainState, "names" | "narrow">} state @param {number} width */
export function marginsOf({ names, narrow: phone }, width) {
  const narrow = phone || width < LABEL.from;
  const { left, right } = phone ? ROOM.narrow : ROOM.wide;
  const widest = Math.max(0, ...names.map((name) => textWidth(name, "620 12px")));
  return { left, right: narrow || !names.length ? right : Math.min(LABEL.most, Math.max(LABEL.least, widest + LABEL.gap)) };
}

/** @type {CanvasRenderingContext2D | null} */
let ruler = null;

/** @param {string} text @param {string} font  weight and size */
export function textWidth(text, font) {
  if (typeof document === "undefined") return 7 * text.length;
  ruler ??= document.createElement("canvas").getContext("2d");
  if (!ruler) return 7 * text.length;
  ruler.font = `${font} ${getComputedStyle(document.body).fontFamily}`;
  return ruler.measureText(text).width;
}

const GLIDE = 360;

/** Numbers that glide to where they shall be: a scale grows in sight. Another key, or reduced motion, is there at once. */
export function createGlide() {
  /** @type {{ from: number[], to: number[], start: number, key: unknown } | null} */
  let way = null;
  const now = (/** @type {number} */ time) => {
    if (!way) return [];
    const done = 1 - (1 - Math.min(1, Math.max(0, (time - way.start) / GLIDE))) ** 3;
    const { from, to } = way;
    return to.map((v, i) => from[i] + done * (v - from[i]));
  };
  return {
    /** @param {number[]} to @param {unknown} key @param {boolean} reduced @param {number} time  in milliseconds @returns {{ values: number[], moving: boolean }} */
    at(to, key, reduced, time) {
      if (!way || way.key !== key || reduced) way = { from: to, to, start: -GLIDE, key };
      else if (to.some((v, i) => v !== /** @type {any} */ (way).to[i])) way = { from: now(time), to, start: time, key };
      return { values: now(time), moving: time - way.start < GLIDE };
    },
  };
}
