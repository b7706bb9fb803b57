import { placeName } from "../../compare/rows.js";
import { normAt } from "../../compare/result.js";
import { drawMark, draw, seriesOf } from "../../compare/series.js";
import { createTriangle } from "../../compare/triangle.js";
import { short } from "../../format.js";
import { t } from "../../i18n.js";
import { child } from "../../views/band.js";

/**
 * One card a network below the chart: its triangle, how fast its gradient fades, what is left at the rule.
 *
 * @typedef {import("../../compare/state.js").CompareState} CompareState
 * @typedef {import("../../compare/state.js").Entry} Entry
 * @typedef {import("../../compare/result.js").Result} Result
 */

/** @param {HTMLElement} root @param {{ onHover: (place: import("../../compare/result.js").Place | null) => void }} options */
export function cards(root, options) {
  const list = child(root, "ul", "remedy-cards");
  /** @type {ReturnType<typeof createCard>[]} */ const made = [];
  return {
    /** @param {CompareState} state */
    update(state) {
      while (made.length < state.entries.length) made.push(createCard(list, made.length, options));
      made.forEach((card, i) => card.update(state, state.entries[i]));
    },
    destroy() {
      root.replaceChildren();
    },
  };
}

const FLAT = 5; // a period of so many times the sequence's length

/** How the gradient goes with the distance, in a few words, by the API's own fit. @param {Pick<Result, "horizon" | "T">} result */
export function fadeWords({ horizon: { half_life: halves, doubling }, T }) {
  const period = halves ?? doubling;
  if (period === null || period > FLAT * T) return t("lesson.remedies.flat");
  return t(halves === null ? "lesson.remedies.doubles" : "lesson.remedies.halves", { n: period < 100 ? period.toFixed(1) : short(period) });
}

/** @param {HTMLElement} list @param {number} index @param {Parameters<typeof cards>[1]} options */
function createCard(list, index, options) {
  const root = child(list, "li", "remedy-card");
  const title = child(root, "h3");
  const mark = draw(title, "svg", { width: 14, height: 14, viewBox: "-7 -7 14 14", "aria-hidden": "true" });
  const name = child(title, "span");
  const triangle = createTriangle(child(root, "div", "remedy-triangle"), options);
  const lines = { fade: child(root, "p", "remedy-fade"), left: child(root, "p", "remedy-left"), clip: child(root, "p", "remedy-clip"), why: child(root, "p", "remedy-why") };

  /** @param {CompareState} state @param {Entry} entry */
  function update(state, { network, name: words, result, reason }) {
    const { scales, size, place, settings } = state;
    mark.replaceChildren();
    drawMark(mark, seriesOf(index, scales.theme), 0, 0, { r: 4.6, ground: scales.ink.surface });
    name.textContent = words;
    root.classList.toggle("is-empty", !result);
    root.dataset.model = network.normalization === "none" ? network.model : network.normalization;
    if (result) triangle.update(result, scales, size, place, t("compare.triangleOf", { name: words }));
    lines.fade.textContent = result ? fadeWords(result) : "";
    lines.left.textContent = result ? t("lesson.remedies.card", { at: placeName(state), norm: normText(normAt(result, place ?? { distance: settings.distance })) }) : "";
    const clipped = result?.clipped;
    lines.clip.textContent = clipped ? t("lesson.remedies.clipped", { before: short(clipped.before), after: short(clipped.after) }) : "";
    lines.why.textContent = result ? "" : t(reason === "batch" ? "compare.batch" : "lesson.remedies.off");
  }
  return { update };
}

/** A norm, or why there is none. @param {number} norm */
const normText = (norm) => (Number.isNaN(norm) ? t("compare.noPair") : short(norm));
