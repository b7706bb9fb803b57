import assert from "node:assert/strict";
import test from "node:test";
import { createPlayer, SPEEDS } from "../../static/js/player.js";
import { BEAT } from "../../static/js/playhead.js";

/** @typedef {import("../../static/js/player.js").Player} Player */

/** A player of T steps at its end, as the page opens; `changes` counts what the page is told. @param {number} T */
function opened(T) {
  const told = { changes: 0 };
  const player = createPlayer({ onChange: () => { told.changes += 1; } });
  player.setLength(T);
  player.restore({ mode: "both", pass: "forward", step: null, path: null });
  return { player, told };
}

/** @param {Player} player */
const where = ({ head, step, playing }) => `${head.pass} ${Number(head.at.toFixed(6))} step ${step}${playing ? " playing" : ""}`;

/** Let the player run until it stops. @param {Player} player @param {{ frame?: number, reduced?: boolean }} [how] @returns {string[]} passes and beats shown */
function run(player, { frame = 16.7, reduced = false } = {}) {
  const seen = [];
  for (let i = 0; player.moving; i += 1) {
    assert.ok(i < 100_000, "it never stops");
    player.tick(frame, reduced);
    seen.push(`${player.head.pass} ${player.head.at}`);
  }
  return seen;
}

test("the page opens at the end of the backward pass", () => {
  const { player } = opened(10);
  assert.equal(where(player), "backward 10 step 1");
  assert.equal(player.mode, "both");
});

test("play from the end starts over, runs forward, then backward, and stops exactly at the end", () => {
  for (const T of [1, 2, 10]) {
    for (const frame of [7, 16.7, 100]) {
      const { player } = opened(T);
      player.play();
      assert.equal(where(player), "forward 0 step 1 playing");
      const seen = run(player, { frame });
      assert.deepEqual(player.head, { pass: "backward", at: T });
      const over = seen.findIndex((place) => place.startsWith("backward"));
      assert.equal(seen[over], "backward 0");
      assert.ok(seen.slice(over).every((place) => place.startsWith("backward")));
    }
  }
});

test("shares of a beat that do not add up to whole ones still end at the end", () => {
  for (let frame = 1; frame < 100; frame += 0.7) {
    const { player } = opened(3);
    player.setSpeed(8);
    player.play();
    run(player, { frame });
    assert.equal(player.head.at, 3, `frames of ${frame} ms`);
  }
});

test("one pass alone stops at its own end", () => {
  const { player } = opened(4);
  player.setMode("forward");
  assert.equal(where(player), "forward 0 step 1");
  player.play();
  run(player);
  assert.equal(where(player), "forward 4 step 4");
  player.setMode("backward");
  assert.equal(where(player), "backward 0 step 4");
  player.play();
  run(player);
  assert.equal(where(player), "backward 4 step 1");
});

test("a pause waits for the end of the beat", () => {
  const { player } = opened(10);
  player.play();
  while (player.head.at < 2.3) player.tick(16.7, false);
  player.pause();
  assert.equal(player.playing, false);
  assert.equal(player.moving, true);
  run(player);
  assert.equal(where(player), "forward 3 step 3");
});

test("a pause that is taken back plays on; toggling is pause and play", () => {
  const { player } = opened(10);
  player.toggle();
  player.tick(BEAT / 4, false);
  player.toggle();
  assert.equal(player.playing, false);
  player.toggle();
  assert.equal(player.playing, true);
  run(player);
  assert.equal(where(player), "backward 10 step 1");
});

test("a pause in the last beat of the forward pass does not begin the backward one", () => {
  const { player } = opened(2);
  player.play();
  while (player.head.at < 1.5) player.tick(100, false);
  player.pause();
  run(player);
  assert.equal(where(player), "forward 2 step 2");
  player.play();
  player.tick(100, false);
  assert.equal(player.head.pass, "backward");
});

test("with reduced motion only whole beats show, and a pause shows no further one", () => {
  const { player } = opened(5);
  player.play();
  const seen = run(player, { frame: 100, reduced: true });
  assert.ok(seen.every((place) => Number.isInteger(Number(place.split(" ")[1]))));
  assert.equal(new Set(seen).size, 11); // forward 0…4, its end handed over at once, backward 0…5
  player.play();
  while (player.head.at < 2) player.tick(100, true);
  player.pause();
  run(player, { reduced: true });
  assert.equal(where(player), "forward 2 step 2");
});

test("motion reduced in the middle of a beat: a pause finishes it", () => {
  const { player } = opened(5);
  player.play();
  while (player.head.at < 1.5) player.tick(50, false);
  player.pause();
  run(player, { reduced: true });
  assert.equal(where(player), "forward 2 step 2");
});

