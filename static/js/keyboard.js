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
    action();
  });
}

const TYPED = "input, select, textarea, [contenteditable], [role=grid], [role=dialog]";

/** Does the focused control use this key itself? @param {EventTarget | null} target @param {string} key */
function owns(target, key) {
  if (!(target instanceof Element)) return false;
  if (key === " ") return target.matches("button, a, summary, select, textarea, input:not([type=range])");
  return key !== "Escape" && target.closest(TYPED) !== null;
}
