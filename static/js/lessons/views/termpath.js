import { short, visible } from "../../format.js";
import { t as say } from "../../i18n.js";
import { svg } from "../../views/stage/column.js";
import { standsFor } from "../../views/panel.js";

/**
 * The path of one term through the unrolled network: from its loss down into the state, back through the same W as often
 * as there are steps, and into the weight that receives. Widths and colours are the norms, as everywhere.
 *
 * @typedef {import("./termlist.js").Term} Term
 * @typedef {import("./termlist.js").Factor} Factor
 * @typedef {import("../../scales.js").Scales} Scales
 * @typedef {import("../../trace.js").Trace} Trace
 * @typedef {{ width: number, height: number, top: number, bottom: number, middle: number, x: (j: number) => number, most: number, from: number }} Plan
 */

const CAPSULE = 22;
const TILE = 18;
const PITCH = 12;

let made = 0;

/** @param {number} width @param {Trace} trace @param {Term} term @returns {Plan} */
function plan(width, { T, H }, term) {
  const from = term.letter === "V" ? 1 : 0;
  const steps = Math.max(1, T - from);
  const [top, size] = [term.letter === "V" ? 62 : 46, H * PITCH + 8];
  const gap = (width - CAPSULE - 50) / steps;
  return {
    width, height: top + size + (term.letter === "U" ? 27 : 6), top, bottom: top + size, middle: top + size / 2, from, most: Math.min(20, gap / 2.5),
    x: (j) => 15 + CAPSULE / 2 + (j - from) * gap,
  };
}

/** @param {HTMLElement} root @param {Trace} trace @param {Term} term @param {Scales} scales */
export function drawPath(root, trace, term, scales) {
  root.replaceChildren();
  const g = plan(root.clientWidth || 280, trace, term);
  const picture = svg("svg", root, { width: g.width, height: g.height, viewBox: `0 0 ${g.width} ${g.height}`, role: "img", "aria-label": spokenPath(term) });
  for (let j = g.from; j <= trace.T; j += 1) gapAndTile(picture, g, term, j, scales);
  ribbons(picture, g, term, scales);
  for (let j = g.from; j <= trace.T; j += 1) state(picture, g, trace, term, j, scales);
  loss(picture, g, term);
  for (const tile of tiles(g, term)) drawTile(picture, tile);
  if (term.letter === "U") input(picture, g, trace, term);
}

/** @param {Term} term */
function spokenPath(term) {
  const states = Array.from({ length: term.t - term.k + 1 }, (_, i) => `h(${term.t - i})`);
  const stops = [`L(${term.t})`, ...(term.letter === "V" ? [] : states), `${term.letter}`];
  return say("lesson.bptt.pathLabel", { stops: stops.join(" → "), norms: term.factors.map(({ norm }) => short(norm)).join(" → ") });
}

/** Is state j on the term's path? @param {Term} term @param {number} j */
const isOn = (term, j) => (term.letter === "V" ? j === term.t : j >= term.k && j <= term.t);

/** The arrow of W that the path does not take. @param {Element} picture @param {Plan} g @param {Term} term @param {number} j @param {Scales} scales */
function gapAndTile(picture, g, term, j, scales) {
  if (j === g.from || term.letter === "V") return;
  const taken = j > term.k && j <= term.t;
  if (taken) return;
  svg("line", picture, { class: "path-idle", x1: g.x(j - 1) + CAPSULE / 2 + 3, x2: g.x(j) - CAPSULE / 2 - 3, y1: g.middle, y2: g.middle, stroke: scales.ink.ghost });
}

