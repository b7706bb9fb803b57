import { copy } from "../copy.js";
import { t } from "../i18n.js";
import { child } from "./band.js";
import { icon } from "./fields.js";

/**
 * A dialog over the page: a native one, so that the browser holds the focus, closes it on Escape and gives the focus back.
 *
 * @typedef {{ root: HTMLDialogElement, body: HTMLElement, open(): void, close(): void }} Dialog
 * @param {{ title: string, className: string, onClose?: () => void }} options  title: a key of the catalogue
 * @returns {Dialog}
 */
export function createDialog({ title, className, onClose = () => {} }) {
  const root = /** @type {HTMLDialogElement} */ (child(document.body, "dialog", `dialog ${className}`));
  const head = child(root, "div", "dialog-head");
  const heading = child(head, "h2");
  heading.id = `${className}-title`;
  heading.textContent = t(title);
  root.setAttribute("aria-labelledby", heading.id);
  const close = button(head, "icon-only");
  close.setAttribute("aria-label", t("panel.close"));
  close.append(icon("close"));
  close.addEventListener("click", () => root.close());
  root.addEventListener("keydown", (event) => event.stopPropagation()); // the page's keys are not the dialog's
  root.addEventListener("pointerdown", (event) => { if (event.target === root) root.close(); });
  root.addEventListener("close", onClose);
  return { root, body: child(root, "div", "dialog-body"), open: () => { if (!root.open) root.showModal(); }, close: () => root.close() };
}

/** @param {Element} parent @param {string} [className] @param {string} [words] @returns {HTMLButtonElement} */
export function button(parent, className = "button", words = "") {
  const element = /** @type {HTMLButtonElement} */ (child(parent, "button", className));
  element.type = "button";
  element.textContent = words;
  return element;
}

/**
 * Sheets of a dialog, one at a time.
 * @template {string} N
 * @param {HTMLElement} parent @param {{ name: string, names: N[], word: (name: N) => string, onShow?: (name: N) => void }} options
 * @returns {{ sheets: Record<N, HTMLElement>, show(name: N): void }}
 */
export function tabs(parent, { name, names, word, onShow = () => {} }) {
  const list = child(parent, "div", "tabs");
  list.setAttribute("role", "tablist");
  const entries = names.map((entry) => {
    const tab = button(list, "tab", word(entry));
    const sheet = child(parent, "div", "tab-sheet");
    Object.assign(tab, { id: `${name}-tab-${entry}` });
    sheet.id = `${name}-sheet-${entry}`;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", sheet.id);
    sheet.setAttribute("role", "tabpanel");
    sheet.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", () => show(entry));
    return { entry, tab, sheet };
  });
  /** @param {N} wanted */
  function show(wanted) {
    for (const { entry, tab, sheet } of entries) {
      tab.setAttribute("aria-selected", String(entry === wanted));
      tab.tabIndex = entry === wanted ? 0 : -1;
      sheet.hidden = entry !== wanted;
    }
    onShow(wanted);
  }
  list.addEventListener("keydown", ({ key }) => {
    const at = entries.findIndex(({ tab }) => tab === document.activeElement);
    const next = entries[(at + (key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0) + entries.length) % entries.length];
    if (at < 0 || next === entries[at]) return;
    next.tab.focus();
    show(next.entry);
  });
  return { sheets: /** @type {any} */ (Object.fromEntries(entries.map(({ entry, sheet }) => [entry, sheet]))), show };
}

/** A list of choices with its label. @param {Element} parent @param {string} label  a key @param {(value: string) => void} [onPick] */
export function choice(parent, label, onPick = () => {}) {
  const line = child(parent, "label", "choice");
  child(line, "span").textContent = t(label);
  const wrap = child(line, "span", "select");
  const element = /** @type {HTMLSelectElement} */ (child(wrap, "select"));
  element.addEventListener("change", () => onPick(element.value));
  return {
    line, element,
    /** @param {{ value: string, words: string }[]} options */
    offer(options) {
      const before = element.value;
      element.replaceChildren(...options.map(({ value, words }) => new Option(words, value)));
      if (options.some(({ value }) => value === before)) element.value = before;
    },
  };
}

/** A line that tells how something went; read aloud when it changes. @param {Element} parent */
export function statusLine(parent) {
  const line = child(parent, "p", "dialog-status");
  line.setAttribute("role", "status");
  return {
    line,
    /** @param {string} words @param {"" | "fault"} [kind] */
    say(words, kind = "") {
      line.textContent = words;
      line.classList.toggle("is-fault", kind === "fault");
    },
  };
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
