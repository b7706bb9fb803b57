import { instrumentQuery, opensAlone } from "../comparison.js";
import { percent, plain, short } from "../format.js";
import { t } from "../i18n.js";
import { renderPhrase } from "../math.js";
import { child } from "../views/band.js";
import { createEditor } from "./editor.js";
import { measuredAtCell, settingsOf } from "./names.js";
import { normAt, normAtStart } from "./result.js";
import { draw, drawMark, seriesOf } from "./series.js";
import { createTriangle } from "./triangle.js";

/**
 * One row a network: its triangle, how fast its gradient fades, what is left at the distance of the rule.
 *
 * @typedef {import("./state.js").CompareState} CompareState
 * @typedef {import("./state.js").Entry} Entry
 * @typedef {import("../comparison.js").Network} Network
 * @typedef {import("./result.js").Place} Place
 *
 * @typedef {object} RowsOptions
 * @property {any} catalog
 * @property {(place: Place | null) => void} onHover
 * @property {(index: number, network: Network, dragging: boolean) => void} onNetwork
 * @property {(index: number) => void} onRemove
 * @property {() => void} onCut     several sequences are wanted
 */

/** @param {HTMLElement} root @param {RowsOptions} options */
export function rows(root, options) {
  const head = child(root, "div", "network-head");
  head.setAttribute("aria-hidden", "true"); // each row says it again
  child(head, "span");
  child(head, "span").textContent = t("compare.triangle");
  child(head, "span").textContent = t("compare.gradient");
  const where = child(head, "span", "network-where");
  const list = child(root, "ol", "networks");
  /** @type {ReturnType<typeof createRow>[]} */
  let made = [];
  return {
    /** @param {CompareState} state */
    update(state) {
      while (made.length < state.entries.length) made.push(createRow(list, made.length, options));
      for (const row of made.splice(state.entries.length)) row.root.remove();
      where.textContent = placeName(state);
      made.forEach((row, i) => row.update(state, state.entries[i]));
    },
    /** Show the fields of a row, and go there. @param {number} index */
    edit(index) {
      made[index]?.edit();
    },
    /** After a row has gone: the one that took its place, or the one before. @param {number} index */
    focus(index) {
      made[Math.min(index, made.length - 1)]?.focus();
    },
  };
}

/** What the last column speaks of. @param {CompareState} state */
export function placeName({ place, settings }) {
  if (place && "t" in place) return t("compare.pair", place);
  const n = place ? place.distance : settings.distance;
  return t(n === 1 ? "compare.back.one" : "compare.back", { n });
}

/** @param {HTMLElement} list @param {number} index @param {RowsOptions} options */
function createRow(list, index, options) {
  const root = child(list, "li", "network");
  const name = child(root, "div", "network-name");
  const mark = draw(name, "svg", { class: "network-mark", width: 14, height: 14, viewBox: "-7 -7 14 14", "aria-hidden": "true" });
  const words = child(name, "div", "network-words");
  const title = child(words, "h2");
  const lines = child(words, "p", "network-lines");
  const triangle = createTriangle(child(root, "div", "network-triangle"), options);
  const fade = child(root, "p", "network-fade");
  const left = child(root, "div", "network-left");
  const actions = child(root, "p", "network-actions");
  const open = /** @type {HTMLAnchorElement} */ (child(actions, "a"));
  open.textContent = t("compare.open");
  const alone = child(actions, "span");
  alone.textContent = t("compare.onlyHere");
  const editing = button(actions, t("compare.edit"));
  const reason = child(root, "div", "network-reason");
  const editor = createEditor(child(root, "div", "network-editor controls"), {
    catalog: options.catalog, onNetwork: (network, dragging) => options.onNetwork(index, network, dragging), onRemove: () => options.onRemove(index),
  });
  const show = (/** @type {boolean} */ shown) => {
    editor.root.hidden = !shown;
    editing.setAttribute("aria-expanded", String(shown));
  };
  editing.addEventListener("click", () => show(Boolean(editor.root.hidden)));
  show(false);

  /** @param {CompareState} state @param {Entry} entry */
  function update(state, { network, name: words, result, reason: why }) {
    const { settings, scales, size, place, entries } = state;
    drawMarkOnce(mark, index, scales);
    write(title, words);
    writeLines(lines, network, result);
    open.hidden = !opensAlone(network);
    alone.hidden = !open.hidden || why !== null;
    open.setAttribute("href", `${state.home}${instrumentQuery(network, settings)}`);
    open.setAttribute("aria-label", t("compare.openName", { name: words }));
    editing.setAttribute("aria-label", t("compare.editName", { name: words }));
    root.classList.toggle("empty", !result);
    root.setAttribute("aria-label", words);
    if (result) triangle.update(result, scales, size, place, t("compare.triangleOf", { name: words }));
    writeFade(fade, result);
    left.dataset.where = placeName(state);
    writeLeft(left, state, result);
    writeReason(reason, why, settings, options.onCut);
    editor.update(network, words, entries.length > 1);
  }
  return { root, update, edit: () => { show(true); editor.focus(); }, focus: () => editing.focus() };
}

