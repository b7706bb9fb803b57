import { t } from "../i18n.js";
import { createDialog, tabs } from "../views/dialog.js";
import { codeSheet } from "./code.js";
import { numbersSheet } from "./numbers.js";
import { pictureSheet } from "./picture.js";
import { sharingSheet } from "./sharing.js";

/**
 * Take it away: the picture, its numbers, the code that computes them, and the ways to hand all of it on.
 *
 * @typedef {import("./paper.js").Picture} Picture
 * @typedef {"picture" | "numbers" | "code" | "sharing"} SheetName
 * @typedef {object} ExportOptions
 * @property {() => Picture | null} picture   what stands on the page; null before the first answer
 * @property {() => Record<string, any>} request   the question that it answers
 * @property {import("./sharing.js").Links} links
 */

/** @param {ExportOptions} options @returns {{ open(at?: SheetName): void }} */
export function exportDialog(options) {
  /** @type {{ open(at?: SheetName): void } | null} */
  let made = null;
  return {
    open(at) {
      if (!options.picture()) return;
      made ??= build(options);
      made.open(at);
    },
  };
}

/** @param {ExportOptions} options */
function build(options) {
  let at = /** @type {SheetName} */ ("picture");
  const names = /** @type {SheetName[]} */ (["picture", "numbers", "code", "sharing"]);
  const dialog = createDialog({ title: "export.title", className: "export", onClose: () => Object.values(parts).forEach(({ leave }) => leave()) });
  const { sheets, show } = tabs(dialog.body, { name: "export", names, word: (name) => t(`export.tab.${name}`), onShow: (name) => { at = name; parts[name].show(); } });
  /** @type {Record<SheetName, { show(): void, leave(): void }>} */
  const parts = {
    picture: pictureSheet(sheets.picture, options), numbers: numbersSheet(sheets.numbers, options),
    code: codeSheet(sheets.code, options), sharing: sharingSheet(sheets.sharing, options.links),
  };
  return {
    open(wanted = at) {
      show(wanted);
      dialog.open();
    },
  };
}
