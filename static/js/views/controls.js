import { powerOfTen, short } from "../format.js";
import { comparisonQuery } from "../comparison.js";
import { t } from "../i18n.js";
import { LIMITS, checkNumbers, checkText, parseNumbers, propertyOf, stepsOf, wellFormed } from "../state.js";
import { child } from "./band.js";
import { icon, number, segmented, select, slider, switched, text } from "./fields.js";
import { ownNote } from "./ownnote.js";
import { presets } from "./presets.js";

/**
 * The left panel: everything that makes the picture.
 *
 * @typedef {import("../state.js").Settings} Settings
 * @typedef {import("../trace.js").Trace} Trace
 * @typedef {import("../api.js").Problem} Problem
 * @typedef {{ [name in keyof Settings]?: import("./fields.js").Field<any> }} Fields
 * @typedef {(part: Partial<Settings>, dragging?: boolean) => void} Change
 * @typedef {Exclude<Settings["lab"], "none">} LabName
 *
 * @typedef {object} ControlsOptions
 * @property {Settings} settings
 * @property {any} catalog
 * @property {(settings: Settings, how: { dragging: boolean }) => void} onChange   always settings that can be asked for
 * @property {(preset: import("../state.js").Preset) => void} onPreset
 * @property {(lab: LabName) => void} [onLab]   take clipping or truncation apart, or change numbers by hand
 * @property {(invalid: boolean) => void} [onInvalid]   a field now holds what cannot be asked for, or no longer: the picture
 *   is of the settings before
 *
 * @typedef {{ fields: Fields, update(settings: Settings, trace: Trace | null): void }} Part
 */

const DECADES = [[-3, 1], [-6, 1], [-9, 3], [-12, 6]];
const DICE = 10_000;

/** @param {HTMLElement} root @param {ControlsOptions} options */
export function controls(root, { settings, catalog, onChange, onPreset, onLab = () => {}, onInvalid = () => {} }) {
  let now = settings;
  /** @type {Change} */
  const change = (part, dragging = false) => {
    now = { ...now, ...part };
    onChange(now, { dragging });
  };
  root.classList.add("controls");
  const tries = presets(group(root, "controls.try"), { catalog, settings, onPreset });
  const brought = (/** @type {HTMLElement} */ parent, /** @type {"data" | "network"} */ what) => ownNote(parent, what, (own) => change({ own }));
  const parts = [
    sequenceGroup(group(root, "controls.sequence"), change, brought),
    networkGroup(group(root, "controls.network"), catalog, change, brought, onLab),
    drawnGroup(group(root, "controls.initialisation"), catalog, change),
    gradientGroup(group(root, "controls.gradient"), catalog, change, onLab),
  ];
  const compare = compareLink(root);
  /** @type {Fields} */
  const fields = Object.assign({}, ...parts.map((part) => part.fields));
  const lookForFaults = watchFaults(root, onInvalid);
  /** @type {[Settings | null, Trace | null, Problem | null]} */
  let shown = [null, null, null];

  /** @param {Settings} next @param {Trace | null} [trace] @param {Problem | null} [problem] */
  function update(next, trace = null, problem = null) {
    if (shown[0] === next && shown[1] === trace && shown[2] === problem) return;
    if (shown[2] && shown[2] !== problem) tellFaults(shown[2], next, fields, () => null);
    shown = [next, trace, problem];
    now = next;
    for (const name of namesOf(fields)) {
      fields[name]?.set(next[name]);
      fields[name]?.lock(next.lock.includes(name));
    }
    for (const part of parts) part.update(next, trace);
    tries.update(next);
    compare.update(next);
    lookForFaults();
    if (problem) tellFaults(problem, next, fields, (message) => t("fault.server", { message }));
  }
  update(settings);
  return { update, destroy: () => root.replaceChildren() };
}

/** @param {Fields} fields */
const namesOf = (fields) => /** @type {(keyof Settings)[]} */ (Object.keys(fields));

