import { instrumentFigure } from "../../lesson/figure.js";
import { createScales } from "../../scales.js";
import { child } from "../../views/band.js";
import { clipping } from "../../views/clipping.js";

/**
 * The instrument's clipping lab below the strip of ‖∂L/∂h(t)‖: the same gradients, before clipping and after.
 *
 * @typedef {import("../../state.js").Settings} Settings
 * @typedef {import("../../trace.js").Trace} Trace
 * @param {HTMLElement} root @param {import("../../lesson/tools.js").Tools} tools
 * @param {{ settings: Partial<Settings>, onTrace: (trace: Trace) => void }} options
 */
export function shortened(root, tools, { settings, onTrace }) {
  root.classList.add("lesson-cut");
  const strip = child(root, "div");
  const place = child(root, "div");
  place.dataset.control = "clipping";
  const it = instrumentFigure(strip, tools, { settings, bands: ["time", "gradient"], transport: false });
  const lab = clipping(place, {
    onSettings: ({ lab: _, ...part }) => it.set(part),
    onStep: (step) => it.seek("backward", step),
  });

  function draw() {
    const { trace } = it;
    if (!trace) return;
    const state = {
      settings: { ...it.settings, lab: "clip" }, head: { pass: "backward", at: trace.T }, mode: "both",
      scales: createScales(tools.theme(), it.settings.scale), narrow: root.clientWidth < 560,
    };
    lab.update(trace, /** @type {any} */ (state)); // all that the lab reads of it
  }

  it.onTrace((trace) => {
    draw();
    onTrace(trace);
  });
  tools.onTheme(draw);
  return {
    it,
    /** @param {Partial<Settings>} part */
    set(part) {
      it.set(part);
      draw();
    },
    destroy() {
      lab.destroy();
      it.destroy();
    },
  };
}
