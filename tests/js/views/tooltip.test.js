import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { setMessages } from "../../../static/js/i18n.js";
import { FORWARD, BACKWARD, BEAT } from "../../../static/js/playhead.js";
import { describe, isKnown } from "../../../static/js/views/tooltip.js";
import { run } from "../recurrent.js";

/** @typedef {import("../../../static/js/parts.js").Part} Part */
/** @typedef {import("../../../static/js/playhead.js").Pass} Pass */
setMessages(JSON.parse(readFileSync(new URL("../../../app/pages/locales/en.json", import.meta.url), "utf8")));

test("a part is told with its number", () => {
  const trace = run();
  const said = (/** @type {Part} */ part) => describe(trace, part);
  assert.match(said({ kind: "unit", t: 2, i: 1 }), /^h₂\(2\) = −?0\.\d{3}$/);
  assert.match(said({ kind: "L", t: 1 }), /^L\(1\) = \d/);
  assert.match(said({ kind: "h", t: 1 }), /^‖∂L\/∂h\(1\)‖ = \d/);
  assert.match(said({ kind: "credit", t: 4, k: 2 }), /^‖∂L\(4\)\/∂h\(2\)‖ = \d/);
  assert.match(said({ kind: "W", t: 3 }), /h\(2\) into h\(3\)/);
  assert.match(said({ kind: "U", t: 3 }), /x\(3\) into h\(3\)/);
  assert.match(said({ kind: "V", t: 3 }), /ŷ\(3\)/);
  assert.match(said({ kind: "y", t: 1 }), /^ŷ\(1\) = .*, y\(1\) = 1\.000$/);
  assert.equal(said({ kind: "x", t: 2 }), "x(2) = −1.300");
});

test("text is told by its symbols", () => {
  const trace = { ...run(), output: /** @type {const} */ ("softmax"), symbols: [" ", "b", null, null, null], labels: [" ", "b"], targets: [1, 0, 0, 0, 0],
    yHat: [Float64Array.of(0.75, 0.25)] };
  assert.equal(describe(trace, { kind: "x", t: 1 }), "x(1): a space");
  assert.equal(describe(trace, { kind: "y", t: 1 }), "ŷ(1): 0.25 for the target “b”; most likely a space with 0.75");
});

test("what is not there is told as such, or not at all", () => {
  assert.equal(describe(run({ truncate: 2 }), { kind: "credit", t: 4, k: 1 }), "L(4) does not reach step 1: truncated");
  assert.equal(describe(run({ lossAt: "last" }), { kind: "L", t: 2 }), "Step 2 has no loss");
  assert.equal(describe(run({ lossAt: "last" }), { kind: "credit", t: 2, k: 1 }), "Step 2 has no loss");
  for (const part of /** @type {Part[]} */ ([{ kind: "L", t: 6 }, { kind: "W" }, { kind: "step", t: 2 }, { kind: "unit", t: 1, i: 2 }, { kind: "b", t: 1 }])) {
    assert.equal(describe(run(), part), "");
  }
});

test("no number is told before the pass has it", () => {
  const trace = run(); // T = 5, H = 2
  const known = (/** @type {Part} */ part, /** @type {Pass} */ pass, /** @type {number} */ at, reduced = false) => isKnown(trace, { head: { pass, at }, reduced }, part);
  const during = (/** @type {number} */ beat, /** @type {number} */ ms) => beat + ms / BEAT;
  assert.ok(known({ kind: "x", t: 5 }, "forward", 0));
  assert.ok(!known({ kind: "unit", t: 3, i: 0 }, "forward", during(2, FORWARD.light[0])));
  assert.ok(known({ kind: "unit", t: 3, i: 0 }, "forward", during(2, 650)));
  assert.ok(!known({ kind: "unit", t: 3, i: 1 }, "forward", during(2, 650)));
  assert.ok(known({ kind: "unit", t: 3, i: 1 }, "forward", during(2, FORWARD.light[1])));
  assert.ok(!known({ kind: "y", t: 3 }, "forward", during(2, 1000)));
  assert.ok(known({ kind: "y", t: 3 }, "forward", during(2, FORWARD.predict[1])));
  assert.ok(!known({ kind: "L", t: 3 }, "forward", during(2, 1100)));
  assert.ok(known({ kind: "L", t: 3 }, "forward", 3));
  for (const kind of /** @type {const} */ (["W", "U", "V", "h"])) {
    assert.ok(!known({ kind, t: 3 }, "forward", 5), kind);
    assert.ok(!known({ kind, t: 3 }, "backward", 2), kind);
    assert.ok(known({ kind, t: 3 }, "backward", 3), kind);
    assert.ok(known({ kind, t: 3 }, "path", 0), kind);
  }
  assert.ok(known({ kind: "h", t: 3 }, "backward", during(2, BACKWARD.join[1])));
  assert.ok(!known({ kind: "credit", t: 5, k: 3 }, "backward", during(2, 500)));
  assert.ok(known({ kind: "credit", t: 3, k: 3 }, "backward", during(2, 530)));
  assert.ok(known({ kind: "credit", t: 5, k: 3 }, "backward", during(2, 650)));
  assert.ok(known({ kind: "credit", t: 5, k: 3 }, "backward", during(2, 1), true));
});
