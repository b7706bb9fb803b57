import { backwardProgress, forwardProgress, pathProgress, FORWARD, stage as stageOf } from "../../playhead.js";
import { renderMath } from "../../math.js";
import { t as message } from "../../i18n.js";
import { child, prepare } from "../band.js";
import { createColumn, spansDecades, svg } from "./column.js";
import { createGeometry, gapBefore, partAt } from "./geometry.js";
import { paintBackward, paintPath } from "./ribbons.js";
import { paintInput, paintPrediction, paintTravel, paintUnits } from "./values.js";

/**
 * The unrolled network. Structure is SVG (few, selectable), values are painted on a canvas below it (many).
 *
 * @typedef {import("../../view.js").View} View
 * @typedef {import("../../view.js").ViewState} ViewState
 * @typedef {import("../../view.js").ViewOptions} ViewOptions
 * @typedef {import("../../trace.js").Trace} Trace
 * @typedef {import("./geometry.js").Geometry} Geometry
 * @typedef {import("./column.js").Look} Look
 */

/** Left of the plot, the lane where h(0) stands. */
const LANE = 60;

/** @param {HTMLElement} root @param {ViewOptions} options @returns {View} */
export function stage(root, options) {
  root.classList.add("band", "band-stage");
  const names = child(root, "div", "stage-names");
  const plot = child(root, "div", "band-plot stage-plot");
  const canvas = /** @type {HTMLCanvasElement} */ (child(plot, "canvas", "stage-values"));
  const picture = svg("svg", plot, { class: "stage-structure", role: "img" });
  const zero = createZero(svg("g", picture, { class: "zero" }));
  const letters = createLetters(svg("g", picture, { class: "letters" }));
  const layer = svg("g", picture, { class: "columns" });
  const rows = createNames(names);
  /** @type {ReturnType<typeof createColumn>[]} */
  let columns = [];
  /** @type {string[]} */
  let drawn = [];
  /** @type {{ trace: Trace, scales: object, width: number, geometry: Geometry } | null} */
  let last = null;

  /** @param {Trace} trace @param {ViewState} state */
  function update(trace, state) {
    const geometry = sameGround(last, trace, state) ? /** @type {NonNullable<typeof last>} */ (last).geometry : reset(trace, state);
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    for (let t = 1; t <= trace.T; t += 1) {
      const look = lookAt(trace, state, t);
      const key = JSON.stringify(look);
      if (drawn[t] === key) continue;
      drawn[t] = key;
      columns[t - 1].update(trace, state, geometry, look);
      paintColumn(pen, geometry, trace, state, t, look);
    }
    zero.update(geometry, state);
    letters.update(trace, geometry, state);
  }

  /** A new trace, axis or theme: everything is drawn again. @param {Trace} trace @param {ViewState} state */
  function reset(trace, state) {
    const geometry = createGeometry(state.axis, trace.H, state.narrow, { gated: trace.gates !== null, lettered: trace.targets !== null });
    last = { trace, scales: state.scales, width: state.axis.width, geometry };
    drawn = [];
    while (columns.length > trace.T) columns.pop()?.remove();
    while (columns.length < trace.T) columns.push(createColumn(layer, columns.length + 1));
    const pen = prepare(canvas, geometry.axis.width + LANE, geometry.height);
    pen.translate(LANE, 0);
    picture.setAttribute("width", String(geometry.axis.width));
    picture.setAttribute("height", String(geometry.height));
    picture.classList.toggle("thin", geometry.thin);
    picture.setAttribute("aria-label", message("stage.label", { T: trace.T, H: trace.H }));
    rows.update(trace, geometry, state);
    return geometry;
  }

  const point = (/** @type {PointerEvent | MouseEvent} */ event) => {
    const { left, top } = picture.getBoundingClientRect();
    return last && partAt(last.geometry, event.clientX - left, event.clientY - top, last.trace.H);
  };
  plot.addEventListener("pointermove", (event) => options.onHover?.(point(event)));
  plot.addEventListener("pointerleave", () => options.onHover?.(null));
  plot.addEventListener("click", (event) => {
    const part = point(event);
    if (part) options.onPick?.(part);
    if (part?.t) options.onStep?.(part.t);
  });
  plot.addEventListener("dblclick", (event) => {
    const part = point(event);
    if (part && ["unit", "h", "W", "U"].includes(part.kind)) options.onZoom?.(true);
  });
  return { update, destroy: () => root.replaceChildren() };
}

