import assert from "node:assert/strict";
import test from "node:test";
import { flow, runForward } from "../../../static/js/cell/graph.js";
import { wiringOf } from "../../../static/js/cell/wiring.js";
import { distance } from "../recurrent.js";
import { byHand, H, step, STEP } from "./step.js";

const CASES = /** @type {const} */ (["rnn", "layer", "lstm", "gru"]);
const OUTSIDE = new Set(["readout", "next", "cellNext"]);

for (const name of CASES) {
  const trace = step(name);
  const wiring = wiringOf(trace);

  test(`${name}: the graph computes the cell's equations`, () => {
    const { out } = runForward(trace, STEP, wiring);
    const { h, cell } = byHand(name, trace);
    assert.ok(distance(out.h, h) < 1e-14);
    if (cell) assert.ok(distance(out.cell, cell) < 1e-14);
  });

  test(`${name}: the gradient on every inner wire is the slope of the loss, by central differences`, () => {
    const onward = outsideGradients(trace, wiring);
    const { gradients } = flow(trace, STEP, wiring);
    for (const wire of wiring.wires.filter(({ to }) => !OUTSIDE.has(to))) {
      const slope = gradients[wire.id].map((_, i) => {
        const loss = (/** @type {number} */ by) => {
          const { out } = runForward(trace, STEP, wiring, ({ id }, v) => (id === wire.id ? v.map((x, j) => (j === i ? x + by : x)) : v));
          return dot(out.h, onward.h) + (out.cell ? dot(out.cell, onward.cell) : 0);
        };
        return (loss(1e-5) - loss(-1e-5)) / 2e-5;
      });
      assert.ok(distance(slope, gradients[wire.id]) < 1e-8, `${wire.id}: ${[...slope]} and ${[...gradients[wire.id]]}`);
    }
  });

  test(`${name}: what leaves a state adds up to what reaches it`, () => {
    const { gradients, arriving } = flow(trace, STEP, wiring);
    for (const node of wiring.nodes.filter(({ kind }) => kind === "h" || kind === "cell")) {
      const wires = wiring.wires.filter(({ from }) => from === node.id);
      const sum = new Float64Array(H).map((_, i) => wires.reduce((total, { id }) => total + gradients[id][i], 0));
      assert.ok(distance(sum, arriving[node.id]) < 1e-14);
      assert.deepEqual(arriving[node.id], node.kind === "h" ? trace.dh[STEP - 1] : trace.dcell?.[STEP - 1]);
    }
  });
}

test("the last step gets nothing from a step after", () => {
  const trace = { ...step("lstm"), T: STEP };
  const { gradients } = flow(trace, STEP, wiringOf(trace));
  assert.deepEqual([...gradients.next, ...gradients.cellNext], new Array(2 * H).fill(0));
});

test("the first step starts from h(0) and cell(0)", () => {
  const trace = step("lstm");
  const { values } = runForward(trace, 1, wiringOf(trace));
  assert.deepEqual([values.h0, values.cell0], [trace.h0, trace.cell0]);
});

/** The gradients that do not come from inside the step: at h all of it, at the cell state what the step after sends. @param {import("../../../static/js/trace.js").Trace} trace @param {import("../../../static/js/cell/wiring.js").Wiring} wiring */
function outsideGradients(trace, wiring) {
  const h = trace.dh[STEP - 1];
  if (!trace.dcell) return { h, cell: new Float64Array(H) };
  const { out } = runForward(trace, STEP, wiring);
  const through = h.map((g, i) => g * out.output[i] * (1 - Math.tanh(out.cell[i]) ** 2));
  return { h, cell: trace.dcell[STEP - 1].map((g, i) => g - through[i]) };
}

/** @param {Float64Array} p @param {Float64Array} q */
const dot = (p, q) => p.reduce((sum, v, i) => sum + v * q[i], 0);
