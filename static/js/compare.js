import { apiUrl, createSession } from "./api.js";
import { dataPanel } from "./compare/data.js";
import { chart as createChart } from "./compare/chart.js";
import { findings } from "./compare/findings.js";
import { namesOf } from "./compare/names.js";
import { readResult } from "./compare/result.js";
import { rows as createRows } from "./compare/rows.js";
import { MOST, batchOf, nextNetwork, readComparison, refusal, severalSequences, stepsOf, toRequest, writeComparison } from "./comparison.js";
import { createFrame } from "./frame.js";
import { startHeader } from "./header.js";
import { loadMessages, t } from "./i18n.js";
import { renderPhrase } from "./math.js";
import { createScales } from "./scales.js";
import { onTheme, themeNow } from "./theme.js";
import { child } from "./views/band.js";
import { problemView } from "./views/problem.js";

/**
 * The comparison: one question for all networks; its answers are rows and lines on one scale that never moves by itself.
 *
 * @typedef {import("./comparison.js").Comparison} Comparison
 * @typedef {import("./comparison.js").Network} Network
 * @typedef {import("./compare/result.js").Result} Result
 * @typedef {import("./compare/state.js").CompareState} CompareState
 */

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

loadMessages();
const catalog = JSON.parse(element("catalog").textContent ?? "{}");
const narrow = matchMedia("(max-width: 1099px)");
/** A field that holds what cannot be asked for. */
const WRONG = '.field:not([hidden]) [aria-invalid="true"]';
const home = `${document.documentElement.dataset.root ?? ""}/`;

let settings = readComparison(location.search);
/** Each network's last answer, beside it in the list. @type {(Result | null)[]} */
let results = settings.networks.map(() => null);
/** @type {import("./api.js").Problem | null} */
let problem = null;
/** @type {import("./compare/result.js").Place | null} */
let place = null;
let scales = createScales(themeNow(), settings.scale);
/** What each question was asked for: answers come late, when the settings are others. @type {WeakMap<object, Comparison>} */
const asked = new WeakMap();

const frame = createFrame(() => { draw(); return false; });
const onHover = (/** @type {typeof place} */ next) => { place = next; frame.request(); };
const rows = createRows(element("rows"), {
  catalog, onHover, onNetwork: replaceNetwork, onRemove: removeNetwork, onCut: () => change(severalSequences(settings)),
});
const chart = createChart(element("chart"), { onHover, onDistance: (distance) => change({ ...settings, distance }) });
const data = dataPanel(element("data"), { onChange: (part, dragging) => change({ ...settings, ...part }, dragging) });
const problems = problemView(element("problem"), { onRetry: () => ask() });
const session = createSession({ url: apiUrl("compare"), onAnswer: accept, onProblem: refuse });

/** @param {boolean} [dragging] */
function ask(dragging) {
  const body = toRequest(settings, catalog);
  if (!body.networks.length) return;
  asked.set(body, settings);
  session.ask(body, { dragging });
}

/** The settings are now these. @param {Comparison} next @param {boolean} [dragging] */
function change(next, dragging = false) {
  const same = JSON.stringify(toRequest(next, catalog)) === JSON.stringify(toRequest(settings, catalog));
  settings = next;
  if (!same || problem) ask(dragging);
  rememberLater();
  frame.request();
}

/** @param {number} index @param {Network} network @param {boolean} dragging */
function replaceNetwork(index, network, dragging) {
  change({ ...settings, networks: settings.networks.map((one, i) => (i === index ? network : one)) }, dragging);
}

/** @param {number} index */
function removeNetwork(index) {
  results = results.filter((_, i) => i !== index);
  change({ ...settings, networks: settings.networks.filter((_, i) => i !== index) });
  draw();
  rows.focus(index);
}

function addNetwork() {
  results = [...results, null];
  change({ ...settings, networks: [...settings.networks, nextNetwork(settings.networks)] });
  draw();
  rows.edit(settings.networks.length - 1);
}

/** @param {any} answer @param {any} body  what was asked */
function accept(answer, body) {
  const then = asked.get(body) ?? settings;
  const traces = [...answer.traces];
  const fresh = then.networks.map((one) => (refusal(one, then) ? null : readResult(traces.shift(), one.clipBy)));
  problem = null;
  results = settings.networks.map((one, i) => freshOf(one, i, then.networks, fresh));
  document.body.dataset.state = "ready";
  problems.update(null);
  frame.request();
}

/** A network's own result; one that has been edited since takes that of its place. @param {Network} one @param {number} i @param {Network[]} then @param {(Result | null)[]} fresh */
function freshOf(one, i, then, fresh) {
  const at = then.indexOf(one);
  if (at >= 0) return fresh[at];
  return then.length === settings.networks.length ? fresh[i] : results[i] ?? null;
}

