import { t as say } from "../../i18n.js";
import { child } from "../../views/band.js";
import { input, segmented, spoken } from "../../views/fields.js";

/**
 * How far the pass is: one equation on or back, all of it; and what it is of.
 *
 * @typedef {{ beats: number, text: string, zero: boolean }} Choices
 */

/** @param {HTMLElement} root @param {{ texts: string[], most: number, onChange: (part: Partial<Choices>) => void }} options */
export function createSteps(root, { texts, most, onChange }) {
  const bar = child(root, "div", "figure-choices");
  const place = (/** @type {string} */ name) => {
    const one = child(bar, "div", "figure-choice");
    one.dataset.control = name;
    return one;
  };
  let beats = 0;
  const buttons = place("beat");
  const button = (/** @type {string} */ name, /** @type {() => number} */ to) => {
    const element = /** @type {HTMLButtonElement} */ (child(buttons, "button", "button"));
    element.type = "button";
    element.textContent = say(`lesson.forward.${name}`);
    element.addEventListener("click", () => onChange({ beats: Math.max(0, Math.min(most, to())) }));
    return element;
  };
  const back = button("back", () => beats - 1);
  const on = button("on", () => beats + 1);
  const all = button("all", () => most);
  const text = segmented(place("text"), { key: "lesson.forward.text", choices: texts, name: (choice) => choice, onPick: (choice) => onChange({ text: choice }) });
  const label = child(place("zero"), "label", "figure-check");
  const zero = input(label, "checkbox");
  zero.addEventListener("change", () => onChange({ zero: zero.checked }));
  child(label, "span").textContent = spoken("lesson.bptt.zero");
  return {
    /** @param {Choices} state */
    update(state) {
      beats = state.beats;
      soften(back, beats === 0);
      for (const element of [on, all]) soften(element, beats === most);
      text.set(state.text);
      zero.checked = state.zero;
    },
  };
}

/** At an end a button has nothing to do; it keeps the focus. @param {HTMLButtonElement} button @param {boolean} idle */
function soften(button, idle) {
  button.setAttribute("aria-disabled", String(idle));
}
