import { t as say } from "../../i18n.js";
import { child } from "../../views/band.js";
import { slider } from "../../views/fields.js";
import { LONGEST, SHORTEST } from "./small.js";

/**
 * The length of the sequence, and how many terms it has: in the last row of the triangle, and in all.
 * @param {HTMLElement} root @param {{ onLength: (T: number) => void }} options
 */
export function counter(root, { onLength }) {
  const bar = child(root, "div", "counter");
  bar.dataset.control = "T";
  const length = slider(bar, { key: "lesson.bptt.length", inline: true, range: { min: SHORTEST, max: LONGEST, step: 1, whole: true }, onNumber: onLength });
  const words = child(root, "p", "counter-words");
  words.setAttribute("role", "status");
  return {
    /** @param {number} T */
    ask: (T) => length.set(T),
    /** What the answer's triangle holds. @param {number} T @param {number} last @param {number} all */
    update(T, last, all) {
      const sum = Array.from({ length: T }, (_, i) => i + 1).join(" + ");
      words.textContent = say("lesson.bptt.counted", { T, last, all, sum });
    },
  };
}
