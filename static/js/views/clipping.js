import { decadesOf, firstCrossing, logShare } from "../clipping.js";
import { percent, plain, powerOfTen, short } from "../format.js";
import { t as say } from "../i18n.js";
import { backwardProgress } from "../playhead.js";
import { LIMITS } from "../state.js";
import { ALL, compareGradients } from "../vectors.js";
import { child } from "./band.js";
import { segmented, slider } from "./fields.js";
import { degrees, directionNote, gradientTex, labHead, parameterName, parameterTable, plane } from "./lab.js";
import { setBar } from "./panel.js";
import { renderPhrase } from "../math.js";

/**
 * The clipping lab: the gradient before and after, as length and direction, for each kind of clipping at one threshold;
 * and the step on the way back at which it first was too large.
 *
 * @typedef {import("../view.js").Trace} Trace
 * @typedef {import("../view.js").ViewState} ViewState
 * @typedef {import("../vectors.js").Pair} Pair
 * @typedef {import("../state.js").Settings} Settings
 *
 * @typedef {object} LabOptions
 * @property {(part: Partial<Settings>, dragging?: boolean) => void} onSettings
 * @property {(step: number) => void} [onStep]
 */

/** @param {HTMLElement} root @param {LabOptions} options @returns {import("../view.js").View} */
export function clipping(root, { onSettings, onStep }) {
  root.classList.add("lab", "clipping-lab");
  let chosen = ALL;
  /** @type {(() => void) | null} */ let again = null;
  labHead(root, say("clipping.title"), () => onSettings({ lab: "none" }));
  const ask = questions(root, onSettings);
  const outcome = child(root, "p", "lab-words");
  outcome.setAttribute("role", "status");
  const measured = child(root, "div");
  const lengths = lengthChart(measured, (name) => {
    chosen = name;
    again?.();
  });
  const direction = directionChart(measured);
  const way = wayBack(root, onStep);
  /** @type {unknown[]} */ let drawn = [];
  /** @type {{ of: Trace | null, pairs: Pair[] | null }} */ let compared = { of: null, pairs: null };

  const view = {
    /** @param {Trace} trace @param {ViewState} state */
    update(trace, state) {
      again = () => view.update(trace, state);
      root.hidden = state.settings.lab !== "clip";
      if (root.hidden) return;
      ask.update(state.settings);
      const known = backwardProgress(state.head, 1, trace.T) >= 1;
      const key = [trace, state.scales, known, chosen, state.narrow, state.mode];
      if (key.every((part, i) => part === drawn[i])) return;
      drawn = key;
      if (compared.of !== trace) compared = { of: trace, pairs: trace.clipped && compareGradients(trace.answer.gradients, trace.clipped.gradients) };
      const { pairs } = compared;
      const pair = pairs?.find(({ name }) => name === chosen) ?? pairs?.at(-1);
      renderPhrase(outcome, ...words(trace, pairs, known));
      measured.hidden = !known || !pairs || !Number.isFinite(pairs.at(-1)?.before);
      if (pair && pairs && !measured.hidden) {
        const decades = decadesOf([trace.clip?.threshold ?? 0, ...pairs.flatMap(({ before, after }) => [before, after])]);
        lengths.show(pairs, pair, trace, state, decades);
        direction.show(pair, trace, state, decades);
      }
      way.show(trace, state);
    },
    destroy: () => root.replaceChildren(),
  };
  return view;
}

/** Kind and threshold, as the settings have them: the switch asks the server as the panel on the left does. @param {HTMLElement} root @param {LabOptions["onSettings"]} onSettings */
function questions(root, onSettings) {
  const by = segmented(root, {
    key: "clipping.by", choices: ["none", "norm", "matrix", "value"], quiet: true, name: (choice) => say(`clip.${choice}`),
    onPick: (choice) => onSettings({ clipBy: /** @type {Settings["clipBy"]} */ (choice) }),
  });
  const at = slider(root, {
    key: "clipping.threshold", inline: true, range: { min: LIMITS.clipAt[0], max: LIMITS.clipAt[1], step: 0.05, log: true },
    onNumber: (value, dragging) => onSettings({ clipAt: value }, dragging),
  });
  return {
    /** @param {Settings} settings */
    update({ clipBy, clipAt, lock }) {
      by.set(clipBy);
      at.set(clipAt);
      by.lock(lock.includes("clipBy"));
      at.lock(lock.includes("clipAt"));
      at.root.hidden = clipBy === "none";
    },
  };
}

