/**
 * Keys for the whole page: Space plays, arrows step, Home and End jump, Escape leaves the path. Where a control has the
 * focus that uses such a key itself, the key is the control's.
 *
 * @param {import("./player.js").Player} player
 */
export function startKeyboard(player) {
  /** @type {Record<string, () => void>} */
  const actions = {
    " ": () => player.toggle(), ArrowRight: () => player.next(), ArrowLeft: () => player.previous(),
    Home: () => player.first(), End: () => player.last(), Escape: () => { if (player.path) player.setPath(null); },
  };
  document.addEventListener("keydown", (event) => {
    const action = actions[event.key];
    if (!action || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || owns(event.target, event.key)) return;
    event.preventDefault();
    if (event.key !== " " || !event.repeat) action();
  });
}

const TYPED = "input, select, textarea, [contenteditable], [role=grid], [role=dialog]";
const PRESSED = "button, a, summary, select, textarea, input:not([type=range])";

/** Does the focused control use this key itself? @param {EventTarget | null} target @param {string} key */
function owns(target, key) {
  if (!(target instanceof Element)) return false;
  if (key === " ") return target.matches(PRESSED) || target.closest("[role=dialog]") !== null;
  return key !== "Escape" && target.closest(TYPED) !== null;
}
