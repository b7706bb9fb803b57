import { createAxis } from "./axis.js";
import { wiringOf } from "./cell/wiring.js";
import { createSession } from "./api.js";
import { createFrame } from "./frame.js";
import { startHeader } from "./header.js";
import { loadMessages, t } from "./i18n.js";
import { startKeyboard } from "./keyboard.js";
import { Refused } from "./own/check.js";
import { dropped } from "./own/dropped.js";
import { writeState } from "./own/file.js";
import { createFragments, isWhole, ownPart, readOwn } from "./own/link.js";
import { stepOfPart } from "./parts.js";
import { createPlayer } from "./player.js";
import { createScales } from "./scales.js";
import { createSheets } from "./sheets.js";
import { fromPreset, readSettings, toRequest, writeSettings } from "./state.js";
import { onTheme, themeNow } from "./theme.js";
import { readTrace } from "./trace.js";
import { controls as createControls } from "./views/controls.js";
import { cellState, gates } from "./views/gates.js";
import { gradient } from "./views/gradient.js";
import { heatmap } from "./views/heatmap.js";
import { inspector } from "./views/inspector.js";
import { narration } from "./views/narration.js";
import { noticeView } from "./views/notice.js";
import { peek } from "./views/peek.js";
import { problemView } from "./views/problem.js";
import { stage } from "./views/stage/stage.js";
import { timeline } from "./views/timeline.js";
import { tooltip } from "./views/tooltip.js";
import { transport as createTransport } from "./views/transport.js";
import { triangle } from "./views/triangle.js";
import { windowHandle } from "./views/window.js";
import { createWindows } from "./windows.js";

/**
 * The instrument: settings ask the server, its answer is the trace, and one frame loop hands trace and state to the views.
 *
 * @typedef {import("./state.js").Settings} Settings
 * @typedef {import("./trace.js").Trace} Trace
 * @typedef {import("./view.js").ViewState} ViewState
 * @typedef {import("./view.js").View} View
 */

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

loadMessages();
const catalog = JSON.parse(element("catalog").textContent ?? "{}");
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
const phone = matchMedia("(max-width: 759px)");
const bands = element("bands");
const column = element("cursor-column");

let settings = readSettings(location.search);
/** The settings of the picture that stands. @type {Settings | null} */
let pictured = null;
/** What each question is asked for: answers come late, when the settings are others. @type {WeakMap<object, Settings>} */
const asked = new WeakMap();
let invalid = false; // a field holds what cannot be asked for
/** @type {Trace | null} */
let trace = null;
/** @type {import("./api.js").Problem | null} */
let problem = null;
/** @type {import("./parts.js").Part | null} */
let hover = null;
let axis = createAxis({ width: 800, T: 10, narrow: phone.matches, fit: settings.fit });
/** @type {Parameters<typeof createAxis>[0] | null} */
let last = null;
let followed = 0;
let room = 0;
let scales = createScales(themeNow(), settings.scale);
const [SOON, PAUSE] = [250, 800]; // milliseconds at rest before the address is written; after typing, for a new entry
let remembering = 0;
let entry = 0; // how long the new entry of the history that is due waits
let recalling = false; // the settings are those of an address gone back to; their picture is under way
let address = location.search + ownPart(location.hash);

