import { short } from "../../format.js";
import { t as say } from "../../i18n.js";
import { linked, renderMath, ringParts } from "../../math.js";
import { norm } from "../../trace.js";
import { child } from "../../views/band.js";
import { standsFor } from "../../views/panel.js";
import { svg } from "../../views/stage/column.js";

/**
 * A shared weight and its uses, one column a step: the matrix that the step uses, what this use gives to the gradient,
 * and how far that share goes along the whole. Below, the norms end to end against the norm of the sum.
 *
 * @typedef {import("../../trace.js").Trace} Trace
 * @typedef {import("../../scales.js").Scales} Scales
 * @typedef {"U" | "W" | "V"} Letter
 * @typedef {{ rows: number, columns: number, weight: Float64Array, parts: Float64Array[], whole: Float64Array, norms: number[], shadows: number[], size: number, sum: number }} Uses
 *   matrices row by row; norms: the API's shares; shadows: of the parts on the whole; size: ‖whole‖, sum: Σ norms
 * @typedef {{ letter: Letter, tied: boolean, eta: number, scales: Scales, width: number }} State
 */

const [TILE, BARS, LINE] = [64, 116, 16];
export const TOP = 5; // the bars' fixed scale; above it they are cut off and say so

/** @param {ArrayLike<number>} column @param {ArrayLike<number>} row  column · rowᵀ, row by row */
const outer = (column, row) => Float64Array.from({ length: column.length * row.length }, (_, n) => column[Math.floor(n / row.length)] * row[n % row.length]);

/** @param {Float64Array} p @param {Float64Array} q */
const dot = (p, q) => p.reduce((sum, v, i) => sum + v * q[i], 0);

/** Every use of a weight of the plain cell, from the answer's own vectors: δ(t) x(t)ᵀ, δ(t) h(t−1)ᵀ, ∂L/∂o(t) h(t)ᵀ. @param {Trace} trace @param {Letter} letter @returns {Uses} */
export function usesOf(trace, letter) {
  const before = [trace.h0, ...trace.h.slice(0, -1)];
  const [deltas, entering] = { U: [trace.da, trace.x], W: [trace.da, before], V: [trace.do_, trace.h] }[letter];
  const parts = deltas.map((delta, i) => outer(delta, entering[i]));
  const whole = parts[0].map((_, i) => parts.reduce((sum, part) => sum + part[i], 0));
  const size = norm(whole);
  const norms = [...trace.shares[letter]];
  return {
    rows: deltas[0].length, columns: entering[0].length, weight: Float64Array.from(trace.parameters[letter].flatMap((row) => [...row])), parts, whole,
    norms, shadows: parts.map((part) => (size > 0 ? dot(part, whole) / size : 0)), size, sum: norms.reduce((sum, v) => sum + v, 0),
  };
}

/** The weight that step t (from 0) uses after one step of gradient descent. @param {Uses} uses @param {number} t @param {{ tied: boolean, eta: number }} state */
export function weightAfter({ weight, parts, whole }, t, { tied, eta }) {
  const gradient = tied ? whole : parts[t];
  return weight.map((v, i) => v - eta * gradient[i]);
}

/** Where the columns stand: T of them, and at the right the whole. @param {number} width @param {number} T */
export function columnsOf(width, T) {
  const gutter = width < 560 ? 62 : 124;
  const column = (width - gutter - 12) / (T + 1.6);
  return { gutter, column, plot: width - gutter, center: (/** @type {number} */ t) => (t - 0.5) * column, whole: (T + 0.9) * column };
}

/** @typedef {ReturnType<typeof columnsOf>} Columns */

/** @param {HTMLElement} root @param {{ onHover: (part: import("../../parts.js").Part | null) => void }} options */
export function uses(root, { onHover }) {
  root.classList.add("uses");
  const rows = ["weight", "share", "norm", "sum"].map((name) => createRow(root, name));
  const scale = child(root, "p", "uses-scale");
  const table = child(root, "div", "visually-hidden");
  root.addEventListener("pointerover", ({ target }) => {
    const mark = target instanceof Element ? target.closest("[data-part]") : null;
    onHover(mark instanceof SVGElement || mark instanceof HTMLElement ? { kind: /** @type {Letter} */ (mark.dataset.part), t: mark.dataset.t ? Number(mark.dataset.t) : undefined } : null);
  });
  root.addEventListener("pointerleave", () => onHover(null));
  return {
    /** @param {Trace} trace @param {State} state @returns {Uses} */
    update(trace, state) {
      const all = usesOf(trace, state.letter);
      const place = columnsOf(state.width, trace.T);
      const [weight, share, bars, sum] = rows;
      drawWeights(weight, all, place, trace.T, state);
      drawShares(share, all, place, trace.T, state);
      drawBars(bars, all, place, trace.T, state);
      drawSum(sum, all, place, state);
      scale.textContent = say("lesson.sharing.scale");
      writeTable(table, all, state.letter);
      return all;
    },
    /** @param {import("../../parts.js").Part | null} part */
    ring: (part) => ringParts(root, part),
    destroy: () => root.replaceChildren(),
  };
}

