import { createAxis } from "../../axis.js";
import { gatesOf, workedOut } from "../../gated.js";
import { t as say } from "../../i18n.js";
import { child } from "../../views/band.js";
import { cellState, gates } from "../../views/gates.js";
import { heatmap } from "../../views/heatmap.js";
import { mathIn } from "../../views/panel.js";
import { fixed, visible } from "../../format.js";
import { texNumber } from "../../formulas.js";

/**
 * The gates and states of a gated cell over all steps, the instrument's own strips at rest on an axis of their own, and
 * one unit of one step worked out below them.
 *
 * @typedef {import("../../trace.js").Trace} Trace
 * @typedef {{ scales: import("../../scales.js").Scales, width: number, t: number, i: number, settings: any }} State   t, i: the step and unit worked out, from 1
 */

/** @param {HTMLElement} root @param {{ onUnit: (unit: { t: number, i?: number }) => void }} options */
export function strips(root, { onUnit }) {
  root.classList.add("gate-strips");
  const bands = child(root, "div", "bands");
  /** @type {import("../../parts.js").Part | null} */ let hover = null;
  const options = {
    onHover: (/** @type {import("../../parts.js").Part | null} */ part) => { hover = part; },
    onStep: (/** @type {number} */ t) => onUnit({ t, i: hover?.i === undefined ? undefined : hover.i + 1 }),
  };
  const views = [gates, cellState, heatmap].map((view) => view(child(bands, "section"), options));
  const steps = child(bands, "div", "gate-steps");
  const work = child(root, "div", "gate-work");
  work.setAttribute("role", "status");
  return {
    /** @param {Trace} trace @param {State} state */
    update(trace, { scales, width, t, i, settings }) {
      const axis = createAxis({ width, T: trace.T, narrow: false, fit: true });
      for (const [name, value] of Object.entries({ gutter: axis.gutter, plot: axis.width, margin: axis.margin })) bands.style.setProperty(`--${name}`, `${value}px`);
      const state = /** @type {any} */ ({
        axis, scales, settings, head: { pass: "backward", at: trace.T }, mode: "both", playing: false, path: null, step: t, focus: t,
        hover: { kind: "unit", t, i: i - 1 }, narrow: false, room: 0, reduced: true, stale: false,
      });
      for (const view of views) view.update(trace, state);
      writeSteps(steps, trace, axis);
      writeWork(work, trace, t, i);
    },
    destroy() {
      for (const view of views) view.destroy();
      root.replaceChildren();
    },
  };
}

/** Numbers and inputs of the steps, below their columns. @param {HTMLElement} box @param {Trace} trace @param {import("../../axis.js").Axis} axis */
function writeSteps(box, { symbols, T }, axis) {
  box.replaceChildren();
  for (let t = 1; t <= T; t += 1) {
    const mark = child(box, "span");
    mark.style.left = `${axis.center(t)}px`;
    mark.append(String(t));
    child(mark, "b").textContent = visible(symbols[t - 1] ?? "");
  }
}

/** The gates of that unit, and its state in numbers. @param {HTMLElement} box @param {Trace} trace @param {number} t @param {number} i */
function writeWork(box, trace, t, i) {
  box.replaceChildren();
  child(box, "p", "gate-work-title").textContent = say("lesson.gates.worked", { t, i, symbol: visible(trace.symbols[t - 1] ?? "") });
  const values = /** @type {Record<string, Float64Array[]>} */ (trace.gates);
  mathIn(box, "p", "formula", gatesOf(trace).map(([name, letter]) => `${letter} = ${texNumber(fixed(values[name][t - 1][i - 1], 2))}`).join(",\\quad "));
  for (const line of workedOut(trace, t, i - 1)) mathIn(box, "p", "formula", line);
}
