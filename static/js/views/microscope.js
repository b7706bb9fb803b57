import { percent, short } from "../format.js";
import { keeperOf, roadFactors, roadOf } from "../gated.js";
import { pathProduct, pathTerm, texNumber } from "../formulas.js";
import { t as say } from "../i18n.js";
import { linked, renderMath, renderPhrase, ringParts } from "../math.js";
import { pathProgress } from "../playhead.js";
import { pathReveal } from "../reveal.js";
import { pathFactors, reaches, told } from "../trace.js";
import { verdict, worstStep } from "../verdict.js";
import { child } from "./band.js";
import { barIn, emptyBar, mathIn, phraseIn, plural, setBar, setNormBar, standsFor } from "./panel.js";

/**
 * The chain-rule microscope: how the gradient of L(t) comes to h(k), factor by factor, each split into slope and W for
 * the vector that travels; the term of ∂L(t)/∂W that this path is; and why so little, or so much, is left.
 *
 * @typedef {import("../view.js").Trace} Trace
 * @typedef {import("../view.js").ViewState} ViewState
 * @typedef {import("../playhead.js").Path} Path
 * @typedef {import("../verdict.js").Factor} Factor
 * @typedef {import("../verdict.js").Verdict} Verdict
 * @typedef {import("../view.js").ViewOptions & { onPlayPath?: () => void }} PathOptions
 * @typedef {{ root: HTMLElement, step: number, show: (level: number, scales: ViewState["scales"]) => void }} FactorRow
 */

/** @param {HTMLElement} root @param {PathOptions} [options] @returns {import("../view.js").View} */
export function microscope(root, options = {}) {
  root.classList.add("microscope");
  const sheet = frame(root, options);
  /** @type {unknown[]} */ let subject = [];
  /** @type {FactorRow[]} */ let rows = [];
  /** @type {import("../parts.js").Part | null | undefined} */ let ringed;
  let revealed = "";

  return {
    update(trace, state) {
      const path = state.path;
      if (!path) return;
      const key = [trace, state.scales, path.t, path.k];
      const fresh = key.some((part, i) => part !== subject[i]);
      if (fresh) {
        subject = key;
        rows = describe(sheet, trace, path);
      }
      const levels = rows.map(({ step }) => pathReveal(pathProgress(state.head, path, step), state.reduced));
      if (fresh || levels.join() !== revealed) {
        revealed = levels.join();
        reveal(sheet, rows, levels, state.scales);
        ringed = undefined;
      }
      if (ringed !== state.hover) {
        ringed = state.hover;
        ringParts(root, ringed);
      }
    },
    destroy() {
      root.replaceChildren();
    },
  };
}

/** @param {HTMLElement} root @param {PathOptions} options */
function frame(root, options) {
  const top = child(root, "div", "panel-head");
  child(top, "h2", "panel-title").textContent = say("microscope.title");
  const close = iconButton(top, "quiet leave-path", "M3 3 L13 13 M13 3 L3 13");
  child(close, "span", "leave-label").textContent = say("microscope.leave"); // a phone's sheet has its own ×
  close.addEventListener("click", () => options.onPath?.(null));
  const subtitle = child(root, "p", "panel-note");
  const product = child(root, "div", "formula formula-display");
  const scroller = child(root, "div", "factor-scroll");
  scroller.tabIndex = 0;
  scroller.setAttribute("role", "region");
  scroller.setAttribute("aria-label", say("microscope.caption"));
  const table = child(scroller, "table", "factors");
  child(table, "caption", "visually-hidden").textContent = say("microscope.caption");
  const head = child(child(table, "thead"), "tr");
  const body = child(table, "tbody");
  const card = child(root, "div", "card verdict");
  card.setAttribute("role", "status");
  const play = iconButton(root, "button wide-button", "M4 2.5 L13.5 8 L4 13.5 Z");
  play.append(say("microscope.play"));
  play.addEventListener("click", () => options.onPlayPath?.());
  child(root, "h3", "panel-subtitle").textContent = say("microscope.term");
  const term = child(root, "div", "formula formula-term");
  const size = child(root, "p", "panel-note");
  return { subtitle, product, scroller, head, body, card, term, size };
}

/** @typedef {ReturnType<typeof frame>} Sheet */

