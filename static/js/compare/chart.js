import { t } from "../i18n.js";
import { renderPhrase } from "../math.js";
import { normStops } from "../scales.js";
import { child } from "../views/band.js";
import { tickExponents, tickOfTen } from "../views/legend.js";
import { distanceAt, exitOf, piecesOf, tickEvery, ticksOf, xOf, yOf } from "./geometry.js";
import { dense, placeLabels } from "./labels.js";
import { placeName } from "./rows.js";
import { draw, drawMark, seriesOf } from "./series.js";

/**
 * The horizons of all networks in one chart. Its axis is the colour legend of the triangles; the rule is dragged.
 *
 * @typedef {import("./state.js").CompareState} CompareState
 * @typedef {import("./state.js").Entry} Entry
 * @typedef {import("./geometry.js").Frame} Frame
 * @typedef {import("./series.js").Series} Series
 * @typedef {{ entry: Entry, series: Series, curve: Float64Array, twin: boolean }} Line   twin: an earlier line is the same
 *
 * @typedef {object} ChartOptions
 * @property {(distance: number) => void} onDistance
 * @property {(place: import("./result.js").Place | null) => void} onHover
 */

const TOP = 50;
const BOTTOM = 26;
const LEFT = { wide: 48, narrow: 58 };
const BAR = 11;
const HATCH = 12;

/** @param {HTMLElement} root @param {ChartOptions} options */
export function chart(root, { onDistance, onHover }) {
  const plot = child(root, "div", "chart-plot");
  const svg = draw(plot, "svg", { class: "chart", role: "img" });
  const still = draw(svg, "g");
  const moving = draw(svg, "g");
  const pill = child(plot, "div", "chart-pill");
  const slider = /** @type {HTMLInputElement} */ (child(plot, "input", "chart-slider"));
  plot.insertBefore(slider, pill);
  Object.assign(slider, { type: "range", min: "0", step: "1" });
  slider.setAttribute("aria-label", t("compare.distance"));
  slider.addEventListener("input", () => onDistance(Number(slider.value)));
  renderPhrase(child(root, "p", "chart-axis"), "compare.axis", { distance: { tex: "t-k" } });
  /** @type {Frame | null} */
  let frame = null;
  /** @type {Line[]} */
  let lines = [];
  let [stamp, marked] = [/** @type {unknown[]} */ ([]), ""];
  dragRule(plot, () => frame, { onDistance, onHover });

  /** @param {CompareState} state */
  function update(state) {
    const { width, height } = plot.getBoundingClientRect();
    const wanted = [state.scales, width, height, state.narrow, state.T, ...state.entries.flatMap(({ name, result }) => [name, result])];
    if (width > 0 && (wanted.length !== stamp.length || wanted.some((value, i) => value !== stamp[i]))) {
      stamp = wanted;
      marked = "";
      lines = linesOf(state);
      frame = frameOf(state, lines, width, height);
      drawStill(svg, still, frame, lines, state);
    }
    if (frame) placeRule(frame, state);
  }

  /** @param {Frame} frame @param {CompareState} state */
  function placeRule(frame, state) {
    const { settings, place, T } = state;
    const now = JSON.stringify([settings.distance, place]);
    if (now === marked) return;
    marked = now;
    const { distance } = settings;
    slider.max = String(T - 1);
    slider.value = String(distance);
    slider.setAttribute("aria-valuetext", spoken(state));
    for (const [name, value] of Object.entries({ left: frame.left - 8, width: frame.right - frame.left + 16 })) slider.style.setProperty(name, `${value}px`);
    pill.textContent = placeName({ ...state, place: null });
    pill.style.left = `${xOf(frame, distance)}px`;
    drawRule(moving, frame, lines, state, distance);
  }
  return { update };
}

/** The rule and each network's norm there, read aloud. @param {CompareState} state */
function spoken(state) {
  const values = state.entries.flatMap(({ name, result }) => {
    const norm = result?.curve[state.settings.distance];
    return norm === undefined || Number.isNaN(norm) ? [] : [`${name} ${norm === Infinity ? t("legend.over") : norm.toPrecision(2)}`];
  });
  return [placeName({ ...state, place: null }), ...values].join(", ");
}

