import { short } from "../format.js";
import { partOf, ringParts } from "../math.js";
import { PHI } from "../phi.js";
import { createScales } from "../scales.js";
import { DEFAULTS, LIMITS, toRequest, writeSettings } from "../state.js";
import { pathFactors, readTrace } from "../trace.js";
import { child } from "../views/band.js";
import { segmented, slider } from "../views/fields.js";
import { check } from "./views/check.js";
import { descent, factorText, shares } from "./views/descent.js";
import { slopes } from "./views/slopes.js";

/**
 * 6.9b: where the network stands on the curve of φ′, and what the product of slopes and W leaves of a gradient. The same
 * text and weights through tanh, sigmoid and no φ at all, in one question to the API.
 *
 * @typedef {import("../lesson/tools.js").Tools} Tools
 * @typedef {import("../lesson/tools.js").Figure} Figure
 * @typedef {import("../trace.js").Trace} Trace
 * @typedef {"tanh" | "sigmoid"} Curve
 * @typedef {{ activation: Curve, radius: number, gain: number, step: number, both: boolean, bound: boolean, linear: boolean, panel: "slopes" | "descent" }} State
 *   panel: the one that a phone has room for
 */

const NETWORKS = ["tanh", "sigmoid", "identity"];
const SCALE = /** @type {[number, number]} */ ([-7, 2]);
/** @type {State} */
const START = { activation: "tanh", radius: 0.95, gain: 2.5, step: 10, both: false, bound: false, linear: false, panel: "descent" };
/** @type {Record<string, Partial<State>>} */
const STEPS = {
  curves: { panel: "slopes" }, points: { panel: "slopes" }, product: {},
  sigmoid: { activation: "sigmoid", both: true }, bound: { activation: "sigmoid", both: true, bound: true },
  explode: { radius: 2, both: true, bound: true, linear: true }, meaning: { step: 2 },
};
/** @type {Record<string, Partial<State>>} */
const ACTS = { stronger: { gain: 2 * START.gain }, weaker: { gain: 0.5 } };

/** @param {HTMLElement} root @param {Tools} tools @returns {Figure} */
export function figure(root, tools) {
  root.classList.add("figure-vanishing");
  const form = controls(root, change);
  const curves = slopes(titled(root, "slopes", tools.t("lesson.vanishing.slopesTitle")));
  const place = titled(root, "descent", tools.t("lesson.vanishing.descentTitle"));
  const chart = descent(place, { onStep: (step) => change({ step }) });
  const readout = child(place, "p", "descent-readout");
  readout.setAttribute("role", "status");
  let state = START;
  let scales = createScales(tools.theme(), SCALE);
  /** @type {Record<string, Trace> | null} */ let traces = null;

  /** @param {Partial<State>} part */
  function change(part) {
    const before = JSON.stringify(question(state, tools.catalog));
    state = { ...state, ...part };
    form.set(state);
    if (!traces || JSON.stringify(question(state, tools.catalog)) !== before) void ask();
    draw();
    tools.changed();
  }

  async function ask() {
    root.dataset.state = "asking";
    const answer = await tools.ask("compare", question(state, tools.catalog)).catch(() => null);
    if (!answer) return;
    traces = Object.fromEntries(NETWORKS.map((name, i) => [name, readTrace(answer.traces[i])]));
    root.dataset.state = "ready";
    draw();
  }

  function draw() {
    root.dataset.panel = state.panel;
    if (!traces) return;
    if (scales.theme !== tools.theme()) scales = createScales(tools.theme(), SCALE);
    const trace = traces[state.activation];
    curves.update(trace, { ...state, theme: scales.theme });
    chart.update(linesOf(traces, state, tools), { step: state.step, theme: scales.theme, scales });
    readout.textContent = readoutOf(trace, state, tools);
    for (const [name, text] of Object.entries(numbersOf(traces, state))) tools.say(name, text);
  }

  root.addEventListener("pointerover", (event) => point(partOf(event.target)));
  root.addEventListener("pointerleave", () => point(null));
  /** @param {import("../parts.js").Part | null} part */
  function point(part) {
    ringParts(root, part);
    tools.point(part);
  }

  tools.onTheme(draw);
  tools.onResize(draw);
  return {
    show: (step) => change({ ...START, ...STEPS[step] }),
    act: (name) => change(ACTS[name] ?? {}),
    point: (part) => ringParts(root, part),
    link: () => `/${writeSettings(settingsOf(state.activation, state, { pass: "path", path: { t: 10, k: 1 }, scale: SCALE }))}`,
    destroy: () => root.replaceChildren(),
  };
}

/** @param {HTMLElement} root @param {string} name @param {string} title */
function titled(root, name, title) {
  const section = child(root, "section", `panel-${name}`);
  child(section, "h2", "figure-title").textContent = title;
  return section;
}

/** The instrument's settings of one of the networks. @param {string} activation @param {State} state @param {Partial<import("../state.js").Settings>} [more] */
const settingsOf = (activation, { radius, gain }, more) => ({ ...DEFAULTS, activation, radius, gain, ...more });

