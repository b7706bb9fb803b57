import { draw } from "../../compare/series.js";
import { plain, short } from "../../format.js";
import { t } from "../../i18n.js";
import { child, prepare } from "../../views/band.js";
import { hatch } from "../../views/cells.js";
import { contour, levels } from "./contours.js";
import { textWidth } from "./extent.js";
import { tickText } from "./plot.js";
import { write } from "./readout.js";
import { within } from "./surface.js";

/**
 * The loss on a plane through the weights as a map: the darker, the higher; level lines; one step from here, clipped and not.
 *
 * @typedef {import("./surface.js").Surface} Surface
 * @typedef {{ width: number, scales: import("../../scales.js").Scales, series: import("../../compare/series.js").Series, clip: { clipBy: string, clipAt: number } | null }} Look
 */

const ROOM = { left: 44, right: 12, top: 6, bottom: 22 };
const DARKEST = 0.88;

/** A colour between two of #rrggbb. @param {string} from @param {string} to @param {number} share */
export function mix(from, to, share) {
  const parts = (/** @type {string} */ hex) => [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16));
  const [a, b] = [parts(from), parts(to)];
  return `#${a.map((v, i) => Math.round(v + share * (b[i] - v)).toString(16).padStart(2, "0")).join("")}`;
}

/** The grey of a loss: losses are ink, so that no hue is taken for a gradient. @param {Surface} surface @param {import("../../scales.js").Scales} scales @param {number} loss */
const greyOf = ({ range: [low, high] }, { ink }, loss) => {
  const share = (Math.log10(loss) - low) / (high - low);
  return mix(ink.surface, ink.text, DARKEST * Math.min(1, Math.max(0, loss > 0 ? share : 0)));
};

/** @param {HTMLElement} root */
export function createMap(root) {
  const area = child(root, "div", "cliff-map");
  const canvas = /** @type {HTMLCanvasElement} */ (child(area, "canvas"));
  const svg = draw(area, "svg", { class: "train-marks", role: "img" });
  const legend = child(root, "p", "cliff-legend");
  const [lowest, ramp, highest] = [child(legend, "span"), child(legend, "i"), child(legend, "span")];
  /** @type {unknown[]} */
  let drawn = [];
  return {
    /** @param {Surface} surface @param {Look} look */
    update(surface, look) {
      const wanted = [surface, look.width, look.scales, look.series.colour];
      if (wanted.every((value, i) => value === drawn[i])) return;
      drawn = wanted;
      const side = Math.min(360, look.width - ROOM.left - ROOM.right);
      const [width, height] = [ROOM.left + side + ROOM.right, ROOM.top + side + ROOM.bottom];
      area.style.height = `${height}px`;
      paint(prepare(canvas, width, height), surface, look.scales, side);
      svg.replaceChildren();
      for (const [name, value] of Object.entries({ width, height, "aria-label": heard(surface) })) svg.setAttribute(name, String(value));
      drawAxes(svg, surface, side);
      drawContours(svg, surface, look, side);
      drawSteps(svg, surface, look, side);
      const { ink } = look.scales;
      ramp.style.background = `linear-gradient(to right, ${ink.surface}, ${mix(ink.surface, ink.text, DARKEST)})`;
      write(lowest, t("train.draw.cliff.low", { loss: short(10 ** surface.range[0]) }));
      write(highest, t("train.draw.cliff.high", { loss: short(10 ** surface.range[1]) }));
    },
  };
}

/** @param {Surface} surface */
function heard({ here, norm, range: [low, high] }) {
  return t("train.draw.cliff.heard", { low: short(10 ** low), high: short(10 ** high), here: short(here), norm: short(norm) });
}

/** @param {CanvasRenderingContext2D} pen @param {Surface} surface @param {import("../../scales.js").Scales} scales @param {number} side */
function paint(pen, surface, scales, side) {
  const { loss } = surface;
  const n = loss.length;
  const source = document.createElement("canvas");
  [source.width, source.height] = [n, n];
  const brush = /** @type {CanvasRenderingContext2D} */ (source.getContext("2d"));
  loss.forEach((row, i) => row.forEach((v, j) => {
    brush.fillStyle = Number.isFinite(v) ? greyOf(surface, scales, v) : greyOf(surface, scales, Infinity);
    brush.fillRect(j, n - 1 - i, 1, 1);
  }));
  pen.imageSmoothingEnabled = true;
  pen.imageSmoothingQuality = "high";
  pen.drawImage(source, ROOM.left, ROOM.top, side, side);
  const cell = side / n;
  pen.beginPath();
  loss.forEach((row, i) => row.forEach((v, j) => !Number.isFinite(v) && pen.rect(ROOM.left + j * cell, ROOM.top + (n - 1 - i) * cell, cell, cell)));
  pen.fillStyle = hatch(pen, scales);
  pen.fill();
  pen.strokeStyle = scales.ink.edge;
  pen.strokeRect(ROOM.left + 0.5, ROOM.top + 0.5, side - 1, side - 1);
}

