import { t } from "../i18n.js";
import { child } from "./band.js";
import { button } from "./dialog.js";
import { icon } from "./fields.js";

/**
 * A sentence above the picture that the reader puts away.
 * @param {HTMLElement} root
 */
export function noticeView(root) {
  root.classList.add("notice");
  root.setAttribute("role", "alert");
  root.hidden = true;
  return {
    /** @param {string} words */
    say(words) {
      root.replaceChildren(icon("alert"));
      child(root, "p").textContent = words;
      const close = button(root, "icon-only");
      close.setAttribute("aria-label", t("panel.close"));
      close.append(icon("close"));
      close.addEventListener("click", () => { root.hidden = true; });
      root.hidden = false;
    },
    clear() { root.hidden = true; },
  };
}
