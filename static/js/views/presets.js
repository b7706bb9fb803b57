import { t } from "../i18n.js";
import { fromPreset, samePicture } from "../state.js";
import { child } from "./band.js";

/**
 * The catalogue's situations worth looking at, each one press away; the one in sight says what to look for.
 *
 * @typedef {import("../state.js").Settings} Settings
 * @typedef {import("../state.js").Preset} Preset
 * @param {HTMLElement} root
 * @param {{ catalog: any, settings: Settings, onPreset: (preset: Preset) => void }} options
 * @returns {{ update(settings: Settings): void, destroy(): void }}
 */
export function presets(root, { catalog, settings, onPreset }) {
  const list = child(root, "div", "presets");
  list.setAttribute("role", "group");
  list.setAttribute("aria-label", t("controls.try"));
  const note = child(root, "p", "preset-note");
  note.setAttribute("role", "status");
  const entries = /** @type {Preset[]} */ (catalog.presets).map((preset) => ({ preset, button: chip(list, preset, onPreset) }));
  /** @type {Settings | null} */
  let shown = null;

  /** @param {Settings} now */
  function update(now) {
    if (now === shown) return;
    shown = now;
    let words = "";
    for (const { preset, button } of entries) {
      const target = fromPreset(preset, now, catalog);
      const active = samePicture(now, target, catalog);
      button.setAttribute("aria-pressed", String(active));
      button.disabled = touchesLocked(now, target);
      if (active) words = t(`preset.${preset.id}.note`);
    }
    if (note.textContent !== words) note.textContent = words;
    note.hidden = words === "";
  }
  update(settings);
  return { update, destroy: () => root.replaceChildren() };
}

/** @param {HTMLElement} parent @param {Preset} preset @param {(preset: Preset) => void} onPreset */
function chip(parent, preset, onPreset) {
  const button = /** @type {HTMLButtonElement} */ (child(parent, "button", "chip"));
  button.type = "button";
  button.textContent = t(`preset.${preset.id}.title`);
  button.title = t(`preset.${preset.id}.note`);
  button.addEventListener("click", () => onPreset(preset));
  return button;
}

/** Would it change what the link has locked? @param {Settings} now @param {Settings} target */
const touchesLocked = (now, target) =>
  now.lock.some((name) => JSON.stringify(now[/** @type {keyof Settings} */ (name)]) !== JSON.stringify(target[/** @type {keyof Settings} */ (name)]));
