import { flow as flowOf } from "../../cell/graph.js";
import { inNumbers, largestUnit, handedOn, workOf } from "../../cell/live.js";
import { knownNodes, operationsDone, returnedNodes, wiringOf } from "../../cell/wiring.js";
import { short } from "../../format.js";
import { texNumber } from "../../formulas.js";
import { t as say } from "../../i18n.js";
import { renderMath } from "../../math.js";
import { backwardProgress, forwardProgress } from "../../playhead.js";
import { norm } from "../../trace.js";
import { child, prepare } from "../band.js";
import { svg } from "../stage/column.js";
import { createDrawing, isKnown, isReturned } from "./drawing.js";
import { createOperations } from "./operations.js";
import { paintFlow } from "./paint.js";

/**
 * One step of the cell, in place of the unrolled network: its wiring, the value and the gradient on every wire, and its
 * operations one by one. An operation is a share of the step's beat, so the whole page stands where the cell stands.
 *
 * @typedef {import("../../view.js").Trace} Trace
 * @typedef {import("../../view.js").ViewState} ViewState
 * @typedef {import("../../cell/wiring.js").Wiring} Wiring
 * @typedef {import("../../cell/graph.js").Flow} Flow
 * @typedef {{ backward: boolean, done: number, current: number, pointed: number | null }} Stand
 */

/** Where a step's cell stands in the pass. @param {ViewState} state @param {number} T @param {number} count @param {number | null} pointed @returns {Stand} */
export function standOf({ head, step, playing, reduced }, T, count, pointed) {
  const backward = head.pass !== "forward";
  const progress = backward ? backwardProgress(head, step, T) : forwardProgress(head, step);
  const done = operationsDone(reduced && playing && progress > 0 ? 1 : progress, count);
  return { backward, done, current: done === 0 ? -1 : backward ? count - done : done - 1, pointed };
}

/** The playhead after operation `index` of the step. @param {ViewState} state @param {number} T @param {number} count @param {number} index */
export function atOperation({ head, step }, T, count, index) {
  return head.pass === "forward" ? step - 1 + (index + 1) / count : T - step + (count - index) / count;
}

/** @param {HTMLElement} root @param {import("../../view.js").ViewOptions} options @returns {import("../../view.js").View} */
export function cellView(root, options) {
  root.classList.add("cell-view");
  const head = createHead(root, (direction) => options.onOperation?.(direction, wiring?.operations.length ?? 1));
  const frame = child(root, "div", "cell-frame");
  frame.tabIndex = 0;
  frame.setAttribute("role", "region");
  frame.setAttribute("aria-label", say("cell.drawing"));
  const box = child(frame, "div", "cell-drawing");
  const canvas = /** @type {HTMLCanvasElement} */ (child(box, "canvas", "cell-values"));
  const picture = svg("svg", box, { class: "cell-structure", role: "img" });
  /** @type {number | null} */ let pointed = null;
  /** @type {(() => void) | null} */ let again = null;
  const point = (/** @type {number | null} */ index) => {
    if (index !== null && index < 0) index = null;
    if (index === pointed) return;
    pointed = index;
    again?.();
  };
  const list = createOperations(root, { onPoint: point, onPick: (index) => pick?.(index) });
  /** @type {((index: number) => void) | null} */ let pick = null;
  /** @type {Wiring | null} */ let wiring = null;
  /** @type {ReturnType<typeof createDrawing> | null} */ let drawing = null;
  /** @type {{ trace: Trace, step: number, flow: Flow } | null} */ let last = null;
  let drawn = "";
  let scales = /** @type {object | null} */ (null);

  /** @param {Trace} trace */
  function wire(trace) {
    const next = wiringOf(trace);
    if (wiring && wiring.name === next.name && wiring.operations.length === next.operations.length) return wiring;
    drawing?.remove();
    wiring = next;
    picture.setAttribute("viewBox", `0 0 ${next.size.width} ${next.size.height}`);
    drawing = createDrawing(picture, next, point);
    list.build(next);
    last = null;
    return next;
  }

  /** @param {Trace} trace @param {ViewState} state */
  function update(trace, state) {
    const open = state.settings.zoom;
    root.hidden = !open;
    if (!open) return;
    again = () => update(trace, state);
    const now = wire(trace);
    const { step } = state;
    const fresh = last?.trace !== trace || last.step !== step;
    if (!last || fresh) last = { trace, step, flow: flowOf(trace, step, now) };
    const { flow } = last;
    const count = now.operations.length;
    const stand = standOf(state, trace.T, count, pointed);
    pick = (index) => options.onScrub?.(atOperation(state, trace.T, count, index));
    const width = Math.max(frame.clientWidth, 640);
    const key = JSON.stringify([stand, width, state.hover?.i, state.stale]);
    if (!fresh && key === drawn && scales === state.scales) return;
    [drawn, scales] = [key, state.scales];
    const look = { ...stand, known: knownNodes(now, stand.backward ? count : stand.done), returned: returnedNodes(now, stand.backward ? stand.done : 0) };
    if (fresh) {
      drawing?.name(trace, step);
      picture.setAttribute("aria-label", say("cell.label", { cell: say(`cell.${now.name}`), t: step, n: count }));
    }
    root.classList.toggle("is-stale", state.stale);
    drawing?.show(look);
    drawing?.describe((one) => words(one, flow, look));
    paint(canvas, picture, now, width, (pen) => paintFlow(pen, now, flow, state.scales, look));
    keepInView(frame, now, stand.current, width);
    list.update(flow, step, stand);
    head.update(trace, state, now, flow, stand);
  }
  return { update, destroy: () => root.replaceChildren() };
}

