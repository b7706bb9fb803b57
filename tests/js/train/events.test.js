import assert from "node:assert/strict";
import test from "node:test";
import { createParser } from "../../../static/js/train/events.js";

/** @param {string[]} pieces */
function parse(...pieces) {
  /** @type {import("../../../static/js/train/events.js").ServerEvent[]} */
  const events = [];
  const parser = createParser((event) => events.push(event));
  pieces.forEach((piece) => parser.push(piece));
  return events;
}

const STREAM = 'id: 1\nevent: steps\ndata: {"run": 0}\n\n: still here\n\nid: 2\nevent: done\ndata: {}\n\n';
const EVENTS = [{ id: "1", name: "steps", data: '{"run": 0}' }, { id: "2", name: "done", data: "{}" }];

test("an event is its name and its data", () => {
  assert.deepEqual(parse(STREAM), EVENTS);
});

test("a piece may end anywhere", () => {
  for (let i = 0; i <= STREAM.length; i += 1) assert.deepEqual(parse(STREAM.slice(0, i), STREAM.slice(i)), EVENTS, `cut at ${i}`);
  assert.deepEqual(parse(...STREAM), EVENTS);
});

test("lines end in CRLF or CR as well, wherever the pieces end", () => {
  for (const end of ["\r\n", "\r"]) {
    const stream = STREAM.replaceAll("\n", end);
    assert.deepEqual(parse(...stream, end), EVENTS, JSON.stringify(end));
    for (let i = 0; i <= stream.length; i += 1) assert.deepEqual(parse(stream.slice(0, i), "", stream.slice(i)), EVENTS, `cut at ${i}`);
  }
});

test("data of several lines, a field without a value, no space after the colon", () => {
  assert.deepEqual(parse("data:a\ndata: b\ndata\n\n"), [{ id: "", name: "message", data: "a\nb\n" }]);
});

test("an event that has no end is none", () => {
  assert.deepEqual(parse("data: half"), []);
  assert.deepEqual(parse("event: steps\n\n", ": nothing\n\n"), []);
});
