import { knownAt } from "../cell/wiring.js";
import { fixed, percent, plain, short } from "../format.js";
import { texNumber } from "../formulas.js";
import { t as say } from "../i18n.js";
import { linked, renderMath, renderPhrase, ringParts } from "../math.js";
import { apply, PHI } from "../phi.js";
import { forwardProgress } from "../playhead.js";
import { forwardTerms, isLost } from "../products.js";
import { cellReveal, forwardReveal } from "../reveal.js";
import { told } from "../trace.js";
import { child } from "./band.js";
import { outcome } from "./outcome.js";
import { beadIn, setBead, standsFor } from "./panel.js";

/**
 * One forward step as an equation: a(t) = U x(t) + W h(t−1) + b, h(t) = φ(a(t)), its columns the terms, its rows the
 * units, revealed with the picture; one unit worked out in numbers; then prediction and loss.
 *
 * @typedef {import("../view.js").Trace} Trace
 * @typedef {import("../view.js").ViewState} ViewState
 * @typedef {import("../phi.js").Phi} Phi
 * @typedef {{ row: HTMLElement, cells: HTMLElement[] }} UnitRow
 */

const LONG = 16; // units that stand without scrolling
const [HEAD, ROW, SCROLLER] = [40, 27, 452]; // pixels, as in inspector.css
const VISIBLE = 19;
const SETTLED = 120; // ms
const COLUMNS = /** @type {const} */ (["U", "W", "b", "a", "h"]);

/** A number that fits a table cell: two decimals while small, then fewer, then a power of ten. @param {number} v */
export function cellNumber(v) {
  const size = Math.abs(v);
  if (!(size >= 9.995)) return fixed(v, 2);
  if (size < 99.95) return fixed(v, 1);
  return size < 9999.5 ? fixed(v, 0) : short(v).replace(/\.\d/, "");
}

/** The terms of the step as linked TeX, one a column; layer normalization stands where b does. @param {Trace} trace @param {number} t */
function terms({ normalization }, t) {
  return {
    U: linked({ kind: "U", t }, `\\U\\,x(${t})`), W: linked({ kind: "W", t }, `\\W\\,h(${t - 1})`), b: normalization === "layer" ? "\\gamma\\operatorname{LN}" : linked({ kind: "b", t }, "b"),
    a: linked({ kind: "a", t }, `a(${t})`), h: linked({ kind: "h", t }, `h(${t})`),
  };
}

/** @param {HTMLElement} root @returns {import("../view.js").View} */
export function equation(root) {
  root.classList.add("equation");
  const title = child(root, "h2", "panel-title");
  const lines = [child(root, "p", "formula"), child(root, "p", "formula")];
  const table = unitTable(root);
  const card = calloutCard(root);
  const then = outcome(root);
  /** @type {unknown[]} */ let drawn = [];
  let revealed = "";
  /** @type {import("../parts.js").Part | null | undefined} */ let ringed;

  return {
    update(trace, state) {
      const t = state.focus;
      const subject = [trace, state.scales, t];
      const lost = isLost(trace, t);
      const shown = shownAt(trace, state, lost ? 0 : forwardProgress(state.head, t));
      const unit = unitShown(trace, t, shown.lit, state.hover);
      const key = `${Object.values(shown)} ${unit}`;
      const fresh = subject.some((part, i) => part !== drawn[i]);
      if (fresh) {
        drawn = subject;
        heading(title, lines, trace, t);
        table.fill(trace, t, state.scales);
      }
      if (fresh || key !== revealed) {
        revealed = key;
        table.reveal(shown.columns, unit);
        if (lost) card.lost(trace);
        else card.update(trace, t, unit, whyShown(trace, t, shown.lit, unit));
        if (shown.lit > 0 && shown.lit < trace.H) table.follow(unit);
        then.update(trace, t, shown);
        ringed = undefined;
      }
      if (ringed !== state.hover) {
        ringed = state.hover;
        ringParts(root, ringed);
        table.ring();
      }
    },
    destroy() {
      table.destroy();
      root.replaceChildren();
    },
  };
}

