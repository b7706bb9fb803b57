import { raised } from "../format.js";
import { t } from "../i18n.js";
import { renderMath } from "../math.js";
import { normStops, valueStops } from "../scales.js";
import { child, prepare } from "./band.js";
import { hatch } from "./cells.js";

/**
 * Legends: the gradient's colours and widths, the states' colours; and text with mathematics in it.
 *
 * @typedef {import("../scales.js").Scales} Scales
 */

const BOUNDED = new Set(["tanh", "sigmoid"]);

/** Text with TeX between dollar signs. @param {HTMLElement} parent @param {string} text */
export function writeMixed(parent, text) {
  if (parent.dataset.text === text) return;
  parent.dataset.text = text;
  parent.replaceChildren();
  text.split("$").forEach((piece, i) => {
    if (i % 2) renderMath(child(parent, "span", "band-math"), piece);
    else parent.append(piece);
  });
}

/** A power of ten as a legend writes it: 10⁻³, 1, 10¹. @param {number} n */
export const tickOfTen = (n) => (n === 0 ? "1" : `10${raised(n)}`);

/** Exponents that carry a number: every one, or every 2nd, 3rd, … so that labels keep `room` pixels. The floor always does.
 * @param {[number, number]} range @param {number} length @param {number} room */
export function tickExponents([low, high], length, room) {
  const every = Math.max(1, Math.ceil((room * (high - low)) / length));
  return Array.from({ length: Math.floor((high - low) / every) + 1 }, (_, i) => low + i * every);
}

/** Labels of the states' scale, top to bottom: beyond ±1 colours are clipped, which only unbounded activations need. @param {string} activation */
export function valueLabels(activation) {
  if (BOUNDED.has(activation)) return ["+1", "0", "−1"];
  return ["≥1", "0", activation === "relu" ? "−1" : "≤−1"];
}

/**
 * The colour bar of the states, −1 to +1: standing beside the strip, or lying under the triangle on a phone.
 * @param {HTMLElement} parent @param {"standing" | "lying"} pose
 */
export function createValueBar(parent, pose) {
  const root = child(parent, "div", `value-bar value-bar-${pose}`);
  const name = child(root, "span", "value-bar-name");
  if (pose === "lying") writeMixed(name, t("hidden.values"));
  const bar = child(root, "div", "value-bar-ramp");
  const labels = [0, 1, 2].map((i) => child(root, "span", `value-bar-label value-bar-label-${i}`));
  return {
    /** @param {Scales} scales @param {string} activation @param {number} [height] */
    update({ theme }, activation, height) {
      bar.style.background = `linear-gradient(${pose === "lying" ? "to right" : "to top"}, ${valueStops(theme, 17).join(", ")})`;
      if (height) root.style.height = `${height}px`;
      valueLabels(activation).forEach((text, i) => (labels[i].textContent = text));
    },
  };
}

const BAR = 7;
const TICK = 4;
const OVER = 30;
const ROOM = 38;

/**
 * The gradient's legend: a wedge drawn at the true widths of the ribbons, the colours, and their numbers.
 * @param {HTMLElement} parent
 */
export function createLegend(parent) {
  const root = child(parent, "div", "norm-legend");
  const title = child(root, "div", "norm-legend-title");
  const canvas = /** @type {HTMLCanvasElement} */ (child(root, "canvas"));
  canvas.setAttribute("aria-hidden", "true");
  const ticks = child(root, "div", "norm-legend-ticks");
  let drawn = "";
  return {
    root,
    /** @param {Scales} scales @param {{ width: number, most: number, over: boolean }} look  most: the widest ribbon */
    update(scales, look) {
      const wanted = JSON.stringify([scales.theme, scales.range, look, window.devicePixelRatio]);
      if (wanted === drawn) return;
      drawn = wanted;
      const length = look.width - (look.over ? OVER + 22 : 0);
      writeMixed(title, t(length > 260 ? "legend.title" : "legend.titleShort"));
      root.style.width = `${look.width}px`;
      drawRamp(prepare(canvas, look.width, look.most + 2 + BAR + TICK + 1), scales, { ...look, length });
      writeTicks(ticks, scales.range, length, look.over);
    },
  };
}

/** @param {CanvasRenderingContext2D} pen @param {Scales} scales @param {{ width: number, most: number, over: boolean, length: number }} look */
function drawRamp(pen, scales, { width, most, over, length }) {
  const { theme, range: [low, high], ink } = scales;
  const fill = pen.createLinearGradient(0, 0, length, 0);
  normStops(theme, 33).forEach((stop, i) => fill.addColorStop(i / 32, stop));
  const bar = most + 2;
  pen.fillStyle = fill;
  pen.strokeStyle = ink.edge;
  pen.beginPath();
  pen.moveTo(0, most);
  pen.lineTo(0, most - scales.ribbon(10 ** low, most));
  pen.lineTo(length, most - scales.ribbon(10 ** high, most));
  pen.lineTo(length, most);
  pen.fill();
  pen.fillRect(0, bar, length, BAR);
  if (over) {
    pen.fillStyle = hatch(pen, scales);
    pen.fillRect(width - OVER, bar, OVER, BAR);
    pen.strokeRect(width - OVER + 0.5, bar + 0.5, OVER - 1, BAR - 1);
  }
  pen.strokeRect(0.5, bar + 0.5, length - 1, BAR - 1);
  pen.beginPath();
  for (const n of tickExponents([low, high], length, ROOM)) {
    const x = Math.min(length - 0.5, Math.max(0.5, Math.round(((n - low) / (high - low)) * length)));
    pen.moveTo(x, bar + BAR);
    pen.lineTo(x, bar + BAR + TICK);
  }
  pen.stroke();
}

/** @param {HTMLElement} ticks @param {[number, number]} range @param {number} length @param {boolean} over */
function writeTicks(ticks, [low, high], length, over) {
  ticks.replaceChildren();
  for (const n of tickExponents([low, high], length, ROOM)) {
    const label = child(ticks, "span");
    label.textContent = n === low ? `≤ ${tickOfTen(n)}` : tickOfTen(n);
    label.style.left = `${((n - low) / (high - low)) * length}px`;
  }
  if (over) {
    const label = child(ticks, "span", "norm-legend-over");
    label.textContent = t("legend.over");
  }
}
