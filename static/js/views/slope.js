import { fixed, plain, short } from "../format.js";
import { t as say } from "../i18n.js";
import { renderPhrase } from "../math.js";
import { PHI } from "../phi.js";
import { forwardProgress } from "../playhead.js";
import { isLost } from "../products.js";
import { forwardReveal } from "../reveal.js";
import { child } from "./band.js";
import { standsFor } from "./panel.js";

/**
 * φ and φ′ over the sequence's own pre-activations, on one axis: where each unit stood on the curve, hence how much
 * slope each step really had. All computed steps are marks, the darker the more, those of this step in ink.
 *
 * @typedef {import("../view.js").Trace} Trace
 * @typedef {import("../view.js").ViewState} ViewState
 */

const WIDTH = 296;
const LEFT = 32;
const RIGHT = 44;
const PLOTS = { phi: { top: 8, height: 52 }, slope: { top: 78, height: 64 } };
const BOTTOM = 142;
const HEIGHT = 162;
const BIN = 4;
const SVG = "http://www.w3.org/2000/svg";

/** @type {WeakMap<Trace, [number, number]>} */
const SPANS = new WeakMap();

/** The span of a that is drawn: all finite pre-activations and some air, at least −2..2. @param {Trace} trace @returns {[number, number]} */
export function span(trace) {
  const known = SPANS.get(trace);
  if (known) return known;
  let reach = 2;
  for (const row of trace.a) for (const a of row) if (Number.isFinite(a) && Math.abs(a) > reach) reach = Math.abs(a);
  /** @type {[number, number]} */
  const range = [-1.06 * reach, 1.06 * reach];
  SPANS.set(trace, range);
  return range;
}

/** How many pre-activations of steps 1..`steps` fall into each of `count` bins of a span. @param {Trace} trace @param {number} steps @param {[number, number]} range @param {number} count */
export function histogram(trace, steps, [low, high], count) {
  const bins = new Array(count).fill(0);
  for (let t = 0; t < steps; t += 1) {
    for (const a of trace.a[t]) {
      if (Number.isFinite(a)) bins[Math.min(count - 1, Math.max(0, Math.floor(((a - low) / (high - low)) * count)))] += 1;
    }
  }
  return bins;
}

/** @param {HTMLElement} root @returns {import("../view.js").View} */
export function slope(root) {
  root.classList.add("slope-plot");
  const title = child(root, "h3", "panel-subtitle");
  renderPhrase(title, "slope.title", { phi: { tex: "\\varphi" }, slope: { tex: "\\varphi'" } });
  const svg = element(root, "svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "slope-svg" });
  const layers = { axes: element(svg, "g"), curves: element(svg, "g"), crowd: element(svg, "g", { class: "crowd" }), marks: element(svg, "g", { class: "marks" }) };
  const note = child(root, "p", "panel-note");
  /** @type {Trace | null} */ let of = null;
  let drawn = "";
  let crowd = -1;

  return {
    update(trace, state) {
      const t = state.focus;
      const p = forwardProgress(state.head, t);
      const fresh = of !== trace;
      if (fresh) {
        of = trace;
        crowd = -1;
        backdrop(layers, trace);
        standsFor(note, { kind: "slope" });
      }
      const lit = forwardReveal(p, trace.H, state.reduced).met;
      const steps = state.head.pass === "forward" ? Math.floor(state.head.at + 1e-9) : trace.T;
      if (steps !== crowd) {
        crowd = steps;
        drawCrowd(layers.crowd, trace, steps);
      }
      const unit = state.hover?.kind === "unit" && state.hover.t === t ? state.hover.i ?? -1 : -1;
      const key = `${t} ${lit} ${unit}`;
      if (fresh || key !== drawn) {
        drawn = key;
        drawMarks(layers.marks, trace, t, lit, unit);
        caption(note, svg, trace, t, lit === trace.H && !isLost(trace, t));
      }
      root.classList.toggle("is-linked", state.hover?.kind === "slope" && (state.hover.t ?? t) === t);
    },
    destroy() {
      root.replaceChildren();
    },
  };
}

/** @param {Element} parent @param {string} name @param {Record<string, string | number>} [attributes] @returns {SVGElement} */
function element(parent, name, attributes = {}) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  parent.append(made);
  return made;
}

/** Pixels of a, φ and φ′. φ has the range of its own states; φ′ always 0..1, so that a small slope looks small. @param {Trace} trace */
function frame(trace) {
  const { f, bends } = PHI[trace.activation];
  const range = span(trace);
  const [low, high] = bends ? [Math.round(f(-40)), 1] : [Math.min(f(range[0]), 0), f(range[1])];
  const y = (/** @type {{ top: number, height: number }} */ { top, height }, /** @type {number} */ share) => top + height * (1 - share);
  const x = (/** @type {number} */ a) => LEFT + ((a - range[0]) / (range[1] - range[0])) * (WIDTH - LEFT - RIGHT);
  return {
    range, low, high, x,
    phi: (/** @type {number} */ v) => y(PLOTS.phi, (v - low) / (high - low)),
    slope: (/** @type {number} */ v) => y(PLOTS.slope, v),
  };
}

