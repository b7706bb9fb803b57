import { t } from "../i18n.js";
import { LIMITS as PAGE, wellFormed } from "../state.js";
import { LIMITS, TASKS, checkNumbers, checkText, hasDelay, isSeries } from "../training.js";
import { child } from "../views/band.js";
import { number, segmented, select, slider, switched, text } from "../views/fields.js";
import { presets } from "./presets.js";
import { runCards } from "./runs.js";

/**
 * The left panel: what is learned, by which runs, for how long.
 *
 * @typedef {import("../training.js").TrainingSettings} TrainingSettings
 * @typedef {import("../api.js").Problem} Problem
 * @typedef {(part: Partial<TrainingSettings>, dragging?: boolean) => void} Change
 *
 * @typedef {object} ControlsOptions
 * @property {any} catalog
 * @property {(part: Partial<TrainingSettings>, dragging: boolean) => void} onChange
 * @property {(settings: TrainingSettings) => void} onPreset
 * @property {() => void} onInvalid     a field now holds what cannot be asked for, or no longer
 *
 * @param {HTMLElement} root @param {ControlsOptions & import("./runs.js").RunsOptions} options
 */
export function controls(root, options) {
  const { catalog, onChange, onPreset, onInvalid } = options;
  /** @type {Change} */
  const change = (part, dragging = false) => onChange(part, dragging);
  root.classList.add("controls");
  const tries = presets(group(root, "controls.try"), { catalog, onPreset });
  const learned = group(root, "train.learned");
  const runs = runCards(group(root, "train.runs"), options);
  const plan = group(root, "train.plan");
  /** @type {Record<string, import("../views/fields.js").Field<any>>} */
  const fields = { ...sequenceFields(learned, change), ...pieceFields(learned, change), ...planFields(plan, change) };
  root.addEventListener("input", onInvalid);
  /** @type {TrainingSettings | null} */
  let shown = null;
  /** @type {Problem | null} */
  let told = null;

  /** @param {Problem} problem @param {boolean} there */
  function tell(problem, there) {
    for (const { field, message } of problem.errors) fieldOf(field)?.fault(there ? t("fault.server", { message }) : null);
  }

  /** The field that the server's error is about. @param {string} path */
  function fieldOf(path) {
    const run = /^runs\.(\d+)\.(.*)$/u.exec(path);
    const table = run ? RUN_FIELDS : FIELDS;
    const name = table[run ? run[2] : path] ?? "";
    return run ? runs.fields(Number(run[1]))[name] : fields[name === "" && path.startsWith("data") ? shown?.kind ?? "" : name];
  }

  return {
    runs,
    /** Is there a field that cannot be asked for? */
    get invalid() { return root.querySelector('.field:not([hidden]) [aria-invalid="true"]') !== null; },
    /** @param {TrainingSettings} settings @param {{ names: string[], series: import("../compare/series.js").Series[], ground: string, problem: Problem | null }} look */
    update(settings, { names, series, ground, problem }) {
      runs.update(settings.runs, names, series, ground);
      if (problem !== told) {
        if (told) tell(told, false);
        told = problem;
        if (problem) tell(problem, true);
      }
      if (settings === shown) return;
      shown = settings;
      tries.update(settings);
      for (const [name, field] of Object.entries(fields)) field.set(settings[/** @type {keyof TrainingSettings} */ (name)]);
      hide(fields, settings);
    },
  };
}

/** A batch to begin with: many sequences of a task, few streams of a text, a series as one. @type {Record<string, number>} */
const BATCHES = { task: 32, text: 8, sunspots: 1, numbers: 1 };

/** Fields of the request and of this panel. @type {Record<string, string>} */
const FIELDS = {
  "data.name": "task", "data.length": "length", "data.delay": "delay", "data.batch": "batch", "data.seed": "dataSeed", "data.text": "text", "data.values": "numbers",
  batch: "batch", chunk: "chunk", holdout: "holdout", steps: "until", seed: "dataSeed", "sample.temperature": "temperature",
};
/** @type {Record<string, string>} */
const RUN_FIELDS = {
  "network.hidden_size": "H", "network.init.scheme": "scheme", "network.init.gain": "gain", "network.init.spectral_radius": "radius", "network.init.forget_bias": "forgetBias",
  "optimizer.name": "optimizer", "optimizer.learning_rate": "learningRate", "optimizer.momentum": "momentum", "optimizer.decay": "decay",
  "clip.threshold": "clipAt", "clip.by": "clipBy", truncate: "truncate",
};