/** @typedef {ReturnType<typeof createRow>} Row */

/** @param {HTMLElement} root @param {string} name */
function createRow(root, name) {
  const row = child(root, "div", `uses-row row-${name}`);
  const head = child(row, "div", "uses-name");
  const title = child(head, "strong");
  const formula = child(head, "span", "uses-formula");
  const picture = svg("svg", row, { role: "img" });
  return {
    row,
    /** A clean sheet. @param {string} key @param {string} tex @param {Columns} place @param {number} height @param {Record<string, string | number>} [words] */
    begin(key, tex, { plot, gutter }, height, words = {}) {
      title.textContent = say(`lesson.sharing.${key}`, words);
      renderMath(formula, tex);
      row.style.setProperty("--uses-gutter", `${gutter}px`);
      picture.replaceChildren();
      for (const [attribute, value] of Object.entries({ width: plot, height, viewBox: `0 0 ${plot} ${height}` })) picture.setAttribute(attribute, String(value));
      picture.setAttribute("aria-label", say(`lesson.sharing.${key}.label`, words));
      return picture;
    },
  };
}

/** A matrix as squares of colour. @param {Element} parent @param {ArrayLike<number>} values @param {Uses} uses @param {number} x  of its middle @param {number} column @param {Letter} letter @param {number | null} t @param {Scales} scales */
function tile(parent, values, { rows, columns }, x, column, letter, t, scales) {
  const cell = Math.max(3, Math.min((TILE - 4) / rows, (column - 12) / columns, 15));
  const group = svg("g", parent, { transform: `translate(${x - (columns * cell) / 2} ${4 + (TILE - rows * cell) / 2})`, class: `uses-tile letter-${letter}` });
  if (t !== null) standsFor(/** @type {SVGElement} */ (group), { kind: letter, t });
  svg("rect", group, { class: "uses-ground", x: -2, y: -2, width: columns * cell + 3.4, height: rows * cell + 3.4, rx: 3 });
  for (let n = 0; n < values.length; n += 1) {
    svg("rect", group, { x: (n % columns) * cell, y: Math.floor(n / columns) * cell, width: cell - 0.6, height: cell - 0.6, fill: scales.value(values[n]) });
  }
  svg("rect", group, { class: "uses-frame", x: -2, y: -2, width: columns * cell + 3.4, height: rows * cell + 3.4, rx: 3 });
  return group;
}

/** @param {Element} parent @param {string} className @param {number} x @param {number} y @param {string} text */
function label(parent, className, x, y, text) {
  const element = svg("text", parent, { class: className, x, y, "text-anchor": "middle" });
  element.textContent = text;
  return element;
}

/** @param {Row} row @param {Uses} all @param {Columns} place @param {number} T @param {State} state */
function drawWeights({ begin }, all, place, T, state) {
  const { letter, tied, scales } = state;
  const key = tied ? "weight.tied" : "weight.untied";
  const picture = begin(key, tied ? `\\${letter}` : `${linked({ kind: letter }, `\\${letter}`)}^{(1)}\\ldots \\${letter}^{(${T})}`, place, TILE + 26, { T, letter });
  if (tied) svg("path", picture, { class: `uses-rail letter-${letter}`, d: `M${place.center(1)} ${4 + TILE / 2}H${place.center(T)}` });
  for (let t = 1; t <= T; t += 1) {
    tile(picture, weightAfter(all, t - 1, state), all, place.center(t), place.column, letter, t, scales);
    label(picture, "uses-step", place.center(t), TILE + 22, String(t));
  }
  label(picture, "uses-count", place.whole, 9 + TILE / 2, say("lesson.sharing.stored", { n: tied ? 1 : T }));
}