/** @param {Element} picture @param {Plan} g @param {Trace} trace @param {Term} term @param {number} j @param {Scales} scales */
function state(picture, g, trace, term, j, scales) {
  const group = svg("g", picture, { class: isOn(term, j) ? "path-state" : "path-state is-off" });
  if (j > 0) standsFor(/** @type {SVGElement} */ (group), { kind: "h", t: j });
  const x = g.x(j);
  svg("rect", group, { class: "path-capsule", x: x - CAPSULE / 2, y: g.top, width: CAPSULE, height: g.bottom - g.top, rx: CAPSULE / 2 });
  const h = j === 0 ? trace.h0 : trace.h[j - 1];
  h.forEach((v, i) => {
    const y = g.top + 4 + (i + 0.5) * PITCH;
    svg("circle", group, { class: "path-unit", cx: x, cy: y, r: 4.6 });
    svg("circle", group, { cx: x, cy: y, r: Math.max(0.9, 4.8 * Math.sqrt(Math.min(1, Math.abs(v)))), fill: Math.abs(v) < 0.02 ? scales.ink.edge : scales.value(v) });
  });
  const withLoss = j === term.t;
  mathText(group, "h", `(${j})`, withLoss ? x + 13 : x, g.top - 7, withLoss ? "start" : "middle");
}

/** A letter in italics and its argument upright. @param {Element} parent @param {string} letter @param {string} rest @param {number} x @param {number} y @param {string} anchor */
function mathText(parent, letter, rest, x, y, anchor) {
  const text = svg("text", parent, { class: "path-math", x, y, "text-anchor": anchor });
  svg("tspan", text, { class: "italic" }).textContent = letter;
  svg("tspan", text).textContent = rest;
}

/** @param {Element} picture @param {Plan} g @param {Term} term */
function loss(picture, g, term) {
  const x = g.x(term.t);
  const group = svg("g", picture, { class: "path-loss" });
  standsFor(/** @type {SVGElement} */ (group), { kind: "L", t: term.t });
  svg("circle", group, { cx: x, cy: 15, r: 15 });
  mathText(group, "L", `(${term.t})`, x, 19, "middle");
}

/**
 * Where a weight stands on the path: filled where it receives, outlined where it is only passed.
 * @typedef {{ letter: string, x: number, y: number, t: number, kind: "receives" | "passed" | "idle" }} Tile
 * @param {Plan} g @param {Term} term @returns {Tile[]}
 */
function tiles(g, { letter, t, k }) {
  if (letter === "V") return [{ letter, x: g.x(t), y: g.top - TILE / 2 + 1, t, kind: "receives" }];
  /** @type {Tile[]} */
  const all = [];
  for (let j = 1; j <= t; j += 1) {
    const kind = j > k ? "passed" : letter === "W" && j === k ? "receives" : "idle";
    const x = (g.x(j - 1) + g.x(j)) / 2;
    all.push({ letter: "W", x, y: kind === "passed" ? g.middle - g.most / 2 - TILE / 2 - 3 : g.middle, t: j, kind });
  }
  if (letter === "U") all.push({ letter, x: g.x(k), y: g.bottom + 15, t: k, kind: "receives" });
  return all;
}

/** @param {Element} picture @param {Tile} tile */
function drawTile(picture, { letter, x, y, t, kind }) {
  const group = svg("g", picture, { class: `path-tile is-${kind} tile-${letter}` });
  standsFor(/** @type {SVGElement} */ (group), { kind: /** @type {"W"} */ (letter), t });
  svg("rect", group, { x: x - TILE / 2, y: y - TILE / 2, width: TILE, height: TILE, rx: 4 });
  svg("text", group, { class: "path-math italic", x, y: y + 4.5, "text-anchor": "middle" }).textContent = letter;
}

/** What U is multiplied with, beside its tile. @param {Element} picture @param {Plan} g @param {Trace} trace @param {Term} term */
function input(picture, g, trace, term) {
  const group = svg("g", picture, { class: "path-input" });
  standsFor(/** @type {SVGElement} */ (group), { kind: "x", t: term.k });
  const symbol = trace.symbols[term.k - 1];
  mathText(group, "x", `(${term.k})${symbol ? ` = ${visible(symbol)}` : ""}`, g.x(term.k) - TILE / 2 - 5, g.bottom + 20, "end");
}