/** What happened, in a sentence. @param {Trace} trace @param {Pair[] | null} pairs @param {boolean} known @returns {[string, Record<string, import("../math.js").Piece>]} */
function words({ clip, clipped, gradientNorms }, pairs, known) {
  if (!known) return ["clipping.waiting", {}];
  const total = pairs?.at(-1);
  const before = short(total?.before ?? gradientNorms.total ?? NaN);
  if (!clip || !clipped || !pairs || !total) return ["clipping.off", { before: { strong: before } }];
  const values = { before: { strong: before }, after: { strong: short(total.after) }, threshold: plain(clip.threshold), angle: { strong: degrees(total.angle) } };
  if (!Number.isFinite(total.before)) return ["clipping.over", values];
  if (clip.by === "value") {
    if (!total.touched) return ["clipping.idle.value", { ...values, most: short(total.most) }];
    return ["clipping.did.value", { ...values, n: total.touched, count: total.count }];
  }
  const cut = pairs.filter(({ name, touched }) => name !== ALL && touched > 0);
  if (!cut.length) return [`clipping.idle.${clip.by}`, values];
  if (clip.by === "norm") return ["clipping.did.norm", { ...values, scale: { strong: factor(/** @type {number} */ (clipped.scale)) } }];
  return ["clipping.did.matrix", { ...values, names: cut.map(({ name }) => name).join(say("lab.comma")) }];
}

/** A factor of clipping: ×0.35, ×8.1×10⁻⁵. @param {number} scale */
const factor = (scale) => (scale >= 0.1 ? percent(scale) : short(scale));

/* ---- length ---- */

/** @param {HTMLElement} root @param {(name: string) => void} onChoose */
function lengthChart(root, onChoose) {
  child(root, "h3", "panel-subtitle").textContent = say("clipping.length");
  const { table, show } = parameterTable(root, {
    caption: say("clipping.lengthCaption"), heads: ["", say("lab.log"), say("clipping.beforeAfter"), say("clipping.turned")], onChoose,
  });
  const foot = child(child(table, "tfoot"), "tr");
  child(foot, "td");
  const scale = child(child(foot, "td"), "div", "lab-scale");
  foot.append(document.createElement("td"), document.createElement("td"));
  const note = child(root, "p", "lab-note");
  return {
    /** @param {Pair[]} pairs @param {Pair} chosen @param {Trace} trace @param {ViewState} state @param {[number, number]} decades */
    show(pairs, chosen, trace, { scales }, decades) {
      const share = (/** @type {number} */ v) => logShare(v, decades);
      show(pairs.map(({ name }) => name), chosen.name, (name, [bars, numbers, angle]) => {
        const pair = /** @type {Pair} */ (pairs.find((one) => one.name === name));
        drawBars(bars, pair, { limit: limitOf(trace, name), entry: trace.clip?.by === "value" && name !== ALL }, share, scales);
        numbers.textContent = `${short(pair.before)} → ${short(pair.after)}`;
        angle.textContent = degrees(pair.angle);
      });
      writeScale(scale, decades);
      note.textContent = trace.clip ? say(`clipping.line.${trace.clip.by}`, { threshold: plain(trace.clip.threshold) }) : "";
    },
  };
}

/** The length that the threshold limits in this row, if it limits a length there. @param {Trace} trace @param {string} name */
function limitOf({ clip }, name) {
  if (!clip || (clip.by === "norm") !== (name === ALL)) return null;
  return clip.threshold;
}

