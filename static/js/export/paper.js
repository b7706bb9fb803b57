import { createAxis } from "../axis.js";
import { createScales } from "../scales.js";
import { themeNow } from "../theme.js";
import { child, drawAt } from "../views/band.js";
import { cellView } from "../views/cell/cell.js";
import { cellState, gates } from "../views/gates.js";
import { gradient } from "../views/gradient.js";
import { heatmap } from "../views/heatmap.js";
import { narration } from "../views/narration.js";
import { stage } from "../views/stage/stage.js";
import { timeline } from "../views/timeline.js";
import { triangle } from "../views/triangle.js";
import { draw } from "./drawing.js";
import { embedFonts } from "./fonts.js";

/**
 * The picture drawn again beside the page: the same views at the size of a print, the whole sequence, on the ground that
 * was chosen. Nobody sees it; it is copied into a file.
 *
 * @typedef {import("../view.js").Trace} Trace
 * @typedef {import("../view.js").ViewState} ViewState
 * @typedef {{ trace: Trace, state: ViewState }} Picture
 * @typedef {"all" | "stage" | "hidden" | "cell" | "gates" | "gradient" | "triangle" | "opened"} ViewName   opened: one step's cell, its wiring
 * @typedef {"white" | "theme" | "open"} Ground
 */

/** @type {Record<string, (root: HTMLElement, options: any) => import("../view.js").View | { update(trace: Trace, state: ViewState): void, destroy(): void }>} */
const VIEWS = { headline: narration, stage, time: timeline, hidden: heatmap, cell: cellState, gates, gradient, triangle };
const WHOLE = Object.keys(VIEWS);
VIEWS.opened = cellView;
const WIDTH = 1000; // CSS pixels; a long sequence takes more
const FINE = 3;     // device pixels a CSS pixel

/** The views that this trace has. @param {Trace} trace @returns {ViewName[]} */
export function viewsOf({ gates: gated, cell }) {
  return /** @type {ViewName[]} */ (["all", "stage", "hidden", cell && "cell", gated && "gates", "gradient", "triangle", "opened"].filter(Boolean));
}

/** @param {ViewName} name @returns {string[]} */
const partsOf = (name) => (name === "all" ? WHOLE : name === "stage" ? ["stage", "time"] : [name]);

/**
 * @param {ViewName} name @param {Picture} picture @param {Ground} ground @param {number} [density]
 * @returns {{ root: HTMLElement, ground: string, update(picture: Picture): void, apply<R>(run: () => R): R, destroy(): void }}
 *   apply: run something that reads the paper's styles, in its own theme
 */
export function createPaper(name, { trace, state }, ground, density = FINE) {
  const theme = ground === "theme" ? themeNow() : "light";
  const axis = createAxis({ width: WIDTH, T: trace.T, narrow: false, fit: false });
  const scales = createScales(theme, state.scales.range);
  const root = child(document.body, "div", "bands paper");
  root.inert = true;
  root.setAttribute("aria-hidden", "true");
  for (const [side, size] of Object.entries({ gutter: axis.gutter, plot: axis.width, margin: axis.margin })) root.style.setProperty(`--${side}`, `${size}px`);
  root.style.width = `${axis.gutter + axis.width + axis.margin}px`;
  const apply = (/** @type {() => any} */ run) => inTheme(theme, density, run);
  const views = apply(() => partsOf(name).map((part) => VIEWS[part](child(root, "section", part === "headline" ? "paper-headline" : ""), {})));
  /** @param {Picture} now */
  const update = (now) => apply(() => {
    const shown = { ...now.state, axis, scales, hover: null, narrow: false, room: 0, stale: false, settings: { ...now.state.settings, zoom: name === "opened" } };
    for (const view of views) view.update(now.trace, shown);
  });
  update({ trace, state });
  return {
    root, ground: ground === "open" ? "" : scales.ink.surface, update, apply,
    destroy() {
      for (const view of views) view.destroy();
      root.remove();
    },
  };
}

/** The page's own theme and density are back before it is painted again. @param {"light" | "dark"} theme @param {number} density @param {() => any} run */
function inTheme(theme, density, run) {
  const { dataset } = document.documentElement;
  const before = dataset.theme;
  dataset.theme = theme;
  drawAt(density);
  try {
    return run();
  } finally {
    dataset.theme = before;
    drawAt(0);
  }
}

/** One view as a self-contained SVG document. @param {ViewName} name @param {Picture} picture @param {Ground} ground @param {string} title */
export async function toSvg(name, picture, ground, title) {
  const paper = createPaper(name, picture, ground);
  const { svg, faces } = paper.apply(() => draw(paper.root, { ground: paper.ground, title }));
  paper.destroy();
  return finish(svg, await embedFonts(faces));
}

/** @param {SVGSVGElement} svg @param {string} rules  its fonts */
export function finish(svg, rules) {
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
  style.textContent = rules;
  svg.prepend(style);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(svg)}\n`;
}

/** An SVG document as an image. @param {string} svg */
export async function imageOf(svg) {
  const image = new Image();
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  image.src = address;
  try {
    await image.decode();
  } finally {
    URL.revokeObjectURL(address);
  }
  return image;
}

/** One view as a PNG, three pixels to a CSS pixel. @param {ViewName} name @param {Picture} picture @param {Ground} ground @param {string} title @returns {Promise<Blob>} */
export async function toPng(name, picture, ground, title) {
  const image = await imageOf(await toSvg(name, picture, ground, title));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(image.naturalWidth * FINE), Math.round(image.naturalHeight * FINE)];
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture is too large"))), "image/png"));
}
