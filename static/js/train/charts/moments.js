import { createTriangle } from "../../compare/triangle.js";
import { normAt } from "../../compare/result.js";
import { short } from "../../format.js";
import { t } from "../../i18n.js";
import { child } from "../../views/band.js";
import { createLegend, createValueBar } from "../../views/legend.js";
import { momentAt } from "../history.js";
import { creditOf, paceOf } from "./credit.js";
import { stepText } from "./plot.js";
import { reachView } from "./reach.js";
import { createMark, markOnce, write } from "./readout.js";
import { createStates, statesHeight } from "./states.js";

/**
 * The networks as they were at the cursor, looked at on one probe sequence: hidden states and credit triangle, a column a
 * run, on scales that never change by themselves; and below them how the gradient's reach came to be.
 *
 * @typedef {import("../view.js").Training} Training
 * @typedef {import("../view.js").TrainState} TrainState
 * @typedef {import("../../compare/result.js").Place} Place
 */

const SIZE = { least: 120, most: 360, gap: 28 };
const LEGEND = 308;
/** Height of all but strip and triangle: heading, note, name, what is said below. */
const OTHERS = 112;

/** @param {HTMLElement} root @param {import("../view.js").TrainViewOptions} [options] @returns {import("../view.js").TrainView} */
export function momentsView(root, options = {}) {
  root.classList.add("train-figure", "train-moments");
  const title = child(root, "h2");
  const note = child(root, "p", "train-figure-note");
  const row = child(root, "div", "looks-row");
  const list = child(row, "ol", "train-looks");
  const legends = child(row, "div", "train-legends");
  child(root, "h2").textContent = t("train.draw.reach.title");
  child(root, "p", "train-figure-note").textContent = t("train.draw.reach.note");
  const reach = reachView(child(root, "div", "reaches"), options);
  const [norms, values] = [createLegend(legends), createValueBar(legends, "lying")];
  /** @type {ReturnType<typeof createLook>[]} */
  let looks = [];
  /** @type {Place | null} */
  let place = null;
  /** @type {{ training: Training, state: TrainState } | null} */
  let latest = null;
  const onHover = (/** @type {Place | null} */ next) => {
    place = next;
    if (latest) show(latest.training, latest.state);
  };

  /** @param {Training} training @param {TrainState} state */
  function show(training, state) {
    while (looks.length < training.runs.length) looks.push(createLook(list, onHover));
    for (const { item } of looks.splice(training.runs.length)) item.remove();
    const width = sizeOf(row.clientWidth, training.runs.length, state.narrow);
    const size = state.narrow ? width : Math.min(width, heightOf(training, state.room));
    looks.forEach((look, i) => look.update(training, state, i, size, place));
  }

  return {
    update(training, state) {
      latest = { training, state };
      root.classList.toggle("is-stale", state.stale);
      const moments = training.runs.map((run) => momentAt(run, state.cursor));
      const newest = moments.reduce((step, moment) => Math.max(step, moment?.step ?? -1), -1);
      write(title, newest <= 0 ? t(newest ? "train.draw.look.title" : "train.draw.look.titleFirst") : t("train.draw.look.titleAt", { step: stepText(newest) }));
      write(note, t(newest < 0 ? "train.draw.look.empty" : "train.draw.look.note"));
      reach.update(training, state);
      show(training, state);
      legends.hidden = newest < 0;
      if (newest < 0) return;
      norms.update(state.scales, { width: Math.min(LEGEND, row.clientWidth), most: 0, over: true });
      values.update(state.scales, moments.find(Boolean)?.trace.activation ?? "tanh");
    },
    destroy() {
      reach.destroy();
      root.replaceChildren();
    },
  };
}

/** Side of the triangles: as many as there are stand side by side, on a phone two. @param {number} width @param {number} count @param {boolean} narrow */
export function sizeOf(width, count, narrow) {
  const columns = narrow ? Math.min(2, count) : count;
  const room = (width - (columns - 1) * (narrow ? 16 : SIZE.gap)) / columns;
  return Math.round(Math.min(SIZE.most, Math.max(SIZE.least, room)));
}

/** Side of a triangle that ends where the window does; one loss alone is a low row, and may be as wide as there is room. @param {Training} training @param {number} room */
function heightOf({ runs }, room) {
  const moments = runs.flatMap((run) => run.moments.slice(0, 1));
  if (moments.every((moment) => creditOf(moment).losses.length === 1)) return SIZE.most;
  const strip = statesHeight(Math.max(...moments.map(({ trace }) => trace.H)));
  return Math.round(Math.max(SIZE.least, room - OTHERS - strip));
}

/** @param {HTMLElement} list @param {(place: Place | null) => void} onHover */
function createLook(list, onHover) {
  const item = child(list, "li", "train-look");
  const head = child(item, "p", "look-head");
  const mark = createMark(head);
  const name = child(head, "span", "train-name");
  const states = createStates(item);
  const triangle = createTriangle(child(item, "div", "look-triangle"), { onHover });
  const said = child(item, "p", "look-said");
  const [words, number, unit] = [child(said, "span"), child(said, "strong"), child(said, "span", "look-note")];
  return {
    item,
    /** @param {Training} training @param {TrainState} state @param {number} i @param {number} size @param {Place | null} place */
    update(training, state, i, size, place) {
      const run = training.runs[i];
      const moment = momentAt(run, state.cursor);
      item.classList.toggle("is-empty", !moment);
      item.style.width = `${size}px`;
      markOnce(mark, state.series[i], state.theme);
      write(name, state.names[i]);
      if (!moment) return;
      const credit = creditOf(moment);
      states.update(moment.trace, state.scales, size, state.names[i]);
      triangle.update(credit, state.scales, size, place, t("train.draw.look.triangle", { name: state.names[i], step: stepText(moment.step) }));
      const fade = place ? pointed(credit, place) : paceOf(credit);
      write(words, fade.words);
      write(number, fade.number ?? "");
      write(unit, run.diverged && moment === run.moments.at(-1) ? t("train.draw.look.last", { step: stepText(moment.step) }) : credit.atCell ? t("train.draw.look.atCell") : "");
    },
  };
}

/** The norm at the pair that is pointed at. @param {import("../../compare/result.js").Result} credit @param {Place} place @returns {{ words: string, number?: string }} */
function pointed(credit, place) {
  const norm = normAt(credit, place);
  const where = "t" in place ? t("compare.pair", place) : t("compare.back", { n: place.distance });
  return { words: where, number: Number.isNaN(norm) ? t("legend.over") : short(norm) };
}
