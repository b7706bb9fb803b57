import { apiUrl, askOnce } from "../api.js";
import { t } from "../i18n.js";
import { ringParts } from "../math.js";
import { onTheme, themeNow } from "../theme.js";
import { openStream } from "../train/stream.js";

/**
 * What a lesson's figure is, and what it is given.
 *
 * @typedef {import("../parts.js").Part} Part
 * @typedef {import("../api.js").Problem} Problem
 *
 * @typedef {object} Figure
 * @property {(step: string) => void} show         this step of the text is being read: the figure takes its state
 * @property {(name: string) => void} [act]        a button of the prose was pressed
 * @property {(part: Part | null) => void} [point]   a piece of a formula of the prose is pointed at (null: no longer)
 * @property {() => string} link                   path and query, without the site's root, that open what is shown
 * @property {() => void} [destroy]
 *
 * @typedef {object} Tools
 * @property {(path: string, body: any, options?: { key?: string }) => Promise<any>} ask   POST to /api/v1/<path>. Only the newest
 *   question of a key (the path, if none is given) is answered: an overtaken one never settles. A problem is shown, and rejects
 * @property {(path: string, body: any, onEvent: (name: string, data: any) => void, onEnd?: (outcome: import("../train/stream.js").Outcome) => void) => (() => void)} stream
 *   server-sent events; returns what leaves the stream
 * @property {any} catalog                         of /api/v1/catalog
 * @property {typeof t} t
 * @property {(name: string, text: string) => void} say   fills the live numbers of that name in the prose
 * @property {(part: Part | null) => void} point   rings the pieces of the prose's formulas that are this part
 * @property {() => void} changed                  what the figure shows has changed: its link is written anew
 * @property {(problem: Problem | null) => void} onProblem   shows why there is no new picture, or that there is one again
 * @property {() => import("../scales.js").Theme} theme
 * @property {(listener: () => void) => void} onTheme
 * @property {() => boolean} reduced               reduced motion is asked for
 * @property {() => boolean} narrow                phone width
 * @property {(listener: () => void) => void} onResize   of the figure's column
 * @property {AbortSignal} signal                  of the figure's life
 */

const KEPT = 60; // answers

/**
 * @param {{ root: HTMLElement, prose: HTMLElement, catalog: any, onProblem: (problem: Problem | null) => void, onChange: () => void }} options
 *   root: of the figure; prose: of the text
 * @returns {Tools}
 */
export function createTools({ root, prose, catalog, onProblem, onChange }) {
  const life = new AbortController();
  const narrow = matchMedia("(max-width: 899px)");
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");
  return {
    ask: createAsking(onProblem),
    stream: (path, body, onEvent, onEnd = () => {}) => startStream(path, body, onEvent, onEnd, life.signal),
    catalog, t,
    say(name, text) {
      for (const element of prose.querySelectorAll(`[data-value="${name}"]`)) element.textContent = text;
    },
    point: (part) => ringParts(prose, part),
    changed: onChange, onProblem,
    theme: themeNow,
    onTheme: (listener) => { life.signal.addEventListener("abort", onTheme(listener)); },
    reduced: () => reduced.matches,
    narrow: () => narrow.matches,
    onResize(listener) {
      const observer = new ResizeObserver(() => listener());
      observer.observe(root);
      life.signal.addEventListener("abort", () => observer.disconnect());
    },
    signal: life.signal,
  };
}

/** @param {(problem: Problem | null) => void} onProblem @returns {Tools["ask"]} */
function createAsking(onProblem) {
  /** Answers of late, the oldest first. @type {Map<string, any>} */
  const kept = new Map();
  /** The question under way of each key. @type {Map<string, AbortController>} */
  const flights = new Map();

  /** @param {string} path @param {any} body @param {AbortController} controller */
  async function answerTo(path, body, controller) {
    const question = `${path} ${JSON.stringify(body)}`;
    const answer = kept.get(question) ?? await askOnce(path, body, controller);
    kept.delete(question);
    kept.set(question, answer);
    if (kept.size > KEPT) kept.delete(/** @type {string} */ (kept.keys().next().value));
    return answer;
  }

  return async (path, body, { key = path } = {}) => {
    flights.get(key)?.abort();
    const flight = new AbortController();
    flights.set(key, flight);
    const current = () => flights.get(key) === flight;
    try {
      const answer = await answerTo(path, body, flight);
      if (!current()) return never();
      onProblem(null);
      return answer;
    } catch (problem) {
      if (!current()) return never();
      onProblem(/** @type {Problem} */ (problem));
      throw problem;
    }
  };
}

/** What was overtaken goes on nowhere. @returns {Promise<any>} */
const never = () => new Promise(() => {});

/** @param {string} path @param {any} body @param {(name: string, data: any) => void} onEvent @param {(outcome: import("../train/stream.js").Outcome) => void} onEnd @param {AbortSignal} life */
function startStream(path, body, onEvent, onEnd, life) {
  const controller = new AbortController();
  const leave = () => controller.abort();
  life.addEventListener("abort", leave);
  void openStream({
    url: apiUrl(path), body: JSON.stringify(body), signal: controller.signal,
    onEvent: (name, data) => onEvent(name, JSON.parse(data)),
  }).then((outcome) => {
    life.removeEventListener("abort", leave);
    onEnd(outcome);
  });
  return leave;
}
