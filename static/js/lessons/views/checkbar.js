import { short } from "../../format.js";
import { t as say } from "../../i18n.js";
import { child } from "../../views/band.js";

/**
 * The button that has the derivation checked by numbers, and what came of it.
 * @param {HTMLElement} root @param {{ onCheck: () => void }} options
 */
export function checkBar(root, { onCheck }) {
  const bar = child(root, "div", "check-bar");
  bar.dataset.control = "check";
  const button = /** @type {HTMLButtonElement} */ (child(bar, "button", "button"));
  button.type = "button";
  button.textContent = say("lesson.bptt.check");
  button.addEventListener("click", onCheck);
  const outcome = child(bar, "p", "check-outcome");
  outcome.setAttribute("role", "status");
  return {
    /** @param {{ ok: boolean, parameters: Record<string, { max_error: number | null, checked: number } | null> }} answer */
    show({ ok, parameters }) {
      const checks = Object.values(parameters).flatMap((one) => one ?? []);
      const worst = Math.max(...checks.map(({ max_error }) => max_error ?? 0));
      const n = checks.reduce((sum, { checked }) => sum + checked, 0);
      outcome.textContent = say(ok ? "lesson.bptt.agrees" : "lesson.bptt.differs", { n, worst: short(worst) });
      outcome.dataset.ok = String(ok);
    },
    /** Of other numbers nothing is known yet. */
    reset() {
      outcome.textContent = "";
      delete outcome.dataset.ok;
    },
  };
}
