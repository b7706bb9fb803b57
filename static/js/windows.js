import { createSession } from "./api.js";
import { compareGradients } from "./vectors.js";

/**
 * What a window costs: the gradient of the picture held against the one that no window cuts, and the same for a few
 * other windows. Asked of the server beside the picture, gradients only: one question for the whole gradient, at most
 * seven more for the other windows, none of them twice.
 *
 * @typedef {import("./vectors.js").Pair} Pair
 * @typedef {import("./trace.js").Trace} Trace
 *
 * @typedef {object} Windows
 * @property {number | null} w          window of the picture that `pairs` is of; null: nothing is cut
 * @property {Pair[] | null} pairs      whole gradient → the picture's, each parameter; null: not known (yet)
 * @property {Map<number, Pair[]>} curve  the same for other windows, by window
 * @property {boolean} failed           the server did not answer
 */

const MOST = 7;
const REST = 350; // milliseconds without a new picture before other windows are asked for

/** Windows worth asking for, from 1 to T − 1 by about equal ratios. @param {number} T */
export function sampleWindows(T) {
  if (T < 2) return [];
  const ratio = (T - 1) ** (1 / (MOST - 1));
  return [...new Set(Array.from({ length: MOST }, (_, i) => Math.round(ratio ** i)))];
}

/** The window of a picture, null where it cuts nothing. @param {Pick<Trace, "truncate" | "T">} trace */
export const windowOf = ({ truncate, T }) => (truncate !== null && truncate < T ? truncate : null);

/** The same question without window and clipping, for gradients only. @param {any} body @param {number | null} w */
const question = ({ clip: _clip, ...body }, w) => ({ ...body, truncate: w, include: [] });

/**
 * @param {{ onChange: () => void, rest?: number, session?: typeof createSession }} options
 */
export function createWindows({ onChange, rest = REST, session: open = createSession }) {
  let key = "";
  /** @type {any} */ let asked = null;
  /** @type {Trace | null} */ let picture = null;
  /** @type {any} */ let whole = null;
  let curious = false; // are other windows wanted?
  let timer = 0;
  /** @type {Windows} */
  let known = { w: null, pairs: null, curve: new Map(), failed: false };

  const session = open({ onAnswer: keep, onProblem: fail });
  const keyOf = (/** @type {any} */ body) => JSON.stringify(question(body, null));
  const set = (/** @type {Partial<Windows>} */ part) => {
    known = { ...known, ...part };
    onChange();
  };

  /** @param {any} answer @param {any} body */
  function keep(answer, body) {
    if (keyOf(body) !== key) return;
    if (body.truncate === null) whole = answer.gradients;
    else known.curve.set(body.truncate, compareGradients(whole, answer.gradients));
    compare();
    next();
  }

  /** @param {unknown} _problem @param {any} body */
  function fail(_problem, body) {
    if (keyOf(body) === key) set({ failed: true });
  }

  function compare() {
    if (!picture) return;
    const w = windowOf(picture);
    set({ w, pairs: w !== null && whole ? compareGradients(whole, picture.answer.gradients) : null, curve: new Map(known.curve) });
  }

  /** Ask for what is still missing. */
  function next() {
    clearTimeout(timer);
    if (!picture || known.failed) return;
    if (!whole) return session.ask(question(asked, null), { dragging: true });
    if (!curious) return;
    const missing = sampleWindows(picture.T).find((w) => !known.curve.has(w));
    if (missing !== undefined) timer = window.setTimeout(() => session.ask(question(asked, missing), { dragging: true }), known.curve.size ? 0 : rest);
  }

  return {
    get now() { return known; },
    /** A new picture. @param {Trace} trace @param {any} body  what was asked for it */
    follow(trace, body) {
      const fresh = keyOf(body) !== key;
      [key, asked, picture] = [keyOf(body), body, trace];
      if (fresh) {
        whole = null;
        known = { w: null, pairs: null, curve: new Map(), failed: false };
      }
      if (windowOf(trace) === null) whole = trace.answer.gradients;
      compare();
      if (whole === null || curious) next();
    },
    /** Shall other windows be asked for, too? @param {boolean} wanted */
    explore(wanted) {
      const began = wanted && !curious;
      curious = wanted;
      if (began) next();
    },
    destroy() {
      clearTimeout(timer);
      session.destroy();
    },
  };
}
