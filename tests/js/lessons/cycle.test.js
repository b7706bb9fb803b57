import assert from "node:assert/strict";
import test from "node:test";
import { farthest, ownWith, scaled, twinsIn } from "../../../static/js/lessons/views/cut.js";
import { alphabet, another, apartOf, dataOf, shuffled, sumOf } from "../../../static/js/lessons/views/orders.js";
import { copiesOf } from "../../../static/js/lessons/views/unroll.js";

test("the last of several copies still stands for the steps that have none", () => {
  const seen = (/** @type {any} */ look) => copiesOf(4, look).map(({ step, open, loop }) => [step, open, loop]);
  assert.deepEqual(seen({ mode: "feedforward", t: 3, copies: 1 }), [[3, true, false]]);
  assert.deepEqual(seen({ mode: "folded", t: 3, copies: 1 }), [[3, true, true]]);
  assert.deepEqual(seen({ mode: "unfolded", t: 1, copies: 2 }), [[1, false, false], [2, true, true]]);
  assert.deepEqual(seen({ mode: "unfolded", t: 1, copies: 4 }).map(([step, , loop]) => [step, loop]), [[1, false], [2, false], [3, false], [4, false]]);
});

test("a shuffled word has the same letters, and the same ones for a seed", () => {
  const sorted = (/** @type {string} */ word) => [...word].sort().join("");
  for (const seed of [1, 2, 3]) assert.equal(sorted(shuffled("listen", seed)), sorted("listen"));
  assert.equal(shuffled("listen", 7), shuffled("listen", 7));
  assert.ok(new Set([1, 2, 3, 4, 5].map((seed) => shuffled("listen", seed))).size > 2);
});

test("another order is a new one, and none is made up where there is none", () => {
  assert.equal(another(["ab"], 1), "ba");
  assert.equal(another(["ab", "ba"], 1), null);
  assert.equal(another(["aa"], 1), null);
});

test("letters keep their place in the alphabet of the first word", () => {
  const labels = alphabet("ab", ".");
  assert.deepEqual(labels, ["a", "b", "."]);
  assert.deepEqual(alphabet("a.", "."), ["a", "."]);
  const { x, y } = dataOf("ba", labels, ".");
  assert.deepEqual(x, [[0, 1, 0], [1, 0, 0]]);
  assert.deepEqual(y, [0, 2]);
});

test("rows are as far from the first as their sums are", () => {
  assert.deepEqual(sumOf([[1, 2], [3, 4]]), [4, 6]);
  const rows = [{ word: "ab", without: [1, 1], with: [0, 0], lastWithout: [1, 0] }, { word: "ba", without: [1, 1], with: [3, 4], lastWithout: [0, 0] }];
  assert.deepEqual(apartOf(rows), [{ without: 0, with: 0, last: 0 }, { without: 0, with: 5, last: 1 }]);
});

test("a cut edge is W times 0, without a minus, and the rest as it was", () => {
  const network = { cell: "rnn", normalization: "none", output: "softmax", parameters: { U: [[1]], W: [[-2, 1]], b: [0] } };
  const cut = scaled(network, 0);
  assert.ok(cut.parameters.W.flat().every((w) => Object.is(w, 0)));
  assert.deepEqual(cut.parameters.U, [[1]]);
  assert.deepEqual(scaled(network, 0.5).parameters.W, [[-1, 0.5]]);
  assert.equal(ownWith(cut).network, cut);
});

test("the largest cell off the diagonal, and the last pair of equal letters", () => {
  assert.equal(farthest([[9], [0.5, 9], [0.2, 0.7, 9]]), 0.7);
  assert.equal(farthest([[9], [0, 9]]), 0);
  assert.deepEqual(twinsIn([[1, 0], [0, 1], [0, 1], [1, 0]]), [0, 3]);
});
