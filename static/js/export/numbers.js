import { t } from "../i18n.js";
import { child } from "../views/band.js";
import { button, choice, statusLine } from "../views/dialog.js";
import { save } from "./save.js";
import { tablesOf, toCsv } from "./tables.js";

/**
 * The sheet of numbers: any strip as CSV, all of it as the API's own JSON.
 *
 * @param {HTMLElement} root @param {{ picture: () => import("./paper.js").Picture | null }} options
 */
export function numbersSheet(root, { picture }) {
  const table = choice(root, "export.table");
  const csv = button(child(root, "div", "dialog-actions"), "button", t("export.csv"));
  child(root, "p", "dialog-note").textContent = t("export.csvNote");
  child(root, "h3", "dialog-subtitle").textContent = t("export.trace");
  child(root, "p", "dialog-note").textContent = t("export.jsonNote");
  const json = button(child(root, "div", "dialog-actions"), "button", t("export.json"));
  const status = statusLine(root);
  const give = (/** @type {string} */ name, /** @type {string} */ content, /** @type {string} */ type) => {
    save(name, content, type);
    status.say(t("export.saved", { name }));
  };
  csv.addEventListener("click", () => {
    const now = picture();
    const name = /** @type {import("./tables.js").TableName} */ (table.element.value);
    if (now) give(`unrolled-${name}.csv`, toCsv(name, now.trace), "text/csv");
  });
  json.addEventListener("click", () => {
    const now = picture();
    if (now) give("unrolled-trace.json", `${JSON.stringify(now.trace.answer)}\n`, "application/json");
  });
  return {
    show() {
      const now = picture();
      if (now) table.offer(tablesOf(now.trace).map((value) => ({ value, words: t(`export.table.${value}`) })));
      status.say("");
    },
    leave() {},
  };
}
