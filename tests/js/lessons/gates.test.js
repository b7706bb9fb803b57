import assert from "node:assert/strict";
import test from "node:test";
import { directRoad, linesOf, meanOpenings } from "../../../static/js/lessons/views/road.js";

const rows = (/** @type {number[][]} */ values) => values.map((row) => Float64Array.from(row));

/** Two units, three steps. @type {any} */
const LSTM = {
  cellName: "lstm", T: 3, H: 2, cell: rows([[0, 0], [0, 0], [0, 0]]),
  dcell: rows([[9, 9], [9, 9], [3, 4]]), dh: rows([[1, 1], [1, 1], [6, 8]]),
  gates: { input: rows([[1, 0], [0, 0], [0, 0]]), forget: rows([[0.9, 0.9], [0, 0.5], [1, 0.5]]), output: rows([[1, 1], [1, 1], [1, 1]]) },
  credit: { dh: rows([[1], [1, 1], [2, 3, 10]]), dcell: rows([[1], [1, 1], [4, 4.5, 5]]) },
};

test("along the direct road only the forget gates multiply, unit by unit", () => {
  assert.deepEqual([...directRoad(LSTM)], [1, Math.hypot(3, 2), 5]);
});

test("the GRU's direct road is at h, by its update gate", () => {
  const gru = { ...LSTM, cellName: "gru", cell: null, dcell: null, gates: { reset: LSTM.gates.input, update: LSTM.gates.forget }, credit: { dh: LSTM.credit.dh, dcell: null } };
  assert.deepEqual([...directRoad(gru)], [2, Math.hypot(6, 4), 10]);
  assert.deepEqual(linesOf(gru).map(({ name }) => name), ["whole", "direct"]);
});

test("all roads begin where the direct one does", () => {
  const [cell, direct, h] = linesOf(LSTM);
  assert.deepEqual([cell.name, direct.name, h.name], ["cell", "direct", "h"]);
  assert.equal(cell.values[2], direct.values[2]);
  assert.deepEqual(Array.from(h.values), [2, 3, 10]);
});

test("openings are means over units and steps", () => {
  const open = meanOpenings(LSTM);
  assert.ok(Math.abs(open.input - 1 / 6) < 1e-12);
  assert.equal(open.output, 1);
  assert.deepEqual(meanOpenings(/** @type {any} */ ({ gates: null, T: 1, H: 1 })), {});
});