/** @param {HTMLElement} parent @param {string} label @param {string} [className] @returns {HTMLButtonElement} */
export function button(parent, label, className = "") {
  const element = /** @type {HTMLButtonElement} */ (child(parent, "button", className));
  element.type = "button";
  element.textContent = label;
  return element;
}

/** @param {HTMLElement} element @param {string} text */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {SVGElement} svg @param {number} index @param {import("../scales.js").Scales} scales */
function drawMarkOnce(svg, index, { theme }) {
  if (svg.dataset.theme === theme) return;
  svg.dataset.theme = theme;
  svg.replaceChildren();
  drawMark(svg, seriesOf(index, theme), 0, 0, { r: 4.6, ground: theme === "dark" ? "#171a21" : "#ffffff" });
}

/** @param {HTMLElement} element @param {Network} network @param {Entry["result"]} result */
function writeLines(element, network, result) {
  const words = settingsOf(network, result);
  const more = [measuredAtCell(network) ? t("compare.atCell") : "", result ? t("compare.parameters", { n: short(result.parameters) }) : ""];
  const stamp = JSON.stringify([words, more]);
  if (element.dataset.stamp === stamp) return;
  element.dataset.stamp = stamp;
  element.replaceChildren();
  for (const [i, line] of [words, ...more].filter(Boolean).entries()) {
    const part = child(element, "span", i === 0 ? "network-settings" : "");
    if (typeof line === "string") part.textContent = line;
    else line.forEach((piece, j) => writeLetters(child(part, "span"), j < line.length - 1 ? piece + t("compare.comma") : piece));
  }
}

/** The matrix keeps its colour. @param {HTMLElement} element @param {string} words  with "W" as a word of its own */
function writeLetters(element, words) {
  const [before, ...after] = words.split("$W$");
  element.append(before);
  for (const piece of after) {
    child(element, "span", "letter-W math-letter").textContent = "W";
    element.append(piece);
  }
}

/** @param {HTMLElement} element @param {Entry["result"]} result */
function writeFade(element, result) {
  const stamp = JSON.stringify(result && [result.horizon, result.overflow, [...result.curve].some((v) => v > 0)]);
  if (element.dataset.stamp === stamp) return;
  element.dataset.stamp = stamp;
  element.replaceChildren();
  if (!result) return;
  const { words, number, note } = fadeOf(result);
  child(element, "span").textContent = words;
  if (number) child(element, "strong").textContent = number;
  if (note) child(element, "span", "note").textContent = note;
}

const ROUGH = 0.8;
const FLAT = 5; // a half-life of so many times the sequence's length

