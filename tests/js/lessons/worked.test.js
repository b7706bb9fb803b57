import assert from "node:assert/strict";
import test from "node:test";
import { LONGEST, cycle, smallSettings } from "../../../static/js/lessons/views/small.js";
import { BEATS, KNOWN, ROWS, isKnown, numbersOf, spokenPlace, worked } from "../../../static/js/lessons/views/worked.js";
import { run } from "../recurrent.js";

test("a number is there once its equation is done, what is given always", () => {
  const at = (/** @type {import("../../../static/js/lessons/views/worked.js").Row} */ row, t = 1) => ({ row, t, i: 0 });
  assert.ok(isKnown(at("x", 3), 0) && isKnown(at("b", 3), 0) && isKnown(at("h", 0), 0));
  assert.deepEqual(ROWS.map((row) => isKnown(at(row), 1)), [true, true, true, true, true, true, false, false, false]);
  assert.deepEqual([1, 2, 3, 4].map((beats) => ROWS.filter((row) => isKnown(at(row), beats)).length), [6, 7, 8, 9]);
  assert.equal(isKnown(at("h", 2), BEATS), false);
  assert.equal(isKnown(at("h", 2), BEATS + 1), true);
  assert.equal(Math.max(...Object.values(KNOWN)), BEATS);
});

test("the numbers of a step are the trace's; before the first there is only a state", () => {
  const trace = run();
  assert.equal(numbersOf(trace, "h", 2), trace.h[1]);
  assert.equal(numbersOf(trace, "h", 0), trace.h0);
  assert.equal(numbersOf(trace, "a", 0), null);
  const [Ux, Wh, b, a] = /** @type {const} */ (["Ux", "Wh", "b", "a"]).map((row) => numbersOf(trace, row, 3));
  for (let i = 0; i < trace.H; i += 1) assert.ok(Math.abs((Ux?.[i] ?? 0) + (Wh?.[i] ?? 0) + (b?.[i] ?? 0) - (a?.[i] ?? 0)) < 1e-12);
});

test("how a number comes about, written out", () => {
  const trace = { ...run(), targets: [0, 0, 0, 0, 0] };
  assert.equal(worked(trace, { row: "Ux", t: 1, i: 1 }), "(\\U x(1))_{2} = -0.70\\cdot0.40 = -0.280");
  assert.match(worked(trace, { row: "Wh", t: 2, i: 0 }), /^\(\\W h\(1\)\)_\{1\} = 0\.60\\cdot0\.\d\d \+ \(-0\.40\)\\cdot\(-0\.\d\d\) = 0\.\d{3}$/);
  assert.match(worked(trace, { row: "h", t: 1, i: 0 }), /^h_\{1\}\(1\) = \\tanh\(0\.580\) = 0\.523$/);
  assert.match(worked(trace, { row: "L", t: 1, i: 0 }), /^L\(1\) = -\\log \\hat y_\{1\}\(1\)/);
  for (const row of ROWS) assert.match(worked(trace, { row, t: 2, i: 0 }), /= \S+$/, row);
  assert.equal(worked(trace, { row: "h", t: 0, i: 1 }), "h_{2}(0) = 0.000");
});

test("a place is named", () => {
  assert.match(spokenPlace(run(), { row: "Wh", t: 2, i: 1 }), /^W h\(1\), 2: \S+$/);
  assert.match(spokenPlace(run(), { row: "L", t: 2, i: 0 }), /^L\(2\): \S+$/);
});

test("the small network's settings: a text of T steps, W scaled without stray digits, a first state or none", () => {
  assert.equal(cycle(4), "abcab");
  assert.equal([...smallSettings({ T: LONGEST }).text].length, LONGEST + 1);
  const { own } = smallSettings({ scale: 0.7, zero: true });
  assert.deepEqual(own?.h0, [0, 0, 0, 0]);
  assert.equal(smallSettings({ T: 5, scale: 0.7, zero: true }).own, own); // the same: its link is made once
  assert.ok(own?.network?.parameters.W.flat().every((w) => String(Math.abs(w)).length <= 4));
});
