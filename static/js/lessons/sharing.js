import { instrumentFigure } from "../lesson/figure.js";
import { t } from "../i18n.js";
import { createScales } from "../scales.js";
import { child } from "../views/band.js";
import { segmented, slider } from "../views/fields.js";
import { short } from "../format.js";
import { counts, countsOf } from "./views/counts.js";
import { uses } from "./views/uses.js";

/**
 * 6.6: the unrolled network trained by the same back-propagation, and what each use of a shared weight gives to its gradient.
 *
 * @typedef {import("../lesson/tools.js").Tools} Tools
 * @typedef {import("../lesson/tools.js").Figure} Figure
 * @typedef {import("./views/uses.js").Letter} Letter
 * @typedef {{ T: number, letter: Letter, tied: boolean, eta: number }} State
 */

const WORD = "banana";
const [LEAST, MOST] = [3, 12];
/** T characters and the one after: its first three are the whole alphabet, so that the network stays the same as it grows. @param {number} T */
export const textOf = (T) => WORD.repeat(3).slice(0, T + 1);

/** What each step of the text starts from. @type {Record<string, Partial<State>>} */
const STEPS = { same: {}, once: {}, untie: { tied: false }, shares: {}, sum: {}, update: { eta: 0.2 } };
/** @type {State} */
const FIRST = { T: 5, letter: "W", tied: true, eta: 0 };

/** @param {HTMLElement} root @param {Tools} tools @returns {Figure} */
export function figure(root, tools) {
  root.classList.add("sharing");
  /** @type {State} */
  let state = { ...FIRST };
  const fields = createControls(root, (part) => set(part));
  const live = child(root, "div", "sharing-live");
  const still = child(root, "div", "sharing-still");
  const instrument = instrumentFigure(live, tools, { settings: { text: textOf(state.T), H: 4, fit: true }, bands: ["narration", "stage", "time", "gradient"] });
  const picture = uses(child(still, "div"), { onHover: (part) => { tools.point(part); picture.ring(part); } });
  const table = counts(child(still, "div"));

  /** @param {Partial<State>} part */
  function set(part) {
    state = { ...state, ...part };
    fields.show(state);
    instrument.set({ text: textOf(state.T) });
    draw();
    tools.changed();
  }

  function draw() {
    const { trace } = instrument;
    const width = still.clientWidth - 2 * parseFloat(getComputedStyle(still).paddingLeft);
    if (!trace || trace.T !== state.T) return;
    const { shared, untied } = countsOf(trace);
    tools.say("T", String(trace.T));
    tools.say("set", String(shared));
    tools.say("untied", String(untied));
    table.update(trace, state);
    if (!(width > 0)) return;
    const { sum, size } = picture.update(trace, { ...state, scales: createScales(tools.theme(), instrument.settings.scale), width });
    tools.say("sum", short(sum));
    tools.say("whole", short(size));
  }

  /** @param {string} step */
  function show(step) {
    root.dataset.step = step;
    live.hidden = step !== "same";
    still.hidden = !live.hidden;
    set({ ...FIRST, ...STEPS[step] });
    instrument.pause();
    if (step === "same") instrument.seek("forward", null);
  }

  /** @type {Record<string, () => void>} */
  const acts = {
    backward: () => { instrument.seek("backward", 0); instrument.play(); },
    untie: () => set({ tied: false }), tie: () => set({ tied: true }),
  };
  instrument.onTrace(draw);
  tools.onTheme(draw);
  tools.onResize(draw);
  return {
    show,
    act: (name) => acts[name]?.(),
    point(part) {
      instrument.point(part);
      picture.ring(part);
    },
    link: () => instrument.link(),
    destroy() {
      instrument.destroy();
      picture.destroy();
      table.destroy();
    },
  };
}

/** @param {HTMLElement} root @param {(part: Partial<State>) => void} set */
function createControls(root, set) {
  const bar = child(root, "div", "push-controls");
  const place = (/** @type {string} */ name) => {
    const box = child(bar, "div");
    box.dataset.control = name;
    return box;
  };
  const word = (/** @type {string} */ key) => t(`lesson.sharing.${key}`);
  const steps = slider(place("T"), { key: "lesson.sharing.T", range: { min: LEAST, max: MOST, step: 1, whole: true }, inline: true, onNumber: (T) => set({ T }) });
  const tied = segmented(place("tied"), { key: "lesson.sharing.weights", choices: ["tied", "untied"], name: word, onPick: (name) => set({ tied: name === "tied" }) });
  const letter = segmented(place("letter"), { key: "lesson.sharing.letter", choices: ["U", "W", "V"], name: String, onPick: (name) => set({ letter: /** @type {Letter} */ (name) }) });
  const eta = slider(place("eta"), { key: "lesson.sharing.eta", range: { min: 0, max: 1, step: 0.05 }, inline: true, onNumber: (value) => set({ eta: value }) });
  return {
    /** @param {State} state */
    show(state) {
      steps.set(state.T);
      tied.set(state.tied ? "tied" : "untied");
      letter.set(state.letter);
      eta.set(state.eta);
    },
  };
}
