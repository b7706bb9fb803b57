import { draw } from "../../compare/series.js";
import { short } from "../../format.js";
import { t } from "../../i18n.js";
import { child } from "../../views/band.js";

/**
 * The same letters in several orders, and what two networks make of each: a row an order, the sums of the outputs as
 * bars, and how far each is from the first row's.
 *
 * @typedef {{ word: string, without: number[], with: number[], lastWithout: number[] }} Heard   sums over t of o(t), and o(T)
 * @typedef {{ without: number, with: number, last: number }} Apart
 */

/** A generator of numbers in [0, 1) that a seed repeats (mulberry32). @param {number} seed */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The letters of a word in another order. @param {string} word @param {number} seed */
export function shuffled(word, seed) {
  const letters = [...word];
  const next = random(seed);
  for (let i = letters.length - 1; i > 0; i -= 1) {
    const j = Math.floor(next() * (i + 1));
    [letters[i], letters[j]] = [letters[j], letters[i]];
  }
  return letters.join("");
}

/** Another order that is not there yet, if one is found. @param {string[]} words @param {number} seed */
export function another(words, seed) {
  for (let i = 0; i < 50; i += 1) {
    const word = shuffled(words[0], seed + 1000 * i);
    if (!words.includes(word)) return word;
  }
  return null;
}

/** The alphabet of a word and its end. @param {string} word @param {string} end */
export const alphabet = (word, end) => [...new Set([...word, end])];

/** A word as data: each letter predicts the next, the last one the end. @param {string} word @param {string[]} labels @param {string} end */
export function dataOf(word, labels, end) {
  const letters = [...word];
  const x = letters.map((letter) => labels.map((label) => (label === letter ? 1 : 0)));
  const y = [...letters.slice(1), end].map((letter) => labels.indexOf(letter));
  return { name: word, x, y, output: /** @type {const} */ ("softmax"), labels, scale: null };
}

/** Σ_t o(t). @param {number[][]} o */
export const sumOf = (o) => o[0].map((_, j) => o.reduce((sum, row) => sum + row[j], 0));

/** @param {number[]} a @param {number[]} b */
const distance = (a, b) => Math.hypot(...a.map((v, i) => v - b[i]));

/** How far each row is from the first. @param {Heard[]} rows @returns {Apart[]} */
export const apartOf = (rows) => rows.map((row) => ({
  without: distance(row.without, rows[0].without), with: distance(row.with, rows[0].with), last: distance(row.lastWithout, rows[0].lastWithout),
}));

const COLUMNS = ["word", "without", "withoutApart", "with", "withApart", "last"];

/** @param {HTMLElement} root */
export function orders(root) {
  root.classList.add("orders-place");
  const caption = child(root, "p", "orders-caption");
  caption.textContent = t("lesson.cycle.orders");
  const table = child(root, "table", "orders");
  table.setAttribute("aria-label", t("lesson.cycle.orders"));
  child(root, "p", "orders-note").textContent = t("lesson.cycle.rounding");
  return {
    /** @param {Heard[]} rows @param {{ narrow: boolean }} look */
    update(rows, { narrow }) {
      table.replaceChildren();
      const head = child(child(table, "thead"), "tr");
      for (const key of COLUMNS) {
        if (narrow && (key === "without" || key === "with")) continue;
        const cell = child(head, "th");
        cell.setAttribute("scope", "col");
        cell.textContent = t(`lesson.cycle.column.${key}`);
      }
      const body = child(table, "tbody");
      const most = Math.max(...rows.flatMap((row) => [...row.without, ...row.with]).map(Math.abs));
      const apart = apartOf(rows);
      rows.forEach((row, i) => write(child(body, "tr"), row, i ? apart[i] : null, most, narrow));
    },
    destroy: () => root.replaceChildren(),
  };
}

/** @param {HTMLElement} line @param {Heard} row @param {Apart | null} apart  null: the row that the others are compared with @param {number} most @param {boolean} narrow */
function write(line, row, apart, most, narrow) {
  const name = child(line, "th");
  name.setAttribute("scope", "row");
  name.textContent = row.word;
  const number = (/** @type {number | undefined} */ value) => { child(line, "td", "apart").textContent = value === undefined ? "–" : short(value); };
  if (!narrow) bars(child(line, "td"), row.without, most);
  number(apart?.without);
  if (!narrow) bars(child(line, "td"), row.with, most);
  number(apart?.with);
  number(apart?.last);
}

const [BAR, HEIGHT] = [16, 56];

/** @param {HTMLElement} cell @param {number[]} values @param {number} most */
function bars(cell, values, most) {
  const svg = draw(cell, "svg", { class: "sum", width: BAR * values.length, height: HEIGHT, viewBox: `0 0 ${BAR * values.length} ${HEIGHT}`, role: "img" });
  svg.setAttribute("aria-label", values.map((value) => short(value)).join(", "));
  draw(svg, "line", { x1: 0, x2: BAR * values.length, y1: HEIGHT / 2, y2: HEIGHT / 2 });
  values.forEach((value, i) => {
    const height = (Math.abs(value) / most) * (HEIGHT / 2 - 1);
    draw(svg, "rect", { x: BAR * i + 2, y: value > 0 ? HEIGHT / 2 - height : HEIGHT / 2, width: BAR - 4, height });
  });
}
