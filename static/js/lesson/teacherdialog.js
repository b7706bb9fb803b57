import { t } from "../i18n.js";
import { child } from "../views/band.js";
import { boxes, button, choice, copyButton, createDialog } from "../views/dialog.js";
import { PARTS, controlsOf, frameSnippet, teacherLink } from "./teacher.js";

/**
 * The dialog that makes a teacher's link, a frame for another page, and the printed handout.
 *
 * @typedef {import("./teacher.js").Use} Use
 * @typedef {object} TeacherOptions
 * @property {HTMLElement} figure
 * @property {{ id: string, heading: string }[]} steps
 * @property {() => string} current     the step that is read
 * @property {() => void} print
 */

const USES = /** @type {const} */ (["free", "lock", "hide"]);

/** @param {HTMLElement} opener @param {TeacherOptions} options */
export function startTeacher(opener, { figure, steps, current, print }) {
  const { body, open, close } = createDialog({ title: "teacher.button", className: "teacher" });
  child(body, "p", "dialog-note").textContent = t("teacher.note");
  const start = choice(body, "teacher.start", update);
  start.offer(steps.map(({ id, heading }) => ({ value: id, words: heading })));
  const language = choice(body, "teacher.language", update);
  language.offer([{ value: "", words: t("teacher.own") }, { value: "zh", words: "中文" }, { value: "en", words: "English" }]);
  const theme = choice(body, "teacher.theme", update);
  theme.offer([{ value: "", words: t("teacher.own") }, ...["light", "dark"].map((value) => ({ value, words: t(`teacher.${value}`) }))]);
  const hidden = boxes(body, "teacher.hide", [...PARTS], (name) => t(`teacher.part.${name}`), update);
  subtitle(body, "teacher.controls");
  const controls = child(body, "div", "teacher-controls");
  /** @type {{ name: string, use: HTMLSelectElement }[]} */
  let uses = [];

  subtitle(body, "teacher.link");
  const link = copied(body, "teacher.link", 2);
  subtitle(body, "teacher.embed");
  const snippet = copied(body, "teacher.snippet", 4);
  subtitle(body, "teacher.print");
  child(body, "p", "dialog-note").textContent = t("teacher.printNote");
  button(child(body, "div", "dialog-actions"), "button", t("teacher.print")).addEventListener("click", () => {
    close();
    print();
  });

  function listControls() {
    const before = new Map(uses.map(({ name, use }) => [name, use.value]));
    controls.replaceChildren();
    uses = controlsOf(figure).map(({ name, label }) => ({ name, use: useOf(controls, label, before.get(name) ?? "free", update) }));
    if (!uses.length) child(controls, "p", "dialog-note").textContent = t("teacher.noControls");
  }
  function update() {
    const named = (/** @type {Use} */ wanted) => uses.filter(({ use }) => use.value === wanted).map(({ name }) => name);
    const options = { address: location.origin + location.pathname, at: start.element.value, lock: named("lock"), lang: language.element.value, theme: theme.element.value };
    link.value = teacherLink({ ...options, hide: [...hidden.checked(), ...named("hide")] });
    const kept = hidden.checked().filter((name) => name === "link"); // a frame leaves the others out anyway
    snippet.value = frameSnippet(teacherLink({ ...options, hide: [...kept, ...named("hide")], embed: true }), document.title);
  }
  opener.addEventListener("click", () => {
    listControls();
    start.element.value = current();
    update();
    open();
  });
}

/** @param {HTMLElement} root @param {string} key */
function subtitle(root, key) {
  child(root, "h3", "dialog-subtitle").textContent = t(key);
}

/** One control and what the class may do with it. @param {HTMLElement} root @param {string} label @param {string} value @param {() => void} onPick */
function useOf(root, label, value, onPick) {
  const { line, element, offer } = choice(root, "teacher.controls", onPick);
  /** @type {HTMLElement} */ (line.querySelector("span")).textContent = label;
  offer(USES.map((use) => ({ value: use, words: t(`teacher.use.${use}`) })));
  element.value = value;
  return element;
}

/** A text to copy. @param {HTMLElement} root @param {string} key @param {number} rows */
function copied(root, key, rows) {
  const line = child(root, "div", "copied");
  const field = /** @type {HTMLTextAreaElement} */ (child(line, "textarea", "code"));
  Object.assign(field, { readOnly: true, rows, spellcheck: false });
  field.setAttribute("aria-label", t(key));
  field.addEventListener("focus", () => field.select());
  copyButton(line, () => field.value, t(key));
  return field;
}
