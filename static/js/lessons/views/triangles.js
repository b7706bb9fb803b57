import { createTriangle } from "../../compare/triangle.js";
import { short } from "../../format.js";
import { t as say } from "../../i18n.js";
import { normStops } from "../../scales.js";
import { child } from "../../views/band.js";
import { tickExponents, tickOfTen } from "../../views/legend.js";
import { mathIn } from "../../views/panel.js";

/**
 * The LSTM's two credit triangles side by side, at its cell state and at h, on one scale of colours.
 *
 * @typedef {import("../../trace.js").Trace} Trace
 * @typedef {{ t: number, k: number }} Place
 */

const SIDES = /** @type {const} */ ([["cell", "\\mathit{cell}"], ["h", "h"]]);

/** @param {HTMLElement} root @param {{ onPlace: (place: Place) => void }} options */
export function triangles(root, { onPlace }) {
  root.classList.add("two-triangles");
  const pair = child(root, "div", "two-triangles-pair");
  const sides = SIDES.map(([name, tex]) => {
    const box = child(pair, "figure");
    const caption = child(box, "figcaption");
    child(caption, "strong").textContent = say(`lesson.gates.at.${name}`);
    mathIn(caption, "span", "formula", `\\lVert \\d L(t)/\\d ${tex}(k) \\rVert`);
    const number = child(caption, "output", "number");
    const place = child(box, "div", "two-triangles-plot");
    return { name, box, number, triangle: createTriangle(place, { onHover: (at) => { if (at && "t" in at) onPlace(at); } }) };
  });
  const ramp = createRamp(root);
  return {
    /** @param {Trace} trace @param {{ scales: import("../../scales.js").Scales, width: number, place: Place }} state */
    update({ T, credit, lossAt }, { scales, width, place }) {
      const size = Math.min(300, Math.floor((width - 24) / 2));
      const losses = Array.from({ length: T }, (_, i) => i + 1).slice(lossAt === "last" ? -1 : 0);
      for (const { name, box, number, triangle } of sides) {
        box.style.width = `${size}px`;
        const rows = /** @type {Float64Array[]} */ (name === "cell" ? credit.dcell : credit.dh);
        const value = short(rows[place.t - 1][place.k - 1]);
        number.textContent = value;
        const label = say("lesson.gates.triangle.label", { where: say(`lesson.gates.at.${name}`), t: place.t, k: place.k, value });
        triangle.update(/** @type {any} */ ({ T, rows, losses }), scales, size, place, label);
      }
      ramp(scales);
    },
    destroy: () => root.replaceChildren(),
  };
}

/** The colours of the norms, and their numbers. @param {HTMLElement} root @returns {(scales: import("../../scales.js").Scales) => void} */
function createRamp(root) {
  const box = child(root, "div", "norm-ramp");
  child(box, "span").textContent = say("lesson.gates.ramp");
  const bar = child(box, "div", "norm-ramp-bar");
  const ticks = child(box, "div", "norm-ramp-ticks");
  return ({ theme, range }) => {
    bar.style.background = `linear-gradient(to right, ${normStops(theme, 17).join(", ")})`;
    ticks.replaceChildren();
    for (const n of tickExponents(range, 320, 40)) child(ticks, "span").textContent = (n === range[0] ? "≤" : "") + tickOfTen(n);
  };
}
