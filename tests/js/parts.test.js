import assert from "node:assert/strict";
import test from "node:test";
import { samePart, stepOfPart } from "../../static/js/parts.js";

/** @typedef {import("../../static/js/parts.js").Part} Part */
const same = (/** @type {Part | null} */ a, /** @type {Part} */ b) => samePart(a, b);

test("a part lights itself and nothing of another kind, step or unit", () => {
  assert.ok(same({ kind: "W", t: 3 }, { kind: "W", t: 3 }));
  assert.ok(!same({ kind: "W", t: 3 }, { kind: "U", t: 3 }));
  assert.ok(!same({ kind: "W", t: 3 }, { kind: "W", t: 4 }));
  assert.ok(!same({ kind: "unit", t: 3, i: 0 }, { kind: "unit", t: 3, i: 1 }));
  assert.ok(!same({ kind: "credit", t: 3, k: 1 }, { kind: "credit", t: 3, k: 2 }));
  assert.ok(!same(null, { kind: "W" }));
});

test("a part without a step is every use of it, both ways", () => {
  assert.ok(same({ kind: "W" }, { kind: "W", t: 4 }));
  assert.ok(same({ kind: "W", t: 4 }, { kind: "W" }));
  assert.ok(same({ kind: "credit", t: 3 }, { kind: "credit", t: 3, k: 2 }));
});

test("the step of a part is its own; of a credit cell, the step that receives", () => {
  assert.equal(stepOfPart({ kind: "U", t: 4 }), 4);
  assert.equal(stepOfPart({ kind: "credit", t: 9, k: 3 }), 3);
  assert.equal(stepOfPart({ kind: "credit", t: 9 }), null);
  assert.equal(stepOfPart({ kind: "W" }), null);
  assert.equal(stepOfPart(null), null);
});
