import { SPEEDS } from "../player.js";
import { t } from "../i18n.js";
import { child } from "./band.js";

/**
 * Play, pause, step, speed and which passes to run.
 *
 * @typedef {import("../player.js").Player} Player
 * @param {HTMLElement} root @param {{ player: Player, onFit: (fit: boolean) => void, slot: Element | null }} options  slot: in the page's
 *   head, where the passes are chosen on a phone
 */
export function transport(root, { player, onFit, slot }) {
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", t("transport.label"));
  const left = child(root, "div", "transport-left");
  const modes = segmented(left, "mode", ["forward", "backward", "both"], (value) => player.setMode(/** @type {Player["mode"]} */ (value)));
  const buttons = child(root, "div", "transport-buttons");
  const first = button(buttons, "first", () => player.first());
  const previous = button(buttons, "previous", () => player.previous());
  const play = button(buttons, "play", () => player.toggle());
  const next = button(buttons, "next", () => player.next());
  const last = button(buttons, "last", () => player.last());
  const right = child(root, "div", "transport-right");
  const whole = fitToggle(right, onFit);
  child(right, "span", "speed-name").textContent = t("transport.speed");
  const speeds = segmented(right, "speed", SPEEDS.map(String), (value) => player.setSpeed(Number(value)), speedLabel);
  const cycle = speedCycle(right, player);

  /** @param {{ fit: boolean, scrolls: boolean, narrow: boolean }} page  is the whole sequence squeezed in; would it scroll otherwise? */
  function update({ fit, scrolls, narrow }) {
    const home = narrow && slot && !slot.closest("[data-hide~=header]") ? slot : left;
    if (modes.root.parentElement !== home) home.append(modes.root);
    modes.select(player.mode);
    speeds.select(String(player.speed));
    cycle(player.speed);
    label(play, player.playing ? "pause" : "play");
    play.dataset.icon = player.playing ? "pause" : "play";
    whole.root.hidden = !scrolls && !fit;
    whole.input.checked = fit;
  }
  return { update, buttons: { first, previous, play, next, last } };
}

/** @param {string} value */
const speedLabel = (value) => (value === "0.5" ? "½×" : `${value}×`);

/** @param {HTMLElement} parent @param {string} name @param {() => void} onPress */
function button(parent, name, onPress) {
  const element = /** @type {HTMLButtonElement} */ (child(parent, "button", `icon-button ${name}`));
  element.type = "button";
  element.dataset.icon = name;
  label(element, name);
  element.addEventListener("click", onPress);
  return element;
}

/** @param {HTMLElement} element @param {string} name */
function label(element, name) {
  const text = t(`transport.${name}`);
  if (element.getAttribute("aria-label") === text) return;
  element.setAttribute("aria-label", text);
  element.title = text;
}

/** A row of radio buttons that looks like one control.
 * @param {HTMLElement} parent @param {string} name @param {string[]} values @param {(value: string) => void} onPick @param {(value: string) => string} [text] */
function segmented(parent, name, values, onPick, text = (value) => t(`transport.${value}`)) {
  const root = child(parent, "div", `segmented ${name}`);
  root.setAttribute("role", "radiogroup");
  root.setAttribute("aria-label", t(`transport.${name}`));
  const inputs = values.map((value) => {
    const option = child(root, "label", "segment");
    const input = /** @type {HTMLInputElement} */ (child(option, "input", "visually-hidden"));
    Object.assign(input, { type: "radio", name: `transport-${name}`, value });
    input.addEventListener("change", () => onPick(value));
    child(option, "span").textContent = text(value);
    return input;
  });
  return { root, select: (/** @type {string} */ value) => inputs.forEach((input) => { input.checked = input.value === value; }) };
}

/** On a phone, where the row of speeds has no room: one button that goes round them. @param {HTMLElement} parent @param {Player} player */
function speedCycle(parent, player) {
  const button = child(parent, "button", "speed-cycle");
  button.setAttribute("type", "button");
  button.addEventListener("click", () => player.setSpeed(SPEEDS[(SPEEDS.indexOf(player.speed) + 1) % SPEEDS.length]));
  return (/** @type {number} */ speed) => {
    button.textContent = speedLabel(String(speed));
    button.setAttribute("aria-label", `${t("transport.speed")} ${speedLabel(String(speed))}`);
  };
}

/** Long sequences scroll; this squeezes the whole one in. @param {HTMLElement} parent @param {(fit: boolean) => void} onFit */
function fitToggle(parent, onFit) {
  const root = child(parent, "label", "fit-toggle");
  const input = /** @type {HTMLInputElement} */ (child(root, "input"));
  input.type = "checkbox";
  input.setAttribute("aria-label", t("transport.fit")); // where the words have no room
  root.title = t("transport.fit");
  input.addEventListener("change", () => onFit(input.checked));
  child(root, "span").textContent = t("transport.fit");
  return { root, input };
}
