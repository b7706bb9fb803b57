import assert from "node:assert/strict";
import test from "node:test";
import { createAxis } from "../../../../static/js/axis.js";
import { createGeometry, gapBefore, partAt, unitY } from "../../../../static/js/views/stage/geometry.js";

const stageOf = (T = 10, H = 8, { width = 868, narrow = false, fit = true } = {}) => createGeometry(createAxis({ width, T, narrow, fit }), H, narrow);

test("a column's parts stand one above the other, in its middle half", () => {
  for (const g of [stageOf(), stageOf(10, 8, { width: 390, narrow: true }), stageOf(200, 64)]) {
    const order = [g.loss - g.lossMost, g.loss, g.prediction.top, g.prediction.bottom, g.node.top, g.node.bottom, g.input.top, g.input.bottom, g.height];
    order.slice(1).forEach((y, i) => assert.ok(y >= order[i]));
    assert.ok(g.prediction.width < g.axis.column);
    assert.ok(g.input.width < g.axis.column);
  }
});

test("units are beads while there is room for them, else a strip; thin columns lose their outlines", () => {
  assert.deepEqual([stageOf(10, 16).beads, stageOf(10, 24).beads, stageOf(60, 8).beads], [true, false, false]);
  assert.deepEqual([10, 60].map((T) => stageOf(T).roomy), [true, false]);
  assert.deepEqual([60, 200].map((T) => stageOf(T).thin), [false, true]);
});

test("units are spread evenly in the capsule, the first on top", () => {
  const g = stageOf();
  const y = Array.from({ length: 8 }, (_, i) => unitY(g, i, 8));
  assert.ok(y[0] > g.node.top && y[7] < g.node.bottom);
  y.slice(2).forEach((v, i) => assert.ok(Math.abs(v - y[i + 1] - (y[1] - y[0])) < 1e-9));
  assert.equal((unitY(g, 0, 1)), g.node.middle);
});

test("W crosses the gap from the state before; the first from h(0), left of the plot", () => {
  const g = stageOf();
  const [from, to] = gapBefore(g, 3);
  assert.ok(Math.abs(from - (g.axis.center(2) + g.node.width / 2)) < 1e-9);
  assert.ok(Math.abs(to - (g.axis.center(3) - g.node.width / 2)) < 1e-9);
  assert.ok(gapBefore(g, 1)[0] < 0);
});

test("what is pointed at is what is drawn there", () => {
  const g = stageOf();
  const x = g.axis.center(4);
  const kind = (/** @type {number} */ dx, /** @type {number} */ y) => partAt(g, x + dx, y, 8);
  assert.deepEqual(kind(0, g.loss - 5), { kind: "L", t: 4 });
  assert.deepEqual(kind(0, g.target - 5), { kind: "y", t: 4 });
  assert.deepEqual(kind(10, g.prediction.top + 5), { kind: "y", t: 4 });
  assert.deepEqual(kind(0, g.prediction.bottom + 5), { kind: "V", t: 4 });
  assert.deepEqual(kind(0, g.node.bottom + 5), { kind: "U", t: 4 });
  assert.deepEqual(kind(0, g.input.top + 5), { kind: "x", t: 4 });
  assert.deepEqual(kind(0, g.height - 1), { kind: "step", t: 4 });
  assert.deepEqual(kind(-30, g.node.middle), { kind: "W", t: 4 });
  assert.deepEqual(kind(30, g.node.middle), { kind: "W", t: 5 });
  for (let i = 0; i < 8; i += 1) assert.deepEqual(kind(0, unitY(g, i, 8)), { kind: "unit", t: 4, i });
});

test("at the edges it is the nearest step and unit", () => {
  const g = stageOf();
  assert.deepEqual(partAt(g, 1e4, g.node.middle, 8), { kind: "W", t: 10 });
  assert.deepEqual(partAt(g, -40, g.node.middle, 8), { kind: "W", t: 1 });
  assert.deepEqual(partAt(g, g.axis.center(1), g.node.top, 8), { kind: "unit", t: 1, i: 0 });
  assert.deepEqual(partAt(g, g.axis.center(1), g.node.bottom, 8), { kind: "unit", t: 1, i: 7 });
});
