import { draw } from "../../compare/series.js";
import { plain, short } from "../../format.js";
import { t } from "../../i18n.js";
import { textWidth } from "./extent.js";
import { createFigure, drawPlot, pathOf } from "./figure.js";
import { decadesOf } from "./progress.js";
import { sentences, tickText } from "./plot.js";
import { cliffOf, lossAt, profileOf } from "./surface.js";

/**
 * The loss along the first direction, through the present weights: there the cliff is seen from the side.
 *
 * @typedef {import("./surface.js").Surface} Surface
 * @typedef {import("./map.js").Look} Look
 */

const HEIGHT = 200;
const HEAD = 40; // for the steps, above the curve

/** @param {HTMLElement} root */
export function createProfile(root) {
  const figure = createFigure(root, { title: t("train.draw.cliff.profile") });
  /** @type {unknown[]} */
  let drawn = [];
  return {
    /** @param {Surface} surface @param {Look} look */
    update(surface, look) {
      const wanted = [surface, look.width, look.scales, look.series.colour];
      if (wanted.every((value, i) => value === drawn[i])) return;
      drawn = wanted;
      figure.said.textContent = told(surface);
      drawProfile(figure, surface, look);
    },
  };
}

/** What one step does here, as a sentence. @param {Surface} surface */
export function told(surface) {
  const { unclipped, clipped, here, norm } = surface;
  if (!unclipped) return t("train.draw.cliff.overflow");
  const landing = lossAt(surface, unclipped[0]);
  const said = { norm: short(norm), here: short(here), n: plain(Math.hypot(...unclipped)) };
  const whole = Number.isFinite(landing) ? t("train.draw.cliff.lands", { ...said, loss: short(landing) }) : t("train.draw.cliff.leaves", said);
  const cut = clipped && Math.hypot(...clipped) < 0.999 * Math.hypot(...unclipped);
  if (!cut) return whole;
  return sentences([whole, t("train.draw.cliff.landsClipped", { n: plain(Math.hypot(...clipped)), loss: short(lossAt(surface, clipped[0])) })]);
}

/** @param {ReturnType<typeof createFigure>} figure @param {Surface} surface @param {Look} look */
function drawProfile({ svg, start }, surface, look) {
  const { first, unclipped, clipped, here } = surface;
  const width = Math.min(416, look.width);
  const values = profileOf(surface);
  const span = first[first.length - 1];
  start(width, HEIGHT, told(surface));
  const y = decadesOf(values, null);
  const plot = drawPlot(svg, { width, height: HEIGHT, top: HEAD }, { x: { from: -span, to: span, ticks: [-span, 0, span], text: (v) => (v < 0 ? `−${tickText(-v, false)}` : tickText(v, false)) }, y, log: true });
  draw(svg, "path", { class: "figure-line profile-line", d: pathOf(values.map((v, i) => ({ x: first[i], y: v > 0 ? v : null })), plot) || "M0 0" });
  drawCliff(svg, plot, surface, width);
  if (unclipped) drawLanding(svg, plot, surface, unclipped[0], { colour: look.scales.ink.text, words: t("train.draw.cliff.wholeShort"), className: "step-whole", row: 0 });
  if (unclipped && clipped && Math.hypot(...clipped) < 0.999 * Math.hypot(...unclipped)) {
    drawLanding(svg, plot, surface, clipped[0], { colour: look.series.colour, words: t("train.draw.cliff.clippedShort"), className: "step-clipped", row: 1 });
  }
  if (here > 0) draw(svg, "circle", { class: "step-here", cx: plot.x(0), cy: plot.y(here), r: 4.5 });
}

/** The wall, by its name. @param {SVGElement} svg @param {import("./figure.js").Plot} plot @param {Surface} surface @param {number} width */
function drawCliff(svg, plot, surface, width) {
  const cliff = cliffOf(surface);
  if (!cliff) return;
  const words = t("train.draw.cliff.word");
  const room = textWidth(words, "620 13px");
  const [x, y] = [plot.x(cliff.at), plot.y(Math.sqrt(cliff.low * cliff.high))];
  const right = x + 12 + room < width - 4;
  draw(svg, "path", { class: "cliff-wall", d: `M${x} ${plot.y(cliff.low)}V${plot.y(cliff.high)}` });
  draw(svg, "text", { class: `label cliff-word ${right ? "" : "end"}`, x: right ? x + 9 : x - 9, y }).textContent = words;
}

/** Where a step leads, from the point above its landing down to it; at the edge where it leads beyond. @param {SVGElement} svg @param {import("./figure.js").Plot} plot @param {Surface} surface @param {number} to @param {{ colour: string, words: string, className: string, row: number }} look */
function drawLanding(svg, plot, surface, to, { colour, words, className, row }) {
  const span = surface.first[surface.first.length - 1];
  const beyond = Math.abs(to) > span;
  const end = Math.max(-span, Math.min(span, to));
  const [x0, x1] = [plot.x(0), plot.x(end)];
  const y = 10 + 16 * row;
  draw(svg, "path", { class: `${className} landing`, d: `M${x0} ${y}H${x1}`, stroke: colour });
  draw(svg, "path", { d: `M${x1} ${y}l-7 -3.5v7Z`, fill: colour });
  const loss = lossAt(surface, to);
  if (!beyond && loss > 0) {
    draw(svg, "path", { class: "change", d: `M${x1} ${y}V${plot.y(loss)}` });
    draw(svg, "circle", { cx: x1, cy: plot.y(loss), r: 3.6, fill: colour });
  }
  const room = textWidth(words, "620 12px");
  const right = x1 + 8 + room < plot.box.right;
  draw(svg, "text", { class: `label ${right ? "" : "end"}`, x: right ? x1 + 8 : x0 - 8, y, fill: colour }).textContent = words;
}
