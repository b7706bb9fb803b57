import assert from "node:assert/strict";
import test from "node:test";
import { createAxis } from "../../../../static/js/axis.js";
import { lossShare, spansDecades } from "../../../../static/js/views/stage/column.js";
import { createGeometry } from "../../../../static/js/views/stage/geometry.js";

test("bars of losses are the losses", () => {
  const losses = Float64Array.of(1, 4, 2, 0.001);
  assert.equal(spansDecades(losses), false);
  assert.deepEqual(Array.from(losses, (v) => lossShare(v, losses)), [0.25, 1, 0.5, 0.00025]);
});

test("bars of losses that span decades are their logarithms, and say so", () => {
  const losses = Float64Array.of(0, 9, 999, 10 ** 9 - 1, NaN, Infinity);
  assert.equal(spansDecades(losses), true);
  const shares = Array.from(losses.subarray(0, 4), (v) => lossShare(v, losses));
  for (const [i, share] of [0, 1 / 9, 3 / 9, 1].entries()) assert.ok(Math.abs(shares[i] - share) < 1e-12);
});

test("one loss, none or tiny ones do not span anything", () => {
  for (const losses of [Float64Array.of(5000), Float64Array.of(NaN), Float64Array.of(1e-9, 1e-3)]) assert.equal(spansDecades(losses), false);
  assert.equal(lossShare(0, Float64Array.of(0, 0)), 0);
});

test("without letters over them the losses have their room", () => {
  for (const T of [10, 40]) {
    const axis = createAxis({ width: 868, T, narrow: false, fit: true });
    const [lettered, bare] = [createGeometry(axis, 8, false), createGeometry(axis, 8, false, { lettered: false })];
    assert.equal(bare.lossMost, lettered.lossMost + lettered.target);
    assert.ok(bare.loss - bare.lossMost >= 17, "the largest one's number keeps within the stage");
    assert.equal(bare.height, lettered.height);
  }
});
