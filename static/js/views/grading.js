import { explain } from "../exchange.js";
import { short } from "../format.js";
import { t } from "../i18n.js";
import { Refused } from "../own/check.js";
import { readGradients } from "../own/gradients.js";
import { parameterTex } from "../vectors.js";
import { child } from "./band.js";
import { button, statusLine } from "./dialog.js";
import { icon } from "./fields.js";
import { labHead } from "./lab.js";
import { mathIn } from "./panel.js";

/**
 * The reader's own gradients against ours: which parameter is right, where it is not, and which usual mistake explains it.
 *
 * @typedef {import("../view.js").Trace} Trace
 * @typedef {import("../api.js").Problem} Problem
 * @typedef {{ answer: any } | { problem: Problem }} Outcome
 * @typedef {import("./clipping.js").LabOptions & { onGrade: (gradients: any) => Promise<Outcome> }} GradingOptions
 */

/** @param {HTMLElement} root @param {GradingOptions} options @returns {import("../view.js").View} */
export function grading(root, { onSettings, onGrade }) {
  root.classList.add("lab", "grading");
  labHead(root, t("grade.title"), () => onSettings({ lab: "none" }));
  child(root, "p", "panel-note").textContent = t("grade.note");
  const shapes = child(root, "p", "panel-note");
  const area = /** @type {HTMLTextAreaElement} */ (child(root, "textarea", "grade-text"));
  Object.assign(area, { rows: 6, spellcheck: false, placeholder: "W = [[0.12, …], …]" });
  area.setAttribute("aria-label", t("grade.text"));
  const check = button(root, "button", t("grade.check"));
  const status = statusLine(root);
  const verdict = child(root, "div", "grade-verdict");
  /** @type {Trace | null} */
  let latest = null;
  /** @type {Trace | null} */
  let graded = null;

  const clear = () => {
    verdict.replaceChildren();
    graded = null;
  };
  check.addEventListener("click", async () => {
    if (!latest) return;
    const of = latest;
    clear();
    try {
      const gradients = readGradients(area.value, parametersOf(of));
      status.say(t("grade.checking"));
      check.disabled = true;
      const outcome = await onGrade(gradients);
      if ("problem" in outcome) status.say(explain(outcome.problem), "fault");
      else {
        status.say(t(outcome.answer.ok ? "grade.allRight" : "grade.notAll"));
        write(verdict, outcome.answer);
        graded = of;
      }
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault;
      status.say(t(fault.message, fault.params), "fault");
    } finally {
      check.disabled = false;
    }
  });
  area.addEventListener("input", () => { if (graded) { clear(); status.say(""); } });

  return {
    update(trace, { settings }) {
      root.hidden = settings.lab !== "grade";
      if (trace === latest || root.hidden) return;
      latest = trace;
      shapes.textContent = t("grade.shapes", { shapes: parametersOf(trace).map((name) => `${name} ${shapeOf(trace, name)}`).join(", ") });
      if (graded) {
        clear();
        status.say(t("grade.stale"));
      }
    },
    destroy: () => root.replaceChildren(),
  };
}

/** @param {Trace} trace */
const parametersOf = ({ answer }) => Object.keys(answer.gradients).filter((name) => answer.gradients[name] !== null);

/** @param {Trace} trace @param {string} name */
function shapeOf({ answer }, name) {
  const value = answer.network.parameters[name];
  return Array.isArray(value[0]) ? `${value.length} × ${value[0].length}` : String(value.length);
}

/** @param {HTMLElement} root @param {any} answer */
function write(root, { parameters, ungraded, diagnosis, ok }) {
  const table = child(root, "table", "grade-table");
  child(table, "caption", "visually-hidden").textContent = t("grade.title");
  const body = child(table, "tbody");
  for (const [name, grade] of Object.entries(parameters)) writeRow(child(body, "tr"), name, grade);
  if (!ok) child(root, "h3", "panel-subtitle").textContent = t("grade.diagnosis");
  const list = child(root, "ul", "grade-list");
  for (const found of diagnosis) writeMistake(child(list, "li"), found);
  if (!ok && !diagnosis.length) child(root, "p", "panel-note").textContent = t("grade.unexplained");
  if (ungraded.length) child(root, "p", "panel-note").textContent = t("grade.ungraded", { names: ungraded.join(", ") });
}

/** @param {HTMLElement} row @param {string} name @param {any} grade */
function writeRow(row, name, { ok, at, given, expected }) {
  const head = mathIn(row, "th", "", `\\partial L/\\partial ${parameterTex(name)}`);
  head.setAttribute("scope", "row");
  const sign = child(row, "td", ok ? "is-right" : "is-wrong");
  sign.append(icon(ok ? "check" : "close"));
  child(sign, "span").textContent = t(ok ? "grade.right" : "grade.wrong");
  const where = at && given !== null && expected !== null;
  child(row, "td").textContent = ok || !where ? "" : t("grade.at", { at: at.map((/** @type {number} */ i) => i + 1).join(", "), given: short(given, 3), expected: short(expected, 3) });
}

/** @param {HTMLElement} item @param {any} found */
function writeMistake(item, { mistake, explains, values, also, message }) {
  const shown = Object.fromEntries(Object.entries(values).map(([name, v]) => [name, Array.isArray(v) ? v.join(" × ") : v]));
  const words = t(`grade.mistake.${mistake}`, shown);
  const unknown = words.startsWith("grade.mistake."); // a mistake that this page has no words for yet
  child(item, "strong").textContent = t("grade.found", { names: explains.join(", "), mistake: unknown ? mistake : t(`grade.name.${mistake}`) });
  child(item, "p").textContent = unknown ? message : words;
  if (also?.length) child(item, "p", "panel-note").textContent = t("grade.also", { mistakes: also.map((/** @type {string} */ one) => t(`grade.name.${one}`)).join(", ") });
}
