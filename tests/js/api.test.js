import assert from "node:assert/strict";
import test from "node:test";
import { createSession } from "../../static/js/api.js";

/** A fetch whose answers are given by hand, in any order. */
function fakeFetch() {
  /** @type {{ body: any, signal: AbortSignal, answer(status: number, text: string): void, fail(error: Error): void }[]} */
  const calls = [];
  const fetch = /** @type {any} */ ((/** @type {string} */ _url, /** @type {RequestInit} */ { body, signal }) =>
    new Promise((resolve, reject) => {
      const abort = /** @type {AbortSignal} */ (signal);
      abort.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
      calls.push({
        body: JSON.parse(String(body)), signal: abort, fail: reject,
        answer: (status, text) => resolve(new Response(text, { status })),
      });
    }));
  return { calls, fetch };
}

/** A session that writes down all that it delivers. @param {number} [timeout] */
function recorded(timeout) {
  const { calls, fetch } = fakeFetch();
  /** @type {any[]} */
  const log = [];
  const session = createSession({
    fetch, timeout, url: "/api/v1/bptt",
    onAnswer: (answer, body) => log.push(["answer", answer.n, body.n]),
    onProblem: (problem, body) => log.push(["problem", problem, body.n]),
    onBusy: (busy) => log.push(["busy", busy]),
  });
  return { calls, log, session, delivered: () => log.filter(([kind]) => kind !== "busy") };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
const ok = (/** @type {number} */ n) => JSON.stringify({ n });

test("an answer is delivered with what was asked, busy around it", async () => {
  const { calls, log, session } = recorded();
  session.ask({ n: 1 });
  calls[0].answer(200, ok(1));
  await settle();
  assert.deepEqual(log, [["busy", true], ["busy", false], ["answer", 1, 1]]);
});

test("a newer question aborts the older, and only the newest is delivered", async () => {
  const { calls, delivered, session } = recorded();
  session.ask({ n: 1 });
  session.ask({ n: 2 });
  session.ask({ n: 3 });
  assert.deepEqual(calls.map(({ signal }) => signal.aborted), [true, true, false]);
  calls[2].answer(200, ok(3));
  calls[0].answer(200, ok(1));
  calls[1].answer(200, ok(2));
  await settle();
  assert.deepEqual(delivered(), [["answer", 3, 3]]);
});

test("an overtaken answer is dropped even where its fetch ignores the abort", async () => {
  /** @type {((response: Response) => void)[]} */
  const resolvers = [];
  /** @type {number[]} */
  const got = [];
  const fetch = /** @type {any} */ (() => new Promise((resolve) => resolvers.push(resolve)));
  const session = createSession({ fetch, url: "/", onAnswer: ({ n }) => got.push(n), onProblem: () => got.push(-1) });
  session.ask({ n: 1 });
  session.ask({ n: 2 });
  resolvers[1](new Response(ok(2)));
  await settle();
  resolvers[0](new Response(ok(1)));
  await settle();
  assert.deepEqual(got, [2]);
});

test("while dragging one is in flight and the newest waits", async () => {
  const { calls, delivered, log, session } = recorded();
  for (const n of [1, 2, 3, 4]) session.ask({ n }, { dragging: true });
  assert.deepEqual(calls.map(({ body }) => body.n), [1]);
  calls[0].answer(200, ok(1));
  await settle();
  assert.deepEqual(calls.map(({ body }) => body.n), [1, 4]);
  calls[1].answer(200, ok(4));
  await settle();
  assert.deepEqual(delivered(), [["answer", 1, 1], ["answer", 4, 4]]);
  assert.deepEqual(log.filter(([kind]) => kind === "busy"), [["busy", true], ["busy", false]]);
});

test("letting go overtakes what the drag had in flight and waiting", async () => {
  const { calls, delivered, session } = recorded();
  session.ask({ n: 1 }, { dragging: true });
  session.ask({ n: 2 }, { dragging: true });
  session.ask({ n: 3 });
  assert.equal(calls[0].signal.aborted, true);
  calls[1].answer(200, ok(3));
  await settle();
  assert.deepEqual(calls.map(({ body }) => body.n), [1, 3]);
  assert.deepEqual(delivered(), [["answer", 3, 3]]);
});

test("the same question is not asked again while it is in flight", async () => {
  const { calls, delivered, session } = recorded();
  session.ask({ n: 1 }, { dragging: true });
  session.ask({ n: 1 });
  assert.equal(calls.length, 1);
  calls[0].answer(200, ok(1));
  await settle();
  assert.deepEqual(delivered(), [["answer", 1, 1]]);
});

test("a problem document keeps its fields", async () => {
  const { calls, delivered, session } = recorded();
  session.ask({ n: 1 });
  calls[0].answer(422, JSON.stringify({ title: "No", detail: "x: bad", errors: [{ field: "data.x", message: "bad", was: 3 }, "junk"] }));
  await settle();
  assert.deepEqual(delivered(), [["problem",
    { kind: "refused", status: 422, title: "No", detail: "x: bad", errors: [{ field: "data.x", message: "bad" }] }, 1]]);
});

for (const [status, text, kind] of /** @type {[number, string, string][]} */ ([
  [503, "{}", "busy"], [500, "<h1>oops</h1>", "server"], [502, "", "server"], [413, "too large", "refused"],
  [200, "<html>", "garbled"], [200, "null", "garbled"], [200, "[]", "garbled"], [422, '{"errors": {"0": 1}}', "refused"],
])) {
  test(`${status} with ${JSON.stringify(text)} is a problem: ${kind}`, async () => {
    const { calls, delivered, session } = recorded();
    session.ask({ n: 1 });
    calls[0].answer(status, text);
    await settle();
    const [[, problem]] = delivered();
    assert.equal(problem.kind, kind);
    assert.equal(problem.status, status);
    assert.deepEqual(problem.errors, []);
  });
}

test("a lost connection is a network problem, and the next question works", async () => {
  const { calls, delivered, session } = recorded();
  session.ask({ n: 1 });
  calls[0].fail(new TypeError("Failed to fetch"));
  await settle();
  session.ask({ n: 2 });
  calls[1].answer(200, ok(2));
  await settle();
  assert.equal(delivered()[0][1].kind, "network");
  assert.deepEqual(delivered()[1], ["answer", 2, 2]);
});

test("a drag goes on after a problem", async () => {
  const { calls, delivered, session } = recorded();
  session.ask({ n: 1 }, { dragging: true });
  session.ask({ n: 2 }, { dragging: true });
  calls[0].answer(500, "");
  await settle();
  calls[1].answer(200, ok(2));
  await settle();
  assert.deepEqual(delivered().map(([kind]) => kind), ["problem", "answer"]);
});

test("silence becomes a timeout", async () => {
  const { delivered, session } = recorded(1);
  session.ask({ n: 1 });
  await settle();
  await settle();
  assert.equal(delivered()[0][1].kind, "timeout");
});

test("a destroyed session delivers nothing", async () => {
  const { calls, delivered, session } = recorded();
  session.ask({ n: 1 });
  session.destroy();
  calls[0].answer(200, ok(1));
  await settle();
  assert.deepEqual(delivered(), []);
});
