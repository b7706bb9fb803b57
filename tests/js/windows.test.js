import assert from "node:assert/strict";
import test from "node:test";
import { createWindows, sampleWindows, windowOf } from "../../static/js/windows.js";

/** A server that answers when it is told to. @param {(w: number | null) => any} gradients */
function server(gradients) {
  /** @type {any[]} */ const asked = [];
  /** @type {any} */ let hooks;
  return {
    asked,
    session: (/** @type {any} */ options) => {
      hooks = options;
      return { ask: (/** @type {any} */ body) => void asked.push(body), destroy: () => {} };
    },
    answer() {
      const body = asked.at(-1);
      hooks.onAnswer({ gradients: gradients(body.truncate) }, body);
    },
    fail: () => hooks.onProblem({}, asked.at(-1)),
  };
}

const BODY = { network: { seed: 1 }, data: { text: "abc" }, truncate: 2, clip: { by: "norm", threshold: 1 }, include: ["credit"] };
const picture = (/** @type {number | null} */ truncate, /** @type {number} */ w = 3) => /** @type {any} */ ({ T: 10, truncate, answer: { gradients: { W: [[w, 0]] } } });
const lostBy = (/** @type {ReturnType<typeof createWindows>} */ windows) => windows.now.pairs?.[0].lost;
const wait = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));
/** @type {any} */ (globalThis).window ??= globalThis;

test("a handful of windows, by about equal ratios", () => {
  assert.deepEqual(sampleWindows(10), [1, 2, 3, 4, 6, 9]);
  assert.deepEqual(sampleWindows(2), [1]);
  assert.deepEqual(sampleWindows(1), []);
  for (const T of [3, 30, 200]) {
    const found = sampleWindows(T);
    assert.ok(found.length <= 7 && found[0] === 1 && found.at(-1) === T - 1, `T = ${T}`);
  }
});

test("a window as long as the sequence is none", () => {
  assert.deepEqual([null, 3, 10, 12].map((truncate) => windowOf({ T: 10, truncate })), [null, 3, null, null]);
});

test("the whole gradient is asked for once, without window and clipping, for gradients only", () => {
  const { asked, session, answer } = server(() => ({ W: [[4, 0]] }));
  const windows = createWindows({ onChange: () => {}, session });
  windows.follow(picture(2), BODY);
  assert.deepEqual(asked, [{ network: BODY.network, data: BODY.data, truncate: null, include: [] }]);
  assert.equal(windows.now.pairs, null);
  answer();
  assert.equal(windows.now.w, 2);
  assert.equal(lostBy(windows), 0.25);
  windows.follow(picture(3, 2), { ...BODY, truncate: 3 });
  assert.equal(asked.length, 1);
  assert.equal(lostBy(windows), 0.5);
});

test("a picture that nothing cuts is the whole gradient itself", () => {
  const { asked, session } = server(() => null);
  const windows = createWindows({ onChange: () => {}, session });
  windows.follow(picture(null, 4), { ...BODY, truncate: null });
  assert.deepEqual([windows.now.w, windows.now.pairs], [null, null]);
  windows.follow(picture(2), BODY);
  assert.equal(lostBy(windows), 0.25);
  assert.deepEqual(asked, []);
});

test("another network starts anew; an answer that is late is dropped", () => {
  const { asked, session, answer } = server(() => ({ W: [[4, 0]] }));
  const windows = createWindows({ onChange: () => {}, session });
  windows.follow(picture(2), BODY);
  const other = { ...BODY, network: { seed: 2 } };
  windows.follow(picture(2), other);
  assert.equal(asked.length, 2);
  asked.push(asked[0]);
  answer();
  assert.equal(windows.now.pairs, null);
  asked.push(asked[1]);
  answer();
  assert.equal(lostBy(windows), 0.25);
});

test("other windows are asked for only when wanted, one after the other, never more than eight questions", async () => {
  const { asked, session, answer } = server((w) => ({ W: [[w ?? 10, 0]] }));
  const windows = createWindows({ onChange: () => {}, session, rest: 0 });
  windows.follow(picture(2), BODY);
  answer();
  assert.equal(asked.length, 1);
  windows.explore(true);
  for (let i = 0; i < 12; i += 1) {
    await wait(2);
    if (asked.length > 1 + windows.now.curve.size) answer();
  }
  assert.deepEqual(asked.map(({ truncate }) => truncate), [null, ...sampleWindows(10)]);
  assert.ok(Math.abs((windows.now.curve.get(4)?.[0].lost ?? 0) - 0.6) < 1e-12);
  windows.destroy();
});

test("when the server does not answer, that is known, and it is not asked again", () => {
  const { asked, session, fail } = server(() => null);
  const windows = createWindows({ onChange: () => {}, session });
  windows.follow(picture(2), BODY);
  fail();
  assert.equal(windows.now.failed, true);
  windows.follow(picture(2), BODY);
  assert.equal(asked.length, 1);
});
