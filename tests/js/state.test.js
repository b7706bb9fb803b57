import assert from "node:assert/strict";
import test from "node:test";
import {
  DEFAULTS, PROPERTIES, checkNumbers, checkText, fromPreset, parseNumbers, propertyOf, readSettings, samePicture, stepsOf,
  toRequest, wellFormed, writeSettings,
} from "../../static/js/state.js";

const values = Array.from({ length: 309 }, (_, i) => i * i);
const catalog = {
  series: [{ name: "sunspots", start_year: 1700, values }],
  defaults: {
    network: { cell: "rnn", activation: "tanh", normalization: "none", hidden_size: 8, init: { scheme: "orthogonal", gain: 1, spectral_radius: null, seed: 0 } },
    loss_at: "every", clip: null, truncate: null,
  },
};
const settings = (/** @type {Partial<import("../../static/js/state.js").Settings>} */ part) => ({ ...DEFAULTS, ...part });

test("no query is the defaults, and the defaults need no query", () => {
  assert.deepEqual(readSettings(""), DEFAULTS);
  assert.equal(writeSettings(DEFAULTS), "");
});

test("every property survives the address", () => {
  const all = settings({
    kind: "numbers", text: "学而时习之 & ?#+%", from: 1850, steps: 77, numbers: "1, -2.5; 3e2", cell: "lstm", activation: "relu", normalization: "layer", forgetBias: 2, H: 33, scheme: "identity",
    gain: 0.25, radius: null, seed: 4_000_000_000, lossAt: "last", clipBy: "value", clipAt: 0.05, truncate: 9, scale: [-9, 3],
    mode: "forward", pass: "backward", step: 0, path: { t: 9, k: 3 }, zoom: true, fit: true, lab: "clip", hide: ["controls", "header"], lock: ["seed", "H"],
    lang: "zh", theme: "dark",
  });
  assert.deepEqual(readSettings(writeSettings(all)), all);
  for (const { name } of PROPERTIES) assert.notDeepEqual(all[name], DEFAULTS[name], `${name} is not tried`);
});

test("only what differs is written", () => {
  assert.equal(writeSettings(settings({ seed: 5, radius: null })), "?radius=off&seed=5");
});

for (const [query, part] of /** @type {[string, Partial<typeof DEFAULTS>][]} */ ([
  ["H=0", { H: 1 }], ["H=9999", { H: 64 }], ["H=7.6", { H: 8 }], ["radius=9", { radius: 2 }], ["radius=0", { radius: 0.1 }],
  ["from=1600", { from: 1700 }], ["steps=1000", { steps: 200 }], ["seed=-4", { seed: 0 }], ["clipAt=0", { clipAt: 0.001 }],
  ["scale=-99..50", { scale: [-30, 30] }], ["truncate=0", { truncate: 1 }], ["hide=header,nonsense,header", { hide: ["header"] }],
  ["lock=seed,toString,constructor", { lock: ["seed"] }],
])) {
  test(`?${query} is drawn to the edge`, () => assert.deepEqual(readSettings(query), settings(part)));
}

for (const query of [
  "H=abc", "H=", "H=NaN", "H=Infinity", "gain=1e999", "activation=softplus", "kind=arrays", "text=a", "text=", `text=${"a".repeat(202)}`,
  "numbers=1", "numbers=1,x", "scale=3..1", "scale=-3", "path=3", "path=3,9", "path=0,0", "path=999,1", "step=x", "radius=none",
  "lang=fr", "theme=blue", "fit=maybe", "unknown=1", "%E0%A4%A", "H=off",
]) {
  test(`?${query.slice(0, 20)} falls back to the default`, () => assert.deepEqual(readSettings(`?${query}`), DEFAULTS));
}

test("half a surrogate pair is mended", () => {
  assert.equal(wellFormed("a\ud83d"), "a\ufffd");
  assert.equal(wellFormed("a😀"), "a😀");
});

test("the request of a text", () => {
  assert.deepEqual(toRequest(settings({ text: "hallo", clipBy: "norm", clipAt: 2, truncate: 3, lossAt: "last" }), catalog), {
    include: ["credit", "jacobians", "shares"],
    data: { kind: "text", text: "hallo", loss_at: "last" },
    network: { cell: "rnn", activation: "tanh", normalization: "none", hidden_size: 8, init: { scheme: "orthogonal", gain: 2.5, spectral_radius: 0.95, seed: 2 } },
    clip: { by: "norm", threshold: 2 },
    truncate: 3,
  });
});

test("a gated cell has no activation and no normalization; a forget bias is the LSTM's alone", () => {
  const ask = (/** @type {"rnn"|"lstm"|"gru"} */ cell) => toRequest(settings({ cell, activation: "relu", normalization: "layer", forgetBias: 3 }), catalog).network;
  const { init, ...network } = ask("lstm");
  assert.deepEqual(network, { cell: "lstm", hidden_size: 8 });
  assert.equal(init.forget_bias, 3);
  assert.deepEqual(Object.keys(ask("gru").init), ["scheme", "gain", "spectral_radius", "seed"]);
  assert.deepEqual([ask("rnn").activation, ask("rnn").normalization, "forget_bias" in ask("rnn").init], ["relu", "layer", false]);
});

