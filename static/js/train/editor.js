import { t } from "../i18n.js";
import { LIMITS as PAGE } from "../state.js";
import { LIMITS, MODELS, OPTIMIZERS, isGated, tidy } from "../training.js";
import { child } from "../views/band.js";
import { select, slider, switched } from "../views/fields.js";
import { modelName } from "./names.js";

/**
 * The fields of one run; first those that may change while it trains.
 *
 * @typedef {import("../training.js").Run} Run
 * @typedef {(part: Partial<Run>, dragging?: boolean) => void} Change
 * @param {HTMLElement} root
 * @param {{ catalog: any, onRun: (run: Run, dragging: boolean) => void, onRemove: () => void }} options
 */
export function createEditor(root, { catalog, onRun, onRemove }) {
  /** @type {Run | null} */
  let now = null;
  /** @type {Change} */
  const change = (part, dragging = false) => {
    if (now) onRun(tidy({ ...now, ...part }), dragging);
  };
  root.setAttribute("role", "group");
  /** @type {Record<string, import("../views/fields.js").Field<any>>} */
  const fields = { ...stepFields(root, change), ...networkFields(root, catalog, change) };
  const remove = /** @type {HTMLButtonElement} */ (child(root, "button", "button"));
  remove.type = "button";
  remove.textContent = t("train.remove");
  remove.addEventListener("click", onRemove);
  return {
    root, fields,
    /** @param {Run} run @param {string} name @param {boolean} removable */
    update(run, name, removable) {
      root.setAttribute("aria-label", t("compare.settingsOf", { name }));
      remove.disabled = !removable;
      if (run === now) return;
      now = run;
      for (const [key, field] of Object.entries(fields)) field.set(run[/** @type {keyof Run} */ (key)]);
      const hidden = {
        clipAt: run.clipBy === "none", momentum: run.optimizer !== "momentum", normalization: isGated(run), forgetBias: run.model !== "lstm",
      };
      for (const [key, hide] of Object.entries(hidden)) fields[key].root.hidden = hide;
      for (const key of ["radius", "truncate"]) /** @type {any} */ (fields[key]).slider.hidden = run[/** @type {"radius"} */ (key)] === null;
    },
    focus: () => root.querySelector("input")?.focus(),
  };
}

/** How gradients become steps. @param {HTMLElement} root @param {Change} change */
function stepFields(root, change) {
  return {
    learningRate: slider(root, {
      key: "train.learningRate", range: { min: LIMITS.learningRate[0], max: LIMITS.learningRate[1], step: 0.05, log: true },
      onNumber: (value, dragging) => change({ learningRate: value }, dragging),
    }),
    clipBy: select(root, {
      key: "controls.clip", choices: ["none", "norm", "matrix", "value"], name: (choice) => t(`clip.${choice}`),
      onPick: (choice) => change({ clipBy: /** @type {Run["clipBy"]} */ (choice) }),
    }),
    clipAt: slider(root, {
      key: "controls.clipAt", range: { min: PAGE.clipAt[0], max: PAGE.clipAt[1], step: 0.05, log: true }, onNumber: (value, dragging) => change({ clipAt: value }, dragging),
    }),
    optimizer: select(root, {
      key: "train.optimizer", choices: OPTIMIZERS, name: (choice) => t(`optimizer.${choice}`), onPick: (choice) => change({ optimizer: /** @type {Run["optimizer"]} */ (choice) }),
    }),
    momentum: slider(root, {
      key: "train.momentum", range: { min: LIMITS.momentum[0], max: LIMITS.momentum[1], step: 0.01 }, onNumber: (value, dragging) => change({ momentum: value }, dragging),
    }),
    decay: slider(root, {
      key: "train.decay", range: { min: LIMITS.decay[0], max: LIMITS.decay[1], step: 0.001 }, onNumber: (value, dragging) => change({ decay: value }, dragging),
    }),
    truncate: switched(root, {
      key: "controls.truncate", range: { min: 1, max: PAGE.T, step: 1, whole: true }, off: "controls.off", start: () => 5,
      onValue: (value, dragging) => change({ truncate: value }, dragging),
    }),
  };
}

/** What it is made of. @param {HTMLElement} root @param {any} catalog @param {Change} change */
function networkFields(root, catalog, change) {
  const [low, high] = PAGE.radius;
  return {
    model: select(root, { key: "controls.cell", choices: MODELS, name: (choice) => modelName(/** @type {Run["model"]} */ (choice)), onPick: (choice) => change({ model: /** @type {Run["model"]} */ (choice) }) }),
    H: slider(root, { key: "controls.H", range: { min: 1, max: LIMITS.H, step: 1, whole: true }, onNumber: (value, dragging) => change({ H: value }, dragging) }),
    normalization: select(root, {
      key: "controls.normalization", choices: ["none", "layer"], name: (choice) => t(`normalization.${choice}`), onPick: (choice) => change({ normalization: /** @type {Run["normalization"]} */ (choice) }),
    }),
    scheme: select(root, {
      key: "controls.scheme", choices: catalog.schemes.map((/** @type {any} */ entry) => entry.name), name: (choice) => t(`scheme.${choice}`), onPick: (choice) => change({ scheme: choice }),
    }),
    radius: switched(root, {
      key: "controls.radius", range: { min: low, max: high, step: 0.01 }, off: "controls.asDrawn", start: () => 1, onValue: (value, dragging) => change({ radius: value }, dragging),
    }),
    gain: slider(root, { key: "controls.gain", range: { min: PAGE.gain[0], max: PAGE.gain[1], step: 0.01, log: true }, onNumber: (value, dragging) => change({ gain: value }, dragging) }),
    forgetBias: slider(root, {
      key: "controls.forgetBias", range: { min: PAGE.forgetBias[0], max: PAGE.forgetBias[1], step: 0.1 }, onNumber: (value, dragging) => change({ forgetBias: value }, dragging),
    }),
  };
}
