import assert from "node:assert/strict";
import { test } from "node:test";
import { stepAt } from "../../../static/js/lesson/reading.js";

test("the step that is read is the last one above the line", () => {
  const tops = [-900, -200, 380, 1100];
  assert.equal(stepAt(tops, 400, false), 2);
  assert.equal(stepAt(tops, 379, false), 1);
});

test("above all steps the first one is read, at the end of the page the last one", () => {
  assert.equal(stepAt([500, 900], 400, false), 0);
  assert.equal(stepAt([-900, 100, 600], 400, true), 2);
});