/** The server's errors stand at the controls that they are about. @param {Problem} problem @param {Settings} settings @param {Fields} fields @param {(message: string) => string | null} sentence */
function tellFaults(problem, settings, fields, sentence) {
  for (const { field, message } of problem.errors) {
    const name = propertyOf(field, settings);
    if (name) fields[name]?.fault(sentence(message));
  }
}

/** Tell when a field is typed wrong, and when none is any more: by typing, or by settings that replace what was typed.
 * @param {HTMLElement} root @param {(invalid: boolean) => void} onInvalid @returns {() => void} look again */
function watchFaults(root, onInvalid) {
  let invalid = false;
  const look = () => {
    const found = root.querySelector('[aria-invalid="true"]') !== null;
    if (found !== invalid) onInvalid(found);
    invalid = found;
  };
  root.addEventListener("input", look);
  return look;
}

/** @param {HTMLElement} root @param {string} key */
function group(root, key) {
  const section = child(root, "div", "group");
  const heading = child(section, "h2", "group-title");
  heading.textContent = t(key);
  heading.id = `${key.replace(".", "-")}-title`;
  section.setAttribute("role", "group");
  section.setAttribute("aria-labelledby", heading.id);
  return section;
}

/** "1 step", "10 steps". @param {"step" | "symbol"} noun @param {number} n */
function count(noun, n) {
  const form = n === 1 ? "one" : "many";
  return t(`count.${noun}.${form}`, { n });
}

/** @typedef {(parent: HTMLElement, what: "data" | "network") => { update(settings: Settings): boolean }} Brought */

/** @param {HTMLElement} root @param {Change} change @param {Brought} brought @returns {Part} */
function sequenceGroup(root, change, brought) {
  const own = brought(root, "data");
  const kind = segmented(root, {
    key: "controls.kind", choices: ["text", "sunspots", "numbers"], quiet: true, name: (choice) => t(`controls.${choice}`),
    onPick: (choice) => change({ kind: /** @type {Settings["kind"]} */ (choice) }),
  });
  const typedText = checked(root, "controls.text", 1, checkText, (value) => change({ text: wellFormed(value) }));
  const from = number(root, {
    key: "controls.from", range: { min: LIMITS.years[0], max: LIMITS.years[1] - 1, step: 1, whole: true },
    onNumber: (value, dragging) => change({ from: value }, dragging),
  });
  const steps = slider(root, {
    key: "controls.steps", range: { min: 1, max: LIMITS.T, step: 1, whole: true },
    onNumber: (value, dragging) => change({ steps: value }, dragging),
  });
  const numbers = checked(root, "controls.numberList", 3, checkNumbers, (value) => change({ numbers: value }));
  return {
    fields: { kind, text: typedText, from, steps, numbers },
    update(settings) {
      const kept = own.update(settings);
      kind.root.hidden = kept;
      typedText.root.hidden = kept || settings.kind !== "text";
      from.root.hidden = steps.root.hidden = kept || settings.kind !== "sunspots";
      numbers.root.hidden = kept || settings.kind !== "numbers";
      steps.setMax(Math.min(LIMITS.T, LIMITS.years[1] - settings.from));
      const { text: symbols } = settings;
      typedText.hint(t("controls.textHint", { steps: count("step", stepsOf(settings)), symbols: count("symbol", new Set(symbols).size) }));
      numbers.hint(t("controls.numbersHint", { steps: count("step", parseNumbers(settings.numbers).length - 1) }));
      steps.hint(t("controls.sunspotsHint", { from: settings.from, to: settings.from + stepsOf({ ...settings, kind: "sunspots" }) }));
    },
  };
}

/** A text that is handed on only while nothing is wrong with it.
 * @param {HTMLElement} root @param {string} key @param {number} rows @param {(text: string) => import("../state.js").Fault | null} check @param {(text: string) => void} onGood */
function checked(root, key, rows, check, onGood) {
  const field = text(root, {
    key, rows,
    onText: (value) => {
      const wrong = check(value);
      field.fault(wrong && t(wrong.message, wrong.params));
      if (!wrong) onGood(value);
    },
  });
  return field;
}

