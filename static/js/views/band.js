import { renderMath } from "../math.js";

/**
 * The frame that every band shares: its name in the gutter, a plot whose columns are the time axis, a scale at the right.
 *
 * @typedef {{ root: HTMLElement, name: HTMLElement, plot: HTMLElement, scale: HTMLElement }} Band
 * @param {HTMLElement} root
 * @param {{ kind: string, title: string, tex?: string, note?: string }} text
 * @returns {Band}
 */
export function createBand(root, { kind, title, tex, note }) {
  root.classList.add("band", `band-${kind}`);
  const name = child(root, "div", "band-name");
  child(name, "strong").textContent = title;
  if (tex) renderMath(child(name, "span", "band-math"), tex);
  if (note) child(name, "span", "band-note").textContent = note;
  return { root, name, plot: child(root, "div", "band-plot"), scale: child(root, "div", "band-scale") };
}

/** @param {Element} parent @param {string} tag @param {string} [className] @returns {HTMLElement} */
export function child(parent, tag, className) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  parent.append(element);
  return element;
}

/** Device pixels a CSS pixel; more than the screen has while a picture is drawn for print. */
let printed = 0;

/** Draw canvases this fine from now on; 0: as the screen wants. @param {number} density */
export const drawAt = (density) => { printed = density; };

/** A canvas of CSS size width × height at the screen's density, cleared, ready to draw in CSS pixels.
 * @param {HTMLCanvasElement} canvas @param {number} width @param {number} height */
export function prepare(canvas, width, height) {
  const density = printed || Math.min(2, window.devicePixelRatio || 1);
  const [w, h] = [Math.round(width * density), Math.round(height * density)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.setTransform(density, 0, 0, density, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}
