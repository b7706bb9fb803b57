import assert from "node:assert/strict";
import test from "node:test";
import { readComparison, writeComparison } from "../../../static/js/comparison.js";
import { NAMES, comparisonOf, networksOf, offShare } from "../../../static/js/lessons/remedies.js";

const STATE = { on: [...NAMES], radius: 1.6, clip: true, sequences: 8, distance: 10 };

test("only ReLU has the radius and the threshold of the controls", () => {
  const networks = networksOf(STATE);
  assert.deepEqual(Object.keys(networks), NAMES);
  assert.equal(networks.relu.radius, 1.6);
  assert.deepEqual(Object.values(networks).map(({ clipBy }) => clipBy), ["none", "none", "norm", "none", "none"]);
  assert.equal(networksOf({ radius: 1, clip: false }).relu.clipBy, "none");
  assert.deepEqual([networks.batch.model, networks.batch.normalization], ["sigmoid", "batch"]);
});

test("the link of a state opens the same networks", () => {
  const settings = comparisonOf(STATE, ["tanh", "relu", "batch"]);
  assert.deepEqual(readComparison(writeComparison(settings)), settings);
  assert.equal(settings.networks.length, 3);
});

test("the share of units that are off, over all sequences", () => {
  assert.equal(offShare({ forward: { h: [[[0, 1], [2, 0]], [[0, 3], [4, 5]]] } }), 3 / 8);
});
