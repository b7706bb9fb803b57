import { plain, short } from "../format.js";
import { createFragments } from "../own/link.js";
import { DEFAULTS, toRequest, writeSettings } from "../state.js";
import { readSurface } from "../train/charts/surface.js";
import { readTraining, writeTraining } from "../training.js";
import { readTrace } from "../trace.js";
import { ALL, compareGradients } from "../vectors.js";
import { child } from "../views/band.js";
import { degrees } from "../views/lab.js";
import { shortened } from "./views/shortened.js";
import { story } from "./views/story.js";
import { CUT, trainings } from "./views/trainings.js";
import { landing, wall } from "./views/wall.js";

/**
 * 6.7: why the loss jumps. Two live trainings, the cliff beside a single unit, and a gradient before and after clipping.
 *
 * @typedef {import("../lesson/tools.js").Tools} Tools @typedef {import("../lesson/tools.js").Figure} Figure
 * @typedef {import("../state.js").Settings} Settings
 */

/** The training page's own example, as far as it takes for the jump. */
const TRAINING = readTraining("?until=400");
/** Of the unit beside the cliff. */
const STEPS = 10;
/** A unit near the weights at which its last state turns over from one side to the other. @type {import("../own/own.js").Own} */
export const UNIT = {
  network: { name: "", cell: "rnn", normalization: "none", output: "linear", parameters: { U: [[0]], W: [[1.4]], b: [-0.02], V: [[1]], c: [0] } },
  data: { name: "", x: Array.from({ length: STEPS }, () => [0]), y: Array.from({ length: STEPS }, () => [0.3]), output: "linear", labels: null, scale: null },
  h0: [0.1], cell0: null, edits: [],
};
const PLANE = { directions: "gradient", span: 0.25, resolution: 51, learning_rate: 0.05 };
const [TIGHT, LOOSE] = [0.4, 2];
/** A gradient well above the threshold. @type {Partial<Settings>} */
const LARGE = { radius: 1.6, gain: 0.5, clipBy: "norm", clipAt: 1 };
const NONE = "–"; // what only a training tells

