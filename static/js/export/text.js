/**
 * Text of HTML as SVG text: each line at its own baseline and as wide as it is on the page, so that it keeps its place
 * where another font has to stand in.
 *
 * @typedef {{ text: string, left: number, top: number, width: number, height: number }} Line
 */

/** @type {Map<string, { ascent: number, size: number }>} */
const measured = new Map();
/** @type {CanvasRenderingContext2D | null} */
let pen = null;

/** The share of a font's height that is above its baseline. @param {CSSStyleDeclaration} style */
function ascentOf({ fontStyle, fontWeight, fontSize, fontFamily }) {
  const font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
  let found = measured.get(font);
  if (!found) {
    pen ??= /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
    pen.font = font;
    const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = pen.measureText("x");
    found = { ascent, size: ascent + descent };
    measured.set(font, found);
  }
  return found.ascent / found.size;
}

/** The lines that a text node stands in, in window pixels. @param {Text} node @returns {Line[]} */
export function linesOf(node) {
  const range = document.createRange();
  const start = node.data.length - node.data.trimStart().length;
  range.setStart(node, start); // white space around it is the layout's
  range.setEnd(node, node.data.trimEnd().length);
  const boxes = [...range.getClientRects()].filter(({ width }) => width > 0);
  if (boxes.length <= 1) return boxes.map((box) => line(node.data, box));
  /** @type {Line[]} */
  const lines = [];
  let at = start;
  for (const symbol of node.data.trim()) {
    range.setStart(node, at);
    range.setEnd(node, (at += symbol.length));
    const box = range.getBoundingClientRect();
    const last = lines.at(-1);
    if (last && Math.abs(last.top - box.top) < 1) {
      last.text += symbol;
      last.width = Math.max(last.width, box.right - last.left);
    } else if (box.width > 0) lines.push({ text: symbol, left: box.left, top: box.top, width: box.width, height: box.height });
  }
  return lines;
}

/** @param {string} text @param {DOMRect} box @returns {Line} */
const line = (text, { left, top, width, height }) => ({ text, left, top, width, height });

/** The y of a line's baseline. @param {Line} line @param {CSSStyleDeclaration} style */
export const baseline = ({ top, height }, style) => top + height * ascentOf(style);
