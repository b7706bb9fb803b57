import { percent, short } from "../format.js";
import { t as say } from "../i18n.js";
import { renderPhrase } from "../math.js";
import { backwardProgress } from "../playhead.js";
import { ALL } from "../vectors.js";
import { windowOf } from "../windows.js";
import { child } from "./band.js";
import { slider } from "./fields.js";
import { degrees, directionNote, draw, gradientTex, labHead, parameterName, parameterTable, plane } from "./lab.js";
import { barIn, setBar } from "./panel.js";

/**
 * The truncation lab: what a window takes from the gradient, as a share of the whole one, and what other windows would.
 *
 * @typedef {import("../view.js").Trace} Trace
 * @typedef {import("../view.js").ViewState} ViewState
 * @typedef {import("../vectors.js").Pair} Pair
 * @typedef {import("../windows.js").Windows} Windows
 */

const CHART = { width: 296, height: 118, left: 36, right: 8, top: 10, bottom: 22 };

/** @param {HTMLElement} root @param {import("./clipping.js").LabOptions} options @returns {import("../view.js").View} */
export function truncation(root, { onSettings }) {
  root.classList.add("lab", "truncation-lab");
  let chosen = "W";
  /** @type {(() => void) | null} */ let again = null;
  labHead(root, say("truncation.title"), () => onSettings({ lab: "none" }));
  const size = slider(root, {
    key: "truncation.window", inline: true, range: { min: 1, max: 1, step: 1, whole: true },
    onNumber: (value, dragging) => onSettings({ truncate: value < T ? value : null }, dragging),
  });
  let T = 1;
  const outcome = child(root, "p", "lab-words");
  outcome.setAttribute("role", "status");
  const measured = child(root, "div");
  const table = lossTable(measured, (name) => {
    chosen = name;
    again?.();
  });
  const direction = directionOf(measured);
  const chart = windowChart(child(root, "div"));
  /** @type {unknown[]} */ let drawn = [];

  const view = {
    /** @param {Trace} trace @param {ViewState} state */
    update(trace, state) {
      again = () => view.update(trace, state);
      const { settings, windows } = state;
      root.hidden = settings.lab !== "window";
      if (root.hidden) return;
      T = trace.T;
      size.setMax(T);
      size.set(Math.min(T, settings.truncate ?? T));
      size.lock(settings.lock.includes("truncate"));
      const known = backwardProgress(state.head, 1, T) >= 1;
      const key = [trace, windows, known, chosen, state.scales];
      if (key.every((part, i) => part === drawn[i])) return;
      drawn = key;
      if (!Object.hasOwn(trace.parameters, chosen) && chosen !== ALL) chosen = ALL;
      const w = windowOf(trace);
      const pairs = windows.w === w ? windows.pairs : null;
      const shown = known ? pairs : null;
      renderPhrase(outcome, ...words(w, T, known, windows, pairs?.find(({ name }) => name === chosen)));
      measured.hidden = !shown;
      if (shown) {
        table.show(shown, chosen);
        direction.show(/** @type {Pair} */ (shown.find(({ name }) => name === chosen)), state.scales);
      }
      chart.show(known && T > 2 ? { w, T, chosen, windows: windows.w === w ? windows : { ...windows, pairs: null } } : null);
    },
    destroy: () => root.replaceChildren(),
  };
  return view;
}

/** @param {number | null} w @param {number} T @param {boolean} known @param {Windows} windows @param {Pair | undefined} pair @returns {[string, Record<string, import("../math.js").Piece>]} */
function words(w, T, known, windows, pair) {
  if (!known) return ["truncation.waiting", {}];
  if (w === null) return ["truncation.off", { T }];
  if (!pair) return [windows.failed ? "truncation.failed" : "truncation.asking", { w }];
  const values = {
    w: { strong: String(w) }, what: { tex: gradientTex(pair.name) },
    lost: { strong: percent(pair.lost) }, angle: { strong: degrees(pair.angle) }, times: { strong: short(pair.lost) },
    before: short(pair.before), after: short(pair.after),
  };
  if (!Number.isFinite(pair.lost)) return ["truncation.over", values];
  if (pair.lost === 0) return ["truncation.none", values];
  return [pair.lost > 1.005 ? "truncation.more" : "truncation.lost", values];
}

/* ---- per parameter ---- */

