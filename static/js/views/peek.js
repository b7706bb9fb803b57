import { short } from "../format.js";
import { braced, gradientEquation, pathProduct, texNumber } from "../formulas.js";
import { stateFormula } from "../gated.js";
import { t as say } from "../i18n.js";
import { linked, renderMath } from "../math.js";
import { PHI } from "../phi.js";
import { backwardProgress, forwardProgress, pathProgress } from "../playhead.js";
import { forwardTerms, isLost } from "../products.js";
import { backwardReveal, forwardReveal, subjectOf } from "../reveal.js";
import { told } from "../trace.js";
import { child } from "./band.js";

/**
 * The phone's edge of the inspector: the one equation of this step, with the norms of its pieces under braces. Its
 * button opens the sheet, which is the page's (see sheets.js).
 *
 * @typedef {import("../view.js").Trace} Trace
 * @typedef {import("../view.js").ViewState} ViewState
 */

/** @param {HTMLElement} root @returns {import("../view.js").View} */
export function peek(root) {
  root.classList.add("peek");
  child(root, "span", "peek-handle").setAttribute("aria-hidden", "true");
  const head = child(root, "div", "panel-head");
  const title = child(head, "h2", "panel-title");
  const open = /** @type {HTMLButtonElement} */ (child(head, "button", "quiet peek-open"));
  open.type = "button";
  open.textContent = say("peek.expand");
  child(open, "span", "peek-chevron").setAttribute("aria-hidden", "true");
  const formula = child(root, "div", "formula formula-display");

  return {
    update(trace, state) {
      if (!state.narrow) return; // not shown
      const subject = subjectOf(trace, state);
      title.textContent = say(subject === "equation" ? "peek.forward" : "peek.backward");
      formula.classList.toggle("is-tight", state.step > 98);
      renderMath(formula, FORMULAS[subject](trace, state), { display: true });
    },
    destroy() {
      root.replaceChildren();
    },
  };
}

const FORMULAS = {
  /** @param {Trace} trace @param {ViewState} state */
  equation(trace, state) {
    const t = state.step;
    if (trace.cellName !== "rnn") return stateFormula(trace.cellName, t);
    const { sent } = forwardReveal(isLost(trace, t) ? 0 : forwardProgress(state.head, t), trace.H, state.reduced);
    const { Ux, Wh } = forwardTerms(trace, t);
    const u = linked({ kind: "U", t }, braced(`\\U\\,x(${t})`, Ux, sent > 0));
    const w = linked({ kind: "W", t }, braced(`\\W\\,h(${t - 1})`, Wh, sent > 0));
    const sum = `${u} + ${w} + b`;
    const phi = PHI[trace.activation];
    return `h(${t}) = ${phi.tex ? `${phi.tex}\\big(${sum}\\big)` : sum}`;
  },
  /** @param {Trace} trace @param {ViewState} state */
  contributions(trace, state) {
    const k = state.step;
    const shown = backwardReveal(backwardProgress(state.head, k, trace.T), 1, state.reduced);
    return gradientEquation(trace, k, `\\frac{\\partial L}{\\partial h(${k})}`, shown);
  },
  /** @param {Trace} trace @param {ViewState} state */
  microscope(trace, state) {
    if (!state.path) return "";
    const { t, k } = state.path;
    const known = pathProgress(state.head, state.path, k) >= 1;
    return pathProduct(trace, state.path, known ? texNumber(short(told(trace, trace.credit.dh[t - 1][k - 1]))) : "\\ldots");
  },
};
