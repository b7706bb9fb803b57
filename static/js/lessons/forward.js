import { fixed, visible } from "../format.js";
import { instrumentFigure } from "../lesson/figure.js";
import { partOf, renderMath } from "../math.js";
import { createFragments } from "../own/link.js";
import { createScales } from "../scales.js";
import { child } from "../views/band.js";
import { forwardTable } from "./views/forwardtable.js";
import { createSteps } from "./views/forwardsteps.js";
import { smallSettings } from "./views/small.js";
import { BEATS, isKnown, worked } from "./views/worked.js";

/**
 * 6.8: three steps of the forward pass, equation by equation: the stage above, every number below, one of them worked out.
 *
 * @typedef {import("../lesson/tools.js").Tools} Tools
 * @typedef {import("../lesson/tools.js").Figure} Figure
 * @typedef {import("./views/worked.js").Place} Place
 * @typedef {{ beats: number, text: string, zero: boolean, chosen: Place | null }} State   beats: equations done, four a step
 */

/** Each meets a, b and c in this order, so that the alphabet stays the same. */
const TEXTS = ["abca", "aabc", "abac"];
const T = TEXTS[0].length - 1;
/** How far the stage is when the equations of a step are done, as shares of the step. */
const STAGE = [0, 2 / 3, 2 / 3, 0.875];
/** @type {Record<string, Partial<State>>} */
const STEPS = {
  given: { beats: 0, chosen: { row: "x", t: 1, i: 0 } }, state: { beats: 1, chosen: { row: "a", t: 1, i: 0 } }, output: { beats: 2, chosen: { row: "o", t: 1, i: 0 } },
  prediction: { beats: 4, chosen: { row: "L", t: 1, i: 0 } }, next: { beats: 8, chosen: { row: "Wh", t: 2, i: 0 } }, whole: { beats: 12, chosen: { row: "L", t: 3, i: 0 } },
};
/** @type {Record<string, Partial<State>>} */
const ACTS = { zero: { zero: true, beats: T * BEATS }, nonzero: { zero: false }, other: { text: TEXTS[1] } };

/** @param {HTMLElement} root @param {Tools} tools @returns {Figure} */
export function figure(root, tools) {
  root.classList.add("forward-figure");
  /** @type {State} */
  let state = { beats: 0, text: TEXTS[0], zero: false, chosen: null };
  let scales = createScales(tools.theme(), [-2, 1]);
  const fragments = createFragments({ onReady: tools.changed });
  const place = child(root, "div", "forward-place");
  const steps = createSteps(place, { texts: TEXTS, most: T * BEATS, onChange: change });
  const table = forwardTable(child(place, "div"), { onChoose: (chosen) => change({ chosen }) });
  const sum = child(place, "p", "forward-worked");
  sum.setAttribute("role", "status");
  const settings = () => smallSettings({ text: state.text, zero: state.zero });
  const stage = instrumentFigure(child(root, "div"), tools, { settings: settings(), bands: ["stage"], transport: false });

  /** @param {Partial<State>} part */
  function change(part) {
    state = { ...state, ...part };
    steps.update(state);
    if (part.text !== undefined || part.zero !== undefined) stage.set(settings());
    draw();
  }

  function draw() {
    const { trace } = stage;
    if (!trace) return;
    table.update({ trace, beats: state.beats, chosen: state.chosen, scales });
    const shown = state.chosen && isKnown(state.chosen, state.beats);
    renderMath(sum, shown ? worked(trace, /** @type {Place} */ (state.chosen)) : "\\ldots");
    stage.player.scrub(Math.floor(state.beats / BEATS) + STAGE[state.beats % BEATS]);
    tools.changed();
  }

  /** The numbers of the text. @param {import("../trace.js").Trace} trace */
  function tell(trace) {
    const [o, p] = [trace.o[0], trace.yHat[0]];
    const best = o.indexOf(Math.max(...o));
    const target = trace.targets?.[0] ?? 0;
    const symbol = (/** @type {number} */ i) => visible(trace.labels?.[i] ?? "");
    /** @type {Record<string, string>} */
    const values = {
      text: state.text, a4: fixed(trace.a[0][3]), h4: fixed(trace.h[0][3]), o: fixed(o[best]), best: symbol(best), target: symbol(target), p: fixed(p[target]),
      L: fixed(trace.total), ...Object.fromEntries(Array.from(trace.loss, (loss, i) => [`L${i + 1}`, fixed(loss)])),
    };
    for (const [name, text] of Object.entries(values)) tools.say(name, text);
  }

  stage.onTrace((trace) => {
    tell(trace);
    draw();
  });
  place.addEventListener("pointerover", ({ target }) => point(partOf(target), true));
  place.addEventListener("pointerleave", () => point(null, true));
  tools.onTheme(() => {
    scales = createScales(tools.theme(), [-2, 1]);
    draw();
  });

  /** @param {import("../parts.js").Part | null} part @param {boolean} fromHere */
  function point(part, fromHere) {
    if (fromHere) tools.point(part);
    else table.point(part);
    stage.point(part);
  }
  return {
    show: (step) => change({ text: TEXTS[0], zero: false, ...STEPS[step] }),
    act: (name) => change(ACTS[name] ?? {}),
    point: (part) => point(part, false),
    link: () => `${stage.link()}${fragments.of(settings().own) ?? ""}`,
    destroy() {
      table.destroy();
      stage.destroy();
      root.replaceChildren();
    },
  };
}
