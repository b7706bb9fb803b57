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
  { id: "adding", query: "?task=adding&length=50&until=800&r=tanh+learningRate+0.02&r=lstm+learningRate+0.02" },
  { id: "recall", query: "?task=delayed_recall&length=30&batch=16&until=300&r=tanh&r=tanh+radius+0.5" },
  { id: "text", query: "?kind=text&batch=8&until=800&r=tanh+H+64+clipBy+norm&r=lstm+H+64+clipBy+norm" },
  { id: "sunspots", query: "?kind=sunspots&batch=1&until=400&log=0&r=tanh+clipBy+norm&r=gru+clipBy+norm" },
];

/** The beginning of the Three Character Classic: what a reader of Chinese has to begin with. */
const CLASSIC = "人之初，性本善。性相近，习相远。苟不教，性乃迁。教之道，贵以专。昔孟母，择邻处。子不学，断机杼。窦燕山，有义方。教五子，名俱扬。"
  + "养不教，父之过。教不严，师之惰。子不学，非所宜。幼不学，老何为。玉不琢，不成器。人不学，不知义。为人子，方少时。亲师友，习礼仪。"
  + "香九龄，能温席。孝于亲，所当执。融四岁，能让梨。弟于长，宜先知。首孝悌，次见闻。知某数，识某文。一而十，十而百。百而千，千而万。"
  + "三才者，天地人。三光者，日月星。曰春夏，曰秋冬。此四时，运不穷。曰南北，曰西东。此四方，应乎中。曰水火，木金土。此五行，本乎数。";

/** A preset's settings. @param {string} query @param {string} [language]  the page's @returns {TrainingSettings} */
export function readPreset(query, language = "en") {
  const settings = readTraining(query);
  return settings.kind === "text" && language === "zh" ? { ...settings, text: CLASSIC } : settings;
}

/** @param {HTMLElement} root @param {{ catalog: any, onPreset: (settings: TrainingSettings) => void }} options */
export function presets(root, { catalog, onPreset }) {
  const list = child(root, "div", "presets");
  list.setAttribute("role", "group");
  list.setAttribute("aria-label", t("controls.try"));
  const language = document.documentElement.lang;
  const note = child(root, "p", "preset-note");
  note.setAttribute("role", "status");
  /** @type {TrainingSettings | null} */
  let now = null;
  const chips = PRESETS.map(({ id, query }) => {
    const button = /** @type {HTMLButtonElement} */ (child(list, "button", "chip"));
    button.type = "button";
    button.textContent = t(`train.preset.${id}.title`);
    button.title = t(`train.preset.${id}.note`);
    const settings = readPreset(query, language);
    button.addEventListener("click", () => now && onPreset({ ...settings, lang: now.lang, theme: now.theme }));
    return { id, button, identity: identityOf(settings, catalog) };
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
