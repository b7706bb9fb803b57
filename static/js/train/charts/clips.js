/**
 * What a run's clipping was at each step: it may have been changed while the training ran.
 *
 * @typedef {import("../view.js").Training} Training
 * @typedef {import("../../training.js").TrainingSettings} TrainingSettings
 * @typedef {import("../history.js").Numbers} Numbers
 * @typedef {{ from: number, to: number, by: string, at: number }} Piece   steps from..to, both clipped the same way
 */

/** Pieces of a run, ascending, of all that was clipped at all. @param {TrainingSettings} settings  the present ones @param {Pick<Training, "changes">} training @param {number} run @param {number} last @returns {Piece[]} */
export function clipPieces(settings, { changes }, run, last) {
  const { clipBy, clipAt } = settings.runs[run] ?? { clipBy: "none", clipAt: 1 };
  /** @type {Piece[]} */
  const pieces = [{ from: 1, to: last, by: clipBy, at: clipAt }];
  const mine = changes.filter((change) => change.run === run && (change.name === "clipBy" || change.name === "clipAt"));
  for (const { step, name, from } of [...mine].reverse()) {
    const { by, at } = pieces[0];
    pieces[0].from = step + 1;
    pieces.unshift({ from: 1, to: step, by: name === "clipBy" ? String(from) : by, at: name === "clipAt" ? Number(from) : at });
  }
  return pieces.filter(({ from, to, by }) => by !== "none" && from <= to);
}

/** How it was clipped at a step, if it was. @param {Piece[]} pieces @param {number} step */
export const clipAt = (pieces, step) => pieces.find(({ from, to }) => step >= from && step <= to) ?? null;

/** What has been counted of a run, so that a long one is not counted again. @type {WeakMap<Numbers, { length: number, count: number }>} */
const counted = new WeakMap();

/** Share of a run's steps that were clipped. @param {Numbers} clipped */
export function clippedShare(clipped) {
  const { values, length } = clipped;
  const known = counted.get(clipped);
  let { length: from, count } = known && known.length <= length ? known : { length: 0, count: 0 };
  for (; from < length; from += 1) count += values[from] === 1 ? 1 : 0;
  counted.set(clipped, { length, count });
  return length ? count / length : 0;
}
