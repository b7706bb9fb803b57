import { draw, drawMark } from "../../compare/series.js";
import { t } from "../../i18n.js";
import { child } from "../../views/band.js";
import { stepText } from "./plot.js";

/**
 * The legend of a chart, which is also what it says at the cursor: each run's mark, name and number.
 *
 * @typedef {import("../view.js").TrainState} TrainState
 * @typedef {{ value: string, note?: string }} Said
 */

/** @param {HTMLElement} parent */
export function createReadout(parent) {
  const root = child(parent, "div", "train-readout");
  const when = child(root, "span", "train-when");
  const list = child(root, "ul");
  /** @type {{ mark: SVGElement, name: HTMLElement, value: HTMLElement, note: HTMLElement, item: HTMLElement }[]} */
  let items = [];
  let stamp = "";
  return {
    /** @param {TrainState} state @param {number} step  of the numbers @param {Said[]} said  a run each */
    update({ names, series, theme }, step, said) {
      const wanted = JSON.stringify([names, theme, step, said]);
      if (wanted === stamp) return;
      stamp = wanted;
      write(when, t("train.draw.step", { n: stepText(step) }));
      while (items.length < names.length) items.push(createItem(list));
      for (const { item } of items.splice(names.length)) item.remove();
      items.forEach(({ mark, name, value, note }, i) => {
        markOnce(mark, series[i], theme);
        write(name, names[i]);
        write(value, said[i]?.value ?? "");
        write(note, said[i]?.note ?? "");
        value.title = said[i]?.note ?? "";
      });
    },
  };
}

/** @param {HTMLElement} list */
function createItem(list) {
  const item = child(list, "li");
  const mark = createMark(item);
  return { item, mark, name: child(item, "span", "train-name"), value: child(item, "strong"), note: child(item, "span", "train-note") };
}

/** @param {HTMLElement} parent */
export const createMark = (parent) => draw(parent, "svg", { class: "train-mark", width: 14, height: 14, viewBox: "-7 -7 14 14", "aria-hidden": "true" });

/** A run's mark beside its name. @param {SVGElement} svg @param {import("../../compare/series.js").Series} series @param {string} theme */
export function markOnce(svg, series, theme) {
  const stamp = JSON.stringify([series, theme]);
  if (svg.dataset.stamp === stamp) return;
  svg.dataset.stamp = stamp;
  svg.replaceChildren();
  drawMark(svg, series, 0, 0, { r: 4.4, ground: theme === "dark" ? "#171a21" : "#ffffff" });
}

/** @param {Element} element @param {string} text */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
