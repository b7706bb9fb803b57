import { problemOf, unreached } from "../api.js";
import { createParser } from "./events.js";

/**
 * One stream of /api/v1/train, from its question to its end.
 *
 * @typedef {import("../api.js").Problem} Problem
 * @typedef {{ end: "done" } | { end: "left" } | { end: "lost", wait: number | null } | { end: "problem", problem: Problem }} Outcome
 *   left: by us. lost: the connection broke, or the server is busy or stops; wait: for how many seconds it asks
 *
 * @typedef {object} StreamOptions
 * @property {string} url
 * @property {string} body
 * @property {AbortSignal} signal                         leaves the stream: the server then stops its work
 * @property {(name: string, data: string) => void} onEvent   every event but the last one
 * @property {typeof globalThis.fetch} [fetch]
 * @property {number} [silence]                           milliseconds without a byte until it counts as lost
 */

/** The server says that it is still there every ten seconds. */
const SILENCE = 35_000;
/** What passes by itself: too many requests, a gateway's or the server's own break. */
const PASSING = new Set([429, 502, 503, 504]);

/** Never throws. @param {StreamOptions} options @returns {Promise<Outcome>} */
export async function openStream({ url, body, signal, onEvent, fetch = globalThis.fetch, silence = SILENCE }) {
  const watch = createWatch(signal, silence);
  try {
    const response = await fetch(url, {
      method: "POST", body, signal: watch.signal, headers: { "content-type": "application/json", accept: "text/event-stream, application/json" },
    });
    if (!response.ok || !response.body) return refusal(response.status, await response.text(), response.headers.get("retry-after"));
    return await read(response.body, watch, onEvent);
  } catch (error) {
    if (signal.aborted) return { end: "left" };
    if (error instanceof TypeError || watch.signal.aborted) return { end: "lost", wait: null };
    return { end: "problem", problem: unreached("garbled", error) };
  } finally {
    watch.stop();
  }
}

/** Aborts with the outer signal, or after a long silence. @param {AbortSignal} outer @param {number} silence */
function createWatch(outer, silence) {
  const controller = new AbortController();
  const leave = () => controller.abort();
  outer.addEventListener("abort", leave);
  if (outer.aborted) leave();
  let timer = setTimeout(leave, silence);
  return {
    signal: controller.signal,
    heard() {
      clearTimeout(timer);
      timer = setTimeout(leave, silence);
    },
    stop() {
      clearTimeout(timer);
      outer.removeEventListener("abort", leave);
    },
  };
}

/** @param {ReadableStream<Uint8Array>} stream @param {{ heard(): void, signal: AbortSignal }} watch @param {StreamOptions["onEvent"]} onEvent @returns {Promise<Outcome>} */
async function read(stream, watch, onEvent) {
  /** @type {Outcome | null} */
  let last = null;
  const parser = createParser(({ name, data }) => {
    if (watch.signal.aborted) return; // what was left is not listened to any more
    if (name === "error") last = lastWords(data);
    else onEvent(name, data);
    if (name === "done") last = { end: "done" };
  });
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    watch.heard();
    parser.push(decoder.decode(piece.value, { stream: true }));
  }
  if (watch.signal.aborted) throw new TypeError("aborted");
  return last ?? { end: "lost", wait: null };
}

/** The stream's own problem: that the server stops passes, all else does not. @param {string} data @returns {Outcome} */
function lastWords(data) {
  const said = JSON.parse(data);
  return refusal(Number(said.status ?? 500), data, null);
}

/** @param {number} status @param {string} text @param {string | null} retryAfter @returns {Outcome} */
function refusal(status, text, retryAfter) {
  if (PASSING.has(status)) return { end: "lost", wait: secondsOf(retryAfter) };
  return { end: "problem", problem: problemOf(status, text) };
}

/** Retry-After is a number of seconds, or a date. @param {string | null} text */
function secondsOf(text) {
  if (!text) return null;
  const seconds = /^\d+$/.test(text.trim()) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.min(120, Math.max(0, seconds)) : null;
}
