import { writeMixed, tickExponents, tickOfTen } from "../../views/legend.js";
import { child } from "../../views/band.js";
import { normStops } from "../../scales.js";

/**
 * The legend of gradients that are cells, not ribbons: their colours with their numbers, and what an outline means.
 * @param {HTMLElement} root @param {{ title: string, none: string }} words  title may hold TeX between dollars
 */
export function normBar(root, { title, none }) {
  root.classList.add("norm-bar");
  writeMixed(child(root, "div", "norm-bar-title"), title);
  const scale = child(root, "div", "norm-bar-scale");
  const ramp = child(scale, "div", "norm-bar-ramp");
  const ticks = child(scale, "div", "norm-bar-ticks");
  const nothing = child(root, "div", "norm-bar-none");
  child(nothing, "span", "norm-bar-box");
  nothing.append(none);
  return {
    /** @param {import("../../scales.js").Scales} scales */
    update({ theme, range: [low, high] }) {
      ramp.style.background = `linear-gradient(to right, ${normStops(theme, 17).join(", ")})`;
      ticks.replaceChildren();
      for (const n of tickExponents([low, high], 240, 38)) {
        const label = child(ticks, "span");
        label.textContent = n === low ? `≤ ${tickOfTen(n)}` : tickOfTen(n);
        label.style.left = `${(100 * (n - low)) / (high - low)}%`;
      }
    },
    destroy: () => root.replaceChildren(),
  };
}
