import { t } from "../i18n.js";

/**
 * Predict, then reveal: what is said to whoever chooses an answer. Nothing is graded or kept, and one may choose again.
 * @param {HTMLElement} prose
 */
export function startQuestions(prose) {
  prose.addEventListener("click", ({ target }) => {
    const chosen = target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest("button.choice")) : null;
    if (chosen) reveal(chosen);
  });
}

/** @param {HTMLElement} chosen */
function reveal(chosen) {
  const question = /** @type {HTMLElement} */ (chosen.closest(".question"));
  for (const choice of question.querySelectorAll("button.choice")) choice.setAttribute("aria-pressed", String(choice === chosen));
  const right = chosen.hasAttribute("data-right");
  const feedback = /** @type {HTMLElement} */ (question.querySelector(".feedback"));
  feedback.dataset.right = String(right);
  const verdict = document.createElement("strong");
  verdict.textContent = t(right ? "lesson.right" : "lesson.wrong");
  const because = /** @type {HTMLElement} */ (chosen.parentElement?.querySelector(".because"));
  feedback.replaceChildren(verdict, " ", ...[...because.childNodes].map((node) => node.cloneNode(true)));
}
