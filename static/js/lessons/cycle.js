import { short } from "../format.js";
import { t } from "../i18n.js";
import { instrumentFigure } from "../lesson/figure.js";
import { createFragments } from "../own/link.js";
import { createScales } from "../scales.js";
import { DEFAULTS, toRequest, writeSettings } from "../state.js";
import { child } from "../views/band.js";
import { slider, text } from "../views/fields.js";
import { alphabet, another, apartOf, dataOf, orders, sumOf } from "./views/orders.js";
import { unroll } from "./views/unroll.js";
import { farthest, ownWith, scaled, twinsIn } from "./views/cut.js";

/**
 * 6.5: what one edge that leads back makes of a feed-forward network.
 *
 * @typedef {import("../lesson/tools.js").Tools} Tools
 * @typedef {import("../lesson/tools.js").Figure} Figure
 * @typedef {import("../state.js").Settings} Settings
 * @typedef {import("./views/unroll.js").Mode} Mode
 * @typedef {{ view: "graph" | "instrument" | "orders", mode: Mode, t: number, copies: number, strength: number, words: string[] }} State
 */

/** @type {Settings} */
const GRAPH = { ...DEFAULTS, text: "hello" };
const T = [...GRAPH.text].length - 1;
const MOST_ROWS = 5;
const MOST_LETTERS = 12;
const END = ".";

/** @type {Record<string, Partial<State>>} */
const STEPS = {
  feedforward: { view: "graph", mode: "feedforward", t: T, copies: 1 },
  folded: { view: "graph", mode: "folded", t: T, copies: 1 },
  unfolded: { view: "graph", mode: "unfolded", t: 1, copies: 1 },
  stage: { view: "instrument", strength: 1 },
  forget: { view: "instrument", strength: 1 },
  order: { view: "orders" },
};
/** @type {Record<string, Partial<State>>} */
const ACTS = { unfold: { copies: T }, fold: { copies: 1 }, off: { strength: 0 }, on: { strength: 1 } };

/** @param {HTMLElement} root @param {Tools} tools @returns {Figure} */
export function figure(root, tools) {
  const samples = t("lesson.cycle.samples").split(" ");
  const fragments = createFragments({ onReady: tools.changed });
  const parts = layOut(root, { set, shuffle, spell, point });
  /** @type {State} */
  let state = { view: "graph", mode: "feedforward", t: T, copies: 1, strength: 1, words: [samples[0]] };
  /** @type {import("../parts.js").Part | null} */
  let hover = null;
  /** @type {ReturnType<typeof instrumentFigure> | null} */
  let instrument = null;
  /** @type {Record<"joined" | "cut", any> | null} */
  let graph = null;
  /** @type {Promise<Record<"joined" | "cut", any>> | null} */
  let reading = null;
  /** What the link opens: settings with what was brought. @type {Settings} */
  let shown = GRAPH;
  let presses = 0;

  /** @param {Partial<State>} part */
  function set(part) {
    state = { ...state, ...part };
    parts.fields.show(state);
    Object.assign(root.dataset, { view: state.view, mode: state.mode });
    const draws = { graph: drawGraph, instrument: drawInstrument, orders: drawOrders };
    root.dataset.state = "asking";
    draws[state.view]().then(() => { root.dataset.state = "ready"; }, () => {}); // a problem is said by the page
  }

  /** @param {Settings} settings */
  const trace = (settings, key = "bptt") => tools.ask("bptt", toRequest(settings, tools.catalog), { key });

  /** Both networks of the graph, asked for once. */
  function readGraph() {
    reading ??= askGraph().catch((problem) => {
      reading = null;
      throw problem;
    });
    return reading;
  }

  async function askGraph() {
    const joined = await trace(GRAPH, "joined");
    const cut = await trace({ ...GRAPH, own: ownWith(scaled(joined.network, 0)) }, "cut");
    const [a, b] = twinsIn(joined.data.x);
    const apart = (/** @type {{ forward: { h: number[][] } }} */ { forward }) => short(Math.hypot(...forward.h[a].map((v, i) => v - forward.h[b][i])));
    sayAll({ "twin-a": a + 1, "twin-b": b + 1, "twin-with": apart(joined), "twin-without": apart(cut), parameters: joined.parameter_count });
    graph = { joined, cut };
    return graph;
  }

  async function drawGraph() {
    const { joined } = await readGraph();
    paintGraph();
    tools.say("copies", String(state.copies));
    const own = state.mode === "feedforward" ? ownWith(scaled(joined.network, 0)) : null;
    show({ ...GRAPH, own, pass: "forward", step: state.mode === "unfolded" ? state.copies : state.t });
  }

  function paintGraph() {
    if (!graph || state.view !== "graph" || !parts.graph.clientWidth) return;
    const width = parts.graph.clientWidth;
    const look = { mode: state.mode, t: state.t, copies: state.copies, hover, width, narrow: tools.narrow(), reduced: tools.reduced() };
    parts.unroll.update(state.mode === "feedforward" ? graph.cut : graph.joined, { ...look, scales: createScales(tools.theme(), GRAPH.scale) });
  }

  async function drawInstrument() {
    const { strength } = state;
    const joined = await trace(DEFAULTS, "whole");
    const own = strength === 1 ? null : ownWith(scaled(joined.network, strength));
    instrument ??= start();
    instrument.set({ own });
    if (!instrument.player.moving) instrument.seek("backward", null);
    show({ ...DEFAULTS, own, pass: "backward", step: 1 });
  }

  /** What the prose says of the network as it is, wherever the reader begins. */
  async function introduce() {
    const rows = (await trace(DEFAULTS, "introduction")).credit.dh_norm;
    const past = short(rows[rows.length - 1][0]);
    sayAll({ past, "whole-past": past, "off-diagonal": short(farthest(rows)) });
    await readGraph();
  }

  function start() {
    const made = instrumentFigure(parts.instrument, tools, { settings: DEFAULTS, bands: ["narration", "stage", "triangle"] });
    made.onTrace(({ credit, T: last }) => sayAll({ past: short(credit.dh[last - 1][0]), "off-diagonal": short(farthest(credit.dh)) }));
    return made;
  }

  async function drawOrders() {
    const { words } = state;
    const labels = alphabet(words[0], END);
    const given = (/** @type {string} */ word) => ({ ...DEFAULTS, own: { ...ownWith(null), data: dataOf(word, labels, END) } });
    const first = await trace(given(words[0]), "order");
    const cut = scaled(first.network, 0);
    const rows = await Promise.all(words.map(async (word, i) => {
      const [joined, apart] = await Promise.all([
        trace(given(word), `with ${i}`), trace({ ...given(word), own: { ...given(word).own, network: cut } }, `without ${i}`),
      ]);
      const { o } = apart.forward;
      return { word, with: sumOf(joined.forward.o), without: sumOf(o), lastWithout: o[o.length - 1] };
    }));
    parts.orders.update(rows, { narrow: tools.narrow() });
    const apart = apartOf(rows);
    const most = (/** @type {"with" | "without"} */ key) => (rows.length > 1 ? short(Math.max(...apart.map((row) => row[key]))) : "–");
    sayAll({ without: most("without"), with: most("with") });
    show(given(words[words.length - 1]));
  }

  /** Another order of the letters below the others. */
  function shuffle() {
    const next = state.words[0] === samples[0] ? samples.find((word) => !state.words.includes(word)) : undefined;
    presses += 1;
    const word = next ?? another(state.words, presses);
    if (!word) return;
    const [first, ...rest] = state.words;
    set({ view: "orders", words: [first, ...[...rest, word].slice(1 - MOST_ROWS)] });
  }

  /** @param {string} word */
  function spell(word) {
    const n = [...word].length;
    const wrong = n < 2 || n > MOST_LETTERS;
    parts.fields.word.fault(wrong ? t("lesson.cycle.wordFault", { n, most: MOST_LETTERS }) : null);
    if (!wrong) set({ words: [word] });
  }

  /** @param {import("../parts.js").Part | null} part */
  function point(part) {
    instrument?.point(part);
    if (JSON.stringify(part) === JSON.stringify(hover)) return;
    hover = part;
    tools.point(part);
    paintGraph();
  }

  /** @param {Record<string, string | number>} numbers */
  function sayAll(numbers) {
    for (const [name, value] of Object.entries(numbers)) tools.say(name, String(value));
  }

  /** @param {Settings} settings */
  function show(settings) {
    shown = settings;
    tools.changed();
  }

  tools.onTheme(paintGraph);
  tools.onResize(paintGraph);
  introduce().catch(() => {}); // a problem is said by the page
  return {
    show(step) {
      root.dataset.step = step;
      set({ ...STEPS[step], ...(step === "order" ? { words: [samples[0]] } : {}) });
    },
    act: (name) => (name === "shuffle" ? shuffle() : set(ACTS[name] ?? {})),
    point,
    link: () => `/${writeSettings(shown)}${fragments.of(shown.own) ?? ""}`,
    destroy() {
      instrument?.destroy();
      root.replaceChildren();
    },
  };
}