/** @param {HTMLElement} parent @param {string} className @param {string} shape */
function iconButton(parent, className, shape) {
  const button = /** @type {HTMLButtonElement} */ (child(parent, "button", className));
  button.type = "button";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add(shape.endsWith("Z") ? "icon-solid" : "icon-line");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", shape);
  svg.append(path);
  button.append(svg);
  return button;
}

/** What stands in the columns: a plain step splits into slope and W, a gated one has its gate and one factor a state. @param {HTMLElement} row @param {Trace} trace */
function headRow(row, trace) {
  row.replaceChildren();
  child(child(row, "th"), "span", "visually-hidden").textContent = say("microscope.step");
  if (trace.gates) {
    child(row, "th").textContent = say(`microscope.gate.${keeperOf(trace)}`);
    mathIn(row, "th", "", "h");
    mathIn(row, "th", "", trace.dcell ? "\\mathit{cell}" : "");
  } else {
    phraseIn(row, "th", "", "microscope.slope", { phi: { tex: "\\varphi'" } });
    mathIn(row, "th", "", trace.normalization === "layer" ? "\\operatorname{LN},\\W" : "\\W");
    child(row, "th").textContent = say("microscope.both");
  }
  const left = child(row, "th");
  left.textContent = say(trace.dcell ? "microscope.leftAt" : "microscope.left");
  child(left, "small").textContent = say("gradient.log");
  for (const cell of row.children) cell.setAttribute("scope", "col");
}

/** Write all that depends on the path alone; the rows come out one by one. @param {Sheet} sheet @param {Trace} trace @param {Path} path @returns {FactorRow[]} */
function describe(sheet, trace, path) {
  const { t, k } = path;
  headRow(sheet.head, trace);
  renderPhrase(sheet.subtitle, "microscope.subtitle", { L: { tex: linked({ kind: "L", t }, `L(${t})`) }, h: { tex: linked({ kind: "h", t: k }, `h(${k})`) } });
  renderMath(sheet.product, pathProduct(trace, path), { display: true });
  renderMath(sheet.term, pathTerm(trace, path));
  const judged = verdict(trace, path);
  sheet.body.parentElement?.classList.toggle("is-gated", trace.gates !== null);
  termSize(sheet.size, trace, path, judged);
  renderVerdict(sheet.card, trace, path, judged);
  sheet.body.replaceChildren();
  sheet.scroller.scrollTop = 0;
  return factorRows(sheet.body, trace, path);
}

/** @param {HTMLElement} body @param {Trace} trace @param {Path} path @returns {FactorRow[]} */
function factorRows(body, trace, path) {
  const { t } = path;
  if (trace.gates) return gatedRows(body, trace, path);
  const factors = pathFactors(trace, path);
  const inside = factors.filter(({ step }) => reaches(trace, t, step - 1));
  const worst = inside.length > 1 ? worstStep(inside) : null;
  const rows = [startRow(body, trace, t), ...inside.map((factor) => factorRow(body, t, { ...factor, left: told(trace, factor.left) }, factor.step === worst))];
  if (inside.length < factors.length) rows.push(cutRow(body, factors[inside.length].step, trace.truncate ?? 0));
  return rows;
}

/** A gated road: the keeping gate's mean, what each state's gradient is multiplied by, what is left at h. @param {HTMLElement} body @param {Trace} trace @param {Path} path @returns {FactorRow[]} */
function gatedRows(body, trace, path) {
  const { t } = path;
  const steps = roadFactors(trace, path);
  const inside = steps.filter(({ step }) => reaches(trace, t, step - 1));
  const rows = [startRow(body, trace, t), ...inside.map((factor) => gatedRow(body, trace, t, factor))];
  if (inside.length < steps.length) rows.push(cutRow(body, steps[inside.length].step, trace.truncate ?? 0));
  return rows;
}

/** @param {HTMLElement} body @param {Trace} trace @param {number} t @param {ReturnType<typeof roadFactors>[number]} factor @returns {FactorRow} */
function gatedRow(body, trace, t, factor) {
  const j = factor.step;
  const row = namedRow(body, t, j - 1, `h(${j}) {\\to} h(${j - 1})`);
  const gate = child(row, "td", "slope");
  const track = barIn(gate, "bar-ink");
  const number = child(gate, "span", "number");
  const h = child(row, "td", "both number");
  const cell = child(row, "td", "number");
  const left = leftCell(row);
  return {
    root: row, step: j - 1,
    show(level, scales) {
      if (level >= 1) setBar(track, Math.min(1, factor.kept || 0), "");
      if (level >= 1) number.textContent = factorText(factor.kept);
      if (level >= 2) h.textContent = factorText(factor.h);
      if (level >= 2 && trace.dcell) cell.textContent = factorText(factor.cell);
      if (level >= 3) left(factor.left, scales);
    },
  };
}

