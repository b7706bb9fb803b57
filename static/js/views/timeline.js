import { labelledSteps } from "../axis.js";
import { visible } from "../format.js";
import { t as message } from "../i18n.js";
import { renderMath } from "../math.js";
import { child } from "./band.js";

/**
 * The time axis and its cursor: the slider *is* the axis that every band shares. A native range input lies over it.
 *
 * @typedef {import("../view.js").View} View
 * @typedef {import("../view.js").ViewState} ViewState
 * @typedef {import("../trace.js").Trace} Trace
 * @param {HTMLElement} root @param {import("../view.js").ViewOptions} options @returns {View}
 */
export function timeline(root, { onStep }) {
  root.classList.add("band", "band-time");
  const name = child(root, "div", "band-name time-name");
  child(name, "span", "stage-word").textContent = message("stage.time");
  renderMath(child(name, "span", "stage-letter"), "t");
  const plot = child(root, "div", "band-plot time-plot");
  child(plot, "div", "time-track");
  const done = child(plot, "div", "time-done");
  const ticks = child(plot, "div", "time-ticks");
  const slider = /** @type {HTMLInputElement} */ (child(plot, "input", "time-slider"));
  const [pill, otherPill] = [child(plot, "div", "time-pill"), child(plot, "div", "time-pill other")];
  Object.assign(slider, { type: "range", min: "1", step: "1" });
  slider.setAttribute("aria-label", message("transport.step"));
  slider.addEventListener("input", () => onStep?.(slider.valueAsNumber));
  /** @type {object | null} */
  let ground = null;

  /** @param {Trace} trace @param {ViewState} state */
  function update(trace, state) {
    const { axis, step, path } = state;
    if (ground !== axis) {
      ground = axis;
      drawTicks(ticks, axis);
      slider.style.left = `${axis.center(1) - 14}px`;
      slider.style.width = `${axis.center(axis.T) - axis.center(1) + 28}px`;
    }
    slider.max = String(trace.T);
    if (slider.valueAsNumber !== step) slider.value = String(step);
    slider.setAttribute("aria-valuetext", valueText(trace, step));
    const [from, to] = path ? [path.k, path.t] : state.head.pass === "forward" ? [1, step] : [step, trace.T];
    done.style.left = `${axis.center(from)}px`;
    done.style.width = `${axis.center(to) - axis.center(from)}px`;
    place(pill, axis.center(path ? path.t : step), path ? `t = ${path.t}` : String(step), true);
    place(otherPill, axis.center(path ? path.k : step), path ? `k = ${path.k}` : "", path !== null && path.k < path.t);
  }
  return { update, destroy: () => root.replaceChildren() };
}

/** @param {HTMLElement} pill @param {number} x @param {string} text @param {boolean} shown */
function place(pill, x, text, shown) {
  pill.style.transform = `translate(calc(${x.toFixed(1)}px - 50%), -50%)`;
  if (pill.textContent !== text) pill.textContent = text;
  pill.hidden = !shown;
}

/** @param {Trace} trace @param {number} step */
function valueText(trace, step) {
  const symbol = trace.symbols[step - 1];
  const words = { step, T: trace.T, symbol: symbol === null ? "" : visible(symbol) };
  return message(symbol === null ? "transport.stepOf" : "transport.stepOfSymbol", words);
}

/** @param {HTMLElement} root @param {import("../axis.js").Axis} axis */
function drawTicks(root, axis) {
  root.replaceChildren(...labelledSteps(axis).map((t) => {
    const tick = document.createElement("span");
    tick.className = "time-tick";
    tick.style.left = `${axis.center(t)}px`;
    tick.textContent = String(t);
    return tick;
  }));
}
