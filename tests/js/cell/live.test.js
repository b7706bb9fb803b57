import assert from "node:assert/strict";
import test from "node:test";
import { flow } from "../../../static/js/cell/graph.js";
import { computed, handedOn, inNumbers, largestUnit, workOf } from "../../../static/js/cell/live.js";
import { wiringOf } from "../../../static/js/cell/wiring.js";
import { fixed } from "../../../static/js/format.js";
import { norm } from "../../../static/js/trace.js";
import { atOperation, standOf } from "../../../static/js/views/cell/cell.js";
import { step, STEP } from "./step.js";

const trace = step("lstm");
const wiring = wiringOf(trace);
const flowing = flow(trace, STEP, wiring);
const named = (/** @type {string} */ name) => /** @type {import("../../../static/js/cell/wiring.js").Operation} */ (wiring.operations.find((operation) => operation.name === name));

test("an operation works in the node that is not merely a name for the result", () => {
  assert.deepEqual(["cell", "show", "sum", "forget"].map((name) => workOf(wiring, named(name)).id), ["add", "show", "sum", "forget"]);
});

test("a gate in numbers is a sigmoid of its pre-activation, a product has both factors", () => {
  const [a, f] = [flowing.values.aForget[1], flowing.out.forget[1]];
  const text = (/** @type {number} */ v) => fixed(v, 2).replace("−", "-");
  assert.deepEqual(inNumbers(wiring, named("forget"), flowing, 1, "tanh"), { unit: true, tex: `\\sigma(${text(a)}) = \\mathbf{${text(f)}}` });
  assert.match(inNumbers(wiring, named("keep"), flowing, 1, "tanh").tex, /\\cdot/);
});

test("stacked results have no one unit: their norm stands for them", () => {
  assert.deepEqual(["input", "memory", "sum"].map((name) => inNumbers(wiring, named(name), flowing, 0, "tanh").unit), [false, false, false]);
});

test("sizes are norms of the result and of the gradient handed on", () => {
  assert.equal(computed(named("show"), flowing), norm(flowing.out.h));
  assert.equal(handedOn(named("cell"), flowing), norm(/** @type {Float64Array[]} */ (trace.dcell)[STEP - 1]));
});

test("the largest unit by size, whatever its sign", () => {
  assert.equal(largestUnit(Float64Array.of(0.1, -0.9, 0.5)), 1);
});

const state = (/** @type {"forward" | "backward"} */ pass, /** @type {number} */ at, /** @type {number} */ cursor) =>
  /** @type {any} */ ({ head: { pass, at }, step: cursor, playing: false, reduced: false });

test("the cell stands where the playhead stands, operation by operation, both ways", () => {
  assert.deepEqual(standOf(state("forward", 1.5, 2), 3, 12, null), { backward: false, done: 6, current: 5, pointed: null });
  assert.deepEqual(standOf(state("backward", 1.25, 2), 3, 12, null), { backward: true, done: 3, current: 9, pointed: null });
  assert.equal(standOf(state("forward", 0, 1), 3, 12, null).current, -1);
});

test("picking an operation puts the playhead after it", () => {
  for (const pass of /** @type {const} */ (["forward", "backward"])) {
    for (let index = 0; index < 11; index += 1) {
      const at = atOperation(state(pass, 0, 2), 3, 11, index);
      assert.equal(standOf(state(pass, at, 2), 3, 11, null).current, index);
    }
  }
});
