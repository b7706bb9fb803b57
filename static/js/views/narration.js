import { BACKWARD, FORWARD, backwardProgress, beats, stage } from "../playhead.js";
import { percent, short } from "../format.js";
import { t as message } from "../i18n.js";
import { stateFormula } from "../gated.js";
import { linked, renderMath, partOf } from "../math.js";
import { hasLoss, reaches, told } from "../trace.js";
import { sendsNothing, trend } from "../verdict.js";
import { child } from "./band.js";
import { named, plural } from "./panel.js";

/**
 * The stage's title: what is happening, as a sentence, and the formula that says it.
 *
 * @typedef {import("../view.js").ViewState} ViewState
 * @typedef {import("../trace.js").Trace} Trace
 * @typedef {{ title: string, tex: string, note: string }} Words
 * @param {HTMLElement} root @param {import("../view.js").ViewOptions} options
 */
export function narration(root, options) {
  const title = child(root, options.heading ?? "h1", "stage-title");
  const line = child(root, "p", "stage-line");
  const formula = child(line, "span", "stage-formula");
  const note = child(line, "span", "stage-note");
  line.addEventListener("pointermove", (event) => options.onHover?.(partOf(event.target)));
  line.addEventListener("pointerleave", () => options.onHover?.(null));
  const zoom = zoomButton(root, options);
  let shown = "";

  /** @param {Trace} trace @param {ViewState} state */
  function update(trace, state) {
    zoom.update(state.settings.zoom);
    const words = narrate(trace, state);
    const key = JSON.stringify(words);
    if (key === shown) return;
    shown = key;
    title.textContent = words.title;
    renderMath(formula, words.tex);
    note.textContent = words.note;
  }
  return { update, destroy: () => root.replaceChildren() };
}

/** Into the cursor's cell, and out of it. @param {HTMLElement} root @param {import("../view.js").ViewOptions} options */
function zoomButton(root, options) {
  const button = /** @type {HTMLButtonElement} */ (child(root, "button", "button zoom-button"));
  button.type = "button";
  let open = false;
  button.addEventListener("click", () => options.onZoom?.(!open));
  /** @param {boolean} now */
  const update = (now) => {
    open = now;
    const words = message(open ? "cell.close" : "cell.open");
    if (button.textContent !== words) button.textContent = words;
  };
  return { update };
}

/** @param {Trace} trace @param {ViewState} state @returns {Words} */
export function narrate(trace, state) {
  if (state.path) return pathWords(trace, state.path, state.head.pass !== "path" || state.head.at >= beats("path", trace.T, state.path));
  if (state.head.pass === "forward") return state.head.at >= trace.T ? forwardDone(trace) : forwardWords(trace, state);
  return state.head.at >= trace.T ? backwardDone(trace, state.narrow) : backwardWords(trace, state);
}

/** @param {Trace} trace @param {ViewState} state @returns {Words} */
function forwardWords(trace, { head, step, narrow, settings }) {
  if (head.at === 0) return { title: message("narration.forwardStart"), tex: stepFormula(trace, 1), note: "" };
  const { overflow } = trace;
  if (overflow && ["a", "h", "o"].includes(overflow.what) && overflow.step <= step) return overflowWords(trace);
  const symbol = trace.symbols[step - 1];
  const what = symbol === null ? message("narration.value") : named(symbol);
  const title = message(narrow ? "narration.forwardShort" : step === 1 ? "narration.forwardFirst" : "narration.forward", { step, before: step - 1, what });
  const units = Math.floor(stage(head.at - (step - 1), FORWARD.light) * trace.H + 1e-9);
  const note = units === 0 || narrow || settings.zoom ? "" : units === trace.H ? message("narration.allUnits", { H: trace.H }) : message("narration.units", { units, H: trace.H });
  return { title, tex: stepFormula(trace, step), note };
}

/** @param {Trace} trace @param {number} t */
function stepFormula({ cellName, activation, normalization }, t) {
  if (cellName !== "rnn") return stateFormula(cellName, t);
  const terms = [`${linked({ kind: "U", t }, "\\U")}\\,x(${t})`, `${linked({ kind: "W", t }, "\\W")}\\,h(${t - 1})`, "b"].join(" + ");
  const sum = normalization === "layer" ? `\\gamma \\odot \\operatorname{LN}(${terms.replace(/ \+ b$/, "")}) + b` : terms;
  return `h(${t}) = ${phi(activation)}(\\,${sum}\\,)`;
}

/** @param {string} activation */
const phi = (activation) => (activation === "tanh" ? "\\tanh" : activation === "sigmoid" ? "\\sigma" : `\\operatorname{${activation === "leaky_relu" ? "LReLU" : activation === "relu" ? "ReLU" : "id"}}`);

