import { draw } from "../../compare/series.js";
import { short, visible } from "../../format.js";
import { t as word } from "../../i18n.js";
import { samePart } from "../../parts.js";
import { arrow, capsule, write } from "./capsule.js";
import { allEdges, cone, inkOn } from "./reach.js";

/**
 * A convolution above and a recurrence below the one input that both read, on one time axis. Each input carries what
 * the loss of step t feels of it: above by the convolution, below by the recurrence.
 *
 * @typedef {import("../../parts.js").Part} Part
 * @typedef {import("../../scales.js").Scales} Scales
 *
 * @typedef {object} Readers
 * @property {any} convolution            answer of /convolution
 * @property {any} recurrence             answer of /bptt
 * @property {number[][]} seenByConvolution   (T rows, row t of t) ‖∂L(t)/∂x(k)‖
 * @property {number[][]} seenByRecurrence
 *
 * @typedef {object} Look
 * @property {number} t                   the output that is asked
 * @property {number | null} round        null: outputs up to t are there; else what that many rounds have computed
 * @property {Part | null} hover
 * @property {number} width
 * @property {boolean} narrow
 * @property {boolean} compact            a table needs the room below
 * @property {Scales} scales
 */

const ROWS = {
  wide: { title: 22, node: [116, 72, 52, 42], gap: [64, 40, 32, 26], cell: 26, input: 32, state: 116, below: 48 },
  narrow: { title: 18, node: [58, 30, 20, 18], gap: [34, 20, 14, 12], cell: 20, input: 22, state: 58, below: 26 },
};

/** Where things stand. @param {Look} look @param {number} T @param {number} layers */
function geometry({ width, narrow, compact, round }, T, layers) {
  const rows = narrow || compact ? ROWS.narrow : ROWS.wide;
  const cell = round === null ? rows.cell : 0;
  const gutter = narrow ? 8 : 108;
  const column = (width - gutter - 8) / T;
  const [node, gap] = [rows.node[layers - 1], rows.gap[layers - 1]];
  const top = rows.title + 8;
  const input = top + layers * (node + gap) + cell;
  const foot = input + rows.input + cell;
  const state = foot + rows.below + rows.state / 2;
  return {
    gutter, column, node, cell, input, inputHeight: rows.input, foot, state, stateHeight: rows.state,
    height: state + rows.state / 2 + rows.title + 6,
    x: (/** @type {number} */ t) => gutter + column * (t - 0.5),
    y: (/** @type {number} */ level) => top + (layers - level) * (node + gap) + node / 2,
    capsule: Math.min(28, column * 0.62), box: Math.min(46, column * 0.94),
  };
}

/** @typedef {ReturnType<typeof geometry>} Geometry */

/** @param {HTMLElement} root @param {{ onStep: (t: number) => void, onHover: (part: Part | null) => void }} options */
export function reading(root, { onStep, onHover }) {
  const svg = draw(root, "svg", { class: "reading", role: "img" });
  /** @type {Geometry | null} */
  let g = null;
  let T = 0;
  svg.addEventListener("click", (event) => {
    if (!g) return;
    const x = /** @type {MouseEvent} */ (event).clientX - svg.getBoundingClientRect().left;
    onStep(Math.max(1, Math.min(T, Math.ceil((x - g.gutter) / g.column))));
  });
  svg.addEventListener("pointermove", ({ target }) => onHover(partAt(target)));
  svg.addEventListener("pointerleave", () => onHover(null));
  return {
    /** @param {Readers} data @param {Look} look */
    update(data, look) {
      T = data.convolution.data.x.length;
      g = geometry(look, T, data.convolution.network.layers);
      svg.setAttribute("viewBox", `0 0 ${look.width} ${g.height}`);
      svg.setAttribute("height", String(g.height));
      svg.setAttribute("aria-label", describe(data, look));
      svg.replaceChildren();
      titles(svg, data, g);
      convolutionOf(svg, data, look, g);
      recurrenceOf(svg, data, look, g);
      inputs(svg, data, look, g);
    },
    destroy: () => svg.remove(),
  };
}

