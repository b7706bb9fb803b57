import { t } from "../i18n.js";
import { child } from "../views/band.js";
import { button, choice, statusLine } from "../views/dialog.js";
import { filmFormat, record } from "./film.js";
import { toPng, toSvg, viewsOf } from "./paper.js";
import { save } from "./save.js";

/**
 * The sheet of pictures: any view as SVG or PNG, the pass as a film.
 *
 * @typedef {import("./paper.js").Ground} Ground
 * @typedef {import("./paper.js").ViewName} ViewName
 */

/** @type {Ground[]} */
const GROUNDS = ["white", "theme", "open"];

/** @param {HTMLElement} root @param {{ picture: () => import("./paper.js").Picture | null }} options */
export function pictureSheet(root, { picture }) {
  const view = choice(root, "export.view");
  const ground = choice(root, "export.ground");
  ground.offer(GROUNDS.map((value) => ({ value, words: t(`export.ground.${value}`) })));
  const row = child(root, "div", "dialog-actions");
  const makers = /** @type {const} */ ({ svg: asSvg, png: toPng });
  const buttons = Object.keys(makers).map((kind) => ({ kind: /** @type {"svg" | "png"} */ (kind), element: button(row, "button", t(`export.${kind}`)) }));
  const status = statusLine(root);
  child(root, "p", "dialog-note").textContent = t("export.pictureNote");
  const film = filmPart(root, { picture, ground: () => /** @type {Ground} */ (ground.element.value) });

  for (const { kind, element } of buttons) {
    element.addEventListener("click", async () => {
      const now = picture();
      if (!now) return;
      element.disabled = true;
      const name = /** @type {ViewName} */ (view.element.value);
      try {
        save(`unrolled-${name}.${kind}`, await makers[kind](name, now, /** @type {Ground} */ (ground.element.value), t("export.alt", { T: now.trace.T, H: now.trace.H })));
        status.say(t("export.saved", { name: `unrolled-${name}.${kind}` }));
      } catch {
        status.say(t("export.pictureFailed"), "fault");
      }
      element.disabled = false;
      element.focus();
    });
  }
  return {
    show() {
      const now = picture();
      if (now) view.offer(viewsOf(now.trace).map((value) => ({ value, words: t(`export.view.${value}`) })));
      status.say("");
    },
    leave: film.cancel,
  };
}

/** @param {Parameters<typeof toSvg>} of */
const asSvg = async (...of) => new Blob([await toSvg(...of)], { type: "image/svg+xml" });

/** @param {HTMLElement} root @param {{ picture: () => import("./paper.js").Picture | null, ground: () => Ground }} options */
function filmPart(root, { picture, ground }) {
  const format = filmFormat();
  const part = child(root, "div", "film");
  child(part, "h3", "dialog-subtitle").textContent = t("export.film");
  const note = child(part, "p", "dialog-note");
  note.textContent = t(format ? "export.filmNote" : "export.filmMissing");
  const row = child(part, "div", "dialog-actions");
  const start = button(row, "button", t("export.record", { kind: format?.extension === "mp4" ? "MP4" : "WebM" }));
  const stop = button(row, "button", t("export.cancel"));
  const bar = /** @type {HTMLProgressElement} */ (child(row, "progress", "film-progress"));
  bar.setAttribute("aria-label", t("export.progress"));
  const status = statusLine(part);
  start.hidden = !format;
  stop.hidden = bar.hidden = true;
  /** @type {AbortController | null} */
  let running = null;
  const busy = (/** @type {boolean} */ on) => {
    start.hidden = on;
    stop.hidden = bar.hidden = !on;
  };
  start.addEventListener("click", async () => {
    const now = picture();
    if (!now || !format || running) return;
    running = new AbortController();
    busy(true);
    bar.value = 0;
    stop.focus();
    status.say(t("export.recording"));
    try {
      const blob = await record(now, ground(), { format, signal: running.signal, onProgress: (share) => { bar.value = share; } });
      if (blob) save(`unrolled.${format.extension}`, blob);
      status.say(blob ? t("export.saved", { name: `unrolled.${format.extension}` }) : t("export.cancelled"));
    } catch {
      status.say(t("export.filmFailed"), "fault");
    }
    running = null;
    busy(false);
    start.focus();
  });
  const cancel = () => running?.abort();
  stop.addEventListener("click", cancel);
  return { cancel };
}
