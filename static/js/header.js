import { copy } from "./copy.js";
import { t } from "./i18n.js";
import { writeSettings } from "./state.js";
import { chooseTheme, followSystem, onTheme, themeNow } from "./theme.js";

/**
 * The page's head: copy link, language, theme, the panels' buttons, and the menu that holds the rest on a phone. Its
 * markup is the template's.
 *
 * @typedef {import("./state.js").Settings} Settings
 * @typedef {object} HeaderOptions
 * @property {() => Settings} [settings]   those of the instrument's picture, for the links to it
 * @property {(over: { lang?: string }) => string} [query]   of the links to the picture, where it is not the instrument's
 * @property {() => Promise<{ link: string, whole: boolean }>} [link]   what the button copies; whole: it holds all that is shown
 * @property {() => void} [onPartial]   a link was copied that does not
 * @property {(theme: import("./scales.js").Theme) => void} [onChoose]   the reader chose a theme: a link that asks for
 *   one must now ask for this
 * @param {HeaderOptions} [options]
 * @returns {() => void} stop
 */
export function startHeader({ settings, query = settings && ((over) => writeSettings({ ...settings(), ...over })), link, onPartial = () => {}, onChoose = () => {} } = {}) {
  const root = /** @type {HTMLElement} */ (document.getElementById("top"));
  const undo = new AbortController();
  const { signal } = undo;
  const stopTheme = themeButton(root, onChoose, signal);
  menu(root, signal);
  rememberLanguage(root, signal);
  if (query) {
    languageLinks(root, query, signal);
    copyButton(root, { link: link ?? (async () => ({ link: location.origin + location.pathname + query({}), whole: true })), onPartial }, signal);
  }
  return () => {
    undo.abort();
    stopTheme();
  };
}

const YEAR = 365 * 24 * 3600;

/** Only who switches is remembered: a link in another language is for once. @param {HTMLElement} root @param {AbortSignal} signal */
function rememberLanguage(root, signal) {
  root.addEventListener("click", ({ target }) => {
    const link = target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest("a[data-language]")) : null;
    if (link) document.cookie = `lang=${link.dataset.language}; Path=${document.documentElement.dataset.root || "/"}; Max-Age=${YEAR}; SameSite=Lax`;
  }, { signal });
}

/** The language switch leads to the same picture. @param {HTMLElement} root @param {(over: { lang?: string }) => string} query @param {AbortSignal} signal */
function languageLinks(root, query, signal) {
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (root.querySelectorAll("a[data-language]"))) {
    const keepState = () => link.setAttribute("href", query({ lang: link.dataset.language ?? "" }));
    for (const event of ["pointerenter", "pointerdown", "focus", "click"]) link.addEventListener(event, keepState, { signal });
  }
}

/** @param {HTMLElement} root @param {(theme: import("./scales.js").Theme) => void} onChoose @param {AbortSignal} signal */
function themeButton(root, onChoose, signal) {
  const button = /** @type {HTMLButtonElement} */ (root.querySelector("#theme-button"));
  const show = () => button.setAttribute("aria-pressed", String(themeNow() === "dark"));
  const stops = [onTheme(show), followSystem()];
  button.addEventListener("click", () => {
    chooseTheme(themeNow() === "dark" ? "light" : "dark");
    onChoose(themeNow());
  }, { signal });
  show();
  return () => stops.forEach((stop) => stop());
}

/** The phone's menu: a disclosure that closes on Escape, on a choice and on a press elsewhere. @param {HTMLElement} root @param {AbortSignal} signal */
function menu(root, signal) {
  const button = /** @type {HTMLButtonElement} */ (root.querySelector("#menu-button"));
  const list = /** @type {HTMLElement} */ (root.querySelector("#menu"));
  const isOpen = () => button.getAttribute("aria-expanded") === "true";
  const show = (/** @type {boolean} */ open) => {
    button.setAttribute("aria-expanded", String(open));
    list.classList.toggle("open", open);
  };
  button.addEventListener("click", () => show(!isOpen()), { signal });
  document.addEventListener("pointerdown", ({ target }) => {
    const inside = target instanceof Node && (list.contains(target) || button.contains(target));
    if (!inside) show(false);
  }, { signal });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isOpen()) return;
    event.stopPropagation();
    show(false);
    button.focus();
  }, { signal });
  list.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !root.contains(relatedTarget)) show(false);
  }, { signal });
}

const COPIED_FOR = 2000;

/** @param {HTMLElement} root @param {{ link: () => Promise<{ link: string, whole: boolean }>, onPartial: () => void }} options @param {AbortSignal} signal */
function copyButton(root, { link, onPartial }, signal) {
  const button = root.querySelector("#copy-button");
  const label = root.querySelector("#copy-label");
  const status = root.querySelector("#copy-status");
  const icon = button?.querySelector("use");
  if (!button || !label || !status || !icon) return;
  let timer = 0;
  const say = (/** @type {string} */ words, /** @type {string} */ name) => {
    label.textContent = words;
    icon.setAttribute("href", `#icon-${name}`);
  };
  button.addEventListener("click", async () => {
    const { link: address, whole } = await link();
    const done = await copy(address);
    say(!done ? t("header.notCopied") : whole ? t("header.copied") : t("header.copiedPart"), done && whole ? "check" : "alert");
    if (done && !whole) onPartial();
    status.textContent = label.textContent;
    clearTimeout(timer);
    timer = window.setTimeout(() => say(t("header.copy"), "link"), COPIED_FOR);
  }, { signal });
}