/** The part that an element of the drawing stands for. @param {EventTarget | null} target @returns {Part | null} */
export function partAt(target) {
  const element = target instanceof Element ? target.closest("[data-kind]") : null;
  if (!(element instanceof SVGElement)) return null;
  return { kind: /** @type {Part["kind"]} */ (element.dataset.kind), t: Number(element.dataset.t) };
}

/** Give an element its part, ringed when the part is pointed at. @param {Element} element @param {Part} part @param {Part | null} hover */
export function stand(element, part, hover) {
  element.setAttribute("data-kind", part.kind);
  element.setAttribute("data-t", String(part.t));
  element.classList.toggle("is-pointed", samePart(hover, part));
}

/** @param {Element} svg @param {Readers} data @param {Geometry} g */
function titles(svg, { convolution, recurrence }, g) {
  const { kernel_size: K, layers } = convolution.network;
  write(svg, 0, 15, word("lesson.convolution.above", { K, layers, sees: convolution.receptive_field.size }), "reading-title");
  write(svg, 0, g.height - 5, word("lesson.convolution.below", { H: recurrence.network.hidden_size }), "reading-title");
}

/** A name in the gutter, where there is one. @param {Element} svg @param {Geometry} g @param {number} y @param {string} words */
function name(svg, g, y, words) {
  if (g.gutter > 50) write(svg, g.gutter - 12, y + 4, words, "reading-name");
}

/** @param {Element} svg @param {Readers} data @param {Look} look @param {Geometry} g */
function convolutionOf(svg, { convolution }, { t, round, hover, scales }, g) {
  const { kernel_size: K, layers, dilation } = convolution.network;
  const T = convolution.data.x.length;
  const there = (/** @type {number} */ step, /** @type {number} */ level) => (round === null ? step <= t : level <= round);
  const edges = round === null ? cone(t, { K, layers, dilation }) : allEdges(T, { K, layers, dilation });
  const lit = new Set(edges.flatMap(({ from, to }) => [from, to].map((node) => `${node.level},${node.t}`)));
  const foot = (/** @type {number} */ level) => (level === 0 ? g.input - g.cell - 1 : g.y(level) - g.node / 2 - 1);
  for (const { from, to } of edges) {
    const line = arrow(svg, [g.x(from.t), foot(from.level)], [g.x(to.t), g.y(to.level) + g.node / 2 + 2], there(to.t, to.level) ? "U done" : "U", 5);
    stand(line, { kind: "U", t: to.t }, hover);
  }
  for (let level = 1; level <= layers; level += 1) {
    name(svg, g, g.y(level), layers > 1 ? word("lesson.convolution.layer", { n: level }) : "h(t)");
    for (let step = 1; step <= T; step += 1) {
      const values = there(step, level) ? convolution.forward.layers[level - 1].h[step - 1] : null;
      const own = level === layers && step === t ? "asked" : lit.has(`${level},${step}`) ? "" : "aside";
      const box = { x: g.x(step), y: g.y(level), width: g.capsule, height: g.node };
      stand(capsule(svg, box, values, scales, round === null ? own : ""), { kind: "h", t: step }, hover);
    }
  }
}

