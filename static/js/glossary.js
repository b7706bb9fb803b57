/** The glossary and the chapter's list: formulas as formulas, and a field that leaves the terms one looks for. */
import { startHeader } from "./header.js";
import { loadMessages, t } from "./i18n.js";
import { renderMath } from "./math.js";

loadMessages();
startHeader();
for (const formula of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-formula], .math"))) {
  renderMath(formula, formula.textContent ?? "", { display: "formula" in formula.dataset });
}

const field = /** @type {HTMLInputElement | null} */ (document.getElementById("glossary-find"));
const count = document.getElementById("glossary-count");
const terms = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".glossary-term")]);
const words = terms.map((term) => `${term.querySelector("dt")?.textContent} ${term.querySelector("dd p")?.textContent}`.toLowerCase());

function find() {
  const wanted = field?.value.trim().toLowerCase() ?? "";
  terms.forEach((term, i) => { term.hidden = !words[i].includes(wanted); });
  const shown = terms.filter((term) => !term.hidden).length;
  if (count) count.textContent = t(shown === terms.length ? "glossary.all" : "glossary.found", { n: shown, of: terms.length });
}

if (field) {
  field.addEventListener("input", find);
  find();
}
