import { fixed, short } from "../format.js";
import { t as message } from "../i18n.js";
import { BACKWARD, FORWARD, backwardProgress, forwardProgress, stage } from "../playhead.js";
import { hasLoss, reaches, told } from "../trace.js";
import { child } from "./band.js";
import { filledCells, litUnits } from "./cells.js";
import { named } from "./panel.js";

/**
 * What is under the pointer, in words and with its number, after a moment.
 *
 * @typedef {import("../trace.js").Trace} Trace
 * @typedef {import("../parts.js").Part} Part
 */
const DELAY = 150;

/** @param {HTMLElement} root the element in which pointing shows a tooltip */
export function tooltip(root) {
  const box = child(document.body, "div", "tooltip");
  box.hidden = true;
  box.setAttribute("aria-hidden", "true"); // the same numbers stand in the inspector's tables
  let timer = 0;
  let [x, y] = [0, 0];
  let shown = "";
  root.addEventListener("pointermove", (event) => { [x, y] = [event.clientX, event.clientY]; if (!box.hidden) place(); });

  function place() {
    const { width, height } = box.getBoundingClientRect();
    const left = Math.min(window.innerWidth - width - 8, Math.max(8, x + 14));
    const top = y + 18 + height > window.innerHeight ? y - height - 12 : y + 18;
    box.style.transform = `translate(${left}px, ${top}px)`;
  }
  function show() {
    box.textContent = shown;
    box.hidden = false;
    place();
  }
  /** @param {Trace} trace @param {import("../view.js").ViewState} state */
  function update(trace, state) {
    const { hover } = state;
    const words = hover && root.matches(":hover") && isKnown(trace, state, hover) ? describe(trace, hover) : "";
    if (words === shown) return;
    shown = words;
    clearTimeout(timer);
    if (!words) box.hidden = true;
    else if (box.hidden) timer = window.setTimeout(show, DELAY);
    else show();
  }
  return { update, destroy: () => box.remove() };
}

/** Has the pass computed what the tooltip of this part says? @param {{ T: number, H: number }} trace
 * @param {Pick<import("../view.js").ViewState, "head" | "reduced">} state @param {Part} part */
export function isKnown({ T, H }, { head, reduced }, { kind, t = 1, k = t, i = 0 }) {
  const done = (/** @type {number} */ progress, /** @type {number[]} */ span) => stage(reduced && progress > 0 ? 1 : progress, span) >= 1;
  const [forward, backward] = [forwardProgress(head, t), backwardProgress(head, t, T)];
  if (kind === "unit") return i < litUnits(head, t, H, reduced);
  if (kind === "y") return done(forward, FORWARD.predict);
  if (kind === "L") return done(forward, FORWARD.loss);
  if (kind === "h") return done(backward, BACKWARD.join);
  if (kind === "U" || kind === "V" || kind === "W") return done(backward, BACKWARD.shares);
  return kind !== "credit" || t - k < filledCells(head, k, T, reduced);
}

/** A part in words, with its number. @param {Trace} trace @param {Part} part @returns {string} */
export function describe(trace, { kind, t, k, i, of }) {
  if (t === undefined || t > trace.T) return "";
  if (of !== undefined && i !== undefined && i < trace.H) return gateOrCell(trace, of, t, i);
  const norm = (/** @type {number} */ v) => short(told(trace, v));
  if (kind === "unit" && i !== undefined && i < trace.H) return `h${subscript(i + 1)}(${t}) = ${fixed(told(trace, trace.h[t - 1][i]), 3)}`;
  if (kind === "credit" && k !== undefined) return credit(trace, t, k);
  if (kind === "W" || kind === "U" || kind === "V") return message(trace.gates && kind !== "V" ? `tooltip.${kind}.gated` : `tooltip.${kind}`, { t, before: t - 1, norm: norm(trace.shares[kind][t - 1]) });
  if (kind === "L") return !hasLoss(trace, t) ? message("tooltip.noLoss", { t }) : `L(${t}) = ${short(told(trace, trace.loss[t - 1]), 3)}`;
  if (kind === "y") return prediction(trace, t);
  if (kind === "x") return input(trace, t);
  if (kind === "h") return `‖∂L/∂h(${t})‖ = ${norm(trace.dhNorm[t - 1])}${trace.dcellNorm ? ` · ‖∂L/∂cell(${t})‖ = ${norm(trace.dcellNorm[t - 1])}` : ""}`;
  return "";
}

/** A gate or the cell state at one unit: what it keeps goes for the gradient too. @param {Trace} trace @param {string} of @param {number} t @param {number} i */
function gateOrCell({ gates, cell }, of, t, i) {
  const v = (of === "cell" ? cell : gates?.[of])?.[t - 1][i] ?? NaN;
  return message(`tooltip.${of}`, { t, before: t - 1, i: i + 1, v: fixed(v, 3) });
}

/** @param {number} n */
const subscript = (n) => [...String(n)].map((c) => "₀₁₂₃₄₅₆₇₈₉"[Number(c)]).join("");

/** @param {Trace} trace @param {number} t @param {number} k */
function credit(trace, t, k) {
  if (!hasLoss(trace, t)) return message("tooltip.noLoss", { t });
  if (!reaches(trace, t, k)) return message("tooltip.truncated", { t, k });
  return `‖∂L(${t})/∂h(${k})‖ = ${short(told(trace, trace.credit.dh[t - 1][k - 1]))}`;
}

/** @param {Trace} trace @param {number} t */
function prediction(trace, t) {
  const yHat = trace.yHat[t - 1];
  if (trace.output !== "softmax") return `ŷ(${t}) = ${fixed(told(trace, yHat[0]), 3)}, y(${t}) = ${fixed(trace.y?.[t - 1][0] ?? NaN, 3)}`;
  const target = trace.targets?.[t - 1] ?? 0;
  const name = (/** @type {number} */ j) => (trace.labels ? named(trace.labels[j]) : String(j));
  const best = yHat.indexOf(Math.max(...yHat));
  return message("tooltip.prediction", { t, target: name(target), p: short(told(trace, yHat[target])), best: name(best), q: short(told(trace, yHat[best])) });
}

/** @param {Trace} trace @param {number} t */
function input(trace, t) {
  const symbol = trace.symbols[t - 1];
  return symbol === null ? `x(${t}) = ${fixed(trace.x[t - 1][0], 3)}` : `x(${t}): ${named(symbol)}`;
}
