import assert from "node:assert/strict";
import test from "node:test";
import { checkOwn } from "../../../static/js/own/check.js";
import { editable, before, reset, setCell } from "../../../static/js/own/edit.js";
import { readState, writeState } from "../../../static/js/own/file.js";
import { pack, readOwn, unpack } from "../../../static/js/own/link.js";
import { NOTHING, overlay, withOwn } from "../../../static/js/own/own.js";
import { DEFAULTS, toRequest } from "../../../static/js/state.js";

const parameters = { U: [[0.1, 1 / 3]], W: [[-1e-300]], b: [5e-324], V: [[Math.PI]], c: [0] };
/** @type {import("../../../static/js/own/own.js").Own} */
const own = {
  network: { name: "权重.npz", cell: "rnn", normalization: "none", output: "linear", parameters },
  data: { name: "a.csv", x: [[1, 2], [3, 4]], y: [[1], [2]], output: "linear", labels: null, scale: null }, h0: [0.5], cell0: null, edits: [{ of: "W", at: [0, 0], was: 1 }],
};

test("a link keeps every digit", async () => {
  const text = await pack(own);
  assert.match(text, /^1\.[\w-]+$/);
  assert.deepEqual(await unpack(text), own);
  assert.deepEqual(await readOwn(`#own=${text}`, null), own);
  assert.equal(await readOwn("#main", null), null);
});

for (const text of ["", "1.", "1.%%%", "1.AAAA", "9.AAAA", "file", `1.${"A".repeat(100)}`]) {
  test(`#own=${text.slice(0, 12)} is refused in words`, () => assert.rejects(readOwn(`#own=${text}`, null), /^Error: fault\.own\./));
}

for (const [what, value] of Object.entries({
  "no object": 3, "letters for numbers": { network: { parameters: { U: "a", W: [[1]] } } }, "ragged rows": { data: { x: [[1], [1, 2]], y: [[1], [1]] } },
  "too many steps": { data: { x: new Array(201).fill([1]), y: new Array(201).fill([1]) } }, "too wide": { network: { parameters: { U: [[1]], W: [new Array(65).fill(0)] } } },
  "layers": { network: { parameters: { U: [[1]], W: [[1]], W_l1: [[1]] } } }, "a state that is none": { h0: [null] },
})) {
  test(`${what}: refused`, () => assert.throws(() => checkOwn(value), /fault\.own\./));
}

test("unknown fields do not come along", () => {
  assert.deepEqual(checkOwn({ ...own, evil: 1, edits: [...own.edits, { of: 3 }] }), own);
});

test("a state file is its settings and what was brought", () => {
  const settings = { ...DEFAULTS, seed: 7, own };
  assert.deepEqual(readState(JSON.parse(writeState(settings))), settings);
  assert.throws(() => readState({ version: 2, settings: "" }), /fault\.own\.version/);
});

test("what was brought lies over what the settings ask", () => {
  const body = toRequest({ ...DEFAULTS, lossAt: "last", activation: "relu", truncate: 3 }, null);
  const asked = overlay(body, own);
  assert.deepEqual(asked.network, { cell: "rnn", activation: "relu", normalization: "none", output: "linear", parameters });
  assert.deepEqual(asked.data, { kind: "arrays", x: own.data?.x, y: own.data?.y, loss_at: "last", h0: [0.5] });
  assert.equal(asked.truncate, 3);
  assert.equal(body.data.kind, "text", "the question itself stays");
  assert.equal(withOwn(own, { network: null, data: null, h0: null }), null);
});

/** @type {any} */
const trace = { H: 1, cell: null, answer: { network: { cell: "rnn", normalization: "none", output: "linear", parameters: { ...parameters, b_hn: null } }, data: { x: [[1, 2]], y: [[0]], h0: [0], cell0: null } } };

test("a change makes drawn weights own ones, the last one put back gives them back", () => {
  assert.deepEqual(editable(trace), ["U", "W", "b", "V", "c", "x", "h0"]);
  const cell = { of: "U", at: [0, 1] };
  const once = setCell(null, trace, cell, 2);
  assert.deepEqual(once?.network?.parameters.U, [[0.1, 2]]);
  assert.equal(Object.hasOwn(once?.network?.parameters ?? {}, "b_hn"), false);
  assert.equal(trace.answer.network.parameters.U[0][1], 1 / 3, "the answer itself stays");
  const twice = setCell(once, trace, cell, 3);
  assert.equal(before(twice, cell), 1 / 3);
  assert.equal(twice?.edits.length, 1);
  assert.equal(setCell(twice, trace, cell, 1 / 3), null);
  const more = setCell(setCell(twice, trace, { of: "x", at: [0, 0] }, 9), trace, { of: "h0", at: [0] }, -1);
  assert.deepEqual([more?.data?.x, more?.h0, more?.edits.length], [[[9, 2]], [-1], 3]);
  assert.deepEqual(reset(/** @type {any} */ (more), trace, { of: "x", at: [0, 0] })?.data, null);
  assert.equal(reset(/** @type {any} */ (more), trace), null);
});

test("weights from a file stay when their changes are put back", () => {
  const mine = withOwn(NOTHING, { network: { .../** @type {import("../../../static/js/own/own.js").OwnNetwork} */ (own.network), name: "mine" } });
  const changed = setCell(mine, trace, { of: "c", at: [0] }, 4);
  assert.deepEqual(reset(/** @type {any} */ (changed), trace)?.network, mine?.network);
});