/** @param {HTMLElement} title @param {HTMLElement[]} lines @param {Trace} trace @param {number} t */
function heading(title, lines, trace, t) {
  const { U, W, b, a, h } = terms(trace, t);
  const phi = PHI[trace.activation];
  title.textContent = say("equation.title", { t });
  renderMath(lines[0], trace.normalization === "layer" ? `${a} = \\gamma\\operatorname{LN}(${U} + ${W}) + b` : `${a} = ${U} + ${W} + ${b}`);
  const slope = linked({ kind: "slope", t }, `\\varphi(a(${t}))`);
  renderMath(lines[1], phi.tex ? `${h} = ${slope} = ${phi.tex}\\,a(${t})` : `${h} = ${slope} = a(${t})`);
}

/** What is out: with the stage, or operation by operation with the open cell. @param {Trace} trace @param {ViewState} state @param {number} progress */
function shownAt(trace, { settings, reduced, playing }, progress) {
  const sum = trace.normalization === "layer" ? "norm" : "a";
  if (settings.zoom && !(reduced && playing)) return cellReveal(progress, trace.H, knownAt(trace, progress), ["Ux", "Wh", sum, sum, "h"]);
  const shown = forwardReveal(progress, trace.H, reduced);
  return { ...shown, columns: [shown.sent, shown.sent, shown.sent, shown.met, shown.lit] };
}

/** The unit the callout works out: the one pointed at, the one just lit, or at rest the one with the smallest slope; −1 while none is lit.
 * @param {Trace} trace @param {number} t @param {number} lit @param {import("../parts.js").Part | null} hover */
function unitShown(trace, t, lit, hover) {
  const pointed = hover?.kind === "unit" && hover.t === t ? hover.i ?? -1 : -1;
  if (pointed >= 0 && pointed < lit) return pointed;
  return lit < trace.H ? lit - 1 : flattest(trace, t);
}

/** @param {Trace} trace @param {number} t @param {number} lit @param {number} unit @returns {"now"|"flattest"|"any"} */
function whyShown(trace, t, lit, unit) {
  if (lit < trace.H) return unit === lit - 1 ? "now" : "any";
  return unit === flattest(trace, t) && PHI[trace.activation].tex ? "flattest" : "any";
}

/** @param {Trace} trace @param {number} t */
function flattest(trace, t) {
  const slopes = Array.from(trace.a[t - 1], PHI[trace.activation].slope);
  return Math.max(0, slopes.indexOf(Math.min(...slopes)));
}