/** @param {HTMLElement} cell @param {Pair} pair @param {{ limit: number | null, entry: boolean }} marks  entry: the limit is of single entries, so the largest is marked @param {(v: number) => number} share @param {ViewState["scales"]} scales */
function drawBars(cell, { before, after, most }, { limit, entry }, share, scales) {
  if (!cell.firstElementChild) {
    cell.className = "pair-cell";
    for (const kind of ["before", "after"]) child(child(cell, "span", `bar pair-bar ${kind}`), "i");
    child(cell, "span", "pair-limit");
    child(cell, "span", "pair-most");
  }
  const [first, second, line, mark] = /** @type {HTMLElement[]} */ ([...cell.children]);
  for (const [bar, norm] of /** @type {[HTMLElement, number][]} */ ([[first, before], [second, after]])) setBar(bar, share(norm), scales.norm(norm), scales.over(norm));
  line.hidden = limit === null;
  if (limit !== null) line.style.left = `${100 * share(limit)}%`;
  mark.hidden = !entry;
  mark.style.left = `${100 * share(most)}%`;
}

/** Powers of ten under the bars, few enough to be read. @param {HTMLElement} scale @param {[number, number]} decades */
function writeScale(scale, [low, high]) {
  const every = Math.max(1, Math.ceil((high - low) / 3));
  scale.replaceChildren();
  for (let n = low; n <= high; n += every) {
    const label = child(scale, "span");
    label.textContent = powerOfTen(n);
    label.style.left = `${(100 * (n - low)) / (high - low)}%`;
  }
}

/* ---- direction ---- */

/** @param {HTMLElement} root */
function directionChart(root) {
  const title = child(root, "h3", "panel-subtitle");
  const chart = plane(child(root, "div"));
  const note = child(root, "p", "panel-note");
  return {
    /** @param {Pair} pair @param {Trace} trace @param {ViewState} state @param {[number, number]} decades */
    show(pair, trace, { scales }, decades) {
      renderPhrase(title, "clipping.direction", { what: { tex: gradientTex(pair.name) } });
      const limit = trace.clip && (trace.clip.by === "matrix" ? pair.name !== ALL : trace.clip.by === "norm" && pair.name === ALL) ? trace.clip.threshold : null;
      chart.show({
        pair, decades, scales, limit, names: [say("lab.before"), say("lab.after")],
        label: say("clipping.plane", { what: parameterName(pair.name), before: short(pair.before), after: short(pair.after), angle: degrees(pair.angle) }),
      });
      note.textContent = directionNote(pair.angle);
    },
  };
}

/* ---- the way back ---- */

/** @param {HTMLElement} root @param {LabOptions["onStep"]} onStep */
function wayBack(root, onStep) {
  child(root, "h3", "panel-subtitle").textContent = say("clipping.way");
  const sentence = child(root, "p", "lab-words");
  const go = /** @type {HTMLButtonElement} */ (child(root, "button", "button wide-button"));
  go.type = "button";
  let step = 1;
  go.addEventListener("click", () => onStep?.(step));
  return {
    /** @param {Trace} trace @param {ViewState} state */
    show(trace, { head, scales }) {
      const crossing = firstCrossing(trace, 10 ** scales.range[1]);
      const reached = crossing !== null && backwardProgress(head, crossing.step, trace.T) >= 1;
      go.hidden = !crossing || !reached;
      const kind = trace.clip ? "threshold" : "scale";
      const limit = plain(trace.clip?.threshold ?? 10 ** scales.range[1]);
      if (!crossing) return renderPhrase(sentence, `clipping.way.never.${kind}`, { limit });
      if (!reached) return renderPhrase(sentence, "clipping.way.waiting", {});
      step = crossing.step;
      go.textContent = say("clipping.way.go", { step });
      const course = crossing.grows ? "explodes" : "above";
      renderPhrase(sentence, `clipping.way.${course}.${kind}`, {
        step: { strong: String(step) }, limit, norm: short(crossing.norm), peak: { strong: short(crossing.peak) }, peakStep: crossing.peakStep,
        h: { tex: `\\lVert\\partial L/\\partial h(t)\\rVert` },
      });
    },
  };
}
