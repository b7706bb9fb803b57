import assert from "node:assert/strict";
import test from "node:test";
import { PHI } from "../../../static/js/phi.js";
import { cellNumber, keeps } from "../../../static/js/views/equation.js";

test("a number fits its cell, however large", () => {
  const cases = { "−2.22": -2.22, "0.00": -0.001, "10.0": 9.996, "−99.9": -99.94, "100": 99.96, "−1235": -1234.6, "1×10⁷": 1.2e7, "∞": Infinity, "–": NaN };
  for (const [text, value] of Object.entries(cases)) assert.equal(cellNumber(value), text);
});

test("what a unit keeps of its gradient is said as it is", () => {
  const key = (/** @type {string} */ name, /** @type {number} */ a) => keeps(PHI[name], a).key.replace("equation.keeps.", "");
  assert.equal(key("tanh", -3.304), "share");
  assert.equal(key("sigmoid", 0), "most");
  assert.equal(key("relu", -1), "nothing");
  assert.equal(key("relu", 1), "all");
  assert.equal(key("identity", 5), "all");
  assert.equal(key("leaky_relu", -1), "share");
  assert.equal(key("tanh", NaN), "over");
  assert.deepEqual([keeps(PHI.tanh, -3.304).slope, keeps(PHI.tanh, -3.304).share], ["0.0054", "0.5%"]);
});