test("speed multiplies", () => {
  assert.deepEqual(SPEEDS, [0.5, 1, 2, 8]);
  const beats = SPEEDS.map((speed) => {
    const { player } = opened(10);
    player.setSpeed(speed);
    player.play();
    player.tick(BEAT / 8, false);
    return player.head.at;
  });
  assert.deepEqual(beats, [1 / 16, 1 / 8, 1 / 4, 1]);
});

test("steps go on and back through both passes, each the other's way", () => {
  const { player } = opened(2);
  player.first();
  const seen = [where(player)];
  for (let i = 0; i < 5; i += 1) {
    player.next();
    seen.push(where(player));
  }
  const on = ["forward 0 step 1", "forward 1 step 1", "forward 2 step 2", "backward 1 step 2", "backward 2 step 1"];
  assert.deepEqual(seen, [...on, on[4]]);
  const back = on.map(() => {
    player.previous();
    return where(player);
  });
  assert.deepEqual(back, [...on.slice(0, 4).reverse(), on[0]]);
});

test("from the very start of the backward pass a step back takes a step from the forward pass", () => {
  const { player } = opened(3);
  player.restore({ mode: "both", pass: "backward", step: 0, path: null });
  player.previous();
  assert.equal(where(player), "forward 2 step 2");
});

test("a step in the middle of a beat goes to its end, or to its start", () => {
  const { player } = opened(5);
  player.play();
  while (player.head.at < 1.4) player.tick(50, false);
  player.next();
  assert.equal(where(player), "forward 2 step 2");
  player.play();
  player.tick(300, false);
  player.previous();
  assert.equal(where(player), "forward 2 step 2");
  assert.equal(player.moving, false);
});

test("a single pass has no way into the other", () => {
  const { player } = opened(2);
  player.setMode("backward");
  player.previous();
  assert.equal(where(player), "backward 0 step 2");
  player.setMode("forward");
  for (let i = 0; i < 4; i += 1) player.next();
  assert.equal(where(player), "forward 2 step 2");
});

test("seeking puts the cursor on a finished step of the pass that is on", () => {
  const { player } = opened(10);
  player.seek(7);
  assert.equal(where(player), "backward 4 step 7");
  player.setMode("forward");
  player.seek(7);
  assert.equal(where(player), "forward 7 step 7");
});

test("a path starts at its loss, plays down to its step, and leaves to the end", () => {
  const { player } = opened(10);
  player.setPath({ t: 9, k: 3 }, true);
  assert.equal(where(player), "path 0 step 9 playing");
  run(player);
  assert.equal(where(player), "path 7 step 3");
  player.seek(1);
  assert.equal(where(player), "path 7 step 3");
  player.seek(10);
  assert.equal(where(player), "path 1 step 9");
  player.previous();
  player.previous();
  assert.equal(where(player), "path 0 step 9");
  player.last();
  assert.equal(where(player), "path 7 step 3");
  player.first();
  assert.equal(where(player), "path 0 step 9");
  player.setPath(null);
  assert.equal(where(player), "backward 10 step 1");
});

test("a path from a loss to its own step is one beat", () => {
  const { player } = opened(10);
  player.setPath({ t: 4, k: 4 }, true);
  run(player);
  assert.equal(where(player), "path 1 step 4");
  player.setPath({ t: 5, k: 2 });
  assert.equal(where(player), "path 4 step 2");
});

test("a path leaves to where it was selected, with the step that was under way done", () => {
  const { player } = opened(10);
  player.setMode("backward");
  player.play();
  while (player.head.at < 6.3) player.tick(16.7, false);
  player.setPath({ t: 9, k: 7 }, true);
  player.tick(100, false);
  player.setPath({ t: 8, k: 7 }, true);
  player.setPath(null);
  assert.equal(where(player), "backward 7 step 4");
  player.setPath({ t: 9, k: 7 });
  player.setLength(5);
  assert.equal(where(player), "backward 5 step 1");
});

test("a path selected at the end leaves to the end of whatever length there then is", () => {
  const { player } = opened(10);
  player.setPath({ t: 3, k: 1 }, true);
  player.setLength(12);
  player.setPath(null);
  assert.equal(where(player), "backward 12 step 1");
});

test("the forward pass keeps its place between the modes that have one", () => {
  const { player } = opened(10);
  player.setMode("forward");
  player.seek(4);
  player.setMode("both");
  assert.equal(where(player), "forward 4 step 4");
  player.play();
  player.tick(BEAT / 2, false);
  player.setMode("forward");
  assert.equal(where(player), "forward 4.5 step 5 playing");
  run(player);
  assert.equal(where(player), "forward 10 step 10");
  player.setMode("backward");
  assert.equal(where(player), "backward 0 step 10");
});

test("another mode leaves the path", () => {
  const { player } = opened(10);
  player.setPath({ t: 9, k: 3 }, true);
  player.setMode("forward");
  assert.equal(player.path, null);
  assert.equal(where(player), "forward 0 step 1");
});