/** @param {Row} row @param {Uses} all @param {Columns} place @param {number} T @param {State} state */
function drawShares({ begin }, all, place, T, { letter, tied, scales }) {
  const term = { U: "\\delta(t)\\,x(t)^{\\top}", W: "\\delta(t)\\,h(t-1)^{\\top}", V: "\\frac{\\d L}{\\d o(t)}h(t)^{\\top}" }[letter];
  const picture = begin("share", term, place, TILE + 12, { T, letter });
  all.parts.forEach((part, i) => {
    tile(picture, part, all, place.center(i + 1), place.column, letter, i + 1, scales);
    if (tied) label(picture, "uses-sign", place.center(i + 1) + place.column / 2, 9 + TILE / 2, i + 1 < T ? "+" : "=");
  });
  if (tied) tile(picture, all.whole, all, place.whole, place.column * 1.4, letter, null, scales).classList.add("is-whole");
  else label(picture, "uses-count", place.whole, 9 + TILE / 2, say("lesson.sharing.apart"));
}

/** @param {Row} row @param {Uses} all @param {Columns} place @param {number} T @param {State} state */
function drawBars({ begin }, all, place, T, { letter, tied }) {
  const zero = BARS + 16;
  const picture = begin(tied ? "norm" : "norm.untied", "\\lVert\\cdot\\rVert", place, zero + 22, { T, letter });
  const y = (/** @type {number} */ v) => zero - (Math.max(-0.15 * TOP, Math.min(TOP, v)) / TOP) * BARS;
  const wide = Math.min(26, 0.5 * place.column);
  for (let v = 0; v <= TOP; v += 1) {
    svg("path", picture, { class: "uses-line", d: `M0 ${y(v)}H${place.center(T) + place.column / 2}` });
    if (v % 2 === 0) label(picture, "uses-tick", place.center(T) + place.column / 2 + 10, y(v) + 4, String(v));
  }
  all.norms.forEach((size, i) => {
    const x = place.center(i + 1) - wide / 2;
    svg("rect", picture, { class: "uses-norm", x, width: wide, y: y(size), height: zero - y(size) });
    const at = y(all.shadows[i]);
    if (tied) svg("rect", picture, { class: `uses-shadow letter-${letter}`, x, width: wide, y: Math.min(zero, at), height: Math.abs(zero - at) });
    label(picture, "uses-number", place.center(i + 1), y(size) - 4, short(size));
  });
}

/** @param {Row} row @param {Uses} all @param {Columns} place @param {State} state */
function drawSum({ begin, row }, { norms, shadows, size, sum }, place, { letter, tied }) {
  row.hidden = !tied;
  const picture = begin("sum", `\\textstyle\\sum_t \\lVert g_t\\rVert,\\ \\lVert\\sum_t g_t\\rVert`, place, 2 * LINE + 26, { sum: short(sum), size: short(size), letter });
  const span = place.plot - 62;
  const x = (/** @type {number} */ v) => (sum > 0 ? (v / sum) * span : 0);
  let [outlined, solid] = [0, 0];
  norms.forEach((v, i) => {
    svg("rect", picture, { class: "uses-norm", x: x(outlined), y: 4, width: x(v), height: LINE });
    outlined += v;
    const [from, to] = [solid, solid + shadows[i]];
    svg("rect", picture, { class: `uses-shadow letter-${letter}`, x: x(Math.min(from, to)), y: LINE + 14, width: Math.abs(x(to) - x(from)), height: LINE });
    if (i) svg("path", picture, { class: "uses-cut", d: `M${x(from)} ${LINE + 14}v${LINE}` });
    solid = to;
  });
  for (const [v, y] of [[sum, LINE], [size, 2 * LINE + 10]]) label(picture, "uses-number is-end", x(v) + 6, y + 1, short(v));
}

/** The same numbers as a table, for who does not see the picture. @param {HTMLElement} box @param {Uses} uses @param {Letter} letter */
function writeTable(box, { norms, shadows, size, sum }, letter) {
  const table = document.createElement("table");
  child(table, "caption").textContent = say("lesson.sharing.table", { letter });
  const row = (/** @type {string[]} */ cells) => {
    const line = child(table, "tr");
    for (const text of cells) child(line, "td").textContent = text;
  };
  row(["t", "norm", "shadow"].map((name) => say(`lesson.sharing.table.${name}`)));
  norms.forEach((v, i) => row([String(i + 1), short(v), short(shadows[i])]));
  row([say("lesson.sharing.table.sum"), short(sum), short(size)]);
  box.replaceChildren(table);
}