/** Pointing shows a distance, pressing takes the rule there. @param {HTMLElement} plot @param {() => Frame | null} frameNow @param {ChartOptions} options */
function dragRule(plot, frameNow, { onDistance, onHover }) {
  const under = (/** @type {PointerEvent} */ event) => {
    const frame = frameNow();
    return frame && distanceAt(frame, event.clientX - plot.getBoundingClientRect().left);
  };
  plot.addEventListener("pointerdown", (event) => {
    const distance = under(event);
    if (distance === null || event.button !== 0 || event.target instanceof HTMLInputElement) return;
    plot.setPointerCapture(event.pointerId);
    plot.querySelector("input")?.focus({ preventScroll: true });
    event.preventDefault();
    onDistance(distance);
  });
  plot.addEventListener("pointermove", (event) => {
    const distance = under(event);
    if (distance === null) return;
    if (plot.hasPointerCapture(event.pointerId)) onDistance(distance);
    onHover({ distance });
  });
  plot.addEventListener("pointerleave", () => onHover(null));
}

/** @param {CompareState} state @returns {Line[]} */
function linesOf({ entries, scales }) {
  /** @type {Line[]} */
  const lines = [];
  entries.forEach((entry, i) => {
    if (!entry.result) return;
    const { curve } = entry.result;
    lines.push({ entry, series: seriesOf(i, scales.theme), curve, twin: lines.some((line) => sameCurve(line.curve, curve)) });
  });
  return lines;
}

/** @param {Float64Array} a @param {Float64Array} b */
const sameCurve = (a, b) => a.length === b.length && a.every((v, i) => Object.is(v, b[i]) || Math.abs(v - b[i]) <= 1e-6 * v);

/** @param {CompareState} state @param {Line[]} lines @param {number} width @param {number} height @returns {Frame} */
function frameOf({ scales, narrow, T }, lines, width, height) {
  const left = narrow ? LEFT.narrow : LEFT.wide;
  const frame = { left, right: width - 24, top: TOP, bottom: height - BOTTOM, width, height, T: Math.max(2, T), range: scales.range };
  const names = lines.filter(({ curve }) => exitOf(frame, curve).end === "inside").map(({ entry }) => entry.name);
  const margin = names.length ? Math.min(0.36 * width, Math.max(...names.map(textWidth)) + 18) : 24;
  return { ...frame, right: width - margin };
}

/** @type {CanvasRenderingContext2D | null} */
let ruler = null;

/** @param {string} text */
function textWidth(text) {
  ruler ??= document.createElement("canvas").getContext("2d");
  if (!ruler) return 7 * text.length;
  ruler.font = `620 12px ${getComputedStyle(document.body).fontFamily}`;
  return ruler.measureText(text).width;
}

/** @param {SVGElement} svg @param {SVGElement} root @param {Frame} frame @param {Line[]} lines @param {CompareState} state */
function drawStill(svg, root, frame, lines, state) {
  for (const [name, value] of Object.entries({ width: frame.width, height: frame.height, "aria-label": t("compare.chart", { names: lines.map(({ entry }) => entry.name).join(", ") }) })) {
    svg.setAttribute(name, String(value));
  }
  root.replaceChildren();
  drawDefinitions(root, frame, state);
  drawAxes(root, frame, state);
  const inside = draw(root, "g", { "clip-path": "url(#chart-inside)" });
  for (const line of lines) drawLine(inside, frame, line);
  lines.forEach((line, i) => drawMarks(root, frame, line, i, state));
  drawLabels(root, frame, lines, state.narrow);
}

