import { showTheme, themeNow } from "../theme.js";

const UNKNOWN = /^[…–]?$/; // a number that the figure has not said yet: a line to write it on

/**
 * A lesson on paper (print.css): always in light colours, and the figure as it stands on the screen, scaled to the page.
 *
 * @param {HTMLElement} column  that holds the figure
 * @param {AbortSignal} signal
 * @returns {() => void} print
 */
export function startPrinting(column, signal) {
  const style = document.documentElement.style;
  let dark = false;

  function prepare() {
    if (style.getPropertyValue("--print-width")) return;
    const { width, height } = fullSize(column);
    style.setProperty("--print-width", `${width}px`);
    style.setProperty("--print-zoom", String(printZoom(width, height)));
    for (const value of document.querySelectorAll(".value")) value.classList.toggle("unknown", UNKNOWN.test(value.textContent ?? ""));
    const caption = /** @type {HTMLElement | null} */ (column.querySelector(".figure-caption"));
    if (caption) caption.dataset.address = location.origin + location.pathname;
    dark = themeNow() === "dark";
    if (dark) showTheme("light");
  }
  function restore() {
    style.removeProperty("--print-width");
    style.removeProperty("--print-zoom");
    if (dark) showTheme("dark");
    dark = false;
  }
  addEventListener("beforeprint", prepare, { signal });
  addEventListener("afterprint", restore, { signal });
  return () => {
    prepare();
    requestAnimationFrame(() => requestAnimationFrame(() => print())); // the figure is drawn again in light colours
  };
}

/** With what its scrolling parts hold. @param {HTMLElement} column */
function fullSize(column) {
  const hidden = Math.max(0, ...[...column.children].map((part) => part.scrollHeight - part.clientHeight));
  return { width: column.offsetWidth, height: column.offsetHeight + hidden };
}

const PAPER = { width: 680, height: 900 }; // of A4 inside its margins, in CSS pixels, a little room left

/** By how much a figure of this size shrinks on paper. @param {number} width @param {number} height */
export function printZoom(width, height) {
  return Math.min(1, PAPER.width / width, PAPER.height / height);
}
