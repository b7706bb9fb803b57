import { fixed, visible } from "../../format.js";
import { t as say } from "../../i18n.js";
import { renderMath, ringParts } from "../../math.js";
import { child } from "../../views/band.js";
import { standsFor } from "../../views/panel.js";
import { BEATS, ROWS, isKnown, numbersOf, spokenPlace } from "./worked.js";

/**
 * The forward pass as a table: a column a step, a line a quantity, every number in it. What is not yet computed is an
 * outline. One number can be chosen, with the pointer or the arrow keys.
 *
 * @typedef {import("../../trace.js").Trace} Trace
 * @typedef {import("./worked.js").Place} Place
 * @typedef {import("./worked.js").Row} Row
 * @typedef {import("../../parts.js").Part} Part
 * @typedef {{ trace: Trace, beats: number, chosen: Place | null, scales: import("../../scales.js").Scales }} Shown
 */

/** @type {Record<Row, string>} */
const NAMES = { x: "x(t)", Ux: "\\U\\,x(t)", Wh: "\\W\\,h(t-1)", b: "b", a: "a(t)", h: "h(t)", o: "o(t)", y: "\\hat y(t)", L: "L(t)" };
/** @type {Partial<Record<Row, Part["kind"]>>} */
const PARTS = { Ux: "U", Wh: "W", o: "V", x: "x", a: "a", h: "h", y: "y", L: "L", b: "b" };
/** Where an equation begins, and its name. @type {Partial<Record<Row, string>>} */
const GROUPS = { Ux: "state", o: "output", y: "prediction" };

/** @param {HTMLElement} root @param {{ onChoose: (place: Place) => void }} options */
export function forwardTable(root, { onChoose }) {
  root.classList.add("forward-table");
  const table = child(root, "table");
  const caption = child(table, "caption", "visually-hidden");
  caption.textContent = say("lesson.forward.caption");
  const head = child(child(table, "thead"), "tr");
  const body = child(table, "tbody");
  /** @type {{ button: HTMLElement, place: Place }[]} */ let cells = [];
  /** @type {Trace | null} */ let built = null;

  body.addEventListener("keydown", (event) => {
    const next = rove(event, cells);
    if (next) next.button.focus();
  });
  return {
    /** @param {Shown} shown */
    update({ trace, beats, chosen, scales }) {
      if (trace !== built) {
        built = trace;
        cells = build(head, body, trace, onChoose);
      }
      const now = Math.min(trace.T, Math.max(1, Math.ceil(beats / BEATS)));
      for (const cell of root.querySelectorAll("[data-step]")) cell.classList.toggle("is-now", Number(/** @type {HTMLElement} */ (cell).dataset.step) === now);
      for (const { button, place } of cells) paint(button, place, { trace, beats, chosen, scales });
      if (!cells.some(({ button }) => button.tabIndex === 0)) cells[0].button.tabIndex = 0;
    },
    /** @param {Part | null} part */
    point: (part) => ringParts(root, part),
    destroy: () => root.replaceChildren(),
  };
}

/** @param {HTMLElement} head @param {HTMLElement} body @param {Trace} trace @param {(place: Place) => void} onChoose */
function build(head, body, trace, onChoose) {
  /** @type {{ button: HTMLElement, place: Place }[]} */
  const cells = [];
  head.replaceChildren();
  body.replaceChildren();
  child(child(head, "th"), "span", "visually-hidden").textContent = say("lesson.forward.quantity");
  for (let t = 0; t <= trace.T; t += 1) {
    const cell = columnHead(head, trace, t);
    cell.dataset.step = String(t);
  }
  for (const row of ROWS) {
    const line = child(body, "tr", `row-${row}${GROUPS[row] ? " begins" : ""}`);
    const name = child(line, "th");
    name.setAttribute("scope", "row");
    renderMath(child(name, "span"), NAMES[row]);
    if (GROUPS[row]) child(name, "small").textContent = say(`lesson.forward.equation.${GROUPS[row]}`);
    for (let t = 0; t <= trace.T; t += 1) cells.push(...vector(line, trace, row, t, onChoose));
  }
  return cells;
}

/** @param {HTMLElement} head @param {Trace} trace @param {number} t */
function columnHead(head, trace, t) {
  const cell = child(head, "th");
  cell.setAttribute("scope", "col");
  renderMath(child(cell, "span"), `t=${t}`);
  if (t === 0) {
    child(cell, "small").textContent = say("lesson.forward.first");
    return cell;
  }
  const target = trace.targets && trace.labels ? trace.labels[trace.targets[t - 1]] : "";
  child(cell, "small").textContent = say("lesson.forward.turn", { symbol: visible(trace.symbols[t - 1] ?? ""), target: visible(target ?? "") });
  return cell;
}

/** @param {HTMLElement} line @param {Trace} trace @param {Row} row @param {number} t @param {(place: Place) => void} onChoose */
function vector(line, trace, row, t, onChoose) {
  const cell = child(line, "td");
  cell.dataset.step = String(t);
  const values = numbersOf(trace, row, t);
  if (!values) return [];
  const kind = PARTS[row];
  if (kind && t > 0) standsFor(cell, { kind, t });
  const group = child(cell, "span", "vector");
  return Array.from(values, (_, i) => {
    const button = /** @type {HTMLButtonElement} */ (child(group, "button", "entry"));
    button.type = "button";
    button.tabIndex = -1;
    const place = { row, t, i };
    button.addEventListener("click", () => onChoose(place));
    button.addEventListener("focus", () => onChoose(place));
    return { button, place };
  });
}

/** @param {HTMLElement} button @param {Place} place @param {Shown} shown */
function paint(button, place, { trace, beats, chosen, scales }) {
  const v = /** @type {ArrayLike<number>} */ (numbersOf(trace, place.row, place.t))[place.i];
  const known = isKnown(place, beats);
  const here = chosen?.row === place.row && chosen.t === place.t && chosen.i === place.i;
  const target = place.row === "y" && trace.targets?.[place.t - 1] === place.i;
  button.textContent = known ? fixed(v, place.row === "x" ? 0 : 2) : "";
  button.setAttribute("aria-label", known ? spokenPlace(trace, place) : say("lesson.forward.unknown"));
  button.classList.toggle("is-unknown", !known);
  button.classList.toggle("is-target", known && target);
  button.setAttribute("aria-pressed", String(here));
  button.tabIndex = here ? 0 : -1;
  button.style.setProperty("--value", known && place.row !== "L" ? scales.value(v) : "transparent");
}

/** The cell that an arrow key leads to. @param {KeyboardEvent} event @param {{ button: HTMLElement, place: Place }[]} cells */
function rove(event, cells) {
  const at = cells.findIndex(({ button }) => button === event.target);
  if (at < 0) return null;
  const { row, t, i } = cells[at].place;
  const find = (/** @type {Row} */ wanted) => cells.filter(({ place }) => place.row === wanted && place.t === t);
  const next = {
    ArrowRight: () => (cells[at + 1]?.place.row === row ? cells[at + 1] : null), ArrowLeft: () => (cells[at - 1]?.place.row === row ? cells[at - 1] : null),
    ArrowDown: () => below(1), ArrowUp: () => below(-1),
  }[event.key];
  if (!next) return null;
  event.preventDefault();
  return next();

  /** @param {1 | -1} way */
  function below(way) {
    const line = find(ROWS[ROWS.indexOf(row) + way]);
    return line[Math.min(i, line.length - 1)] ?? null;
  }
}
