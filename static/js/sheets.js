/**
 * Where the side panels stand. Wide: both beside the picture. Medium: one of them, and a button swaps. Phone: sheets
 * over the picture, one at a time, which hold the focus while they are open.
 *
 * @typedef {"controls" | "inspector"} SheetName
 */

const PHONE = "(max-width: 759px)";
const WIDE = "(min-width: 1180px)";

/**
 * @param {{ onToggle?: (name: SheetName | null) => void }} [options]  the sheet that is open now
 * @returns {{ open(name: SheetName): void, close(): void, destroy(): void }}
 */
export function createSheets({ onToggle = () => {} } = {}) {
  const undo = new AbortController();
  const { signal } = undo;
  const parts = elements();
  const [phone, wide] = [matchMedia(PHONE), matchMedia(WIDE)];
  /** @type {SheetName | null} */
  let shown = null;
  /** @type {HTMLElement | null} */
  let opener = null;

  /** @param {SheetName | null} name */
  function show(name) {
    if (name && !shown) opener = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    shown = name;
    arrange(parts, shown, phone.matches, wide.matches);
    if (name && phone.matches) parts.panels[name].focus();
    if (!name) opener?.focus({ preventScroll: true });
    onToggle(shown);
  }
  const toggle = (/** @type {SheetName} */ name) => show(shown === name ? null : name);
  const close = () => {
    if (shown) show(null);
  };

  parts.controlsButton.addEventListener("click", () => toggle("controls"), { signal });
  parts.peek.addEventListener("click", ({ target }) => {
    if (target instanceof Element && target.closest(".peek-open, .peek-handle, .panel-head")) show("inspector");
  }, { signal });
  parts.scrim.addEventListener("click", close, { signal });
  for (const [name, panel] of Object.entries(parts.panels)) {
    panel.querySelector(".sheet-close")?.addEventListener("click", close, { signal });
    swipeDown(/** @type {HTMLElement} */ (panel.querySelector(".sheet-head")), panel, () => shown === name && phone.matches, close, signal);
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !phone.matches || !shown) return;
    event.preventDefault(); // one Escape, one thing: the path stays
    close();
  }, { signal });
  const rearrange = () => {
    shown = null;
    arrange(parts, shown, phone.matches, wide.matches);
    onToggle(null);
  };
  for (const query of [phone, wide]) query.addEventListener("change", rearrange, { signal });
  rearrange();
  return { open: show, close, destroy: () => undo.abort() };
}

/** @typedef {ReturnType<typeof elements>} Parts */

function elements() {
  const find = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  return {
    instrument: find("instrument"), skip: /** @type {HTMLElement} */ (document.querySelector(".skip")), top: find("top"), center: find("main"), scrim: find("scrim"),
    controlsButton: find("controls-button"), peek: find("peek"),
    panels: { controls: find("controls"), inspector: find("inspector") },
  };
}

/** @param {Parts} parts @param {SheetName | null} shown @param {boolean} phone @param {boolean} wide */
function arrange({ instrument, skip, top, center, scrim, controlsButton, panels }, shown, phone, wide) {
  const modal = phone && shown !== null;
  instrument.dataset.side = shown ?? "";
  scrim.hidden = !modal;
  for (const behind of [skip, top, center]) behind.inert = modal;
  for (const [name, panel] of Object.entries(panels)) {
    const open = name === shown;
    panel.inert = phone && !open;
    setDialog(panel, phone);
    panel.classList.toggle("open", open && !wide);
  }
  controlsButton.setAttribute("aria-expanded", String(shown === "controls"));
}

/** @param {HTMLElement} panel @param {boolean} dialog */
function setDialog(panel, dialog) {
  if (!dialog) {
    for (const name of ["role", "aria-modal", "tabindex"]) panel.removeAttribute(name);
    return;
  }
  panel.tabIndex = -1;
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-modal", "true");
}

const SWIPE = 70;

/**
 * Pulling a sheet's head down closes it.
 * @param {HTMLElement} handle @param {HTMLElement} panel @param {() => boolean} active @param {() => void} close @param {AbortSignal} signal
 */
function swipeDown(handle, panel, active, close, signal) {
  let from = NaN;
  const move = (/** @type {number} */ by) => {
    panel.style.translate = by > 0 ? `0 ${by}px` : "";
  };
  handle.addEventListener("pointerdown", (event) => {
    if (!active() || (event.target instanceof Element && event.target.closest("button"))) return;
    from = event.clientY;
    handle.setPointerCapture(event.pointerId);
  }, { signal });
  handle.addEventListener("pointermove", ({ clientY }) => {
    if (!Number.isNaN(from)) move(clientY - from);
  }, { signal });
  const end = (/** @type {PointerEvent} */ { clientY, type }) => {
    if (Number.isNaN(from)) return;
    const far = type === "pointerup" && clientY - from > SWIPE;
    from = NaN;
    move(0);
    if (far) close();
  };
  handle.addEventListener("pointerup", end, { signal });
  handle.addEventListener("pointercancel", end, { signal });
}
