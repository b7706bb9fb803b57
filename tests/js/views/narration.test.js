import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import katex from "katex";
import { setMessages } from "../../../static/js/i18n.js";
import { FORWARD, BACKWARD, BEAT } from "../../../static/js/playhead.js";
import { narrate } from "../../../static/js/views/narration.js";
import { run } from "../recurrent.js";

/** @typedef {import("../../../static/js/trace.js").Trace} Trace */
/** @typedef {import("../../../static/js/playhead.js").Pass} Pass */
const LANGUAGES = /** @type {const} */ (["en", "zh"]);
const WORDS = Object.fromEntries(LANGUAGES.map((name) =>
  [name, JSON.parse(readFileSync(new URL(`../../../app/pages/locales/${name}.json`, import.meta.url), "utf8"))]));

/** @param {Pass} pass @param {number} at @param {Record<string, unknown>} [more] @returns {any} */
const state = (pass, at, more = {}) => ({ head: { pass, at }, step: 1, path: null, narrow: false, settings: { zoom: false }, ...more });

/** @param {(say: (trace: Trace, state: any) => ReturnType<typeof narrate>, words: Record<string, string>, language: string) => void} check */
function inBoth(check) {
  for (const language of LANGUAGES) {
    setMessages(WORDS[language]);
    check((trace, at) => {
      const words = narrate(trace, at);
      assert.doesNotMatch(`${words.title} ${words.note}`, /narration\.|\{\w+\}|undefined|NaN/, language);
      katex.renderToString(words.tex, { trust: true, throwOnError: true, strict: false, macros: { "\\U": "U", "\\W": "W", "\\V": "V" } });
      return words;
    }, WORDS[language], language);
  }
}

/** @param {Partial<Trace>} changes @returns {Trace} */
const traceOf = (changes) => ({ ...run(), ...changes });

test("before anything is computed it says so", () => inBoth((say, words) => {
  assert.equal(say(run(), state("forward", 0)).title, words["narration.forwardStart"]);
  assert.equal(say(run(), state("backward", 0, { step: 5 })).title, words["narration.backwardStart"]);
}));

test("a forward step names its input; the first has no memory", () => {
  const text = traceOf({ symbols: ["h", " ", "学", "\n", "e"] });
  setMessages(WORDS.en);
  const title = (/** @type {number} */ step, narrow = false) => narrate(text, state("forward", step - 0.5, { step, narrow })).title;
  assert.equal(title(1), "Step 1: “h” arrives; there is no memory yet");
  assert.equal(title(2), "Step 2: a space arrives, and step 1 hands over its memory");
  assert.equal(title(3), "Step 3: “学” arrives, and step 2 hands over its memory");
  assert.equal(title(4), "Step 4: “↵” arrives, and step 3 hands over its memory");
  assert.equal(title(5, true), "Step 5: “e” arrives");
  assert.equal(narrate(run(), state("forward", 1.5, { step: 2 })).title, "Step 2: a value arrives, and step 1 hands over its memory");
});

test("units are counted as they light, and not before", () => inBoth((say) => {
  const note = (/** @type {number} */ ms) => say(run(), state("forward", 1 + ms / BEAT, { step: 2 })).note;
  const [from, to] = FORWARD.light;
  assert.equal(note(from - 1), "");
  assert.match(note((from + to) / 2 + 1), /1.*2/);
  assert.notEqual(note(to), note((from + to) / 2 + 1));
}));

