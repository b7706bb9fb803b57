import { startHeader } from "./header.js";
import { loadMessages, t } from "./i18n.js";
import { startPrinting } from "./lesson/printing.js";
import { startQuestions } from "./lesson/questions.js";
import { startReading } from "./lesson/reading.js";
import { keepWishes, plainText, readWishes } from "./lesson/teacher.js";
import { startTeacher } from "./lesson/teacherdialog.js";
import { startTerms } from "./lesson/terms.js";
import { createTools } from "./lesson/tools.js";
import { holdPunctuation, partOf, renderMath } from "./math.js";
import { problemView } from "./views/problem.js";

/**
 * A lesson: its text drives its figure (static/js/lessons/<stem>.js), and the figure stays usable.
 *
 * @typedef {import("./lesson/tools.js").Figure} Figure
 */

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

loadMessages();
const catalog = JSON.parse(element("catalog").textContent ?? "{}");
const page = element("main");
const prose = element("lesson-text");
const column = element("figure-column");
const link = /** @type {HTMLAnchorElement} */ (element("figure-link"));
const asked = new URLSearchParams(location.search);
const root = document.documentElement.dataset.root ?? "";

for (const formula of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".lesson .math"))) {
  renderMath(formula, formula.textContent ?? "", { display: formula.tagName === "DIV" });
  if (formula.tagName === "SPAN") holdPunctuation(formula);
}

const problems = problemView(element("problem"), { onRetry: () => { figure.show(reading.current); } });
const tools = createTools({ root: column, prose, catalog, onProblem: (problem) => problems.update(problem), onChange: changed });
const { figure: createFigure } = await import(`./lessons/${page.dataset.lesson}.js`);
/** @type {Figure} */
const figure = createFigure(element("figure"), tools);
const reading = startReading({
  steps: [...prose.querySelectorAll(".lesson-step")].map((step) => /** @type {HTMLElement} */ (step)), line: readingLine, signal: tools.signal,
  onStep: (step) => {
    figure.show(step);
    changed();
    rememberLater();
  },
});

/** Where the eye is: the upper part of what the figure leaves of the window. */
function readingLine() {
  const bottom = tools.narrow() && getComputedStyle(column).position === "sticky" ? Math.max(0, column.getBoundingClientRect().bottom) : 0;
  return bottom + 0.4 * (innerHeight - bottom);
}

const NAMES = /** @type {const} */ ({ "/compare": "lesson.openCompare", "/train": "lesson.openTrain" });
/** The link under the figure opens what it shows. */
function changed() {
  if (!figure) return;
  const address = new URL(figure.link(), location.origin);
  const language = asked.get("lang");
  if (language) address.searchParams.set("lang", language);
  link.href = root + address.pathname + address.search + address.hash;
  link.textContent = t(NAMES[/** @type {keyof typeof NAMES} */ (address.pathname)] ?? "lesson.open");
}

let remembering = 0;
/** The address names the step that is read. */
function rememberLater() {
  clearTimeout(remembering);
  remembering = window.setTimeout(() => {
    asked.set("at", reading.current);
    history.replaceState(null, "", `${location.pathname}?${asked}`);
  }, 250);
}

prose.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const button = /** @type {HTMLElement | null} */ (target?.closest("[data-do]") ?? null);
  if (button) figure.act?.(button.dataset.do ?? "");
  const heading = target?.closest("h2 a");
  if (!heading) return;
  event.preventDefault();
  reading.go(/** @type {HTMLElement} */ (heading.closest("[data-step]")).dataset.step ?? "");
});
prose.addEventListener("pointerover", (event) => figure.point?.(partOf(event.target)));
prose.addEventListener("pointerleave", () => figure.point?.(null));
startQuestions(prose);
startTerms(page, JSON.parse(element("glossary").textContent ?? "{}"), tools.signal);
keepWishes(element("figure"), readWishes(location.search), tools.signal);
startTeacher(element("teacher-button"), {
  figure: element("figure"), current: () => reading.current, print: startPrinting(column, tools.signal),
  steps: [...prose.querySelectorAll(".lesson-step")].map((step) => ({ id: /** @type {HTMLElement} */ (step).dataset.step ?? "", heading: plainText(/** @type {Element} */ (step.querySelector("h2"))) })),
});
startHeader({ query: (over) => `?${new URLSearchParams({ ...Object.fromEntries(asked), at: reading.current, ...over })}` });
document.fonts.ready.then(() => reading.go(asked.get("at") ?? location.hash.replace("#step-", "")));
page.dataset.state = "ready";
