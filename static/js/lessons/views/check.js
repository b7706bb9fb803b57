import { t } from "../../i18n.js";
import { child } from "../../views/band.js";
import { input } from "../../views/fields.js";

/**
 * Something of a figure that is on or off, with the mark of its line where it has one.
 * @param {HTMLElement} parent @param {{ key: string, onCheck: (on: boolean) => void }} options
 * @returns {{ root: HTMLElement, box: HTMLInputElement, set: (on: boolean) => void }}
 */
export function check(parent, { key, onCheck }) {
  const root = child(parent, "label", "figure-toggle");
  const box = input(root, "checkbox");
  child(root, "span", "check-name").textContent = t(key);
  box.addEventListener("change", () => onCheck(box.checked));
  return { root, box, set: (on) => { box.checked = on; } };
}
