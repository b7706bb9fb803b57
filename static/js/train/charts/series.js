import { createBins } from "./bins.js";
import { createSpikes } from "./spikes.js";

/**
 * What the charts have worked out of every run, kept up as it grows.
 *
 * @typedef {import("../history.js").RunHistory} RunHistory
 * @typedef {{ loss: Lines, gradientNorm: Lines, spikes: ReturnType<typeof createSpikes> }} Worked
 * @typedef {{ fine: ReturnType<typeof createBins>, coarse: ReturnType<typeof createBins> }} Lines
 * @typedef {{ fine: import("./bins.js").Bins, coarse: import("./bins.js").Bins, length: number, diverged: boolean }} Line   of one run, to be drawn
 */

const FINE = 1024;
const COARSE = 150;

/** @returns {Lines} */
const lines = () => ({ fine: createBins(FINE), coarse: createBins(COARSE) });

/** @type {WeakMap<RunHistory, Worked>} */
const known = new WeakMap();

/** @param {RunHistory} run @returns {Worked} */
function workedOf(run) {
  const worked = known.get(run) ?? { loss: lines(), gradientNorm: lines(), spikes: createSpikes() };
  known.set(run, worked);
  return worked;
}

/** A run's numbers in few bins. @param {RunHistory} run @param {"loss" | "gradientNorm"} field @returns {Line} */
export function lineOf(run, field) {
  const { fine, coarse } = workedOf(run)[field];
  return { fine: fine.update(run[field]), coarse: coarse.update(run[field]), length: run[field].length, diverged: run.diverged !== null };
}

/** @param {RunHistory} run */
export const spikesOf = (run) => workedOf(run).spikes.update(run.loss, run.gradientNorm);