/** How fast the gradient fades or grows, and how far that may be believed. @param {NonNullable<Entry["result"]>} result @returns {{ words: string, number?: string, note?: string }} */
export function fadeOf({ horizon, overflow, curve, T }) {
  const steps = (/** @type {number} */ n) => t("compare.steps", { n: n < 100 ? n.toFixed(1) : short(n) });
  const rough = horizon.r2 !== null && horizon.r2 < ROUGH ? t("compare.rough", { r2: horizon.r2.toFixed(2) }) : undefined;
  const note = overflow ? t("narration.overflow", overflow) : rough ?? (horizon.zeros ? t("compare.zeros", { n: short(horizon.zeros) }) : undefined);
  const period = horizon.half_life ?? horizon.doubling;
  const pace = t(horizon.half_life === null ? "compare.doubles" : "compare.halves");
  if (period !== null && period > FLAT * T) return { words: t("compare.nearly"), number: t("compare.flat"), note: `${pace} ${steps(period)}` };
  if (horizon.half_life !== null) return { words: pace, number: steps(horizon.half_life), note };
  if (horizon.doubling !== null) return { words: pace, number: steps(horizon.doubling), note };
  const returns = curve.some((norm, d) => d > 0 && norm > 0);
  return { words: t(T > 1 && !returns ? "compare.nothing" : "compare.flat"), note };
}

/** @param {HTMLElement} element @param {CompareState} state @param {Entry["result"]} result */
function writeLeft(element, { place, settings, scales }, result) {
  const where = place ?? { distance: settings.distance };
  const norm = result ? normAt(result, where) : NaN;
  const stamp = JSON.stringify([where, scales.theme, scales.range, result && [String(norm), result.clipped]]);
  if (element.dataset.stamp === stamp) return;
  element.dataset.stamp = stamp;
  element.replaceChildren();
  if (!result) return;
  if (Number.isNaN(norm)) child(element, "span").textContent = t("compare.noPair");
  else writeNorm(element, norm, normAtStart(result, where), scales);
  if (result.clipped) writeClipped(child(element, "span", "note"), result.clipped);
}

/** @param {HTMLElement} element @param {number} norm @param {number} start @param {import("../scales.js").Scales} scales */
function writeNorm(element, norm, start, scales) {
  const number = child(element, "span", "network-norm");
  const swatch = child(number, "span", "swatch");
  swatch.classList.toggle("over", scales.over(norm));
  swatch.style.background = scales.over(norm) ? "" : scales.norm(norm);
  child(number, "strong").textContent = short(norm);
  child(element, "span").textContent = leftOf(norm / start);
}

/** What became of the norm, in words. @param {number} share */
export function leftOf(share) {
  if (share === 0) return t("compare.left.nothing");
  if (!(share < Infinity)) return t("compare.left.over");
  if (share >= 1.995) return t("compare.left.times", { n: share < 100 ? String(Number(share.toPrecision(2))) : short(share) });
  return t("compare.left", { share: percent(share) });
}

/** @param {HTMLElement} element @param {NonNullable<NonNullable<Entry["result"]>["clipped"]>} clipped */
function writeClipped(element, { before, after }) {
  const idle = !(after < before);
  renderPhrase(element, idle ? "compare.clip.idle" : "compare.clip", { norm: { tex: "\\norm{\\nabla L}" }, before: plain(before), after: plain(after) });
}

/** @param {HTMLElement} element @param {Entry["reason"]} reason @param {import("../comparison.js").Comparison} settings @param {() => void} onCut */
function writeReason(element, reason, { kind }, onCut) {
  const stamp = JSON.stringify([reason, kind]);
  if (element.dataset.stamp === stamp) return;
  element.dataset.stamp = stamp;
  element.replaceChildren();
  element.hidden = reason === null;
  if (reason === null) return;
  child(element, "p").textContent = reason === "batch" ? t("compare.batch") : reason;
  if (reason !== "batch") return;
  const offer = kind === "text" ? "compare.batch.cut" : kind === "task" ? "compare.batch.draw" : "compare.batch.text";
  button(element, t(offer), "button").addEventListener("click", onCut);
}
