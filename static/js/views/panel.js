import { visible } from "../format.js";
import { t as say } from "../i18n.js";
import { renderMath, renderPhrase } from "../math.js";
import { child } from "./band.js";

/**
 * The inspector's small pieces: formulas and sentences as elements, bars on the gradient scale, beads on the value scale.
 *
 * @typedef {import("../math.js").Piece} Piece
 * @typedef {import("../parts.js").Part} Part
 * @typedef {import("../scales.js").Scales} Scales
 */

/** @param {Element} parent @param {string} tag @param {string} className @param {string} tex @param {{ display?: boolean }} [options] */
export function mathIn(parent, tag, className, tex, options) {
  const element = child(parent, tag, className);
  renderMath(element, tex, options);
  return element;
}

/** @param {Element} parent @param {string} tag @param {string} className @param {string} key @param {Record<string, Piece>} [pieces] */
export function phraseIn(parent, tag, className, key, pieces) {
  const element = child(parent, tag, className);
  renderPhrase(element, key, pieces);
  return element;
}

/** Make an element stand for a part of the picture. @param {HTMLElement | SVGElement} element @param {Part} part */
export function standsFor(element, { kind, ...at }) {
  element.dataset.part = kind;
  for (const [name, value] of Object.entries(at)) element.dataset[name] = String(value);
}

/** A bar in its track, empty. @param {Element} parent @param {string} [className] @returns {HTMLElement} the track */
export function barIn(parent, className = "") {
  const track = child(parent, "span", `bar ${className}`.trim());
  child(track, "i");
  return track;
}

/** Length 0..1 and colour of a bar; over: hatched, above the scale. @param {HTMLElement} track @param {number} share @param {string} color @param {boolean} [over] */
export function setBar(track, share, color, over = false) {
  const bar = /** @type {HTMLElement} */ (track.firstElementChild);
  bar.style.width = `${100 * share}%`;
  bar.style.backgroundColor = over ? "" : color;
  track.classList.toggle("is-over", over);
  track.classList.add("is-set");
}

/** Not computed any more. @param {HTMLElement} track */
export function emptyBar(track) {
  setBar(track, 0, "");
  track.classList.remove("is-set");
}

/** A bar at a gradient's norm, as long and as coloured as everywhere else. @param {HTMLElement} track @param {number} norm @param {Scales} scales */
export const setNormBar = (track, norm, scales) => setBar(track, scales.share(norm), scales.norm(norm), scales.over(norm));

/** @param {Element} parent @returns {HTMLElement} */
export function beadIn(parent) {
  const bead = child(parent, "span", "bead");
  child(bead, "i");
  return bead;
}

/** Area by size, colour by value; both stop at ±1. @param {HTMLElement} bead @param {number} v @param {Scales} scales */
export function setBead(bead, v, scales) {
  const size = Number.isFinite(v) ? Math.sqrt(Math.min(1, Math.abs(v))) : 1;
  const disc = /** @type {HTMLElement} */ (bead.firstElementChild);
  disc.style.transform = `scale(${Math.max(0.16, size).toFixed(3)})`; // no layout: hundreds change with every step
  disc.style.backgroundColor = scales.value(v);
}

/** A character inside a sentence: quoted, a space by its name. @param {string} symbol */
export const named = (symbol) => (symbol === " " ? say("narration.space") : say("narration.symbol", { symbol: visible(symbol) }));

/** A message whose {n} things may be one: `key.one` where there is one. @param {string} key @param {number} n */
export const plural = (key, n) => (n === 1 ? `${key}.one` : key);