const frame = createFrame(draw);
const player = createPlayer({ onChange: () => { frame.request(); rememberLater(); } });
const options = {
  onHover: (/** @type {import("./parts.js").Part | null} */ part) => { hover = part; frame.request(); },
  onStep: (/** @type {number} */ step) => player.seek(step),
  onPick: (/** @type {import("./parts.js").Part} */ part) => void later().then(({ editor }) => editor.pick(part)),
  onPath: (/** @type {import("./playhead.js").Path | null} */ path) => { if (path || player.path) player.setPath(path, true); },
  onSettings: (/** @type {Partial<Settings>} */ part, dragging = false) => change({ ...settings, ...part }, { dragging }),
  onZoom: (/** @type {boolean} */ zoom) => { change({ ...settings, zoom }); bands.scrollTop = 0; },
  onOperation: (/** @type {1 | -1} */ direction, /** @type {number} */ n) => player.operation(direction, n),
  onScrub: (/** @type {number} */ at) => player.scrub(at),
  onPlayPath: () => { player.first(); player.play(); },
};
const windows = createWindows({ onChange: () => frame.request() });
/** @type {View[]} */
const views = [
  narration(element("headline"), options), stage(element("band-stage"), options), timeline(element("band-time"), options),
  heatmap(element("band-hidden"), options),
  cellState(element("band-cell"), options), gates(element("band-gates"), options), gradient(element("band-gradient"), options), triangle(element("band-triangle"), options),
  inspector(element("inspector-content"), options), peek(element("peek")), tooltip(bands),
  windowHandle(element("band-triangle"), {
    onWindow: (truncate, dragging) => change({ ...settings, truncate }, { dragging }),
    onOpen: () => openLab("window"),
  }),
];
const transport = createTransport(element("transport"), { player, slot: document.querySelector(".top-mode"), onFit: (fit) => change({ ...settings, fit }) });
const controls = createControls(element("controls-content"), {
  settings, catalog,
  onChange: (next, { dragging }) => change(next, { dragging }),
  onPreset: (preset) => { change(fromPreset(preset, settings, catalog), { entry: SOON }); player.setPath(null); player.last(); },
  onLab: openLab,
  onInvalid: (value) => { invalid = value; frame.request(); },
});
const problems = problemView(element("problem"), { onRetry: () => ask() });
const notice = noticeView(element("notice"));
const session = createSession({ onAnswer: accept, onProblem: refuse });
const fragments = createFragments({ onReady: () => rememberLater() });
/** The address of what is shown. @param {Partial<Settings>} [over] @returns {Promise<{ link: string, whole: boolean }>} */
async function linkTo(over = {}) {
  const fragment = await fragments.make(settings.own);
  return { link: location.origin + location.pathname + writeSettings({ ...settings, ...over }) + fragment, whole: isWhole(fragment) };
}
const request = () => toRequest(pictured ?? settings, catalog);
/** @type {Promise<ReturnType<typeof import("./later.js").makeLater>> | null} */
let rest = null;
/** What comes after the first picture; fetched once. */
function later() {
  rest ??= import("./later.js").then(({ makeLater }) => {
    const made = makeLater({
      element, options, request,
      exports: {
        picture: () => trace && { trace, state: viewState(trace) }, request,
        links: { link: linkTo, framed: async (hide) => (await linkTo({ hide })).link, file: () => writeState({ ...settings, ...player.place }) },
      },
      opens: { settings: () => settings, catalog, trace: () => trace, onOpen: showOwn },
    });
    views.push(...made.views);
    frame.request();
    return made;
  });
  return rest;
}

/** What was brought, seen whole. @param {Settings} next */
function showOwn(next) {
  change(next, { entry: SOON });
  player.setPath(null);
  player.last();
}

/** @param {{ dragging?: boolean }} [how] */
function ask(how) {
  const body = toRequest(settings, catalog);
  asked.set(body, settings);
  session.ask(body, how);
}

/** @param {Settings["lab"]} lab */
function openLab(lab) {
  change({ ...settings, lab });
  sheets.open("inspector");
  element(`lab-${lab}`).scrollIntoView({ block: "nearest" });
}

/** The settings are now these. @param {Settings} next @param {{ dragging?: boolean, entry?: number }} [how]  entry: see entryAfter
 * @returns {boolean} is the server asked? */
function change(next, how = {}) {
  const wait = how.entry ?? entryAfter(settings, next);
  if (wait && !entry) remember(); // the entry before keeps what was
  entry = wait || entry;
  const same = JSON.stringify(toRequest(next, catalog)) === JSON.stringify(toRequest(settings, catalog));
  settings = next;
  windows.explore(settings.lab === "window");
  if (!same || problem) ask(how);
  measure();
  controls.update(settings, trace, problem);
  rememberLater();
  return !same || problem !== null;
}

