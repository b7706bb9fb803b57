/**
 * Keys for the whole page: Space plays, arrows step, Home and End jump, Escape leaves the path. Enter on the picture opens
 * the cursor's cell; in it, arrows up and down go through its operations and Escape closes it. Where a control has the focus
 * that uses such a key itself, the key is the control's.
 *
 * @typedef {{ readonly open: boolean, show: (open: boolean) => void, step: (direction: 1 | -1) => void }} Cell
 * @param {import("./player.js").Player} player @param {Cell} cell
 */
export function startKeyboard(player, cell) {
  /** @type {Record<string, () => void>} */
  const actions = {
    " ": () => player.toggle(), ArrowRight: () => player.next(), ArrowLeft: () => player.previous(),
    Home: () => player.first(), End: () => player.last(), Escape: () => { if (cell.open) cell.show(false); else if (player.path) player.setPath(null); },
  };
  /** @type {typeof actions} */
  const inside = { ArrowDown: () => cell.step(1), ArrowUp: () => cell.step(-1) };
  /** @type {typeof actions} */
  const outside = { Enter: () => cell.show(true) };
  document.addEventListener("keydown", (event) => {
    const action = actions[event.key] ?? (cell.open ? inside : outside)[event.key];
    if (!action || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || owns(event.target, event.key)) return;
    event.preventDefault();
    if (event.key !== " " || !event.repeat) action();
  });
}

const PICTURE = "body, .center, #bands, .time-slider, .stage-plot";
const TYPED = "input, select, textarea, [contenteditable], [role=grid], [role=dialog]";
const PRESSED = "button, a, summary, select, textarea, input:not([type=range])";

/** Does the focused control use this key itself? @param {EventTarget | null} target @param {string} key */
function owns(target, key) {
  if (!(target instanceof Element)) return false;
  if (key === " ") return target.matches(PRESSED) || target.closest("[role=dialog]") !== null;
  if (key === "Enter") return !target.matches(PICTURE);
  if (key === "ArrowUp" || key === "ArrowDown") return target.closest("select, textarea, input:not(.time-slider), [role=grid], [role=dialog], [role=group] [tabindex]") !== null;
  return key !== "Escape" && target.closest(TYPED) !== null;
}