/** @param {Element} svg @param {Readers} data @param {Look} look @param {Geometry} g */
function recurrenceOf(svg, { recurrence }, { t, round, hover, scales }, g) {
  const T = recurrence.data.x.length;
  const last = round === null ? t : Math.min(round, T);
  const half = g.capsule / 2 + 1;
  name(svg, g, g.state, "h(t)");
  for (let step = 1; step <= T; step += 1) {
    const done = step <= last ? "done" : "";
    const enters = arrow(svg, [g.x(step), g.foot + 1], [g.x(step), g.state - g.stateHeight / 2 - 2], `U ${done}`, 5);
    stand(enters, { kind: "U", t: step }, hover);
    if (step > 1) stand(arrow(svg, [g.x(step - 1) + half, g.state], [g.x(step) - half, g.state], `W ${done}`, 5), { kind: "W", t: step }, hover);
    const values = step <= last ? recurrence.forward.h[step - 1] : null;
    const box = { x: g.x(step), y: g.state, width: g.capsule, height: g.stateHeight };
    stand(capsule(svg, box, values, scales, round === null && step === t ? "asked" : ""), { kind: "h", t: step }, hover);
  }
}

/** The inputs, with what step t's loss feels of each above and below, and the window round those that the kernel covers.
 * @param {Element} svg @param {Readers} data @param {Look} look @param {Geometry} g */
function inputs(svg, { convolution, seenByConvolution, seenByRecurrence }, look, g) {
  const { x, labels } = convolution.data;
  const above = g.input - g.cell;
  name(svg, g, g.input + g.inputHeight / 2, "x(k)");
  if (look.round === null) for (const y of [above + g.cell / 2, g.foot - g.cell / 2]) name(svg, g, y, "‖∂L(t)/∂x(k)‖");
  x.forEach((/** @type {number[]} */ row, /** @type {number} */ i) => {
    const step = i + 1;
    const group = draw(svg, "g", { class: "reading-input" });
    const box = { x: g.x(step) - g.box / 2, width: g.box };
    stand(draw(group, "rect", { class: "reading-frame", ...box, y: g.input, height: g.inputHeight }), { kind: "x", t: step }, look.hover);
    write(group, g.x(step), g.input + g.inputHeight / 2 + 5, visible(labels[row.indexOf(1)] ?? ""), "reading-symbol");
    if (look.round !== null) return;
    felt(group, seenByConvolution[look.t - 1][i], { ...box, y: above, height: g.cell }, look.scales);
    felt(group, seenByRecurrence[look.t - 1][i], { ...box, y: g.input + g.inputHeight, height: g.cell }, look.scales);
  });
  if (look.round !== null) return;
  const first = convolution.receptive_field.first[look.t - 1];
  const frame = { x: g.x(first) - g.column / 2 + 0.5, y: above - 2, width: g.x(look.t) - g.x(first) + g.column - 1, height: g.cell + g.inputHeight + 3, rx: 8 };
  draw(svg, "rect", { class: "reading-window", ...frame });
}

/** One gradient: its colour and number; exactly 0 is a dotted outline, nothing at all lies in the future.
 * @param {Element} group @param {number | undefined} norm @param {{ x: number, y: number, width: number, height: number }} box @param {Scales} scales */
function felt(group, norm, box, scales) {
  if (norm === undefined) return;
  const fill = scales.norm(norm);
  draw(group, "rect", norm === 0 ? { class: "reading-none", ...box } : { class: "reading-felt", ...box, fill });
  const words = norm === 0 ? "0" : short(norm, box.width < 40 ? 1 : 2);
  const text = write(group, box.x + box.width / 2, box.y + box.height / 2 + 4.5, words, "reading-number");
  if (norm !== 0) text.style.fill = inkOn(fill);
}

/** The drawing in words. @param {Readers} data @param {Look} look */
function describe({ convolution, seenByConvolution, seenByRecurrence }, { t, round }) {
  if (round !== null) {
    const { layers } = convolution.network;
    return word("lesson.convolution.saidRound", { round, done: Math.min(round, layers), layers, h: Math.min(round, convolution.data.x.length) });
  }
  const row = (/** @type {number[]} */ norms) => norms.map((norm) => short(norm, 1)).join(", ");
  return word("lesson.convolution.said", {
    t, first: convolution.receptive_field.first[t - 1], above: row(seenByConvolution[t - 1]), below: row(seenByRecurrence[t - 1]),
  });
}
