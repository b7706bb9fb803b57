import { exchange, explain } from "../exchange.js";
import { t } from "../i18n.js";
import { child } from "../views/band.js";
import { button, choice, copyButton, statusLine } from "../views/dialog.js";
import { save } from "./save.js";

/**
 * The sheet of code: the question of this picture as a program that prints the same loss.
 *
 * @typedef {"numpy" | "pytorch" | "curl"} Language
 */

/** @type {Language[]} */
const LANGUAGES = ["numpy", "pytorch", "curl"];
const ELSEWHERE = "http://127.0.0.1:8000"; // where the server's own text takes it to run

/** @param {HTMLElement} root @param {{ request: () => Record<string, any> }} options */
export function codeSheet(root, { request }) {
  const language = choice(root, "export.language", () => void ask());
  language.offer(LANGUAGES.map((value) => ({ value, words: t(`export.language.${value}`) })));
  const text = child(root, "pre", "code-text");
  text.tabIndex = 0;
  text.setAttribute("role", "region");
  text.setAttribute("aria-label", t("export.program"));
  const row = child(root, "div", "dialog-actions");
  const keep = button(row, "button", t("export.saveCode"));
  copyButton(row, () => text.textContent ?? "", t("export.program"));
  const status = statusLine(root);
  child(root, "p", "dialog-note").textContent = t("export.codeNote");
  let filename = "unrolled.txt";
  /** @type {AbortController | null} */
  let asking = null;

  async function ask() {
    asking?.abort();
    const { signal } = (asking = new AbortController());
    const outcome = await exchange("code", { request: request(), language: language.element.value }, signal);
    if (signal.aborted) return;
    const failed = "problem" in outcome;
    text.hidden = row.hidden = failed;
    status.say(failed ? explain(outcome.problem) : "", failed ? "fault" : "");
    if (failed) return;
    text.textContent = outcome.answer.code.replaceAll(ELSEWHERE, location.origin + (document.documentElement.dataset.root ?? ""));
    text.scrollTop = 0;
    filename = outcome.answer.filename;
  }
  keep.addEventListener("click", () => {
    save(filename, text.textContent ?? "", "text/plain");
    status.say(t("export.saved", { name: filename }));
  });
  return { show: () => void ask(), leave: () => asking?.abort() };
}