/** @param {any} answer @param {any} body  what was asked */
function accept(answer, body) {
  const first = trace === null;
  pictured = asked.get(body) ?? settings;
  nameSymbols(answer, pictured.own);
  trace = readTrace(answer, body);
  windows.follow(trace, body);
  problem = null;
  player.setLength(trace.T);
  if (first || recalling) player.restore(settings);
  if (first) setTimeout(later); // the picture first
  recalling = false;
  document.body.dataset.state = "ready";
  measure();
  controls.update(settings, trace, null);
  problems.update(null);
}

/** What the API is not told of a sequence that was brought: its alphabet, and the scale of its values. @param {any} answer @param {Settings["own"]} own */
function nameSymbols(answer, own) {
  if (own?.data) Object.assign(answer.data, { labels: answer.data.labels ?? own.data.labels, scale: answer.data.scale ?? own.data.scale });
}

/** The last good picture stays, dimmed; the reason stands at the control it is about. @param {import("./api.js").Problem} reason */
function refuse(reason) {
  problem = reason;
  document.body.dataset.state = "problem";
  controls.update(settings, trace, problem);
  problems.update(problem, pictured);
  frame.request();
}

/** The axis follows the width of the page and the length of the sequence. */
function measure() {
  if (!trace) return;
  const width = bands.clientWidth;
  if (!last || last.width !== width || last.T !== trace.T || last.narrow !== phone.matches || last.fit !== settings.fit) {
    last = { width, T: trace.T, narrow: phone.matches, fit: settings.fit };
    axis = createAxis(last);
    const sizes = { gutter: axis.gutter, plot: axis.width, margin: axis.margin };
    for (const [name, value] of Object.entries(sizes)) bands.style.setProperty(`--${name}`, `${value}px`);
  }
  room = phone.matches ? 0 : Math.floor(bands.clientHeight - element("band-triangle").offsetTop - 30);
  if (scales.theme !== themeNow() || String(scales.range) !== String(settings.scale)) scales = createScales(themeNow(), settings.scale);
  frame.request();
}

/** @param {number} elapsed @returns {boolean} */
function draw(elapsed) {
  player.tick(elapsed, reducedMotion.matches);
  if (!trace) return false;
  const state = viewState(trace);
  for (const view of views) view.update(trace, state);
  transport.update({ fit: settings.fit, scrolls: !axis.whole, narrow: phone.matches });
  moveColumn(state);
  return player.moving;
}

/** @param {Trace} trace @returns {ViewState} */
function viewState(trace) {
  const pointed = stepOfPart(hover);
  const step = player.step;
  return {
    head: player.head, mode: player.mode, playing: player.moving, path: player.path, step, hover, axis, scales,
    focus: pointed !== null && pointed <= trace.T ? pointed : step,
    narrow: phone.matches, room, reduced: reducedMotion.matches,
    settings, windows: windows.now, stale: problem !== null || invalid,
  };
}

/** The tint of the cursor's column through every band, kept in sight while it moves. @param {ViewState} state */
function moveColumn({ step, stale, path }) {
  column.style.transform = `translateX(${axis.gutter + axis.left(step)}px)`;
  column.style.width = `${axis.column}px`;
  column.classList.toggle("and-loss", path !== null && path.t !== step);
  if (path) column.style.setProperty("--loss", `${axis.left(path.t) - axis.left(step)}px`);
  bands.classList.toggle("stale", stale);
  bands.classList.toggle("zoomed", settings.zoom);
  if (step === followed) return;
  followed = step;
  if (axis.whole || bands.contains(document.activeElement) && bands.matches(":active")) return;
  const seen = bands.clientWidth - axis.gutter - axis.margin;
  const left = axis.left(step);
  if (left - axis.column < bands.scrollLeft || left + 2 * axis.column > bands.scrollLeft + seen) bands.scrollLeft = left - seen / 2;
}

