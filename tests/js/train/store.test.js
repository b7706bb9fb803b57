import assert from "node:assert/strict";
import test from "node:test";
import { append, createTraining } from "../../../static/js/train/history.js";
import { createStore, digest, pack } from "../../../static/js/train/store.js";
import { steps, trace } from "./events.js";

function kept() {
  const training = createTraining(["a", "b"], { steps: 100, every: 10 });
  append(training, "steps", steps(0, 1, [3, 2, 1]));
  for (const step of [0, 10]) append(training, "trace", trace(1, step));
  return { key: "k", at: 5, step: 3, saved: { training, checkpoint: { step: 3, text: "{}" }, used: [] } };
}

test("a record holds the numbers that count; moments go one by one", () => {
  const { record, moments } = pack(kept());
  assert.deepEqual([...record.saved.training.runs[0].loss.values], [3, 2, 1]);
  assert.deepEqual(record.saved.training.runs.map((run) => run.moments), [[], []]);
  assert.deepEqual(moments.map(([run, { step }]) => [run, step]), [[1, 0], [1, 10]]);
  assert.deepEqual(record.saved.checkpoint, { step: 3, text: "{}" });
  structuredClone(record);
});

test("texts have names of one length, and different ones", () => {
  const names = ["", "a", "b", "ab", "ba", "记忆", "x".repeat(100_000)].map(digest);
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.every((name) => /^[0-9a-f]{16}$/.test(name)));
});

test("where storage is closed nothing is kept and nothing fails", async () => {
  const closed = /** @type {any} */ ({ open() { throw new Error("SecurityError"); } });
  for (const factory of [closed, /** @type {any} */ (undefined)]) {
    const store = createStore(factory);
    assert.equal(await store.save(kept()), null);
    assert.equal(await store.load("k"), null);
    assert.equal(await store.stepOf("k"), 0);
  }
});
