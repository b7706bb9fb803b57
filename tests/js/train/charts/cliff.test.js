import assert from "node:assert/strict";
import test from "node:test";
import { fitting, steepest } from "../../../../static/js/train/charts/cliff.js";
import { contour, levels } from "../../../../static/js/train/charts/contours.js";
import { mix } from "../../../../static/js/train/charts/map.js";
import { cliffOf, lossAt, profileOf, readSurface, within } from "../../../../static/js/train/charts/surface.js";

/** A wall right of the middle: 1 before it, 50 behind. */
const answer = (/** @type {any} */ part = {}) => {
  const along = [-1, -0.5, 0, 0.5, 1];
  return { loss: along.map(() => [1, 1, 1.2, 50, 60]), first: along, second: along, here: [0, 0], step: { unclipped: [3, 0], clipped: [0.25, 0] }, gradient_norm: 30, ...part };
};

test("a surface is read with its overflows, and its range is no more than three decades", () => {
  const surface = readSurface(answer({ loss: [[1e-9, null, 1], [1, 2, null], [1000, 1, 1]], first: [-1, 0, 1], second: [-1, 0, 1] }));
  assert.ok(Number.isNaN(surface.loss[0][1]) && surface.here === 2);
  assert.deepEqual(surface.range, [0, 3]);
  const empty = readSurface(answer({ loss: [[null]], first: [0], second: [0], gradient_norm: null, step: { unclipped: null, clipped: null } }));
  assert.ok(empty.range[1] > empty.range[0]);
});

test("the profile runs through the weights; between its points it is straight", () => {
  const surface = readSurface(answer());
  assert.deepEqual(profileOf(surface), [1, 1, 1.2, 50, 60]);
  assert.equal(lossAt(surface, 0.5), 50);
  assert.equal(lossAt(surface, 0.75), 55);
  assert.ok(Number.isNaN(lossAt(surface, 3)) && Number.isNaN(lossAt(surface, -1.01)));
});

test("the cliff is where the loss rises most within one step of the grid; a slope has none", () => {
  assert.deepEqual(cliffOf(readSurface(answer())), { at: 0.25, low: 1.2, high: 50 });
  assert.equal(cliffOf(readSurface(answer({ loss: answer().loss.map(() => [1, 1.2, 1.4, 1.6, 1.8]) }))), null);
  assert.equal(cliffOf(readSurface(answer({ loss: answer().loss.map(() => [null, 0, 1, 1, null]) }))), null);
});

test("a step that leads beyond the plane ends at its edge, in its own direction", () => {
  assert.deepEqual(within([3, -1.5], 1), { end: [1, -0.5], length: Math.hypot(3, 1.5), beyond: true });
  assert.deepEqual(within([0.25, 0], 1), { end: [0.25, 0], length: 0.25, beyond: false });
});

test("level lines cross where the values do", () => {
  assert.deepEqual(contour([[0, 0], [2, 2]], 1), [[1, 0.5, 0, 0.5]]);
  assert.deepEqual(contour([[0, 4], [0, 4]], 1), [[0.25, 0, 0.25, 1]]);
  assert.equal(contour([[0, 1], [1, 0]], 0.5).length, 2);
  assert.deepEqual(contour([[0, NaN], [2, 2]], 1), []);
  assert.deepEqual(contour([[0, 0], [0, 0]], 1), []);
  const hill = Array.from({ length: 9 }, (_, y) => Array.from({ length: 9 }, (_, x) => -Math.hypot(x - 4, y - 4)));
  for (const [x0, y0] of contour(hill, -2.5)) assert.ok(Math.abs(Math.hypot(x0 - 4, y0 - 4) - 2.5) < 0.15);
});

test("levels are even on the log scale, and at least a few", () => {
  for (const [low, high] of [[-3, 0], [-0.4, 0.2], [0.01, 0.02], [-12, 3]]) {
    const found = levels(low, high);
    assert.ok(found.every((v) => v > low && v < high));
    assert.ok(high - low < 0.1 || (found.length >= 4 && found.length <= 12), `${found}`);
  }
});

test("greys are mixed between surface and ink", () => {
  assert.deepEqual([mix("#ffffff", "#000000", 0), mix("#ffffff", "#000000", 0.5), mix("#000000", "#102030", 1)], ["#ffffff", "#808080", "#102030"]);
});

const look = (/** @type {number} */ step, /** @type {number | null} */ total) => /** @type {any} */ ({ step, trace: { gradientNorms: { total } } });

test("the wall is nearest where the fixed sequence's gradient is largest; an overflow has no slope", () => {
  const runs = /** @type {any} */ ([{ moments: [look(0, 99), look(50, 3)] }, { moments: [look(50, 7), look(100, null)] }]);
  const { run, moment } = /** @type {any} */ (steepest({ runs }));
  assert.deepEqual([run, moment.step], [1, 50]);
  assert.equal(steepest({ runs: /** @type {any} */ ([{ moments: [look(0, 5)] }]) }), null);
});

test("the distance fits the step, within reason", () => {
  assert.deepEqual([fitting(look(1, 50), 0.01), fitting(look(1, 0), 0.01), fitting(look(1, 1e9), 0.1)], [1, 0.2, 3]);
});
