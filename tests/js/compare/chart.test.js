import assert from "node:assert/strict";
import test from "node:test";
import { distanceAt, exitOf, piecesOf, ticksOf, xOf, yOf } from "../../../static/js/compare/geometry.js";
import { dense, placeLabels } from "../../../static/js/compare/labels.js";
import { cellAt, shapeOf } from "../../../static/js/compare/triangle.js";
import { markPath, seriesOf } from "../../../static/js/compare/series.js";

/** @type {import("../../../static/js/compare/geometry.js").Frame} */
const frame = { left: 50, right: 350, top: 20, bottom: 320, width: 450, height: 340, T: 31, range: [-4, 2] };
const curve = (/** @type {number[]} */ ...norms) => Float64Array.from(norms);

test("the axis is logarithmic; 0 and ∞ are beyond it, not on it", () => {
  assert.deepEqual([yOf(frame, 100), yOf(frame, 1e-4), yOf(frame, 1)].map(Math.round), [20, 320, 120]);
  assert.ok(yOf(frame, 0) > frame.bottom + 100 && yOf(frame, Infinity) < frame.top - 100);
  for (const d of [0, 7, 30]) assert.equal(distanceAt(frame, xOf(frame, d)), d);
  assert.deepEqual([distanceAt(frame, -100), distanceAt(frame, 9999)], [0, 30]);
});

test("a line ends inside, or leaves the scale where it crosses it for the last time", () => {
  const of = (/** @type {Float64Array} */ line) => exitOf({ ...frame, T: line.length }, line);
  assert.equal(of(curve(1, 0.1, 0.01)).end, "inside");
  const over = of(curve(1, 10, 1000));
  assert.deepEqual([over.end, Math.round(over.at.x), over.at.y], ["over", 275, 20]);
  const back = of(curve(1, 1e-6, 1, 1e-2, 1e-6));
  assert.deepEqual([back.end, Math.round(back.at.x)], ["under", 313]);
  assert.equal(of(curve(NaN, NaN)).end, "none");
  assert.deepEqual(of(curve(1e9, 1e9)).at, { x: 50, y: 20 });
});

test("where there is no pair the line is broken", () => {
  assert.deepEqual(piecesOf(frame, curve(1, 1, NaN, 1)).map((piece) => piece.length), [2, 1]);
});

test("ticks are round, and the last distance always has one", () => {
  assert.deepEqual(ticksOf(31), [0, 5, 10, 15, 20, 25, 30]);
  assert.deepEqual(ticksOf(30), [0, 5, 10, 15, 20, 25, 29]);
  assert.deepEqual(ticksOf(200), [0, 50, 100, 150, 199]);
  assert.deepEqual(ticksOf(2), [0, 1]);
  assert.equal(ticksOf(100).at(-1), 99);
});

test("labels do not lie on each other", () => {
  const exits = [curve(1, 0.11), curve(1, 0.1), curve(1, 0.09), curve(1, 1e-9), curve(1, 1e-9), curve(1, 1e9), curve(1, 1e9)].map((line) => exitOf({ ...frame, T: 2 }, line));
  const spots = placeLabels(frame, exits.map((exit) => ({ width: 80, exit })), [dense([{ x: 50, y: 120 }, { x: 350, y: 200 }])]);
  const boxes = spots.map((spot) => {
    assert.ok(spot);
    const x0 = spot.anchor === "start" ? spot.x : spot.x - 80;
    assert.ok(x0 >= frame.left && x0 + 80 <= frame.width);
    return { x0, x1: x0 + 80, y: spot.y };
  });
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => assert.ok(a.x1 <= b.x0 || b.x1 <= a.x0 || Math.abs(a.y - b.y) >= 16)));
});

test("a small triangle knows its cells; one loss alone is a strip", () => {
  const T = 10;
  const full = shapeOf(/** @type {any} */ ({ T, losses: Array.from({ length: T }, (_, i) => i + 1) }), 100);
  assert.deepEqual(cellAt(full, 25, 75), { t: 8, k: 3 });
  assert.equal(cellAt(full, 75, 25), null);
  assert.equal(cellAt(full, -1, 50), null);
  const alone = shapeOf(/** @type {any} */ ({ T, losses: [10] }), 100);
  assert.deepEqual([alone.rows, alone.height, cellAt(alone, 55, 5)], [1, 24, { t: 10, k: 6 }]);
});

test("eight networks have eight looks", () => {
  for (const theme of /** @type {const} */ (["light", "dark"])) {
    const looks = Array.from({ length: 8 }, (_, i) => JSON.stringify(seriesOf(i, theme)));
    assert.equal(new Set(looks).size, 8);
  }
  const marks = ["disc", "square", "triangle", "diamond", "cross"].map((mark) => markPath(mark, 4));
  assert.equal(new Set(marks).size, 5);
});
