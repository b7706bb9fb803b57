import assert from "node:assert/strict";
import test from "node:test";
import { createAxis } from "../../../../static/js/axis.js";
import { createScales } from "../../../../static/js/scales.js";
import { createGeometry } from "../../../../static/js/views/stage/geometry.js";
import { arrivals, paintRibbon, strandLanes } from "../../../../static/js/views/stage/ribbons.js";
import { bead, level, paintUnits } from "../../../../static/js/views/stage/values.js";
import { run } from "../../recurrent.js";

/** A pen that writes down what it is told. */
function recorder() {
  /** @type {[string, ...any[]][]} */
  const calls = [];
  const pen = new Proxy(/** @type {any} */ ({ calls }), {
    get: (target, name) => {
      if (name in target) return target[name];
      if (name === "createLinearGradient") return () => ({ addColorStop: (/** @type {any[]} */ ...stop) => calls.push(["addColorStop", ...stop]) });
      return (/** @type {any[]} */ ...args) => calls.push([String(name), ...args]);
    },
    set: (target, name, value) => { calls.push([`${String(name)} =`, value]); target[name] = value; return true; },
  });
  const of = (/** @type {string} */ name) => calls.filter(([called]) => called === name).map(([, ...args]) => args);
  return { pen, of };
}

const scales = createScales("light", [-3, 1]);
const g = createGeometry(createAxis({ width: 868, T: 10, narrow: false, fit: true }), 8, false);

test("what arrives at a step is its own loss's gradient and what comes through W", () => {
  const trace = run();
  assert.deepEqual(arrivals(trace, 5).through, 0);
  assert.ok(Math.abs(arrivals(trace, 5).direct - trace.dhNorm[4]) < 1e-12);
  const [da, W] = [trace.da[3], trace.parameters.W];
  const through = Math.hypot(W[0][0] * da[0] + W[1][0] * da[1], W[0][1] * da[0] + W[1][1] * da[1]);
  assert.ok(Math.abs(arrivals(trace, 3).through - through) < 1e-12);
  assert.equal(arrivals(run({ lossAt: "last" }), 3).direct, 0);
});

test("a ribbon is as wide as its norms on the scale, tapered", () => {
  const { pen, of } = recorder();
  paintRibbon(pen, g, scales, { from: [100, 50], to: [60, 50], start: 10, end: 0.1 }, 1);
  const ys = [of("moveTo")[0], ...of("lineTo").slice(0, 3)].map(([, y]) => Math.abs(y - 50) * 2).sort((p, q) => p - q);
  const wanted = [0.1, 10].map((norm) => scales.ribbon(norm, g.axis.ribbon));
  assert.ok(Math.abs(ys[0] - wanted[0]) < 1e-9);
  assert.ok(Math.abs(ys[3] - wanted[1]) < 1e-9);
  assert.deepEqual(of("addColorStop").map(([at, color]) => [at, color]), [[0, scales.norm(10)], [0.5, scales.norm(1)], [1, scales.norm(0.1)]]);
});

test("at or below the floor a ribbon is dotted and has no fill; not grown, there is none", () => {
  const dotted = recorder();
  paintRibbon(dotted.pen, g, scales, { from: [100, 50], to: [60, 50], start: 1e-4, end: 0 }, 1);
  assert.equal(dotted.of("fill").length, 0);
  assert.deepEqual(dotted.of("setLineDash")[0], [[1.5, 3]]);
  const none = recorder();
  paintRibbon(none.pen, g, scales, { from: [100, 50], to: [60, 50], start: 1, end: 1 }, 0);
  assert.equal(none.pen.calls.length, 0);
});

test("strands lie above and below the widest ribbon, within the node's height", () => {
  for (const count of [2, 3, 10, 40]) {
    const { y, most } = strandLanes(g, count);
    assert.equal(y.length, count);
    assert.ok(most > 0);
    y.forEach((lane) => {
      assert.ok(Math.abs(lane - g.node.middle) > g.axis.ribbon / 2);
      assert.ok(lane > g.node.top && lane < g.node.bottom, `${count} strands: ${lane}`);
    });
  }
});

test("a bead's area is its value, and never more than the whole bead", () => {
  const radius = (/** @type {number} */ v) => {
    const { pen, of } = recorder();
    bead(pen, 0, 0, 6, v, scales);
    return of("arc").at(-1)?.[2];
  };
  assert.equal(radius(1), 6);
  assert.equal(radius(-1), 6);
  assert.equal(radius(0.25), 3);
  assert.equal(radius(1e9), 6);
  assert.equal(radius(NaN), 6);
  assert.ok(radius(0) > 0);
});

test("units that are not computed are outlines", () => {
  const { pen, of } = recorder();
  paintUnits(pen, g, scales, new Float64Array(8).fill(1), 35, 3);
  assert.equal(of("fill").length, 3);
  assert.equal(of("stroke").length, 5);
});

test("a numeric value is a bar from the middle of its box, and stays in it", () => {
  const box = { top: 100, bottom: 140 };
  const bar = (/** @type {number} */ v) => {
    const { pen, of } = recorder();
    level(pen, box, 50, 10, v, "black");
    const [x, y, width, height] = of("fillRect")[0];
    assert.deepEqual([x, width], [45, 10]);
    return [y, y + height];
  };
  assert.equal(bar(1.5)[1], 120);
  assert.equal(bar(-1.5)[0], 120);
  assert.equal(bar(1.5)[0], 120 - (bar(-1.5)[1] - 120));
  for (const v of [1e9, -1e9, NaN, Infinity]) assert.ok(bar(v)[0] >= box.top && bar(v)[1] <= box.bottom);
});
