import { DEFAULTS, network, refusal, toRequest, writeComparison } from "../comparison.js";
import { chart as createChart } from "../compare/chart.js";
import { namesOf } from "../compare/names.js";
import { normAt, readResult } from "../compare/result.js";
import { percent, short } from "../format.js";
import { createFrame } from "../frame.js";
import { t } from "../i18n.js";
import { createScales } from "../scales.js";
import { LIMITS } from "../state.js";
import { child } from "../views/band.js";
import { slider } from "../views/fields.js";
import { cards, fadeWords } from "./views/cards.js";
import { check } from "./views/check.js";

/**
 * 6.10: the remedies, each switched on in one chart of horizons. The views and the question are those of /compare; a
 * network keeps its place, and with it its colour and mark, whether it is on or off.
 *
 * @typedef {import("../lesson/tools.js").Tools} Tools
 * @typedef {import("../lesson/tools.js").Figure} Figure
 * @typedef {import("../comparison.js").Network} Network
 * @typedef {import("../comparison.js").Comparison} Comparison
 * @typedef {import("../compare/result.js").Result} Result
 * @typedef {"tanh" | "sigmoid" | "relu" | "batch" | "lstm"} Name
 * @typedef {{ on: Name[], radius: number, clip: boolean, sequences: number, distance: number }} State
 */

/** @type {readonly Name[]} */
export const NAMES = ["tanh", "sigmoid", "relu", "batch", "lstm"];
const PLAIN = /** @type {Name[]} */ (["tanh", "sigmoid"]);
const THRESHOLD = 1;
/** @type {State} */
const START = { on: PLAIN, radius: 1.3, clip: false, sequences: 8, distance: 10 };
/** @type {Record<string, Partial<State>>} */
const STEPS = {
  before: {}, relu: { on: [...PLAIN, "relu"] }, threshold: { on: [...PLAIN, "relu"], radius: 1.6, clip: true },
  batch: { on: [...PLAIN, "batch"] }, lstm: { on: [...PLAIN, "lstm"] }, together: { on: [...NAMES] },
};
/** @type {Record<string, Partial<State>>} */
const ACTS = { small: { radius: 0.95 }, single: { sequences: 1 } };

/** The networks of a state, all five of them. @param {Pick<State, "radius" | "clip">} state @returns {Record<Name, Network>} */
export const networksOf = ({ radius, clip }) => ({
  tanh: network("tanh"), sigmoid: network("sigmoid"),
  relu: network("relu", { radius, ...(clip ? { clipBy: "norm", clipAt: THRESHOLD } : {}) }),
  batch: network("sigmoid", { normalization: "batch" }), lstm: network("lstm"),
});

/** What /compare shows of some networks of a state, on its own text. @param {State} state @param {readonly Name[]} names @returns {Comparison} */
export function comparisonOf(state, names) {
  const all = networksOf(state);
  return { ...DEFAULTS, sequences: state.sequences, distance: state.distance, networks: names.map((name) => all[name]) };
}

/** The share of units and steps with h = 0, over all sequences. @param {any} answer  of one network */
export function offShare({ forward: { h } }) {
  const values = h.flat(Infinity);
  return values.filter((/** @type {number | null} */ v) => v === 0).length / values.length;
}

