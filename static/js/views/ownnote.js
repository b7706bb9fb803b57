import { t } from "../i18n.js";
import { withOwn } from "../own/own.js";
import { child } from "./band.js";
import { button } from "./dialog.js";

/**
 * In the place of the settings that it stands for: what was brought, and the way back to them.
 *
 * @typedef {import("../state.js").Settings} Settings
 * @typedef {import("../own/own.js").Own} Own
 */

/** @param {HTMLElement} parent @param {"data" | "network"} what @param {(own: Own | null) => void} onChange
 * @returns {{ update(settings: Settings): boolean }}   is it in use? */
export function ownNote(parent, what, onChange) {
  const root = child(parent, "div", "own-note");
  const title = child(root, "strong");
  const hint = child(root, "p", "field-hint");
  const back = button(root, "lab-link", t(what === "data" ? "open.backData" : "open.backWeights"));
  /** @type {Own | null} */
  let now = null;
  back.addEventListener("click", () => onChange(without(now, what)));
  return {
    update({ own, cell, H }) {
      now = own;
      const brought = own?.[what];
      root.hidden = !brought;
      back.hidden = what === "data" && isStandIn(own) && own?.network !== null; // the page's sequence would not fit these weights
      if (!brought) return false;
      const word = what === "data" ? t(brought.name ? "open.ownData" : own.edits.some(({ of }) => of === "x") ? "open.editedData" : "open.impulse")
        : t(brought.name ? "open.ownWeights" : "open.editedWeights");
      title.textContent = brought.name ? t("open.named", { what: word, name: brought.name }) : word;
      hint.textContent = what === "data" && own.data ? t("open.dataHint", { T: own.data.x.length, I: own.data.x[0].length }) : t("open.weightsHint", { cell: t(`cell.${cell}`), H });
      return true;
    },
  };
}

/** Is the sequence there only because the weights fit no other? @param {Own | null} own */
const isStandIn = (own) => own?.data?.name === "" && !own.edits.some(({ of }) => of === "x");

/** Own content without its sequence, or without its weights. @param {Own | null} own @param {"data" | "network"} what */
export function without(own, what) {
  const gone = (/** @type {string} */ of) => (what === "data" ? of === "x" : !["x", "h0", "cell0"].includes(of));
  return withOwn(own, { [what]: null, ...(what === "network" && isStandIn(own) ? { data: null } : {}), edits: (own?.edits ?? []).filter(({ of }) => !gone(of)) });
}