/**
 * @param {HTMLElement} root
 * @param {{ set: (part: Partial<State>) => void, shuffle: () => void, spell: (word: string) => void, point: (part: import("../parts.js").Part | null) => void }} on
 */
function layOut(root, on) {
  root.classList.add("figure-cycle");
  const fields = createFields(child(root, "div", "controls lesson-controls"), on);
  const [graph, instrument, table] = ["graph", "instrument", "orders"].map((name) => {
    const place = child(root, "div");
    place.dataset.place = name;
    return place;
  });
  return { fields, graph, instrument, unroll: unroll(graph, { onHover: on.point }), orders: orders(table) };
}

/** @param {HTMLElement} root @param {Parameters<typeof layOut>[1]} on */
function createFields(root, { set, shuffle, spell }) {
  const place = (/** @type {string} */ name) => {
    const element = child(root, "div", "lesson-control");
    element.dataset.control = name;
    return element;
  };
  const whole = { min: 1, max: T, step: 1, whole: true };
  const step = slider(place("step"), { key: "lesson.cycle.step", range: whole, inline: true, onNumber: (value) => set({ t: value }) });
  const copies = slider(place("copies"), { key: "lesson.cycle.copies", range: whole, inline: true, onNumber: (value) => set({ copies: value }) });
  const strength = slider(place("strength"), { key: "lesson.cycle.strength", range: { min: 0, max: 1.5, step: 0.1 }, inline: true, onNumber: (value) => set({ strength: value }) });
  const word = text(place("word"), { key: "lesson.cycle.word", onText: spell });
  const button = /** @type {HTMLButtonElement} */ (child(place("shuffle"), "button", "button"));
  button.type = "button";
  button.textContent = t("lesson.cycle.shuffle");
  button.addEventListener("click", shuffle);
  return {
    word,
    /** @param {State} state */
    show(state) {
      step.set(state.t);
      copies.set(state.copies);
      strength.set(state.strength);
      word.set(state.words[0]);
    },
  };
}