/** @param {Element} picture @param {Plan} g @param {Term} term @param {Scales} scales */
function ribbons(picture, g, term, scales) {
  const [error, ...rest] = term.factors;
  const x = g.x(term.t);
  if (term.letter === "V") {
    ribbon(picture, g, scales, { from: [x, 30], to: [x, g.top - TILE + 2], start: error.norm, end: rest[0].norm }, 1);
    return;
  }
  ribbon(picture, g, scales, { from: [x, 30], to: [x, g.top], start: error.norm, end: rest[0].norm }, 1);
  let left = rest[0].norm;
  rest.slice(1).forEach((factor, i) => {
    ribbon(picture, g, scales, { ...span(g, term, factor), start: left, end: factor.norm }, i + 2);
    left = factor.norm;
  });
}

/** Where the ribbon of a factor runs: to the state before, or into the weight. @param {Plan} g @param {Term} term @param {Factor} factor @returns {{ from: number[], to: number[] }} */
function span(g, term, { from, to }) {
  const last = from === term.k;
  const x = g.x(from);
  if (last && term.letter === "U") return { from: [x, g.bottom], to: [x, g.bottom + 6] };
  const end = last ? (g.x(from - 1) + x) / 2 + TILE / 2 - 2 : g.x(to) + CAPSULE / 2;
  return { from: [x - CAPSULE / 2, g.middle], to: [end, g.middle] };
}

/** @param {Element} picture @param {Plan} g @param {Scales} scales @param {{ from: number[], to: number[], start: number, end: number }} run @param {number} index  of the factor */
function ribbon(picture, g, scales, { from, to, start, end }, index) {
  const group = svg("g", picture, { class: "path-ribbon", "data-factor": index });
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy) || 1;
  const [nx, ny] = [-dy / length, dx / length];
  const [w0, w1] = [scales.ribbon(start, g.most) / 2, scales.ribbon(end, g.most) / 2];
  const at = (/** @type {number[]} */ [x, y], /** @type {number} */ w) => `${(x + nx * w).toFixed(1)} ${(y + ny * w).toFixed(1)}`;
  if (scales.gone(start) && scales.gone(end)) {
    svg("line", group, { class: "path-gone", x1: from[0], y1: from[1], x2: to[0], y2: to[1] });
  } else {
    const id = `path-fill-${(made += 1)}`;
    const fill = svg("linearGradient", group, { id, gradientUnits: "userSpaceOnUse", x1: from[0], y1: from[1], x2: to[0], y2: to[1] });
    const middle = Math.sqrt(Math.max(start, 1e-300) * Math.max(end, 1e-300));
    [start, middle, end].forEach((norm, i) => svg("stop", fill, { offset: i / 2, "stop-color": scales.norm(norm) }));
    svg("path", group, { d: `M${at(from, w0)}L${at(to, w1)}L${at(to, -w1)}L${at(from, -w0)}Z`, fill: `url(#${id})`, class: "path-body" });
    if (length > 14) chevron(group, scales, [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2], [dx / length, dy / length], middle);
  }
  const [left, top] = [Math.min(from[0], to[0]), Math.min(from[1], to[1])];
  const pad = g.most / 2 + 3;
  const box = dy ? [left - pad, top, 2 * pad, Math.abs(dy)] : [left, top - pad, Math.abs(dx), 2 * pad];
  svg("rect", group, { class: "path-ring", x: box[0], y: box[1], width: box[2], height: box[3], rx: 5 });
  const times = svg("text", group, { class: "path-times", x: dy ? from[0] - 16 : (from[0] + to[0]) / 2, y: dy ? (from[1] + to[1]) / 2 + 4 : g.middle + pad + 14, "text-anchor": dy ? "end" : "middle" });
  times.textContent = start > 0 ? `×${short(end / start)}` : "";
}

/** @param {Element} group @param {Scales} scales @param {number[]} middle @param {number[]} way @param {number} norm */
function chevron(group, scales, [x, y], [ux, uy], norm) {
  const arm = 4;
  const d = `M${x - (ux * arm) / 2 + uy * arm} ${y - (uy * arm) / 2 - ux * arm}L${x + (ux * arm) / 2} ${y + (uy * arm) / 2}L${x - (ux * arm) / 2 - uy * arm} ${y - (uy * arm) / 2 + ux * arm}`;
  svg("path", group, { class: "path-chevron", d, stroke: scales.share(norm) > 0.45 ? scales.ink.surface : scales.ink.text });
}