/** The canvas as large as the picture, in the wiring's own units. @param {HTMLCanvasElement} canvas @param {Element} picture @param {Wiring} wiring @param {number} width @param {(pen: CanvasRenderingContext2D) => void} draw */
function paint(canvas, picture, { size }, width, draw) {
  const scale = width / size.width;
  picture.setAttribute("width", String(width));
  picture.setAttribute("height", String(size.height * scale));
  const pen = prepare(canvas, width, size.height * scale);
  pen.scale(scale, scale);
  draw(pen);
}

/** Where the drawing is wider than the window, the operation just done is in its middle. @param {HTMLElement} frame @param {Wiring} wiring @param {number} current @param {number} width */
function keepInView(frame, wiring, current, width) {
  const operation = wiring.operations[current];
  if (!operation || width <= frame.clientWidth) return;
  frame.scrollLeft = (workOf(wiring, operation).at[0] * width) / wiring.size.width - frame.clientWidth / 2;
}

/** A wire in words: how large what it carries is, as far as it is computed. @param {Wiring["wires"][number]} wire @param {Flow} flow @param {import("./drawing.js").Look} look */
function words(wire, flow, look) {
  const value = isKnown(wire, look) ? say("cell.wireValue", { norm: short(norm(flow.values[wire.id])) }) : "";
  const gradient = isReturned(wire, look) ? say("cell.wireGradient", { norm: short(norm(flow.gradients[wire.id])) }) : "";
  return [value, gradient].filter(Boolean).join(" · ");
}

/** Which operation, its formula with live numbers, and the buttons that step. @param {HTMLElement} root @param {(direction: 1 | -1) => void} onStep */
function createHead(root, onStep) {
  const line = child(root, "div", "cell-head");
  const steps = child(line, "div", "cell-steps");
  const button = (/** @type {1 | -1} */ direction, /** @type {string} */ name) => {
    const made = /** @type {HTMLButtonElement} */ (child(steps, "button", "icon-button cell-step"));
    made.type = "button";
    made.dataset.icon = name;
    made.setAttribute("aria-label", say(`cell.${name}`));
    made.title = `${say(`cell.${name}`)} (${direction > 0 ? "↓" : "↑"})`;
    made.addEventListener("click", () => onStep(direction));
    return made;
  };
  const back = button(-1, "previous");
  const on = button(1, "next");
  const text = child(line, "div", "cell-now");
  text.setAttribute("role", "status");
  const title = child(text, "p", "cell-operation");
  const formula = child(text, "p", "formula cell-formula");
  return {
    /** @param {Trace} trace @param {ViewState} state @param {Wiring} wiring @param {Flow} flow @param {Stand} stand */
    update(trace, state, wiring, flow, { backward, current, pointed, done }) {
      const along = state.path !== null && pointed === null; // a path plays its own losses; the cell shows them all
      const index = pointed ?? (along ? -1 : current);
      const count = wiring.operations.length;
      back.disabled = on.disabled = state.path !== null;
      const operation = wiring.operations[index];
      const waiting = along ? "cell.allLosses" : backward ? "cell.waitBack" : "cell.wait";
      title.textContent = operation ? say("cell.operation", { n: index + 1, count, name: say(`operation.${wiring.name}.${operation.name}`) }) : say(waiting, { t: state.step });
      const known = operation && (backward ? count - index <= done : index < done);
      renderMath(formula, operation ? formulaOf(trace, state, wiring, operation, known ? flow : null, backward) : along ? gradientOf(trace, state.step) : "");
    },
  };
}

/** @param {Trace} trace @param {number} t */
const gradientOf = (trace, t) => `\\lVert \\partial L/\\partial h(${t}) \\rVert = \\mathbf{${texNumber(short(trace.dhNorm[t - 1]))}}`;

/** @param {Trace} trace @param {ViewState} state @param {Wiring} wiring @param {import("../../cell/wiring.js").Operation} operation @param {Flow | null} flow  null: not computed yet @param {boolean} backward */
function formulaOf(trace, { step, hover }, wiring, operation, flow, backward) {
  if (backward) {
    const size = flow ? `\\qquad \\lVert\\cdot\\rVert = \\mathbf{${texNumber(short(handedOn(operation, flow)))}}` : "";
    return operation.back(step) + size;
  }
  if (!flow) return operation.tex(step);
  const out = flow.out[workOf(wiring, operation).id];
  const i = hover?.kind === "unit" && hover.i !== undefined ? hover.i : largestUnit(out.subarray(0, trace.H));
  const { unit, tex } = inNumbers(wiring, operation, flow, i, trace.activation);
  return `${operation.tex(step)}\\qquad ${unit ? `\\text{${say("cell.unit", { i: i + 1 })}}\\; ` : ""}${tex}`;
}
