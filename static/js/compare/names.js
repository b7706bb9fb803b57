import { t } from "../i18n.js";
import { isGated } from "../comparison.js";

/**
 * A network in words.
 *
 * @typedef {import("../comparison.js").Network} Network
 */

/** @param {import("../comparison.js").Model} model */
export const modelName = (model) => t(model === "lstm" || model === "gru" ? `cell.${model}` : `activation.${model}`);

/** @param {Network} network */
function ownName(network) {
  const { model, normalization, clipBy } = network;
  const name = normalization === "none" ? modelName(model) : t(`compare.with.${normalization}`, { name: modelName(model) });
  return clipBy === "none" ? name : t("compare.with.clip", { name });
}

/** Names of all, told apart where two would be the same. @param {Network[]} networks @returns {string[]} */
export function namesOf(networks) {
  const names = networks.map(ownName);
  const before = (/** @type {number} */ i) => names.slice(0, i).filter((name) => name === names[i]).length;
  return names.map((name, i) => (before(i) ? `${name} ${before(i) + 1}` : name));
}

/** How it is set, a few words each. @param {Network} network @param {import("./result.js").Result | null} result @returns {string[]} */
export function settingsOf(network, result) {
  const words = [t("compare.matrix", { scheme: t(`compare.scheme.${network.scheme}`) })];
  if (network.radius !== null) words.push(t("compare.radius", { radius: network.radius }));
  if (network.model === "lstm") words.push(t("compare.forgetBias", { bias: network.forgetBias }));
  if (result?.gain !== null && result !== null) words.push(`γ = ${Number(result.gain.toFixed(2))}`);
  if (network.normalization === "batch" && result) words.push(t("compare.statistics", { n: result.B }));
  if (network.clipBy !== "none") words.push(t(`compare.clippedBy.${network.clipBy}`, { at: network.clipAt }));
  return words;
}

/** Is the norm shown that of the cell state? @param {Network} network */
export const measuredAtCell = (network) => isGated(network) && network.model === "lstm";
