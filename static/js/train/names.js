import { t } from "../i18n.js";
import { isGated } from "../training.js";

/**
 * Runs in words.
 *
 * @typedef {import("../training.js").Run} Run
 */

/** @param {import("../training.js").Model} model */
export const modelName = (model) => t(model === "lstm" || model === "gru" ? `cell.${model}` : `activation.${model}`);

/** What a name may be told apart by, the most telling first; each as words that follow the model's name. @type {[(run: Run) => unknown, (run: Run) => string][]} */
const MARKS = [
  [({ clipBy }) => clipBy !== "none", ({ clipBy }) => t(clipBy === "none" ? "train.name.unclipped" : "train.name.clipped")],
  [({ clipBy, clipAt }) => `${clipBy} ${clipAt}`, ({ clipBy, clipAt }) => (clipBy === "none" ? "" : t(`compare.clippedBy.${clipBy}`, { at: clipAt }))],
  [({ optimizer }) => optimizer, ({ optimizer }) => t(`optimizer.${optimizer}`)],
  [({ learningRate }) => learningRate, ({ learningRate }) => t("train.name.rate", { rate: learningRate })],
  [({ H }) => H, ({ H }) => t("train.name.units", { H })],
  [({ scheme }) => scheme, ({ scheme }) => t(`compare.scheme.${scheme}`)],
  [({ radius }) => radius, ({ radius }) => (radius === null ? "" : t("compare.radius", { radius }))],
  [({ truncate }) => truncate, ({ truncate }) => (truncate === null ? t("train.name.whole") : t("train.name.window", { n: truncate }))],
  [({ forgetBias, model }) => (model === "lstm" ? forgetBias : 0), ({ forgetBias }) => t("compare.forgetBias", { bias: forgetBias })],
];

/** @param {Run} run */
const baseName = ({ model, normalization }) => (normalization === "none" ? modelName(model) : t(`compare.with.${normalization}`, { name: modelName(model) }));

/** Names of all: the model's, with what tells runs of one model apart. @param {Run[]} runs @returns {string[]} */
export function namesOf(runs) {
  const bases = runs.map(baseName);
  const names = runs.map((run, i) => {
    const alike = runs.filter((_, j) => bases[j] === bases[i]);
    const telling = MARKS.filter(([value]) => new Set(alike.map(value)).size > 1).map(([, words]) => words(run)).filter(Boolean);
    return telling.length ? t("train.name.with", { name: bases[i], mark: telling[0] }) : bases[i];
  });
  const before = (/** @type {number} */ i) => names.slice(0, i).filter((name) => name === names[i]).length;
  return names.map((name, i) => (before(i) ? `${name} ${before(i) + 1}` : name));
}

/** How it is set, a few words each. @param {Run} run @returns {string[]} */
export function summaryOf(run) {
  const words = [t("train.summary.optimizer", { name: t(`optimizer.${run.optimizer}`), rate: run.learningRate }), t("train.name.units", { H: run.H })];
  if (!isGated(run) && run.radius !== null) words.push(t("compare.radius", { radius: run.radius }));
  words.push(run.clipBy === "none" ? t("train.name.unclipped") : t(`compare.clippedBy.${run.clipBy}`, { at: run.clipAt }));
  if (run.truncate !== null) words.push(t("train.name.window", { n: run.truncate }));
  return words;
}
