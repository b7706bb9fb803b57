import { drawMark } from "../compare/series.js";
import { t } from "../i18n.js";
import { MOST } from "../training.js";
import { child } from "../views/band.js";
import { createEditor } from "./editor.js";
import { summaryOf } from "./names.js";

/**
 * The runs as cards: mark, name, how it is set in a line, and its fields behind a button.
 *
 * @typedef {import("../training.js").Run} Run
 * @typedef {object} RunsOptions
 * @property {any} catalog
 * @property {(index: number, run: Run, dragging: boolean) => void} onRun
 * @property {(index: number) => void} onRemove
 * @property {() => void} onAdd
 *
 * @param {HTMLElement} root @param {RunsOptions} options
 */
export function runCards(root, options) {
  const list = child(root, "ul", "train-runs");
  const add = /** @type {HTMLButtonElement} */ (child(root, "button", "button train-add"));
  add.type = "button";
  add.textContent = t("train.add");
  add.addEventListener("click", options.onAdd);
  /** @type {ReturnType<typeof card>[]} */
  let cards = [];
  return {
    /** @param {Run[]} runs @param {string[]} names @param {import("../compare/series.js").Series[]} series @param {string} ground */
    update(runs, names, series, ground) {
      while (cards.length > runs.length) cards.pop()?.root.remove();
      while (cards.length < runs.length) cards.push(card(list, cards.length, options));
      cards.forEach((one, i) => one.update(runs[i], names[i], series[i], ground, runs.length > 1));
      add.disabled = runs.length >= MOST;
    },
    /** @param {number} index */
    edit(index) { cards[index]?.edit(); },
    /** @param {number} index */
    focus(index) { cards[Math.min(index, cards.length - 1)]?.focus(); },
    /** The fields of a run. @param {number} index */
    fields: (index) => cards[index]?.fields ?? {},
  };
}

/** @param {HTMLElement} list @param {number} index @param {RunsOptions} options */
function card(list, index, { catalog, onRun, onRemove }) {
  const root = child(list, "li", "train-run");
  const button = /** @type {HTMLButtonElement} */ (child(root, "button", "train-run-head"));
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  const mark = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  mark.setAttribute("aria-hidden", "true");
  mark.setAttribute("class", "train-run-mark");
  for (const [name, value] of Object.entries({ width: 14, height: 14, viewBox: "-7 -7 14 14" })) mark.setAttribute(name, String(value));
  button.append(mark);
  const words = child(button, "span", "train-run-words");
  const title = child(words, "strong");
  const summary = child(words, "span", "train-run-summary");
  const body = child(root, "div", "train-run-body");
  body.hidden = true;
  body.id = `run-${index}`;
  button.setAttribute("aria-controls", body.id);
  const editor = createEditor(body, { catalog, onRun: (run, dragging) => onRun(index, run, dragging), onRemove: () => onRemove(index) });
  const show = (/** @type {boolean} */ open) => {
    button.setAttribute("aria-expanded", String(open));
    body.hidden = !open;
  };
  button.addEventListener("click", () => show(body.hidden));
  let stamp = "";
  return {
    root, fields: editor.fields,
    focus: () => button.focus(),
    edit() {
      show(true);
      editor.focus();
    },
    /** @param {Run} run @param {string} name @param {import("../compare/series.js").Series} series @param {string} ground @param {boolean} removable */
    update(run, name, series, ground, removable) {
      editor.update(run, name, removable);
      const next = JSON.stringify([run, name, series, ground]);
      if (next === stamp) return;
      stamp = next;
      title.textContent = name;
      summary.replaceChildren(...summaryOf(run).map((text) => Object.assign(document.createElement("span"), { textContent: text })));
      mark.replaceChildren();
      drawMark(mark, series, 0, 0, { r: 4.5, ground });
    },
  };
}
