import { line } from "d3-shape";
import { draw, drawMark, seriesOf } from "../../compare/series.js";
import { fixed, plain, short } from "../../format.js";
import { t } from "../../i18n.js";
import { PHI } from "../../phi.js";
import { child } from "../../views/band.js";
import { span } from "../../views/slope.js";

/**
 * tanh and sigmoid above, their slopes below, on one axis of a; on the chosen one stand the pre-activations of the
 * network itself: all steps faint, those of the step that is looked at strong.
 *
 * @typedef {import("../../view.js").Trace} Trace
 * @typedef {{ activation: "tanh" | "sigmoid", step: number, theme: import("../../scales.js").Theme }} SlopesState
 */

export const CURVES = /** @type {const} */ (["tanh", "sigmoid"]);
const LEFT = 40;
const RIGHT = 92;
const LEAST = 4;

/** Heights of the two plots for the room that there is. @param {number} height @returns {{ phi: [number, number], slope: [number, number] }} top and bottom of each */
export function plots(height) {
  const upper = Math.round(0.36 * (height - 52));
  return { phi: [12, 12 + upper], slope: [12 + upper + 18, height - 22] };
}

/** How far the axis of a reaches: the curves' bend at least, and every pre-activation. @param {Trace} trace */
export const reachOf = (trace) => Math.max(LEAST, span(trace)[1]);

/** @param {HTMLElement} root */
export function slopes(root) {
  const svg = draw(child(root, "div", "slopes-plot"), "svg", { role: "img", class: "slopes-svg" });
  return {
    /** @param {Trace} trace @param {SlopesState} state */
    update(trace, state) {
      const { width, height } = /** @type {HTMLElement} */ (svg.parentElement).getBoundingClientRect();
      if (!(width > 0)) return;
      const at = frameOf(trace, width, height);
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      svg.setAttribute("aria-label", t("lesson.vanishing.curves", {
        activation: state.activation, step: state.step, mean: short(trace.jacobians.slopeMean[state.step - 1]), most: PHI[state.activation].most,
      }));
      svg.replaceChildren();
      drawAxes(svg, at);
      for (const name of [...CURVES].sort((a) => (a === state.activation ? 1 : -1))) drawCurves(svg, at, name, state);
      drawMean(svg, at, trace.jacobians.slopeMean[state.step - 1]);
      drawPoints(svg, at, trace, state);
    },
    destroy() {
      root.replaceChildren();
    },
  };
}

/** @param {Trace} trace @param {number} width @param {number} height */
function frameOf(trace, width, height) {
  const reach = reachOf(trace);
  const { phi, slope } = plots(height);
  const between = (/** @type {[number, number]} */ [top, bottom], /** @type {number} */ share) => bottom - share * (bottom - top);
  return {
    reach, right: width - RIGHT, width, height, ends: { phi, slope },
    x: (/** @type {number} */ a) => LEFT + ((a + reach) / (2 * reach)) * (width - RIGHT - LEFT),
    phi: (/** @type {number} */ v) => between(phi, (v + 1) / 2),
    slope: (/** @type {number} */ v) => between(slope, v),
  };
}

/** @typedef {ReturnType<typeof frameOf>} Frame */

/** @param {SVGElement} svg @param {Frame} at */
function drawAxes(svg, at) {
  const label = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ text, kind = "") => {
    draw(svg, "text", { x, y, class: `label ${kind}` }).textContent = text;
  };
  for (const v of [-1, 0, 1]) {
    draw(svg, "path", { class: "rule", d: `M${LEFT} ${at.phi(v)}H${at.right}` });
    label(LEFT - 8, at.phi(v), plain(v), "end");
  }
  for (const v of [0, 0.25, 1]) {
    draw(svg, "path", { class: v ? "rule most" : "rule", d: `M${LEFT} ${at.slope(v)}H${at.right}` });
    label(LEFT - 8, at.slope(v), v === 0.25 ? "¼" : plain(v), "end");
  }
  draw(svg, "path", { class: "rule", d: `M${at.x(0)} ${at.ends.phi[0]}V${at.ends.slope[1]}` });
  const whole = Math.floor(at.reach);
  const every = whole > 6 ? Math.ceil(whole / 4) : 2;
  for (let a = -Math.floor(whole / every) * every; a <= whole; a += every) label(at.x(a), at.height - 8, plain(a), "middle");
  label(at.right + 10, at.height - 8, "a", "letter");
  label(LEFT + 4, at.ends.phi[0] - 3, "φ(a)", "letter name");
  label(LEFT + 4, at.ends.slope[0] - 7, "φ′(a)", "letter name");
}

/** @param {SVGElement} svg @param {Frame} at @param {"tanh" | "sigmoid"} name @param {SlopesState} state */
function drawCurves(svg, at, name, { activation, theme }) {
  const { f, slope } = PHI[name];
  const { colour } = seriesOf(CURVES.indexOf(name), theme);
  const inputs = Array.from({ length: 241 }, (_, i) => at.reach * (i / 120 - 1));
  for (const y of [(/** @type {number} */ a) => at.phi(f(a)), (/** @type {number} */ a) => at.slope(slope(a))]) {
    const d = line().x(([a]) => at.x(a)).y(([a]) => y(a))(inputs.map((a) => [a, 0])) ?? "";
    draw(svg, "path", { d, class: "curve", stroke: colour, "stroke-width": name === activation ? 2 : 1.2 });
  }
  const end = { tanh: at.phi(0.96), sigmoid: at.phi(0.56) }[name];
  draw(svg, "text", { class: "label strong", x: at.right + 8, y: end, fill: colour }).textContent = t(`activation.${name}`);
}

/** @param {SVGElement} svg @param {Frame} at @param {number} mean */
function drawMean(svg, at, mean) {
  if (!Number.isFinite(mean)) return;
  const y = at.slope(mean);
  draw(svg, "path", { class: "mean", d: `M${LEFT} ${y}H${at.right}` });
  draw(svg, "text", { class: "label strong ink", x: at.right + 8, y }).textContent = t("lesson.vanishing.mean", { mean: short(mean) });
}

/** @param {SVGElement} svg @param {Frame} at @param {Trace} trace @param {SlopesState} state */
function drawPoints(svg, at, trace, { activation, step, theme }) {
  const { f, slope } = PHI[activation];
  const series = seriesOf(CURVES.indexOf(activation), theme);
  const ground = theme === "dark" ? "#171a21" : "#ffffff";
  const rows = trace.a.map((row, i) => ({ row, now: i === step - 1 })).sort((a) => (a.now ? 1 : -1));
  for (const { row, now } of rows) {
    const group = draw(svg, "g", { class: now ? "points now" : "points" });
    row.forEach((a, i) => {
      if (!Number.isFinite(a)) return;
      drawMark(group, series, at.x(a), at.phi(f(a)), { r: now ? 3 : 2.2, ground });
      const mark = drawMark(group, series, at.x(a), at.slope(slope(a)), { r: now ? 5 : 3, ground });
      if (now) draw(mark, "title").textContent = t("slope.mark", { i: i + 1, a: fixed(a), slope: short(slope(a)) });
    });
  }
}
