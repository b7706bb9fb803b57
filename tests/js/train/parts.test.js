import assert from "node:assert/strict";
import test from "node:test";
import { setMessages } from "../../../static/js/i18n.js";
import { append, createTraining } from "../../../static/js/train/history.js";
import { neighbour } from "../../../static/js/train/keys.js";
import { namesOf, summaryOf } from "../../../static/js/train/names.js";
import { PRESETS, readPreset } from "../../../static/js/train/presets.js";
import { identityOf } from "../../../static/js/train/request.js";
import { surfaceQuestion } from "../../../static/js/train/surface.js";
import { run, writeTraining } from "../../../static/js/training.js";
import { trace } from "./events.js";

const catalog = { series: [{ name: "sunspots", start_year: 1700, values: Array.from({ length: 309 }, (_, i) => i) }] };

test("arrows go from moment to moment, and past the newest to whichever comes", () => {
  const training = createTraining(["a", "b"], { steps: 100, every: 10 });
  for (const [i, step] of [[0, 0], [0, 10], [1, 15], [0, 20]]) append(training, "trace", trace(i, step));
  assert.deepEqual([null, 20, 16, 15, 10, 0].map((at) => neighbour(training, at, -1)), [15, 15, 15, 10, 0, 0]);
  assert.deepEqual([0, 10, 12, 15, 20, null].map((at) => neighbour(training, at, 1)), [10, 15, 15, null, null, null]);
  assert.equal(neighbour(createTraining(["a"], { steps: 1, every: 1 }), null, -1), null);
});

test("runs are told apart by what differs first", () => {
  setMessages({ "train.name.with": "{name}, {mark}", "train.name.clipped": "clipped", "train.name.unclipped": "not clipped", "activation.tanh": "tanh", "cell.lstm": "LSTM", "train.name.rate": "rate {rate}" });
  assert.deepEqual(namesOf([run("tanh"), run("lstm")]), ["tanh", "LSTM"]);
  assert.deepEqual(namesOf([run("tanh"), run("tanh", { clipBy: "norm" })]), ["tanh, not clipped", "tanh, clipped"]);
  assert.deepEqual(namesOf([run("tanh"), run("lstm"), run("tanh", { learningRate: 1 })]), ["tanh, rate 0.01", "LSTM", "tanh, rate 1"]);
  assert.deepEqual(namesOf([run("tanh"), run("tanh")]), ["tanh", "tanh 2"]);
  assert.ok(summaryOf(run("tanh", { truncate: 4, radius: 1 })).length > 3);
  setMessages({});
});

test("presets are trainings of their own, and say so in their address", () => {
  const settings = PRESETS.map(({ query }) => readPreset(query));
  assert.equal(new Set(settings.map((one) => identityOf(one, catalog))).size, PRESETS.length);
  PRESETS.forEach(({ query }, i) => assert.equal(decodeURIComponent(writeTraining(settings[i])), query));
  assert.match(readPreset("?kind=text", "zh").text, /人之初/u);
});

test("the surface is asked for around a moment's own weights, as plain arrays", () => {
  const training = createTraining(["a"], { steps: 10, every: 1 });
  append(training, "trace", trace(0, 3));
  const { request, ...rest } = surfaceQuestion(run("tanh", { clipBy: "norm", learningRate: 0.5 }), training.runs[0].moments[0], { directions: "gradient", span: 2, seed: 7 });
  assert.deepEqual(rest, { directions: "gradient", span: 2, learning_rate: 0.5, seed: 7 });
  assert.deepEqual(request.network.parameters.W, [[3]]);
  assert.deepEqual(request.data, { kind: "arrays", x: [[1], [0]], y: [[0], [1]], h0: [0], loss_at: "every" });
  assert.deepEqual(request.clip, { by: "norm", threshold: 1 });
});
