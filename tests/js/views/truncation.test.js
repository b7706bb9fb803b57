import assert from "node:assert/strict";
import test from "node:test";
import { degrees } from "../../../static/js/views/lab.js";
import { curve } from "../../../static/js/views/truncation.js";

const pairs = (/** @type {number} */ lost) => /** @type {any} */ ([{ name: "W", lost }, { name: "U", lost: 0.9 }]);

test("the curve has the other windows, this one, and the whole sequence, which loses nothing", () => {
  const windows = { w: 5, pairs: pairs(0.1), curve: new Map([[9, pairs(0.01)], [1, pairs(0.6)]]), failed: false };
  assert.deepEqual(curve({ w: 5, T: 12, chosen: "W", windows }), [[1, 0.6], [5, 0.1], [9, 0.01], [12, 0]]);
  assert.deepEqual(curve({ w: null, T: 12, chosen: "U", windows }), [[1, 0.9], [9, 0.9], [12, 0]]);
});

test("what has overflowed is not a point", () => {
  const windows = { w: null, pairs: null, curve: new Map([[1, pairs(NaN)]]), failed: false };
  assert.deepEqual(curve({ w: null, T: 4, chosen: "W", windows }), [[4, 0]]);
});

test("an angle says none only where there is none", () => {
  assert.deepEqual([0, 1e-9, 0.004, 0.26, 9.96, 54.6, NaN].map(degrees), ["0°", "0°", "< 0.1°", "0.3°", "10°", "55°", "–"]);
});