test("the formula is of the step, in the activation's own letter", () => {
  setMessages(WORDS.en);
  const tex = (/** @type {string} */ activation) => narrate(traceOf({ activation }), state("forward", 2.5, { step: 3 })).tex;
  assert.match(tex("tanh"), /h\(3\) = \\tanh\(.*x\(3\).*h\(2\)/);
  assert.match(tex("sigmoid"), /\\sigma/);
  assert.match(tex("relu"), /ReLU/);
  assert.match(tex("leaky_relu"), /LReLU/);
  assert.match(tex("identity"), /id/);
});

test("at the end of the forward pass the loss is told", () => inBoth((say, words) => {
  const done = say(traceOf({ total: 24.83 }), state("forward", 5, { step: 5 }));
  assert.match(done.title, /24\.8/);
  assert.equal(done.note, words["narration.backwardNext"]);
  assert.match(say(traceOf({ total: 1.2e-7, lossAt: "last" }), state("forward", 5, { step: 5 })).tex, /1\.2\\times 10\^\{-7\}/);
}));

test("a gradient's norm is told once it has arrived, and a step without loss says so", () => inBoth((say, words) => {
  const at = (/** @type {number} */ ms, /** @type {Partial<Trace>} */ changes = {}) => say(traceOf(changes), state("backward", 1 + ms / BEAT, { step: 4 }));
  assert.doesNotMatch(at(BACKWARD.join[0]).tex, /rVert = /);
  assert.match(at(BACKWARD.join[1]).tex, /rVert = \d/);
  assert.equal(at(600).note, words["narration.strands"]);
  assert.equal(at(600, { lossAt: "last" }).note, words["narration.noLoss"]);
}));

test("the whole backward pass is summed up by its horizon", () => inBoth((say, words) => {
  const end = (/** @type {any} */ horizon) => say(traceOf({ horizon: { half_life: null, doubling: null, r2: null, zeros: 0, ...horizon } }), state("backward", 5)).title;
  assert.equal(end({ half_life: 2.5 }), words["narration.halves"].replace("{steps}", "2.50"));
  assert.equal(end({ doubling: 2, r2: 0.9 }), words["narration.doubles"].replace("{steps}", "2.00"));
  assert.equal(end({ half_life: 0.5, r2: 0.9 }), words["narration.keeps"].replace("{share}", "25%"));
  assert.equal(end({ doubling: 0.5, r2: 0.9 }), words["narration.multiplies"].replace("{times}", "4.00"));
  assert.equal(end({ doubling: 527, r2: 0.05 }), words["narration.unsteady"]);
  assert.equal(end({ zeros: 3 }), words["narration.silent"]);
  assert.equal(end({}), words["narration.backwardDone"]);
  const note = (/** @type {boolean} */ narrow) => say(run(), state("backward", 5, { narrow })).note;
  assert.match(note(false), /0\.90$/);
  assert.equal(note(true), words["narration.fit"].replace("{fit}", "0.90"));
}));

test("a loss that is already zero sends nothing, and that is said", () => inBoth((say, words) => {
  const trace = traceOf({ total: 0, horizon: { half_life: null, doubling: null, r2: null, zeros: 15 } });
  trace.loss.fill(0);
  for (const row of trace.credit.dh) row.fill(0);
  const nothing = words["narration.nothing"].replace("{t}", "4");
  assert.equal(say(trace, state("backward", 5)).title, words["narration.allZero"]);
  assert.equal(say(trace, state("backward", 1.5, { step: 4 })).note, nothing);
  for (const k of [4, 2]) assert.equal(say(trace, state("path", 3, { path: { t: 4, k } })).note, nothing);
  trace.loss[3] = 1;
  assert.equal(say(trace, state("path", 3, { path: { t: 4, k: 2 } })).note, words["narration.nothingFlat"].replace("{t}", "4"));
}));

test("one step is one step", () => {
  setMessages(WORDS.en);
  assert.match(narrate(run(), state("path", 3, { path: { t: 4, k: 3 } })).note, /after 1 step /);
});

test("a path asks its question, and answers it when it has arrived", () => inBoth((say, words) => {
  const path = { t: 4, k: 2 };
  const on = say(run(), state("path", 1, { path }));
  assert.equal(on.note, "");
  assert.doesNotMatch(on.tex, /=/);
  const done = say(run(), state("path", 3, { path }));
  assert.equal(done.title, words["narration.path"].replace("{t}", "4").replace("{k}", "2"));
  assert.match(done.tex, /= /);
  assert.match(done.note, /%/);
  assert.equal(say(run(), state("path", 1, { path: { t: 4, k: 4 } })).note, words["narration.pathNone"]);
  assert.match(say(run({ activation: "identity", W: [[3, 0], [0, 3]] }), state("path", 3, { path })).note, /9/);
}));

test("a path that cannot be says why", () => inBoth((say, words) => {
  const path = { t: 4, k: 1 };
  assert.equal(say(run({ lossAt: "last" }), state("path", 4, { path })).note, words["narration.noLossAt"].replace("{t}", "4"));
  assert.equal(say(run({ truncate: 2 }), state("path", 4, { path })).note, words["narration.truncated"].replace("{w}", "2"));
}));

test("an overflow is the title from the step where it happens", () => inBoth((say, words) => {
  const broken = traceOf({ overflow: { step: 3, what: "h" }, total: NaN });
  const title = words["narration.overflow"].replace("{what}", "h").replace("{step}", "3");
  assert.notEqual(say(broken, state("forward", 1.5, { step: 2 })).title, title);
  assert.equal(say(broken, state("forward", 2.5, { step: 3 })).title, title);
  assert.equal(say(broken, state("forward", 5, { step: 5 })).title, title);
  assert.equal(say(broken, state("backward", 5)).title, title);
}));
