import assert from "node:assert/strict";
import test from "node:test";
import { headAt, lengthOf } from "../../../static/js/export/film.js";
import { tablesOf, toCsv } from "../../../static/js/export/tables.js";

const rows = (/** @type {number[][]} */ values) => values.map((row) => Float64Array.from(row));
/** @type {any} */
const trace = {
  T: 2, H: 2, h: rows([[0.1, -1e-7], [NaN, 3]]), gates: null, cell: null, dhNorm: Float64Array.of(1, 2), daNorm: Float64Array.of(3, 4), dcellNorm: null,
  credit: { dh: rows([[0.5], [0.25, 0.125]]) }, loss: Float64Array.of(1.5, 0), x: rows([[1], [0]]), yHat: rows([[0.5], [0.5]]),
};

test("a table has a header and one row a step; what overflowed is empty", () => {
  assert.equal(toCsv("hidden", trace), "t,h1,h2\r\n1,0.1,-1e-7\r\n2,,3\r\n");
  assert.equal(toCsv("triangle", trace), "t,k1,k2\r\n1,0.5,\r\n2,0.25,0.125\r\n");
  assert.equal(toCsv("norms", trace), "t,dh_norm,da_norm\r\n1,1,3\r\n2,2,4\r\n");
  assert.deepEqual(tablesOf(trace), ["hidden", "norms", "triangle", "losses", "inputs", "predictions"]);
});

test("a gated cell has its gates and cell state too", () => {
  const gated = { ...trace, cell: trace.h, dcellNorm: trace.dhNorm, gates: { input: trace.h, forget: trace.h } };
  assert.equal(toCsv("gates", gated).split("\r\n")[0], "t,input_1,input_2,forget_1,forget_2");
  assert.equal(toCsv("norms", gated).split("\r\n")[0], "t,dh_norm,da_norm,dcell_norm");
  assert.equal(tablesOf(gated).length, 8);
});

test("a film runs forward, then backward, to the very end", () => {
  assert.deepEqual(headAt(0, "both", 10), { pass: "forward", at: 0 });
  assert.deepEqual(headAt(0.25, "both", 10), { pass: "forward", at: 5 });
  assert.deepEqual(headAt(0.75, "both", 10), { pass: "backward", at: 5 });
  assert.deepEqual(headAt(1, "both", 10), { pass: "backward", at: 10 });
  assert.deepEqual(headAt(1, "forward", 3), { pass: "forward", at: 3 });
  assert.deepEqual(headAt(0, "backward", 3), { pass: "backward", at: 0 });
  assert.equal(lengthOf("forward", 2), 2400);
  assert.equal(lengthOf("both", 200), 20_000);
});
