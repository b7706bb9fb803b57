/**
 * What a run's clipping was at each step: it may have been changed while the training ran.
 *
 * @typedef {import("../view.js").Training} Training
 * @typedef {import("../../training.js").TrainingSettings} TrainingSettings
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

/** Share of a run's steps that were clipped. @param {import("../history.js").Numbers} clipped */
export function clippedShare({ values, length }) {
  let count = 0;
  for (let i = 0; i < length; i += 1) count += values[i] === 1 ? 1 : 0;
  return length ? count / length : 0;
}
