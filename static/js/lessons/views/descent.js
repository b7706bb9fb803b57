import { draw, drawMark, seriesOf } from "../../compare/series.js";
import { powerOfTen, raised, short } from "../../format.js";
import { t } from "../../i18n.js";
import { pathFactors } from "../../trace.js";
import { child } from "../../views/band.js";
import { setNormBar, barIn, mathIn, standsFor } from "../../views/panel.js";

/**
 * How much of the gradient of the last loss is left at every state before it, as a share of what it set out with, on a
 * log scale; below it the factors of each step, as the microscope splits them.
 *
 * @typedef {import("../../view.js").Trace} Trace
 * @typedef {{ name: string, series: number, trace: Trace, chosen: boolean, bound: number | null }} Line   bound: the most a step can multiply by
 * @typedef {{ step: number, theme: import("../../scales.js").Theme, scales: import("../../scales.js").Scales }} DescentState
 * @typedef {{ left: number, right: number, top: number, bottom: number, width: number, height: number, T: number }} Frame
 */

/** Exponents of ten of the chart. */
export const RANGE = /** @type {[number, number]} */ ([-7, 4]);

/** What is left of ‖∂L(T)/∂h(T)‖ at h(k), k = 1..T, as a share of it; NaN where that is 0/0 or overflowed. @param {Trace} trace */
export function shares(trace) {
  const row = trace.credit.dh[trace.T - 1];
  return Float64Array.from(row, (norm) => norm / row[row.length - 1]);
}

/** The most that can be left at h(k), k = 1..T, where a step multiplies by at most `bound`. @param {number} bound @param {number} T */
export const ceiling = (bound, T) => Float64Array.from({ length: T }, (_, i) => bound ** (T - 1 - i));

/** @param {HTMLElement} root @param {{ onStep: (step: number) => void }} options */
export function descent(root, { onStep }) {
  const plot = child(root, "div", "descent-plot");
  const svg = draw(plot, "svg", { role: "img", class: "descent-svg" });
  const table = factorTable(child(root, "div", "descent-table"), onStep);
  /** @type {Frame | null} */ let frame = null;
  plot.addEventListener("click", (event) => {
    if (!frame) return;
    const x = (event.clientX - plot.getBoundingClientRect().left - frame.left) / (frame.right - frame.left);
    onStep(Math.min(frame.T, Math.max(2, Math.round(x * frame.T + 0.5))));
  });
  return {
    /** @param {Line[]} lines  the chosen one among them @param {DescentState} state */
    update(lines, state) {
      const chosen = /** @type {Line} */ (lines.find((line) => line.chosen));
      const { width, height } = plot.getBoundingClientRect();
      if (width > 0) {
        frame = frameOf(chosen.trace.T, width, height);
        svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
        svg.setAttribute("aria-label", describe(lines));
        svg.replaceChildren();
        drawAxes(svg, frame, state.step);
        for (const line of lines) drawLine(svg, frame, line, state);
        drawNames(svg, frame, lines, state);
        root.style.setProperty("--column", `${(frame.right - frame.left) / frame.T}px`);
      }
      table.update(chosen.trace, state);
    },
    destroy() {
      root.replaceChildren();
    },
  };
}

/** @param {number} T @param {number} width @param {number} height @returns {Frame} */
function frameOf(T, width, height) {
  const narrow = width < 560;
  return { left: narrow ? 46 : 120, right: width - 102, top: 14, bottom: height - 24, width, height, T };
}

/** Columns are steps: h(k) in the middle of the k-th. @param {Frame} frame @param {number} k */
const xOf = ({ left, right, T }, k) => left + ((k - 0.5) / T) * (right - left);

/** @param {Frame} frame @param {number} share */
function yOf({ top, bottom }, share) {
  const [low, high] = RANGE;
  const exponent = share > 0 ? Math.log10(share) : low - 2;
  return bottom - ((Math.min(high + 2, Math.max(low - 2, exponent)) - low) / (high - low)) * (bottom - top);
}

