import { child, prepare } from "./band.js";

/**
 * An array as cells that can be pointed at, dragged and reached by keys. It knows rows, columns and numbers, no names.
 *
 * @typedef {import("../scales.js").Scales} Scales
 * @typedef {{ row: number, column: number }} Place   from 0
 * @typedef {{ rows: number, columns: number, value(place: Place): number, edited(place: Place): boolean, most: number }} Matrix
 * @typedef {object} GridOptions
 * @property {(place: Place, how: "point" | "key") => void} onSelect
 * @property {(by: number, done: boolean) => void} onDrag   by: pixels to the right since the press
 * @property {(first: string) => void} onType              a digit, a sign or a point was typed; "" Enter
 * @property {(direction: 1 | -1) => void} onNudge
 * @property {() => void} onReset
 * @property {(v: number) => void} onPaste
 */

const WIDE = 296;
const [TALLEST, LARGEST, SMALLEST] = [280, 26, 3];
const STILL = 3; // pixels that a press may move and still be a press

/** @param {HTMLElement} parent @param {GridOptions} options */
export function editGrid(parent, options) {
  const frame = child(parent, "div", "edit-frame");
  const root = child(frame, "div", "edit-grid");
  root.tabIndex = 0;
  root.setAttribute("role", "group");
  const canvas = /** @type {HTMLCanvasElement} */ (child(root, "canvas"));
  canvas.setAttribute("aria-hidden", "true");
  const ring = child(root, "div", "edit-ring");
  const speech = child(frame, "div", "strip-speech");
  speech.setAttribute("aria-live", "polite");
  /** @type {Matrix} */
  let matrix = { rows: 1, columns: 1, value: () => 0, edited: () => false, most: 1 };
  /** @type {Place} */
  let at = { row: 0, column: 0 };
  const size = () => ({ w: Math.max(SMALLEST, Math.min(LARGEST, WIDE / matrix.columns)), h: Math.max(SMALLEST, Math.min(LARGEST, TALLEST / matrix.rows)) });
  const within = (/** @type {Place} */ { row, column }) => ({
    row: Math.min(matrix.rows - 1, Math.max(0, row)), column: Math.min(matrix.columns - 1, Math.max(0, column)),
  });

  const stopPointer = pointing(root, {
    press: (x, y) => {
      const { w, h } = size();
      options.onSelect(within({ row: Math.floor(y / h), column: Math.floor(x / w) }), "point");
    },
    drag: options.onDrag,
  });
  root.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const action = keyAction(event.key, at, matrix, within, options);
    if (!action) return;
    event.preventDefault();
    action();
  });

  root.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain").trim() ?? "";
    if (text === "" || !Number.isFinite(Number(text))) return; // more than a number is the page's to open
    event.stopPropagation();
    event.preventDefault();
    options.onPaste(Number(text));
  });

  return {
    root,
    /** @param {Matrix} next @param {Place} place @param {Scales} scales */
    show(next, place, scales) {
      [matrix, at] = [next, place];
      const { w, h } = size();
      paint(prepare(canvas, w * matrix.columns, h * matrix.rows), matrix, { w, h }, scales);
      ring.style.transform = `translate(${place.column * w}px, ${place.row * h}px)`;
      [ring.style.width, ring.style.height] = [`${w}px`, `${h}px`];
    },
    /** @param {string} words */
    say(words) {
      if (speech.textContent !== words) speech.textContent = words;
    },
    destroy: stopPointer,
  };
}

/** @param {string} key @param {Place} at @param {Matrix} matrix @param {(place: Place) => Place} within @param {GridOptions} options @returns {(() => void) | null} */
function keyAction(key, { row, column }, { columns }, within, { onSelect, onType, onNudge, onReset }) {
  const go = (/** @type {number} */ down, /** @type {number} */ right) => () => onSelect(within({ row: row + down, column: column + right }), "key");
  /** @type {Record<string, () => void>} */
  const actions = {
    ArrowUp: go(-1, 0), ArrowDown: go(1, 0), ArrowLeft: go(0, -1), ArrowRight: go(0, 1), Home: go(0, -columns), End: go(0, columns),
    PageUp: () => onNudge(1), PageDown: () => onNudge(-1), Delete: onReset, Backspace: onReset, Enter: () => onType(""),
  };
  return actions[key] ?? (/^[-\d.]$/.test(key) ? () => onType(key) : null);
}

/** @param {CanvasRenderingContext2D} pen @param {Matrix} matrix @param {{ w: number, h: number }} size @param {Scales} scales */
function paint(pen, { rows, columns, value, edited, most }, { w, h }, { value: colour, ink }) {
  const gap = Math.min(w, h) >= 8 ? 1 : 0;
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      pen.fillStyle = colour(value({ row, column }) / most);
      pen.fillRect(column * w + gap / 2, row * h + gap / 2, w - gap, h - gap);
    }
  }
  pen.fillStyle = ink.text;
  pen.strokeStyle = ink.surface;
  const corner = Math.max(3, Math.min(7, 0.4 * Math.min(w, h)));
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      if (!edited({ row, column })) continue;
      const [right, top] = [(column + 1) * w - gap / 2, row * h + gap / 2];
      pen.beginPath();
      pen.moveTo(right - corner, top);
      pen.lineTo(right, top);
      pen.lineTo(right, top + corner);
      pen.closePath();
      pen.stroke();
      pen.fill();
    }
  }
}

/** A press selects; moved sideways, it drags. Up and down are the panel's, to scroll.
 * @param {HTMLElement} root @param {{ press(x: number, y: number): void, drag(by: number, done: boolean): void }} on */
function pointing(root, { press, drag }) {
  const undo = new AbortController();
  const { signal } = undo;
  let from = NaN;
  let moved = false;
  root.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const { left, top } = root.getBoundingClientRect();
    from = event.clientX;
    moved = false;
    root.setPointerCapture(event.pointerId);
    press(event.clientX - left, event.clientY - top);
  }, { signal });
  root.addEventListener("pointermove", ({ clientX }) => {
    if (Number.isNaN(from) || (!moved && Math.abs(clientX - from) <= STILL)) return;
    moved = true;
    drag(clientX - from, false);
  }, { signal });
  const end = (/** @type {PointerEvent} */ { clientX, type }) => {
    if (Number.isNaN(from)) return;
    if (moved && type === "pointerup") drag(clientX - from, true);
    from = NaN;
  };
  root.addEventListener("pointerup", end, { signal });
  root.addEventListener("pointercancel", end, { signal });
  return () => undo.abort();
}