/** @param {{ trace: Trace, scales: object, width: number, geometry: Geometry } | null} last @param {Trace} trace @param {ViewState} state */
const sameGround = (last, trace, state) =>
  last !== null && last.trace === trace && last.scales === state.scales && last.geometry.axis === state.axis;

/** @param {Trace} trace @param {ViewState} state @param {number} t @returns {Look} */
function lookAt(trace, state, t) {
  const { head, path, hover } = state;
  const settle = (/** @type {number} */ p) => (state.reduced && p > 0 ? 1 : Math.floor(p * 1000) / 1000); // rounded up, it would be ahead of the strips
  const onPath = path !== null && t >= path.k && t <= path.t;
  const lit = hover && (hover.t === undefined || hover.t === t) && hover.kind !== "credit" ? `${hover.kind}${hover.i ?? ""}` : "";
  return {
    forward: settle(forwardProgress(head, t)),
    backward: path ? 0 : settle(backwardProgress(head, t, trace.T)),
    current: path ? t === path.t || t === path.k : t === state.step && !restsAtEnd(state, trace.T),
    dim: path !== null && !onPath,
    reversed: head.pass !== "forward",
    path: path === null ? -1 : onPath ? settle(pathProgress(head, path, t)) + (t > path.k ? settle(pathProgress(head, path, t - 1)) : 0) : 0,
    ends: { t: path?.t === t, k: path?.k === t },
    lit,
  };
}

/** Everything is computed and nothing is singled out. @param {ViewState} state @param {number} T */
const restsAtEnd = ({ head, playing }, T) => head.pass === "backward" && head.at >= T && !playing;

/** @param {CanvasRenderingContext2D} pen @param {Geometry} g @param {Trace} trace @param {ViewState} state @param {number} t @param {Look} look */
function paintColumn(pen, g, trace, state, t, look) {
  const { scales, path, head } = state;
  clearColumn(pen, g, t);
  const x = g.axis.center(t);
  pen.globalAlpha = look.dim ? 0.35 : 1;
  if (t === 1) paintUnits(pen, g, scales, trace.h0, g.zero, trace.H);
  paintInput(pen, g, scales, trace, t);
  const lit = Math.floor(stageOf(look.forward, FORWARD.light) * trace.H + 1e-9);
  paintUnits(pen, g, scales, trace.h[t - 1], x, lit);
  paintPrediction(pen, g, scales, trace, t, stageOf(look.forward, FORWARD.predict));
  pen.globalAlpha = 1;
  if (look.forward > 0 && look.forward < 1) paintTravel(pen, g, scales, trace, t, look.forward);
  if (path) paintPath(pen, g, scales, trace, t, path, state.reduced ? { ...head, at: Math.ceil(head.at) } : head);
  else if (look.backward > 0) paintBackward(pen, g, scales, trace, t, look.backward);
}

/** What belongs to column t: its own width, and in the row of states the gap before it. @param {CanvasRenderingContext2D} pen @param {Geometry} g @param {number} t */
function clearColumn(pen, g, t) {
  const { axis, node, height } = g;
  const [from] = gapBefore(g, t);
  const right = axis.center(t) + node.width / 2;
  const start = t === 1 ? -LANE : from;
  pen.clearRect(axis.left(t), 0, axis.column, node.top);
  pen.clearRect(axis.left(t), node.bottom, axis.column, height - node.bottom);
  pen.clearRect(start, node.top, right - start, node.bottom - node.top);
}

