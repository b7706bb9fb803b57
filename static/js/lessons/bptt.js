import { instrumentFigure } from "../lesson/figure.js";
import { short } from "../format.js";
import { createFragments } from "../own/link.js";
import { createScales } from "../scales.js";
import { toRequest, writeSettings } from "../state.js";
import { partOf } from "../math.js";
import { readTrace } from "../trace.js";
import { child } from "../views/band.js";
import { checkBar } from "./views/checkbar.js";
import { counter } from "./views/counter.js";
import { smallSettings } from "./views/small.js";
import { createChoices } from "./views/termchoices.js";
import { presentTerms, size, termCount, termsOf } from "./views/termlist.js";
import { termSheet } from "./views/termsheet.js";

/**
 * 6.9: the terms of the gradients of V, W and U with their paths and matrices, then all terms as the triangle.
 *
 * @typedef {import("../lesson/tools.js").Tools} Tools
 * @typedef {import("../lesson/tools.js").Figure} Figure
 * @typedef {import("./views/termlist.js").Letter} Letter
 * @typedef {{ letter: Letter, picked: number | null, sum: boolean, scale: number, zero: boolean, grid: boolean, T: number }} State
 *   picked: index of the term whose matrices are shown; sum: all terms' matrices; grid: the triangle of T steps
 */

/** @type {State} */
const START = { letter: "W", picked: null, sum: false, scale: 1, zero: false, grid: false, T: 3 };
/** @type {Record<string, Partial<State>>} */
const STEPS = {
  v: { letter: "V", picked: 0 }, uses: {}, near: { picked: 1 }, far: { picked: 2 }, u: { letter: "U", picked: 1 }, sum: { sum: true },
  general: { grid: true }, count: { grid: true, T: 4 },
};
/** @type {Record<string, Partial<State>>} */
const ACTS = {
  k3: { picked: 0, sum: false }, k2: { picked: 1, sum: false }, zero: { zero: true }, nonzero: { zero: false }, half: { scale: 0.5 }, five: { grid: true, T: 5 },
};
const INCLUDE = ["credit", "jacobians", "shares", "credit_vectors", "jacobian_matrices"];

/** @param {HTMLElement} root @param {Tools} tools @returns {Figure} */
export function figure(root, tools) {
  root.classList.add("bptt-figure");
  /** @type {State} */
  let state = START;
  /** The answers with the last loss alone, and with every one. @type {{ last: import("../trace.js").Trace, every: import("../trace.js").Trace } | null} */
  let traces = null;
  let scales = createScales(tools.theme(), [-2, 1]);
  const fragments = createFragments({ onReady: tools.changed });
  const sheetPlace = child(root, "div", "terms-place");
  const gridPlace = child(root, "div", "grid-place");
  const choices = createChoices(sheetPlace, { onChange: change });
  const sheet = termSheet(sheetPlace, { onPick: (index) => change({ picked: state.picked === index ? null : index, sum: state.picked === index }) });
  const check = checkBar(sheetPlace, { onCheck: verify });
  const count = counter(gridPlace, { onLength: (T) => change({ T }) });
  /** @type {ReturnType<typeof instrumentFigure> | null} */
  let grid = null;

  const lossAt = () => (state.letter === "V" ? "every" : "last");
  const settings = () => smallSettings(state.grid ? { T: state.T, scale: state.scale, zero: state.zero } : { scale: state.scale, zero: state.zero, lossAt: lossAt() });
  const question = (/** @type {"last" | "every"} */ kind) => ({ ...toRequest(smallSettings({ scale: state.scale, zero: state.zero, lossAt: kind }), tools.catalog), include: INCLUDE });

  /** @param {Partial<State>} part */
  function change(part) {
    const asked = part.scale !== undefined || part.zero !== undefined || !traces;
    state = { ...state, ...part };
    choices.update(state);
    if (asked) void ask();
    draw();
  }

  async function ask() {
    check.reset();
    root.dataset.state = "asking";
    try {
      const [last, every] = await Promise.all(/** @type {const} */ (["last", "every"]).map((kind) => tools.ask("bptt", question(kind), { key: kind })));
      traces = { last: readTrace(last), every: readTrace(every) };
    } catch {
      return; // the problem is shown above the last good picture
    }
    root.dataset.state = "ready";
    tell();
    draw();
  }

  /** The numbers of the text. */
  function tell() {
    if (!traces) return;
    const W = termsOf(traces.last, "W", 3);
    termsOf(traces.last, "U", 3).forEach((term) => tools.say(`u${term.k}`, short(term.size)));
    W.forEach((term) => tools.say(`term${term.k}`, short(term.size)));
    presentTerms(traces.every).forEach((term) => tools.say(`v${term.t}`, short(term.size)));
    tools.say("total", short(size(traces.last.answer.gradients.W)));
    tools.say("norms", short(W.reduce((sum, term) => sum + term.size, 0)));
    if (!grid) tellCount(traces.every);
  }

  /** @param {import("../trace.js").Trace} trace */
  function tellCount(trace) {
    const { last, all } = termCount(trace);
    count.update(trace.T, last, all);
    for (const [name, n] of Object.entries({ T: trace.T, last, all })) tools.say(name, String(n));
  }

  function draw() {
    sheetPlace.hidden = state.grid;
    gridPlace.hidden = !state.grid;
    if (state.grid) drawGrid();
    else if (traces) {
      const trace = state.letter === "V" ? traces.every : traces.last;
      sheet.update({ trace, terms: state.letter === "V" ? presentTerms(trace) : termsOf(trace, state.letter, 3), state, scales, width: root.clientWidth });
    }
    tools.changed();
  }

  function drawGrid() {
    const wanted = settings();
    count.ask(state.T);
    if (grid) return grid.set(wanted);
    grid = instrumentFigure(child(gridPlace, "div"), tools, { settings: wanted, bands: ["stage", "triangle"] });
    grid.onTrace((trace) => {
      tellCount(trace);
      grid?.path(trace.T, 1);
    });
  }

  async function verify() {
    const { include, ...body } = question(lossAt());
    try {
      check.show(await tools.ask("gradcheck", body));
    } catch {
      check.reset();
    }
  }

  root.addEventListener("pointerover", ({ target }) => tools.point(partOf(target)));
  root.addEventListener("pointerleave", () => tools.point(null));
  tools.onTheme(() => {
    scales = createScales(tools.theme(), [-2, 1]);
    draw();
  });
  tools.onResize(draw);
  return {
    show: (step) => change({ ...START, scale: START.scale, zero: START.zero, ...STEPS[step] }),
    act(name) {
      if (name === "check") void verify();
      else change(ACTS[name] ?? {});
    },
    point(part) {
      sheet.point(part);
      grid?.point(part);
    },
    link() {
      const { own } = settings();
      const fragment = fragments.of(own) ?? "";
      if (state.grid && grid) return grid.link() + fragment;
      const k = state.picked === null || state.letter === "V" ? null : 3 - state.picked;
      return `/${writeSettings({ ...settings(), ...(k ? { pass: "path", path: { t: 3, k } } : { pass: "backward", step: 1 }) })}${fragment}`;
    },
    destroy() {
      sheet.destroy();
      grid?.destroy();
      root.replaceChildren();
    },
  };
}
