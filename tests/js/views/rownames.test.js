import assert from "node:assert/strict";
import test from "node:test";
import { namedRows } from "../../../static/js/views/rownames.js";

test("named rows are the first, every fifth, tenth …, and the last, with room between", () => {
  assert.deepEqual(namedRows(10, 13.5), [1, 5, 10]);
  assert.deepEqual(namedRows(3, 34), [1, 2, 3]);
  assert.deepEqual(namedRows(11, 13.5), [1, 5, 11]);
  assert.deepEqual(namedRows(200, 1.3).slice(-3), [160, 180, 200]);
});
