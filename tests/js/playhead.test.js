import assert from "node:assert/strict";
import test from "node:test";
import { BACKWARD, BEAT, FORWARD, backwardProgress, beats, clamp01, ease, forwardProgress, pathProgress, restAt, stage, stepOf } from "../../static/js/playhead.js";

/** @typedef {import("../../static/js/playhead.js").Pass} Pass */
const head = (/** @type {Pass} */ pass, /** @type {number} */ at) => ({ pass, at });
const PATH = { t: 9, k: 3 };

test("the stages of a beat follow one another and fill it", () => {
  for (const stages of [FORWARD, BACKWARD]) {
    const spans = Object.values(stages);
    assert.equal(spans[0][0], 0);
    assert.equal(spans.at(-1)?.[1], BEAT);
    spans.slice(1).forEach(([from], i) => assert.equal(from, spans[i][1]));
  }
});

test("a stage's share runs from 0 to 1 within its span", () => {
  const at = (/** @type {number} */ ms) => stage(ms / BEAT, FORWARD.light);
  assert.deepEqual([0, 500, 650, 800, 1200].map(at), [0, 0, 0.5, 1, 1]);
});

test("the easing starts at 0, ends at 1 and never turns back", () => {
  const values = Array.from({ length: 101 }, (_, i) => ease(i / 100));
  assert.deepEqual([values[0], values[100]], [0, 1]);
  values.slice(1).forEach((v, i) => assert.ok(v >= values[i]));
  assert.deepEqual([-1, 0.5, 7].map(clamp01), [0, 0.5, 1]);
});

test("a pass has a beat a step; a path one a step it touches", () => {
  assert.equal(beats("forward", 10, null), 10);
  assert.equal(beats("backward", 1, null), 1);
  assert.equal(beats("path", 10, PATH), 7);
  assert.equal(beats("path", 10, { t: 4, k: 4 }), 1);
  assert.equal(beats("path", 10, null), 0);
});

test("the forward pass reveals one step after the other, and all is known once it is over", () => {
  const of = (/** @type {Pass} */ pass, /** @type {number} */ at) => [1, 2, 3, 4].map((t) => forwardProgress(head(pass, at), t));
  assert.deepEqual(of("forward", 0), [0, 0, 0, 0]);
  assert.deepEqual(of("forward", 2.25), [1, 1, 0.25, 0]);
  assert.deepEqual(of("forward", 4), [1, 1, 1, 1]);
  assert.deepEqual(of("backward", 0), [1, 1, 1, 1]);
  assert.deepEqual(of("path", 0), [1, 1, 1, 1]);
});

test("the backward pass reveals from the last step, nothing before it", () => {
  const of = (/** @type {Pass} */ pass, /** @type {number} */ at) => [1, 2, 3, 4].map((t) => backwardProgress(head(pass, at), t, 4));
  assert.deepEqual(of("forward", 4), [0, 0, 0, 0]);
  assert.deepEqual(of("backward", 0), [0, 0, 0, 0]);
  assert.deepEqual(of("backward", 1.5), [0, 0, 0.5, 1]);
  assert.deepEqual(of("path", 0), [1, 1, 1, 1]);
});

test("a path's gradient arrives at its loss first, at its step last; without a path pass it is there", () => {
  const of = (/** @type {Pass} */ pass, /** @type {number} */ at) => [9, 8, 4, 3].map((j) => pathProgress(head(pass, at), PATH, j));
  assert.deepEqual(of("path", 0), [0, 0, 0, 0]);
  assert.deepEqual(of("path", 1.5), [1, 0.5, 0, 0]);
  assert.deepEqual(of("path", 7), [1, 1, 1, 1]);
  assert.deepEqual(of("backward", 2), [1, 1, 1, 1]);
});

test("the cursor is on the step under way, and stays within the sequence", () => {
  assert.deepEqual([0, 0.1, 1, 1.1, 10].map((at) => stepOf(head("forward", at), 10, null)), [1, 1, 1, 2, 10]);
  assert.deepEqual([0, 1, 1.1, 10].map((at) => stepOf(head("backward", at), 10, null)), [10, 10, 9, 1]);
  assert.deepEqual([0, 1, 2, 7].map((at) => stepOf(head("path", at), 10, PATH)), [9, 9, 8, 3]);
  assert.equal(stepOf(head("backward", 1), 1, null), 1);
  assert.equal(stepOf(head("forward", 3 + 1e-12), 10, null), 3);
});

test("at rest on a step the cursor is on that step, in every pass", () => {
  for (const pass of /** @type {Pass[]} */ (["forward", "backward"])) {
    for (let t = 1; t <= 10; t += 1) assert.equal(stepOf(restAt(pass, t, 10, null), 10, null), t);
  }
  for (let t = 3; t <= 9; t += 1) assert.equal(stepOf(restAt("path", t, 10, PATH), 10, PATH), t);
  assert.deepEqual([1, 10].map((t) => restAt("path", t, 10, PATH).at), [7, 1]);
});