/** The address holds all that made the picture; written once things are at rest. */
function rememberLater() {
  clearTimeout(remembering);
  remembering = window.setTimeout(remember, entry || SOON);
}

/** Write the address: as a new entry of the history where one is due, else in place of the last. */
function remember() {
  clearTimeout(remembering);
  if (player.moving || !trace || recalling) return;
  settings = { ...settings, ...player.place };
  const fragment = fragments.of(settings.own);
  if (fragment === null) return; // it comes back here
  const next = writeSettings(settings) + fragment;
  const state = isWhole(fragment) ? null : { own: settings.own };
  if (next !== address || (fragment && location.hash !== fragment)) history[entry ? "pushState" : "replaceState"](state, "", location.pathname + next);
  else if (state) history.replaceState(state, "");
  [address, entry] = [next, 0];
}

/** Another sequence is a new entry of the browser's history, a typed one after a pause: how long to wait for it, 0 for none.
 * @param {Settings} before @param {Settings} next */
function entryAfter(before, next) {
  if (before.kind !== next.kind || !before.own !== !next.own) return SOON;
  return before.text !== next.text || before.numbers !== next.numbers ? PAUSE : 0;
}

/** Back and forward in the browser's history: the settings of that address, and its place in the pass. @param {{ state: unknown }} event */
async function recall({ state }) {
  const here = location.search + ownPart(location.hash);
  if (here === address && isWhole(ownPart(location.hash)) || location.hash && !ownPart(location.hash)) return rememberLater(); // a link within the page
  address = here;
  const own = await brought(state);
  if (here !== location.search + ownPart(location.hash)) return; // gone on meanwhile
  const { lang, theme } = settings;
  const next = { ...readSettings(location.search), own, lang, theme };
  [entry, recalling] = [0, true];
  const asks = change(next, { entry: 0 });
  if (asks) return;
  recalling = false;
  player.restore(next);
  rememberLater();
}

/** What the address brings along; what it cannot be is said, and left out. @param {unknown} state */
async function brought(state) {
  notice.clear();
  try {
    return await readOwn(location.hash, state);
  } catch (fault) {
    if (!(fault instanceof Refused)) throw fault;
    notice.say(t(fault.message, fault.params));
    return null;
  }
}

startHeader({
  query: (over) => writeSettings({ ...settings, ...over }) + (fragments.of(settings.own) ?? ""), link: linkTo, onPartial: () => void later().then(({ exporting }) => exporting.open("sharing")),
  onChoose: (theme) => { if (settings.theme) settings = { ...settings, theme }; rememberLater(); },
});
element("export-button").addEventListener("click", async () => (await later()).exporting.open());
element("open-button").addEventListener("click", async () => (await later()).opening.open());
dropped(document.body, async (file) => (await later()).opening.file(file));
document.addEventListener("paste", (event) => {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const typing = event.target instanceof Element && event.target.closest("input, textarea, select, dialog");
  if (!typing && text.trim()) void later().then(({ opening }) => opening.text(text));
});
const sheets = createSheets();
windows.explore(settings.lab === "window");
startKeyboard(player, {
  get open() { return settings.zoom; },
  show: options.onZoom,
  step: (direction) => { if (trace && !player.path) player.operation(direction, wiringOf(trace).operations.length); },
});
onTheme(measure);
phone.addEventListener("change", measure);
reducedMotion.addEventListener("change", () => frame.request());
bands.addEventListener("scroll", () => bands.classList.toggle("scrolled", bands.scrollLeft > 0), { passive: true });
const resized = new ResizeObserver(measure);
for (const id of ["bands", "band-stage", "band-hidden", "band-cell", "band-gates"]) resized.observe(element(id));
document.fonts.ready.then(measure);
window.addEventListener("popstate", recall);
if (ownPart(location.hash)) settings = { ...settings, own: await brought(history.state) };
void fragments.make(settings.own);
if (settings.zoom || settings.lab !== "none") await later(); // the first picture is one of these
ask();
