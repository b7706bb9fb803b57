import { powerOfTen, short } from "../format.js";
import { t } from "../i18n.js";
import { decadesOf, logShare } from "../clipping.js";
import { ALL, parameterTex } from "../vectors.js";
import { child } from "./band.js";
import { mathIn } from "./panel.js";

/**
 * What the two labs, clipping and truncation, share: the head, the parameters to choose from, and the plane in which two
 * gradients lie.
 *
 * @typedef {import("../scales.js").Scales} Scales
 * @typedef {import("../vectors.js").Pair} Pair
 */

const SVG = "http://www.w3.org/2000/svg";

/** @param {Element} parent @param {string} name @param {Record<string, string | number>} [attributes] @returns {SVGElement} */
export function draw(parent, name, attributes = {}) {
  const element = /** @type {SVGElement} */ (document.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  parent.append(element);
  return element;
}

/** An angle in words: exactly none, or in degrees. @param {number} degrees */
export function degrees(degrees) {
  if (Number.isNaN(degrees)) return "–";
  if (degrees < 1e-5) return "0°";
  if (degrees < 0.1) return "< 0.1°";
  return `${degrees < 9.95 ? degrees.toFixed(1) : Math.round(degrees)}°`;
}

/** What the plane shows, in words; a zero gradient has no direction. @param {number} angle */
export function directionNote(angle) {
  if (Number.isNaN(angle)) return t("lab.noDirection");
  return t(angle < 1e-5 ? "clipping.straight" : "clipping.turns", { angle: degrees(angle) });
}

/** Title and close button. @param {HTMLElement} root @param {string} title @param {() => void} onClose */
export function labHead(root, title, onClose) {
  const head = child(root, "div", "panel-head");
  child(head, "h2", "panel-title").textContent = title;
  const close = /** @type {HTMLButtonElement} */ (child(head, "button", "quiet"));
  close.type = "button";
  close.setAttribute("aria-label", t("lab.close", { what: title }));
  const cross = draw(close, "svg", { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" });
  draw(cross, "path", { d: "M3 3 L13 13 M13 3 L3 13" });
  close.addEventListener("click", onClose);
}

/** The gradient of a parameter as a formula. @param {string} name */
export const gradientTex = (name) => (name === ALL ? "\\nabla L" : `\\partial L/\\partial ${parameterTex(name)}`);

/** Its name where there is no room for mathematics, and where it is read aloud. @param {string} name */
export const parameterName = (name) => (name === ALL ? t("lab.all") : name);

/**
 * A table with a row for each parameter; the letter of a row is a button that chooses it.
 * @param {HTMLElement} root @param {{ caption: string, heads: string[], onChoose: (name: string) => void }} options
 */
export function parameterTable(root, { caption, heads, onChoose }) {
  const table = child(root, "table", "lab-table");
  child(table, "caption", "visually-hidden").textContent = caption;
  const head = child(child(table, "thead"), "tr");
  for (const text of heads) {
    const cell = child(head, "th");
    cell.setAttribute("scope", "col");
    if (text) cell.textContent = text;
    else child(cell, "span", "visually-hidden").textContent = t("lab.parameter");
  }
  const body = child(table, "tbody");
  /** @type {Map<string, { row: HTMLElement, button: HTMLElement, cells: HTMLElement[] }>} */
  let rows = new Map();
  return {
    table,
    /** @param {string[]} names @param {string} chosen @param {(name: string, cells: HTMLElement[]) => void} fill */
    show(names, chosen, fill) {
      if (names.join() !== [...rows.keys()].join()) {
        body.replaceChildren();
        rows = new Map(names.map((name) => [name, makeRow(body, name, heads.length - 1, onChoose)]));
      }
      for (const [name, { row, button, cells }] of rows) {
        row.classList.toggle("is-chosen", name === chosen);
        button.setAttribute("aria-pressed", String(name === chosen));
        fill(name, cells);
      }
    },
  };
}

/** @param {HTMLElement} body @param {string} name @param {number} count @param {(name: string) => void} onChoose */
function makeRow(body, name, count, onChoose) {
  const row = child(body, "tr", name === ALL ? "total" : "");
  const head = child(row, "th");
  head.setAttribute("scope", "row");
  const button = /** @type {HTMLButtonElement} */ (mathIn(head, "button", "letter-button", parameterTex(name)));
  button.type = "button";
  button.setAttribute("aria-label", t("lab.choose", { what: parameterName(name) }));
  button.addEventListener("click", () => onChoose(name));
  return { row, button, cells: Array.from({ length: count }, () => child(row, "td")) };
}

/* ---- the plane of two gradients ---- */

const PLANE = { width: 296, radius: 142, half: 112, left: 40, top: 14, foot: 36, head: 8 };

/**
 * Two arrows from one origin: their lengths on a log scale with arcs at powers of ten, the true angle between them.
 * @param {HTMLElement} root
 */
export function plane(root) {
  const svg = draw(root, "svg", { class: "plane", role: "img" });
  return {
    /**
     * @param {{ pair: Pair, decades?: [number, number], scales: Scales, limit?: number | null, names: [string, string], label: string }} options
     *   limit: an arc in ink at this length; names: of the two arrows
     */
    show({ pair, decades = decadesOf([pair.before, pair.after]), scales, limit = null, names, label }) {
      const look = { pair, decades, scales, limit, names, share: (/** @type {number} */ norm) => logShare(norm, decades) };
      svg.replaceChildren();
      svg.setAttribute("aria-label", label);
      const half = pair.angle > 90;
      const radius = half ? PLANE.half : PLANE.radius;
      const origin = { x: half ? PLANE.width / 2 : PLANE.left, y: PLANE.top + radius };
      svg.setAttribute("viewBox", `0 0 ${PLANE.width} ${origin.y + PLANE.foot}`);
      const at = polar(origin, radius);
      protractor(svg, at, look, half ? 180 : 90, radius);
      arrows(svg, at, look);
    },
  };
}

/** @param {{ x: number, y: number }} origin @param {number} radius */
const polar = (origin, radius) => (/** @type {number} */ share, /** @type {number} */ angle) => ({
  x: origin.x + radius * share * Math.cos((angle * Math.PI) / 180), y: origin.y - radius * share * Math.sin((angle * Math.PI) / 180),
});

/** @typedef {ReturnType<typeof polar>} Polar @typedef {{ pair: Pair, decades: [number, number], scales: Scales, limit: number | null, names: [string, string], share: (norm: number) => number }} Look */

/** @param {Polar} at @param {number} share @param {number} from @param {number} to @param {number} radius */
function arc(at, share, from, to, radius) {
  const [start, end] = [at(share, from), at(share, to)];
  return `M${start.x} ${start.y} A${radius * share} ${radius * share} 0 0 0 ${end.x} ${end.y}`;
}

/** @param {SVGElement} svg @param {Polar} at @param {Look} look @param {number} span @param {number} radius */
function protractor(svg, at, { decades: [low, high], share, limit, pair }, span, radius) {
  const origin = at(0, 0);
  const every = Math.ceil((high - low) / 4);
  for (let n = low + 1; n <= high; n += 1) draw(svg, "path", { class: "rule", d: arc(at, share(10 ** n), 0, span, radius) });
  for (let angle = 0; angle <= span; angle += 30) {
    const end = at(1, angle);
    draw(svg, "path", { class: "rule", d: `M${origin.x} ${origin.y} L${end.x} ${end.y}` });
    const taken = Math.abs(angle - pair.angle) < 12 && share(pair.after) > 0.6;  // by the arrow's own label
    if (angle > 0 && angle < span && !taken) text(svg, at(1, angle), `${angle}°`, { "text-anchor": angle > 90 ? "end" : "start", dx: angle > 90 ? -3 : 3, dy: -1, class: "label" });
  }
  for (let n = high; n > low; n -= every) text(svg, at(share(10 ** n), 0), powerOfTen(n), { "text-anchor": "middle", dy: 16, class: "label" });
  if (limit === null || !(share(limit) > 0)) return;
  draw(svg, "path", { class: "limit", d: arc(at, share(limit), 0, span, radius) });
}

/** @param {SVGElement} svg @param {{ x: number, y: number }} at @param {string} content @param {Record<string, string | number>} attributes */
function text(svg, { x, y }, content, attributes) {
  draw(svg, "text", { x, y, ...attributes }).textContent = content;
}

/** @param {SVGElement} svg @param {Polar} at @param {Look} look */
function arrows(svg, at, { pair, share, scales, names }) {
  const origin = at(0, 0);
  const angle = Number.isNaN(pair.angle) ? 0 : pair.angle;
  const [before, after] = [at(share(pair.before), 0), at(share(pair.after), angle)];
  draw(svg, "path", { class: "before", d: `M${origin.x} ${origin.y} L${before.x} ${before.y}`, stroke: scales.norm(pair.before) });
  if (angle >= 4) draw(svg, "path", { class: "turned", d: arc(at, 0.16, 0, angle, PLANE.radius * (pair.angle > 90 ? PLANE.half / PLANE.radius : 1)) });
  const length = Math.hypot(after.x - origin.x, after.y - origin.y);
  if (length > 1) {
    const [ux, uy] = [(after.x - origin.x) / length, (after.y - origin.y) / length];
    const neck = { x: after.x - ux * Math.min(PLANE.head, length), y: after.y - uy * Math.min(PLANE.head, length) };
    draw(svg, "path", { class: "after casing", d: `M${origin.x} ${origin.y} L${neck.x} ${neck.y}` });
    draw(svg, "path", { class: "after", d: `M${origin.x} ${origin.y} L${neck.x} ${neck.y}` });
    draw(svg, "path", { class: "tip", d: `M${after.x} ${after.y} L${neck.x - uy * 4.5} ${neck.y + ux * 4.5} L${neck.x + uy * 4.5} ${neck.y - ux * 4.5} Z` });
  }
  draw(svg, "circle", { class: "origin", cx: origin.x, cy: origin.y, r: 2.5 });
  const steep = angle > 60;
  text(svg, after, `${names[1]} ${short(pair.after)}`, { class: "label strong", "text-anchor": after.x > 190 ? "end" : "start", dx: steep ? 8 : 2, dy: steep ? 4 : -8 });
  text(svg, { x: before.x, y: origin.y }, `${names[0]} ${short(pair.before)}`, { class: "label strong", "text-anchor": "end", dy: 31 });
}
