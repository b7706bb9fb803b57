import { t } from "../i18n.js";
import { powerOfTen } from "../format.js";
import { child } from "./band.js";
import { icon } from "./fields.js";

/**
 * Why there is no new picture, what the old one is of, and the way to try again.
 *
 * @typedef {import("../state.js").Settings} Settings
 * @typedef {import("../api.js").Problem} Problem
 * @param {HTMLElement} root
 * @param {{ onRetry: () => void }} options
 * @returns {{ update(problem: Problem | null, shown?: Settings | null): void, destroy(): void }}  shown: the settings of the
 *   picture that still stands, if there is one
 */
export function problemView(root, { onRetry }) {
  root.classList.add("problem");
  root.setAttribute("role", "alert");
  root.hidden = true;
  /** @type {Problem | null} */
  let current = null;
  return {
    update(problem, shown = null) {
      if (problem === current) return;
      current = problem;
      root.hidden = problem === null;
      root.replaceChildren();
      if (problem) fill(root, problem, shown, onRetry);
    },
    destroy: () => root.replaceChildren(),
  };
}

/** @param {HTMLElement} root @param {Problem} problem @param {Settings | null} shown @param {() => void} onRetry */
function fill(root, problem, shown, onRetry) {
  root.append(icon("alert"));
  const words = child(root, "div", "problem-words");
  child(words, "strong").textContent = t(`problem.${problem.kind}`);
  const said = problem.kind === "refused" ? sentences(problem) : "";
  if (said) child(words, "p").textContent = said;
  if (shown) child(words, "p").textContent = t("problem.still", { settings: describe(shown) });
  if (problem.kind === "refused") return;
  const again = /** @type {HTMLButtonElement} */ (child(root, "button", "button"));
  again.type = "button";
  again.textContent = t("problem.retry");
  again.addEventListener("click", onRetry);
}

/** @param {Problem} problem */
const sentences = ({ errors, detail }) => errors.map(({ field, message }) => `${field}: ${message}`).join(" · ") || detail;

/** A picture's settings in one line. @param {Settings} settings */
export function describe({ kind, text, activation, H, scheme, radius, seed, scale, own = null }) {
  const sequence = own?.data ? own.data.name || t("open.editedData") : kind === "text" ? `“${text.length > 24 ? `${text.slice(0, 23)}…` : text}”` : t(`controls.${kind}`);
  const drawn = [t(`scheme.${scheme}`), ...(radius === null ? [] : [`ρ ${radius}`]), `${t("controls.seed")} ${seed}`];
  const weights = own?.network ? [own.network.name || t("open.editedWeights")] : drawn;
  return [sequence, t(`activation.${activation}`), `H ${H}`, ...weights, scale.map(powerOfTen).join(" … ")].join(" · ");
}
