import { plain, short } from "../../format.js";
import { valueAt } from "../../train/history.js";
import { largestSpike } from "../../train/charts/loss.js";
import { CUT } from "./trainings.js";

/**
 * What a training with and without a threshold has to tell, as the prose's numbers; null where it has not come to that.
 *
 * @typedef {import("../../train/history.js").Training} Training
 */

/** Steps before a jump in which the gradient that led to it is looked for, and those whose median is the usual one. */
const BEFORE = { cause: 5, usual: 50 };

/** @param {Training} training @returns {Record<string, string | null>} */
export function story(training) {
  const { runs, baseline } = training;
  const [whole, clipped] = [runs[1 - CUT], runs[CUT]];
  const worst = largestSpike({ ...training, runs: [whole] });
  const steep = worst && causeOf(whole.gradientNorm, worst.spike.from);
  const steps = clipped.clipped.length;
  return {
    guess: baseline === null ? null : short(baseline),
    "jump-step": worst && String(worst.spike.step),
    "jump-from": worst && short(worst.spike.typical), "jump-to": worst && short(worst.spike.value),
    "steep-step": steep && String(steep.step), "steep-norm": steep && short(steep.norm), "steep-usual": steep && plain(steep.usual),
    steps: steps ? String(steps) : null,
    "cut-steps": steps ? String(clipped.clipped.values.subarray(0, steps).reduce((sum, v) => sum + v, 0)) : null,
    "last-whole": lastOf(whole), "last-cut": lastOf(clipped),
  };
}

/** @param {import("../../train/history.js").RunHistory} run */
const lastOf = ({ loss }) => (loss.length ? short(valueAt(loss, loss.length)) : null);

/** The largest gradient just before a step, and what was usual before that; null where nothing was before.
 * @param {import("../../train/history.js").Numbers} norms @param {number} step  from 1 */
export function causeOf(norms, step) {
  const near = Array.from({ length: Math.min(BEFORE.cause, step - 1) }, (_, i) => step - 1 - i).filter((at) => Number.isFinite(valueAt(norms, at)));
  if (!near.length) return null;
  const at = near.reduce((best, one) => (valueAt(norms, one) > valueAt(norms, best) ? one : best));
  const usual = Array.from(norms.values.subarray(Math.max(0, at - 1 - BEFORE.usual), at - 1)).filter(Number.isFinite).sort((a, b) => a - b);
  const middle = usual.length ? (usual[(usual.length - 1) >> 1] + usual[usual.length >> 1]) / 2 : NaN;
  return { step: at, norm: valueAt(norms, at), usual: middle };
}
