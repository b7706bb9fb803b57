import assert from "node:assert/strict";
import test from "node:test";
import { append, createTraining } from "../../../static/js/train/history.js";
import { verdictOf } from "../../../static/js/train/verdict.js";
import { steps } from "./events.js";

/** @param {number[]} levels  forty steps of each */
function trained(...levels) {
  const training = createTraining(["a"], { steps: 1000, every: 10 });
  append(training, "steps", steps(0, 1, levels.flatMap((level) => new Array(40).fill(level))));
  return training.runs[0];
}

test("it guesses, learns, has learned, by the baseline", () => {
  const run = trained(1, 0.6, 0.1);
  assert.deepEqual([1, 40, 80, 120].map((step) => verdictOf(run, step, 1)), ["guessing", "guessing", "learning", "learned"]);
});

test("what was learned and is gone is lost, what never was is not", () => {
  assert.equal(verdictOf(trained(1, 0.1, 1), 120, 1), "lost");
  assert.equal(verdictOf(trained(1, 0.1, 5), 120, 1), "lost");
  assert.equal(verdictOf(trained(1, 0.9, 1), 120, 1), "guessing");
  assert.equal(verdictOf(trained(1, 5), 80, 1), "worse");
});

test("without a baseline it is held against its own beginning", () => {
  assert.equal(verdictOf(trained(8, 1), 80, null), "learned");
  assert.equal(verdictOf(trained(8, 8), 80, null), "guessing");
});

test("a run that diverged has diverged from that step on", () => {
  const run = { ...trained(1, 0.1), diverged: { step: 70, what: "W" } };
  assert.deepEqual([69, 70].map((step) => verdictOf(run, step, 1)), ["learned", "diverged"]);
});
