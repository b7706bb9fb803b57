import assert from "node:assert/strict";
import test from "node:test";
import { textOf } from "../../../static/js/lessons/sharing.js";
import { countsOf } from "../../../static/js/lessons/views/counts.js";
import { columnsOf, usesOf, weightAfter } from "../../../static/js/lessons/views/uses.js";
import { norm } from "../../../static/js/trace.js";

/** One unit, one input, three steps. @type {any} */
const TRACE = {
  T: 3, parameters: { U: [Float64Array.of(2)], W: [Float64Array.of(0.5)], b: [Float64Array.of(0)], V: [Float64Array.of(1), Float64Array.of(-1)], c: [Float64Array.of(0, 0)] },
  x: [[1], [0], [-1]].map((row) => Float64Array.from(row)), h0: Float64Array.of(0), h: [[0.5], [0.25], [-0.5]].map((row) => Float64Array.from(row)),
  da: [[1], [-4], [2]].map((row) => Float64Array.from(row)), do_: [[1, -1], [0, 0], [2, -2]].map((row) => Float64Array.from(row)),
  shares: { U: Float64Array.of(1, 0, 2), W: Float64Array.of(0, 2, 0.5), V: Float64Array.of(Math.SQRT1_2, 0, Math.SQRT2) },
};

test("uses are products of the answer's own vectors, and add up to the gradient", () => {
  const W = usesOf(TRACE, "W");
  assert.deepEqual(W.parts.map((part) => [...part]), [[0], [-2], [0.5]]);
  assert.deepEqual([...W.whole], [-1.5]);
  assert.deepEqual([W.size, W.sum, W.rows, W.columns], [1.5, 2.5, 1, 1]);
  assert.deepEqual(W.shadows.map((v) => v + 0), [0, 2, -0.5]);
  const V = usesOf(TRACE, "V");
  assert.deepEqual([V.rows, V.columns], [2, 1]);
  for (const letter of /** @type {const} */ (["U", "W", "V"])) {
    const { parts, norms, shadows, size } = usesOf(TRACE, letter);
    parts.forEach((part, t) => assert.ok(Math.abs(norm(part) - norms[t]) < 1e-12, letter));
    assert.ok(Math.abs(shadows.reduce((sum, v) => sum + v, 0) - size) < 1e-12, letter);
  }
});

test("a whole of zero has no direction, and so no shadows", () => {
  const silent = { ...TRACE, da: TRACE.da.map(() => Float64Array.of(0)) };
  assert.deepEqual(usesOf(silent, "W").shadows, [0, 0, 0]);
});

test("after a step shared weights are one, copies go their own ways", () => {
  const W = usesOf(TRACE, "W");
  const after = (/** @type {boolean} */ tied) => [0, 1, 2].map((t) => weightAfter(W, t, { tied, eta: 0.1 })[0]);
  assert.deepEqual(after(true), [0.65, 0.65, 0.65]);
  assert.deepEqual(after(false), [0.5, 0.7, 0.45]);
});

test("parameters are counted once, or once a step", () => {
  const { rows, shared, untied } = countsOf(TRACE);
  assert.deepEqual(rows.map(({ name, shape, shared: n }) => [name, shape, n]), [["U", "1 × 1", 1], ["W", "1 × 1", 1], ["b", "1", 1], ["V", "2 × 1", 2], ["c", "2", 2]]);
  assert.deepEqual([shared, untied], [7, 21]);
});

test("the text grows without new letters, and its columns stay within the picture", () => {
  for (let T = 3; T <= 12; T += 1) {
    assert.equal(textOf(T).length, T + 1);
    assert.equal(new Set(textOf(T)).size, 3);
    for (const width of [300, 740]) {
      const { plot, whole, column, center } = columnsOf(width, T);
      assert.ok(center(1) > 0 && whole + 0.5 * column < plot);
    }
  }
});
