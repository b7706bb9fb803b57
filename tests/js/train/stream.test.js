import assert from "node:assert/strict";
import test from "node:test";
import { openStream } from "../../../static/js/train/stream.js";

const DONE = 'event: steps\ndata: {"from": 1}\n\nevent: done\ndata: {}\n\n';

/** @param {string[]} pieces @param {{ status?: number, headers?: Record<string, string>, hang?: boolean, broken?: boolean }} [how] */
const answer = (pieces, { status = 200, headers = {}, hang = false, broken = false } = {}) => /** @type {any} */ (async (/** @type {any} */ _, /** @type {any} */ { signal }) => {
  signal.throwIfAborted();
  const body = new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      signal.addEventListener("abort", () => controller.error(signal.reason));
      if (broken) controller.error(new TypeError("network error"));
      else if (!hang) controller.close();
    },
  });
  return new Response(body, { status, headers });
});

/** @param {any} fetch @param {{ controller?: AbortController, silence?: number }} [how] */
async function run(fetch, { controller = new AbortController(), silence } = {}) {
  /** @type {string[]} */
  const events = [];
  const outcome = await openStream({ url: "/", body: "{}", signal: controller.signal, fetch, silence, onEvent: (name, data) => events.push(`${name} ${data}`) });
  return { outcome, events };
}

test("events, then done", async () => {
  assert.deepEqual(await run(answer([DONE.slice(0, 9), DONE.slice(9)])), { outcome: { end: "done" }, events: ['steps {"from": 1}', "done {}"] });
});

test("a character may be cut in two", async () => {
  const bytes = new TextEncoder().encode('event: trace\ndata: "记忆"\n\nevent: done\ndata: {}\n\n');
  const fetch = /** @type {any} */ (async () => new Response(new ReadableStream({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  })));
  assert.deepEqual((await run(fetch)).events[0], 'trace "记忆"');
});

test("an end without done is a lost connection", async () => {
  assert.deepEqual((await run(answer(["event: steps\ndata: {}\n\n"]))).outcome, { end: "lost", wait: null });
  assert.deepEqual((await run(answer(["event: st"], { broken: true }))).outcome, { end: "lost", wait: null });
  assert.deepEqual((await run(async () => { throw new TypeError("Failed to fetch"); })).outcome, { end: "lost", wait: null });
});

test("silence is a lost connection", async () => {
  const { outcome } = await run(answer(["event: steps\ndata: {}\n\n"], { hang: true }), { silence: 5 });
  assert.deepEqual(outcome, { end: "lost", wait: null });
});

test("who leaves hears no more", async () => {
  const controller = new AbortController();
  const left = run(answer(["event: steps\ndata: {}\n\n"], { hang: true }), { controller });
  setTimeout(() => controller.abort(), 1);
  assert.deepEqual((await left).outcome, { end: "left" });
  controller.abort();
  assert.deepEqual((await run(answer([DONE]), { controller })), { outcome: { end: "left" }, events: [] });
});

test("a busy server says how long to wait", async () => {
  const busy = (/** @type {string} */ after) => run(answer(["{}"], { status: 503, headers: { "retry-after": after } }));
  assert.deepEqual((await busy("7")).outcome, { end: "lost", wait: 7 });
  assert.deepEqual((await busy("soon")).outcome, { end: "lost", wait: null });
  const date = /** @type {any} */ ((await busy(new Date(Date.now() + 5000).toUTCString())).outcome);
  assert.ok(date.wait > 3 && date.wait <= 5);
});

test("what is refused says why, before the stream or as its last word", async () => {
  const problem = JSON.stringify({ title: "Invalid", status: 422, detail: "no", errors: [{ field: "runs.0.clip", message: "must be > 0" }] });
  for (const fetch of [answer([problem], { status: 422 }), answer([`event: error\ndata: ${problem}\n\n`])]) {
    const { outcome } = await run(fetch);
    assert.equal(outcome.end, "problem");
    const said = /** @type {any} */ (outcome).problem;
    assert.deepEqual([said.kind, said.status, said.errors[0].field], ["refused", 422, "runs.0.clip"]);
  }
});

test("a server that stops is waited for, one that failed is not", async () => {
  const last = (/** @type {number} */ status) => run(answer([`event: checkpoint\ndata: {"step": 3}\n\nevent: error\ndata: {"status": ${status}}\n\n`]));
  assert.deepEqual(await last(503), { outcome: { end: "lost", wait: null }, events: ['checkpoint {"step": 3}'] });
  const { outcome } = await last(500);
  assert.equal(/** @type {any} */ (outcome).problem.kind, "server");
});

test("an event that cannot be read is a problem, not an exception", async () => {
  const { outcome } = await run(answer(["event: error\ndata: {nonsense\n\n"]));
  assert.equal(/** @type {any} */ (outcome).problem.kind, "garbled");
});