/** h(0): dashed, outside the sequence. @param {Element} layer */
function createZero(layer) {
  const node = svg("rect", layer, { class: "node zero-node" });
  const label = svg("text", layer, { class: "zero-label" });
  for (const [text, style] of [["h", "math-italic"], ["(0)", "math"]]) svg("tspan", label, { class: style }).textContent = text;
  const update = (/** @type {Geometry} */ { node: { top, bottom, width }, zero, roomy }, /** @type {ViewState} */ { path }) => {
    for (const [name, value] of Object.entries({ x: zero - width / 2, y: top, width, height: bottom - top, rx: Math.min(12, width / 2) })) node.setAttribute(name, String(value));
    label.setAttribute("x", String(zero));
    label.setAttribute("y", String(bottom + 18));
    label.classList.toggle("hidden", !roomy);
    layer.classList.toggle("dim", path !== null);
  };
  return { update };
}

/** U, W and V: once a row at the first step, and in a chip at the cursor. @param {Element} layer */
function createLetters(layer) {
  const each = (/** @type {string} */ className) => Object.fromEntries(["U", "W", "V"].map((letter) => {
    const g = svg("g", layer, { class: `letter ${letter} ${className}` });
    svg("rect", g, { x: -10, y: -11, width: 20, height: 20, rx: 6 });
    svg("text", g, { y: 5 }).textContent = letter;
    return [letter, g];
  }));
  const [first, tag] = [each("first"), each("tag")];
  const move = (/** @type {Element} */ g, /** @type {number} */ x, /** @type {number} */ y, /** @type {boolean} */ shown, /** @type {boolean} */ small) => {
    g.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${small ? 0.78 : 1})`);
    g.classList.toggle("hidden", !shown);
  };
  const update = (/** @type {Trace} */ trace, /** @type {Geometry} */ g, /** @type {ViewState} */ state) => {
    const { axis, node, prediction, input } = g;
    const spots = (/** @type {number} */ t) => {
      const [from, to] = gapBefore(g, t);
      const side = axis.center(t) + Math.max(16, node.width * 0.75, state.head.pass === "forward" ? 0 : axis.ribbon / 2 + 9);
      return { W: [(from + to) / 2, node.middle - 24], U: [side, (node.bottom + input.top) / 2 + 1], V: [side, (node.top + prediction.bottom) / 2] };
    };
    const moving = state.head.pass === "forward" && state.head.at > 0;
    const second = state.narrow && trace.T > 1 ? gapBefore(g, 2) : null; // on a phone the gutter covers the first gap
    const predicting = stageOf(state.head.at - state.step + 1, FORWARD.predict) > 0;
    const [home, here] = [spots(1), spots(state.step)];
    for (const letter of /** @type {const} */ (["U", "W", "V"])) {
      const x = letter === "W" && second ? (second[0] + second[1]) / 2 : home[letter][0];
      move(first[letter], x, home[letter][1], g.roomy && state.path === null && !(moving && state.step === 1), state.narrow);
      move(tag[letter], here[letter][0], here[letter][1], g.roomy && moving && state.path === null && (letter !== "V" || predicting), state.narrow);
    }
  };
  return { update };
}

/** The rows' names in the gutter. @param {HTMLElement} root */
function createNames(root) {
  const keys = ["target", "loss", "prediction", "hidden", "input"];
  const tex = { target: "y", loss: "L", prediction: "\\hat y", hidden: "h", input: "x" };
  const rows = Object.fromEntries(keys.map((key) => {
    const row = child(root, "div", `stage-name name-${key}`);
    renderMath(child(row, "span", "stage-letter"), tex[/** @type {keyof typeof tex} */ (key)]);
    child(row, "span", "stage-word").textContent = message(`stage.${key}`);
    return [key, row];
  }));
  child(rows.prediction, "span", "stage-key").textContent = message("stage.targetMark");
  const log = child(rows.loss, "span", "loss-note");
  log.textContent = message("gradient.log");
  const update = (/** @type {Trace} */ trace, /** @type {Geometry} */ g, /** @type {ViewState} */ { narrow }) => {
    root.style.height = `${g.height}px`;
    const y = { target: g.target - 5, loss: g.loss - 14, prediction: (g.prediction.top + g.prediction.bottom) / 2, hidden: g.node.middle,
      input: (g.input.top + g.input.bottom) / 2 };
    for (const [key, top] of Object.entries(y)) rows[key].style.top = `${top}px`;
    rows.target.hidden = narrow || trace.targets === null;
    log.hidden = !spansDecades(trace.loss);
  };
  return { update };
}
