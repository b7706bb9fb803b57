import assert from "node:assert/strict";
import test from "node:test";
import { angles } from "../../../static/js/views/contributions.js";

test("how summands point is read from their sum, against right angles", () => {
  const [sum, apart] = [3, Math.sqrt(5)]; // norms 2 and 1
  assert.equal(angles(3, sum, apart), "aligned");
  assert.equal(angles(2.7, sum, apart), "agree");
  for (const share of [0.92, 1, 1.08]) assert.equal(angles(share * apart, sum, apart), "across");
  assert.equal(angles(1, sum, apart), "cancel");
});
