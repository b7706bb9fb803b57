import { createAxis } from "./axis.js";
import { createSession } from "./api.js";
import { createFrame } from "./frame.js";
import { startHeader } from "./header.js";
import { setMessages } from "./i18n.js";
import { startKeyboard } from "./keyboard.js";
import { stepOfPart } from "./parts.js";
import { createPlayer } from "./player.js";
import { createScales } from "./scales.js";
import { fromPreset, readSettings, toRequest, writeSettings } from "./state.js";
import { onTheme, themeNow } from "./theme.js";
import { readTrace } from "./trace.js";
import { controls as createControls } from "./views/controls.js";
import { gradient } from "./views/gradient.js";
import { heatmap } from "./views/heatmap.js";
import { inspector } from "./views/inspector.js";
import { narration } from "./views/narration.js";
import { peek } from "./views/peek.js";
import { stage } from "./views/stage/stage.js";
import { timeline } from "./views/timeline.js";
import { tooltip } from "./views/tooltip.js";
import { transport as createTransport } from "./views/transport.js";
import { triangle } from "./views/triangle.js";

/**
 * The instrument: settings ask the server, its answer is the trace, and one frame loop hands trace and state to the views.
 *
 * @typedef {import("./state.js").Settings} Settings
 * @typedef {import("./trace.js").Trace} Trace
 * @typedef {import("./view.js").ViewState} ViewState
 * @typedef {import("./view.js").View} View
 */

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const json = (/** @type {string} */ id) => JSON.parse(element(id).textContent ?? "{}");

setMessages(json("messages"));
const catalog = json("catalog");
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
const phone = matchMedia("(max-width: 759px)");
const bands = element("bands");
const column = element("cursor-column");

/** @type {Settings} */
let settings = readSettings(location.search);
/** @type {Trace | null} */
let trace = null;
/** @type {import("./api.js").Problem | null} */
let problem = null;
/** @type {import("./parts.js").Part | null} */
let hover = null;
let axis = createAxis({ width: 800, T: 10, narrow: phone.matches, fit: settings.fit });
let scales = createScales(themeNow(), settings.scale);

const frame = createFrame(draw);
const player = createPlayer({ onChange: () => { frame.request(); rememberLater(); } });
const options = {
  onHover: (/** @type {import("./parts.js").Part | null} */ part) => { hover = part; frame.request(); },
  onStep: (/** @type {number} */ step) => player.seek(step),
  onPath: (/** @type {import("./playhead.js").Path | null} */ path) => player.setPath(path, true),
  onPlayPath: () => { player.first(); player.play(); },
};
/** @type {View[]} */
const views = [
  narration(element("headline"), options), stage(element("band-stage"), options), timeline(element("band-time"), options),
  heatmap(element("band-hidden"), options), gradient(element("band-gradient"), options), triangle(element("band-triangle"), options),
  inspector(element("inspector-content"), options), peek(element("peek"), options), tooltip(bands),
];
const transport = createTransport(element("transport"), { player, onFit: (fit) => change({ ...settings, fit }, false) });
const controls = createControls(element("controls-content"), {
  settings, catalog,
  onChange: (/** @type {Settings} */ next) => change(next),
  onPreset: (/** @type {any} */ preset) => change(fromPreset(preset, settings)),
});
const session = createSession({ onAnswer: accept, onProblem: refuse });

/** The settings are now these. @param {Settings} next @param {boolean} [ask] do they need a new answer? */
function change(next, ask = true) {
  settings = next;
  if (ask) session.ask(toRequest(settings, catalog));
  measure();
  controls.update(settings, trace, problem);
  rememberLater();
}

/** @param {any} answer */
function accept(answer) {
  const first = trace === null;
  trace = readTrace(answer);
  problem = null;
  player.setLength(trace.T);
  if (first) player.restore(settings);
  document.body.dataset.state = "ready";
  measure();
  controls.update(settings, trace, null);
}

/** The last good picture stays, dimmed; the reason stands at the control it is about. @param {import("./api.js").Problem} reason */
function refuse(reason) {
  problem = reason;
  document.body.dataset.state = "problem";
  controls.update(settings, trace, problem);
  frame.request();
}

/** The axis follows the width of the page and the length of the sequence. */
function measure() {
  if (!trace) return;
  const next = { width: bands.clientWidth, T: trace.T, narrow: phone.matches, fit: settings.fit };
  axis = createAxis(next);
  scales = createScales(themeNow(), settings.scale);
  for (const [name, value] of Object.entries({ gutter: axis.gutter, plot: axis.width, margin: axis.margin, column: axis.column })) {
    bands.style.setProperty(`--${name}`, `${value}px`);
  }
  bands.classList.toggle("scrolls", !axis.whole);
  frame.request();
}

/** @param {number} elapsed @returns {boolean} */
function draw(elapsed) {
  player.tick(elapsed, reducedMotion.matches);
  if (!trace) return false;
  const state = viewState(trace);
  for (const view of views) view.update(trace, state);
  transport.update({ fit: settings.fit, scrolls: !axis.whole });
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
    narrow: phone.matches, reduced: reducedMotion.matches, stale: problem !== null,
  };
}

/** The tint of the cursor's column through every band, kept in sight. @param {ViewState} state */
function moveColumn({ step, playing }) {
  column.style.transform = `translateX(${axis.gutter + axis.left(step)}px)`;
  column.style.width = `${axis.column}px`;
  bands.classList.toggle("stale", problem !== null);
  if (!playing || axis.whole) return;
  const [left, right] = [axis.left(step) - axis.column, axis.left(step) + 2 * axis.column];
  const seen = bands.clientWidth - axis.gutter - axis.margin;
  if (left < bands.scrollLeft) bands.scrollLeft = left - seen / 2;
  else if (right > bands.scrollLeft + seen) bands.scrollLeft = right - seen / 2;
}

let remembering = 0;
/** The address holds all that made the picture; written once things are at rest. */
function rememberLater() {
  clearTimeout(remembering);
  remembering = window.setTimeout(() => {
    if (player.moving || !trace) return;
    const { head, mode, path, step } = player;
    const atEnd = head.pass === "backward" && head.at >= trace.T && mode === "both";
    settings = { ...settings, mode, path, pass: head.pass, step: atEnd || path ? null : step };
    if (atEnd || path) settings.pass = "forward";
    history.replaceState(null, "", location.pathname + writeSettings(settings));
  }, 250);
}

startHeader({ settings: () => settings });
startKeyboard(player);
onTheme(measure);
phone.addEventListener("change", measure);
reducedMotion.addEventListener("change", () => frame.request());
new ResizeObserver(measure).observe(bands);
document.fonts.ready.then(measure);
session.ask(toRequest(settings, catalog));
