import { t } from "../i18n.js";
import { child } from "../views/band.js";

/**
 * A training of these settings that was left: the way back to it.
 *
 * @param {HTMLElement} root @param {{ onResume: (train: boolean) => void }} options
 */
export function createOffer(root, { onResume }) {
  const words = child(root, "span", "train-offer-words");
  const button = /** @type {HTMLButtonElement} */ (child(root, "button", "button"));
  button.type = "button";
  let train = true;
  button.addEventListener("click", () => onResume(train));
  return {
    /** @param {number} step @param {boolean} done */
    show(step, done) {
      train = !done;
      words.textContent = t(done ? "train.kept.done" : "train.kept", { step });
      button.textContent = t(done ? "train.kept.show" : "train.kept.resume", { step });
      root.hidden = false;
    },
    hide() { root.hidden = true; },
  };
}
