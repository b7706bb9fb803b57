/**
 * Where the pass is. A playhead names a pass and how many of its beats are done: a beat is one time step,
 * its fraction the progress inside that step. Everything the picture reveals is a function of it.
 *
 * @typedef {"forward" | "backward" | "path"} Pass
 * @typedef {{ pass: Pass, at: number }} Playhead   at ∈ [0, beats(pass)]
 * @typedef {{ t: number, k: number }} Path          from the loss at step t to the state at step k ≤ t, both from 1
 */

/** One forward or backward step at 1×, in milliseconds; the marks below are out of it. */
export const BEAT = 1200;

/** Stages of one beat, in milliseconds from its start. */
export const FORWARD = { travel: [0, 350], meet: [350, 500], light: [500, 800], predict: [800, 1050], loss: [1050, 1200] };
export const BACKWARD = { fall: [0, 250], join: [250, 450], credit: [450, 650], shares: [650, 1000], run: [1000, 1200] };

/** Share of a stage that is done when `progress` (0..1) of its beat is done. @param {number} progress @param {number[]} span */
export function stage(progress, [from, to]) {
  return clamp01((progress * BEAT - from) / (to - from));
}

/** The house's easing, cubic-bezier(.2, 0, 0, 1), close enough as a closed form. @param {number} x */
export const ease = (x) => 1 - (1 - x) ** 3;

/** @param {number} x */
export const clamp01 = (x) => Math.min(1, Math.max(0, x));

/** Beats of a pass. @param {Pass} pass @param {number} T @param {Path | null} path */
export function beats(pass, T, path) {
  return pass === "path" ? (path ? path.t - path.k + 1 : 0) : T;
}

/** Forward progress 0..1 of step t (from 1): all done in every other pass. @param {Playhead} head @param {number} t */
export function forwardProgress(head, t) {
  return head.pass === "forward" ? clamp01(head.at - (t - 1)) : 1;
}

/** Backward progress 0..1 of step t; in a path pass the whole gradient is known. @param {Playhead} head @param {number} t @param {number} T */
export function backwardProgress(head, t, T) {
  if (head.pass === "forward") return 0;
  return head.pass === "path" ? 1 : clamp01(head.at - (T - t));
}

/** Progress 0..1 with which the path's gradient has arrived at step j, k ≤ j ≤ t. @param {Playhead} head @param {Path} path @param {number} j */
export function pathProgress(head, path, j) {
  return head.pass === "path" ? clamp01(head.at - (path.t - j)) : 1;
}

/** The step the cursor is on, 1..T. @param {Playhead} head @param {number} T @param {Path | null} path */
export function stepOf(head, T, path) {
  const beat = Math.max(1, Math.ceil(head.at - 1e-9));
  if (head.pass === "forward") return Math.min(beat, T);
  if (head.pass === "path" && path) return Math.max(path.k, path.t + 1 - beat);
  return Math.max(1, T + 1 - beat);
}

/** The playhead at rest with step t just finished. @param {Pass} pass @param {number} t @param {number} T @param {Path | null} path @returns {Playhead} */
export function restAt(pass, t, T, path) {
  if (pass === "forward") return { pass, at: t };
  if (pass === "path" && path) return { pass, at: path.t - Math.min(path.t, Math.max(path.k, t)) + 1 };
  return { pass: "backward", at: T + 1 - t };
}
