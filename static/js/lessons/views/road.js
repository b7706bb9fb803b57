import { draw, drawMark, markPath, seriesOf } from "../../compare/series.js";
import { short, visible } from "../../format.js";
import { keeperOf } from "../../gated.js";
import { t as say } from "../../i18n.js";
import { norm } from "../../trace.js";
import { child } from "../../views/band.js";
import { tickExponents, tickOfTen } from "../../views/legend.js";

/**
 * What is left of the last loss at every step, on the gradient's log scale: by all roads, by the direct road alone on
 * which nothing but gates multiply, and at h.
 *
 * @typedef {import("../../trace.js").Trace} Trace
 * @typedef {import("../../scales.js").Scales} Scales
 * @typedef {{ name: string, values: ArrayLike<number>, mark: number }} Line   values: from step 1; mark: its place among the series
 */

/** Heights in pixels: above and below the plot, and of its floor. */
const [ABOVE, BELOW] = [10, 40];

/**
 * The gradient of the last loss at the state that the gates keep, by the direct road alone: ‖∂L(T)/∂s(T) ⊙ Πⱼ keep(j)‖ at
 * each step k, j = k+1 … T. s is the LSTM's cell state and keep its forget gate, or the GRU's h and its update gate.
 * @param {Trace} trace @returns {Float64Array} from step 1
 */
export function directRoad(trace) {
  const { T, dcell, dh, gates } = trace;
  const keep = /** @type {Record<string, Float64Array[]>} */ (gates)[keeperOf(trace)];
  const left = new Float64Array(T);
  let vector = (dcell ?? dh)[T - 1]; // only L(T) reaches the last step
  for (let k = T; k >= 1; k -= 1) {
    left[k - 1] = norm(vector);
    vector = vector.map((v, i) => v * keep[k - 1][i]);
  }
  return left;
}

/** Mean opening of each gate over units and steps. @param {Trace} trace @returns {Record<string, number>} */
export function meanOpenings({ gates, T, H }) {
  const mean = (/** @type {Float64Array[]} */ rows) => rows.reduce((sum, row) => sum + row.reduce((part, v) => part + v, 0), 0) / (T * H);
  return Object.fromEntries(Object.entries(gates ?? {}).map(([name, rows]) => [name, mean(rows)]));
}

/** The lines of one gated cell. @param {Trace} trace @returns {Line[]} */
export function linesOf(trace) {
  const { credit, T } = trace;
  const whole = (credit.dcell ?? credit.dh)[T - 1];
  const lines = [{ name: trace.cell ? "cell" : "whole", values: whole, mark: 0 }, { name: "direct", values: directRoad(trace), mark: 1 }];
  return trace.cell ? [...lines, { name: "h", values: credit.dh[T - 1], mark: 2 }] : lines;
}

