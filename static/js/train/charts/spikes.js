/**
 * Where the loss jumps. A step is part of a spike when its loss is more than 3 times the median of the 50 finite losses
 * before it (at least 10 of them), and more than 6 median absolute deviations above it. Twice the median, and 4 deviations,
 * are enough right after (within 3 steps) a gradient 5 times its own running median: a wall that was run into.
 * What is below a hundredth of the loss it began with is noise of a network that has learned. Such steps at most 10 apart
 * are one spike, told by its highest. What is not finite is a divergence, not a spike.
 *
 * @typedef {import("../history.js").Numbers} Numbers
 * @typedef {{ step: number, from: number, to: number, value: number, typical: number }} Spike   step: of its highest loss;
 *   from, to: its first and last step; typical: the median before it
 */
export const RULE = { window: 50, least: 10, times: 3, deviations: 6, after: { times: 2, deviations: 4, gradient: 5, steps: 3 }, worth: 0.01, apart: 10 };

/** Finds the spikes of a series that grows. */
export function createSpikes() {
  /** @type {Spike[]} */
  let spikes = [];
  let [losses, norms] = [createWindow(), createWindow()];
  let done = { length: 0, last: NaN };
  return {
    /** @param {Numbers} loss @param {Numbers} norm  the gradient's, of the same steps @returns {Spike[]} ascending */
    update(loss, norm) {
      const { values, length } = loss;
      if (length < done.length || !Object.is(values[done.length - 1] ?? NaN, done.last)) {
        [spikes, losses, norms, done] = [[], createWindow(), createWindow(), { length: 0, last: NaN }];
      }
      const worth = RULE.worth * (values[0] || 0);
      for (let i = done.length; i < length; i += 1) {
        const value = values[i];
        if (Number.isFinite(value) && value > worth && stands(value, losses, () => steep(norm, i, norms))) spikes = joined(spikes, i + 1, value, losses.median());
        losses.move(values, i);
        norms.move(norm.values, i);
      }
      done = { length, last: values[length - 1] ?? NaN };
      return spikes;
    },
  };
}

/** The finite ones of the last values, sorted. */
function createWindow() {
  /** @type {number[]} */
  const sorted = [];
  return {
    sorted,
    median: () => median(sorted),
    /** Take value i in, and let that go which is too old. @param {Float64Array} values @param {number} i */
    move(values, i) {
      if (Number.isFinite(values[i])) sorted.splice(place(sorted, values[i]), 0, values[i]);
      const old = values[i - RULE.window];
      if (i >= RULE.window && Number.isFinite(old)) sorted.splice(place(sorted, old), 1);
    },
  };
}

/** Does a loss stand out of those before it? @param {number} value @param {ReturnType<typeof createWindow>} before @param {() => boolean} isSteep */
function stands(value, { sorted }, isSteep) {
  if (sorted.length < RULE.least) return false;
  const typical = median(sorted);
  if (value <= RULE.after.times * typical) return false;
  const rule = isSteep() ? RULE.after : RULE;
  if (value <= rule.times * typical) return false;
  const deviation = median(sorted.map((v) => Math.abs(v - typical)).sort((a, b) => a - b));
  return value > typical + rule.deviations * deviation;
}

/** Was one of the last gradients far above the usual? @param {Numbers} norm @param {number} i @param {ReturnType<typeof createWindow>} usual */
function steep({ values }, i, usual) {
  const limit = RULE.after.gradient * usual.median();
  return values.subarray(Math.max(0, i - RULE.after.steps), i + 1).some((v) => v > limit);
}

/** @param {Spike[]} spikes @param {number} step @param {number} value @param {number} typical */
function joined(spikes, step, value, typical) {
  const last = spikes.at(-1);
  if (!last || step - last.to > RULE.apart) return [...spikes, { step, from: step, to: step, value, typical }];
  const higher = value > last.value ? { step, value } : {};
  return [...spikes.slice(0, -1), { ...last, ...higher, to: step }];
}

/** @param {number[]} sorted */
const median = (sorted) => (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;

/** Where a value stands, or would. @param {number[]} sorted @param {number} value */
function place(sorted, value) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How far a spike rises above what was usual. @param {Spike} spike */
export const rise = ({ value, typical }) => value - typical;

/** The few that rise most, ascending in step. @param {Spike[]} spikes @param {number} count */
export const highest = (spikes, count) => [...spikes].sort((a, b) => rise(b) - rise(a)).slice(0, count).sort((a, b) => a.step - b.step);
