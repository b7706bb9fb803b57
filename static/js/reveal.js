import { BACKWARD, backwardProgress, FORWARD, stage } from "./playhead.js";

/**
 * How much of one step the inspector may show, in whole rows: the numbers change in step with the picture, never before.
 *
 * @typedef {"equation" | "contributions" | "microscope"} Subject
 */

/** What the inspector speaks of: a path once it is computed, else the pass that is on. @param {{ T: number }} trace @param {Pick<import("./view.js").ViewState, "head" | "path">} state @returns {Subject} */
export function subjectOf({ T }, { head, path }) {
  if (head.pass === "forward") return "equation";
  return path && backwardProgress(head, path.k, T) >= 1 ? "microscope" : "contributions";
}

/** Rows of `count` that are out when a stage is part done. @param {number} share @param {number} count */
const rows = (share, count) => Math.min(count, Math.max(0, Math.floor(share * count + 1e-9)));

/** A finished step where motion is reduced. @param {number} progress @param {boolean} reduced */
const whole = (progress, reduced) => (reduced && progress > 0 ? 1 : progress);

/** A forward step: rows of U x and W h, of a, of h; then prediction and loss. @param {number} progress @param {number} H @param {boolean} reduced */
export function forwardReveal(progress, H, reduced) {
  const p = whole(progress, reduced);
  return {
    sent: rows(stage(p, FORWARD.travel), H), met: rows(stage(p, FORWARD.meet), H), lit: rows(stage(p, FORWARD.light), H),
    predicted: stage(p, FORWARD.predict) >= 0.5, lost: stage(p, FORWARD.loss) >= 0.5,
  };
}

/** A forward step in the open cell: a column is out, whole, once its node is computed. @param {number} progress @param {number} H @param {Set<string>} known @param {string[]} nodes  of the columns */
export function cellReveal(progress, H, known, nodes) {
  const done = progress >= 1;
  const columns = nodes.map((id) => (known.has(id) ? H : 0));
  return { sent: columns[0], met: known.has("h") ? H : 0, lit: known.has("h") ? H : 0, predicted: done, lost: done, columns };
}

/** A backward step: the readout's piece, its meeting with what came from t+1, rows of the list, the shares. @param {number} progress @param {number} count @param {boolean} reduced */
export function backwardReveal(progress, count, reduced) {
  const p = whole(progress, reduced);
  return {
    fallen: stage(p, BACKWARD.fall) >= 0.5, joined: stage(p, BACKWARD.join) >= 0.5,
    credited: rows(stage(p, BACKWARD.credit), count), shared: stage(p, BACKWARD.shares) >= 0.5,
  };
}

/** A factor of a path: 0 nothing, 1 its slope, 2 W, 3 what is left. @param {number} progress @param {boolean} reduced */
export function pathReveal(progress, reduced) {
  const p = whole(progress, reduced);
  return p <= 0 ? 0 : p < 1 / 3 ? 1 : p < 2 / 3 ? 2 : 3;
}
