import { exchange } from "./exchange.js";
import { exportDialog } from "./export/dialog.js";
import { openDialog } from "./own/dialog.js";
import { cellView } from "./views/cell/cell.js";
import { clipping } from "./views/clipping.js";
import { editing } from "./views/editing.js";
import { grading } from "./views/grading.js";
import { truncation } from "./views/truncation.js";

/**
 * What the instrument's first picture does without, one module to fetch after it: the labs, the inside of a cell, and the
 * dialogs.
 *
 * @typedef {object} Parts
 * @property {(id: string) => HTMLElement} element
 * @property {any} options   what the views are told of, see main.js
 * @property {() => Record<string, any>} request   the question that the picture answers
 * @property {Parameters<typeof exportDialog>[0]} exports
 * @property {Parameters<typeof openDialog>[0]} opens
 */

/** @param {Parts} parts */
export function makeLater({ element, options, request, exports, opens }) {
  const editor = editing(element("lab-edit"), options);
  const views = [
    cellView(element("cell-view"), options), editor,
    grading(element("lab-grade"), { ...options, onGrade: (gradients) => exchange("grade", { request: request(), gradients }) }),
    clipping(element("lab-clip"), options), truncation(element("lab-window"), options),
  ];
  return { views, editor, exporting: exportDialog(exports), opening: openDialog(opens) };
}
