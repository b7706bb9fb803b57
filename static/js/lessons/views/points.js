import { t } from "../../i18n.js";
import { child } from "../../views/band.js";
import { roundsOf, seen } from "./reach.js";

/**
 * What a convolution and a recurrence have in common and where they part, as a table with the numbers of both.
 *
 * @typedef {import("./reading.js").Readers} Readers
 * @typedef {{ key: string, same: boolean, convolution: string, recurrence: string }} Point
 */

/** @param {Readers} data @param {number} step  the output that is asked @returns {Point[]} */
export function pointsOf({ convolution, recurrence, seenByConvolution, seenByRecurrence }, step) {
  const { kernel_size: K, layers, dilation } = convolution.network;
  const T = convolution.data.x.length;
  const rounds = roundsOf({ K, layers, dilation }, T);
  const words = (/** @type {string} */ key, /** @type {Record<string, number>} */ above, /** @type {Record<string, number>} */ below) => ({
    convolution: t(`lesson.convolution.${key}.above`, above), recurrence: t(`lesson.convolution.${key}.below`, below),
  });
  return [
    { key: "shared", same: true, ...words("shared", { K }, {}) },
    { key: "length", same: true, ...words("length", {}, {}) },
    { key: "sees", same: false, ...words("sees", { n: convolution.receptive_field.size }, {}) },
    { key: "felt", same: false, ...words("felt", { n: seen(seenByConvolution[step - 1]), t: step }, { n: seen(seenByRecurrence[step - 1]), t: step }) },
    { key: "waits", same: false, ...words("waits", { n: rounds.convolution }, { n: rounds.recurrence }) },
    { key: "count", same: false, ...words("count", { n: convolution.parameter_count }, { n: recurrence.parameter_count }) },
  ];
}

/** @param {HTMLElement} root */
export function points(root) {
  const table = child(root, "table", "points-table");
  return {
    /** @param {Readers} data @param {number} step */
    update(data, step) {
      table.replaceChildren();
      const head = child(child(table, "thead"), "tr");
      for (const key of ["what", "convolution", "recurrence"]) {
        const cell = child(head, "th");
        cell.setAttribute("scope", "col");
        cell.textContent = t(`lesson.convolution.column.${key}`);
      }
      const body = child(table, "tbody");
      for (const point of pointsOf(data, step)) {
        const row = child(body, "tr", point.same ? "same" : "different");
        const name = child(row, "th");
        name.setAttribute("scope", "row");
        name.textContent = t(`lesson.convolution.${point.key}`);
        child(name, "span", "points-verdict").textContent = t(point.same ? "lesson.convolution.same" : "lesson.convolution.different");
        for (const text of [point.convolution, point.recurrence]) child(row, "td").textContent = text;
      }
    },
    destroy: () => table.remove(),
  };
}
