import { short } from "../../format.js";
import { computed, handedOn } from "../../cell/live.js";
import { t as say } from "../../i18n.js";
import { renderMath } from "../../math.js";
import { child } from "../band.js";

/**
 * The operations of a step as a list of formulas in the order in which they are computed, the last first on the way back.
 *
 * @typedef {import("../../cell/wiring.js").Wiring} Wiring
 * @typedef {import("../../cell/graph.js").Flow} Flow
 * @typedef {{ backward: boolean, done: number, current: number, pointed: number | null }} Stand
 */

/** @param {HTMLElement} root @param {{ onPick: (index: number) => void, onPoint: (index: number | null) => void }} options */
export function createOperations(root, { onPick, onPoint }) {
  const list = child(root, "ol", "operations");
  list.setAttribute("aria-label", say("cell.operations"));
  /** @type {ReturnType<typeof createRow>[]} */ let rows = [];
  const indexOf = (/** @type {EventTarget | null} */ target) => {
    const row = target instanceof Element ? target.closest("li") : null;
    return row ? rows.findIndex(({ item }) => item === row) : -1;
  };
  list.addEventListener("click", ({ target }) => { if (indexOf(target) >= 0) onPick(indexOf(target)); });
  for (const name of ["pointerover", "focusin"]) list.addEventListener(name, ({ target }) => onPoint(indexOf(target) < 0 ? null : indexOf(target)));
  for (const name of ["pointerleave", "focusout"]) list.addEventListener(name, () => onPoint(null));
  return {
    /** @param {Wiring} wiring */
    build(wiring) {
      list.replaceChildren();
      list.style.setProperty("--rows", String(Math.ceil(wiring.operations.length / 2)));
      rows = wiring.operations.map((operation, i) => createRow(list, wiring.name, operation, i));
    },
    /** @param {Flow} flow @param {number} t @param {Stand} stand */
    update(flow, t, { backward, done, current, pointed }) {
      rows.forEach((row, i) => {
        const out = backward ? rows.length - i <= done : i < done;
        row.update(flow, t, { backward, out, current: i === current, pointed: i === pointed });
      });
    },
  };
}

/** @param {HTMLElement} list @param {string} cell @param {import("../../cell/wiring.js").Operation} operation @param {number} i */
function createRow(list, cell, operation, i) {
  const item = child(list, "li");
  const button = /** @type {HTMLButtonElement} */ (child(item, "button", "operation"));
  button.type = "button";
  child(button, "span", "operation-index").textContent = String(i + 1);
  const formula = child(button, "span", "operation-formula");
  const size = child(button, "span", "operation-size");
  button.title = say(`operation.${cell}.${operation.name}`);
  return {
    item,
    /** @param {Flow} flow @param {number} t @param {{ backward: boolean, out: boolean, current: boolean, pointed: boolean }} look */
    update(flow, t, { backward, out, current, pointed }) {
      renderMath(formula, backward ? operation.back(t) : operation.tex(t));
      size.textContent = out ? short(backward ? handedOn(operation, flow) : computed(operation, flow)) : "";
      button.classList.toggle("is-ghost", !out);
      button.classList.toggle("is-linked", pointed);
      if (current) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    },
  };
}
