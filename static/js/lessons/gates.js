import { DEFAULTS as COMPARISON, network, writeComparison } from "../comparison.js";
import { fixed, short } from "../format.js";
import { t } from "../i18n.js";
import { instrumentFigure } from "../lesson/figure.js";
import { createScales } from "../scales.js";
import { toRequest } from "../state.js";
import { child } from "../views/band.js";
import { segmented, slider } from "../views/fields.js";
import { linesOf, meanOpenings, road } from "./views/road.js";
import { strips } from "./views/strips.js";
import { triangles } from "./views/triangles.js";

/**
 * What the gates of LSTM and GRU do, step by step and over time, and the direct road that they open to the gradient.
 *
 * @typedef {import("../lesson/tools.js").Tools} Tools
 * @typedef {import("../lesson/tools.js").Figure} Figure
 * @typedef {import("../trace.js").Trace} Trace
 * @typedef {"cell" | "gates" | "road" | "bias" | "triangle" | "gru" | "both"} Step
 * @typedef {{ step: Step, cell: "lstm" | "gru", forgetBias: number, t: number, k: number, i: number }} State   t, k, i from 1
 */

const TEXT = "hello world";
const [T, H, GAIN, SEED] = [TEXT.length - 1, 8, 1, 2];
const SETTINGS = { text: TEXT, H, gain: GAIN, radius: null, seed: SEED, fit: true };
const CELLS = /** @type {const} */ (["rnn", "lstm", "gru"]);
/** @type {State} */
const FIRST = { step: "cell", cell: "lstm", forgetBias: 1, t: 5, k: 2, i: 1 };
/** What each step of the text starts from, and which of the figure's parts it shows. @type {Record<Step, { part: Partial<State>, shows: string }>} */
const STEPS = {
  cell: { part: {}, shows: "live" }, gates: { part: {}, shows: "strips" }, road: { part: {}, shows: "road" }, bias: { part: { forgetBias: 0 }, shows: "road" },
  triangle: { part: { t: T }, shows: "triangles" }, gru: { part: { cell: "gru" }, shows: "live" }, both: { part: {}, shows: "road" },
};

/** @param {HTMLElement} root @param {Tools} tools @returns {Figure} */
export function figure(root, tools) {
  root.classList.add("gates");
  /** @type {State} */
  let state = { ...FIRST };
  /** Answers for the three cells, in the order of CELLS. @type {any[] | null} */
  let three = null;
  const fields = createControls(root, (part) => set(part));
  const places = Object.fromEntries(["live", "strips", "road", "triangles"].map((name) => [name, child(root, "div", `gates-part gates-${name}`)]));
  const instrument = instrumentFigure(places.live, tools, { settings: { ...SETTINGS, ...settingsOf(state), zoom: true }, bands: ["cell-view", "time"] });
  const views = {
    strips: strips(places.strips, { onUnit: ({ t: step, i }) => set({ t: step, i: i ?? state.i }) }),
    road: road(places.road), triangles: triangles(places.triangles, { onPlace: (place) => set(place) }),
  };

  /** @param {Partial<State>} part */
  function set(part) {
    state = { ...state, ...part };
    state.k = Math.min(state.k, state.t);
    fields.show(state);
    instrument.set(settingsOf(state));
    if (state.step === "both" || !three) compareThree().catch(() => {}); // the reason is shown already
    draw();
    tools.changed();
  }

  /** The same text, H and seed for the plain cell, the LSTM and the GRU. */
  async function compareThree() {
    const requests = CELLS.map((cell) => toRequest({ ...instrument.settings, cell, activation: "tanh", forgetBias: state.forgetBias }, tools.catalog));
    const { traces } = await tools.ask("compare", { networks: requests.map((one) => one.network), data: requests[0].data, include: ["credit"] });
    three = traces;
    traces.forEach((/** @type {any} */ answer, /** @type {number} */ n) => tools.say(`${CELLS[n]}Count`, String(answer.parameter_count)));
    tools.say("update", fixed(meanOf(traces[2].forward.gates.update)));
    draw();
  }

  function draw() {
    const { trace } = instrument;
    if (!trace || trace.cellName !== state.cell) return;
    sayNumbers(trace);
    const shown = places[STEPS[state.step].shows];
    const width = shown.clientWidth - 32;
    if (!(width > 0)) return;
    const scales = createScales(tools.theme(), instrument.settings.scale);
    if (shown === places.strips) views.strips.update(trace, { scales, width, t: state.t, i: state.i, settings: instrument.settings });
    if (shown === places.triangles && trace.cell) views.triangles.update(trace, { scales, width, place: { t: state.t, k: state.k } });
    if (shown !== places.road) return;
    const both = state.step === "both";
    if (both && !three) return;
    const lines = both ? linesOfThree(/** @type {any[]} */ (three)) : linesOf(trace);
    const bias = both ? /** @type {any[]} */ (three)[1].network.parameters.b[H] : trace.parameters.b[0][H]; // the answer's own
    const caption = t(both ? "lesson.gates.road.three" : `lesson.gates.road.${state.cell}`, { T: trace.T, bias });
    views.road.update(lines, trace.symbols, { scales, width, height: tools.narrow() ? 190 : 380, caption });
  }

  /** @param {Trace} trace */
  function sayNumbers(trace) {
    const open = meanOpenings(trace);
    for (const [name, mean] of Object.entries(open)) tools.say(name, fixed(mean));
    for (const { name, values } of linesOf(trace)) tools.say(name, short(values[0]));
    const { credit } = trace;
    tools.say("t", String(state.t));
    tools.say("k", String(state.k));
    tools.say("atH", short(credit.dh[state.t - 1][state.k - 1]));
    if (credit.dcell) tools.say("atCell", short(credit.dcell[state.t - 1][state.k - 1]));
  }

  /** @param {string} name */
  function show(name) {
    const step = /** @type {Step} */ (name);
    root.dataset.step = step;
    for (const [part, place] of Object.entries(places)) place.hidden = part !== STEPS[step].shows;
    instrument.pause();
    set({ ...FIRST, ...STEPS[step].part, step });
    if (STEPS[step].shows === "live") instrument.seek("forward", FIRST.t);
  }

  /** @type {Record<string, () => void>} */
  const acts = {
    play: () => { instrument.seek("forward", FIRST.t - 1); instrument.play(); },
    closed: () => set({ forgetBias: -2 }), open: () => set({ forgetBias: 3 }),
  };
  instrument.onTrace(draw);
  tools.onTheme(draw);
  tools.onResize(draw);
  return {
    show,
    act: (name) => acts[name]?.(),
    point: (part) => instrument.point(part),
    link: () => (state.step === "both" ? comparisonLink(state) : linkOf(instrument.link(), state)),
    destroy() {
      instrument.destroy();
      for (const view of Object.values(views)) view.destroy();
    },
  };
}