/** @param {HTMLElement} root */
function unitTable(root) {
  const scroller = child(root, "div", "unit-scroll");
  const table = child(scroller, "table", "unit-table");
  const caption = child(table, "caption", "visually-hidden");
  caption.textContent = say("equation.caption");
  const head = child(child(table, "thead"), "tr");
  child(child(head, "th"), "span", "visually-hidden").textContent = say("equation.unit");
  const heads = COLUMNS.map((kind) => headCell(head, kind));
  const body = child(table, "tbody");
  const ring = child(scroller, "div", "column-ring");
  /** @type {UnitRow[]} */ let rows = [];

  body.addEventListener("keydown", (event) => rove(event, rows));

  /** @type {((from: number, to: number) => void) | null} */ let write = null;
  let later = 0;
  let top = 0; // remembered: reading scrollTop after a write forces a layout
  const visible = () => {
    const first = Math.max(0, Math.floor(top / ROW) - 1);
    write?.(first, first + VISIBLE);
  };
  scroller.addEventListener("scroll", () => {
    top = scroller.scrollTop;
    visible();
  }, { passive: true });

  return {
    /** The rows in sight at once, the others when the step has stood still. @param {Trace} trace @param {number} t @param {ViewState["scales"]} scales */
    fill(trace, t, scales) {
      if (rows.length !== trace.H) rows = buildRows(body, trace.H);
      scroller.classList.toggle("is-long", trace.H > LONG);
      fillHeads(heads, trace, t);
      const { Ux, Wh, b, normal } = forwardTerms(trace, t);
      const columns = [Ux, Wh, normal ?? b, trace.a[t - 1], trace.h[t - 1]].map((column) => column.map((v) => told(trace, v)));
      write = rowWriter(rows, columns, t, scales);
      clearTimeout(later);
      if (trace.H <= LONG) write(0, trace.H);
      else visible();
      if (trace.H > LONG) later = window.setTimeout(() => write?.(0, trace.H), SETTLED);
    },
    /** @param {number[]} out  rows of each column that are out @param {number} unit */
    reveal(out, unit) {
      rows.forEach(({ row, cells }, i) => {
        cells.forEach((cell, c) => cell.classList.toggle("is-ghost", i >= out[c]));
        row.classList.toggle("is-current", i === unit);
      });
    },
    ring: () => ringColumn(ring, heads),
    /** Scroll the table, never the page. @param {number} unit */
    follow(unit) {
      const below = HEAD + (unit + 1) * ROW - SCROLLER;
      if (rows.length > LONG && top < below) scroller.scrollTop = top = below;
    },
    destroy: () => clearTimeout(later),
  };
}

/** @param {HTMLElement} head @param {string} kind */
function headCell(head, kind) {
  const cell = child(head, "th");
  cell.setAttribute("scope", "col");
  const math = child(cell, "span", "head-math");
  const sign = child(cell, "span", `sign sign-${kind}`);
  sign.setAttribute("aria-hidden", "true");
  return { math, sign };
}

/** @param {{ math: HTMLElement, sign: HTMLElement }[]} heads @param {Trace} trace @param {number} t */
function fillHeads(heads, trace, t) {
  const tex = terms(trace, t);
  const layer = trace.normalization === "layer";
  const signs = ["", "+", layer ? "→" : "+", layer ? "+ b" : "=", PHI[trace.activation].tex ? say(`activation.${trace.activation}`) : "="];
  heads.forEach(({ math, sign }, c) => {
    renderMath(math, tex[COLUMNS[c]]);
    math.classList.toggle("is-tight", t > 99);
    sign.textContent = signs[c];
  });
}

/** @param {HTMLElement} body @param {number} H @returns {UnitRow[]} */
function buildRows(body, H) {
  body.replaceChildren();
  return Array.from({ length: H }, (_, i) => {
    const row = child(body, "tr");
    row.tabIndex = i === 0 ? 0 : -1;
    const name = child(row, "th");
    name.setAttribute("scope", "row");
    name.textContent = String(i + 1);
    const cells = COLUMNS.map(() => {
      const cell = child(row, "td");
      const inside = child(cell, "span", "cell");
      beadIn(inside);
      child(inside, "span", "number");
      return cell;
    });
    return { row, cells };
  });
}

/** Writes rows from..to of a step, each once. @param {UnitRow[]} rows @param {ArrayLike<number>[]} columns @param {number} t @param {ViewState["scales"]} scales */
function rowWriter(rows, columns, t, scales) {
  const written = new Set();
  return (/** @type {number} */ from, /** @type {number} */ to) => {
    for (let i = from; i < Math.min(to, rows.length); i += 1) {
      if (written.has(i)) continue;
      written.add(i);
      standsFor(rows[i].row, { kind: "unit", t, i });
      rows[i].cells.forEach((cell, c) => fillCell(cell, columns[c][i], scales));
    }
  };
}

/** @param {HTMLElement} cell @param {number} v @param {ViewState["scales"]} scales */
function fillCell(cell, v, scales) {
  const [bead, number] = /** @type {HTMLElement[]} */ ([...cell.children[0].children]);
  setBead(bead, v, scales);
  number.textContent = cellNumber(v);
  cell.classList.toggle("is-wide", cellNumber(v).length > 6);
}

