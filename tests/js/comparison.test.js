import assert from "node:assert/strict";
import test from "node:test";
import {
  DEFAULTS, MOST, NETWORKS, PROPERTIES, TASKS, batchOf, checkText, comparisonQuery, cut, hasDelay, instrumentQuery, network, nextNetwork,
  opensAlone, readComparison, readNetwork, refusal, severalSequences, stepsOf, tidy, toRequest, writeComparison, writeNetwork,
} from "../../static/js/comparison.js";
import { DEFAULTS as INSTRUMENT, readSettings } from "../../static/js/state.js";

const catalog = { series: [{ name: "sunspots", start_year: 1700, values: Array.from({ length: 309 }, (_, i) => i) }] };
const settings = (/** @type {Partial<typeof DEFAULTS>} */ part) => ({ ...DEFAULTS, ...part });

test("no query is the seven networks, and they need no query", () => {
  assert.deepEqual(readComparison(""), DEFAULTS);
  assert.equal(writeComparison(DEFAULTS), "");
  assert.deepEqual(NETWORKS.map(({ model }) => model), ["tanh", "sigmoid", "relu", "relu", "tanh", "lstm", "gru"]);
});

test("every property survives the address", () => {
  const all = settings({
    kind: "task", text: "学而时习之 & ?#+%", sequences: 3, from: 1850, steps: 77, numbers: "1, -2.5; 3e2", task: "copy", length: 44, delay: 7, dataSeed: 9,
    lossAt: "last", H: 9, gain: 0.5, seed: 12, distance: 3, scale: [-9, 3], lang: "zh", theme: "dark",
    networks: [network("lstm", { forgetBias: -1.5, scheme: "normal" }), network("relu", { scheme: "identity", radius: null, clipBy: "value", clipAt: 0.25 })],
  });
  assert.deepEqual(readComparison(writeComparison(all)), all);
  for (const { name } of PROPERTIES) assert.notDeepEqual(all[/** @type {keyof typeof all} */ (name)], DEFAULTS[/** @type {keyof typeof all} */ (name)], `${name} is not tried`);
});

test("a network is its model and what is not at its default", () => {
  assert.equal(writeNetwork(network("relu", { radius: 1.6, clipBy: "norm" })), "relu radius 1.6 clipBy norm");
  assert.deepEqual(NETWORKS.map(writeNetwork).map((text) => readNetwork(text)), NETWORKS);
  assert.equal(writeComparison(settings({ networks: [network("tanh", { radius: null })] })), "?n=tanh+radius+off");
});

for (const text of ["", "elman", "toString", "  "]) test(`“${text}” is no network`, () => assert.equal(readNetwork(text), undefined));

test("what a network cannot be is left out", () => {
  assert.deepEqual(readNetwork("lstm normalization batch radius"), network("lstm"));
  assert.deepEqual(readNetwork("tanh radius x forgetBias 3 clipAt 9"), network("tanh"));
  assert.deepEqual(tidy(network("gru", { normalization: "batch", forgetBias: 4 })), network("gru"));
});

test("a query that cannot be read falls back, and no list is longer than the most", () => {
  assert.deepEqual(readComparison("?kind=video&sequences=x&distance=&n=elman&scale=2..1&text=a&%E0%A4%A"), DEFAULTS);
  assert.equal(readComparison(`?${"n=gru&".repeat(20)}`).networks.length, MOST);
  assert.deepEqual(readComparison("?sequences=900&delay=-4&length=0"), settings({ sequences: 32, delay: 0, length: 1 }));
});

test("a text is cut into pieces of one length", () => {
  assert.deepEqual(cut("abcdefgh", 3), ["ab", "cd", "ef"]);
  assert.deepEqual(cut("我爱🙂你", 2), ["我爱", "🙂你"]);
  assert.deepEqual(cut("abc", 8), ["abc"]);
  assert.equal(cut("x".repeat(900), 2)[0].length, 201);
  assert.equal(batchOf(settings({ text: "abcdef", sequences: 8 })), 3);
  assert.equal(stepsOf(settings({ text: "abcdef", sequences: 2 })), 2);
  assert.equal(checkText("ab"), null);
  assert.equal(checkText("a")?.message, "fault.text.short");
  assert.equal(checkText("a".repeat(2001))?.message, "compare.fault.long");
});

