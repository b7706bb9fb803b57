/**
 * Light or dark. theme-early.js has set it before the first paint; here it changes.
 *
 * @typedef {import("./scales.js").Theme} Theme
 */

const GROUND = { light: "#ffffff", dark: "#171a21" };

/** @type {Set<(theme: Theme) => void>} */
const listeners = new Set();

/** @returns {Theme} */
export const themeNow = () => (document.documentElement.dataset.theme === "dark" ? "dark" : "light");

/** Be told of another theme, chosen or the system's. @param {(theme: Theme) => void} listener @returns {() => void} stop */
export function onTheme(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Show a theme for now. @param {Theme} theme */
export function showTheme(theme) {
  document.documentElement.dataset.theme = theme;
  paintBrowser();
  for (const listener of listeners) listener(theme);
}

/** The browser's own bar takes the colour of the page's head. */
function paintBrowser() {
  document.querySelector('meta[name="theme-color"]')?.setAttribute("content", GROUND[themeNow()]);
}

/** Show a theme and remember that it was chosen. @param {Theme} theme */
export function chooseTheme(theme) {
  showTheme(theme);
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // storage is closed in some embedded frames: the choice then lasts as long as the page
  }
}

/** Was a theme chosen, by the link or here? Then the system's changes are not followed. */
function isChosen() {
  try {
    return new URLSearchParams(location.search).has("theme") || localStorage.getItem("theme") !== null;
  } catch {
    return false;
  }
}

/** Follow the system while nothing else was chosen. @returns {() => void} stop */
export function followSystem() {
  paintBrowser();
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    if (!isChosen()) showTheme(dark.matches ? "dark" : "light");
  };
  dark.addEventListener("change", follow);
  return () => dark.removeEventListener("change", follow);
}
