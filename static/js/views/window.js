import { percent } from "../format.js";
import { t } from "../i18n.js";
import { backwardProgress } from "../playhead.js";
import { renderMath, renderPhrase } from "../math.js";
import { windowOf } from "../windows.js";
import { child } from "./band.js";
import { createGrid, triangleHeight } from "./cells.js";
import { draw } from "./lab.js";

/**
 * The window of truncated back-propagation, dragged on the picture: the edge of the band that it leaves of the triangle,
 * and below it a slider on the time axis, for keys and fingers.
 *
 * @typedef {import("../view.js").Trace} Trace
 * @typedef {import("../view.js").ViewState} ViewState
 * @typedef {import("./cells.js").Grid} Grid
 * @typedef {{ onWindow: (w: number | null, dragging: boolean) => void, onOpen: () => void }} WindowOptions
 */

const THUMB = 28;

/** The edge of a window of w steps: from the left, a step down at each row; the left side of the last row where nothing is cut.
 * @param {Grid} grid @param {number} w @returns {string} a path's d */
export function windowEdge({ axis, rows, pitch }, w) {
  if (w >= rows) return `M0 ${(rows - 1) * pitch}V${rows * pitch}`;
  const steps = Array.from({ length: rows - w }, (_, i) => `H${axis.left(i + 2)}V${(w + i + 1) * pitch}`);
  return `M0 ${w * pitch}${steps.join("")}`;
}

/** The window whose edge is nearest to a point of the triangle, 1..T. @param {Grid} grid @param {number} x @param {number} y */
export function windowAt({ axis, rows, rowAt }, x, y) {
  const first = Math.round(x / axis.column) + 1;  // the first step that is still reached
  return Math.min(rows, Math.max(1, rowAt(y) - first + 1));
}

/** @param {HTMLElement} root  of the triangle @param {WindowOptions} options @returns {import("../view.js").View} */
export function windowHandle(root, { onWindow, onOpen }) {
  const layer = child(root, "div", "window-layer");
  const svg = draw(layer, "svg", { class: "window-edge", "aria-hidden": "true" });
  const [wash, line, grip] = ["wash", "line", "grip"].map((name) => draw(svg, "path", { class: name }));
  draw(grip, "title").textContent = t("window.drag");
  const name = child(root, "div", "window-name");
  child(name, "span", "window-word").textContent = t("window.name");
  renderMath(child(name, "span", "stage-letter"), "w");
  const row = child(root, "div", "window-row");
  child(row, "div", "window-track");
  const kept = child(row, "div", "window-kept");
  const lost = /** @type {HTMLButtonElement} */ (child(row, "button", "window-lost"));
  lost.type = "button";
  lost.addEventListener("click", onOpen);
  const input = /** @type {HTMLInputElement} */ (child(row, "input", "window-slider"));
  Object.assign(input, { type: "range", min: "1", step: "1", dir: "rtl" });
  input.setAttribute("aria-label", t("window.label"));
  const pill = child(row, "div", "window-pill");

  let T = 1;
  /** @type {Grid | null} */ let grid = null;
  const set = (/** @type {number} */ w, /** @type {boolean} */ dragging) => onWindow(w < T ? w : null, dragging);
  input.addEventListener("input", () => set(input.valueAsNumber, true));
  input.addEventListener("change", () => set(input.valueAsNumber, false));
  const stop = dragging(grip, (x, y, going) => grid && set(windowAt(grid, x, y), going));
  let drawn = "";

  return {
    update(trace, state) {
      const { axis, settings, narrow, room } = state;
      T = trace.T;
      root.classList.toggle("has-window", T > 1);
      if (T < 2) return;
      grid = createGrid(axis, T, triangleHeight(T, narrow, room, axis.whole));
      const w = Math.min(T, settings.truncate ?? T);
      const locked = settings.lock.includes("truncate");
      const key = [axis.column, axis.width, grid.height, w, T, locked].join();
      if (key !== drawn) {
        drawn = key;
        place(grid, w);
        input.disabled = locked;
        root.classList.toggle("window-locked", locked);
      }
      say(trace, state, w);
    },
    destroy() {
      stop();
      for (const element of [layer, name, row]) element.remove();
    },
  };

  /** @param {Grid} grid @param {number} w */
  function place(grid, w) {
    const { axis } = grid;
    svg.setAttribute("width", String(axis.width));
    svg.setAttribute("height", String(grid.height));
    for (const path of [line, grip]) path.setAttribute("d", windowEdge(grid, w));
    wash.setAttribute("d", w < T ? `${windowEdge(grid, w)}H0Z` : "");
    root.classList.toggle("window-off", w === T);
    const x = axis.left(T - w + 1);
    input.max = String(T);
    input.value = String(w);
    input.style.left = `${-THUMB / 2}px`;
    input.style.width = `${axis.left(T) + THUMB}px`;
    kept.style.left = `${x}px`;
    kept.style.width = `${axis.width - x}px`;
    pill.style.transform = `translate(calc(${x.toFixed(1)}px - ${w === T ? "0px" : "50%"}), -50%)`;
    if (w === T) pill.textContent = t("window.all");
    else renderMath(pill, `w = ${w}`);
    if (w === T) delete pill.dataset.tex;
    lost.style.width = `${Math.max(0, x - 34)}px`;
    input.setAttribute("aria-valuetext", w === T ? t("window.off") : t("window.value", { w }));
  }

  /** What is lost, beside the slider, where it is known and there is room. @param {Trace} trace @param {ViewState} state @param {number} w */
  function say(trace, { windows, head, axis }, w) {
    const pair = windows.w === w && windowOf(trace) === w ? windows.pairs?.find(({ name }) => name === "W") : undefined;
    const known = pair !== undefined && backwardProgress(head, 1, T) >= 1;
    const room = axis.left(T - w + 1) - 34;
    lost.hidden = !known || room < 56;
    if (!known || lost.hidden) return;
    const key = room > 210 ? "window.lost" : room > 110 ? "window.lostShort" : "window.lostShare";
    const words = `${key} ${pair.lost}`;
    if (lost.dataset.words === words) return;
    lost.dataset.words = words;
    renderPhrase(lost, key, { lost: { strong: percent(pair.lost) }, W: { tex: "\\partial L/\\partial\\W" } });
  }
}

/** Dragging by pointer, in the element's own pixels. @param {SVGElement} grip @param {(x: number, y: number, going: boolean) => void} onDrag @returns {() => void} */
function dragging(grip, onDrag) {
  const listening = new AbortController();
  const { signal } = listening;
  let held = false;
  const report = (/** @type {PointerEvent} */ event, /** @type {boolean} */ going) => {
    const box = /** @type {SVGElement} */ (grip.ownerSVGElement).getBoundingClientRect();
    onDrag(event.clientX - box.left, event.clientY - box.top, going);
  };
  grip.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    held = true;
    grip.setPointerCapture(event.pointerId);
    event.preventDefault();
  }, { signal });
  grip.addEventListener("pointermove", (event) => held && report(event, true), { signal });
  for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
    grip.addEventListener(name, (event) => {
      if (held) report(event, false);
      held = false;
    }, { signal });
  }
  return () => listening.abort();
}