test("a preset of a gated cell is read back, and what it leaves open is at its default", () => {
  const request = { data: { kind: "text", text: "abc" }, network: { cell: "lstm", init: { forget_bias: 2 } } };
  const got = fromPreset({ id: "p", scale: [-3, 1], request }, settings({ zoom: true, normalization: "layer" }), catalog);
  assert.deepEqual([got.cell, got.forgetBias, got.normalization, got.zoom], ["lstm", 2, "none", true]);
});

test("the request of sunspots and of numbers", () => {
  const sunspots = toRequest(settings({ kind: "sunspots", from: 1710, steps: 4 }), catalog);
  assert.deepEqual(sunspots.data, { kind: "series", values: values.slice(10, 15), loss_at: "every" });
  assert.equal("clip" in sunspots, false);
  const numbers = toRequest(settings({ kind: "numbers", numbers: "1,2 −3" }), catalog);
  assert.deepEqual(numbers.data, { kind: "series", values: [1, 2, -3], loss_at: "every" });
});

test("steps: characters, not code units; sunspots end in 2008", () => {
  assert.equal(stepsOf(settings({ text: "a😀b" })), 2);
  assert.equal(stepsOf(settings({ kind: "sunspots", from: 2000, steps: 50 })), 8);
  assert.equal(toRequest(settings({ kind: "sunspots", from: 2000, steps: 50 }), catalog).data.values.length, 9);
  assert.equal(stepsOf(settings({ kind: "numbers", numbers: "1 2\n3" })), 2);
});

test("numbers between commas, spaces, lines, also Chinese ones", () => {
  assert.deepEqual(parseNumbers(" 1,2;3\n4，5、6；−7  8e1 "), [1, 2, 3, 4, 5, 6, -7, 80]);
});

test("what is wrong is said with its numbers", () => {
  assert.equal(checkText("ab"), null);
  assert.deepEqual(checkText("😀"), { message: "fault.text.short", params: { n: 1 } });
  assert.deepEqual(checkText("x".repeat(300)), { message: "fault.text.long", params: { n: 300, most: 201 } });
  assert.equal(checkNumbers("1 2"), null);
  assert.deepEqual(checkNumbers("1 2 three"), { message: "fault.numbers.item", params: { at: 3, item: "three" } });
  assert.deepEqual(checkNumbers(" "), { message: "fault.numbers.short", params: { n: 0 } });
  assert.equal(checkNumbers("1 ".repeat(202))?.message, "fault.numbers.long");
});

test("a preset leaves open what the API's defaults fill, and touches nothing personal", () => {
  const preset = { id: "p", scale: /** @type {[number, number]} */ ([-6, 1]), request: { data: { kind: "text", text: "abc" }, network: { activation: "relu" } } };
  const got = fromPreset(preset, settings({ lang: "zh", theme: "dark", lock: ["H"], seed: 9, path: { t: 3, k: 1 }, step: 2 }), catalog);
  assert.deepEqual(got, settings({
    text: "abc", activation: "relu", gain: 1, radius: null, seed: 0, scale: [-6, 1], lang: "zh", theme: "dark", lock: ["H"],
  }));
});

test("a preset's clip, truncate, loss and years are read back", () => {
  const request = { data: { kind: "series", values: values.slice(250), loss_at: "last" }, clip: { by: "value", threshold: 0.5 }, truncate: 4 };
  const got = fromPreset({ id: "p", scale: [-3, 1], request }, DEFAULTS, catalog);
  assert.deepEqual([got.kind, got.from, got.steps, got.lossAt, got.clipBy, got.clipAt, got.truncate], ["sunspots", 1950, 58, "last", "value", 0.5, 4]);
  const other = fromPreset({ id: "p", scale: [-3, 1], request: { data: { kind: "series", values: [1, 5, 2] } } }, DEFAULTS, catalog);
  assert.deepEqual([other.kind, other.numbers], ["numbers", "1 5 2"]);
});

test("the same picture, whatever else differs", () => {
  assert.equal(samePicture(DEFAULTS, settings({ lang: "zh", numbers: "1 2", step: 3 }), catalog), true);
  assert.equal(samePicture(DEFAULTS, settings({ seed: 3 }), catalog), false);
  assert.equal(samePicture(DEFAULTS, settings({ scale: [-6, 1] }), catalog), false);
});

test("the server's fields belong to controls", () => {
  assert.equal(propertyOf("network.init.spectral_radius", DEFAULTS), "radius");
  assert.equal(propertyOf("network.hidden_size", DEFAULTS), "H");
  assert.equal(propertyOf("clip.threshold", DEFAULTS), "clipAt");
  assert.equal(propertyOf("data.text", DEFAULTS), "text");
  assert.equal(propertyOf("data.values.3", settings({ kind: "numbers" })), "numbers");
  assert.equal(propertyOf("data.values", settings({ kind: "sunspots" })), "from");
  assert.equal(propertyOf("(body)", DEFAULTS), null);
});