/** @param {Trace} trace @returns {Words} */
function forwardDone(trace) {
  if (trace.overflow && ["a", "h", "o", "loss"].includes(trace.overflow.what)) return overflowWords(trace);
  const tex = trace.lossAt === "every" ? `L = \\textstyle\\sum_t L(t) = ${short(trace.total, 3).replace("−", "-")}` : `L = L(${trace.T}) = ${short(trace.total, 3)}`;
  return { title: message("narration.forwardDone", { total: short(trace.total, 3), T: trace.T }), tex: plain(tex), note: message("narration.backwardNext") };
}

/** @param {Trace} trace @param {ViewState} state @returns {Words} */
function backwardWords(trace, { head, step, narrow, settings }) {
  if (head.at === 0) return { title: message("narration.backwardStart"), tex: gradientFormula(trace, trace.T, false), note: "" };
  const empty = nothingWords(trace, step);
  const note = !hasLoss(trace, step) ? message("narration.noLoss") : empty ? empty : narrow || settings.zoom ? "" : message("narration.strands");
  const known = stage(backwardProgress(head, step, trace.T), BACKWARD.join) >= 1;
  return { title: message("narration.backward", { step }), tex: gradientFormula(trace, step, known), note };
}

/** @param {Trace} trace @param {number} t @param {boolean} value */
function gradientFormula(trace, t, value) {
  const symbol = linked({ kind: "h", t }, `\\partial L/\\partial h(${t})`);
  return plain(`\\lVert ${symbol}\\rVert${value ? ` = ${short(told(trace, trace.dhNorm[t - 1]))}` : ""}`);
}

/** Why nothing leaves a step that has a loss; "" where something does. @param {Trace} trace @param {number} t */
function nothingWords(trace, t) {
  if (!sendsNothing(trace, t)) return "";
  return message(trace.loss[t - 1] === 0 ? "narration.nothing" : "narration.nothingFlat", { t });
}

/** The horizon is a fit over all distances: an average, said with how well it fits. @param {Trace} trace @param {boolean} narrow @returns {Words} */
function backwardDone(trace, narrow) {
  if (trace.overflow) return overflowWords(trace);
  const { kind, by, fit } = trend(trace.horizon);
  const tex = `\\lVert \\partial L(t)/\\partial ${trace.dcell ? "\\mathit{cell}" : "h"}(k) \\rVert`; // the LSTM's road is its cell state
  if (kind !== "none") {
    const numbers = { steps: short(by), share: percent(by), times: short(by) };
    return { title: message(`narration.${kind}`, numbers), tex, note: message(narrow ? "narration.fit" : "narration.horizonNote", { fit }) };
  }
  if (trace.total === 0 && trace.loss.every((_, i) => !hasLoss(trace, i + 1) || sendsNothing(trace, i + 1))) return { title: message("narration.allZero"), tex, note: "" };
  return { title: message(trace.horizon.zeros > 0 ? "narration.silent" : "narration.backwardDone"), tex, note: "" };
}

/** @param {Trace} trace @param {{ t: number, k: number }} path @param {boolean} arrived @returns {Words} */
function pathWords(trace, { t, k }, arrived) {
  const row = trace.credit.dh[t - 1];
  const tex = plain(`\\lVert \\partial L(${t})/\\partial h(${k}) \\rVert${arrived ? ` = ${short(told(trace, row[k - 1]))}` : ""}`);
  const title = message(t === k ? "narration.pathSame" : "narration.path", { t, k });
  if (!hasLoss(trace, t)) return { title, tex, note: message("narration.noLossAt", { t }) };
  if (sendsNothing(trace, t)) return { title, tex, note: nothingWords(trace, t) };
  if (!reaches(trace, t, k)) return { title, tex, note: message("narration.truncated", { w: trace.truncate ?? 0 }) };
  if (!arrived) return { title, tex, note: "" };
  const left = row[k - 1] / row[t - 1];
  const key = t === k ? "narration.pathNone" : plural(left > 1 ? "narration.pathGrown" : "narration.pathLeft", t - k);
  return { title, tex, note: message(key, { start: short(told(trace, row[t - 1])), steps: t - k, left: left > 1 ? short(left) : percent(left) }) };
}

/** @param {Trace} trace @returns {Words} */
function overflowWords(trace) {
  const { step, what } = /** @type {NonNullable<Trace["overflow"]>} */ (trace.overflow);
  return { title: message("narration.overflow", { what, step }), tex: stepFormula(trace, step), note: message("narration.overflowNote") };
}

/** Numbers as KaTeX writes them: raised exponents and thin spaces become TeX. @param {string} tex */
function plain(tex) {
  const digits = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹";
  return tex.replaceAll("−", "-").replaceAll("\u202f", "\\,").replaceAll("∞", "\\infty ")
    .replace(/×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/g, (_, raised) => `\\times 10^{${[...raised].map((c) => "-0123456789"[[...digits].indexOf(c)]).join("")}}`);
}
