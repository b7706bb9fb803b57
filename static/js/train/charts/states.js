import { t } from "../../i18n.js";
import { child, prepare } from "../../views/band.js";
import { createGrid, hatch, paintBitmap } from "../../views/cells.js";

/**
 * A small heat strip of the hidden states: a column a time step, a row a unit, on the columns of the triangle below it.
 *
 * @typedef {import("../../trace.js").Trace} Trace
 * @typedef {import("../../scales.js").Scales} Scales
 */

/** Height of the strip for H units. @param {number} H */
export const statesHeight = (H) => Math.min(72, Math.max(24, 6 * H));

/** @param {HTMLElement} root */
export function createStates(root) {
  const canvas = /** @type {HTMLCanvasElement} */ (child(root, "canvas", "small-states"));
  canvas.setAttribute("role", "img");
  /** @type {unknown[]} */
  let painted = [];
  return {
    /** @param {Trace} trace @param {Scales} scales @param {number} width @param {string} name */
    update(trace, scales, width, name) {
      canvas.setAttribute("aria-label", t("train.draw.states", { name, H: trace.H, T: trace.T }));
      const wanted = [trace, scales, width, window.devicePixelRatio];
      if (wanted.every((value, i) => value === painted[i])) return;
      painted = wanted;
      paint(prepare(canvas, width, statesHeight(trace.H)), trace, scales, width);
    },
  };
}

/** @param {CanvasRenderingContext2D} pen @param {Trace} trace @param {Scales} scales @param {number} width */
function paint(pen, { T, H, h }, scales, width) {
  const column = width / T;
  const left = (/** @type {number} */ step) => (step - 1) * column;
  const grid = createGrid(/** @type {any} */ ({ T, column, width, left }), H, statesHeight(H));
  paintBitmap(pen, grid, (step, row) => (Number.isNaN(h[step - 1][row - 1]) ? null : scales.value(h[step - 1][row - 1])));
  pen.beginPath();
  h.forEach((row, i) => row.forEach((v, unit) => Number.isNaN(v) && pen.rect(left(i + 1), unit * grid.pitch, column, grid.pitch)));
  pen.fillStyle = hatch(pen, scales);
  pen.fill();
  pen.strokeStyle = scales.ink.edge;
  pen.strokeRect(0.5, 0.5, width - 1, grid.height - 1);
}
