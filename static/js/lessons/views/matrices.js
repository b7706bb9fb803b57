import { fixed } from "../../format.js";
import { renderMath } from "../../math.js";
import { child } from "../../views/band.js";
import { standsFor } from "../../views/panel.js";

/**
 * Matrices with their numbers, side by side as in an equation; each cell is tinted by its value.
 *
 * @typedef {import("../../scales.js").Scales} Scales
 * @typedef {import("../../parts.js").Part} Part
 * @typedef {{ tex: string, name: string, rows: ArrayLike<ArrayLike<number>>, sign?: string, part?: Part }} Matrix
 *   sign: what stands before it, in TeX; name: the formula read aloud
 */

/** @param {HTMLElement} root */
export function matrices(root) {
  root.classList.add("matrices");
  return {
    /** @param {Matrix[][]} lines @param {Scales} scales */
    update(lines, scales) {
      root.replaceChildren();
      for (const line of lines) {
        const row = child(root, "div", "matrix-line");
        for (const matrix of line) oneMatrix(row, matrix, scales);
      }
    },
    destroy: () => root.replaceChildren(),
  };
}

/** @param {HTMLElement} line @param {Matrix} matrix @param {Scales} scales */
function oneMatrix(line, { tex, name, rows, sign = "", part }, scales) {
  const group = child(line, "span", "matrix-group");
  if (sign) renderMath(child(group, "span", "matrix-sign"), sign);
  const box = child(group, "span", "matrix-box");
  if (part) standsFor(box, part);
  const table = child(box, "table", "matrix");
  const caption = child(table, "caption");
  renderMath(caption, tex);
  table.setAttribute("aria-label", `${name}, ${rows.length} × ${rows[0].length}`);
  const body = child(table, "tbody");
  for (const row of Array.from(rows)) {
    const line_ = child(body, "tr");
    for (const v of Array.from(row)) writeCell(child(line_, "td"), v, scales);
  }
}

/** @param {HTMLElement} cell @param {number} v @param {Scales} scales */
function writeCell(cell, v, scales) {
  cell.textContent = fixed(v, 2);
  cell.style.setProperty("--value", scales.value(v));
}