/** Axes, numbers and the two curves. @param {{ axes: SVGElement, curves: SVGElement }} layers @param {Trace} trace */
function backdrop({ axes, curves }, trace) {
  const phi = PHI[trace.activation];
  const at = frame(trace);
  axes.replaceChildren();
  curves.replaceChildren();
  const rule = (/** @type {number} */ y, kind = "") => element(axes, "line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y, y2: y, class: `rule ${kind}` });
  const label = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ text, kind = "") => { element(axes, "text", { x, y, class: `label ${kind}` }).textContent = text; };
  for (const v of ticks(at.low, at.high)) {
    const long = plain(v).length > 5;
    rule(at.phi(v));
    label(long ? LEFT + 3 : LEFT - 6, at.phi(v) + (!long ? 4 : v > 0 ? 13 : -4), plain(v), long ? "" : "end");
  }
  rule(at.slope(0));
  label(LEFT - 6, at.slope(0) + 4, "0", "end");
  if (phi.most < 1) { rule(at.slope(1)); label(LEFT - 6, at.slope(1) + 4, "1", "end"); }
  rule(at.slope(phi.most), "most");
  label(WIDTH - RIGHT + 5, at.slope(phi.most) + 4, `≤ ${phi.most}`);
  label(at.x(0), HEIGHT - 4, "0", "middle");
  label(LEFT, HEIGHT - 4, plain(at.range[0]));
  label(WIDTH - RIGHT, HEIGHT - 4, plain(at.range[1]), "end");
  element(axes, "line", { x1: at.x(0), x2: at.x(0), y1: PLOTS.phi.top, y2: BOTTOM, class: "rule" });
  label(WIDTH - RIGHT + 5, HEIGHT - 4, "a", "letter");
  label(WIDTH - RIGHT + 5, at.phi(phi.f(at.range[1])) + 4, "φ", "letter");
  const [end, most] = [at.slope(phi.slope(at.range[1])), at.slope(phi.most)];
  label(WIDTH - RIGHT + 5, Math.abs(end - most) < 14 ? most + 18 : end + 2, "φ′", "letter");
  curve(curves, trace, at.x, (a) => at.phi(phi.f(a)), "phi");
  curve(curves, trace, at.x, (a) => at.slope(phi.slope(a)), "slope");
}

/** The ends of φ's range, and zero. @param {number} low @param {number} high */
const ticks = (low, high) => (low < -0.02 * high ? [low, 0, high] : [0, high]);

/** @param {SVGElement} layer @param {Trace} trace @param {(a: number) => number} x @param {(a: number) => number} y @param {string} kind */
function curve(layer, trace, x, y, kind) {
  const [low, high] = span(trace);
  const points = Array.from({ length: 241 }, (_, i) => low + (i / 240) * (high - low));
  const kinks = PHI[trace.activation].bends ? [] : [-1e-9 * high, 1e-9 * high];
  const places = [...points, ...kinks].sort((p, q) => p - q).map((a) => `${x(a).toFixed(3)},${y(a).toFixed(3)}`);
  element(layer, "path", { d: `M${places.join("L")}`, class: `curve curve-${kind}` });
}

/** Marks of all computed steps, binned: the more, the darker. @param {SVGElement} layer @param {Trace} trace @param {number} steps */
function drawCrowd(layer, trace, steps) {
  layer.replaceChildren();
  const phi = PHI[trace.activation];
  const at = frame(trace);
  const count = Math.floor((WIDTH - LEFT - RIGHT) / BIN);
  const bins = histogram(trace, steps, at.range, count);
  const most = Math.max(1, ...bins);
  bins.forEach((n, i) => {
    const a = at.range[0] + ((i + 0.5) / count) * (at.range[1] - at.range[0]);
    if (n) element(layer, "circle", { cx: at.x(a), cy: at.slope(phi.slope(a)), r: 4, "fill-opacity": 0.1 + 0.4 * Math.sqrt(n / most) });
  });
}

/** The units of the focused step on both curves, as one path of dots each; a ring for the unit pointed at.
 * @param {SVGElement} layer @param {Trace} trace @param {number} t @param {number} lit @param {number} unit */
function drawMarks(layer, trace, t, lit, unit) {
  layer.replaceChildren();
  const phi = PHI[trace.activation];
  const at = frame(trace);
  const shown = [...trace.a[t - 1].slice(0, lit)].filter(Number.isFinite);
  const dots = (/** @type {(a: number) => number} */ y) => shown.map((a) => `M${at.x(a).toFixed(1)} ${y(a).toFixed(1)}h0`).join("");
  element(layer, "path", { d: dots((a) => at.phi(phi.f(a))), class: "small" });
  element(layer, "path", { d: dots((a) => at.slope(phi.slope(a))) });
  const a = unit >= 0 && unit < lit ? trace.a[t - 1][unit] : NaN;
  if (!Number.isFinite(a)) return;
  const mark = element(layer, "circle", { cx: at.x(a), cy: at.slope(phi.slope(a)), r: 5, class: "is-current" });
  element(mark, "title").textContent = say("slope.mark", { i: unit + 1, a: fixed(a), slope: short(phi.slope(a)) });
}

/** @param {HTMLElement} note @param {SVGElement} svg @param {Trace} trace @param {number} t @param {boolean} known */
function caption(note, svg, trace, t, known) {
  const mean = trace.jacobians.slopeMean[t - 1];
  renderPhrase(note, known ? "slope.mean" : "slope.wait", { t, phi: { tex: "\\varphi'" }, mean: { strong: short(mean) }, most: PHI[trace.activation].most });
  svg.setAttribute("aria-label", say("slope.label", { activation: say(`activation.${trace.activation}`), t, mean: known ? short(mean) : "–" }));
}
