import { t } from "../i18n.js";

/**
 * A teacher's link: what of a lesson is left out (`hide`), what of its figure is shown but cannot be changed (`lock`).
 * The page's own parts are hidden by the server before anything is drawn (`data-hide`, chapter.css); the figure's
 * controls, elements with data-control="name", here, whenever the figure makes new ones.
 *
 * @typedef {"free" | "lock" | "hide"} Use
 * @typedef {{ hide: string[], lock: string[] }} Wishes
 * @typedef {object} LinkOptions
 * @property {string} address            of the lesson, without a query
 * @property {string} at                 the step at which it begins
 * @property {string[]} [hide]
 * @property {string[]} [lock]
 * @property {string} [lang]             "": the reader's own
 * @property {string} [theme]            "": the reader's own
 * @property {boolean} [embed]           the figure alone
 */

/** Parts of the page that a link may leave out. */
export const PARTS = /** @type {const} */ (["header", "nav", "text", "questions", "link"]);
const NAME = /^[A-Za-z][\w-]*$/;
const GUARDED = ["pointerdown", "mousedown", "touchstart", "click", "keydown", "input", "change", "wheel"];

/** @param {string} search  a query @returns {Wishes} */
export function readWishes(search) {
  const asked = new URLSearchParams(search);
  const list = (/** @type {string} */ name) => [...new Set((asked.get(name) ?? "").split(",").filter((word) => NAME.test(word)))];
  return { hide: list("hide"), lock: list("lock") };
}

/** The address of a lesson as a class should meet it. @param {LinkOptions} options */
export function teacherLink({ address, at, hide = [], lock = [], lang = "", theme = "", embed = false }) {
  const said = Object.entries({ at, hide: hide.join(), lock: lock.join(), embed: embed ? "1" : "", lang, theme });
  const query = said.filter(([, value]) => value).map(([name, value]) => `${name}=${value.split(",").map(encodeURIComponent).join()}`);
  return query.length ? `${address}?${query.join("&")}` : address;
}

/** The HTML that puts an address into another page. @param {string} address @param {string} title */
export function frameSnippet(address, title) {
  const safe = (/** @type {string} */ text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  return `<iframe src="${safe(address)}" width="100%" height="760" style="border: 0" title="${safe(title)}" loading="lazy"></iframe>`;
}

/** The controls of a figure, each once, with the words that name it to a reader. @param {HTMLElement} figure */
export function controlsOf(figure) {
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (figure.querySelectorAll("[data-control]"))) {
    const name = element.dataset.control ?? "";
    if (NAME.test(name) && !found.has(name)) found.set(name, name === "transport" ? t("export.part.transport") : labelOf(element) || name);
  }
  const labels = [...found.values()];
  const isTwin = (/** @type {string} */ label) => labels.indexOf(label) !== labels.lastIndexOf(label);
  return [...found].map(([name, label]) => ({ name, label: isTwin(label) ? `${label} (${name})` : label }));
}

const LABELS = "legend, label, [aria-label], [aria-labelledby], button";

/** How an element is called, by itself or by the first of its parts that has a name. @param {Element} element @returns {string} */
export function labelOf(element) {
  for (const one of [element, ...element.querySelectorAll(LABELS)]) {
    const spoken = one.getAttribute("aria-label") ?? namedBy(one) ?? (one === element ? "" : plainText(one));
    if (spoken.trim()) return spoken.trim().replace(/\s+/g, " ");
  }
  return plainText(element).trim().replace(/\s+/g, " ").slice(0, 40);
}

/** @param {Element} element */
function namedBy(element) {
  const ids = element.getAttribute("aria-labelledby")?.split(/\s+/) ?? [];
  const words = ids.map((id) => element.ownerDocument.getElementById(id)).filter((one) => one !== null).map(plainText);
  return words.length ? words.join(" ") : null;
}

/** An element's words, each formula once. @param {Element} element */
export function plainText(element) {
  const copy = /** @type {Element} */ (element.cloneNode(true));
  for (const twice of copy.querySelectorAll(".katex-mathml, .visually-hidden, svg")) twice.remove();
  return copy.textContent ?? "";
}

/** Keep a figure as the link wants it. @param {HTMLElement} figure @param {Wishes} wishes @param {AbortSignal} signal */
export function keepWishes(figure, { hide, lock }, signal) {
  if (!hide.length && !lock.length) return;
  const wanted = (/** @type {HTMLElement} */ element) => element.dataset.control ?? "";
  const isLocked = (/** @type {EventTarget | null} */ target) => {
    const control = target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest("[data-control]")) : null;
    return control !== null && lock.includes(wanted(control));
  };
  function apply() {
    for (const element of /** @type {NodeListOf<HTMLElement>} */ (figure.querySelectorAll("[data-control]"))) {
      if (hide.includes(wanted(element))) element.classList.add("left-out");
      if (lock.includes(wanted(element))) lockControl(element);
    }
  }
  for (const event of GUARDED) {
    figure.addEventListener(event, (happened) => {
      const tab = happened instanceof KeyboardEvent && happened.key === "Tab";
      if (tab || !isLocked(happened.target)) return;
      happened.stopImmediatePropagation();
      if (happened.cancelable && event !== "wheel" && event !== "touchstart") happened.preventDefault();
    }, { signal, capture: true });
  }
  const observer = new MutationObserver(apply);
  observer.observe(figure, { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled", "data-control"] });
  signal.addEventListener("abort", () => observer.disconnect());
  apply();
}

/** Shown, and said to be locked; each change is made once, for the observer sees it. @param {HTMLElement} element */
function lockControl(element) {
  if (!element.classList.contains("locked-control")) {
    element.classList.add("locked-control");
    element.title = t("controls.locked");
  }
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (element.querySelectorAll("input, select, textarea, button"))) {
    if (!input.disabled) input.disabled = true;
  }
  if (/** @type {HTMLInputElement} */ (element).disabled === false) /** @type {HTMLInputElement} */ (element).disabled = true;
}
