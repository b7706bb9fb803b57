import { MODELS, isGated, tidy } from "../comparison.js";
import { t } from "../i18n.js";
import { LIMITS } from "../state.js";
import { child } from "../views/band.js";
import { select, slider, switched } from "../views/fields.js";
import { modelName } from "./names.js";

/**
 * The fields of one network.
 *
 * @typedef {import("../comparison.js").Network} Network
 * @typedef {(part: Partial<Network>, dragging?: boolean) => void} Change
 * @param {HTMLElement} root
 * @param {{ catalog: any, onNetwork: (network: Network, dragging: boolean) => void, onRemove: () => void }} options
 */
export function createEditor(root, { catalog, onNetwork, onRemove }) {
  /** @type {Network | null} */
  let now = null;
  /** @type {Change} */
  const change = (part, dragging = false) => {
    if (now) onNetwork(tidy({ ...now, ...part }), dragging);
  };
  root.setAttribute("role", "group");
  const fields = createFields(root, catalog, change);
  const remove = /** @type {HTMLButtonElement} */ (child(root, "button", "button"));
  remove.type = "button";
  remove.textContent = t("compare.remove");
  remove.addEventListener("click", onRemove);
  return {
    root,
    /** @param {Network} network @param {string} name @param {boolean} removable */
    update(network, name, removable) {
      root.setAttribute("aria-label", t("compare.settingsOf", { name }));
      remove.disabled = !removable;
      if (network === now) return;
      now = network;
      fields.model.set(network.model);
      fields.normalization.set(network.normalization);
      fields.scheme.set(network.scheme);
      fields.radius.set(network.radius);
      fields.clipBy.set(network.clipBy);
      fields.clipAt.set(network.clipAt);
      fields.forgetBias.set(network.forgetBias);
      fields.normalization.root.hidden = isGated(network);
      fields.forgetBias.root.hidden = network.model !== "lstm";
      fields.clipAt.root.hidden = network.clipBy === "none";
      fields.radius.slider.hidden = network.radius === null;
    },
    focus: () => root.querySelector("select")?.focus(),
  };
}

/** @param {HTMLElement} root @param {any} catalog @param {Change} change */
function createFields(root, catalog, change) {
  const [low, high] = LIMITS.radius;
  return {
    model: select(root, { key: "controls.cell", choices: MODELS, name: (choice) => modelName(/** @type {Network["model"]} */ (choice)), onPick: (choice) => change({ model: /** @type {Network["model"]} */ (choice) }) }),
    normalization: select(root, {
      key: "controls.normalization", choices: ["none", "layer", "batch"], name: (choice) => t(`normalization.${choice}`),
      onPick: (choice) => change({ normalization: /** @type {Network["normalization"]} */ (choice) }),
    }),
    scheme: select(root, {
      key: "controls.scheme", choices: catalog.schemes.map((/** @type {any} */ entry) => entry.name), name: (choice) => t(`scheme.${choice}`),
      onPick: (choice) => change({ scheme: choice }),
    }),
    radius: switched(root, {
      key: "controls.radius", range: { min: low, max: high, step: 0.01 }, off: "controls.asDrawn", start: () => 1,
      onValue: (value, dragging) => change({ radius: value }, dragging),
    }),
    forgetBias: slider(root, {
      key: "controls.forgetBias", range: { min: LIMITS.forgetBias[0], max: LIMITS.forgetBias[1], step: 0.1 },
      onNumber: (value, dragging) => change({ forgetBias: value }, dragging),
    }),
    clipBy: select(root, {
      key: "controls.clip", choices: ["none", "norm", "matrix", "value"], name: (choice) => t(`clip.${choice}`),
      onPick: (choice) => change({ clipBy: /** @type {Network["clipBy"]} */ (choice) }),
    }),
    clipAt: slider(root, {
      key: "controls.clipAt", range: { min: LIMITS.clipAt[0], max: LIMITS.clipAt[1], step: 0.05, log: true },
      onNumber: (value, dragging) => change({ clipAt: value }, dragging),
    }),
  };
}
