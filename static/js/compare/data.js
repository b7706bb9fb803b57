import { MOST_SEQUENCES, TASKS, batchOf, checkText, cut, hasDelay, stepsOf } from "../comparison.js";
import { powerOfTen } from "../format.js";
import { t } from "../i18n.js";
import { LIMITS, checkNumbers, wellFormed } from "../state.js";
import { number, segmented, select, slider, text } from "../views/fields.js";

/**
 * What all networks have in common: the data, the number of units, the seed.
 *
 * @typedef {import("../comparison.js").Comparison} Comparison
 * @typedef {(part: Partial<Comparison>, dragging?: boolean) => void} Change
 */

const SCALES = [[-4, 2], [-9, 3], [-15, 6]];

/** @param {HTMLElement} root @param {{ onChange: (part: Partial<Comparison>, dragging: boolean) => void }} options */
export function dataPanel(root, { onChange }) {
  /** @type {Change} */
  const change = (part, dragging = false) => onChange(part, dragging);
  const fields = { ...sequenceFields(root, change), ...taskFields(root, change), ...commonFields(root, change) };
  /** @type {Comparison | null} */
  let shown = null;
  return {
    /** @param {Comparison} settings */
    update(settings) {
      if (settings === shown) return;
      shown = settings;
      for (const [name, field] of Object.entries(fields)) show(field, name === "scale" ? String(settings.scale) : settings[/** @type {keyof Comparison} */ (name)]);
      const { kind } = settings;
      const of = { text: ["text"], numbers: ["numbers"], from: ["sunspots"], steps: ["sunspots"], sequences: ["text", "task"], task: ["task"], length: ["task"], dataSeed: ["task"] };
      for (const [name, kinds] of Object.entries(of)) fields[/** @type {keyof typeof fields} */ (name)].root.hidden = !kinds.includes(kind);
      fields.delay.root.hidden = !hasDelay(settings);
      fields.lossAt.root.hidden = kind === "task";
      fields.steps.setMax(Math.min(LIMITS.T, LIMITS.years[1] - settings.from));
      fields.sequences.hint(kind === "text" ? cutHint(settings) : "");
    },
  };
}

/** @param {{ set: (value: any) => void }} field @param {unknown} value */
const show = (field, value) => field.set(value);

/** How the text is cut, and what is left over. @param {Comparison} settings */
function cutHint(settings) {
  const pieces = cut(settings.text, settings.sequences);
  const length = [...pieces[0]].length;
  const rest = [...settings.text].length - pieces.length * length;
  return t(rest ? "compare.cut.rest" : "compare.cut", { n: batchOf(settings), length, steps: stepsOf(settings) ?? 0, rest });
}

/** A text that is handed on only while nothing is wrong with it. @param {HTMLElement} root @param {string} key @param {(text: string) => import("../state.js").Fault | null} check @param {(text: string) => void} onGood */
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
  const { years } = LIMITS;
  return {
    kind: segmented(root, {
      key: "controls.kind", choices: ["text", "sunspots", "numbers", "task"], quiet: true,
      name: (choice) => t(choice === "task" ? "compare.task" : `controls.${choice}`),
      onPick: (choice) => change({ kind: /** @type {Comparison["kind"]} */ (choice) }),
    }),
    text: checked(root, "controls.text", checkText, (value) => change({ text: wellFormed(value) })),
    numbers: checked(root, "controls.numberList", checkNumbers, (value) => change({ numbers: value })),
    task: select(root, { key: "compare.task", choices: TASKS, name: (choice) => t(`compare.task.${choice}`), onPick: (choice) => change({ task: choice }) }),
    from: number(root, {
      key: "controls.from", range: { min: years[0], max: years[1] - 1, step: 1, whole: true }, onNumber: (value, dragging) => change({ from: value }, dragging),
    }),
    steps: slider(root, {
      key: "controls.steps", range: { min: 1, max: LIMITS.T, step: 1, whole: true }, onNumber: (value, dragging) => change({ steps: value }, dragging),
    }),
    sequences: slider(root, {
      key: "compare.sequences", range: { min: 1, max: MOST_SEQUENCES, step: 1, whole: true }, onNumber: (value, dragging) => change({ sequences: value }, dragging),
    }),
  };
}

/** @param {HTMLElement} root @param {Change} change */
function taskFields(root, change) {
  return {
    length: slider(root, { key: "compare.length", range: { min: 1, max: LIMITS.T, step: 1, whole: true }, onNumber: (value, dragging) => change({ length: value }, dragging) }),
    delay: slider(root, { key: "compare.delay", range: { min: 0, max: LIMITS.T, step: 1, whole: true }, onNumber: (value, dragging) => change({ delay: value }, dragging) }),
    dataSeed: number(root, { key: "compare.dataSeed", range: { min: 0, max: LIMITS.seed, step: 1, whole: true }, onNumber: (value, dragging) => change({ dataSeed: value }, dragging) }),
  };
}

/** @param {HTMLElement} root @param {Change} change */
function commonFields(root, change) {
  const scaleName = (/** @type {string} */ range) => range.split(",").map((exponent) => powerOfTen(Number(exponent))).join(" … ");
  return {
    lossAt: segmented(root, {
      key: "controls.lossAt", choices: ["every", "last"], name: (choice) => t(`controls.loss.${choice}`),
      onPick: (choice) => change({ lossAt: /** @type {Comparison["lossAt"]} */ (choice) }),
    }),
    H: slider(root, { key: "controls.H", range: { min: 1, max: LIMITS.H, step: 1, whole: true }, onNumber: (value, dragging) => change({ H: value }, dragging) }),
    gain: slider(root, { key: "controls.gain", range: { min: LIMITS.gain[0], max: LIMITS.gain[1], step: 0.01, log: true }, onNumber: (value, dragging) => change({ gain: value }, dragging) }),
    seed: number(root, { key: "controls.seed", range: { min: 0, max: LIMITS.seed, step: 1, whole: true }, onNumber: (value, dragging) => change({ seed: value }, dragging) }),
    scale: select(root, {
      key: "controls.scale", choices: SCALES.map(String), name: scaleName,
      onPick: (choice) => change({ scale: /** @type {[number, number]} */ (choice.split(",").map(Number)) }),
    }),
  };
}
