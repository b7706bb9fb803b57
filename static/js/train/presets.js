import { t } from "../i18n.js";
import { readTraining } from "../training.js";
import { child } from "../views/band.js";
import { identityOf } from "./request.js";

/**
 * Trainings worth looking at, each one press away; the one in sight says what to look for. A preset is an address's query.
 *
 * @typedef {import("../training.js").TrainingSettings} TrainingSettings
 */

export const PRESETS = [
  { id: "clipping", query: "" },
  { id: "adding", query: "?task=adding&length=50&batch=32&until=1500&r=tanh&r=lstm" },
  { id: "recall", query: "?task=delayed_recall&length=30&delay=10&batch=16&until=600&r=tanh&r=lstm" },
  { id: "text", query: "?kind=text&batch=8&until=600&r=tanh+H+64+clipBy+norm&r=lstm+H+64+clipBy+norm" },
  { id: "sunspots", query: "?kind=sunspots&batch=1&until=400&log=0&r=tanh+clipBy+norm&r=gru+clipBy+norm" },
];

/** A preset's settings, with what it does not touch as it is. @param {string} query @param {TrainingSettings} current @returns {TrainingSettings} */
export function fromPreset(query, { lang, theme }) {
  return { ...readTraining(query), lang, theme };
}

/** @param {HTMLElement} root @param {{ catalog: any, onPreset: (settings: TrainingSettings) => void }} options */
export function presets(root, { catalog, onPreset }) {
  const list = child(root, "div", "presets");
  list.setAttribute("role", "group");
  list.setAttribute("aria-label", t("controls.try"));
  const note = child(root, "p", "preset-note");
  note.setAttribute("role", "status");
  /** @type {TrainingSettings | null} */
  let now = null;
  const chips = PRESETS.map(({ id, query }) => {
    const button = /** @type {HTMLButtonElement} */ (child(list, "button", "chip"));
    button.type = "button";
    button.textContent = t(`train.preset.${id}.title`);
    button.title = t(`train.preset.${id}.note`);
    button.addEventListener("click", () => now && onPreset(fromPreset(query, now)));
    return { id, button, identity: identityOf(readTraining(query), catalog) };
  });
  return {
    /** @param {TrainingSettings} settings */
    update(settings) {
      now = settings;
      const identity = identityOf(settings, catalog);
      const active = chips.find((chip) => chip.identity === identity);
      for (const chip of chips) chip.button.setAttribute("aria-pressed", String(chip === active));
      const words = active ? t(`train.preset.${active.id}.note`) : "";
      if (note.textContent !== words) note.textContent = words;
      note.hidden = words === "";
    },
  };
}
