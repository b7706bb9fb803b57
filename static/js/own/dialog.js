import { t } from "../i18n.js";
import { child } from "../views/band.js";
import { button, createDialog, statusLine } from "../views/dialog.js";
import { Refused } from "./check.js";
import { dropped } from "./dropped.js";
import { recognise } from "./recognise.js";
import { tableSheet } from "./tablesheet.js";
import { isWeights, weightsSheet } from "./weightssheet.js";

/**
 * Bring your own: a file chosen or dropped, or text pasted; what it was taken for; and the button that shows it.
 *
 * @typedef {import("../state.js").Settings} Settings
 * @typedef {object} OpenOptions
 * @property {() => Settings} settings
 * @property {any} catalog
 * @property {() => import("../trace.js").Trace | null} trace   what stands on the page
 * @property {(settings: Settings) => void} onOpen
 */

const MOST_TEXT = 8 * 2 ** 20; // bytes of a text file
const SETTLED = 250;           // milliseconds after typing

/** @param {OpenOptions} options @returns {{ open(): void, file(file: File): void, text(text: string): void }} */
export function openDialog(options) {
  /** @type {ReturnType<typeof build> | null} */
  let made = null;
  const there = () => (made ??= build(options));
  return {
    open: () => there().open(),
    file: (file) => { there().open(); void there().take(file); },
    text: (text) => { there().open(); there().paste(text); },
  };
}

/** @param {OpenOptions} options */
function build({ settings, catalog, trace, onOpen }) {
  const dialog = createDialog({ title: "open.title", className: "bring" });
  child(dialog.body, "p", "dialog-note").textContent = t("open.note");
  const row = child(dialog.body, "div", "dialog-actions");
  const chooser = /** @type {HTMLInputElement} */ (child(row, "input", "visually-hidden"));
  Object.assign(chooser, { type: "file", tabIndex: -1 });
  chooser.setAttribute("aria-label", t("open.choose"));
  const choose = button(row, "button", t("open.choose"));
  const area = /** @type {HTMLTextAreaElement} */ (child(dialog.body, "textarea", "code"));
  Object.assign(area, { rows: 5, spellcheck: false, placeholder: t("open.placeholder") });
  area.setAttribute("aria-label", t("open.paste"));
  const status = statusLine(dialog.body);
  const sheet = child(dialog.body, "div", "found");
  const actions = child(dialog.body, "div", "dialog-actions");
  const show = button(actions, "button is-main", t("open.show"));
  /** @type {Settings | null} */
  let ready = null;
  let timer = 0;
  let turn = 0; // a later file overtakes an earlier one

  /** @param {Settings | null} next */
  function offer(next) {
    ready = next;
    show.disabled = next === null;
  }
  function clear() {
    clearTimeout(timer);
    turn += 1;
    sheet.replaceChildren();
    status.say("");
    offer(null);
  }
  /** @param {unknown} fault */
  function refuse(fault) {
    offer(null);
    status.say(fault instanceof Refused ? t(fault.message, fault.params) : t("fault.open.read"), "fault");
  }
  /** @param {string} text @param {string} name */
  function look(text, name) {
    clear();
    try {
      const found = recognise(text, { name: name || t("open.pasted"), settings: settings(), catalog });
      status.say(t(`open.found.${found.kind}`, found.params));
      if (found.table) tableSheet(sheet, { table: found.table, name, settings, onReady: offer });
      else offer(found.settings ?? null);
    } catch (fault) {
      refuse(fault);
    }
  }
  /** @param {File} file */
  async function take(file) {
    clear();
    const mine = turn;
    area.value = "";
    try {
      if (await isWeights(file)) {
        if (mine === turn) await weightsSheet(sheet, { file, settings, trace, status, onReady: (next) => { if (mine === turn) offer(next); } });
        return;
      }
      if (file.size > MOST_TEXT) throw new Refused("fault.open.large", { most: MOST_TEXT / 2 ** 20 });
      const text = await textOf(file);
      if (mine === turn) look(text, file.name);
    } catch (fault) {
      if (mine === turn) refuse(fault);
    }
  }
  choose.addEventListener("click", () => chooser.click());
  chooser.addEventListener("change", () => {
    const [file] = chooser.files ?? [];
    chooser.value = "";
    if (file) void take(file);
  });
  area.addEventListener("input", () => {
    clear();
    if (area.value.trim()) timer = window.setTimeout(() => look(area.value, ""), SETTLED);
  });
  show.addEventListener("click", () => {
    if (!ready) return;
    onOpen(ready);
    dialog.close();
  });
  dropped(dialog.root, (file) => void take(file));
  return {
    take,
    open() {
      clear();
      area.value = "";
      dialog.open();
      choose.focus();
    },
    /** @param {string} text */
    paste(text) {
      area.value = text;
      look(text, "");
    },
  };
}

/** @param {File} file */
async function textOf(file) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Refused("fault.open.bytes", { name: file.name });
  }
}
