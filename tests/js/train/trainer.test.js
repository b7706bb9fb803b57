import assert from "node:assert/strict";
import test, { afterEach } from "node:test";
import { createTrainer } from "../../../static/js/train/trainer.js";
import { DEFAULTS, run } from "../../../static/js/training.js";
import { steps, trace } from "./events.js";

const catalog = { series: [] };
/** @type {ReturnType<typeof createTrainer>[]} */
const trainers = [];
afterEach(() => trainers.splice(0).forEach((trainer) => trainer.pause())); // an open stream waits for words, and the tests with it

const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

/** A server that holds the line until it is told what to say, and a page that asks it. @param {any} [part] */
function scene(part = {}) {
  let settings = { ...DEFAULTS, until: 10, runs: [run("tanh")], ...part };
  /** @type {{ body: any, text: string, say(name: string, data: any): void, end(): void, drop(): void, left(): boolean }[]} */
  const asked = [];
  /** @type {{ action: () => void, delay: number }[]} */
  const timers = [];
  /** @type {{ status: number, headers: Record<string, string>, text: string } | null} */
  let refusal = null;
  let clock = 0;
  const fetch = /** @type {any} */ (async (/** @type {string} */ _, /** @type {any} */ { body, signal }) => {
    /** @type {any} */
    let line;
    const stream = new ReadableStream({ start: (controller) => { line = controller; signal.addEventListener("abort", () => controller.error(signal.reason)); } });
    const encode = (/** @type {string} */ text) => new TextEncoder().encode(text);
    asked.push({
      text: body, body: JSON.parse(body), left: () => signal.aborted, end: () => line.close(), drop: () => line.error(new TypeError("network error")),
      say: (name, data) => line.enqueue(encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)),
    });
    return refusal ? new Response(refusal.text, refusal) : new Response(stream);
  });
  const trainer = createTrainer({
    url: "/", catalog, settings: () => settings, onChange: () => {}, fetch, now: () => clock,
    later: (action, delay) => timers.push({ action, delay }),
  });
  trainers.push(trainer);
  trainer.load({ names: settings.runs.map(() => "a") });
  return {
    trainer, asked, timers, last: () => asked[asked.length - 1],
    set: (/** @type {any} */ next) => { settings = { ...settings, ...next }; },
    refuse: (/** @type {any} */ next) => { refusal = next; },
    pass: (/** @type {number} */ ms) => { clock += ms; },
    losses: () => [...trainer.training.runs[0].loss.values.subarray(0, trainer.training.runs[0].loss.length)],
  };
}

/** Train up to step 4, with a checkpoint at 3. @param {any} [part] */
async function started(part) {
  const it = scene(part);
  it.trainer.train();
  await settle();
  it.last().say("trace", trace(0, 0));
  it.last().say("steps", steps(0, 1, [9, 8, 7]));
  it.last().say("checkpoint", { step: 3, runs: ["as it came"] });
  it.last().say("steps", steps(0, 4, [6]));
  await settle();
  return it;
}

test("nothing is asked before Train is pressed", () => {
  const it = scene();
  assert.deepEqual([it.asked.length, it.trainer.training.status], [0, "untrained"]);
});

test("it trains to its end", async () => {
  const it = await started();
  assert.deepEqual([it.trainer.training.status, it.trainer.training.step, it.last().body.steps, it.last().body.resume], ["running", 4, 10, null]);
  it.last().say("steps", steps(0, 5, [5, 4, 3, 2, 1, 0]));
  it.last().say("done", {});
  it.last().end();
  await settle();
  assert.equal(it.trainer.training.status, "done");
  it.trainer.toggle();
  assert.equal(it.asked.length, 1);
});

test("a pause leaves the stream; going on asks from the checkpoint, and no step comes twice", async () => {
  const it = await started();
  it.trainer.toggle();
  assert.deepEqual([it.asked[0].left(), it.trainer.training.status], [true, "paused"]);
  it.trainer.toggle();
  await settle();
  assert.ok(it.last().text.endsWith(',"resume":{"step":3,"runs":["as it came"]}}'));
  it.last().say("steps", steps(0, 4, [6, 5]));
  await settle();
  assert.deepEqual(it.losses(), [9, 8, 7, 6, 5]);
});

test("one step is one more, and then it rests", async () => {
  const it = await started();
  it.trainer.pause();
  it.trainer.step();
  await settle();
  assert.equal(it.last().body.steps, 5);
  it.last().say("steps", steps(0, 4, [6, 5]));
  it.last().say("done", {});
  it.last().end();
  await settle();
  assert.deepEqual([it.trainer.training.status, it.trainer.training.step], ["paused", 5]);
});

test("rewound, it begins anew", async () => {
  const it = await started();
  it.trainer.rewind();
  assert.deepEqual([it.trainer.training.status, it.trainer.training.step, it.asked[0].left()], ["untrained", 0, true]);
  assert.equal(it.trainer.training.runs[0].moments.length, 1);
  it.trainer.train();
  await settle();
  assert.equal(it.last().body.resume, null);
});

