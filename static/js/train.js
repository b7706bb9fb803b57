import { apiUrl, askOnce, createSession } from "./api.js";
import { seriesOf } from "./compare/series.js";
import { createFrame } from "./frame.js";
import { startHeader } from "./header.js";
import { loadMessages } from "./i18n.js";
import { createScales } from "./scales.js";
import { createSheets } from "./sheets.js";
import { onTheme, themeNow } from "./theme.js";
import { createViews } from "./train/charts.js";
import { controls as createControls } from "./train/controls.js";
import { announcement, headline as createHeadline } from "./train/headline.js";
import { append } from "./train/history.js";
import { startKeys } from "./train/keys.js";
import { namesOf } from "./train/names.js";
import { createOffer } from "./train/offer.js";
import { adjustedOnly, identityOf, toLook } from "./train/request.js";
import { createStore, digest } from "./train/store.js";
import { surfaceQuestion } from "./train/surface.js";
import { createTrainer } from "./train/trainer.js";
import { transport as createTransport } from "./train/transport.js";
import { nextRun, readTraining, writeTraining } from "./training.js";
import { problemView } from "./views/problem.js";

/**
 * The live training: settings make a question, its stream fills a history, and one frame loop hands the history to the views.
 *
 * @typedef {import("./training.js").TrainingSettings} TrainingSettings
 * @typedef {import("./train/view.js").TrainState} TrainState
 */

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

loadMessages();
const catalog = JSON.parse(element("catalog").textContent ?? "{}");
const phone = matchMedia("(max-width: 759px)");
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
const SAVE_EVERY = 2000; // milliseconds while it trains
const SOON = 250; // until the address is written, or a slider counts as at rest

let settings = readTraining(location.search, location.hash);
/** Where the pointer is on the training's axis. @type {number | null} */
let hover = null;
/** Where the cursor stays. @type {number | null} */
let cursor = null;
let scales = createScales(themeNow(), settings.scale);
/** The look before the first step failed. @type {import("./api.js").Problem | null} */
let unseen = null;

const frame = createFrame(() => { draw(); return false; });
const trainer = createTrainer({ url: apiUrl("train"), catalog, settings: () => settings, onChange: changed });
const store = createStore();
const look = createSession({ url: apiUrl("compare"), onAnswer: showLook, onProblem: (problem) => { unseen = asTraining(problem); frame.request(); } });
const sheets = createSheets();
const controls = createControls(element("controls-content"), {
  catalog, onChange: (part, dragging) => change({ ...settings, ...part }, dragging),
  onPreset: choose,
  onInvalid: () => frame.request(),
  onRun: (index, run, dragging) => change({ ...settings, runs: settings.runs.map((one, i) => (i === index ? run : one)) }, dragging),
  onRemove: (index) => { change({ ...settings, runs: settings.runs.filter((_, i) => i !== index) }); draw(); controls.runs.focus(index); },
  onAdd: () => { change({ ...settings, runs: [...settings.runs, nextRun(settings.runs)] }); draw(); controls.runs.edit(settings.runs.length - 1); },
});
const headline = createHeadline(element("headline"));
const problems = problemView(element("problem"), { onRetry: () => (unseen ? lookAgain() : trainer.train()) });
const offer = createOffer(element("offer"), { onResume: resume });
const transport = createTransport(element("transport"), { trainer, onRewind: rewind, blocked: () => controls.invalid });
const views = createViews(element, {
  onHover: (step) => { hover = step; frame.request(); },
  onCursor: (step) => { cursor = step; frame.request(); },
  onLog: (log) => change({ ...settings, log }),
  surface: ({ run, moment, directions, span }) => askOnce("surface", surfaceQuestion(settings.runs[run], moment, { directions, span, seed: settings.seed })),
});

/** What a training of these settings is kept under. */
const identity = () => digest(identityOf(settings, catalog));

/** The settings are now these. @param {TrainingSettings} next @param {boolean} [dragging] */
function change(next, dragging = false) {
  const before = settings;
  const same = identityOf(before, catalog) === identityOf(next, catalog);
  if (!same && !(trainer.training.step > 0 && adjustedOnly(before, next, catalog))) return replace(next);
  settings = next;
  if (!same) adjustLater(dragging);
  else if (before.until !== next.until) trainer.extend(next.until);
  rememberLater();
  frame.request();
}

/** Settings of another training. @param {TrainingSettings} next */
function replace(next) {
  save();
  settings = next;
  begin();
  rememberLater();
}

/** A preset begins anew, but does not take away what it shows already. @param {TrainingSettings} preset */
function choose(preset) {
  if (identityOf(preset, catalog) === identityOf(settings, catalog)) change(preset);
  else replace(preset);
  sheets.close();
}

let adjusting = 0;
/** Rate and clipping hold once the hand rests. @param {boolean} dragging */
function adjustLater(dragging) {
  clearTimeout(adjusting);
  adjusting = window.setTimeout(() => trainer.adjusted(), dragging ? SOON : 0);
}

