import { baseline, linesOf } from "./text.js";

/**
 * A piece of the page as one SVG: text as text, boxes and inline SVG as shapes, canvases as pictures. All styles are
 * written out, so the drawing needs neither the page's style sheets nor its scripts.
 *
 * @typedef {object} Drawing
 * @property {SVGSVGElement} svg
 * @property {Set<string>} faces   faces of fonts that come with the page, as "family weight style"
 *
 * @typedef {object} Options
 * @property {string} [ground]     the colour behind everything; "" leaves it open
 * @property {string} [title]
 * @property {(canvas: HTMLCanvasElement) => string | null} [picture]   a canvas as an address; null leaves it out
 * @property {string} [skip]       selector of what is left out
 */

let ramps = 0;

const SVG = "http://www.w3.org/2000/svg";
const NOT_DRAWN = "button, input, .visually-hidden, .katex-mathml, .strip-speech, [hidden]";
const SHAPE_STYLES = [
  ["fill", "rgb(0, 0, 0)"], ["fill-opacity", "1"], ["stroke", "none"], ["stroke-width", "1px"], ["stroke-opacity", "1"], ["stroke-dasharray", "none"], ["stroke-linecap", "butt"],
  ["stroke-linejoin", "miter"], ["opacity", "1"], ["paint-order", "normal"],
];

/** @param {Element} root @param {Options} [options] @returns {Drawing} */
export function draw(root, { ground = "", title = "", picture = (canvas) => canvas.toDataURL("image/png"), skip = "" } = {}) {
  const { left, top, width, height } = root.getBoundingClientRect();
  const svg = /** @type {SVGSVGElement} */ (make("svg", null, { width: round(width), height: round(height), viewBox: `0 0 ${round(width)} ${round(height)}` }));
  svg.setAttribute("xmlns", SVG);
  if (title) make("title", svg).textContent = title;
  if (ground) make("rect", svg, { width: round(width), height: round(height), fill: ground });
  const context = { left, top, ground: getComputedStyle(root).backgroundColor, faces: new Set(), picture, skip: skip ? `${NOT_DRAWN}, ${skip}` : NOT_DRAWN };
  for (const node of inOrder(root)) drawNode(node, svg, context);
  return { svg, faces: context.faces };
}

/** @typedef {{ left: number, top: number, ground: string, faces: Set<string>, picture: NonNullable<Options["picture"]>, skip: string }} Context */

/** @param {string} tag @param {Element | null} parent @param {Record<string, string | number>} [attributes] */
function make(tag, parent, attributes = {}) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  parent?.append(element);
  return element;
}

const round = (/** @type {number} */ v) => Math.round(v * 100) / 100;

/** Children from the one at the back to the one in front. @param {Element} element @returns {ChildNode[]} */
function inOrder(element) {
  const depth = (/** @type {ChildNode} */ node) => (node instanceof HTMLElement ? Number.parseInt(getComputedStyle(node).zIndex, 10) || 0 : 0);
  return [...element.childNodes].map((node) => ({ node, z: depth(node) })).sort((a, b) => a.z - b.z).map(({ node }) => node);
}

/** @param {ChildNode} node @param {Element} parent @param {Context} context */
function drawNode(node, parent, context) {
  if (node instanceof Text) drawText(node, parent, context);
  if (!(node instanceof Element) || node.matches(context.skip)) return;
  const style = getComputedStyle(node);
  if (style.display === "none" || style.visibility === "hidden" || style.opacity === "0" || style.clipPath !== "none") return;
  const group = Number(style.opacity) < 1 ? make("g", parent, { opacity: style.opacity }) : parent;
  if (node instanceof HTMLCanvasElement) return drawCanvas(node, group, context);
  if (node instanceof SVGSVGElement) return drawSvg(node, group, context);
  drawBox(node.getBoundingClientRect(), style, group, context);
  drawBefore(node, group, context);
  for (const child of inOrder(node)) drawNode(child, group, context);
}