/** @param {HTMLElement} root */
export function road(root) {
  root.classList.add("open-road");
  const legend = child(root, "ul", "road-legend");
  const picture = draw(root, "svg", { role: "img" });
  const axis = child(root, "p", "road-axis");
  const table = child(root, "table", "visually-hidden");
  return {
    /** @param {Line[]} lines @param {(string | null)[]} symbols  x(1) … x(T) @param {{ scales: Scales, width: number, height: number, caption: string }} state */
    update(lines, symbols, { scales, width, height, caption }) {
      writeLegend(legend, lines, scales);
      for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` })) picture.setAttribute(name, String(value));
      picture.setAttribute("aria-label", caption);
      picture.replaceChildren();
      axis.textContent = say("lesson.gates.axis");
      const frame = frameOf(width, height, symbols.length, scales);
      drawAxes(picture, frame, symbols, scales);
      lines.forEach((line) => drawLine(picture, frame, line, scales));
      placeEnds(picture, frame, lines, scales);
      writeTable(table, lines, caption);
    },
    destroy: () => root.replaceChildren(),
  };
}

/** @param {number} width @param {number} height @param {number} T @param {Scales} scales */
function frameOf(width, height, T, scales) {
  const [left, right] = [78, 36];
  const column = (width - left - right) / T;
  const floor = height - BELOW;
  return { T, left, right: width - right, floor, x: (/** @type {number} */ t) => left + (t - 0.5) * column, y: (/** @type {number} */ v) => floor - scales.share(v) * (floor - ABOVE) };
}

/** @typedef {ReturnType<typeof frameOf>} Frame */

/** @param {HTMLElement} list @param {Line[]} lines @param {Scales} scales */
function writeLegend(list, lines, scales) {
  list.replaceChildren();
  for (const { name, mark } of lines) {
    const item = child(list, "li");
    const key = draw(item, "svg", { width: 24, height: 14, viewBox: "-12 -7 24 14", "aria-hidden": "true" });
    const series = seriesOf(mark, scales.theme);
    draw(key, "path", { d: "M-12 0H12", stroke: series.colour, "stroke-width": 2 });
    drawMark(key, series, 0, 0, { ground: scales.ink.surface });
    child(item, "span").textContent = say(`lesson.gates.line.${name}`);
  }
}

/** @param {Element} picture @param {Frame} frame @param {(string | null)[]} symbols @param {Scales} scales */
function drawAxes(picture, { T, left, right, floor, x }, symbols, scales) {
  const [low, high] = scales.range;
  for (const n of tickExponents(scales.range, floor - ABOVE, 24)) {
    const y = floor - ((n - low) / (high - low)) * (floor - ABOVE);
    draw(picture, "path", { class: "road-line", d: `M${left} ${y}H${right}` });
    draw(picture, "text", { class: "road-tick is-end", x: right + 6, y: y + 4 }).textContent = n === low ? `≤${tickOfTen(n)}` : tickOfTen(n);
  }
  const every = Math.max(1, Math.ceil((16 * T) / (right - left)));
  for (let t = 1; t <= T; t += every) {
    draw(picture, "text", { class: "road-tick", x: x(t), y: floor + 17 }).textContent = String(t);
    draw(picture, "text", { class: "road-symbol", x: x(t), y: floor + 34 }).textContent = visible(symbols[t - 1] ?? "");
  }
}

/** @param {Element} picture @param {Frame} frame @param {Line} line @param {Scales} scales */
function drawLine(picture, { x, y, T }, { values, mark }, scales) {
  const series = seriesOf(mark, scales.theme);
  for (let k = 1; k < T; k += 1) {
    const gone = scales.gone(values[k - 1]);
    draw(picture, "path", { class: gone ? "road-road is-gone" : "road-road", stroke: series.colour, d: `M${x(k)} ${y(values[k - 1])}L${x(k + 1)} ${y(values[k])}` });
  }
  for (let k = 1; k <= T; k += 1) drawMark(picture, series, x(k), y(values[k - 1]), { ground: scales.ink.surface });
}

/** The numbers at step 1, left of their lines, pushed apart. @param {Element} picture @param {Frame} frame @param {Line[]} lines @param {Scales} scales */
function placeEnds(picture, { x, y, floor }, lines, scales) {
  const ends = lines.map(({ values, mark }) => ({ at: y(values[0]), text: short(values[0]), mark })).sort((p, q) => p.at - q.at);
  let below = -Infinity;
  for (const end of ends) below = end.at = Math.max(end.at, below + 15);
  const excess = Math.max(0, below - floor);
  for (const { at, text, mark } of ends) {
    const series = seriesOf(mark, scales.theme);
    draw(picture, "path", { d: markPath(series.mark, 3), transform: `translate(${x(1) - 14} ${at - excess})`, fill: series.colour, stroke: series.colour });
    draw(picture, "text", { class: "road-end", x: x(1) - 21, y: at - excess + 4 }).textContent = text;
  }
}

/** @param {HTMLElement} table @param {Line[]} lines @param {string} caption */
function writeTable(table, lines, caption) {
  table.replaceChildren();
  child(table, "caption").textContent = caption;
  const head = child(table, "tr");
  child(head, "th").textContent = say("lesson.gates.step");
  for (const { name } of lines) child(head, "th").textContent = say(`lesson.gates.line.${name}`);
  for (let k = 0; k < lines[0].values.length; k += 1) {
    const row = child(table, "tr");
    child(row, "td").textContent = String(k + 1);
    for (const { values } of lines) child(row, "td").textContent = short(values[k]);
  }
}