/** Another training: what ran is kept, and can be come back to. */
function begin() {
  clearTimeout(adjusting);
  cursor = hover = null;
  trainer.load({ names: namesOf(settings.runs) });
  unseen = null;
  lookAgain();
  offer.hide();
  findKept();
}

let finding = 0;
/** Is there a training of these settings from before? */
function findKept() {
  clearTimeout(finding);
  finding = window.setTimeout(async () => {
    const key = identity();
    const step = await store.stepOf(key);
    if (key === identity() && trainer.training.step === 0 && !trainer.active && step > 0) offer.show(step, step >= settings.until);
  }, SOON);
}

/** Go on with what was kept. @param {boolean} train */
async function resume(train) {
  offer.hide();
  const kept = await store.load(identity());
  if (!kept) return;
  trainer.load(kept.saved);
  trainer.extend(settings.until);
  if (train) trainer.train();
}

function rewind() {
  save();
  trainer.rewind();
  cursor = hover = null;
  findKept();
}

function lookAgain() {
  unseen = null;
  look.ask(toLook(settings, catalog));
}

/** The networks before their first step. @param {any} answer */
function showLook({ traces }) {
  if (trainer.training.step > 0 || trainer.active) return;
  unseen = null;
  traces.forEach((/** @type {any} */ trace, /** @type {number} */ run) => append(trainer.training, "trace", { ...trace, run, step: 0 }));
  document.body.dataset.state = "ready";
  frame.request();
}

/** The look asks for networks, the training for runs. @param {import("./api.js").Problem} problem */
const asTraining = (problem) => ({
  ...problem, errors: problem.errors.map(({ field, message }) => ({ message, field: field.replace(/^networks\.(\d+)\.(?!clip)/u, "runs.$1.network.").replace(/^networks\./u, "runs.") })),
});

let status = "";
let savedAt = 0;
function changed() {
  const { training } = trainer;
  if (training.status !== status) {
    status = training.status;
    if (status === "running") offer.hide();
    if (status === "paused" || status === "done") save();
    element("train-status").textContent = announcement(training, stateNow());
  }
  if (status === "running" && performance.now() - savedAt > SAVE_EVERY) save();
  frame.request();
}

function save() {
  const { checkpoint, saved, training } = trainer;
  savedAt = performance.now();
  if (checkpoint && training.step > 0) void store.save({ key: identity(), at: Date.now(), step: training.step, saved });
}

/** @returns {TrainState} */
function stateNow() {
  const theme = themeNow();
  if (scales.theme !== theme || String(scales.range) !== String(settings.scale)) scales = createScales(theme, settings.scale);
  const { runs, log: logLoss } = settings;
  return {
    cursor: hover ?? cursor, hovering: hover !== null, logLoss, names: namesOf(runs), series: runs.map((_, i) => seriesOf(i, theme)),
    theme, scales, narrow: phone.matches, room: roomOf(element("train-scroll"), element("train-moments")), reduced: reducedMotion.matches, stale: controls.invalid, settings,
  };
}

/** Pixels from an element's top to the bottom of what scrolls, when it is at its top. @param {HTMLElement} scroll @param {HTMLElement} part */
const roomOf = (scroll, part) => scroll.getBoundingClientRect().bottom - part.getBoundingClientRect().top - scroll.scrollTop;

function draw() {
  const state = stateNow();
  const { training } = trainer;
  const problem = trainer.problem ?? unseen;
  training.runs.forEach((run, i) => { run.name = state.names[i]; });
  headline.update(training, state, trainer.wait);
  problems.update(problem);
  controls.update(settings, { names: state.names, series: state.series, ground: scales.ink.surface, problem: problem?.kind === "refused" ? problem : null });
  transport.update();
  views.update(training, state);
  document.body.dataset.training = training.status;
  if (training.status === "waiting") setTimeout(() => frame.request(), SOON); // the seconds until the next try
}

let remembering = 0;
/** The address holds all that made the training; written once things are at rest. */
function rememberLater() {
  clearTimeout(remembering);
  remembering = window.setTimeout(() => history.replaceState(null, "", location.pathname + writeTraining(settings)), SOON);
}

startHeader({
  query: (over) => writeTraining({ ...settings, ...over }),
  onChoose: (theme) => { if (settings.theme) settings = { ...settings, theme }; rememberLater(); },
});
startKeys({ trainer, cursor: () => cursor, onCursor: (step) => { cursor = step; hover = null; frame.request(); }, blocked: () => controls.invalid });
onTheme(() => frame.request());
for (const query of [phone, reducedMotion]) query.addEventListener("change", () => frame.request());
const resized = new ResizeObserver(() => frame.request());
for (const id of ["train-scroll", "inspector"]) resized.observe(element(id));
addEventListener("online", () => trainer.hurry());
addEventListener("pagehide", () => { trainer.leave(); save(); }); // the server's work ends with the page
addEventListener("pageshow", () => frame.request()); // back from where pages wait: it has paused meanwhile
document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
document.fonts.ready.then(() => frame.request());
begin();
