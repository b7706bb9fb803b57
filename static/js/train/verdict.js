/**
 * How a run fares at a step, from its own losses: the mean of the last steps beside that of an answer that has learned nothing.
 *
 * @typedef {"diverged" | "lost" | "learned" | "worse" | "guessing" | "learning"} Verdict
 *   lost: it was far below the baseline before, and is back at it
 *
 * @typedef {import("./history.js").RunHistory} RunHistory
 */

/** Steps that are averaged: one mini-batch says little. */
const BLOCK = 20;
const [FAR_BELOW, LEARNED, NEAR, ABOVE] = [0.5, 0.15, 0.85, 1.2]; // shares of the baseline

/** @param {RunHistory} run @param {number} at  a step, from 1 @param {number | null} baseline  null: what the run began with @returns {Verdict} */
export function verdictOf({ loss, diverged }, at, baseline) {
  if (diverged && at >= diverged.step) return "diverged";
  const end = Math.min(at, loss.length);
  const guess = baseline ?? mean(loss.values, 0, Math.min(BLOCK, end));
  const now = mean(loss.values, Math.max(0, end - BLOCK), end) / guess;
  if (now < LEARNED) return "learned";
  if (now < NEAR) return "learning";
  if (bestOf(loss.values, end) / guess < FAR_BELOW) return "lost";
  return now > ABOVE ? "worse" : "guessing";
}

/** @param {Float64Array} values @param {number} from @param {number} end */
function mean(values, from, end) {
  let sum = 0;
  for (let i = from; i < end; i += 1) sum += values[i];
  return sum / (end - from);
}

/** The lowest mean of any whole block. @param {Float64Array} values @param {number} end */
function bestOf(values, end) {
  let best = Infinity;
  for (let from = 0; from + BLOCK <= end; from += BLOCK) best = Math.min(best, mean(values, from, from + BLOCK));
  return best;
}