/** Arrow keys move between the units: one stop for Tab. @param {KeyboardEvent} event @param {UnitRow[]} rows */
function rove(event, rows) {
  const i = rows.findIndex(({ row }) => row === event.target);
  const next = rows[i + (event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : NaN)];
  if (i < 0 || !next) return;
  event.preventDefault();
  rows[i].row.tabIndex = -1;
  next.row.tabIndex = 0;
  next.row.focus();
}

/** A ring round the whole column whose head is pointed at. @param {HTMLElement} ring @param {{ math: HTMLElement }[]} heads */
function ringColumn(ring, heads) {
  const head = heads.find(({ math }) => math.querySelector(".is-linked"))?.math.parentElement;
  ring.hidden = !head;
  if (!head) return;
  ring.style.left = `${head.offsetLeft}px`;
  ring.style.width = `${head.offsetWidth}px`;
}

/** One unit, worked out. @param {HTMLElement} root */
function calloutCard(root) {
  const card = child(root, "div", "card unit-card");
  const label = child(card, "p", "card-label");
  const lines = [child(card, "p", "formula"), child(card, "p", "formula")];
  const note = child(card, "p", "card-note");
  return {
    /** Nothing to work out beyond an overflow. @param {Trace} trace */
    lost(trace) {
      card.classList.remove("is-ghost");
      for (const element of [label, ...lines]) element.hidden = true;
      renderPhrase(note, trace.overflow ? "equation.lost" : "equation.keeps.over", { ...trace.overflow });
    },
    /** @param {Trace} trace @param {number} t @param {number} i @param {"now"|"flattest"|"any"} why */
    update(trace, t, i, why) {
      card.classList.toggle("is-ghost", i < 0);
      if (i < 0) return;
      for (const element of [label, ...lines]) element.hidden = false;
      standsFor(card, { kind: "unit", t, i });
      const phi = PHI[trace.activation];
      label.textContent = say(`equation.unit.${why}`, { i: i + 1 });
      const { Ux, Wh, b, normal } = forwardTerms(trace, t);
      renderMath(lines[0], apply(phi, normal ? `${number(normal[i])} ${signed(b[i])}` : sum(Ux[i], Wh[i], b[i])));
      const [a, h] = [trace.a[t - 1][i], trace.h[t - 1][i]].map((v) => number(told(trace, v)));
      renderMath(lines[1], phi.tex ? `= ${apply(phi, a)} = \\mathbf{${h}}` : `= \\mathbf{${h}}`);
      const { key, slope, share } = keeps(phi, trace.a[t - 1][i]);
      renderPhrase(note, key, { slope: { tex: `\\varphi'(a) = ${slope}` }, share });
    },
  };
}

/** What a unit will do to its gradient on the way back: a message and its numbers. @param {Phi} phi @param {number} a */
export function keeps(phi, a) {
  const slope = phi.slope(a);
  const key = !Number.isFinite(a) ? "over" : slope === 0 ? "nothing" : slope === 1 ? "all" : phi.most < 1 ? "most" : "share";
  return { key: `equation.keeps.${key}`, slope: texNumber(plain(slope)), share: percent(slope) };
}

/** @param {number} v */
const number = (v) => texNumber(Math.abs(v) >= 1e4 ? short(v) : fixed(v, 3));

/** A later summand. @param {number} v */
const signed = (v) => (number(v).startsWith("-") ? `- ${number(v).slice(1)}` : `+ ${number(v)}`);

/** Three summands with their signs, in the colours of their matrices. @param {number} u @param {number} w @param {number} b */
function sum(u, w, b) {
  return `\\htmlClass{letter-U}{${number(u)}} \\htmlClass{letter-W}{{} ${signed(w)}} ${signed(b)}`;
}
