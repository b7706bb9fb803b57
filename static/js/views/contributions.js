import { percent, short } from "../format.js";
import { gradientEquation, texNumber } from "../formulas.js";
import { t as say } from "../i18n.js";
import { linked, renderMath, renderPhrase, ringParts } from "../math.js";
import { backwardProgress } from "../playhead.js";
import { backwardTerms, contributionsTo } from "../products.js";
import { reaches } from "../trace.js";
import { backwardReveal } from "../reveal.js";
import { told } from "../trace.js";
import { child } from "./band.js";
import { barIn, mathIn, plural, setNormBar, standsFor } from "./panel.js";

/**
 * One backward step: ∂L/∂h(k) as the sum of its two pieces, then as what each loss contributes on its own, and what the
 * step adds to the gradients of the shared weights. Norms of summands do not add up, and the view says so.
 *
 * @typedef {import("../view.js").Trace} Trace
 * @typedef {import("../view.js").ViewState} ViewState
 * @typedef {ReturnType<typeof backwardReveal>} Shown
 */

const ROWS = 8;

/** @param {HTMLElement} root @param {import("../view.js").ViewOptions} [options] @returns {import("../view.js").View} */
export function contributions(root, options = {}) {
  root.classList.add("contributions");
  const title = child(root, "h2", "panel-title");
  const sum = child(root, "div", "formula formula-display");
  const delta = child(root, "p", "formula");
  const cell = child(root, "p", "formula formula-cell");
  const note = child(root, "p", "panel-note");
  const list = lossList(root, (t, k) => options.onPath?.({ t, k }));
  const uses = shareList(root);
  /** @type {unknown[]} */ let drawn = [];
  /** @type {import("../parts.js").Part | null | undefined} */ let ringed;

  return {
    update(trace, state) {
      const k = state.focus;
      const progress = backwardProgress(state.head, k, trace.T);
      const shown = backwardReveal(progress, trace.T - k + 1, state.reduced);
      const whole = backwardProgress(state.head, 1, trace.T) >= 1;
      const key = [trace, state.scales, k, Object.values(shown).join(), whole];
      if (key.some((part, i) => part !== drawn[i])) {
        drawn = key;
        title.textContent = say("contributions.title", { k });
        sum.classList.toggle("is-tight", k > 98);
        renderMath(sum, gradientEquation(trace, k, `\\frac{\\partial L}{\\partial ${linked({ kind: "h", t: k }, `h(${k})`)}}`, shown), { display: true });
        deltaLine(delta, trace, k);
        cellLine(cell, trace, k, shown.joined);
        howComposed(note, trace, k);
        list.update(trace, k, shown, state.scales);
        uses.update(trace, k, shown.shared, whole, state.scales);
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

/** At the LSTM's cell state, what comes down from h(k) and what the next forget gate lets back. @param {HTMLElement} line @param {Trace} trace @param {number} k @param {boolean} known */
function cellLine(line, trace, k, known) {
  line.hidden = !trace.dcell || !reaches(trace, trace.T, k); // within a window the pieces would bring losses that may not reach k
  if (line.hidden || !trace.dcellNorm) return;
  const at = (/** @type {number} */ j) => `\\partial L/\\partial \\mathit{cell}(${j})`;
  const next = k < trace.T ? ` + f(${k + 1}) \\odot ${at(k + 1)}` : "";
  const size = known ? texNumber(short(trace.dcellNorm[k - 1])) : "\\ldots";
  renderMath(line, `${at(k)} = \\mathit{out}(${k}) \\odot \\tanh' \\odot \\partial L/\\partial h(${k})${next},\\quad \\lVert\\cdot\\rVert = ${size}`);
}

/** What δ is. @param {HTMLElement} line @param {Trace} trace @param {number} k */
function deltaLine(line, { T, gates }, k) {
  line.hidden = k === T || gates !== null;
  if (k < T && !gates) {
    const slope = linked({ kind: "slope", t: k + 1 }, `\\varphi'(a(${k + 1}))`);
    renderMath(line, `\\delta(${k + 1}) = ${slope} \\odot \\partial L / \\partial h(${k + 1})`);
  }
}

/** @param {HTMLElement} note @param {Trace} trace @param {number} k */
function howComposed(note, trace, k) {
  if (trace.gates && k < trace.T && reaches(trace, trace.T, k)) return renderPhrase(note, `contributions.note.${trace.cellName}`, { next: { tex: `\\delta(${k + 1})` }, tilde: { tex: `\\tilde\\delta(${k + 1})` } });
  const { readout, recurrent, windowed } = backwardTerms(trace, k);
  const key = windowed ? "windowed" : !recurrent ? "last" : !readout ? "silent" : "vectors";
  renderPhrase(note, `contributions.note.${key}`, {
    w: trace.truncate ?? trace.T, L: { tex: `L(${k})` }, sum: { tex: "\\lVert\\cdot\\rVert" },
  });
}

/** A heading over bars, which names their scale. @param {HTMLElement} root @param {string} key */
function scaledTitle(root, key) {
  const line = child(root, "div", "title-line");
  child(line, "h3", "panel-subtitle").textContent = say(key);
  child(line, "p", "scale-note").textContent = say("gradient.log");
}

/** @param {HTMLElement} root @param {(t: number, k: number) => void} open */
function lossList(root, open) {
  scaledTitle(root, "contributions.each");
  const table = child(root, "table", "losses");
  const caption = child(table, "caption", "visually-hidden");
  const body = child(table, "tbody");
  const foot = child(table, "tfoot");
  body.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button) open(Number(button.dataset.t), Number(button.dataset.k));
  });
  return {
    /** @param {Trace} trace @param {number} k @param {Shown} shown @param {ViewState["scales"]} scales */
    update(trace, k, shown, scales) {
      const column = contributionsTo(trace, k, ROWS);
      caption.textContent = say("contributions.caption", { k });
      body.replaceChildren();
      for (const { t, norm: size } of column.rows) lossRow(body, { t, k, size, out: t - k < shown.credited }, scales);
      const done = shown.credited >= trace.T - k + 1;
      foot.replaceChildren();
      leftOut(foot, column, done);
      totals(foot, column, k, shown, done, scales);
    },
  };
}

/** @param {HTMLElement} body @param {{ t: number, k: number, size: number, out: boolean }} entry @param {ViewState["scales"]} scales */
function lossRow(body, { t, k, size, out }, scales) {
  const row = child(body, "tr", out ? "" : "is-ghost");
  standsFor(row, { kind: "credit", t, k });
  const head = child(row, "th");
  head.setAttribute("scope", "row");
  const button = /** @type {HTMLButtonElement} */ (child(head, "button", "loss-button"));
  button.type = "button";
  button.disabled = !out;
  standsFor(button, { kind: "credit", t, k });
  mathIn(button, "span", "", `L(${t})`);
  child(button, "span", "visually-hidden").textContent = say("contributions.open", { t, k });
  const track = barIn(child(row, "td", "wide"));
  if (out) setNormBar(track, size, scales);
  child(row, "td", "number").textContent = out ? short(size) : "";
}

/** What the list leaves out, and how much that can be at most. @param {HTMLElement} foot @param {ReturnType<typeof contributionsTo>} column @param {boolean} done */
function leftOut(foot, { rest, cut }, done) {
  const line = (/** @type {string} */ key, /** @type {number} */ n) => {
    const cell = child(child(foot, "tr", done ? "left-out" : "left-out is-waiting"), "td");
    cell.setAttribute("colspan", "3");
    cell.textContent = say(plural(key, n), { n, most: short(rest.sum) });
  };
  if (rest.count) line("contributions.more", rest.count);
  if (cut) line("contributions.cut", cut);
}

/** @param {HTMLElement} foot @param {ReturnType<typeof contributionsTo>} column @param {number} k @param {Shown} shown @param {boolean} done @param {ViewState["scales"]} scales */
function totals(foot, { count, sum, apart, used }, k, shown, done, scales) {
  const total = child(foot, "tr", shown.joined ? "total" : "total is-ghost");
  standsFor(total, { kind: "h", t: k });
  const head = child(total, "th");
  head.setAttribute("scope", "row");
  mathIn(head, "span", "", "\\lVert\\textstyle\\sum\\rVert");
  child(head, "span", "visually-hidden").textContent = say("contributions.used");
  const track = barIn(child(total, "td", "wide"));
  if (shown.joined) setNormBar(track, used, scales);
  child(total, "td", "number").textContent = shown.joined ? short(used) : "";
  const cell = child(child(foot, "tr", "verdict-line"), "td");
  cell.setAttribute("colspan", "3");
  if (!shown.joined) return;
  const name = { tex: `\\lVert \\partial L/\\partial h(${k}) \\rVert` };
  const key = count < 2 ? "one" : !done || !(sum > 0 && sum < Infinity) ? "only" : angles(used, sum, apart);
  renderPhrase(cell, `contributions.sum.${key}`, { name, sum: short(sum), share: percent(used / sum), n: count });
}

const NEARLY = 0.1;

/** How summands point: all one way, or by what the sum would be at right angles. @param {number} used @param {number} sum @param {number} apart */
export function angles(used, sum, apart) {
  if (used > 0.995 * sum) return "aligned";
  const ratio = used / apart;
  return ratio > 1 + NEARLY ? "agree" : ratio < 1 - NEARLY ? "cancel" : "across";
}

const USES = /** @type {const} */ ([
  ["U", (/** @type {number} */ k) => `\\delta(${k})\\,x(${k})^{\\top}`],
  ["W", (/** @type {number} */ k) => `\\delta(${k})\\,h(${k - 1})^{\\top}`],
  ["V", (/** @type {number} */ k) => `\\partial L/\\partial o(${k})\\,h(${k})^{\\top}`],
]);

/** @param {HTMLElement} root */
function shareList(root) {
  scaledTitle(root, "contributions.shares");
  const table = child(root, "table", "shares");
  child(table, "caption", "visually-hidden").textContent = say("contributions.sharesCaption");
  const body = child(table, "tbody");
  const note = child(root, "p", "panel-note");
  return {
    /** @param {Trace} trace @param {number} k @param {boolean} shown @param {boolean} whole @param {ViewState["scales"]} scales */
    update(trace, k, shown, whole, scales) {
      body.replaceChildren();
      for (const [letter, term] of USES) {
        if (trace.parameters[letter]) shareRow(body, letter, term(k), k, shown ? told(trace, trace.shares[letter][k - 1]) : null, scales);
      }
      const total = trace.gradientNorms.W ?? NaN;
      const key = !shown ? "wait" : !whole ? "rest" : plural("whole", trace.T);
      renderPhrase(note, `contributions.share.${key}`, { W: { tex: "\\W" }, total: { tex: `\\lVert\\partial L/\\partial \\W\\rVert = ${texNumber(short(told(trace, total)))}` }, T: trace.T });
    },
  };
}

/** @param {HTMLElement} body @param {"U"|"W"|"V"} letter @param {string} tex @param {number} k @param {number | null} size @param {ViewState["scales"]} scales */
function shareRow(body, letter, tex, k, size, scales) {
  const row = child(body, "tr", size === null ? "is-ghost" : "");
  standsFor(row, { kind: letter, t: k });
  const head = mathIn(row, "th", "", `\\${letter}`);
  head.setAttribute("scope", "row");
  mathIn(row, "td", "term", tex);
  const track = barIn(child(row, "td", "wide"));
  if (size !== null) setNormBar(track, size, scales);
  child(row, "td", "number").textContent = size === null ? "" : short(size);
}
