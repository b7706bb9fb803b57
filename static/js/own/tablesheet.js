import { t } from "../i18n.js";
import { LIMITS } from "../state.js";
import { child } from "../views/band.js";
import { boxes, choice, statusLine } from "../views/dialog.js";
import { Refused } from "./check.js";
import { withOwn } from "./own.js";
import { toSequence } from "./sequence.js";

/**
 * Columns of a table: which the network sees, and what it is to predict.
 *
 * @typedef {import("../state.js").Settings} Settings
 * @param {HTMLElement} root
 * @param {{ table: import("./table.js").Table, name: string, settings: () => Settings, onReady: (settings: Settings | null) => void }} options
 */
export function tableSheet(root, { table, name, settings, onReady }) {
  const names = table.columns.map((_, at) => String(at));
  const word = (/** @type {string} */ at) => (table.header ? table.columns[Number(at)].name : t("open.column", { n: Number(at) + 1 }));
  const inputs = boxes(root, "open.inputs", names, word, () => update());
  const aim = choice(root, "open.aim", () => update());
  aim.offer(["next", "own"].map((value) => ({ value, words: t(`open.aim.${value}`) })));
  const targetsRoot = child(root, "div");
  const targets = boxes(targetsRoot, "open.targets", names, word, () => update());
  const options = child(root, "div", "dialog-actions");
  const standard = check(options, "open.standardise", () => update());
  const from = firstRow(options, table.rows, () => update());
  const status = statusLine(root);
  const numeric = names.filter((at) => !table.columns[Number(at)].fault);
  inputs.check(numeric.slice(0, 1));
  targets.check(numeric.slice(-1));
  standard.checked = true;

  function update() {
    const own = aim.element.value === "own";
    targetsRoot.hidden = !own;
    try {
      const chosen = { inputs: inputs.checked().map(Number), targets: own ? targets.checked().map(Number) : null, standardise: standard.checked, from: from() };
      const sequence = toSequence(table, chosen, name);
      const now = settings();
      const data = "data" in sequence ? sequence.data : null;
      const T = data ? data.x.length : Math.min(LIMITS.T, table.rows - chosen.from);
      const next = data ? { ...now, own: withOwn(now.own, { data, edits: editsWithout(now) }) }
        : { ...now, kind: /** @type {const} */ ("numbers"), numbers: "numbers" in sequence ? sequence.numbers : "", own: withOwn(now.own, { data: null, edits: editsWithout(now) }) };
      const left = table.rows - (chosen.from - 1) - T - (own ? 0 : 1);
      status.say(t(left > 0 ? "open.stepsOf" : "open.steps", { T, I: chosen.inputs.length, O: data ? /** @type {number[][]} */ (data.y)[0].length : 1, most: LIMITS.T, left }));
      onReady(next);
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault;
      status.say(t(fault.message, fault.params), "fault");
      onReady(null);
    }
  }
  update();
}

/** @param {Settings} settings */
const editsWithout = ({ own }) => (own?.edits ?? []).filter(({ of }) => of !== "x");

/** @param {HTMLElement} root @param {string} key @param {() => void} onChange @returns {HTMLInputElement} */
function check(root, key, onChange) {
  const label = child(root, "label", "check");
  const box = /** @type {HTMLInputElement} */ (child(label, "input"));
  box.type = "checkbox";
  box.addEventListener("change", onChange);
  child(label, "span").textContent = t(key);
  return box;
}

/** The row to begin with, where not all fit. @param {HTMLElement} root @param {number} rows @param {() => void} onChange @returns {() => number} */
function firstRow(root, rows, onChange) {
  if (rows <= LIMITS.T + 1) return () => 1;
  const label = child(root, "label", "check");
  child(label, "span").textContent = t("open.from");
  const field = /** @type {HTMLInputElement} */ (child(label, "input"));
  Object.assign(field, { type: "number", min: "1", max: String(rows - 1), value: "1" });
  field.addEventListener("input", onChange);
  return () => Math.min(rows - 1, Math.max(1, Math.round(Number(field.value)) || 1));
}
