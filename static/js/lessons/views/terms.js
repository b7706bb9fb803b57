import { short } from "../../format.js";
import { t as say } from "../../i18n.js";
import { renderMath, ringParts } from "../../math.js";
import { child } from "../../views/band.js";
import { barIn, setNormBar, standsFor } from "../../views/panel.js";
import { spokenTerm } from "./termlist.js";
import { drawPath } from "./termpath.js";

/**
 * The terms of a gradient, one a line: its factors with the norm left after each, the path it takes, its size. Formula
 * and picture have one scale of colours.
 *
 * @typedef {import("./termlist.js").Term} Term
 * @typedef {import("../../scales.js").Scales} Scales
 * @typedef {import("../../trace.js").Trace} Trace
 * @typedef {{ trace: Trace, terms: Term[], picked: number | null, scales: Scales, width: number }} Shown   picked: index of a term
 */

/** @param {HTMLElement} root @param {{ onPick: (index: number) => void }} options */
export function terms(root, { onPick }) {
  root.classList.add("terms");
  const heads = child(root, "div", "terms-heads");
  heads.setAttribute("aria-hidden", "true");
  for (const name of ["", "factors", "path", "size"]) child(heads, "span").textContent = name && say(`lesson.bptt.head.${name}`);
  const list = child(root, "ol", "terms-list");
  /** @type {HTMLElement[]} */ let rows = [];
  /** @type {unknown[]} */ let drawn = [];

  return {
    /** @param {Shown} shown */
    update(shown) {
      const key = [shown.trace, shown.terms[0].letter, shown.scales, shown.width];
      if (key.some((part, i) => part !== drawn[i])) {
        drawn = key;
        rows = fill(list, rows, shown, onPick);
      }
      list.classList.toggle("has-picked", shown.picked !== null);
      rows.forEach((row, i) => {
        row.classList.toggle("is-picked", i === shown.picked);
        row.querySelector("button")?.setAttribute("aria-pressed", String(i === shown.picked));
      });
    },
    /** @param {import("../../parts.js").Part | null} part */
    point: (part) => ringParts(root, part),
    destroy: () => root.replaceChildren(),
  };
}

/** One line a term; a line that is there keeps its button, and so the focus. @param {HTMLElement} list @param {HTMLElement[]} before @param {Shown} shown @param {(index: number) => void} onPick */
function fill(list, before, shown, onPick) {
  for (const row of before.slice(shown.terms.length)) row.remove();
  return shown.terms.map((term, i) => {
    const row = before[i] ?? newRow(list, () => onPick(i));
    const [head, formula, path, size] = /** @type {HTMLElement[]} */ ([...row.children]);
    writeHead(head, term);
    writeFactors(formula, row, term, shown.scales);
    drawPath(path, shown.trace, term, shown.scales);
    writeSize(size, term, shown.scales);
    return row;
  });
}

/** @param {HTMLElement} list @param {() => void} onPick */
function newRow(list, onPick) {
  const row = child(list, "li", "term-line");
  const head = /** @type {HTMLButtonElement} */ (child(row, "button", "term-head"));
  head.type = "button";
  head.addEventListener("click", onPick);
  for (const name of ["term-factors", "term-path", "term-size"]) child(row, "div", name);
  return row;
}

/** @param {HTMLElement} head @param {Term} term */
function writeHead(head, term) {
  const back = term.t - term.k;
  const [letter, at] = term.letter === "V" ? ["t", term.t] : ["k", term.k];
  const words = term.letter === "V" ? say("lesson.bptt.present") : say(`lesson.bptt.back.${back}`);
  head.replaceChildren();
  renderMath(child(head, "span"), `${letter}=${at}`);
  child(head, "small").textContent = words;
  head.setAttribute("aria-label", `${letter} = ${at}, ${words}, ${short(term.size)}`);
}

/** @param {HTMLElement} place @param {HTMLElement} row @param {Term} term @param {Scales} scales */
function writeFactors(place, row, term, scales) {
  place.replaceChildren();
  term.factors.forEach((factor, i) => {
    if (i) child(place, "span", "factor-dot").textContent = "·";
    const box = child(place, "span", "factor");
    renderMath(child(box, "span", "factor-math"), factor.tex);
    setNormBar(barIn(box), factor.norm, scales);
    child(box, "span", "number").textContent = short(factor.norm);
    if (i > 0 && i === term.factors.length - 1) standsFor(box, { kind: term.letter, t: term.k });
    const lit = (/** @type {boolean} */ on) => {
      box.classList.toggle("is-lit", on);
      row.querySelector(`[data-factor="${i}"]`)?.classList.toggle("is-lit", on);
    };
    box.addEventListener("pointerenter", () => lit(true));
    box.addEventListener("pointerleave", () => lit(false));
  });
}

/** @param {HTMLElement} place @param {Term} term @param {Scales} scales */
function writeSize(place, term, scales) {
  place.replaceChildren();
  place.title = spokenTerm(term);
  child(place, "strong", "number").textContent = short(term.size);
  setNormBar(barIn(place), term.size, scales);
}
