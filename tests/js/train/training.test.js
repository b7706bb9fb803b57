import assert from "node:assert/strict";
import test from "node:test";
import { adjustedOnly, everyOf, identityOf, toLook, toRequest } from "../../../static/js/train/request.js";
import {
  DEFAULTS, LIMITS, MOST, RUNS, RUN_PROPERTIES, PROPERTIES, nextRun, readRun, readTraining, run, tidy, writeRun, writeTraining,
} from "../../../static/js/training.js";

const catalog = { series: [{ name: "sunspots", start_year: 1700, values: Array.from({ length: 309 }, (_, i) => i) }] };

test("a first visit's address is empty", () => {
  assert.equal(writeTraining(DEFAULTS), "");
  assert.deepEqual(readTraining(""), DEFAULTS);
});

test("every setting makes its way through the address", () => {
  const other = {
    kind: "text", task: "copy", length: 12, delay: 3, text: "一二三", from: 1800, steps: 20, numbers: "1 2", batch: 4, chunk: null, holdout: 0.1, temperature: 1.2,
    until: 77, seed: 5, dataSeed: 6, log: false, scale: [-3, 1], lang: "zh", theme: "dark",
  };
  assert.deepEqual(PROPERTIES.map(({ name }) => name).sort(), Object.keys(other).sort());
  const settings = /** @type {any} */ ({ ...other, runs: [run("lstm", { H: 7, truncate: 4 }), run("relu", { radius: 1.2, decay: 0.1 })] });
  assert.deepEqual(readTraining(writeTraining(settings)), settings);
});

test("every property of a run makes its way through the address", () => {
  const other = {
    normalization: "layer", H: 9, scheme: "xavier", gain: 2, radius: 1.1, forgetBias: 2, optimizer: "momentum", learningRate: 0.5, momentum: 0.5, decay: 0.25,
    clipBy: "value", clipAt: 3, truncate: 8,
  };
  assert.deepEqual(RUN_PROPERTIES.map(({ name }) => name).sort(), Object.keys(other).sort());
  for (const [name, value] of Object.entries(other)) {
    const one = tidy(run(name === "forgetBias" ? "lstm" : "tanh", { optimizer: "momentum", clipBy: "norm", [name]: value }));
    assert.deepEqual(readRun(writeRun(one)), one, name);
    assert.ok(writeRun(one).includes(`${name} ${value}`), name);
  }
});

test("a long text stands behind the #", () => {
  const text = "ab".repeat(5000);
  const address = writeTraining({ ...DEFAULTS, kind: "text", text });
  const [search, hash] = address.split("#");
  assert.equal(search, "?kind=text");
  assert.equal(readTraining(search, `#${hash}`).text, text);
  assert.equal(readTraining("?text=hello").text, "hello");
  assert.equal(readTraining("", "#nonsense").text, DEFAULTS.text);
});

test("what cannot be read falls back, what is out of range is drawn in", () => {
  const settings = readTraining("?kind=film&length=1e9&delay=&batch=x&chunk=off&until=0&text=a&r=nothing&r=tanh+H+1e5+learningRate+-1+radius");
  assert.deepEqual([settings.kind, settings.length, settings.delay, settings.batch, settings.chunk, settings.until], ["task", LIMITS.T, 10, 32, null, 1]);
  assert.equal(settings.text, DEFAULTS.text);
  assert.deepEqual(settings.runs, [run("tanh", { H: LIMITS.H, learningRate: LIMITS.learningRate[0] })]);
  assert.equal(readTraining(`?${"r=gru&".repeat(9)}`).runs.length, MOST);
});

test("the question of a task", () => {
  const body = toRequest(DEFAULTS, catalog);
  assert.deepEqual(body.data, { kind: "task", name: "temporal_order", length: 40, delay: 10, batch: 32, seed: 0 });
  assert.deepEqual(Object.keys(body).filter((name) => ["batch", "chunk", "holdout"].includes(name)), []);
  assert.deepEqual(body.runs.map((/** @type {any} */ one) => one.clip), [null, { by: "norm", threshold: 1 }]);
  assert.deepEqual(body.runs[0].optimizer, { name: "momentum", learning_rate: 0.005, momentum: 0.9, schedule: "constant" });
  assert.equal(body.sample, null);
});

test("the question of a text and of a series", () => {
  const text = toRequest({ ...DEFAULTS, kind: "text", text: "记忆 memory" }, catalog);
  assert.deepEqual([text.data, text.batch, text.chunk, text.sample.prompt], [{ kind: "text", text: "记忆 memory" }, 32, 25, "记"]);
  const years = toRequest({ ...DEFAULTS, kind: "sunspots", from: 1749, steps: 3 }, catalog);
  assert.deepEqual([years.data.values, years.holdout, years.sample], [[49, 50, 51, 52], 0.2, null]);
});

test("each run says what it is, and nothing that is not its own", () => {
  const [lstm, relu] = toRequest({ ...DEFAULTS, runs: [run("lstm", { decay: 0.5 }), run("relu", { optimizer: "sgd" })] }, catalog).runs;
  assert.equal(lstm.network.cell, "lstm");
  assert.equal(lstm.network.init.forget_bias, 1);
  assert.ok(!("activation" in lstm.network));
  assert.deepEqual(lstm.optimizer, { name: "adam", learning_rate: 0.01, schedule: "decay", decay: 0.5 });
  assert.equal(relu.network.activation, "relu");
  assert.ok(!("forget_bias" in relu.network.init));
});

test("the look shows one short sequence", () => {
  const look = toLook({ ...DEFAULTS, kind: "text", chunk: 4, text: "hello world" }, catalog);
  assert.equal(look.data.text, "hello");
  assert.equal(toLook(DEFAULTS, catalog).data.batch, 1);
  assert.equal(toLook({ ...DEFAULTS, kind: "sunspots", chunk: null }, catalog).data.values.length, 61);
  assert.deepEqual(look.networks[1].clip, { by: "norm", threshold: 1 });
});

test("how long it goes on is no part of what a training is", () => {
  assert.equal(identityOf({ ...DEFAULTS, until: 5, log: false, theme: "dark" }, catalog), identityOf(DEFAULTS, catalog));
  assert.notEqual(identityOf({ ...DEFAULTS, seed: 9 }, catalog), identityOf(DEFAULTS, catalog));
});

test("rate and clipping may change on the way, nothing else", () => {
  const [first, second] = RUNS;
  const other = (/** @type {any} */ part) => ({ ...DEFAULTS, runs: [{ ...first, ...part }, second] });
  for (const part of [{ learningRate: 1 }, { clipBy: "value", clipAt: 2 }]) assert.ok(adjustedOnly(DEFAULTS, other(part), catalog));
  for (const part of [{ H: 5 }, { optimizer: "adam" }, { truncate: 3 }]) assert.ok(!adjustedOnly(DEFAULTS, other(part), catalog));
  assert.ok(!adjustedOnly(DEFAULTS, { ...DEFAULTS, runs: [first] }, catalog));
});

test("moments come at round steps, some fifty in all", () => {
  assert.deepEqual([1, 10, 50, 220, 500, 600, 800, 1200, 100_000].map(everyOf), [1, 1, 1, 5, 10, 10, 20, 20, 2000]);
});

test("a run that is added differs from those that are there", () => {
  let runs = [run("tanh")];
  while (runs.length < MOST) runs = [...runs, nextRun(runs)];
  assert.equal(new Set(runs.map(writeRun)).size, MOST);
});