test("another rate holds from the last checkpoint on, and is marked there", async () => {
  const it = await started();
  it.set({ runs: [run("tanh", { learningRate: 0.5, clipBy: "norm" })] });
  it.trainer.adjusted();
  await settle();
  assert.ok(it.asked[0].left());
  assert.deepEqual([it.last().body.runs[0].optimizer.learning_rate, it.last().body.resume.step], [0.5, 3]);
  assert.deepEqual(it.losses(), [9, 8, 7]);
  assert.deepEqual(it.trainer.training.changes, [
    { step: 3, run: 0, name: "learningRate", from: 0.01, to: 0.5 }, { step: 3, run: 0, name: "clipBy", from: "none", to: "norm" },
  ]);
});

test("adjusted while it rests, nothing is asked, and what was seen stays until it goes on", async () => {
  const it = await started();
  it.trainer.pause();
  it.set({ runs: [run("tanh", { learningRate: 0.5 })] });
  it.trainer.adjusted();
  assert.deepEqual([it.asked.length, it.trainer.training.step], [1, 4]);
  it.trainer.train();
  await settle();
  assert.deepEqual([it.losses(), it.trainer.training.changes.length], [[9, 8, 7], 1]);
});

test("adjusted before the first checkpoint it simply begins with the new rate", async () => {
  const it = scene();
  it.trainer.train();
  await settle();
  it.last().say("steps", steps(0, 1, [9]));
  await settle();
  it.set({ runs: [run("tanh", { learningRate: 0.5 })] });
  it.trainer.adjusted();
  await settle();
  assert.deepEqual([it.losses(), it.trainer.training.changes, it.last().body.resume], [[], [], null]);
});

test("a connection that breaks is opened again from the checkpoint, later and later", async () => {
  const it = await started();
  for (const delay of [500, 1000, 2000]) {
    it.last().drop();
    await settle();
    assert.equal(it.trainer.training.status, "waiting");
    assert.equal(it.timers[it.timers.length - 1].delay, delay);
    assert.ok(it.trainer.wait > 0);
    it.timers[it.timers.length - 1].action();
    await settle();
    assert.equal(it.last().body.resume.step, 3);
  }
  it.last().say("steps", steps(0, 4, [6, 5]));
  await settle();
  assert.equal(it.trainer.training.status, "running");
  it.last().drop();
  await settle();
  assert.equal(it.timers[it.timers.length - 1].delay, 500);
});

test("a busy server is asked again when it says", async () => {
  const it = scene();
  it.refuse({ status: 503, headers: { "retry-after": "7" }, text: "{}" });
  it.trainer.train();
  await settle();
  assert.deepEqual([it.trainer.training.status, it.timers[0].delay], ["waiting", 7000]);
  it.pass(5000);
  assert.equal(it.trainer.wait, 2);
  it.refuse(null);
  it.trainer.hurry();
  await settle();
  assert.deepEqual([it.asked.length, it.trainer.wait], [2, 0]);
});

test("who pauses while it waits is not surprised later", async () => {
  const it = await started();
  it.last().drop();
  await settle();
  it.trainer.pause();
  assert.equal(it.trainer.training.status, "paused");
});

test("what is refused is a problem, and the history stays", async () => {
  const it = await started();
  it.refuse({ status: 422, headers: {}, text: JSON.stringify({ errors: [{ field: "steps", message: "no" }] }) });
  it.trainer.pause();
  it.trainer.train();
  await settle();
  assert.deepEqual([it.trainer.problem?.kind, it.trainer.training.status, it.trainer.training.step], ["refused", "paused", 4]);
  it.refuse(null);
  it.trainer.train();
  assert.equal(it.trainer.problem, null);
});

test("more steps are asked for while it runs; fewer end it", async () => {
  const it = await started();
  it.set({ until: 20 });
  it.trainer.extend(20);
  await settle();
  assert.deepEqual([it.last().body.steps, it.last().body.resume.step], [20, 3]);
  it.last().say("steps", steps(0, 4, [6, 5, 4]));
  await settle();
  it.trainer.extend(4);
  assert.deepEqual([it.trainer.training.status, it.last().left()], ["done", true]);
});

test("when all runs have diverged there is nothing to go on with", async () => {
  const it = await started();
  it.last().say("diverged", { run: 0, step: 4, what: "W" });
  it.last().say("done", {});
  it.last().end();
  await settle();
  assert.deepEqual([it.trainer.training.status, it.trainer.training.runs[0].diverged], ["done", { step: 4, what: "W" }]);
});

test("steps per second are those of the last seconds", async () => {
  const it = await started();
  assert.ok(Number.isNaN(it.trainer.rate));
  it.pass(1000);
  it.last().say("steps", steps(0, 5, [5, 4]));
  await settle();
  assert.equal(it.trainer.rate, 2 + 1); // from step 3 at the start
  it.pass(10_000);
  it.last().say("steps", steps(0, 7, [3]));
  await settle();
  assert.ok(Number.isNaN(it.trainer.rate));
});

test("what was kept goes on where it was", async () => {
  const it = await started();
  it.trainer.leave();
  const kept = structuredClone(it.trainer.saved);
  const other = scene();
  other.trainer.load(kept);
  assert.deepEqual([other.trainer.training.status, other.trainer.training.step], ["paused", 4]);
  other.trainer.train();
  await settle();
  assert.equal(other.last().body.resume.step, 3);
});
