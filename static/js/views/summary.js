import { percent, short } from "../format.js";
import { t as say } from "../i18n.js";
import { renderPhrase } from "../math.js";
import { backwardProgress, forwardProgress } from "../playhead.js";
import { told } from "../trace.js";
import { trend } from "../verdict.js";
import { child } from "./band.js";
import { mathIn } from "./panel.js";

/**
 * The sequence in a few numbers: how far a gradient carries, W's radius, the norms of the gradients and what clipping
 * makes of them. A number that the pass has not reached is a dash.
 *
 * @typedef {import("../view.js").Trace} Trace
 * @typedef {import("../math.js").Piece} Piece
 * @typedef {{ name: string, names?: Record<string, Piece>, value: string, values?: Record<string, Piece> }} Line
 */

/** @param {HTMLElement} root @returns {import("../view.js").View} */
export function summary(root) {
  root.classList.add("summary");
  child(root, "h3", "panel-subtitle").textContent = say("summary.title");
  const list = child(root, "dl", "facts");
  const norms = child(root, "table", "gradient-norms");
  /** @type {Trace | null} */ let of = null;
  let drawn = "";
  return {
    update(trace, state) {
      const forward = forwardProgress(state.head, trace.T) >= 1;
      const backward = backwardProgress(state.head, 1, trace.T) >= 1;
      const key = `${forward} ${backward}`;
      if (of === trace && key === drawn) return;
      [of, drawn] = [trace, key];
      list.replaceChildren();
      for (const line of facts(trace, forward, backward)) write(list, line);
      gradients(norms, trace, backward);
    },
    destroy() {
      root.replaceChildren();
    },
  };
}

/** @param {HTMLElement} list @param {Line} line */
function write(list, { name, names, value, values }) {
  const row = child(list, "div");
  renderPhrase(child(row, "dt"), name, names);
  renderPhrase(child(row, "dd"), value, values);
}

/** @param {Trace} trace @param {boolean} forward @param {boolean} backward @returns {Line[]} */
function facts(trace, forward, backward) {
  const unknown = "summary.unknown";
  const number = (/** @type {number} */ v) => ({ value: "summary.number", values: { v: short(told(trace, v ?? NaN)) } });
  return [
    backward ? horizon(trace) : { name: "summary.carries", value: unknown },
    ...(forward && trace.overflow ? [{ name: "summary.overflow", value: "summary.overflowAt", values: { ...trace.overflow } }] : []),
    { name: "summary.loss", names: { L: { tex: "L" } }, ...(forward ? number(trace.total) : { value: unknown }) },
    { name: "summary.radius", names: { W: { tex: "\\W" } }, ...number(trace.jacobians.spectralRadius) },
    { name: "summary.singular", names: { W: { tex: "\\W" } }, value: "summary.number", values: { v: singular(trace) } },
    clipping(trace, backward),
    { name: "summary.parameters", value: "summary.number", values: { v: trace.parameterCount.toLocaleString("en-US").replaceAll(",", "\u202f") } },
  ];
}

/** The gradient's norm for each parameter, side by side. @param {HTMLElement} table @param {Trace} trace @param {boolean} known */
function gradients(table, trace, known) {
  table.replaceChildren();
  child(table, "caption", "visually-hidden").textContent = say("summary.gradients");
  const [head, body] = [child(table, "tr"), child(table, "tr")];
  mathIn(head, "th", "", "\\lVert\\partial L/\\partial\\,\\cdot\\,\\rVert").setAttribute("scope", "row");
  child(body, "td");
  for (const letter of Object.keys(trace.parameters)) {
    mathIn(head, "th", "", "UWV".includes(letter) ? `\\${letter}` : letter).setAttribute("scope", "col");
    child(body, "td", "number").textContent = known ? short(told(trace, trace.gradientNorms[letter] ?? NaN)) : "–";
  }
}

/** Largest and smallest singular value. @param {Trace} trace */
function singular({ jacobians: { singularValues: s } }) {
  const [most, least] = [Math.max(...s), Math.min(...s)].map((v) => short(v));
  return most === least ? most : `${least} – ${most}`;
}

/** @param {Trace} trace @returns {Line} */
function horizon(trace) {
  const { kind, by, fit } = trend(trace.horizon);
  if (kind === "none") return { name: "summary.carries", value: "summary.noHorizon" };
  if (kind === "unsteady") return { name: "summary.carries", value: "summary.unsteady", values: { fit } };
  const steps = kind === "halves" || kind === "doubles";
  return { name: `summary.${kind}`, value: steps ? "summary.steps" : "summary.fit", values: { n: { strong: kind === "keeps" ? percent(by) : short(by) }, fit } };
}

/** @param {Trace} trace @param {boolean} backward @returns {Line} */
function clipping(trace, backward) {
  const { clipped, gradientNorms } = trace;
  const name = "summary.clipped";
  if (!clipped) return { name: "summary.total", ...(backward ? { value: "summary.number", values: { v: short(told(trace, gradientNorms.total ?? NaN)) } } : { value: "summary.unknown" }) };
  if (!backward) return { name, value: "summary.unknown" };
  const [before, after] = [clipped.norm_before, clipped.norm_after].map((v) => short(told(trace, v ?? NaN)));
  const scale = typeof clipped.scale === "number" ? clipped.scale : NaN;
  return { name, value: scale < 1 ? "summary.clippedTo" : before === after ? "summary.clipIdle" : "summary.clippedTo.value",
    values: { before, after: { strong: after }, share: percent(scale) } };
}
