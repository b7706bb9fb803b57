import { BEAT, beats, restAt, stepOf } from "./playhead.js";

/**
 * The pass as it plays: one playhead, moved by time, by steps, or by hand. It knows neither the picture nor the server.
 *
 * @typedef {import("./playhead.js").Pass} Pass
 * @typedef {import("./playhead.js").Playhead} Playhead
 * @typedef {import("./playhead.js").Path} Path
 * @typedef {"forward" | "backward" | "both"} Mode
 * @typedef {{ mode: Mode, pass: Pass, step: number | null, path: Path | null }} Place   as a link holds it; step: how far the
 *   pass has come, 0 before its first step, null at the end
 */

export const SPEEDS = [0.5, 1, 2, 8];

/** @param {{ onChange: () => void }} options */
export function createPlayer({ onChange }) {
  let T = 1;
  /** @type {Mode} */
  let mode = "both";
  /** @type {Playhead} */
  let head = { pass: "backward", at: 1 };
  /** @type {Path | null} */
  let path = null;
  /** Where the pass was when a path was selected. @type {Playhead | null} */
  let left = null;
  let playing = false;
  let stopping = false; // a pause waits for the end of the beat
  let speed = 1;
  let carry = 0;

  const length = () => beats(head.pass, T, path);
  const done = () => head.at >= length() - 1e-9;
  const move = (/** @type {Playhead} */ next) => {
    head = next;
    onChange();
  };

  /** The pass that follows the one at its end, if the mode has one. */
  const following = () => (mode === "both" && head.pass === "forward" ? /** @type {Playhead} */ ({ pass: "backward", at: 0 }) : null);

  /** The start of what Play runs through. */
  const start = () => /** @type {Playhead} */ ({ pass: path ? "path" : mode === "backward" ? "backward" : "forward", at: 0 });

  /** The end of it. */
  const end = () => {
    const pass = path ? "path" : mode === "forward" ? "forward" : "backward";
    return /** @type {Playhead} */ ({ pass, at: beats(pass, T, path) });
  };

  /** Back from a path: where it was selected, with the step that was under way done; the end where a link began with a path. */
  const back = () => {
    const head = left ? { ...left, at: Math.min(T, Math.ceil(left.at - 1e-9)) } : end();
    left = null;
    return head;
  };

  /** Move on by a share of a beat; at a pass's end go over to the next or stop. @param {number} amount */
  function advance(amount) {
    const goal = Math.floor(head.at + 1e-9) + 1;
    const sum = head.at + amount;
    const at = sum < length() - 1e-9 ? sum : length(); // shares of a beat do not add up to whole ones
    if (stopping && at >= goal) return stop({ ...head, at: goal });
    move({ ...head, at });
    if (!done()) return;
    const next = following();
    if (next) move(next);
    else stop(head);
  }

  /** @param {Playhead} at */
  function stop(at) {
    playing = false;
    stopping = false;
    move(at);
  }

  function play() {
    if (playing) stopping = false;
    else if (done() && !following()) head = start();
    playing = true;
    carry = 0;
    onChange();
  }

  /** One whole beat on, or back, across the passes. @param {1 | -1} direction */
  function step(direction) {
    playing = false;
    stopping = false;
    if (direction > 0) {
      if (done()) return move(following() ? { pass: "backward", at: 1 } : head);
      return move({ ...head, at: Math.floor(head.at + 1e-9) + 1 });
    }
    const at = Math.ceil(head.at - 1e-9) - 1;
    // The forward pass's end and the backward pass's start are one picture: a step on passes over one, a step back over the other.
    if (at <= 0 && mode === "both" && head.pass === "backward") return move({ pass: "forward", at: T + at });
    return move(at >= 0 ? { ...head, at } : head);
  }

  return {
    get head() { return head; },
    get mode() { return mode; },
    get playing() { return playing && !stopping; },
    get moving() { return playing; },
    get speed() { return speed; },
    get path() { return path; },
    get step() { return stepOf(head, T, path); },
    /** Where `restore` would put a playhead that is at rest here. @returns {Place} */
    get place() {
      const last = end();
      if (head.pass === last.pass && done()) return { mode, path, pass: "forward", step: null };
      return { mode, path, pass: head.pass, step: head.at === 0 ? 0 : stepOf(head, T, path) };
    },
    play,
    pause() { stopping = playing; onChange(); },
    toggle() { if (playing && !stopping) this.pause(); else play(); },
    next: () => step(1),
    previous: () => step(-1),
    first() { stop(start()); },
    last() { stop(end()); },
    /** One n-th of a step on, or back, across the passes: an operation inside a cell. @param {1 | -1} direction @param {number} n */
    operation(direction, n) {
      const at = (direction > 0 ? Math.floor(head.at * n + 1e-9) + 1 : Math.ceil(head.at * n - 1e-9) - 1) / n;
      const next = following();
      if (at > length() + 1e-9) return stop(next ? { ...next, at: 1 / n } : head);
      if (at < 0) return stop(mode === "both" && head.pass === "backward" ? { pass: "forward", at: T - 1 / n } : head);
      return stop({ ...head, at });
    },
    /** Put the playhead anywhere in the pass that is on, also inside a step. @param {number} at */
    scrub(at) { stop({ ...head, at: Math.min(length(), Math.max(0, at)) }); },
    /** Put the cursor on step t of the pass that is on. @param {number} t */
    seek(t) { stop(restAt(head.pass, t, T, path)); },
    /** @param {number} value */
    setSpeed(value) { speed = value; onChange(); },
    /** The forward pass goes on where it is, if the mode has one; else what the mode runs starts over. @param {Mode} value */
    setMode(value) {
      const stays = head.pass === "forward" && value !== "backward";
      mode = value;
      if (stays) return onChange();
      path = left = null;
      stop(start());
    },
    /** Select the path of a credit cell; `run` plays it. @param {Path | null} value @param {boolean} [run] */
    setPath(value, run = false) {
      if (value && !path) left = head;
      path = value;
      if (!value) return stop(back());
      stop({ pass: "path", at: run ? 0 : beats("path", T, value) });
      if (run) play();
    },
    /** A new sequence length: what was complete stays complete. @param {number} value */
    setLength(value) {
      const complete = done();
      if (left && left.at >= T - 1e-9) left = { ...left, at: value };
      T = value;
      if (path && path.t > T) path = null;
      if (head.pass === "path" && !path) head = back();
      else head = { ...head, at: complete ? length() : Math.min(head.at, length()) };
    },
    /** Where a link left off; what this sequence has no room for is left out. @param {Place} place */
    restore(place) {
      playing = stopping = false;
      left = null;
      mode = place.mode;
      path = place.path && place.path.t <= T && place.path.k <= place.path.t ? place.path : null;
      const pass = path ? "path" : mode === "both" ? place.pass : mode;
      if (place.step === null || (pass === "path" && !path)) head = end();
      else if (place.step === 0) head = { pass, at: 0 };
      else head = restAt(pass, Math.min(T, place.step), T, path);
    },
    /** Time goes by. With reduced motion only whole beats show. @param {number} elapsed milliseconds @param {boolean} reduced */
    tick(elapsed, reduced) {
      if (!playing) return;
      const amount = (elapsed / BEAT) * speed;
      if (!reduced) return advance(amount);
      if (stopping) return stop({ ...head, at: Math.ceil(head.at - 1e-9) });
      carry += amount;
      if (carry < 1) return;
      carry = 0;
      advance(1);
    },
  };
}

/** @typedef {ReturnType<typeof createPlayer>} Player */