/** @param {Line[]} lines */
const describe = (lines) => t("lesson.vanishing.descent", {
  lines: lines.map(({ name, trace }) => t("lesson.vanishing.line", { name, share: short(shares(trace)[0]) })).join(t("compare.comma")),
});

/** @param {SVGElement} svg @param {Frame} frame @param {number} step */
function drawAxes(svg, frame, step) {
  const { left, right, top, bottom, T } = frame;
  const column = (right - left) / T;
  draw(svg, "rect", { class: "column", x: xOf(frame, step) - column / 2, y: top - 8, width: column, height: bottom - top + 32 });
  draw(svg, "clipPath", { id: "descent-inside" }).append(draw(svg, "rect", { x: left, y: top - 6, width: right - left, height: bottom - top + 12 }));
  for (let n = RANGE[1]; n >= RANGE[0]; n -= 1) {
    const y = Math.round(yOf(frame, 10 ** n)) + 0.5;
    draw(svg, "path", { class: n === 0 ? "rule one" : "rule", d: `M${left} ${y}H${right}` });
    if (n % 2 === 0) draw(svg, "text", { class: "label end", x: left - 8, y }).textContent = powerOfTen(n);
  }
  for (let k = 1; k <= T; k += 1) draw(svg, "text", { class: "label middle", x: xOf(frame, k), y: bottom + 15 }).textContent = column < 40 ? String(k) : `h(${k})`;
}

/** @param {SVGElement} svg @param {Frame} frame @param {Line} line @param {DescentState} state */
function drawLine(svg, frame, { trace, series: index, chosen, bound }, { step, theme }) {
  const series = seriesOf(index, theme);
  const inside = draw(svg, "g", { "clip-path": "url(#descent-inside)" });
  const path = (/** @type {Float64Array} */ values) => [...values].flatMap((share, i) => (Number.isFinite(share) ? [`${xOf(frame, i + 1).toFixed(1)} ${yOf(frame, share).toFixed(1)}`] : []));
  const values = shares(trace);
  if (bound !== null) draw(inside, "path", { class: "bound", d: `M${path(ceiling(bound, frame.T)).join("L")}`, stroke: series.colour });
  const points = path(values);
  if (points.length) draw(inside, "path", { class: "line", d: `M${points.join("L")}`, stroke: series.colour, "stroke-width": chosen ? 2.4 : 1.5 });
  const ground = theme === "dark" ? "#171a21" : "#ffffff";
  values.forEach((share, i) => {
    if (Number.isFinite(share)) drawMark(inside, series, xOf(frame, i + 1), yOf(frame, share), { r: chosen && i === step - 1 ? 6 : 4, ground });
  });
}

/** Names and what is left at h(1), at the right, kept off each other, in the order of the lines' far ends. @param {SVGElement} svg @param {Frame} frame @param {Line[]} lines @param {DescentState} state */
function drawNames(svg, frame, lines, { theme }) {
  const ends = lines.map(({ name, trace, series }) => ({ name, share: shares(trace)[0], colour: seriesOf(series, theme).colour, index: series }));
  ends.sort((a, b) => b.share - a.share).forEach(({ name, share, colour, index }, i) => {
    const y = frame.top + 12 + i * 38;
    drawMark(svg, seriesOf(index, theme), frame.right + 14, y, { ground: theme === "dark" ? "#171a21" : "#ffffff" });
    draw(svg, "text", { class: "label strong", x: frame.right + 24, y, fill: colour }).textContent = name;
    draw(svg, "text", { class: "label ink", x: frame.right + 24, y: y + 16 }).textContent = `×${short(share)}`;
  });
}

const ROWS = /** @type {const} */ (["slope", "W", "both", "left", "term"]);

