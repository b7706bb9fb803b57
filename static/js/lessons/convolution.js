import { short } from "../format.js";
import { t } from "../i18n.js";
import { createScales } from "../scales.js";
import { DEFAULTS, toRequest, writeSettings } from "../state.js";
import { child } from "../views/band.js";
import { segmented, slider } from "../views/fields.js";
import { normBar } from "./views/normbar.js";
import { points } from "./views/points.js";
import { convolutionReach, recurrentReach, roundsOf } from "./views/reach.js";
import { reading } from "./views/reading.js";

/**
 * 6.4: a convolution and a recurrence over the same text.
 *
 * @typedef {import("../lesson/tools.js").Tools} Tools
 * @typedef {import("../lesson/tools.js").Figure} Figure
 * @typedef {import("../state.js").Settings} Settings
 * @typedef {"position" | "round"} Tempo
 * @typedef {{ t: number, tempo: Tempo, K: number, layers: number, dilation: number, table: boolean }} State
 */

/** @type {Settings} */
const SETTINGS = { ...DEFAULTS, gain: 1 };
const T = [...SETTINGS.text].length - 1;
const PLAIN = { K: 3, layers: 1, dilation: 1 };
const DILATED = { K: 2, layers: 4, dilation: 2 };
const WIDE = { K: T, layers: 1, dilation: 1 };

/** @type {Record<string, State>} */
const STEPS = {
  same: { t: 4, tempo: "position", ...PLAIN, table: false },
  window: { t: 7, tempo: "position", ...PLAIN, table: false },
  memory: { t: T, tempo: "position", ...PLAIN, table: false },
  wider: { t: T, tempo: "position", ...PLAIN, table: false },
  parallel: { t: 1, tempo: "round", ...PLAIN, table: false },
  points: { t: T, tempo: "position", ...PLAIN, table: true },
};
const ACTS = { last: { t: T }, wide: { ...WIDE, t: T }, dilated: { ...DILATED, t: T } };

/** @param {HTMLElement} root @param {Tools} tools @returns {Figure} */
export function figure(root, tools) {
  const parts = layOut(root, { set, point });
  let state = STEPS.same;
  /** @type {import("./views/reading.js").Readers | null} */
  let data = null;
  /** @type {import("../parts.js").Part | null} */
  let hover = null;
  let asked = "";

  /** @param {Partial<State>} part */
  function set(part) {
    state = { ...state, ...part };
    if (part.tempo && part.t === undefined) state.t = part.tempo === "round" ? 1 : T;
    parts.fields.show(state);
    const body = convolutionRequest(state);
    if (JSON.stringify(body) !== asked) ask(body);
    else draw();
    tools.changed();
  }

  /** @param {any} body */
  async function ask(body) {
    asked = JSON.stringify(body);
    root.dataset.state = "asking";
    const question = { ...toRequest(SETTINGS, tools.catalog), include: ["credit", "credit_vectors"] };
    try {
      const [convolution, recurrence] = await Promise.all([tools.ask("convolution", body), tools.ask("bptt", question)]);
      data = { convolution, recurrence, seenByConvolution: convolutionReach(convolution), seenByRecurrence: recurrentReach(recurrence) };
      root.dataset.state = "ready";
      draw();
    } catch {
      asked = ""; // said by the page; asked again with the next change
    }
  }

  function draw() {
    if (!data || !parts.stage.clientWidth) return;
    const scales = createScales(tools.theme(), SETTINGS.scale);
    const narrow = parts.stage.clientWidth < 560;
    const round = state.tempo === "round" ? state.t : null;
    parts.reading.update(data, { t: state.t, round, hover, width: parts.stage.clientWidth, narrow, compact: state.table, scales });
    parts.points.update(data, state.t);
    parts.legend.update(scales);
    root.dataset.table = String(state.table);
    root.dataset.tempo = state.tempo;
    speak(data, state.t);
  }

  /** @param {import("./views/reading.js").Readers} now @param {number} t */
  function speak({ convolution, recurrence, seenByRecurrence }, t) {
    const row = seenByRecurrence[t - 1];
    const rounds = roundsOf(state, T);
    const numbers = {
      taps: state.K, t, steps: T, sees: convolution.receptive_field.size, now: short(row[t - 1]), past: short(row[0]),
      "convolution-count": convolution.parameter_count, "recurrence-count": recurrence.parameter_count,
      "convolution-rounds": rounds.convolution, "recurrence-rounds": rounds.recurrence,
    };
    for (const [name, value] of Object.entries(numbers)) tools.say(name, String(value));
  }

  /** @param {import("../parts.js").Part | null} part */
  function point(part) {
    if (JSON.stringify(part) === JSON.stringify(hover)) return;
    hover = part;
    tools.point(part);
    draw();
  }

  tools.onTheme(draw);
  tools.onResize(draw);
  return {
    show(step) {
      root.dataset.step = step;
      set(STEPS[step] ?? STEPS.same);
    },
    act: (name) => set(ACTS[/** @type {keyof typeof ACTS} */ (name)] ?? {}),
    point,
    link: () => `/${writeSettings({ ...SETTINGS, ...(state.tempo === "position" ? { pass: /** @type {const} */ ("forward"), step: state.t } : {}) })}`,
    destroy: () => root.replaceChildren(),
  };
}

