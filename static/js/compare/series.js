/**
 * Each network's own colour and mark; beyond the five of them the lines are dashed, the marks hollow.
 *
 * @typedef {{ colour: string, mark: string, dashed: boolean }} Series
 */

const SVG = "http://www.w3.org/2000/svg";
const COLOURS = {
  light: ["#16181d", "#1d6fd1", "#c24a00", "#00795a", "#5b2a9e"],
  dark: ["#eceef2", "#4f9bff", "#ff9d52", "#8fe3b8", "#d8a4f0"],
};
const MARKS = ["disc", "square", "triangle", "diamond", "cross"];

/** @param {number} i @param {import("../scales.js").Theme} theme @returns {Series} */
export const seriesOf = (i, theme) => ({ colour: COLOURS[theme][i % 5], mark: MARKS[i % 5], dashed: i >= 5 });

/** The outline of a mark around 0,0. @param {string} mark @param {number} r */
export function markPath(mark, r) {
  const [a, b, c] = [0.9 * r, 1.1 * r, 1.25 * r];
  if (mark === "square") return `M${-a} ${-a}H${a}V${a}H${-a}Z`;
  if (mark === "triangle") return `M0 ${-b}L${b} ${a}H${-b}Z`;
  if (mark === "diamond") return `M0 ${-c}L${c} 0L0 ${c}L${-c} 0Z`;
  if (mark === "cross") return `M${-c} 0H${c}M0 ${-c}V${c}`;
  return `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
}

/** @param {Element} parent @param {string} tag @param {Record<string, string | number>} [attributes] @returns {SVGElement} */
export function draw(parent, tag, attributes = {}) {
  const element = /** @type {SVGElement} */ (document.createElementNS(SVG, tag));
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  parent.append(element);
  return element;
}

/** @param {Element} parent @param {Series} series @param {number} x @param {number} y @param {{ r?: number, ground: string }} look  ground: what a hollow mark is filled with */
export function drawMark(parent, { colour, mark, dashed }, x, y, { r = 4, ground }) {
  const open = mark === "cross";
  return draw(parent, "path", {
    d: markPath(mark, r), transform: `translate(${x} ${y})`, fill: open ? "none" : dashed ? ground : colour,
    stroke: open || dashed ? colour : ground, "stroke-width": open ? 2 : dashed ? 1.6 : 1, "stroke-linejoin": "round",
  });
}
