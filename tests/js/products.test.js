import assert from "node:assert/strict";
import test from "node:test";
import { backwardTerms, contributionsTo, forwardTerms, isLost, topClasses } from "../../static/js/products.js";
import { norm } from "../../static/js/trace.js";
import { distance, run } from "./recurrent.js";

test("the terms of a step add up to its pre-activation", () => {
  const trace = run();
  for (let t = 1; t <= trace.T; t += 1) {
    const { Ux, Wh, b } = forwardTerms(trace, t);
    assert.ok(distance(Ux.map((v, i) => v + Wh[i] + b[i]), trace.a[t - 1]) < 1e-12);
  }
});

test("the first step's memory is h(0)", () => {
  const { Wh } = forwardTerms(run(), 1);
  assert.deepEqual([...Wh], [0, 0]);
});

for (const options of [{}, { lossAt: /** @type {const} */ ("last") }, { truncate: 2 }, { truncate: 1 }, { truncate: 9 }]) {
  test(`the two pieces of the gradient add up to it: ${JSON.stringify(options)}`, () => {
    const trace = run(options);
    for (let t = 1; t <= trace.T; t += 1) {
      const { readout, recurrent } = backwardTerms(trace, t);
      const sum = trace.dh[t - 1].map((_, i) => (readout?.[i] ?? 0) + (recurrent?.[i] ?? 0));
      assert.ok(distance(sum, trace.dh[t - 1]) < 1e-12, `step ${t}`);
    }
  });
}

test("a step without loss has no readout piece, the last no recurrent one", () => {
  const trace = run({ lossAt: "last" });
  assert.equal(backwardTerms(trace, 2).readout, null);
  assert.ok(backwardTerms(trace, 5).readout);
  assert.equal(backwardTerms(trace, 5).recurrent, null);
});

test("a window is named only where it cuts something off", () => {
  const trace = run({ truncate: 3 });
  assert.deepEqual([1, 2, 3, 4, 5].map((t) => backwardTerms(trace, t).windowed), [true, true, false, false, false]);
});

test("every loss that reaches a step contributes; the norms bound the norm of the sum", () => {
  const trace = run();
  const column = contributionsTo(trace, 2, 8);
  assert.deepEqual(column.rows.map(({ t }) => t), [2, 3, 4, 5]);
  assert.deepEqual([column.count, column.cut, column.rest.count], [4, 0, 0]);
  assert.ok(Math.abs(column.used - norm(trace.dh[1])) < 1e-12);
  assert.ok(column.sum >= column.used);
  assert.ok(Math.abs(column.apart - Math.hypot(...column.rows.map((row) => row.norm))) < 1e-12);
});

test("of many, the strongest are kept in order of time, the own loss among them, the rest is bounded", () => {
  const trace = run();
  const full = contributionsTo(trace, 1, 8);
  const short = contributionsTo(trace, 1, 2);
  assert.equal(short.rows.length, 2);
  assert.equal(short.rows[0].t, 1);
  const left = full.rows.filter(({ t }) => !short.rows.some((row) => row.t === t));
  assert.ok(left.every(({ norm: size }) => size <= short.rows[1].norm));
  assert.ok(Math.abs(short.rest.sum - left.reduce((sum, { norm: size }) => sum + size, 0)) < 1e-12);
  assert.equal(short.rest.count, 3);
});

test("losses beyond the window are counted apart", () => {
  const column = contributionsTo(run({ truncate: 2 }), 1, 8);
  assert.deepEqual([column.rows.map(({ t }) => t), column.cut], [[1, 2], 3]);
});

test("the likeliest classes, with the target added once", () => {
  const p = Float64Array.of(0.1, 0.5, 0.05, 0.35);
  assert.deepEqual(topClasses(p, 1, 2).map(({ i }) => i), [1, 3]);
  assert.deepEqual(topClasses(p, 2, 2).map(({ i }) => i), [1, 3, 2]);
  assert.deepEqual(topClasses(p, null, 2).map(({ i }) => i), [1, 3]);
});

test("a step that starts from an infinite state is lost, the one that overflows is not", () => {
  const trace = run();
  trace.h[2].fill(NaN);
  assert.deepEqual([3, 4].map((t) => isLost(trace, t)), [false, true]);
});
