import { knownAt } from "../cell/wiring.js";
import { percent } from "../format.js";
import { equationsOf, gatesOf, keeperOf, workedOut } from "../gated.js";
import { t as say } from "../i18n.js";
import { renderMath, renderPhrase, ringParts } from "../math.js";
import { forwardProgress } from "../playhead.js";
import { isLost } from "../products.js";
import { cellReveal, forwardReveal } from "../reveal.js";
import { child } from "./band.js";
import { cellNumber } from "./equation.js";
import { outcome } from "./outcome.js";
import { beadIn, setBead, standsFor } from "./panel.js";

/**
 * One forward step of a gated cell: its equations, every gate of every unit in numbers, and one unit worked out.
 *
 * @typedef {import("../view.js").Trace} Trace
 * @typedef {import("../view.js").ViewState} ViewState
 * @typedef {{ node: string, tex: string, values: (trace: Trace, t: number) => Float64Array, when: "met" | "lit" }} Column
 */

const LONG = 16; // units that stand without scrolling

/** The table's columns: gates, then states. @param {Trace} trace @returns {Column[]} */
function columnsOf(trace) {
  const gates = gatesOf(trace).map(([name, tex]) => /** @type {Column} */ ({ node: name, tex, when: "met", values: (of, t) => /** @type {Record<string, Float64Array[]>} */ (of.gates)[name][t - 1] }));
  const cell = trace.cell ? [/** @type {Column} */ ({ node: "cell", tex: "\\mathit{cell}", when: "lit", values: (of, t) => /** @type {Float64Array[]} */ (of.cell)[t - 1] })] : [];
  return [...gates, ...cell, { node: "h", tex: "h", when: "lit", values: (of, t) => of.h[t - 1] }];
}

/** @param {HTMLElement} root @returns {import("../view.js").View} */
export function gatedEquation(root) {
  root.classList.add("equation", "gated");
  const title = child(root, "h2", "panel-title");
  const lines = child(root, "div", "gated-lines");
  const scroller = child(root, "div", "unit-scroll");
  scroller.tabIndex = 0;
  scroller.setAttribute("role", "region");
  scroller.setAttribute("aria-label", say("gated.caption"));
  const table = child(scroller, "table", "unit-table");
  const card = workedCard(root);
  const then = outcome(root);
  /** @type {unknown[]} */ let drawn = [];
  let revealed = "";
  /** @type {import("../parts.js").Part | null | undefined} */ let ringed;

  return {
    update(trace, state) {
      const t = state.focus;
      const lost = isLost(trace, t);
      const shown = shownAt(trace, state, lost ? 0 : forwardProgress(state.head, t));
      const unit = unitShown(trace, t, shown.lit, state.hover);
      const key = `${Object.values(shown)} ${unit}`;
      const fresh = [trace, state.scales, t].some((part, i) => part !== drawn[i]);
      if (fresh) {
        drawn = [trace, state.scales, t];
        title.textContent = say("equation.title", { t });
        writeLines(lines, equationsOf(trace, t));
        fillTable(table, trace, t, state.scales);
        scroller.classList.toggle("is-long", trace.H > LONG);
      }
      if (fresh || key !== revealed) {
        revealed = key;
        reveal(table, shown.columns, unit);
        card.update(trace, t, lost ? -1 : unit, lost);
        then.update(trace, t, shown);
        ringed = undefined;
      }
      if (ringed !== state.hover) {
        ringed = state.hover;
        ringParts(root, ringed);
      }
    },
    destroy: () => root.replaceChildren(),
  };
}

/** What is out: with the stage, or operation by operation with the open cell. @param {Trace} trace @param {ViewState} state @param {number} progress */
function shownAt(trace, { settings, reduced, playing }, progress) {
  const columns = columnsOf(trace);
  if (settings.zoom && !(reduced && playing)) return cellReveal(progress, trace.H, knownAt(trace, progress), columns.map(({ node }) => node));
  const shown = forwardReveal(progress, trace.H, reduced);
  return { ...shown, columns: columns.map(({ when }) => shown[when]) };
}

