import { t as say } from "../../i18n.js";
import { renderMath } from "../../math.js";
import { child } from "../../views/band.js";
import { standsFor } from "../../views/panel.js";

/**
 * How many parameters there are, shared and untied: sizes of the answer's own parameters.
 *
 * @typedef {import("../../trace.js").Trace} Trace
 * @typedef {{ name: string, shape: string, shared: number, untied: number }} Count
 */

const NAMES = ["U", "W", "b", "V", "c"];

/** Of each parameter, then of all. @param {Trace} trace @returns {{ rows: Count[], shared: number, untied: number }} */
export function countsOf({ parameters, T }) {
  const rows = NAMES.filter((name) => parameters[name]).map((name) => {
    const matrix = parameters[name];
    const vector = name === name.toLowerCase();
    const shared = matrix.length * matrix[0].length;
    return { name, shape: vector ? String(matrix[0].length) : `${matrix.length} × ${matrix[0].length}`, shared, untied: T * shared };
  });
  const shared = rows.reduce((sum, row) => sum + row.shared, 0);
  return { rows, shared, untied: T * shared };
}

/** @param {HTMLElement} root */
export function counts(root) {
  const table = child(root, "table", "counts");
  return {
    /** @param {Trace} trace @param {{ tied: boolean }} state */
    update(trace, { tied }) {
      const { rows, shared, untied } = countsOf(trace);
      table.replaceChildren();
      child(table, "caption").textContent = say("lesson.sharing.counts");
      const head = child(child(table, "thead"), "tr");
      for (const key of ["parameter", "shape", "shared", "untied"]) headCell(head, key, trace.T);
      const body = child(table, "tbody");
      for (const row of rows) writeRow(body, row);
      const total = child(child(table, "tfoot"), "tr");
      const name = child(total, "th");
      name.setAttribute("scope", "row");
      name.textContent = say("lesson.sharing.total");
      for (const text of ["", String(shared), String(untied)]) child(total, "td").textContent = text;
      table.dataset.now = tied ? "shared" : "untied";
    },
    destroy: () => root.replaceChildren(),
  };
}

/** @param {HTMLElement} row @param {string} key @param {number} T */
function headCell(row, key, T) {
  const cell = child(row, "th");
  cell.setAttribute("scope", "col");
  cell.textContent = say(`lesson.sharing.counts.${key}`, { T });
}

/** @param {HTMLElement} body @param {Count} row */
function writeRow(body, { name, shape, shared, untied }) {
  const row = child(body, "tr");
  const head = child(row, "th");
  head.setAttribute("scope", "row");
  renderMath(head, "UWV".includes(name) ? `\\${name}` : name);
  if ("UWVbc".includes(name)) standsFor(head, { kind: /** @type {import("../../parts.js").PartKind} */ (name) });
  for (const text of [shape, String(shared), String(untied)]) child(row, "td").textContent = text;
}
