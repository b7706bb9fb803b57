import assert from "node:assert/strict";
import test from "node:test";
import { equationsOf, GATES, meanKept, roadFactors, roadOf, workedOut } from "../../static/js/gated.js";
import { gateColour, openings } from "../../static/js/views/gates.js";
import { createScales } from "../../static/js/scales.js";

/** Two steps of one LSTM unit, and the norms of three losses. */
const trace = /** @type {any} */ ({
  T: 3, H: 2, cellName: "lstm", truncate: null, lossAt: "every",
  gates: { input: [[1, 1], [0.5, 0.25], [1, 1]], forget: [[1, 1], [0.9, 0.7], [0.5, 0.3]], candidate: [[0, 0], [-0.5, 1], [0, 0]], output: [[1, 1], [0.5, 1], [1, 1]] },
  cell: [[0.4, -1], [0.11, -0.45], [0, 0]], cell0: [0, 0], h: [[0, 0], [0.05, -0.42], [0, 0]], h0: [0, 0],
  credit: { dh: [[1], [0.5, 2], [0.1, 0.4, 1.6]], dcell: [[1], [0.8, 1], [0.3, 0.6, 1]] },
});

test("each factor of a gated road is the ratio of the engine's norms, beside the forget gate's mean", () => {
  const road = roadFactors(trace, { t: 3, k: 1 });
  assert.deepEqual(road.map(({ step }) => step), [3, 2]);
  assert.deepEqual(road.map(({ h }) => h), [0.25, 0.25]);
  assert.deepEqual(road.map(({ cell }) => cell), [0.6, 0.5]);
  assert.deepEqual(road.map(({ left, leftCell }) => [left, leftCell]), [[0.4, 0.6], [0.1, 0.3]]);
  assert.ok(Math.abs(meanKept(trace, 2) - 0.8) < 1e-12);
  const { steps, h, cell, kept } = roadOf(trace, { t: 3, k: 1 });
  assert.equal(steps, 2);
  assert.ok(Math.abs(h - 0.1 / 1.6) < 1e-12 && Math.abs(cell - 0.3) < 1e-12);
  assert.ok(Math.abs(kept - Math.sqrt(0.4 * 0.8)) < 1e-12);
});

test("a window ends the road", () => {
  assert.equal(roadOf({ ...trace, truncate: 2 }, { t: 3, k: 1 }).steps, 1);
});

test("a GRU has no cell state: its factor there is no number", () => {
  const gru = { ...trace, cellName: "gru", gates: { update: trace.gates.forget }, credit: { ...trace.credit, dcell: null } };
  assert.ok(roadFactors(gru, { t: 3, k: 2 }).every(({ cell, kept }) => Number.isNaN(cell) && kept === 0.4));
});

test("one unit is worked out with its own numbers, negative factors in parentheses", () => {
  assert.deepEqual(workedOut(trace, 2, 0), [
    "\\mathit{cell} = 0.90 \\cdot 0.40 + 0.50 \\cdot (-0.50) = 0.11", "h = 0.50 \\cdot \\tanh(0.11) = \\mathbf{0.05}",
  ]);
});

test("every gate of a cell has its equation", () => {
  for (const cellName of /** @type {const} */ (["lstm", "gru"])) {
    const lines = equationsOf({ ...trace, cellName }, 5);
    for (const [, letter] of GATES[cellName]) assert.ok(lines.some((line) => line.startsWith(`${letter}(5) =`)), letter);
    assert.ok(lines.at(-1)?.startsWith("h(5) ="));
  }
});

test("the gates that open and close are shown, not the candidate", () => {
  assert.deepEqual([openings({ cellName: "rnn" }), openings({ cellName: "lstm" }), openings({ cellName: "gru" })], [[], ["input", "forget", "output"], ["reset", "update"]]);
});

test("a closed gate is paper, an open one ink, in both themes", () => {
  for (const theme of /** @type {const} */ (["light", "dark"])) {
    const scales = createScales(theme, [-3, 1]);
    assert.deepEqual([0, 1, -1, 2].map((v) => gateColour(scales, v)), [scales.ink.surface, scales.ink.text, scales.ink.surface, scales.ink.text]);
  }
});
