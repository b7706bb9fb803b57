/**
 * What the comparison keeps of one network's answer.
 *
 * @typedef {object} Result
 * @property {number} T
 * @property {number} B
 * @property {Float64Array[]} rows           the triangle: row t = 0..T−1 of columns k = 0..t; NaN where it overflowed
 * @property {boolean} atCell                the LSTM's triangle is that of its cell state
 * @property {number[]} losses               steps with a loss, from 1
 * @property {Float64Array} curve            (T) typical norm at each distance; NaN where there is no pair
 * @property {{ half_life: number|null, doubling: number|null, r2: number|null, zeros: number }} horizon
 * @property {{ by: string, scale: number|null, before: number, after: number } | null} clipped
 * @property {number} parameters
 * @property {number | null} gain            γ of the recurrent pre-activations, where all units have the same
 * @property {{ step: number, what: string } | null} overflow
 */

/** @param {any} answer  one of the traces @param {string} clipBy @returns {Result} */
export function readResult(answer, clipBy) {
  const { credit, data, clipped } = answer;
  const atCell = answer.network.cell === "lstm";
  const rows = (atCell ? credit.dcell_norm : credit.dh_norm).map((/** @type {(number|null)[]} */ row) => Float64Array.from(row, (v) => v ?? NaN));
  const losses = lossSteps(data, rows.length);
  return {
    T: rows.length, B: batchOf(data), rows, atCell, losses, curve: typicalNorms(rows, losses), horizon: answer.horizon,
    clipped: clipped && { by: clipBy, scale: clipped.scale, before: clipped.norm_before ?? Infinity, after: clipped.norm_after ?? Infinity },
    parameters: answer.parameter_count, gain: commonValue(answer.network.parameters.gamma_W ?? answer.network.parameters.gamma), overflow: answer.overflow,
  };
}

/** x is (T, I), or (B, T, I). @param {any} data */
const batchOf = ({ x }) => (Array.isArray(x[0]?.[0]) ? x.length : 1);

/** A mask is (T), or (B, T): a step counts if any sequence has a loss there. @param {any} data @param {number} T */
function lossSteps({ loss_at, loss_mask }, T) {
  const steps = Array.from({ length: T }, (_, i) => i + 1);
  const masks = loss_mask ? (Array.isArray(loss_mask[0]) ? loss_mask : [loss_mask]) : null;
  const masked = steps.filter((t) => !masks || masks.some((/** @type {any[]} */ mask) => mask[t - 1]));
  return loss_at === "last" ? masked.slice(-1) : masked;
}

/** @param {number[] | undefined} values */
function commonValue(values) {
  if (!values?.length) return null;
  return values.every((value) => Math.abs(value - values[0]) < 1e-9) ? values[0] : null;
}

/**
 * The typical norm at each distance d = t − k: geometric mean over t of the positive ones, as the horizon's; 0 where all
 * are, ∞ where one overflowed, NaN where no loss has a step so far back.
 * @param {Float64Array[]} rows @param {number[]} losses
 */
export function typicalNorms(rows, losses) {
  return Float64Array.from(rows, (_, d) => {
    const norms = losses.filter((t) => t > d).map((t) => rows[t - 1][t - 1 - d]);
    if (norms.some((norm) => !Number.isFinite(norm))) return Infinity;
    const positive = norms.filter((norm) => norm > 0);
    if (!positive.length) return norms.length ? 0 : NaN;
    return Math.exp(positive.reduce((sum, norm) => sum + Math.log(norm), 0) / positive.length);
  });
}

/** Are two triangles the same, up to rounding? @param {Result} a @param {Result} b */
export function sameTriangle(a, b) {
  if (a.T !== b.T || a.atCell !== b.atCell) return false;
  return a.rows.every((row, i) => row.every((v, k) => Object.is(v, b.rows[i][k]) || Math.abs(v - b.rows[i][k]) <= 1e-9 * Math.abs(v)));
}

/**
 * What the rows' last column speaks of: one pair (t, k), or a distance.
 * @typedef {{ t: number, k: number } | { distance: number }} Place
 * @param {Result} result @param {Place} place @returns {number} NaN where there is no such pair
 */
export function normAt({ rows, curve, T }, place) {
  if ("distance" in place) return place.distance < T ? curve[place.distance] : NaN;
  return place.t <= T && place.k <= place.t ? rows[place.t - 1][place.k - 1] : NaN;
}

/** The norm that it set out with: at the loss's own step. @param {Result} result @param {Place} place */
export const normAtStart = ({ rows, curve, T }, place) =>
  ("distance" in place ? curve[0] : place.t <= T ? rows[place.t - 1][place.t - 1] : NaN);