/** @param {HTMLElement} root @param {any} catalog @param {Change} change @param {Brought} brought @param {(lab: LabName) => void} onLab @returns {Part} */
function networkGroup(root, catalog, change, brought, onLab) {
  const own = brought(root, "network");
  const cell = segmented(root, {
    key: "controls.cell", choices: ["rnn", "lstm", "gru"], quiet: true, name: (choice) => t(`cell.${choice}`),
    onPick: (choice) => change({ cell: /** @type {Settings["cell"]} */ (choice) }),
  });
  const activation = select(root, {
    key: "controls.activation", choices: catalog.activations.map((/** @type {any} */ entry) => entry.name),
    name: (choice) => t(`activation.${choice}`), onPick: (choice) => change({ activation: choice }),
  });
  const H = slider(root, {
    key: "controls.H", inline: true, range: { min: 1, max: LIMITS.H, step: 1, whole: true },
    onNumber: (value, dragging) => change({ H: value }, dragging),
  });
  const normalization = select(root, {
    key: "controls.normalization", choices: ["none", "layer"], name: (choice) => t(`normalization.${choice}`),
    onPick: (choice) => change({ normalization: /** @type {Settings["normalization"]} */ (choice) }),
  });
  const forgetBias = slider(root, {
    key: "controls.forgetBias", inline: true, range: { min: LIMITS.forgetBias[0], max: LIMITS.forgetBias[1], step: 0.1 },
    onNumber: (value, dragging) => change({ forgetBias: value }, dragging),
  });
  const edit = labButton(root, "edit", onLab);
  return {
    fields: { cell, activation, H, normalization, forgetBias },
    update(settings) {
      edit.hidden = settings.lab === "edit";
      const kept = own.update(settings);
      cell.root.hidden = H.root.hidden = kept;
      activation.root.hidden = settings.cell !== "rnn";
      normalization.root.hidden = kept || settings.cell !== "rnn";
      forgetBias.root.hidden = kept || settings.cell !== "lstm";
    },
  };
}

/** @param {HTMLElement} root @param {any} catalog @param {Change} change @returns {Part} */
function drawnGroup(root, catalog, change) {
  const [low, high] = LIMITS.radius;
  let drawnRadius = 1;
  const scheme = select(root, {
    key: "controls.scheme", choices: catalog.schemes.map((/** @type {any} */ entry) => entry.name),
    name: (choice) => t(`scheme.${choice}`), onPick: (choice) => change({ scheme: choice }),
  });
  const radius = switched(root, {
    key: "controls.radius", range: { min: low, max: high, step: 0.01 }, off: "controls.asDrawn",
    start: () => Math.min(high, Math.max(low, Number(drawnRadius.toFixed(2)))), onValue: (value, dragging) => change({ radius: value }, dragging),
  });
  const gain = slider(root, {
    key: "controls.gain", inline: true, range: { min: LIMITS.gain[0], max: LIMITS.gain[1], step: 0.01, log: true },
    onNumber: (value, dragging) => change({ gain: value }, dragging),
  });
  const seed = number(root, {
    key: "controls.seed", range: { min: 0, max: LIMITS.seed, step: 1, whole: true },
    onNumber: (value, dragging) => change({ seed: value }, dragging),
  });
  dice(seed.root, () => change({ seed: Math.floor(Math.random() * DICE) }));
  return {
    fields: { scheme, gain, radius, seed },
    update(settings, trace) {
      root.hidden = Boolean(settings.own?.network); // weights that were brought are not drawn
      const measured = trace?.jacobians.spectralRadius;
      if (settings.radius !== null || measured === undefined || !Number.isFinite(measured)) return;
      drawnRadius = measured;
      radius.rest(measured);
      radius.word(t("controls.asDrawnValue", { radius: short(measured) }));
    },
  };
}

/** @param {HTMLElement} field @param {() => void} onPress */
function dice(field, onPress) {
  const button = /** @type {HTMLButtonElement} */ (child(/** @type {HTMLElement} */ (field.querySelector(".field-line")), "button", "dice"));
  button.type = "button";
  button.title = t("controls.dice");
  button.setAttribute("aria-label", t("controls.dice"));
  button.append(icon("dice"));
  button.addEventListener("click", onPress);
}

