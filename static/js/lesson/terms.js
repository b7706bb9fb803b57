import { renderMath } from "../math.js";
import { child } from "../views/band.js";

/**
 * The glossary where it is needed: pointing at a term of the prose, or giving it the focus, reads its definition. The
 * page holds the definitions of its own terms (`<script id="glossary">`); the term's link leads to the whole glossary.
 *
 * @typedef {{ word: string, other: string, definition: string, formula: string }} Term
 * @typedef {{ left: number, top: number, right: number, bottom: number }} Box   in the window, pixels
 */

const DELAY = 150; // milliseconds of rest before it shows, and before it goes

/** @param {HTMLElement} page @param {Record<string, Term>} terms @param {AbortSignal} signal */
export function startTerms(page, terms, signal) {
  const bubble = /** @type {HTMLElement} */ (child(document.body, "div", "term-bubble"));
  Object.assign(bubble, { id: "term-bubble", role: "tooltip", hidden: true });
  /** @type {HTMLElement | null} */
  let shown = null;
  let tapped = false;
  let timer = 0;

  /** @param {HTMLElement} link */
  function show(link) {
    clearTimeout(timer);
    const term = terms[link.dataset.term ?? ""];
    if (!term || link === shown) return;
    hide();
    shown = link;
    fill(bubble, term);
    link.setAttribute("aria-describedby", bubble.id);
    bubble.hidden = false;
    place();
  }
  function hide() {
    clearTimeout(timer);
    shown?.removeAttribute("aria-describedby");
    shown = null;
    bubble.hidden = true;
  }
  function place() {
    const line = shown?.getClientRects()[0];
    if (!line) return;
    const { left, top } = placeBubble(line, bubble.getBoundingClientRect(), { width: innerWidth, height: innerHeight });
    bubble.style.transform = `translate(${left}px, ${top}px)`;
  }
  /** @param {() => void} act */
  const soon = (act) => {
    clearTimeout(timer);
    timer = window.setTimeout(act, DELAY);
  };

  page.addEventListener("pointerover", ({ target, pointerType }) => {
    const link = termOf(target);
    if (link && pointerType === "mouse") soon(() => show(link));
  }, { signal });
  page.addEventListener("pointerout", ({ target, pointerType }) => {
    if (termOf(target) && pointerType === "mouse") soon(hide);
  }, { signal });
  bubble.addEventListener("pointerenter", () => clearTimeout(timer)); // one may go and read, or select
  bubble.addEventListener("pointerleave", () => soon(hide));
  page.addEventListener("pointerdown", ({ target, pointerType }) => {
    tapped = pointerType !== "mouse" && termOf(target) !== shown;
  }, { signal });
  page.addEventListener("click", (event) => {
    const link = termOf(event.target);
    if (link && tapped) { // the first tap reads, the second follows the link
      event.preventDefault();
      show(link);
    }
    tapped = false;
  }, { signal });
  page.addEventListener("focusin", ({ target }) => {
    const link = termOf(target);
    if (link?.matches(":focus-visible")) show(link);
  }, { signal });
  page.addEventListener("focusout", ({ target }) => { if (termOf(target) === shown) hide(); }, { signal });
  document.addEventListener("pointerdown", ({ target }) => {
    if (shown && !termOf(target) && !(target instanceof Node && bubble.contains(target))) hide();
  }, { signal });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !shown) return;
    event.preventDefault(); // one Escape, one thing
    hide();
  }, { signal, capture: true });
  addEventListener("scroll", place, { signal, passive: true, capture: true });
  addEventListener("resize", hide, { signal });
  signal.addEventListener("abort", () => bubble.remove());
}

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
const termOf = (target) => (target instanceof Element ? target.closest("a[data-term]") : null);

/** @param {HTMLElement} bubble @param {Term} term */
function fill(bubble, { word, other, definition, formula }) {
  bubble.replaceChildren();
  const head = child(bubble, "p", "term-words");
  child(head, "strong").textContent = word;
  if (other !== word) child(head, "span").textContent = other;
  child(bubble, "p").textContent = definition;
  if (formula) renderMath(/** @type {HTMLElement} */ (child(bubble, "div", "term-formula")), formula, { display: true });
}

const [EDGE, GAP] = [8, 6];

/**
 * Below the word, or above it where there is no room below; always inside the window.
 * @param {Box} word @param {{ width: number, height: number }} bubble @param {{ width: number, height: number }} window
 */
export function placeBubble(word, bubble, window) {
  const left = Math.max(EDGE, Math.min(word.left, window.width - bubble.width - EDGE));
  const below = word.bottom + GAP;
  const above = word.top - GAP - bubble.height;
  const fits = below + bubble.height <= window.height - EDGE || above < EDGE;
  return { left, top: fits ? Math.max(EDGE, Math.min(below, window.height - bubble.height - EDGE)) : above };
}
