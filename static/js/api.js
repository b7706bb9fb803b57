/**
 * The only module that speaks to the server; the stream of a training has one of its own (train/stream.js).
 *
 * A session asks for one picture after the other and delivers answers in the order they were asked for, never a late one.
 * A plain question overtakes: what is in flight is aborted. While a slider is dragged at most one question is in flight
 * and one, the newest, waits: so the picture follows the hand, however slow the server is.
 *
 * @typedef {object} Problem
 * @property {"refused" | "busy" | "server" | "network" | "timeout" | "garbled"} kind
 * @property {number} status          0: there was no answer
 * @property {string} title           as the server says it, "" where it said nothing
 * @property {string} detail
 * @property {{ field: string, message: string }[]} errors
 *
 * @typedef {object} SessionOptions
 * @property {(answer: any, body: any) => void} onAnswer      the answer, and what was asked
 * @property {(problem: Problem, body: any) => void} onProblem
 * @property {(busy: boolean) => void} [onBusy]
 * @property {string} [url]
 * @property {number} [timeout]       milliseconds until a question is given up
 * @property {typeof globalThis.fetch} [fetch]
 *
 * @typedef {{ text: string, controller: AbortController }} Flight
 * @typedef {{ ask(body: any, options?: { dragging?: boolean }): void, destroy(): void }} Session
 */

const TIMEOUT = 30_000;

/** Where the API lives: the page may be served under a prefix. @param {string} path */
export function apiUrl(path) {
  const root = typeof document === "undefined" ? "" : document.documentElement.dataset.root ?? "";
  return `${root}/api/v1/${path}`;
}

/** @param {SessionOptions} options @returns {Session} */
export function createSession({ onAnswer, onProblem, onBusy = () => {}, url = apiUrl("bptt"), timeout = TIMEOUT, fetch }) {
  /** @type {Flight | null} */
  let flight = null;
  /** @type {any} */
  let waiting = null;

  /** @param {any} body @param {string} text */
  async function send(body, text) {
    const current = { text, controller: new AbortController() };
    if (!flight) onBusy(true);
    flight = current;
    const outcome = await post(fetch ?? globalThis.fetch, url, text, current.controller, timeout);
    if (flight !== current) return; // overtaken meanwhile
    if (waiting) sendWaiting();
    else rest();
    if ("answer" in outcome) onAnswer(outcome.answer, body);
    else onProblem(outcome.problem, body);
  }

  function sendWaiting() {
    const body = waiting;
    waiting = null;
    void send(body, JSON.stringify(body));
  }

  function rest() {
    flight = null;
    onBusy(false);
  }

  return {
    ask(body, { dragging = false } = {}) {
      const text = JSON.stringify(body);
      waiting = null;
      if (flight?.text === text) return;
      if (flight && dragging) waiting = body;
      else {
        flight?.controller.abort();
        void send(body, text);
      }
    },
    destroy() {
      waiting = null;
      flight?.controller.abort();
      flight = null;
    },
  };
}

/** One question and its answer; rejects with a Problem. @param {string} path @param {any} body @param {AbortController} [controller] @returns {Promise<any>} */
export async function askOnce(path, body, controller = new AbortController()) {
  const outcome = await post(globalThis.fetch, apiUrl(path), JSON.stringify(body), controller, TIMEOUT);
  if ("problem" in outcome) throw outcome.problem;
  return outcome.answer;
}

/**
 * One question, one outcome; never throws.
 * @param {typeof globalThis.fetch} fetch @param {string} url @param {string} body @param {AbortController} controller @param {number} timeout
 * @returns {Promise<{ answer: any } | { problem: Problem }>}
 */
async function post(fetch, url, body, controller, timeout) {
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    controller.abort();
  }, timeout);
  try {
    const response = await fetch(url, {
      method: "POST", body, signal: controller.signal, headers: { "content-type": "application/json", accept: "application/json" },
    });
    return await outcomeOf(response);
  } catch (error) {
    return { problem: unreached(late ? "timeout" : "network", error) };
  } finally {
    clearTimeout(timer);
  }
}

/** @param {Response} response @returns {Promise<{ answer: any } | { problem: Problem }>} */
async function outcomeOf(response) {
  const text = await response.text(); // a lost connection is the network's fault, not a garbled answer
  const content = parse(text);
  if (response.ok) return isObject(content) ? { answer: content } : { problem: problem("garbled", response.status, {}) };
  return { problem: problemOf(response.status, text) };
}

/** What an answer that is none says. @param {number} status @param {string} text @returns {Problem} */
export function problemOf(status, text) {
  const content = parse(text);
  const kind = status === 503 ? "busy" : status >= 500 ? "server" : "refused";
  return problem(kind, status, isObject(content) ? content : {});
}

/** Why there was no answer. @param {"network" | "timeout" | "garbled"} kind @param {unknown} error @returns {Problem} */
export const unreached = (kind, error) => problem(kind, 0, { detail: error instanceof Error ? error.message : "" });

/** @param {string} text @returns {unknown} */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param {unknown} value @returns {value is Record<string, any>} */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @param {Problem["kind"]} kind @param {number} status @param {Record<string, any>} said  the problem document, or what there is of one @returns {Problem} */
function problem(kind, status, said) {
  const errors = Array.isArray(said.errors) ? said.errors.filter(isObject) : [];
  return {
    kind, status, title: String(said.title ?? ""), detail: String(said.detail ?? ""),
    errors: errors.map(({ field, message }) => ({ field: String(field ?? ""), message: String(message ?? "") })),
  };
}