test("what was complete stays complete when the length changes; what was not stays where it is", () => {
  const { player } = opened(10);
  player.setLength(4);
  assert.equal(where(player), "backward 4 step 1");
  player.setLength(12);
  assert.equal(where(player), "backward 12 step 1");
  player.seek(9);
  player.setLength(20);
  assert.equal(where(player), "backward 4 step 17");
  player.setLength(3);
  assert.equal(where(player), "backward 3 step 1");
});

test("a path that the new length holds stays, one that it does not goes", () => {
  const { player } = opened(10);
  player.setPath({ t: 9, k: 3 });
  player.setLength(9);
  assert.deepEqual(player.path, { t: 9, k: 3 });
  assert.equal(where(player), "path 7 step 3");
  player.setLength(8);
  assert.equal(player.path, null);
  assert.equal(where(player), "backward 8 step 1");
});

test("a place restores what it is of", () => {
  const { player } = opened(6);
  const places = [
    () => player.last(), () => player.first(), () => player.seek(4), () => player.setMode("backward"), () => player.seek(2), () => player.last(),
    () => player.setMode("forward"), () => player.seek(3), () => player.last(),
    () => player.setPath({ t: 5, k: 2 }), () => player.seek(4), () => player.first(),
  ];
  for (const go of places) {
    go();
    const other = createPlayer({ onChange: () => {} });
    other.setLength(6);
    other.restore(player.place);
    assert.deepEqual([other.head, other.mode, other.path], [player.head, player.mode, player.path]);
  }
});

test("the end needs no place in an address", () => {
  const { player } = opened(6);
  assert.deepEqual(player.place, { mode: "both", path: null, pass: "forward", step: null });
  player.setPath({ t: 5, k: 2 });
  assert.deepEqual(player.place, { mode: "both", path: { t: 5, k: 2 }, pass: "forward", step: null });
});

test("nonsense in a link is led to the nearest sense", () => {
  const { player } = opened(6);
  const at = (/** @type {Partial<import("../../static/js/player.js").Place>} */ place) => {
    player.restore({ mode: "both", pass: "forward", step: null, path: null, ...place });
    return where(player);
  };
  assert.equal(at({ path: { t: 9, k: 3 } }), "backward 6 step 1");
  assert.equal(at({ path: { t: 2, k: 5 } }), "backward 6 step 1");
  assert.equal(at({ pass: "path" }), "backward 6 step 1");
  assert.equal(at({ pass: "path", step: 3 }), "backward 6 step 1");
  assert.equal(at({ step: 200 }), "forward 6 step 6");
  assert.equal(at({ pass: "backward", step: 200 }), "backward 1 step 6");
  assert.equal(at({ mode: "backward", pass: "forward", step: 4 }), "backward 3 step 4");
  assert.equal(at({ mode: "forward", pass: "backward", step: 4 }), "forward 4 step 4");
  assert.equal(at({ mode: "forward" }), "forward 6 step 6");
  assert.equal(at({ path: { t: 5, k: 2 }, step: 6 }), "path 1 step 5");
});

test("every move is told, and none is made while nothing plays", () => {
  const { player, told } = opened(4);
  const before = told.changes;
  player.tick(1e6, false);
  assert.equal(told.changes, before);
  for (const act of [player.play, player.next, player.previous, player.first, player.last]) {
    const count = told.changes;
    act();
    assert.ok(told.changes > count);
  }
});

test("an operation is an n-th of a step; past the forward pass's end begins the backward pass, and back", () => {
  const player = createPlayer({ onChange: () => {} });
  player.setLength(3);
  player.restore({ mode: "both", pass: "forward", step: 3, path: null });
  player.operation(-1, 4);
  assert.deepEqual(player.head, { pass: "forward", at: 2.75 });
  for (const _ of [1, 2]) player.operation(1, 4);
  assert.deepEqual(player.head, { pass: "backward", at: 0.25 });
  for (const _ of [1, 2]) player.operation(-1, 4);
  assert.deepEqual(player.head, { pass: "forward", at: 2.75 });
  player.setMode("forward");
  player.first();
  player.operation(-1, 4);
  assert.deepEqual(player.head, { pass: "forward", at: 0 });
  player.last();
  player.operation(1, 4);
  assert.deepEqual(player.head, { pass: "forward", at: 3 });
});

test("the playhead can be put inside a step, never outside the pass", () => {
  const player = createPlayer({ onChange: () => {} });
  player.setLength(3);
  player.setMode("forward");
  const at = (/** @type {number} */ wanted) => { player.scrub(wanted); return player.head.at; };
  assert.deepEqual([at(1.25), at(-1), at(9)], [1.25, 0, 3]);
});