/** @param {HTMLElement} body @param {number} t @param {number} k @param {string} tex */
function namedRow(body, t, k, tex) {
  const row = child(body, "tr");
  const head = mathIn(row, "th", t > 9 ? "is-tight" : "", tex);
  head.setAttribute("scope", "row");
  standsFor(row, { kind: "credit", t, k });
  return row;
}

/** The norm left after a row, bar above number. @param {HTMLElement} row */
function leftCell(row) {
  const cell = child(row, "td", "left");
  const track = barIn(cell);
  const number = child(cell, "span", "number");
  return (/** @type {number} */ norm, /** @type {ViewState["scales"]} */ scales) => {
    setNormBar(track, norm, scales);
    number.textContent = short(norm);
  };
}

/** @param {HTMLElement} body @param {Trace} trace @param {number} t @returns {FactorRow} */
function startRow(body, trace, t) {
  const row = namedRow(body, t, t, `L(${t}) {\\to} h(${t})`);
  const cell = phraseIn(row, "td", "start", trace.parameters.V ? "microscope.start" : "microscope.startPlain", { V: { tex: linked({ kind: "V", t }, "\\V") } });
  cell.setAttribute("colspan", "3");
  const left = leftCell(row);
  return { root: row, step: t, show: (level, scales) => { if (level >= 3) left(told(trace, trace.credit.dh[t - 1][t - 1]), scales); } };
}

/** A factor in two digits, or a dash where 0/0 says nothing. @param {number} v */
const factorText = (v) => (Number.isFinite(v) ? short(v) : "–");

/** @param {HTMLElement} body @param {number} t @param {Factor} factor @param {boolean} worst @returns {FactorRow} */
function factorRow(body, t, factor, worst) {
  const j = factor.step;
  const row = namedRow(body, t, j - 1, `h(${j}) {\\to} h(${j - 1})`);
  if (worst) row.dataset.worst = "";
  const slope = child(row, "td", "slope");
  standsFor(slope, { kind: "slope", t: j });
  const track = barIn(slope, "bar-ink");
  const number = child(slope, "span", "number");
  const w = child(row, "td", "letter-W number");
  standsFor(w, { kind: "W", t: j });
  const both = child(row, "td", "both number");
  const left = leftCell(row);
  return {
    root: row, step: j - 1,
    show(level, scales) {
      if (level >= 1) setBar(track, Math.min(1, factor.slope || 0), "");
      if (level >= 1) number.textContent = factorText(factor.slope);
      if (level >= 2) w.textContent = Number.isFinite(factor.w) ? `×${factorText(factor.w)}` : "–";
      if (level >= 3) both.textContent = factorText(factor.both);
      if (level >= 3) left(factor.left, scales);
    },
  };
}

/** @param {HTMLElement} body @param {number} j @param {number} w @returns {FactorRow} */
function cutRow(body, j, w) {
  const row = child(body, "tr", "is-cut");
  const head = mathIn(row, "th", "", `h(${j}) {\\to} h(${j - 1})`);
  head.setAttribute("scope", "row");
  const cell = phraseIn(row, "td", "start", "microscope.cutHere", { w });
  cell.setAttribute("colspan", "4");
  return { root: row, step: j - 1, show() {} };
}

/** @param {Sheet} sheet @param {FactorRow[]} rows @param {number[]} levels @param {ViewState["scales"]} scales */
function reveal(sheet, rows, levels, scales) {
  rows.forEach(({ root, show }, i) => {
    root.classList.toggle("is-ghost", levels[i] === 0);
    if (root.dataset.level && Number(root.dataset.level) > levels[i]) clear(root);
    root.dataset.level = String(levels[i]);
    show(levels[i], scales);
  });
  const done = levels.every((level) => level === 3);
  sheet.body.classList.toggle("is-done", done);
  for (const part of [sheet.card, sheet.size]) part.classList.toggle("is-waiting", !done);
  const last = levels.findLastIndex((level) => level > 0);
  if (!done && last >= 0) keepInView(sheet.scroller, rows[last].root);
}