/** @param {SVGElement} svg @param {Surface} surface @param {number} side */
function drawAxes(svg, { first }, side) {
  const span = first[first.length - 1];
  for (const [share, v] of [[0, -span], [0.5, 0], [1, span]]) {
    draw(svg, "text", { class: `tick ${share === 1 ? "end" : share ? "middle" : ""}`, x: ROOM.left + share * side, y: ROOM.top + side + 12 }).textContent = signed(v);
    draw(svg, "text", { class: "tick end", x: ROOM.left - 7, y: ROOM.top + (1 - share) * side + (share === 1 ? 6 : share ? 0 : -5) }).textContent = signed(v);
  }
  draw(svg, "text", { class: "tick middle", x: ROOM.left + 0.76 * side, y: ROOM.top + side + 12 }).textContent = t("train.draw.cliff.downhill");
}

/** @param {number} v */
const signed = (v) => (v < 0 ? `−${tickText(-v, false)}` : tickText(v, false));

/** Level lines, every other one with its number where it leaves the upper or the lower edge. @param {SVGElement} svg @param {Surface} surface @param {Look} look @param {number} side */
function drawContours(svg, { loss, range: [low, high] }, { scales }, side) {
  const logs = loss.map((row) => row.map((v) => (v > 0 ? Math.log10(v) : NaN)));
  const cell = side / loss.length;
  const at = (/** @type {number} */ column, /** @type {number} */ row) => `${(ROOM.left + (column + 0.5) * cell).toFixed(1)} ${(ROOM.top + side - (row + 0.5) * cell).toFixed(1)}`;
  for (const level of levels(low, high)) {
    const d = contour(logs, level).map(([x0, y0, x1, y1]) => `M${at(x0, y0)}L${at(x1, y1)}`).join("");
    if (d) draw(svg, "path", { class: "level-line", d, stroke: level > (low + high) / 2 ? scales.ink.surface : scales.ink.text });
  }
}

/** From here: the unclipped step dashed, the clipped one whole. @param {SVGElement} svg @param {Surface} surface @param {Look} look @param {number} side */
function drawSteps(svg, { first, unclipped, clipped }, { scales, series, clip }, side) {
  const span = first[first.length - 1];
  const at = (/** @type {[number, number]} */ [x, y]) => ({ x: ROOM.left + ((x / span + 1) / 2) * side, y: ROOM.top + ((1 - y / span) / 2) * side });
  const here = at([0, 0]);
  const frame = { left: ROOM.left + 4, right: ROOM.left + side - 4 };
  if (unclipped) {
    const { end, length, beyond } = within(unclipped, span);
    drawArrow(svg, here, at(end), { colour: scales.ink.text, ground: scales.ink.surface, className: "step-whole" });
    const words = t(beyond ? "train.draw.cliff.beyond" : "train.draw.cliff.whole", { n: plain(length) });
    label(svg, words, { x: (here.x + at(end).x) / 2, y: here.y - 14 }, frame);
  }
  if (clipped && unclipped && Math.hypot(...clipped) < 0.999 * Math.hypot(...unclipped)) {
    const { end, length } = within(clipped, span);
    drawArrow(svg, here, at(end), { colour: series.colour, ground: scales.ink.surface, className: "step-clipped" });
    label(svg, t("train.draw.cliff.clipped", { n: plain(length) }), { x: at(end).x, y: here.y + 16 }, frame);
  } else if (clip && clip.clipBy !== "none") label(svg, t("train.draw.cliff.same"), { x: here.x, y: here.y + 16 }, frame);
  draw(svg, "circle", { class: "step-here", cx: here.x, cy: here.y, r: 4.5 });
  label(svg, t("train.draw.cliff.here"), { x: here.x - 24, y: here.y }, { left: frame.left, right: here.x - 8 });
}

/** @param {SVGElement} svg @param {{ x: number, y: number }} from @param {{ x: number, y: number }} to @param {{ colour: string, ground: string, className: string }} look */
function drawArrow(svg, from, to, { colour, ground, className }) {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length < 1) return;
  const [ux, uy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const head = Math.min(10, length);
  const back = { x: to.x - head * ux, y: to.y - head * uy };
  const wing = `M${to.x} ${to.y}L${back.x - 0.5 * head * uy} ${back.y + 0.5 * head * ux}L${back.x + 0.5 * head * uy} ${back.y - 0.5 * head * ux}Z`;
  draw(svg, "path", { class: "step-halo", d: `M${from.x} ${from.y}L${to.x} ${to.y}`, stroke: ground });
  draw(svg, "path", { class: className, d: `M${from.x} ${from.y}L${back.x} ${back.y}`, stroke: colour });
  draw(svg, "path", { d: wing, fill: colour, stroke: ground, "stroke-width": 1 });
}

/** Words about a place, kept within the map. @param {SVGElement} svg @param {string} words @param {{ x: number, y: number }} at @param {{ left: number, right: number }} frame */
function label(svg, words, { x, y }, { left, right }) {
  const half = textWidth(words, "620 12px") / 2 + 2;
  draw(svg, "text", { class: "label middle step-words", x: Math.max(left + half, Math.min(right - half, x)), y }).textContent = words;
}
