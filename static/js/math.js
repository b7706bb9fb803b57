import katex from "katex";

/**
 * Formulas. \U, \W and \V are the shared weights in their own colours; `linked` makes a piece of a formula a part of the
 * picture (see parts.js): pointing at it lights the part everywhere, and the other way round.
 *
 * @typedef {import("./parts.js").Part} Part
 */

const MACROS = {
  "\\U": "\\htmlClass{letter-U}{U}", "\\W": "\\htmlClass{letter-W}{W}", "\\V": "\\htmlClass{letter-V}{V}",
  "\\norm": "\\left\\lVert #1 \\right\\rVert", "\\d": "\\partial",
};
const TRUSTED = new Set(["\\htmlClass", "\\htmlData"]);

/** Render TeX into an element (DOM, no inline markup: the page's CSP allows none). @param {HTMLElement} element @param {string} tex @param {{ display?: boolean }} [options] */
export function renderMath(element, tex, { display = false } = {}) {
  if (element.dataset.tex === tex) return;
  element.dataset.tex = tex;
  katex.render(tex, element, {
    displayMode: display, macros: { ...MACROS }, throwOnError: false, strict: false,
    trust: ({ command }) => TRUSTED.has(command),
  });
}

/** A piece of TeX that is a part of the picture. @param {Part} part @param {string} tex */
export function linked(part, tex) {
  const data = Object.entries(part).map(([name, value]) => `${name === "kind" ? "part" : name}=${value}`);
  return `\\htmlData{${data.join(", ")}}{${tex}}`;
}

/** The part that an element of a rendered formula stands for, if any. @param {EventTarget | null} target @returns {Part | null} */
export function partOf(target) {
  const element = target instanceof Element ? target.closest("[data-part]") : null;
  if (!(element instanceof HTMLElement)) return null;
  const { part: kind, t, k, i } = element.dataset;
  const index = (/** @type {string | undefined} */ text) => (text === undefined ? undefined : Number(text));
  return { kind: /** @type {Part["kind"]} */ (kind), t: index(t), k: index(k), i: index(i) };
}
