import { t } from "../../i18n.js";
import { child } from "../../views/band.js";
import { createGlide, extentOf, marginsOf, xOfStep } from "./extent.js";
import { createFrame } from "../../frame.js";
import { shownStep } from "./loss.js";
import { stepText } from "./plot.js";
import { write } from "./readout.js";
import { draw } from "../../compare/series.js";

/**
 * Training time: a slider on the charts' own axis. It goes step by step, with PageUp and PageDown from one look at the
 * network to the next; Play goes through all of them.
 *
 * @typedef {import("../view.js").Training} Training
 * @typedef {import("../view.js").TrainState} TrainState
 */

/** All looks together last so many milliseconds; one at least and at most so many. */
const REPLAY = { whole: 7000, least: 70, most: 500 };
const PLAY = { play: "M5 3.2v9.6l7.6-4.8z", pause: "M5 3.4h2.2v9.2H5zM9 3.4h2.2v9.2H9z" };

/** @param {HTMLElement} root @param {import("../view.js").TrainViewOptions} [options] @returns {import("../view.js").TrainView} */
export function scrubber(root, { onCursor } = {}) {
  root.classList.add("train-scrubber");
  const area = child(root, "div", "scrub");
  const button = /** @type {HTMLButtonElement} */ (child(area, "button", "scrub-play"));
  button.type = "button";
  const icon = draw(draw(button, "svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }), "path", { d: PLAY.play });
  const track = child(area, "div", "scrub-track");
  const looks = draw(track, "svg", { class: "scrub-looks", "aria-hidden": "true" });
  const done = child(track, "div", "scrub-done");
  const slider = /** @type {HTMLInputElement} */ (child(area, "input", "scrub-slider"));
  Object.assign(slider, { type: "range", min: "0", step: "1" });
  slider.setAttribute("aria-label", t("train.draw.scrub"));
  const pill = child(area, "div", "scrub-pill");
  pill.setAttribute("aria-hidden", "true");
  const words = child(root, "p", "scrub-words");
  const what = child(words, "span");
  const newest = /** @type {HTMLButtonElement} */ (child(words, "button", "scrub-newest"));
  newest.type = "button";
  newest.textContent = t("train.draw.scrub.newest");
  const across = createGlide();
  const frames = createFrame(() => paint());
  /** @type {{ training: Training, state: TrainState } | null} */
  let latest = null;
  let timer = 0;

  const stop = () => {
    clearTimeout(timer);
    timer = 0;
    showPlay(button, icon, false);
  };
  /** @param {number} step */
  const goTo = (step) => {
    stop();
    onCursor?.(step);
  };
  const beat = () => {
    if (!latest) return;
    const steps = looksOf(latest.training);
    const next = steps.find((step) => step > shown(latest));
    if (next === undefined) {
      stop();
      onCursor?.(null);
      return;
    }
    timer = window.setTimeout(beat, Math.min(REPLAY.most, Math.max(REPLAY.least, REPLAY.whole / steps.length)));
    onCursor?.(next);
  };
  button.addEventListener("click", () => {
    if (timer) return stop();
    if (!latest || looksOf(latest.training).length < 2) return;
    if (shown(latest) >= /** @type {number} */ (looksOf(latest.training).at(-1))) onCursor?.(looksOf(latest.training)[0]);
    timer = window.setTimeout(beat, REPLAY.most);
    showPlay(button, icon, true);
  });
  slider.addEventListener("input", () => goTo(Number(slider.value)));
  slider.addEventListener("keydown", (event) => {
    const step = latest && lookAfter(event.key, shown(latest), looksOf(latest.training));
    if (step === null || step === undefined) return;
    event.preventDefault();
    goTo(step);
  });
  newest.addEventListener("click", () => { stop(); onCursor?.(null); slider.focus({ preventScroll: true }); });
  showPlay(button, icon, false);

  /** @returns {boolean} */
  function paint() {
    if (!latest) return false;
    const { training, state } = latest;
    const width = area.clientWidth;
    const { left, right } = marginsOf(state, width);
    const end = extentOf(training);
    const { values, moving } = across.at([end], training, state.reduced, performance.now());
    const frame = { left, right: width - right, top: 0, bottom: 0, width, height: 0, end: values[0] };
    if (frame.right <= left) return false;
    const last = training.step;
    place(track, left, frame.right - left);
    done.style.width = `${xOfStep(frame, last) - left}px`;
    place(slider, left - 8, Math.max(16, xOfStep(frame, last) - left + 16));
    pill.style.transform = `translate(-50%, -50%) translateX(${xOfStep(frame, shown(latest))}px)`;
    drawLooks(looks, frame, looksOf(training));
    return moving;
  }

  return {
    update(training, state) {
      latest = { training, state };
      const [last, step] = [training.step, shown(latest)];
      slider.max = String(last);
      slider.value = String(step);
      slider.disabled = last === 0;
      const look = looksOf(training).findLast((one) => one <= step);
      const said = look === undefined ? t("train.draw.scrub.none") : last === 0 ? t("train.draw.scrub.first") : look === step ? t("train.draw.scrub.here", { step: stepText(step) }) : t("train.draw.scrub.look", { step: stepText(step), look: stepText(look) });
      slider.setAttribute("aria-valuetext", t("train.draw.scrub.of", { step, last }));
      write(pill, stepText(step));
      write(what, said);
      button.disabled = looksOf(training).length < 2;
      newest.hidden = state.cursor === null;
      root.classList.toggle("is-untrained", last === 0);
      if (paint()) frames.request();
    },
    destroy() {
      stop();
      root.replaceChildren();
    },
  };
}

/** @param {HTMLElement} element @param {number} left @param {number} width */
function place(element, left, width) {
  element.style.left = `${left}px`;
  element.style.width = `${width}px`;
}

/** @param {{ training: Training, state: TrainState } | null} latest */
const shown = (latest) => (latest ? shownStep(latest.training, latest.state) : 0);

/** The steps at which any network was looked at whole, ascending. @param {Pick<Training, "runs">} training */
export const looksOf = ({ runs }) => [...new Set(runs.flatMap(({ moments }) => moments.map(({ step }) => step)))].sort((a, b) => a - b);

/** Where PageUp and PageDown lead: to the next look, or the one before; null for other keys. @param {string} key @param {number} step @param {number[]} looks */
export function lookAfter(key, step, looks) {
  if (key === "PageUp") return looks.find((look) => look > step) ?? looks.at(-1) ?? null;
  if (key === "PageDown") return looks.findLast((look) => look < step) ?? looks[0] ?? null;
  return null;
}

/** @param {HTMLButtonElement} button @param {SVGElement} icon @param {boolean} playing */
function showPlay(button, icon, playing) {
  icon.setAttribute("d", playing ? PLAY.pause : PLAY.play);
  button.setAttribute("aria-label", t(playing ? "train.draw.scrub.pause" : "train.draw.scrub.play"));
}

/** A tick where the network was looked at. @param {SVGElement} svg @param {import("./extent.js").Frame} frame @param {number[]} steps */
function drawLooks(svg, frame, steps) {
  const d = steps.map((step) => `M${(xOfStep(frame, step) - frame.left).toFixed(1)} 0v5`).join("");
  if (svg.dataset.d === d) return;
  svg.dataset.d = d;
  svg.replaceChildren();
  draw(svg, "path", { d });
}
