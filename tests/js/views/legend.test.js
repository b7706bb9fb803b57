import assert from "node:assert/strict";
import test from "node:test";
import { tickExponents, tickOfTen, valueLabels } from "../../../static/js/views/legend.js";

test("numbers on the scales: the floor always, and no more than fit", () => {
  assert.deepEqual(tickExponents([-3, 1], 315, 38), [-3, -2, -1, 0, 1]);
  assert.deepEqual(tickExponents([-3, 1], 100, 38), [-3, -1, 1]);
  assert.deepEqual(tickExponents([-12, 3], 315, 38), [-12, -10, -8, -6, -4, -2, 0, 2]);
  assert.deepEqual([-3, 0, 1].map(tickOfTen), ["10⁻³", "1", "10¹"]);
});

test("states beyond ±1 are clipped, and the labels say so where they can occur", () => {
  assert.deepEqual(valueLabels("tanh"), ["+1", "0", "−1"]);
  assert.deepEqual(valueLabels("relu"), ["≥1", "0", "−1"]);
  assert.deepEqual(valueLabels("identity"), ["≥1", "0", "≤−1"]);
});
