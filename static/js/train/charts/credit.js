import { typicalNorms } from "../../compare/result.js";
import { fadeOf } from "../../compare/rows.js";
import { t } from "../../i18n.js";

/**
 * The credit triangle of one moment, as the comparison's drawings take it.
 *
 * @typedef {import("../history.js").Moment} Moment
 * @typedef {import("../../trace.js").Trace} Trace
 * @typedef {import("../../compare/result.js").Result} Result
 */

/** @type {WeakMap<Moment, Result>} */
const known = new WeakMap();

/** @param {Moment} moment @returns {Result} */
export function creditOf(moment) {
  const found = known.get(moment) ?? readCredit(moment.trace);
  known.set(moment, found);
  return found;
}

/** @param {Trace} trace @returns {Result} */
function readCredit(trace) {
  const atCell = trace.credit.dcell !== null;
  const rows = trace.credit.dcell ?? trace.credit.dh;
  const losses = lossSteps(trace);
  return {
    T: trace.T, B: 1, rows, atCell, losses, curve: typicalNorms(rows, losses), horizon: trace.horizon, clipped: null,
    parameters: trace.parameterCount, gain: null, overflow: trace.overflow,
  };
}

/** Steps with a loss, from 1: the last alone, or those that the task does not mask. @param {Trace} trace */
export function lossSteps({ T, lossAt, answer }) {
  if (lossAt === "last") return [T];
  const mask = answer?.data?.loss_mask;
  return Array.from({ length: T }, (_, i) => i + 1).filter((t) => !mask || mask[t - 1]);
}

/** How fast the gradient fades or grows on its way back, in words. @param {Result} credit @returns {{ words: string, number?: string }} */
export const paceOf = (credit) => (credit.overflow ? { words: t("narration.overflow", credit.overflow) } : fadeOf(credit));
