import { t } from "../i18n.js";
import { SECTIONS } from "../state.js";
import { child } from "../views/band.js";
import { boxes, button, copyButton, statusLine } from "../views/dialog.js";
import { save } from "./save.js";

/**
 * The sheet of ways to hand the picture on: its link, a file of its state, and a frame for another page.
 *
 * @typedef {object} Links
 * @property {() => Promise<{ link: string, whole: boolean }>} link   whole: it holds all that is shown; else the file must
 * @property {(hide: string[]) => Promise<string>} framed   the link of a frame that hides these parts
 * @property {() => string} file   the state as the text of a file
 */

/** @param {HTMLElement} root @param {Links} links */
export function sharingSheet(root, links) {
  const link = copied(root, "export.link", 1);
  const tooLong = child(root, "p", "dialog-note is-fault");
  tooLong.textContent = t("export.linkTooLong");
  tooLong.hidden = true;
  child(root, "h3", "dialog-subtitle").textContent = t("export.file");
  child(root, "p", "dialog-note").textContent = t("export.fileNote");
  const give = button(child(root, "div", "dialog-actions"), "button", t("export.saveFile"));
  const status = statusLine(root);
  give.addEventListener("click", () => {
    save("unrolled.json", links.file(), "application/json");
    status.say(t("export.saved", { name: "unrolled.json" }));
  });

  child(root, "h3", "dialog-subtitle").textContent = t("export.embed");
  const hidden = boxes(root, "export.hide", SECTIONS, (name) => t(`export.part.${name}`), () => void frame());
  const snippet = copied(root, "export.snippet", 3);
  hidden.check(["controls", "inspector", "header"]);

  async function frame() {
    const address = (await links.framed(hidden.checked())).replaceAll("&", "&amp;");
    snippet.set(`<iframe src="${address}" width="100%" height="640" style="border: 0" title="Unrolled" loading="lazy"></iframe>`);
  }
  return {
    async show() {
      const { link: address, whole } = await links.link();
      link.set(address);
      tooLong.hidden = whole;
      status.say("");
      await frame();
    },
    leave() {},
  };
}

/** A text to copy. @param {HTMLElement} root @param {string} key @param {number} rows */
function copied(root, key, rows) {
  const line = child(root, "div", "copied");
  const field = /** @type {HTMLTextAreaElement} */ (child(line, "textarea", "code"));
  Object.assign(field, { readOnly: true, rows, spellcheck: false });
  field.setAttribute("aria-label", t(key));
  field.addEventListener("focus", () => field.select());
  copyButton(line, () => field.value, t(key));
  return { set: (/** @type {string} */ value) => { field.value = value; } };
}