/** The last good picture stays, dimmed. @param {import("./api.js").Problem} reason */
function refuse(reason) {
  problem = reason;
  document.body.dataset.state = "problem";
  problems.update(problem);
  frame.request();
}

/** @param {number} i @returns {string | null} */
function reasonOf(i) {
  const why = refusal(settings.networks[i], settings);
  if (why || problem?.kind !== "refused") return why;
  const at = settings.networks.filter((one) => !refusal(one, settings)).indexOf(settings.networks[i]);
  return problem.errors.find(({ field }) => field.startsWith(`networks.${at}.`))?.message ?? null;
}

/** @returns {CompareState} */
function stateNow() {
  if (scales.theme !== themeNow() || String(scales.range) !== String(settings.scale)) scales = createScales(themeNow(), settings.scale);
  const names = namesOf(settings.networks);
  const entries = settings.networks.map((network, i) => {
    const reason = reasonOf(i);
    return { network, name: names[i], result: reason === "batch" ? null : results[i] ?? null, reason };
  });
  const T = Math.max(2, ...entries.map(({ result }) => result?.T ?? 0));
  return { settings: { ...settings, distance: Math.min(settings.distance, T - 1) }, entries, scales, size: triangleSize(entries.length), place, T, home, narrow: narrow.matches };
}

/** All rows in sight where the window has the room, each triangle large enough to be read. @param {number} count */
function triangleSize(count) {
  const room = narrow.matches ? 0 : (element("networks").clientHeight - element("compare-head").offsetHeight - 62) / count - 17;
  return Math.round(Math.min(120, Math.max(80, room)));
}

function draw() {
  const state = stateNow();
  const { entries } = state;
  rows.update(state);
  chart.update(state);
  data.update(settings);
  const stale = problem !== null || element("networks").querySelector(WRONG) !== null;
  element("rows").classList.toggle("stale", stale);
  element("chart").classList.toggle("stale", stale);
  write("compare-title", t("compare.title", { number: t(`compare.number.${entries.length}`) }));
  writeSubtitle(entries.find(({ result }) => result)?.result ?? null);
  /** @type {HTMLButtonElement} */ (element("add-network")).disabled = entries.length >= MOST;
  writeFindings(findings(entries, state.settings.distance));
}

/** @param {string} id @param {string} text */
function write(id, text) {
  const root = element(id);
  if (root.textContent !== text) root.textContent = text;
}

/** What they have in common. @param {Result | null} result */
function writeSubtitle(result) {
  const { kind, task, H, seed } = settings;
  const n = result?.B ?? batchOf(settings);
  const T = result?.T ?? stepsOf(settings) ?? settings.length;
  const one = n === 1 && (kind === "text" || kind === "task") ? ".one" : "";
  const what = t(`compare.data.${kind}${one}`, { n, task: t(`compare.task.${task}`) });
  write("compare-subtitle", t("compare.subtitle", { what, T, H, seed }));
}

/** @param {import("./compare/findings.js").Finding[]} found */
function writeFindings(found) {
  const root = element("findings");
  const stamp = JSON.stringify(found);
  if (root.dataset.stamp === stamp) return;
  root.dataset.stamp = stamp;
  root.replaceChildren();
  root.hidden = found.length === 0;
  for (const { key, params, strong } of found) {
    child(root, strong ? "strong" : "span").textContent = t(key, params);
    root.append(" ");
  }
}

let remembering = 0;
/** The address holds all that made the picture; written once things are at rest. */
function rememberLater() {
  clearTimeout(remembering);
  remembering = window.setTimeout(() => history.replaceState(null, "", location.pathname + writeComparison(settings)), 250);
}

/** The data's fields are a disclosure. */
function startData() {
  const button = element("data-button");
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    element("data").hidden = !open;
    frame.request();
  });
  element("networks").addEventListener("input", () => frame.request());
}

renderPhrase(element("chart-subtitle"), "compare.chartSubtitle", { norm: { tex: "\\norm{\\partial L(t)/\\partial h(k)}" }, distance: { tex: "t-k" }, t: { tex: "t" } });
startHeader({
  query: (over) => writeComparison({ ...settings, ...over }),
  onChoose: (theme) => { if (settings.theme) settings = { ...settings, theme }; rememberLater(); },
});
startData();
element("add-network").addEventListener("click", addNetwork);
onTheme(() => frame.request());
narrow.addEventListener("change", () => frame.request());
const resized = new ResizeObserver(() => frame.request());
for (const id of ["chart", "networks"]) resized.observe(element(id));
document.fonts.ready.then(() => frame.request());
frame.request();
ask();