/** @param {State} state */
const convolutionRequest = ({ K, layers, dilation }) => ({
  data: { kind: "text", text: SETTINGS.text },
  network: { activation: SETTINGS.activation, hidden_size: SETTINGS.H, kernel_size: K, layers, dilation, init: { seed: SETTINGS.seed } },
});

/** @param {HTMLElement} root @param {{ set: (part: Partial<State>) => void, point: (part: import("../parts.js").Part | null) => void }} on */
function layOut(root, { set, point }) {
  root.classList.add("figure-convolution");
  const controls = child(root, "div", "controls lesson-controls");
  const fields = createFields(controls, set);
  const stage = child(root, "div", "reading-stage");
  const legend = normBar(child(root, "div", "reading-legend"), { title: t("lesson.convolution.legend"), none: t("lesson.convolution.none") });
  const table = child(root, "div", "points-place");
  return { fields, stage, legend, reading: reading(stage, { onStep: (t) => set({ t }), onHover: point }), points: points(table) };
}

/** @param {HTMLElement} root @param {(part: Partial<State>) => void} set */
function createFields(root, set) {
  const place = (/** @type {string} */ name) => {
    const element = child(root, "div", "lesson-control");
    element.dataset.control = name;
    return element;
  };
  const whole = (/** @type {number} */ max) => ({ min: 1, max, step: 1, whole: true });
  const key = (/** @type {string} */ name) => `lesson.convolution.${name}`;
  const steps = place("step");
  const step = slider(steps, { key: key("step"), range: whole(T), inline: true, onNumber: (value) => set({ t: value }) });
  const round = slider(steps, { key: key("round"), range: whole(T), inline: true, onNumber: (value) => set({ t: value }) });
  const tempo = segmented(place("tempo"), {
    key: key("tempo"), choices: ["position", "round"], name: (choice) => t(key(`tempo.${choice}`)), onPick: (choice) => set({ tempo: /** @type {Tempo} */ (choice) }),
  });
  const K = slider(place("kernel"), { key: key("kernel"), range: whole(T), inline: true, onNumber: (value) => set({ K: value }) });
  const layers = slider(place("layers"), { key: key("layers"), range: whole(4), inline: true, onNumber: (value) => set({ layers: value }) });
  const dilation = segmented(place("dilation"), { key: key("dilation"), choices: ["1", "2"], name: String, onPick: (value) => set({ dilation: Number(value) }) });
  return {
    /** @param {State} state */
    show(state) {
      step.root.hidden = state.tempo === "round";
      round.root.hidden = state.tempo === "position";
      for (const field of [step, round]) field.set(state.t);
      tempo.set(state.tempo);
      K.set(state.K);
      layers.set(state.layers);
      dilation.set(String(state.dilation));
    },
  };
}
