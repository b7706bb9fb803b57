import { short } from "../format.js";
import { t } from "../i18n.js";
import { child } from "../views/band.js";

/**
 * Train, pause, one step, back to the start; how far it has come, how fast it goes, how long it will take.
 *
 * @typedef {import("./trainer.js").Trainer} Trainer
 * @param {HTMLElement} root @param {{ trainer: Trainer, onRewind: () => void, blocked: () => boolean }} options
 *   blocked: a field holds what cannot be asked for
 */
export function transport(root, { trainer, onRewind, blocked }) {
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", t("train.transport"));
  const left = child(root, "div", "transport-left train-progress");
  const count = child(left, "span", "train-count");
  const bar = /** @type {HTMLProgressElement} */ (child(left, "progress"));
  bar.setAttribute("aria-label", t("train.progress"));
  const buttons = child(root, "div", "transport-buttons");
  const rewind = iconButton(buttons, "first", t("train.rewind"), onRewind);
  const train = /** @type {HTMLButtonElement} */ (child(buttons, "button", "train-button"));
  train.type = "button";
  train.addEventListener("click", () => trainer.toggle());
  const word = child(train, "span");
  const next = iconButton(buttons, "next", t("train.step"), () => trainer.step());
  const pace = child(child(root, "div", "transport-right"), "span", "train-pace");

  function update() {
    const { training, active, rate } = trainer;
    const { step, steps, status } = training;
    write(count, t("train.count", { step: whole(step), steps: whole(steps) }));
    Object.assign(bar, { max: Math.max(1, steps), value: Math.min(step, steps) });
    write(word, t(active ? "train.pause" : "train.train"));
    train.dataset.icon = active ? "pause" : "play";
    train.disabled = !active && (status === "done" || blocked());
    next.disabled = active || status === "done" || blocked();
    rewind.disabled = step === 0 && status === "untrained";
    write(pace, paceOf(rate, steps - step, active));
  }
  return { update };
}

/** @param {number} rate @param {number} rest @param {boolean} active */
function paceOf(rate, rest, active) {
  if (!active || !(rate > 0)) return "";
  const speed = t("train.rate", { rate: rate >= 10 ? whole(Math.round(rate)) : short(rate) });
  const seconds = rest / rate;
  if (seconds < 90) return t("train.left.seconds", { speed, n: Math.max(1, Math.ceil(seconds)) });
  return seconds < 5400 ? t("train.left.minutes", { speed, n: Math.round(seconds / 60) }) : t("train.left.hours", { speed, n: Math.round(seconds / 3600) });
}

/** @param {number} n */
const whole = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f");

/** @param {HTMLElement} root @param {string} text */
function write(root, text) {
  if (root.textContent !== text) root.textContent = text;
}

/** @param {HTMLElement} parent @param {string} icon @param {string} name @param {() => void} onPress */
function iconButton(parent, icon, name, onPress) {
  const element = /** @type {HTMLButtonElement} */ (child(parent, "button", "icon-button"));
  element.type = "button";
  element.dataset.icon = icon;
  element.setAttribute("aria-label", name);
  element.title = name;
  element.addEventListener("click", onPress);
  return element;
}
