import { momentAt } from "./history.js";

/**
 * Keys for the whole page: Space trains and pauses, arrows go from moment to moment of the training, Home to the first, End
 * to the newest, which is followed from then on. Where a control has the focus that uses such a key itself, it is its own.
 *
 * @param {{ trainer: import("./trainer.js").Trainer, cursor: () => number | null, onCursor: (step: number | null) => void, blocked: () => boolean }} options
 */
export function startKeys({ trainer, cursor, onCursor, blocked }) {
  const first = () => momentAt(trainer.training.runs[0], 0)?.step ?? null;
  /** @type {Record<string, () => void>} */
  const actions = {
    " ": () => { if (trainer.active || !blocked()) trainer.toggle(); },
    ArrowLeft: () => onCursor(neighbour(trainer.training, cursor(), -1)), ArrowRight: () => onCursor(neighbour(trainer.training, cursor(), 1)),
    Home: () => onCursor(first()), End: () => onCursor(null),
  };
  document.addEventListener("keydown", (event) => {
    const action = actions[event.key];
    if (!action || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || owns(event.target, event.key)) return;
    event.preventDefault();
    if (event.key !== " " || !event.repeat) action();
  });
}

/** The moment beside the cursor; null: the newest, whichever comes. @param {import("./history.js").Training} training @param {number | null} cursor @param {1 | -1} direction */
export function neighbour({ runs }, cursor, direction) {
  const steps = [...new Set(runs.flatMap(({ moments }) => moments.map(({ step }) => step)))].sort((a, b) => a - b);
  const at = cursor ?? Infinity;
  if (direction > 0) return steps.slice(0, -1).find((step) => step > at) ?? null;
  return steps.filter((step) => step < Math.min(at, steps[steps.length - 1] ?? 0)).pop() ?? steps[0] ?? null;
}

const TYPED = "input, select, textarea, [contenteditable], [role=grid], [role=dialog], [role=slider]";
const PRESSED = "button, a, summary, select, textarea, input:not([type=range])";

/** Does the focused control use this key itself? @param {EventTarget | null} target @param {string} key */
function owns(target, key) {
  if (!(target instanceof Element)) return false;
  return target.closest(key === " " ? `${PRESSED}, [role=dialog]` : TYPED) !== null;
}
