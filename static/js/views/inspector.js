import { t } from "../i18n.js";
import { partOf } from "../math.js";
import { samePart } from "../parts.js";
import { subjectOf } from "../reveal.js";
import { child } from "./band.js";
import { contributions } from "./contributions.js";
import { equation } from "./equation.js";
import { gatedEquation } from "./gatedequation.js";
import { microscope } from "./microscope.js";
import { slope } from "./slope.js";
import { summary } from "./summary.js";

/**
 * The right panel: the step in focus as an equation in the forward pass and as a sum of gradients in the backward pass,
 * or the selected path under the chain-rule microscope; below, the activation's slope and the sequence in a few numbers.
 *
 * @typedef {import("../view.js").ViewState} ViewState
 * @typedef {import("../parts.js").Part} Part
 */

/** @param {HTMLElement} root @param {import("./microscope.js").PathOptions} [options] @returns {import("../view.js").View} */
export function inspector(root, options = {}) {
  root.classList.add("inspector");
  /** @type {(() => void) | null} */ let again = null;
  const turn = turnButton(root, () => again?.());
  const subjects = {
    equation: section(root, equation, options), gated: section(root, gatedEquation, options), contributions: section(root, contributions, options), microscope: section(root, microscope, options),
  };
  const curve = section(root, slope, options);
  const below = [curve, section(root, summary, options)];
  const pointer = pointing(root, options.onHover ?? (() => {}));

  const view = {
    /** @param {import("../view.js").Trace} trace @param {import("../view.js").ViewState} state */
    update(trace, state) {
      again = () => view.update(trace, state);
      const general = turn.subject(subjectOf(trace, state));
      const subject = general === "equation" && trace.gates ? "gated" : general;
      curve.box.hidden = trace.gates !== null;
      const seen = { ...state, focus: pointer.focus(state) };
      for (const [name, { box, view }] of Object.entries(subjects)) {
        box.hidden = name !== subject;
        if (name === subject) view.update(trace, seen);
      }
      for (const { box, view } of below) if (!box.hidden) view.update(trace, seen);
      root.classList.toggle("is-stale", state.stale);
    },
    destroy() {
      pointer.destroy();
      for (const { view } of [...Object.values(subjects), ...below]) view.destroy();
      root.replaceChildren();
    },
  };
  return view;
}

/** In the backward pass both sides of a step are known: a button turns from its gradient to how its state came about. @param {HTMLElement} root @param {() => void} redraw */
function turnButton(root, redraw) {
  const button = /** @type {HTMLButtonElement} */ (child(child(root, "div", "turn-line"), "button", "turn"));
  button.type = "button";
  let turned = false;
  button.addEventListener("click", () => {
    turned = !turned;
    redraw();
  });
  return {
    /** @param {import("../reveal.js").Subject} subject @returns {import("../reveal.js").Subject} */
    subject(subject) {
      const both = subject === "contributions";
      if (!both) turned = false;
      button.hidden = !both;
      button.textContent = t(turned ? "inspector.gradient" : "inspector.state");
      return both && turned ? "equation" : subject;
    },
  };
}

/** @param {HTMLElement} root @param {(box: HTMLElement, options: import("./microscope.js").PathOptions) => import("../view.js").View} view @param {import("./microscope.js").PathOptions} options */
function section(root, view, options) {
  const box = child(root, "section");
  return { box, view: view(box, options) };
}

/**
 * One listener for the whole panel. Pointing at a term of another step, δ(5) in the gradient of step 4, would move the
 * focus and replace the very formula that is pointed at: while the pointer is on a term the panel keeps its step.
 * @param {HTMLElement} root @param {(part: Part | null) => void} onHover
 */
function pointing(root, onHover) {
  const events = new AbortController();
  /** @type {Part | null} */ let at = null;
  let shown = 1;
  let cursor = 1;
  const point = (/** @type {Part | null} */ part) => {
    if (part === at || (part && at && samePart(at, part))) return;
    at = part;
    onHover(part);
  };
  for (const name of ["pointerover", "focusin"]) root.addEventListener(name, (event) => point(partOf(event.target)), { signal: events.signal });
  for (const name of ["pointerleave", "focusout"]) root.addEventListener(name, () => point(null), { signal: events.signal });
  return {
    /** @param {ViewState} state */
    focus(state) {
      const kept = at !== null && !state.playing && state.step === cursor;
      if (!kept) shown = at !== null ? state.step : state.focus;
      cursor = state.step;
      return shown;
    },
    destroy: () => events.abort(),
  };
}
