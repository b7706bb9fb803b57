import { copy } from "../copy.js";
import { t } from "../i18n.js";
import { SECTIONS } from "../state.js";
import { child } from "../views/band.js";
import { button, statusLine } from "../views/dialog.js";
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

/** A button that copies and says so. @param {HTMLElement} parent @param {() => string} text @param {string} what */
export function copyButton(parent, text, what) {
  const element = button(parent, "button", t("export.copy"));
  element.setAttribute("aria-label", t("export.copyWhat", { what }));
  const status = child(parent, "span", "visually-hidden");
  status.setAttribute("role", "status");
  let timer = 0;
  element.addEventListener("click", async () => {
    const done = await copy(text());
    status.textContent = element.textContent = t(done ? "header.copied" : "header.notCopied");
    clearTimeout(timer);
    timer = window.setTimeout(() => { element.textContent = t("export.copy"); }, 2000);
  });
  return element;
}

/** Boxes to check. @param {HTMLElement} root @param {string} key @param {string[]} names @param {(name: string) => string} word @param {() => void} onChange */
export function boxes(root, key, names, word, onChange) {
  const group = child(root, "fieldset", "boxes");
  child(group, "legend").textContent = t(key);
  const inputs = names.map((name) => {
    const label = child(group, "label");
    const box = /** @type {HTMLInputElement} */ (child(label, "input"));
    Object.assign(box, { type: "checkbox", value: name });
    box.addEventListener("change", onChange);
    child(label, "span").textContent = word(name);
    return box;
  });
  return {
    checked: () => inputs.filter((box) => box.checked).map((box) => box.value),
    /** @param {string[]} wanted */
    check(wanted) {
      for (const box of inputs) box.checked = wanted.includes(box.value);
    },
  };
}