/** @param {HTMLElement} root @param {Tools} tools @returns {Figure} */
export function figure(root, tools) {
  const places = Object.fromEntries(["twins", "wall", "cut"].map((name) => [name, child(root, "div", "lesson-panel")]));
  let step = "";
  /** Of the cliff; null: the step is not clipped yet. @type {number | null} */
  let clipAt = null;
  const fragments = createFragments({ onReady: () => tools.changed() });
  /** @type {import("../train/charts/surface.js").Surface | null} */
  let surface = null;
  const both = trainings(places.twins, tools, { settings: TRAINING, onTraining, onSettings: sayThreshold });
  const cliff = wall(places.wall, tools, {
    line: tools.t("lesson.jumps.cliff.line", { T: STEPS, rate: PLANE.learning_rate }),
    onThreshold: (value) => { void look(value); },
  });
  /** @type {ReturnType<typeof shortened> | null} */
  let lab = null;
  let status = "";

  function sayThreshold() {
    tools.say("threshold", plain(both.settings.runs[CUT].clipAt));
  }

  /** @param {import("../train/history.js").Training} training */
  function onTraining(training) {
    const told = story(training);
    for (const [name, value] of Object.entries(told)) tools.say(name, value === null ? NONE : value);
    if (training.baseline === null) tools.say("guess", short(Math.log(4)));
    if (status !== training.status) toJump(training);
    status = training.status;
  }

  /** Where the text speaks of the jump, the cursor is there. @param {import("../train/history.js").Training} training */
  function toJump(training) {
    if (step !== "jump" || training.status === "running") return;
    const told = story(training);
    both.seek(told["jump-step"] === null ? null : Number(told["jump-step"]));
  }

  const unit = () => ({ ...DEFAULTS, activation: "tanh", lossAt: /** @type {const} */ ("last"), own: UNIT, clipBy: /** @type {const} */ ("norm"), clipAt: clipAt ?? TIGHT });

  /** The cliff and the steps from there. @param {number | null} threshold */
  async function look(threshold) {
    clipAt = threshold;
    tools.changed();
    surface = readSurface(await tools.ask("surface", { request: toRequest(unit(), tools.catalog), ...PLANE }));
    cliff.update(surface, clipAt);
    const [whole, short_] = [landing(surface, surface.unclipped), landing(surface, surface.clipped)];
    tools.say("cliff-here", short(surface.here));
    tools.say("cliff-norm", short(surface.norm));
    tools.say("cliff-length", short(whole.length));
    tools.say("cliff-lands", short(whole.loss));
    tools.say("cliff-threshold", plain(clipAt ?? TIGHT));
    tools.say("cliff-cut-length", short(short_.length));
    tools.say("cliff-cut-lands", short(short_.loss));
  }

  /** What clipping did, as numbers of the prose. @param {import("../trace.js").Trace} trace */
  function tellCut({ clip, clipped, answer }) {
    if (!clip || !clipped) return;
    const all = compareGradients(answer.gradients, clipped.gradients).find(({ name }) => name === ALL);
    if (!all) return;
    if (clip.by === "norm") {
      tools.say("norm-before", short(all.before));
      tools.say("norm-after", short(all.after));
      tools.say("norm-scale", short(Number(clipped.scale)));
      tools.say("norm-angle", degrees(all.angle));
    } else if (clip.by === "value") {
      tools.say("value-count", String(all.count));
      tools.say("value-touched", String(all.touched));
      tools.say("value-angle", degrees(all.angle));
      tools.say("value-after", short(all.after));
    }
  }

  /** The prose of both steps, whichever is read first. @param {"norm" | "value"} clipBy */
  async function tellOf(clipBy) {
    const body = toRequest({ ...DEFAULTS, ...LARGE, clipBy }, tools.catalog);
    tellCut(readTrace(await tools.ask("bptt", body, { key: clipBy }), body));
  }

  /** @param {Settings["clipBy"]} clipBy */
  function clip(clipBy) {
    const wanted = { ...LARGE, clipBy };
    if (lab) return lab.set(wanted);
    lab = shortened(places.cut, tools, { settings: wanted, onTrace: tellCut });
    for (const by of /** @type {const} */ (["norm", "value"])) void tellOf(by);
  }

  /** @param {"twins" | "wall" | "cut"} name */
  function open(name) {
    for (const [other, place] of Object.entries(places)) place.hidden = other !== name;
    root.scrollTop = 0;
  }

  const again = () => { if (surface) cliff.update(surface, clipAt); };
  tools.onTheme(again);
  tools.onResize(again);
  sayThreshold();
  tools.say("length", String(TRAINING.length));
  tools.say("cliff-steps", String(STEPS));
  onTraining(both.training);
  return {
    show(next) {
      step = next;
      if (next === "norm" || next === "value") {
        open("cut");
        clip(next);
        lab?.it.seek("backward", null);
      } else if (next === "cliff" || next === "threshold") {
        open("wall");
        look(next === "cliff" ? null : TIGHT).catch(() => {}); // why not is said above the figure
      } else {
        open("twins");
        both.seek(null);
        toJump(both.training);
        both.draw();
      }
    },
    act(name) {
      if (name === "train" || name === "again") {
        open("twins");
        both.train(name === "again");
      } else if (name === "loose" || name === "tight") look(name === "loose" ? LOOSE : TIGHT).catch(() => {});
      else if (name === "norm" || name === "value" || name === "matrix") clip(name);
    },
    point: (part) => lab?.it.point(part),
    link() {
      if (!places.cut.hidden && lab) return lab.it.link().replace(/^\/\??/u, (/** @type {string} */ start) => (start === "/" ? "/?lab=clip" : "/?lab=clip&"));
      if (places.wall.hidden) return `/train${writeTraining(both.settings)}`;
      return `/${writeSettings(unit())}${fragments.of(UNIT) ?? ""}`;
    },
    destroy() {
      both.destroy();
      cliff.destroy();
      lab?.destroy();
    },
  };
}