/** @param {Record<string, import("../views/fields.js").Field<any>>} fields @param {TrainingSettings} settings */
function hide(fields, settings) {
  const { kind } = settings;
  const shown = {
    task: kind === "task", length: kind === "task", delay: hasDelay(settings), text: kind === "text", from: kind === "sunspots", steps: kind === "sunspots",
    numbers: kind === "numbers", chunk: kind !== "task", holdout: isSeries(settings), temperature: kind === "text",
  };
  for (const [name, show] of Object.entries(shown)) fields[name].root.hidden = !show;
  /** @type {any} */ (fields.chunk).slider.hidden = settings.chunk === null;
  /** @type {any} */ (fields.steps).setMax(PAGE.years[1] - settings.from);
  fields.text.hint(t("train.textHint", { n: [...settings.text].length, symbols: new Set(settings.text).size }));
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

/** @param {string} key @param {number[]} range @param {(value: number, dragging: boolean) => void} onNumber */
const wholeSlider = (key, [min, max], onNumber) => ({ key, inline: true, range: { min, max, step: 1, whole: true }, onNumber });

/** @param {HTMLElement} root @param {string} key @param {(text: string) => import("../state.js").Fault | null} check @param {(text: string) => void} onGood */
function checked(root, key, check, onGood) {
  const field = text(root, {
    key, rows: 3,
    onText: (value) => {
      const wrong = check(value);
      field.fault(wrong && t(wrong.message, wrong.params));
      if (!wrong) onGood(value);
    },
  });
  return field;
}

/** @param {HTMLElement} root @param {Change} change */
function sequenceFields(root, change) {
  return {
    kind: segmented(root, {
      key: "controls.kind", choices: ["task", "text", "sunspots", "numbers"], quiet: true, name: (choice) => t(choice === "task" ? "compare.task" : `controls.${choice}`),
      onPick: (choice) => change({ kind: /** @type {TrainingSettings["kind"]} */ (choice), batch: BATCHES[choice] }),
    }),
    task: select(root, { key: "compare.task", choices: TASKS, name: (choice) => t(`compare.task.${choice}`), onPick: (choice) => change({ task: choice }) }),
    length: slider(root, wholeSlider("compare.length", [2, LIMITS.T], (value, dragging) => change({ length: value }, dragging))),
    delay: slider(root, wholeSlider("compare.delay", [0, LIMITS.T], (value, dragging) => change({ delay: value }, dragging))),
    text: checked(root, "controls.text", checkText, (value) => change({ text: wellFormed(value) })),
    numbers: checked(root, "controls.numberList", checkNumbers, (value) => change({ numbers: value })),
    from: number(root, { key: "controls.from", range: { min: PAGE.years[0], max: PAGE.years[1] - 1, step: 1, whole: true }, onNumber: (value, dragging) => change({ from: value }, dragging) }),
    steps: slider(root, wholeSlider("train.years", [1, LIMITS.years], (value, dragging) => change({ steps: value }, dragging))),
  };
}

/** @param {HTMLElement} root @param {Change} change */
function pieceFields(root, change) {
  return {
    batch: slider(root, wholeSlider("train.batch", [1, LIMITS.batch], (value, dragging) => change({ batch: value }, dragging))),
    chunk: switched(root, {
      key: "train.chunk", range: { min: LIMITS.chunk[0], max: LIMITS.chunk[1], step: 1, whole: true }, off: "controls.off", start: () => 25,
      onValue: (value, dragging) => change({ chunk: value }, dragging),
    }),
    holdout: slider(root, {
      key: "train.holdout", inline: true, range: { min: LIMITS.holdout[0], max: LIMITS.holdout[1], step: 0.05 }, onNumber: (value, dragging) => change({ holdout: value }, dragging),
    }),
    temperature: slider(root, {
      key: "train.temperature", inline: true, range: { min: LIMITS.temperature[0], max: LIMITS.temperature[1], step: 0.1 }, onNumber: (value, dragging) => change({ temperature: value }, dragging),
    }),
  };
}

/** @param {HTMLElement} root @param {Change} change */
function planFields(root, change) {
  const seed = (/** @type {string} */ key, /** @type {"seed" | "dataSeed"} */ name) =>
    number(root, { key, range: { min: 0, max: PAGE.seed, step: 1, whole: true }, onNumber: (value, dragging) => change({ [name]: value }, dragging) });
  return {
    until: number(root, { key: "train.until", range: { min: 1, max: LIMITS.until, step: 1, whole: true }, onNumber: (value, dragging) => change({ until: value }, dragging) }),
    seed: seed("train.seed", "seed"),
    dataSeed: seed("compare.dataSeed", "dataSeed"),
  };
}