/** @param {HTMLElement} root @param {(step: number) => void} onStep */
function factorTable(root, onStep) {
  const table = child(root, "table", "factor-columns");
  const caption = child(table, "caption", "visually-hidden");
  const head = child(child(table, "thead"), "tr");
  const body = child(table, "tbody");
  /** @type {Trace | null} */ let of = null;
  return {
    /** @param {Trace} trace @param {DescentState} state */
    update(trace, { step, scales }) {
      if (of !== trace) {
        of = trace;
        caption.textContent = t("lesson.vanishing.factors", { T: trace.T });
        writeHead(head, trace.T, onStep);
        writeBody(body, trace, scales);
      }
      for (const cell of table.querySelectorAll("[data-step]")) {
        const here = /** @type {HTMLElement} */ (cell).dataset.step === String(step);
        cell.classList.toggle("is-chosen", here);
        cell.querySelector("button")?.setAttribute("aria-pressed", String(here));
      }
    },
  };
}

/** @param {HTMLElement} row @param {number} T @param {(step: number) => void} onStep */
function writeHead(row, T, onStep) {
  if (row.children.length === T + 2) return;
  row.replaceChildren();
  const corner = child(row, "th");
  corner.textContent = t("lesson.vanishing.step");
  for (let j = 1; j <= T; j += 1) {
    const cell = child(row, "th");
    cell.setAttribute("scope", "col");
    cell.dataset.step = String(j);
    if (j === 1) {
      cell.textContent = "1";
      continue;
    }
    const button = /** @type {HTMLButtonElement} */ (child(cell, "button", "column-button"));
    button.type = "button";
    button.textContent = String(j);
    button.setAttribute("aria-label", t("lesson.vanishing.look", { j }));
    button.addEventListener("click", () => onStep(j));
  }
  child(row, "td", "factor-end");
}

/** @param {HTMLElement} body @param {Trace} trace @param {import("../../scales.js").Scales} scales */
function writeBody(body, trace, scales) {
  const { T } = trace;
  const factors = new Map(pathFactors(trace, { t: T, k: 1 }).map((factor) => [factor.step, factor]));
  const names = { slope: "\\varphi'(a(j))", W: "\\W^\\top", both: "\\text{=}", left: `\\norm{\\d L(${T})/\\d h(j)}`, term: `\\norm{\\d L(${T})/\\d \\W}_{j}` };
  body.replaceChildren();
  for (const name of ROWS) {
    const row = child(body, "tr", `row-${name}`);
    const head = mathIn(row, "th", "", names[name]);
    head.setAttribute("scope", "row");
    if (name === "both") head.textContent = t("lesson.vanishing.both");
    for (let j = 1; j <= T; j += 1) {
      const cell = child(row, "td");
      cell.dataset.step = String(j);
      const factor = factors.get(j);
      if (name === "left") writeNorm(cell, trace.credit.dh[T - 1][j - 1], scales);
      else if (name === "term") writeNorm(cell, trace.credit.dW[T - 1][j - 1], scales);
      else cell.textContent = factor ? `×${factorText(factor[/** @type {"slope" | "both"} */ (name === "W" ? "w" : name)])}` : "";
      if (factor && name === "slope") standsFor(cell, { kind: "slope", t: j });
      if (factor && name === "W") standsFor(cell, { kind: "W", t: j });
    }
    child(row, "td", "factor-end");
  }
}

/** @param {HTMLElement} cell @param {number} norm @param {import("../../scales.js").Scales} scales */
function writeNorm(cell, norm, scales) {
  setNormBar(barIn(cell), norm, scales);
  child(cell, "span").textContent = brief(norm);
  cell.title = short(norm);
}

/** A norm for a narrow column: one digit where it needs a power of ten. @param {number} v */
export function brief(v) {
  if (!(v > 0 && v < 1e-3)) return short(v);
  const [digit, exponent] = v.toExponential(0).split("e");
  return `${digit}×10${raised(Number(exponent))}`;
}

/** A factor in two digits, or a dash where 0/0 says nothing. @param {number} v */
export const factorText = (v) => (Number.isFinite(v) ? short(v) : "–");