/** @param {HTMLElement} root @param {(name: string) => void} onChoose */
function lossTable(root, onChoose) {
  child(root, "h3", "panel-subtitle").textContent = say("truncation.each");
  const { show } = parameterTable(root, { caption: say("truncation.caption"), heads: ["", say("truncation.missing"), "", say("clipping.turned")], onChoose });
  return {
    /** @param {Pair[]} pairs @param {string} chosen */
    show(pairs, chosen) {
      show(pairs.map(({ name }) => name), chosen, (name, [bar, share, angle]) => {
        const { lost, angle: turned } = /** @type {Pair} */ (pairs.find((one) => one.name === name));
        const track = /** @type {HTMLElement} */ (bar.firstElementChild ?? barIn(bar, "bar-ink"));
        setBar(track, Math.min(1, Number.isFinite(lost) ? lost : 1), "");
        share.textContent = percent(lost);
        angle.textContent = degrees(turned);
      });
    },
  };
}

/** The whole gradient and what the window leaves of it, in their plane. @param {HTMLElement} root */
function directionOf(root) {
  const title = child(root, "h3", "panel-subtitle");
  const chart = plane(child(root, "div"));
  const note = child(root, "p", "panel-note");
  return {
    /** @param {Pair} pair @param {ViewState["scales"]} scales */
    show(pair, scales) {
      renderPhrase(title, "clipping.direction", { what: { tex: gradientTex(pair.name) } });
      const label = say("truncation.plane", { what: parameterName(pair.name), before: short(pair.before), after: short(pair.after), angle: degrees(pair.angle) });
      chart.show({ pair, scales, names: [say("truncation.whole"), say("truncation.cut")], label });
      note.textContent = directionNote(pair.angle);
    },
  };
}

/* ---- other windows ---- */

/** Share lost against the window. @param {HTMLElement} root */
function windowChart(root) {
  const title = child(root, "h3", "panel-subtitle");
  const svg = draw(root, "svg", { class: "window-chart", viewBox: `0 0 ${CHART.width} ${CHART.height}`, role: "img" });
  const inner = { width: CHART.width - CHART.left - CHART.right, height: CHART.height - CHART.top - CHART.bottom };
  return {
    /** @param {{ w: number | null, T: number, chosen: string, windows: Windows } | null} look */
    show(look) {
      root.hidden = look === null;
      if (!look) return;
      const { w, T, chosen } = look;
      const points = curve(look);
      const x = (/** @type {number} */ v) => CHART.left + (inner.width * Math.log(v)) / Math.log(T);
      const y = (/** @type {number} */ lost) => CHART.top + inner.height * (1 - Math.min(1, lost));
      renderPhrase(title, "truncation.curve", { what: { tex: gradientTex(chosen) } });
      svg.replaceChildren();
      svg.setAttribute("aria-label", say("truncation.chart", { what: parameterName(chosen), points: points.map(([at, lost]) => `${at}: ${percent(lost)}`).join(say("lab.comma")) }));
      for (const share of [0, 0.5, 1]) {
        draw(svg, "path", { class: "rule", d: `M${CHART.left} ${y(share)} h${inner.width}` });
        draw(svg, "text", { class: "label", x: CHART.left - 6, y: y(share) + 4, "text-anchor": "end" }).textContent = percent(share);
      }
      for (const at of ticks(T)) draw(svg, "text", { class: "label", x: x(at), y: CHART.height - 4, "text-anchor": at === T ? "end" : "middle" }).textContent = at === 1 ? "w = 1" : String(at);
      draw(svg, "path", { class: "curve", d: points.map(([at, lost], i) => `${i ? "L" : "M"}${x(at)} ${y(lost)}`).join("") });
      for (const [at, lost] of points) draw(svg, "circle", { class: at === (w ?? T) ? "here" : "there", cx: x(at), cy: y(lost), r: at === (w ?? T) ? 4.5 : 2.5 });
    },
  };
}

/** Window and share lost, shortest window first; the whole sequence loses nothing. @param {{ w: number | null, T: number, chosen: string, windows: Windows }} look @returns {[number, number][]} */
export function curve({ w, T, chosen, windows: { pairs, curve: others } }) {
  const lost = (/** @type {Pair[]} */ all) => all.find(({ name }) => name === chosen)?.lost ?? NaN;
  const found = new Map([...others].map(([at, all]) => [at, lost(all)]));
  if (w !== null && pairs) found.set(w, lost(pairs));
  found.set(T, 0);
  return [...found].filter(([at, share]) => at <= T && Number.isFinite(share)).sort(([a], [b]) => a - b);
}

/** @param {number} T */
const ticks = (T) => [1, 2, 5, 10, 20, 50, 100].filter((n) => n <= T / 2.2).concat(T);