/** @param {State} state */
const settingsOf = ({ cell, forgetBias }) => ({ cell, forgetBias });

/** What is left of the last loss: at the cell state of the LSTM, at h of the others. @param {any[]} answers */
function linesOfThree(answers) {
  return answers.map(({ credit }, n) => ({ name: CELLS[n], values: (credit.dcell_norm ?? credit.dh_norm).at(-1).map((/** @type {number | null} */ v) => v ?? NaN), mark: n }));
}

/** @param {number[][]} rows */
const meanOf = (rows) => rows.flat().reduce((sum, v) => sum + v, 0) / rows.flat().length;

/** In the instrument the cell stands open only where it does here. @param {string} link @param {State} state */
function linkOf(link, { step }) {
  const address = new URL(link, "http://localhost");
  if (STEPS[step].shows !== "live") address.searchParams.delete("zoom");
  return address.pathname + address.search;
}

/** @param {State} state */
function comparisonLink({ forgetBias }) {
  const networks = [network("tanh", { radius: null }), network("lstm", { forgetBias }), network("gru")];
  return `/compare${writeComparison({ ...COMPARISON, text: TEXT, sequences: 1, H, gain: GAIN, seed: SEED, distance: T - 1, networks })}`;
}

/** @param {HTMLElement} root @param {(part: Partial<State>) => void} set */
function createControls(root, set) {
  const bar = child(root, "div", "push-controls");
  const place = (/** @type {string} */ name) => {
    const box = child(bar, "div");
    box.dataset.control = name;
    return box;
  };
  const cell = segmented(place("cell"), { key: "lesson.gates.cellName", choices: ["lstm", "gru"], name: (name) => t(`cell.${name}`), onPick: (name) => set({ cell: /** @type {State["cell"]} */ (name) }) });
  const range = (/** @type {number} */ max) => ({ min: 1, max, step: 1, whole: true });
  const sliders = {
    forgetBias: slider(place("forgetBias"), { key: "controls.forgetBias", range: { min: -5, max: 5, step: 0.5 }, inline: true, onNumber: (forgetBias) => set({ forgetBias }) }),
    t: slider(place("t"), { key: "lesson.gates.t", range: range(T), inline: true, onNumber: (value) => set({ t: value }) }),
    k: slider(place("k"), { key: "lesson.gates.k", range: range(T), inline: true, onNumber: (k) => set({ k }) }),
    i: slider(place("i"), { key: "lesson.gates.unit", range: range(H), inline: true, onNumber: (i) => set({ i }) }),
  };
  return {
    /** @param {State} state */
    show(state) {
      root.dataset.cell = state.cell;
      cell.set(state.cell);
      for (const [name, field] of Object.entries(sliders)) field.set(/** @type {number} */ (state[/** @type {keyof State} */ (name)]));
    },
  };
}