/** What /compare is asked: the networks differ in φ alone. @param {State} state @param {any} catalog */
function question(state, catalog) {
  const requests = NETWORKS.map((name) => toRequest(settingsOf(name, state), catalog));
  return { networks: requests.map(({ network }) => network), data: requests[0].data, include: requests[0].include };
}

/** @param {Record<string, Trace>} traces @param {State} state @param {Tools} tools @returns {import("./views/descent.js").Line[]} */
function linesOf(traces, state, { t }) {
  const shown = NETWORKS.filter((name) => name === state.activation || (name === "identity" ? state.linear : state.both));
  return shown.map((name) => ({
    name: name === "identity" ? t("lesson.vanishing.linearName") : t(`activation.${name}`), series: NETWORKS.indexOf(name), trace: traces[name],
    chosen: name === state.activation, bound: state.bound && name === state.activation ? boundOf(traces[name]) : null,
  }));
}

/** ‖W‖₂ · max φ′: a step back multiplies a gradient by no more. @param {Trace} trace */
export const boundOf = (trace) => normOf(trace) * PHI[trace.activation].most;

/** ‖W‖₂, the largest singular value. @param {Trace} trace */
const normOf = ({ jacobians }) => Math.max(...jacobians.singularValues);

/** The factor of the step that is looked at, in one line. @param {Trace} trace @param {State} state @param {Tools} tools */
function readoutOf(trace, { step }, { t }) {
  const factor = factorOf(trace, step);
  const { T } = trace;
  return t("lesson.vanishing.readout", {
    j: step, before: step - 1, slope: factorText(factor.slope), w: factorText(factor.w), both: factorText(factor.both),
    left: short(trace.credit.dh[T - 1][step - 2]), term: short(trace.credit.dW[T - 1][step - 1]), T,
  });
}

/** @param {Trace} trace @param {number} step */
const factorOf = (trace, step) => /** @type {ReturnType<typeof pathFactors>[number]} */ (pathFactors(trace, { t: trace.T, k: 1 }).find((factor) => factor.step === step));

/** The live numbers of the prose. @param {Record<string, Trace>} traces @param {State} state @returns {Record<string, string>} */
function numbersOf(traces, state) {
  const trace = traces[state.activation];
  const { slope, w, both } = factorOf(trace, state.step);
  const left = (/** @type {string} */ name) => short(shares(traces[name])[0]);
  const terms = trace.credit.dW[trace.T - 1];
  return {
    step: String(state.step), mean: short(trace.jacobians.slopeMean[state.step - 1]),
    reach: short(Math.max(...trace.a.flatMap((row) => [...row].map(Math.abs)))), slope: factorText(slope), w: factorText(w), both: factorText(both),
    radius: short(trace.jacobians.spectralRadius), left: left(state.activation), "left-tanh": left("tanh"), "left-sigmoid": left("sigmoid"), "left-linear": left("identity"),
    "norm-w": short(normOf(trace)), bound: short(boundOf(trace)), "term-near": short(terms[trace.T - 1]), "term-far": short(terms[1]),
  };
}

/** @param {HTMLElement} root @param {(part: Partial<State>) => void} change */
function controls(root, change) {
  const form = child(root, "div", "controls figure-controls");
  /** @template {{ root: HTMLElement }} F @param {string} name @param {F} field @returns {F} */
  const named = (name, field) => {
    field.root.dataset.control = name;
    return field;
  };
  const [low, high] = LIMITS.radius;
  const fields = {
    activation: named("activation", segmented(form, {
      key: "controls.activation", choices: ["tanh", "sigmoid"], name: (choice) => choice, onPick: (choice) => change({ activation: /** @type {Curve} */ (choice) }),
    })),
    step: named("step", slider(form, { key: "lesson.vanishing.stepOf", range: { min: 2, max: 10, step: 1, whole: true }, inline: true, onNumber: (step) => change({ step }) })),
    radius: named("radius", slider(form, { key: "controls.radius", range: { min: low, max: high, step: 0.05 }, inline: true, onNumber: (radius) => change({ radius }) })),
    gain: named("gain", slider(form, { key: "controls.gain", range: { min: LIMITS.gain[0], max: LIMITS.gain[1], step: 0.01, log: true }, inline: true, onNumber: (gain) => change({ gain }) })),
  };
  const row = child(form, "div", "figure-checks");
  const checks = /** @type {const} */ (["both", "bound", "linear"]).map((name) => ({
    name, box: named(name, check(row, { key: `lesson.vanishing.check.${name}`, onCheck: (on) => change({ [name]: on }) })),
  }));
  return {
    /** @param {State} state */
    set(state) {
      fields.activation.set(state.activation);
      for (const name of /** @type {const} */ (["step", "radius", "gain"])) fields[name].set(state[name]);
      for (const { name, box } of checks) box.set(state[name]);
    },
  };
}