/** The unit that is worked out: the one pointed at, the one just lit, at rest the one whose keeping gate is most closed.
 * @param {Trace} trace @param {number} t @param {number} lit @param {import("../parts.js").Part | null} hover */
function unitShown(trace, t, lit, hover) {
  const pointed = hover?.kind === "unit" && hover.t === t ? hover.i ?? -1 : -1;
  if (pointed >= 0 && pointed < lit) return pointed;
  if (lit < trace.H) return lit - 1;
  const gate = Array.from(/** @type {Record<string, Float64Array[]>} */ (trace.gates)[keeperOf(trace)][t - 1]);
  return Math.max(0, gate.indexOf(Math.min(...gate)));
}

/** @param {HTMLElement} root @param {string[]} formulas */
function writeLines(root, formulas) {
  while (root.children.length > formulas.length) root.lastElementChild?.remove();
  while (root.children.length < formulas.length) child(root, "p", "formula");
  formulas.forEach((tex, i) => renderMath(/** @type {HTMLElement} */ (root.children[i]), tex));
}

/** @param {HTMLElement} table @param {Trace} trace @param {number} t @param {ViewState["scales"]} scales */
function fillTable(table, trace, t, scales) {
  const columns = columnsOf(trace);
  table.replaceChildren();
  table.classList.toggle("is-tight", columns.length > 5);
  child(table, "caption", "visually-hidden").textContent = say("gated.caption");
  const head = child(child(table, "thead"), "tr");
  child(child(head, "th"), "span", "visually-hidden").textContent = say("equation.unit");
  for (const { tex } of columns) {
    const cell = child(head, "th");
    cell.setAttribute("scope", "col");
    renderMath(child(cell, "span", "head-math"), tex);
  }
  const body = child(table, "tbody");
  const vectors = columns.map(({ values }) => values(trace, t));
  for (let i = 0; i < trace.H; i += 1) fillRow(child(body, "tr"), vectors.map((v) => v[i]), t, i, scales);
}

/** @param {HTMLElement} row @param {number[]} values @param {number} t @param {number} i @param {ViewState["scales"]} scales */
function fillRow(row, values, t, i, scales) {
  standsFor(row, { kind: "unit", t, i });
  const name = child(row, "th");
  name.setAttribute("scope", "row");
  name.textContent = String(i + 1);
  for (const v of values) {
    const cell = child(row, "td");
    const inside = child(cell, "span", "cell");
    setBead(beadIn(inside), v, scales);
    child(inside, "span", "number").textContent = cellNumber(v);
  }
}

/** @param {HTMLElement} table @param {number[]} columns  rows that are out @param {number} unit */
function reveal(table, columns, unit) {
  table.querySelectorAll("tbody tr").forEach((row, i) => {
    row.classList.toggle("is-current", i === unit);
    row.querySelectorAll("td").forEach((cell, c) => cell.classList.toggle("is-ghost", i >= columns[c]));
  });
}

/** One unit, worked out, and what its gate does to the gradient. @param {HTMLElement} root */
function workedCard(root) {
  const card = child(root, "div", "card unit-card");
  const label = child(card, "p", "card-label");
  const lines = child(card, "div", "gated-lines");
  const note = child(card, "p", "card-note");
  return {
    /** @param {Trace} trace @param {number} t @param {number} i @param {boolean} lost */
    update(trace, t, i, lost) {
      card.classList.toggle("is-ghost", i < 0 && !lost);
      label.hidden = lines.hidden = lost;
      if (lost) return renderPhrase(note, trace.overflow ? "equation.lost" : "equation.keeps.over", { ...trace.overflow });
      if (i < 0) return;
      standsFor(card, { kind: "unit", t, i });
      label.textContent = say("equation.unit.any", { i: i + 1 });
      writeLines(lines, workedOut(trace, t, i));
      const kept = /** @type {Record<string, Float64Array[]>} */ (trace.gates)[keeperOf(trace)][t - 1][i];
      renderPhrase(note, `gated.keeps.${trace.cellName}`, { share: percent(kept), before: t - 1 });
    },
  };
}
