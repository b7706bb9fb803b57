import { child, prepare } from "../views/band.js";
import { createGrid, hatch, paintBitmap } from "../views/cells.js";
import { draw } from "./series.js";

/**
 * A small credit triangle on the scale of all. Where only the last step has a loss it is that one row, drawn as a strip.
 *
 * @typedef {import("./result.js").Result} Result
 * @typedef {import("./result.js").Place} Place
 * @typedef {import("../scales.js").Scales} Scales
 * @typedef {{ columns: number, rows: number, first: number, width: number, height: number, column: number, pitch: number }} Shape
 *   first: the loss step, from 1, of its top row
 */

const STRIP = 24;

/** @param {Result} result @param {number} size @returns {Shape} */
export function shapeOf({ T, losses }, size) {
  const alone = losses.length === 1 && T > 1;
  const first = alone ? losses[0] : 1;
  const rows = alone ? 1 : T;
  const height = alone ? STRIP : size;
  return { columns: T, rows, first, width: size, height, column: size / T, pitch: height / rows };
}

/** The cell under a point, if there is one. @param {Shape} shape @param {number} x @param {number} y */
export function cellAt({ columns, rows, first, column, pitch }, x, y) {
  const k = Math.floor(x / column) + 1;
  const t = Math.floor(y / pitch) + first;
  return k >= 1 && k <= columns && k <= t && t < first + rows ? { t, k } : null;
}

/** @param {HTMLElement} root @param {{ onHover: (place: Place | null) => void }} options */
export function createTriangle(root, { onHover }) {
  const canvas = /** @type {HTMLCanvasElement} */ (child(root, "canvas", "small-triangle"));
  const over = draw(root, "svg", { class: "small-marks", "aria-hidden": "true" });
  /** @type {Shape | null} */
  let shape = null;
  /** @type {unknown[]} */
  let painted = [];
  let marked = "";
  canvas.setAttribute("role", "img");
  canvas.addEventListener("pointermove", ({ offsetX, offsetY }) => onHover(shape && cellAt(shape, offsetX, offsetY)));
  canvas.addEventListener("pointerleave", () => onHover(null));
  return {
    /** @param {Result} result @param {Scales} scales @param {number} size @param {Place | null} place  what is pointed at, anywhere @param {string} label */
    update(result, scales, size, place, label) {
      shape = shapeOf(result, size);
      const wanted = [result, scales, size, window.devicePixelRatio];
      if (wanted.some((value, i) => value !== painted[i])) {
        painted = wanted;
        paint(prepare(canvas, shape.width, shape.height), result, shape, scales);
        for (const [name, value] of Object.entries({ width: shape.width, height: shape.height })) over.setAttribute(name, String(value));
        marked = "";
      }
      canvas.setAttribute("aria-label", label);
      const stamp = JSON.stringify([place, scales.theme]);
      if (stamp !== marked) markPlace(over, shape, place, scales);
      marked = stamp;
    },
  };
}

/** @param {CanvasRenderingContext2D} pen @param {Result} result @param {Shape} shape @param {Scales} scales */
function paint(pen, { rows, losses, T }, shape, scales) {
  const { column, width, height, first, pitch } = shape;
  const left = (/** @type {number} */ t) => (t - 1) * column;
  const grid = createGrid(/** @type {any} */ ({ T, column, width, left }), shape.rows, height);
  const silent = new Set(Array.from({ length: T }, (_, i) => i + 1));
  for (const t of losses) silent.delete(t);
  const norm = (/** @type {number} */ k, /** @type {number} */ row) => rows[row + first - 2][k - 1];
  const there = (/** @type {number} */ k, /** @type {number} */ row) => k <= row + first - 1 && !silent.has(row + first - 1);
  paintBitmap(pen, grid, (k, row) => (there(k, row) ? scales.norm(norm(k, row)) : null));
  pen.beginPath();
  for (let row = 1; row <= shape.rows; row += 1) {
    for (let k = 1; k <= T; k += 1) if (there(k, row) && scales.over(norm(k, row))) pen.rect(left(k), (row - 1) * pitch, column, pitch);
  }
  pen.fillStyle = hatch(pen, scales);
  pen.fill();
  pen.strokeStyle = scales.ink.edge;
  if (shape.rows === 1) pen.strokeRect(0.5, 0.5, width - 1, height - 1);
  else outline(pen, width, height);
}

/** @param {CanvasRenderingContext2D} pen @param {number} width @param {number} height */
function outline(pen, width, height) {
  pen.beginPath();
  pen.moveTo(0.5, 0);
  pen.lineTo(0.5, height - 0.5);
  pen.lineTo(width, height - 0.5);
  pen.stroke();
}

/** The same pair in every triangle, or the diagonal of one distance. @param {SVGElement} root @param {Shape} shape @param {Place | null} place @param {Scales} scales */
function markPlace(root, shape, place, { ink }) {
  root.replaceChildren();
  if (!place) return;
  const { column, pitch, first, columns, height } = shape;
  const alone = shape.rows === 1;
  if ("distance" in place && !alone) {
    if (place.distance >= columns) return;
    const [x, y] = [0, place.distance * pitch];
    for (const [colour, width] of [[ink.surface, 3.5], [ink.text, 1.5]]) {
      draw(root, "path", { d: `M${x} ${y}L${(columns - place.distance) * column} ${height}`, stroke: colour, "stroke-width": width });
    }
    return;
  }
  const { t, k } = "distance" in place ? { t: first, k: first - place.distance } : place;
  if (k < 1 || t > columns || (alone && t !== first)) return;
  const box = { x: (k - 1) * column, y: (t - first) * pitch, width: column, height: alone ? height : pitch };
  const grow = (/** @type {number} */ by) => ({ x: box.x - by, y: box.y - by, width: box.width + 2 * by, height: box.height + 2 * by });
  for (const [colour, by] of /** @type {[string, number][]} */ ([[ink.surface, 2.5], [ink.text, 1]])) {
    draw(root, "rect", { ...grow(by), fill: "none", stroke: colour, "stroke-width": 2 });
  }
}