/** @param {Text} node @param {Element} parent @param {Context} context */
function drawText(node, parent, context) {
  if (!node.data.trim() || !node.parentElement) return;
  const style = getComputedStyle(node.parentElement);
  for (const line of linesOf(node)) {
    const text = make("text", parent, { x: round(line.left - context.left), y: round(baseline(line, style) - context.top), fill: style.color });
    text.textContent = line.text.replace(/\s+/g, " ").trim();
    if (/\S{2}/.test(line.text)) text.setAttribute("textLength", String(round(line.width)));
    writeFont(text, style, context);
  }
}

/** @param {Element} text @param {CSSStyleDeclaration} style @param {Context} context */
function writeFont(text, style, { faces }) {
  const first = style.fontFamily.split(",")[0].replaceAll('"', "");
  if (first.startsWith("KaTeX")) faces.add(`${first} ${style.fontWeight} ${style.fontStyle}`);
  text.setAttribute("font-family", style.fontFamily.replaceAll('"', "'"));
  text.setAttribute("font-size", style.fontSize);
  if (style.fontWeight !== "400") text.setAttribute("font-weight", style.fontWeight);
  if (style.fontStyle !== "normal") text.setAttribute("font-style", style.fontStyle);
}

/** @param {HTMLCanvasElement} canvas @param {Element} parent @param {Context} context */
function drawCanvas(canvas, parent, { left, top, picture }) {
  const box = canvas.getBoundingClientRect();
  const href = box.width && canvas.width ? picture(canvas) : null;
  if (href) make("image", parent, { x: round(box.left - left), y: round(box.top - top), width: round(box.width), height: round(box.height), href });
}

const isOpen = (/** @type {string} */ colour) => colour === "transparent" || colour.endsWith(", 0)");

/** Ground, borders and rings of an element. @param {DOMRect} box @param {CSSStyleDeclaration} style @param {Element} parent @param {Context} context */
function drawBox(box, style, parent, { left, top, ground }) {
  const [x, y] = [box.left - left, box.top - top];
  const radius = style.borderTopLeftRadius.endsWith("%") ? box.height / 2 : Math.min(Number.parseFloat(style.borderTopLeftRadius) || 0, box.height / 2);
  const rect = (/** @type {number} */ grow, /** @type {Record<string, string | number>} */ look) => make("rect", parent, {
    x: round(x - grow), y: round(y - grow), width: round(Math.max(0, box.width + 2 * grow)), height: round(Math.max(0, box.height + 2 * grow)), ...(radius ? { rx: round(radius + grow) } : {}), ...look,
  });
  if (!isOpen(style.backgroundColor) && style.backgroundColor !== ground) rect(0, { fill: style.backgroundColor });
  const ramp = rampOf(style.backgroundImage, parent);
  if (ramp) rect(0, { fill: ramp });
  for (const [, colour, spread] of style.boxShadow.matchAll(/(rgba?\([^)]*\)) 0px 0px 0px ([\d.]+)px(?! inset)/g)) {
    rect(Number(spread) / 2, { fill: "none", stroke: colour, "stroke-width": spread });
  }
  const sides = /** @type {const} */ (["Top", "Right", "Bottom", "Left"]);
  const widths = sides.map((side) => (style[`border${side}Style`] === "none" ? 0 : Number.parseFloat(style[`border${side}Width`])));
  if (widths.every((width) => width > 0)) rect(-widths[0] / 2, { fill: "none", stroke: style.borderTopColor, "stroke-width": widths[0] });
  else sides.forEach((side, i) => { if (widths[i] > 0) drawSide(side, widths[i], style[`border${side}Color`], { x, y, width: box.width, height: box.height }, parent); });
}

