const SETTLED = 2000; // milliseconds in which live numbers and fonts find their places

/**
 * Which step of the text is being read: the last one whose top has passed the reading line. Where the text has been
 * scrolled to its end it is the last one; a step that has the focus, or that the address names, is read as well.
 *
 * @param {{ steps: HTMLElement[], line: () => number, onStep: (step: string) => void, signal: AbortSignal }} options
 *   line: y of the reading line in the window, in pixels
 */
export function startReading({ steps, line, onStep, signal }) {
  let current = "";
  let asked = 0;
  /** The step that was asked for: it stays where it was brought while the page settles, unless the reader scrolls. @type {HTMLElement | null} */
  let held = null;
  const release = () => { held = null; };

  /** @param {HTMLElement} step */
  const come = (step) => scrollTo({ top: scrollY + step.getBoundingClientRect().top - line() + 24, behavior: "instant" });

  /** @param {HTMLElement} step */
  function read(step) {
    const id = step.dataset.step ?? "";
    if (id === current) return;
    current = id;
    for (const other of steps) other.toggleAttribute("data-current", other === step);
    onStep(id);
  }

  function look() {
    asked = 0;
    if (held) return;
    if (!steps[0].getClientRects().length) return read(steps.find((step) => step.dataset.step === current) ?? steps[0]); // a link left the text out
    const tops = steps.map((step) => step.getBoundingClientRect().top);
    const { scrollHeight, clientHeight } = document.documentElement;
    read(steps[stepAt(tops, line(), scrollHeight > clientHeight + 4 && scrollY + clientHeight >= scrollHeight - 2)]);
  }
  const later = () => { asked ||= requestAnimationFrame(look); };

  for (const event of ["scroll", "resize"]) addEventListener(event, later, { passive: true, signal });
  for (const event of ["wheel", "touchmove", "keydown", "pointerdown"]) addEventListener(event, release, { passive: true, signal });
  const settling = new ResizeObserver(() => { if (held) come(held); });
  for (const step of steps) settling.observe(step);
  signal.addEventListener("abort", () => settling.disconnect());
  return {
    get current() { return current; },
    /** Bring a step to the reading line. @param {string} id */
    go(id) {
      const step = steps.find((one) => one.dataset.step === id);
      if (!step) return look();
      come(step);
      come(step); // on a phone the figure sticks only now, and the line is where it then ends
      held = step;
      setTimeout(() => { if (held === step) release(); }, SETTLED);
      read(step);
    },
  };
}

/** Index of the step that is read. @param {number[]} tops of the steps, ascending @param {number} line @param {boolean} atEnd */
export function stepAt(tops, line, atEnd) {
  if (atEnd) return tops.length - 1;
  return Math.max(0, tops.findLastIndex((top) => top <= line));
}