/** @param {HTMLElement} row */
function clear(row) {
  for (const number of row.querySelectorAll(".number")) number.textContent = "";
  for (const bar of row.querySelectorAll(".bar")) emptyBar(/** @type {HTMLElement} */ (bar));
}

/** Scroll the table, never the page. @param {HTMLElement} scroller @param {HTMLElement} row */
function keepInView(scroller, row) {
  const below = row.offsetTop + row.offsetHeight - scroller.clientHeight;
  if (scroller.scrollTop < below) scroller.scrollTop = below;
}

/** The norm of the path's term, and why it is zero where it is. @param {HTMLElement} line @param {Trace} trace @param {Path} path @param {Verdict} judged */
function termSize(line, trace, { t, k }, { kind }) {
  const size = told(trace, trace.credit.dW[t - 1][k - 1]);
  const total = told(trace, trace.gradientNorms.W ?? NaN);
  const noMemory = size === 0 && trace.credit.da[t - 1][k - 1] > 0;
  const reason = kind === "cut" ? ".cut" : !Number.isFinite(size) ? ".over" : noMemory ? ".noMemory" : size === 0 ? ".zero" : "";
  renderPhrase(line, `microscope.size${reason}`, {
    size: { tex: `\\lVert\\cdot\\rVert_F = \\mathbf{${texNumber(short(size))}}` }, share: percent(size / total), before: { tex: `h(${k - 1})` },
    total: { tex: `\\lVert \\partial L/\\partial \\W \\rVert = ${texNumber(short(total))}` },
  });
}

/** @param {HTMLElement} card @param {Trace} trace @param {Path} path @param {Verdict} judged */
function renderVerdict(card, trace, path, judged) {
  card.replaceChildren();
  child(card, "strong", "verdict-title").textContent = say(`verdict.${judged.kind}.title`);
  card.append(" ");
  const text = child(card, "span");
  const pieces = {
    W: { tex: "\\W" }, phi: { tex: "\\varphi'" }, V: { tex: "\\V" }, n: judged.steps, w: factorText(judged.w), slope: factorText(judged.slope), left: short(judged.left),
    share: percent(judged.left / judged.start), times: short(judged.left / judged.start), t: path.t, k: path.k, at: judged.at, window: trace.truncate ?? 0, activation: say(`activation.${trace.activation}`),
  };
  if (trace.gates && ["vanish", "explode", "carried"].includes(judged.kind)) return gatedVerdict(text, trace, path, judged);
  renderPhrase(text, verdictKey(trace, path, judged), pieces);
  const cause = causeKey(trace, judged);
  if (!cause) return;
  if (!/[。！？]$/.test(text.textContent ?? "")) card.append(" ");
  renderPhrase(child(card, "span"), cause, pieces);
}

/** What the gates made of it. @param {HTMLElement} text @param {Trace} trace @param {Path} path @param {Verdict} judged */
function gatedVerdict(text, trace, path, { left, start }) {
  const road = roadOf(trace, path);
  renderPhrase(text, plural(`verdict.gated.${trace.cellName}`, road.steps), {
    n: road.steps, h: { tex: "h" }, cell: { tex: "\\mathit{cell}" }, byH: factorText(left / start), byCell: factorText(road.cell), kept: percent(road.kept),
  });
}

/** @param {Trace} trace @param {Path} path @param {Verdict} judged */
function verdictKey(trace, { t }, { kind, steps }) {
  if (kind === "nothing") return trace.loss[t - 1] === 0 ? "verdict.nothing.text" : "verdict.nothing.flat";
  const counted = kind === "vanish" || kind === "explode" || kind === "carried";
  return counted ? plural("verdict.factors", steps) : `verdict.${kind}.text`;
}

/** The sentence that names the cause, only as far as the numbers carry it. @param {Trace} trace @param {Verdict} judged @returns {string | null} */
export function causeKey(trace, { kind, cause, flat, start, left }) {
  if (kind === "carried") return left > start ? "verdict.carried.grown" : "verdict.carried.rest";
  if (kind !== "vanish" && kind !== "explode") return null;
  if (cause !== "slope") return `verdict.${kind}.${cause}`;
  const bent = { tanh: flat ? "saturated" : "tanh", sigmoid: "sigmoid", leaky_relu: "leaky" }[trace.activation];
  return `verdict.${kind}.${bent ?? "switched"}`;
}
