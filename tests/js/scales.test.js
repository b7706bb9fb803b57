import assert from "node:assert/strict";
import test from "node:test";
import { converter } from "culori";
import { createScales, normStops, valueStops } from "../../static/js/scales.js";

/** @typedef {import("../../static/js/scales.js").Theme} Theme */
const THEMES = /** @type {Theme[]} */ (["light", "dark"]);
const oklab = converter("oklab");
const lightness = (/** @type {string} */ color) => oklab(color)?.l ?? NaN;

test("a state's colour is fixed from −1 to 1, and clipped beyond", () => {
  const { value } = createScales("light", [-3, 1]);
  assert.equal(value(-1), "#1a56b8");
  assert.equal(value(1), "#bf4a06");
  assert.equal(value(37), value(1));
  assert.equal(value(-37), value(-1));
  assert.equal(value(Infinity), value(1));
  assert.equal(value(-Infinity), value(-1));
  assert.notEqual(value(0.5), value(-0.5));
});

test("a norm's place on its scale is logarithmic, and 0 at and below the floor", () => {
  const { share } = createScales("light", [-3, 1]);
  assert.deepEqual([10, 1e9, Infinity, NaN, 0.1, 1e-3, 1e-9, 0, -1].map(share), [1, 1, 1, 1, 0.5, 0, 0, 0, 0]);
});

test("the ramp of norms is monotone in lightness in both themes", () => {
  for (const theme of THEMES) {
    const stops = normStops(theme, 33).map(lightness);
    const sign = theme === "light" ? -1 : 1;
    stops.slice(1).forEach((l, i) => assert.ok(sign * (l - stops[i]) > 0, theme));
  }
});

test("what has vanished looks vanished: the floor is close to the surface, and so is a state of zero", () => {
  for (const theme of THEMES) {
    const scales = createScales(theme, [-3, 1]);
    const near = (/** @type {string} */ color) => Math.abs(lightness(color) - lightness(scales.ink.surface)) < 0.09;
    assert.ok(near(scales.norm(1e-9)), theme);
    assert.ok(near(scales.value(0)), theme);
    assert.ok(!near(scales.norm(10)), theme);
  }
});

test("ribbons are 1 px at the floor and the most at the top", () => {
  const { ribbon } = createScales("dark", [-3, 1]);
  assert.deepEqual([0, 1e-3, 0.1, 10, NaN].map((norm) => ribbon(norm, 31)), [1, 1, 16, 31, 31]);
});

test("over is above the scale or no number, gone is at its floor or below", () => {
  const { over, gone } = createScales("light", [-3, 1]);
  assert.deepEqual([10, 10.1, Infinity, NaN].map(over), [false, true, true, true]);
  assert.deepEqual([1e-3, 1.1e-3, 0, NaN].map(gone), [true, false, true, false]);
});

test("another range moves the floor, not the colours", () => {
  const [narrow, wide] = [createScales("light", [-3, 1]), createScales("light", [-12, 6])];
  assert.equal(narrow.norm(1e-3), wide.norm(1e-12));
  assert.equal(narrow.norm(10), wide.norm(1e6));
  assert.deepEqual(wide.range, [-12, 6]);
});

test("legends show the ends of their ramps", () => {
  assert.deepEqual([normStops("light", 7)[0], normStops("light", 7)[6]], ["#fdf6f8", "#210838"]);
  assert.deepEqual([valueStops("dark", 5)[0], valueStops("dark", 5)[4]], ["#79b4ff", "#ff9d52"]);
});
