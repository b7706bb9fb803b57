import assert from "node:assert/strict";
import test from "node:test";
import { allEdges, cone, inkOn, recurrentReach, roundsOf, seen, taps } from "../../../static/js/lessons/views/reach.js";

const PLAIN = { K: 3, layers: 1, dilation: 1 };
const DILATED = { K: 2, layers: 4, dilation: 2 };

test("a node reads K inputs, the last of its own step, none before the first", () => {
  assert.deepEqual(taps({ t: 5, level: 1 }, PLAIN).map(({ t }) => t), [3, 4, 5]);
  assert.deepEqual(taps({ t: 2, level: 1 }, PLAIN).map(({ t }) => t), [1, 2]);
  assert.deepEqual(taps({ t: 10, level: 4 }, DILATED), [{ t: 2, level: 3 }, { t: 10, level: 3 }]);
});

test("the cone of an output ends at the inputs of its receptive field", () => {
  const feet = (/** @type {number} */ t, /** @type {typeof PLAIN} */ kernel) => new Set(cone(t, kernel).filter(({ from }) => from.level === 0).map(({ from }) => from.t));
  assert.deepEqual([...feet(7, PLAIN)], [5, 6, 7]);
  assert.equal(feet(20, DILATED).size, 16);
  assert.equal(Math.min(...feet(20, DILATED)), 5);
  assert.equal(feet(10, DILATED).size, 10);
});

test("all edges of a stack: K into every node, fewer at the start", () => {
  assert.equal(allEdges(10, PLAIN).length, 3 * 10 - 3);
  assert.equal(allEdges(10, DILATED).length, 4 * 2 * 10 - (1 + 2 + 4 + 8));
});

test("the gradient at an input is U transposed times the one at its pre-activation", () => {
  const U = [[3, 0], [4, 1]];
  const answer = { network: { parameters: { U } }, credit: { vectors: { da: [[[1, 0]], [[0, 0], [1, 1]]] } } };
  assert.deepEqual(recurrentReach(answer), [[3], [0, Math.hypot(7, 1)]]);
  assert.equal(seen([0, 0.1, 0, 1e-300]), 2);
});

test("a convolution waits for its layers, a recurrence for its steps", () => {
  assert.deepEqual(roundsOf(PLAIN, 10), { convolution: 1, recurrence: 10 });
  assert.deepEqual(roundsOf(DILATED, 10), { convolution: 4, recurrence: 10 });
});

test("numbers on a colour are black or white, whichever reads better", () => {
  assert.equal(inkOn("#fdf6f8"), "#000000");
  assert.equal(inkOn("#210838"), "#ffffff");
  assert.equal(inkOn("#8f2a83"), "#ffffff");
});
