import katex from "katex";
import { t } from "./i18n.js";
import { samePart } from "./parts.js";

/**
 * Formulas. \U, \W and \V are the shared weights in their own colours; `linked` makes a piece of a formula a part of the
 * picture (see parts.js): pointing at it lights the part everywhere, and the other way round.
 *
 * @typedef {import("./parts.js").Part} Part
 */

const MACROS = {
  "\\U": "\\htmlClass{letter-U}{U}", "\\W": "\\htmlClass{letter-W}{W}", "\\V": "\\htmlClass{letter-V}{V}",
  "\\part": "\\htmlData{part=#1}{#2}", "\\norm": "\\left\\lVert #1 \\right\\rVert", "\\d": "\\partial",
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
  if (!(element instanceof HTMLElement || element instanceof SVGElement)) return null;
  const { part: kind, t: step, k, i } = element.dataset;
  const index = (/** @type {string | undefined} */ text) => (text === undefined ? undefined : Number(text));
  return { kind: /** @type {Part["kind"]} */ (kind), t: index(step), k: index(k), i: index(i) };
}

const MARKS = /^[.,:;?!)。，：；？！、）”’]+/u;

/** Keep the punctuation after a formula on its line. @param {HTMLElement} formula  within text */
export function holdPunctuation(formula) {
  const after = formula.nextSibling;
  const marks = after?.nodeType === Node.TEXT_NODE ? MARKS.exec(after.nodeValue ?? "")?.[0] : undefined;
  if (!marks) return;
  const together = document.createElement("span");
  together.style.whiteSpace = "nowrap";
  formula.replaceWith(together);
  together.append(formula, marks);
  /** @type {Text} */ (after).deleteData(0, marks.length);
}

/**
 * What a placeholder of a message stands for: text, a number, a formula, or text that stands out.
 * @typedef {string | number | { tex: string } | { strong: string }} Piece
 */

/** A piece as an element; `mark`, the punctuation after it, stays on its line. @param {Piece} piece @param {string} mark @returns {Node} */
function pieceNode(piece, mark) {
  if (typeof piece !== "object") return document.createTextNode(piece + mark);
  const element = document.createElement("tex" in piece ? "span" : "strong");
  if ("tex" in piece) renderMath(element, piece.tex);
  else element.textContent = piece.strong;
  if (!mark) return element;
  const together = document.createElement("span");
  together.style.whiteSpace = "nowrap";
  together.append(element, mark);
  return together;
}

/** A message of the catalogue with formulas among its words. @param {HTMLElement} element @param {string} key @param {Record<string, Piece>} [pieces] */
export function renderPhrase(element, key, pieces = {}) {
  const [first, ...rest] = t(key).split(/\{(\w+)\}([.,:;?!。，：；？！、）)]?)/);
  /** @type {(Node | string)[]} */
  const nodes = [first];
  for (let i = 0; i < rest.length; i += 3) nodes.push(pieceNode(pieces[rest[i]] ?? `{${rest[i]}}`, rest[i + 1]), rest[i + 2]);
  element.replaceChildren(...nodes);
}

/** Ring every part inside `root` that is what is pointed at. @param {Element} root @param {Part | null} hover */
export function ringParts(root, hover) {
  for (const element of root.querySelectorAll("[data-part]")) {
    const part = partOf(element);
    element.classList.toggle("is-linked", part !== null && samePart(hover, part));
  }
}