/** @param {HTMLElement} root @param {Tools} tools @returns {Figure} */
export function figure(root, tools) {
  root.classList.add("figure-remedies");
  const form = controls(root, change);
  child(root, "h2", "figure-title").textContent = tools.t("lesson.remedies.title");
  const onHover = (/** @type {import("../compare/result.js").Place | null} */ next) => { place = next; frame.request(); };
  const chart = createChart(child(root, "div", "remedies-chart"), { onHover, onDistance: (distance) => change({ distance }) });
  const row = cards(child(root, "div", "remedy-place"), { onHover });
  const frame = createFrame(() => { draw(); return false; });
  let state = START;
  let scales = createScales(tools.theme(), DEFAULTS.scale);
  /** @type {import("../compare/result.js").Place | null} */ let place = null;
  /** @type {Map<Name, { result: Result, answer: any }>} */ let found = new Map();

  /** @param {Partial<State>} part */
  function change(part) {
    const before = JSON.stringify(question());
    state = { ...state, ...part };
    form.set(state);
    if (JSON.stringify(question()) !== before || !found.size) void ask();
    frame.request();
    tools.changed();
  }

  /** All that the data allows are asked for, on or off: the text speaks of each. */
  const question = () => toRequest(comparisonOf(state, NAMES), tools.catalog);

  async function ask() {
    const settings = comparisonOf(state, NAMES);
    const asked = NAMES.filter((_, i) => !refusal(settings.networks[i], settings));
    root.dataset.state = "asking";
    const answer = await tools.ask("compare", question()).catch(() => null);
    if (!answer) return;
    found = new Map(asked.map((name, i) => [name, { result: readResult(answer.traces[i], settings.networks[NAMES.indexOf(name)].clipBy), answer: answer.traces[i] }]));
    root.dataset.state = "ready";
    frame.request();
  }

  function draw() {
    if (scales.theme !== tools.theme()) scales = createScales(tools.theme(), DEFAULTS.scale);
    const settings = comparisonOf(state, NAMES);
    const names = namesOf(settings.networks);
    const T = Math.max(2, ...[...found.values()].map(({ result }) => result.T));
    const distance = Math.min(state.distance, T - 1);
    const entries = NAMES.map((name, i) => ({
      network: settings.networks[i], name: names[i], result: (state.on.includes(name) && found.get(name)?.result) || null,
      reason: state.on.includes(name) ? refusal(settings.networks[i], settings) : null,
    }));
    const narrow = root.clientWidth < 560;
    const view = { settings: { ...settings, distance }, entries, scales, size: narrow ? 56 : 84, place, T, home: "", narrow };
    chart.update(view);
    row.update(view);
    for (const [name, text] of Object.entries(numbersOf(found, { ...state, distance }))) tools.say(name, text);
  }

  tools.onTheme(() => frame.request());
  tools.onResize(() => frame.request());
  return {
    show: (step) => change({ ...START, ...STEPS[step] }),
    act: (name) => change(ACTS[name] ?? {}),
    link: () => `/compare${writeComparison(comparisonOf(state, state.on))}`,
    destroy: () => { row.destroy(); root.replaceChildren(); },
  };
}

/** The live numbers of the prose; a dash for what the data does not allow. @param {Map<Name, { result: Result, answer: any }>} found @param {State} state @returns {Record<string, string>} */
function numbersOf(found, { radius, distance }) {
  /** @type {Record<string, string>} */
  const numbers = { radius: String(radius), distance: String(distance) };
  for (const name of NAMES) {
    const one = found.get(name);
    numbers[`fade-${name}`] = one ? fadeWords(one.result) : "–";
    numbers[`at-${name}`] = one ? short(normAt(one.result, { distance })) : "–";
    numbers[`count-${name}`] = one ? short(one.result.parameters) : "–";
  }
  const relu = found.get("relu");
  numbers.off = relu ? percent(offShare(relu.answer)) : "–";
  const clipped = relu?.result.clipped;
  return { ...numbers, before: relu ? short(relu.answer.gradient_norms.total ?? Infinity) : "–", after: clipped ? short(clipped.after) : "–" };
}

/** @param {HTMLElement} root @param {(part: Partial<State>) => void} change */
function controls(root, change) {
  const form = child(root, "div", "controls figure-controls");
  const group = child(form, "fieldset", "figure-checks");
  child(group, "legend", "visually-hidden").textContent = t("lesson.remedies.networks");
  /** @type {State} */ let now = START;
  const keys = { tanh: "activation.tanh", sigmoid: "activation.sigmoid", relu: "activation.relu", batch: "lesson.remedies.batch", lstm: "cell.lstm" };
  const boxes = NAMES.map((name) => {
    const box = check(group, { key: keys[name], onCheck: (on) => change({ on: NAMES.filter((one) => (one === name ? on : now.on.includes(one))) }) });
    box.root.dataset.control = name;
    return { name, ...box };
  });
  const clip = check(group, { key: "lesson.remedies.clip", onCheck: (on) => change({ clip: on }) });
  clip.root.dataset.control = "threshold";
  const [low, high] = LIMITS.radius;
  const radius = slider(form, { key: "lesson.remedies.radius", range: { min: low, max: high, step: 0.05 }, inline: true, onNumber: (value) => change({ radius: value }) });
  radius.root.dataset.control = "radius";
  const sequences = slider(form, { key: "lesson.remedies.sequences", range: { min: 1, max: 16, step: 1, whole: true }, inline: true, onNumber: (value) => change({ sequences: value }) });
  sequences.root.dataset.control = "sequences";
  return {
    /** @param {State} state */
    set(state) {
      now = state;
      for (const { name, set } of boxes) set(state.on.includes(name));
      clip.set(state.clip);
      clip.box.disabled = !state.on.includes("relu");
      radius.set(state.radius);
      sequences.set(state.sequences);
    },
  };
}
