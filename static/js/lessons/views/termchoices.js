import { child } from "../../views/band.js";
import { input, segmented, slider, spoken } from "../../views/fields.js";

/**
 * What the reader may change about the terms: whose gradient, the size of W, the first state.
 *
 * @typedef {import("./termlist.js").Letter} Letter
 * @typedef {{ letter: Letter, scale: number, zero: boolean }} Choices
 */

const WIDEST = 1.5;

/** @param {HTMLElement} root @param {{ onChange: (part: Partial<Choices> & { picked?: number | null, sum?: boolean }) => void }} options */
export function createChoices(root, { onChange }) {
  const bar = child(root, "div", "figure-choices");
  const place = (/** @type {string} */ name) => {
    const one = child(bar, "div", "figure-choice");
    one.dataset.control = name;
    return one;
  };
  const letter = segmented(place("letter"), {
    key: "lesson.bptt.letter", choices: ["V", "W", "U"], name: (choice) => choice, onPick: (choice) => onChange({ letter: /** @type {Letter} */ (choice), picked: null, sum: true }),
  });
  const scale = slider(place("scale"), {
    key: "lesson.bptt.scale", inline: true, range: { min: 0, max: WIDEST, step: 0.05 }, onNumber: (value) => onChange({ scale: value }),
  });
  const label = child(place("zero"), "label", "figure-check");
  const zero = input(label, "checkbox");
  zero.addEventListener("change", () => onChange({ zero: zero.checked }));
  child(label, "span").textContent = spoken("lesson.bptt.zero");
  return {
    /** @param {Choices} state */
    update(state) {
      letter.set(state.letter);
      scale.set(state.scale);
      zero.checked = state.zero;
    },
  };
}