/** A ramp of evenly spaced colours, upwards or to the right, as a fill. @param {string} image @param {Element} parent */
function rampOf(image, parent) {
  const [, way, list] = /^linear-gradient\(to (top|right), (.*)\)$/.exec(image) ?? [];
  if (!way) return null;
  const colours = list.match(/rgba?\([^)]*\)/g) ?? [];
  const id = `ramp-${(ramps += 1)}`;
  const gradient = make("linearGradient", parent, { id, ...(way === "top" ? { x1: 0, y1: 1, x2: 0, y2: 0 } : {}) });
  colours.forEach((colour, i) => make("stop", gradient, { offset: round(i / (colours.length - 1)), "stop-color": colour }));
  return `url(#${id})`;
}

/** One border alone, as under a fraction. @param {"Top" | "Right" | "Bottom" | "Left"} side @param {number} size @param {string} fill @param {{ x: number, y: number, width: number, height: number }} box @param {Element} parent */
function drawSide(side, size, fill, { x, y, width, height }, parent) {
  const lying = side === "Top" || side === "Bottom";
  make("rect", parent, {
    x: round(side === "Right" ? x + width - size : x), y: round(side === "Bottom" ? y + height - size : y), width: round(lying ? width : size), height: round(lying ? size : height), fill,
  });
}

/** Marks that a style sheet puts before an element. @param {Element} element @param {Element} parent @param {Context} context */
function drawBefore(element, parent, context) {
  const style = getComputedStyle(element, "::before");
  const [width, height] = [style.width, style.height].map(Number.parseFloat);
  if (style.content === "none" || style.content === "normal" || !(width > 0 && height > 0)) return;
  const host = element.getBoundingClientRect();
  const shift = new DOMMatrix(style.transform === "none" ? "" : style.transform);
  const placed = style.position === "absolute";
  const text = [...element.childNodes].find((node) => node instanceof Text);
  const line = text instanceof Text ? linesOf(text)[0] : undefined;
  const left = host.left + (placed ? Number.parseFloat(style.left) : 0) + shift.e;
  const top = placed ? host.top + Number.parseFloat(style.top) + shift.f : line ? baseline(line, getComputedStyle(element)) - height : host.top;
  drawBox(new DOMRect(left, top, width, height), style, parent, { ...context, ground: "" });
}

/** Inline SVG as it is, styles written out. @param {SVGSVGElement} picture @param {Element} parent @param {Context} context */
function drawSvg(picture, parent, context) {
  const { left, top, width, height } = picture.getBoundingClientRect();
  if (!width || !height) return;
  const copy = make("svg", parent, { x: round(left - context.left), y: round(top - context.top), width: round(width), height: round(height), overflow: getComputedStyle(picture).overflow });
  for (const name of ["viewBox", "preserveAspectRatio"]) if (picture.hasAttribute(name)) copy.setAttribute(name, picture.getAttribute(name) ?? "");
  for (const child of picture.children) copyShape(child, copy, context);
}

const GEOMETRY = new Set(["x", "y", "x1", "x2", "y1", "y2", "dx", "dy", "cx", "cy", "r", "rx", "ry", "d", "points", "width", "height", "transform", "textLength"]);

/** @param {Element} shape @param {Element} parent @param {Context} context */
function copyShape(shape, parent, context) {
  const style = getComputedStyle(shape);
  if (style.display === "none" || style.visibility === "hidden" || style.opacity === "0" || shape.localName === "use") return;
  const copy = make(shape.localName, parent);
  for (const { name, value } of shape.attributes) if (GEOMETRY.has(name)) copy.setAttribute(name, value);
  const isText = shape.localName === "text" || shape.localName === "tspan";
  if (shape.localName !== "g") {
    for (const [name, usual] of SHAPE_STYLES) {
      const value = style.getPropertyValue(name);
      if (value && value !== usual) copy.setAttribute(name, value);
    }
  } else if (style.opacity !== "1") copy.setAttribute("opacity", style.opacity);
  if (isText) {
    writeFont(copy, style, context);
    if (style.getPropertyValue("text-anchor") !== "start") copy.setAttribute("text-anchor", style.getPropertyValue("text-anchor"));
  }
  for (const child of shape.childNodes) {
    if (child instanceof Element) copyShape(child, copy, context);
    else if (isText && child instanceof Text) copy.append(child.data);
  }
}