test("batch normalization is asked for only over several sequences", () => {
  const one = settings({ sequences: 1 });
  const batch = network("tanh", { normalization: "batch" });
  assert.equal(refusal(batch, one), "batch");
  assert.equal(refusal(network("tanh"), one), null);
  assert.equal(toRequest(one, catalog).networks.length, NETWORKS.length - 1);
  for (const kind of /** @type {const} */ (["text", "sunspots", "numbers", "task"])) {
    for (const text of ["ab", "hello world", DEFAULTS.text]) {
      const several = severalSequences(settings({ kind, text, sequences: 1 }));
      assert.equal(refusal(batch, several), null, kind);
      assert.deepEqual(readComparison(writeComparison(several)), several);
    }
  }
  assert.equal(opensAlone(batch), false);
});

test("the request: one body a network, the data once", () => {
  const { networks, data, include } = toRequest(DEFAULTS, catalog);
  assert.deepEqual(include, ["credit"]);
  assert.equal(data.text.length, 8);
  assert.equal(data.loss_at, "every");
  assert.deepEqual(networks[3], {
    cell: "rnn", activation: "relu", normalization: "none", hidden_size: 32, clip: { by: "norm", threshold: 1 },
    init: { scheme: "orthogonal", gain: 2, spectral_radius: 1.6, seed: 0 },
  });
  assert.deepEqual(networks[5], { cell: "lstm", hidden_size: 32, clip: null, init: { scheme: "orthogonal", gain: 2, spectral_radius: null, forget_bias: 1, seed: 0 } });
});

test("the request of one sequence, of a series and of a task", () => {
  assert.deepEqual(toRequest(settings({ text: "abc", sequences: 1 }), catalog).data, { kind: "text", text: "abc", loss_at: "every" });
  assert.deepEqual(toRequest(settings({ kind: "sunspots", from: 1701, steps: 2 }), catalog).data, { kind: "series", values: [1, 2, 3], loss_at: "every" });
  assert.deepEqual(toRequest(settings({ kind: "numbers", numbers: "1 2", lossAt: "last" }), catalog).data, { kind: "series", values: [1, 2], loss_at: "last" });
  const task = settings({ kind: "task", task: "copy", length: 20, delay: 4, sequences: 3, dataSeed: 5 });
  assert.deepEqual(toRequest(task, catalog).data, { kind: "task", name: "copy", length: 20, delay: 4, batch: 3, seed: 5 });
  assert.deepEqual(TASKS.filter((name) => hasDelay(settings({ kind: "task", task: name }))), ["copy", "temporal_order", "delayed_recall"]);
});

test("a row opens in the instrument with its own settings", () => {
  const one = network("relu", { radius: 1.6, clipBy: "norm", clipAt: 2 });
  const opened = readSettings(instrumentQuery(one, settings({ seed: 4, H: 12, theme: "dark" })));
  const { cell, activation, radius, clipBy, clipAt, seed, H, theme, gain, scale } = opened;
  assert.deepEqual({ cell, activation, radius, clipBy, clipAt, seed, H, theme, gain, scale }, {
    cell: "rnn", activation: "relu", radius: 1.6, clipBy: "norm", clipAt: 2, seed: 4, H: 12, theme: "dark", gain: 2, scale: [-4, 2],
  });
  assert.equal(opened.text, cut(DEFAULTS.text, 8)[0]);
  assert.equal(readSettings(instrumentQuery(network("lstm", { forgetBias: 3 }), DEFAULTS)).forgetBias, 3);
});

test("the instrument's picture leads here: its network first, on its data", () => {
  const there = { ...INSTRUMENT, cell: /** @type {"lstm"} */ ("lstm"), forgetBias: 2, text: "hello there", H: 5, seed: 8 };
  const here = readComparison(comparisonQuery(there));
  assert.deepEqual(here.networks[0], network("lstm", { forgetBias: 2, radius: 0.95 }));
  assert.equal(here.networks.filter(({ model }) => model === "lstm").length, 1);
  assert.deepEqual([here.text, here.sequences, here.H, here.seed, here.gain], ["hello there", 1, 5, 8, 2.5]);
  assert.ok(here.networks.length <= MOST);
});

test("a network is added that is not there yet", () => {
  const networks = [network("tanh"), network("sigmoid")];
  const added = nextNetwork(networks);
  assert.ok(!networks.map(writeNetwork).includes(writeNetwork(added)));
  assert.equal(nextNetwork(NETWORKS).model, "leaky_relu");
});
