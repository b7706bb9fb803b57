import assert from "node:assert/strict";
import test from "node:test";
import { causeOf, story } from "../../../static/js/lessons/views/story.js";
import { landing } from "../../../static/js/lessons/views/wall.js";
import { append, createTraining } from "../../../static/js/train/history.js";

/** @param {number[]} values */
const numbers = (values) => ({ values: Float64Array.from(values), length: values.length });

test("the cause of a jump is the largest gradient of the five steps before it", () => {
  const norms = numbers([50, 1, 2, 3, 2, 30, 4, 9, 99]);
  assert.deepEqual(causeOf(norms, 9), { step: 6, norm: 30, usual: 2 });
  assert.deepEqual(causeOf(norms, 2), { step: 1, norm: 50, usual: NaN });
  assert.equal(causeOf(norms, 1), null);
  assert.equal(causeOf(numbers([NaN, NaN]), 3), null);
});

test("a training that has not begun tells nothing, one that jumped tells where", () => {
  const training = createTraining(["whole", "cut"], { steps: 40, every: 10 });
  assert.deepEqual(new Set(Object.values(story(training))), new Set([null]));
  const calm = Array.from({ length: 30 }, (_, i) => 1 + 0.01 * (i % 2));
  const norms = Array.from({ length: 32 }, (_, i) => (i === 28 ? 40 : 2));
  append(training, "start", { runs: [{ parameter_count: 3 }, { parameter_count: 3 }], baseline: { loss: Math.log(4) } });
  append(training, "steps", { run: 0, from: 1, loss: [...calm, 8, 7], gradient_norm: norms, clipped: norms.map(() => false) });
  append(training, "steps", { run: 1, from: 1, loss: [...calm, 1, 0.5], gradient_norm: norms, clipped: norms.map((v) => v > 2) });
  const told = story(training);
  assert.equal(told["jump-step"], "31");
  assert.equal(told["jump-to"], "8.00");
  assert.equal(told["steep-step"], "29");
  assert.equal(told["steep-norm"], "40.00");
  assert.equal(told["steep-usual"], "2");
  assert.deepEqual([told.steps, told["cut-steps"]], ["32", "1"]);
  assert.deepEqual([told["last-whole"], told["last-cut"], told.guess], ["7.00", "0.50", "1.39"]);
});

test("a step lands at the profile's loss, and nowhere without a step", () => {
  const first = [-1, 0, 1];
  const surface = /** @type {any} */ ({ loss: [[0, 0, 0], [3, 1, 5], [0, 0, 0]], first, second: first });
  assert.deepEqual(landing(surface, [0.5, 0]), { length: 0.5, loss: 3 });
  assert.ok(Number.isNaN(landing(surface, [4, 0]).loss));
  assert.ok(Number.isNaN(landing(surface, null).length));
});
