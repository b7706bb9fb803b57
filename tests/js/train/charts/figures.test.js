import assert from "node:assert/strict";
import test from "node:test";
import { setMessages } from "../../../../static/js/i18n.js";
import { verdictOf } from "../../../../static/js/train/charts/evaluation.js";
import { pathOf, roundTicks } from "../../../../static/js/train/charts/figure.js";
import { rangeOf } from "../../../../static/js/train/charts/forecast.js";
import { classNames, countClasses, kindOf } from "../../../../static/js/train/charts/predictions.js";
import { decadesOf, scoreText } from "../../../../static/js/train/charts/progress.js";

const evaluation = (/** @type {any} */ part) => /** @type {any} */ ({ metric: "accuracy", value: null, baseline_value: null, predictions: null, ...part });

test("numbers, one class a sequence and classes a step are drawn each in their way", () => {
  const kind = (/** @type {string} */ metric, /** @type {any[]} */ target) => kindOf(evaluation({ metric, predictions: { target, predicted: target } }));
  assert.equal(kind("mse", [0.5, 1]), "scatter");
  assert.equal(kind("mse", [[0.5, 1]]), "scatter");
  assert.equal(kind("mse", [[[0.5, 1]]]), null);
  assert.equal(kind("accuracy", [0, 3]), "classes");
  assert.equal(kind("accuracy", [[0, 3]]), "symbols");
  assert.equal(kind("accuracy", []), null);
  assert.equal(kindOf(evaluation({})), null);
});

test("classes are counted, row the target, column the prediction", () => {
  assert.deepEqual(countClasses([0, 0, 2], [0, 2, 2]), [[1, 0, 1], [0, 0, 0], [0, 0, 1]]);
});

test("classes have the names of their data", () => {
  const settings = (/** @type {string} */ task) => /** @type {any} */ ({ settings: { kind: "task", task } });
  assert.equal(classNames(settings("temporal_order"), null)(2), "YX");
  assert.deepEqual([0, 8, 9].map(classNames(settings("copy"), null)), ["A", "·", "→"]);
  assert.equal(classNames(settings("parity"), null)(1), "1");
  assert.equal(classNames(settings("parity"), ["a", " "])(1), "␣");
});

test("a score is written in its own unit, and held against a guess", () => {
  setMessages({});
  assert.deepEqual([scoreText({ metric: "accuracy" }, 0.25), scoreText({ metric: "mse" }, 0.0033), scoreText({ metric: "mse" }, null)], ["25%", "0.0033", "∞"]);
  const verdict = (/** @type {any} */ part) => verdictOf(evaluation(part)).split(".").at(-1);
  assert.equal(verdict({ value: 0.9, baseline_value: 0.25 }), "learned");
  assert.equal(verdict({ value: 0.4, baseline_value: 0.25 }), "better");
  assert.equal(verdict({ value: 0.26, baseline_value: 0.25 }), "guess");
  assert.equal(verdict({ metric: "mse", value: 0.01, baseline_value: 0.167 }), "learned");
  assert.equal(verdict({ metric: "mse", value: 0.3, baseline_value: 0.167 }), "guess");
  assert.equal(verdict({ value: 0.3 }), "");
});

test("decades hold all values; an explosion leaves them", () => {
  const { from, to } = decadesOf([0.3, 0.002, null, NaN], 0.167);
  assert.deepEqual([from, to], [0.001, 1]);
  assert.ok(decadesOf([1e30, 0.1], 0.167).to <= 100);
  assert.ok(decadesOf([], null).to > decadesOf([], null).from);
});

test("a line is broken where there is no number; ticks are round", () => {
  const plot = /** @type {any} */ ({ x: (/** @type {number} */ v) => v, y: (/** @type {number} */ v) => v });
  assert.equal(pathOf([{ x: 0, y: 1 }, { x: 1, y: null }, { x: 2, y: 3 }, { x: 3, y: 4 }], plot), "M0.0 1.0M2.0 3.0L3.0 4.0");
  assert.deepEqual(roundTicks(0, 20, 4), [0, 5, 10, 15, 20]);
  assert.deepEqual(roundTicks(1901, 1940, 4), [1910, 1920, 1930, 1940]);
  assert.deepEqual(roundTicks(3, 3, 4), [3]);
  assert.deepEqual(rangeOf([0, 100]), [0, 112]);
});
