import assert from "node:assert/strict";
import test from "node:test";
import { ALL, angleBetween, compareGradients, flatten, length, parameterTex } from "../../static/js/vectors.js";

const close = (/** @type {number} */ a, /** @type {number} */ b, tolerance = 1e-12) => assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `${a} is not ${b}`);

test("numbers of nested arrays in order, an overflow as NaN", () => {
  assert.deepEqual(flatten([[1, 2], [3, null]]), [1, 2, 3, NaN]);
  assert.deepEqual(flatten([4]), [4]);
});

test("a length neither overflows nor underflows", () => {
  close(length([3e200, 4e200]) / 1e200, 5);
  close(length([3e-200, 4e-200]) * 1e200, 5);
  assert.equal(length([0, 0]), 0);
  assert.ok(Number.isNaN(length([1, NaN])));
});

test("angles are exact, the small ones too", () => {
  close(angleBetween([1, 0], [0, 2]), 90);
  close(angleBetween([1, 1], [5, 5]), 0);
  close(angleBetween([1, 0], [-3, 0]), 180);
  close(angleBetween([1, 0], [1, 1e-9]), (1e-9 * 180) / Math.PI, 1e-15);
  assert.equal(angleBetween([0.1, 0.2, 0.7], [0.1 * 3e-9, 0.2 * 3e-9, 0.7 * 3e-9]) < 1e-12, true);
  assert.ok(Number.isNaN(angleBetween([1, 0], [0, 0])));
  assert.ok(Number.isNaN(angleBetween([1, NaN], [1, 0])));
});

test("each parameter is compared alone, and all of them as one vector", () => {
  const pairs = compareGradients({ W: [[3, 0], [0, 4]], b: [12, 0] }, { W: [[3, 0], [0, 0]], b: [12, 0] });
  const [W, b, all] = pairs;
  assert.deepEqual(pairs.map(({ name }) => name), ["W", "b", ALL]);
  close(W.before, 5);
  close(W.after, 3);
  close(W.lost, 0.8);
  close(W.angle, (Math.acos(0.6) * 180) / Math.PI);
  assert.deepEqual([W.touched, W.count, W.most], [1, 4, 4]);
  assert.deepEqual([b.lost, b.touched], [0, 0]);
  close(all.before, 13);
  close(all.lost, 4 / 13);
});

test("a gradient of zero loses nothing, one that overflows has no share", () => {
  assert.equal(compareGradients({ W: [[0]] }, { W: [[0]] })[0].lost, 0);
  assert.ok(Number.isNaN(compareGradients({ W: [[null]] }, { W: [[1]] })[0].lost));
});

test("names of every kind of parameter as formulas", () => {
  const names = { W: "\\W", b: "b", b_hn: "b_{hn}", gamma: "\\gamma", gamma_U: "\\gamma_{U}", U_l1: "\\U^{(2)}", W_l0_reverse: "\\W^{\\leftarrow}", b_hn_l1_reverse: "b_{hn}^{(2)\\leftarrow}" };
  for (const [name, tex] of Object.entries(names)) assert.equal(parameterTex(name), tex);
});