/** @param {HTMLElement} root @param {any} catalog @param {Change} change @param {(lab: LabName) => void} onLab @returns {Part} */
function gradientGroup(root, catalog, change, onLab) {
  let T = 1;
  const lossAt = segmented(root, {
    key: "controls.lossAt", choices: ["every", "last"], name: (choice) => t(`controls.loss.${choice}`),
    onPick: (choice) => change({ lossAt: /** @type {Settings["lossAt"]} */ (choice) }),
  });
  const clipBy = select(root, {
    key: "controls.clip", choices: ["none", "norm", "matrix", "value"], name: (choice) => t(`clip.${choice}`),
    onPick: (choice) => change({ clipBy: /** @type {Settings["clipBy"]} */ (choice) }),
  });
  const clipAt = slider(root, {
    key: "controls.clipAt", range: { min: LIMITS.clipAt[0], max: LIMITS.clipAt[1], step: 0.05, log: true },
    onNumber: (value, dragging) => change({ clipAt: value }, dragging),
  });
  const truncate = switched(root, {
    key: "controls.truncate", range: { min: 1, max: LIMITS.T, step: 1, whole: true }, off: "controls.off",
    start: () => Math.max(1, Math.min(5, T)), onValue: (value, dragging) => change({ truncate: value }, dragging),
  });
  const labs = { clip: labButton(clipAt.root, "clip", onLab), window: labButton(truncate.root, "window", onLab) };
  const scale = select(root, {
    key: "controls.scale", choices: ranges(catalog), name: decades,
    onPick: (choice) => change({ scale: /** @type {[number, number]} */ (choice.split(",").map(Number)) }),
  });
  const grade = labButton(root, "grade", onLab);
  return {
    fields: { lossAt, clipBy, clipAt, truncate, scale: { ...scale, set: (value) => scale.set(String(value)) } },
    update(settings, trace) {
      T = stepsOf(settings);
      clipAt.root.hidden = settings.clipBy === "none";
      truncate.setMax(Math.max(T, settings.truncate ?? 1));
      truncate.slider.hidden = settings.truncate === null;
      grade.hidden = settings.lab === "grade";
      labs.clip.hidden = settings.lab === "clip";
      labs.window.hidden = settings.lab === "window" || settings.truncate === null;
      const clipped = settings.clipBy === "none" ? null : trace?.clipped;
      clipAt.hint(clipped ? t("controls.clipped", { before: short(clipped.norm_before), after: short(clipped.norm_after) }) : "");
    },
  };
}

/** A way into a lab, below the control that it is about. @param {HTMLElement} field @param {LabName} lab @param {(lab: LabName) => void} onLab */
function labButton(field, lab, onLab) {
  const button = /** @type {HTMLButtonElement} */ (child(field, "button", "lab-link"));
  button.type = "button";
  button.textContent = t(`controls.lab.${lab}`);
  button.addEventListener("click", () => onLab(lab));
  return button;
}

/** The way to /compare, with this network first and on this data. @param {HTMLElement} root */
function compareLink(root) {
  const place = child(root, "div", "group");
  const link = /** @type {HTMLAnchorElement} */ (child(place, "a", "button"));
  link.textContent = t("controls.compare");
  return {
    /** @param {Settings} settings */
    update(settings) {
      place.hidden = settings.own !== null; // what was brought stays on this page
      link.setAttribute("href", `${document.documentElement.dataset.root ?? ""}/compare${comparisonQuery(settings)}`);
    },
  };
}

/** The ranges on offer: a few, and those that the presets use. @param {any} catalog */
function ranges(catalog) {
  const all = [...DECADES, ...catalog.presets.map((/** @type {any} */ preset) => preset.scale)];
  return [...new Set(all.sort((a, b) => b[0] - a[0] || a[1] - b[1]).map(String))];
}

/** @param {string} range  "-3,1" */
const decades = (range) => range.split(",").map((exponent) => powerOfTen(Number(exponent))).join(" … ");
