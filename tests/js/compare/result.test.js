import assert from "node:assert/strict";
import test from "node:test";
import { findings } from "../../../static/js/compare/findings.js";
import { normAt, normAtStart, readResult, sameTriangle } from "../../../static/js/compare/result.js";
import { network } from "../../../static/js/comparison.js";

/** @param {(number | null)[][]} dh @param {any} [more] @param {string} [clipBy] */
function result(dh, more = {}, clipBy = "none") {
  const { cell = "rnn", parameters = {}, ...rest } = more;
  return readResult({
    network: { cell, parameters }, data: { x: dh.map(() => [1]), loss_at: "every", ...rest.data }, credit: { dh_norm: dh, dcell_norm: rest.dcell ?? null },
    horizon: { half_life: null, doubling: null, r2: null, zeros: 0 }, clipped: rest.clipped ?? null, parameter_count: 7, overflow: null,
  }, clipBy);
}

test("the typical norm is the geometric mean of the positive ones", () => {
  const { curve, T, losses } = result([[1], [4, 4], [0, 1, 16]]);
  assert.deepEqual([...curve].map((v) => Number(v.toFixed(9))), [4, 2, 0]);
  assert.deepEqual([T, losses], [3, [1, 2, 3]]);
});

test("only steps with a loss count; beyond them there is no pair", () => {
  const last = result([[9], [9, 9], [1, 2, 3]], { data: { loss_at: "last" } });
  assert.deepEqual([...last.curve].map(Math.round), [3, 2, 1]);
  const masked = result([[5], [7, 7], [1, 2, 3]], { data: { loss_mask: [true, false, false] } });
  assert.deepEqual(masked.losses, [1]);
  assert.deepEqual([...masked.curve], [5, NaN, NaN]);
});

test("what overflowed is larger than any number", () => {
  const over = result([[1], [null, 1]]);
  assert.equal(over.curve[1], Infinity);
  assert.ok(Number.isNaN(over.rows[1][0]));
});

test("the LSTM's triangle is that of its cell state", () => {
  const lstm = result([[1]], { cell: "lstm", dcell: [[3]] });
  assert.deepEqual([lstm.atCell, Math.round(lstm.curve[0])], [true, 3]);
});

test("a batch is counted, a common γ is told", () => {
  const batch = result([[1]], { data: { x: [[[1]], [[1]], [[1]]] }, parameters: { gamma_W: [0.1, 0.1] } });
  assert.deepEqual([batch.B, batch.gain], [3, 0.1]);
  assert.equal(result([[1]], { parameters: { gamma_W: [0.1, 0.2] } }).gain, null);
});

test("a place is a pair or a distance", () => {
  const one = result([[1], [2, 4]]);
  assert.deepEqual([normAt(one, { t: 2, k: 1 }), normAtStart(one, { t: 2, k: 1 })], [2, 4]);
  assert.deepEqual([normAt(one, { distance: 1 }), normAtStart(one, { distance: 1 })], [2, 2]);
  assert.ok(Number.isNaN(normAt(one, { distance: 5 })) && Number.isNaN(normAt(one, { t: 9, k: 1 })));
});

test("triangles are the same up to rounding", () => {
  assert.ok(sameTriangle(result([[1], [2, 3]]), result([[1], [2 + 1e-12, 3]])));
  assert.ok(!sameTriangle(result([[1], [2, 3]]), result([[1], [2.1, 3]])));
  assert.ok(!sameTriangle(result([[1]]), result([[1], [2, 3]])));
});

/** @param {string} name @param {any} model @param {any} part @param {import("../../../static/js/compare/result.js").Result | null} of */
const entry = (name, model, part, of) => ({ name, network: network(model, part), result: of, reason: null });
const keys = (/** @type {any[]} */ entries, distance = 1) => findings(entries, distance).map(({ key }) => key);

test("clipping is spoken of only where it clipped, and by norm", () => {
  const grown = [[1], [4, 1]];
  const cut = { clipped: { scale: 0.1, norm_before: 10, norm_after: 1 } };
  const relu = entry("ReLU", "relu", {}, result(grown));
  const clipped = entry("ReLU + clip", "relu", { clipBy: "norm" }, result(grown, cut, "norm"));
  assert.deepEqual(keys([relu, clipped]), ["compare.finding.clip", "compare.finding.same", "compare.finding.outweighs"]);
  assert.deepEqual(keys([clipped]), ["compare.finding.clip", "compare.finding.cut", "compare.finding.outweighs"]);
  const idle = { clipped: { scale: 1, norm_before: 0.5, norm_after: 0.5 } };
  assert.deepEqual(keys([entry("ReLU + clip", "relu", { clipBy: "norm" }, result(grown, idle, "norm"))]), []);
  assert.deepEqual(keys([entry("ReLU + clip", "relu", { clipBy: "value" }, result(grown, cut, "value"))]), []);
  assert.ok(!keys([entry("ReLU + clip", "relu", { clipBy: "norm" }, result([[1], [0.5, 1]], cut, "norm"))]).includes("compare.finding.outweighs"));
});

test("a gated cell is held against tanh, whichever holds more", () => {
  const tanh = entry("tanh", "tanh", {}, result([[1], [2, 1]]));
  const lstm = (/** @type {number} */ left) => entry("LSTM", "lstm", {}, result([[1], [0, 1]], { cell: "lstm", dcell: [[1], [left, 1]] }));
  assert.deepEqual(findings([tanh, lstm(6)], 1), [{ key: "compare.finding.more.cell", params: { n: 1, name: "LSTM", plain: "tanh", times: "3.0" } }]);
  assert.deepEqual(keys([tanh, lstm(1)]), ["compare.finding.less.cell"]);
  assert.deepEqual(keys([tanh, lstm(0)]), []);
  assert.deepEqual(keys([tanh, entry("GRU", "gru", {}, result([[1], [3, 1]]))]), ["compare.finding.more"]);
  assert.deepEqual(keys([tanh, lstm(6)], 9), []);
  assert.deepEqual(keys([tanh, entry("LSTM", "lstm", {}, null)]), []);
});