/** @param {SVGElement} root @param {Frame} frame @param {CompareState} state */
function drawDefinitions(root, { left, right, top, bottom }, { scales: { theme } }) {
  const definitions = draw(root, "defs");
  draw(draw(definitions, "clipPath", { id: "chart-inside" }), "rect", { x: left - 4, y: top, width: right - left + 8, height: bottom - top });
  const ramp = draw(definitions, "linearGradient", { id: "chart-ramp", x1: 0, x2: 0, y1: 1, y2: 0 });
  normStops(theme, 17).forEach((colour, i) => draw(ramp, "stop", { offset: i / 16, "stop-color": colour }));
  const stops = normStops(theme, 7);
  const hatch = draw(definitions, "pattern", { id: "chart-hatch", width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
  draw(hatch, "rect", { width: 5, height: 5, fill: stops[6] });
  draw(hatch, "path", { d: "M0 0V5", stroke: stops[1], "stroke-width": 3.2 });
}

/** @param {SVGElement} root @param {Frame} frame @param {CompareState} state */
function drawAxes(root, frame, { scales, T }) {
  const { left, right, top, bottom, range } = frame;
  const bar = left - BAR - 9;
  for (const exponent of tickExponents(range, bottom - top, 34)) {
    const y = Math.round(yOf(frame, 10 ** exponent)) + 0.5;
    draw(root, "path", { class: "grid", d: `M${left} ${y}H${right}` });
    draw(root, "text", { class: "tick end", x: bar - 7, y }).textContent = exponent === range[0] ? `≤ ${tickOfTen(exponent)}` : tickOfTen(exponent);
  }
  draw(root, "rect", { x: bar + 0.5, y: top + 0.5, width: BAR, height: bottom - top, rx: 2, fill: "url(#chart-ramp)", stroke: scales.ink.edge });
  draw(root, "rect", { x: bar + 0.5, y: top - HATCH - 6.5, width: BAR, height: HATCH, rx: 1, fill: "url(#chart-hatch)" });
  draw(root, "text", { class: "tick end", x: bar - 7, y: top - HATCH / 2 - 6 }).textContent = t("legend.over");
  for (const d of ticksOf(T)) {
    const x = Math.round(xOf(frame, d)) + 0.5;
    draw(root, "path", { class: "axis", d: `M${x} ${bottom}v4` });
    draw(root, "text", { class: "tick middle", x, y: bottom + 16 }).textContent = String(d);
  }
}

/** @param {SVGElement} root @param {Frame} frame @param {Line} line */
function drawLine(root, frame, { curve, series, twin }) {
  for (const piece of piecesOf(frame, curve)) {
    const d = piece.map(({ x, y }, i) => `${i ? "L" : "M"}${x.toFixed(2)} ${y.toFixed(2)}`).join("");
    const dashes = twin ? "7 11" : series.dashed ? "6 4" : "none"; // through the gaps of a twin its elder is seen
    draw(root, "path", { class: "line", d, stroke: series.colour, "stroke-dasharray": dashes });
  }
}

/** Marks every few steps; those of a line that lies on another one half way between. @param {SVGElement} root @param {Frame} frame @param {Line} line @param {number} i @param {CompareState} state */
function drawMarks(root, frame, { curve, series, twin }, i, { T, scales }) {
  const every = tickEvery(T);
  const from = twin ? Math.floor(every / 2) : 0;
  const ground = scales.theme === "dark" ? "#101218" : "#f6f5f2";
  for (let d = from; d < curve.length; d += every) {
    const y = yOf(frame, curve[d]);
    if (y >= frame.top && y <= frame.bottom) drawMark(root, series, xOf(frame, d), y, { ground }).setAttribute("data-network", String(i));
  }
}

/** @param {SVGElement} root @param {Frame} frame @param {Line[]} lines @param {boolean} narrow  room for names alone */
function drawLabels(root, frame, lines, narrow) {
  const early = frame.left + (frame.right - frame.left) / 2;
  const wanted = lines.map(({ entry, curve, series }) => {
    const exit = exitOf(frame, curve);
    const key = exit.end === "over" ? "compare.explodes" : exit.end === "under" && exit.at.x < early ? "compare.vanishes" : "";
    const text = key && !narrow ? t(key, { name: entry.name }) : entry.name;
    return { exit, text, colour: series.colour, width: textWidth(text) };
  });
  const points = lines.map(({ curve }) => piecesOf(frame, curve).flatMap((piece) => dense(piece)));
  placeLabels(frame, wanted, points).forEach((spot, i) => {
    if (!spot) return;
    const { text, colour } = wanted[i];
    draw(root, "text", { class: `label ${spot.anchor}`, x: spot.x, y: spot.y, fill: colour }).textContent = text;
  });
}

/** The rule, what is pointed at, and where the lines cross the rule. @param {SVGElement} root @param {Frame} frame @param {Line[]} lines @param {CompareState} state @param {number} distance */
function drawRule(root, frame, lines, { place, scales }, distance) {
  root.replaceChildren();
  const pointed = place && ("distance" in place ? place.distance : place.t - place.k);
  if (pointed !== null && pointed !== distance) draw(root, "path", { class: "pointed", d: `M${xOf(frame, pointed)} ${frame.top}V${frame.bottom}` });
  draw(root, "path", { class: "rule", d: `M${xOf(frame, distance)} ${frame.top - 18}V${frame.bottom}` });
  for (const { curve, series } of lines) {
    const y = yOf(frame, curve[distance] ?? NaN);
    if (y >= frame.top && y <= frame.bottom) draw(root, "circle", { cx: xOf(frame, distance), cy: y, r: 6.5, fill: "none", stroke: series.colour, "stroke-width": 1.2, opacity: scales.theme === "dark" ? 0.7 : 0.6 });
  }
}
