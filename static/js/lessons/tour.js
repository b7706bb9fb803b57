import { short } from "../format.js";
import { instrumentFigure } from "../lesson/figure.js";

/**
 * The tour: the whole instrument on a first visit's network, one part of it a step.
 *
 * @typedef {import("../lesson/tools.js").Tools} Tools @typedef {import("../lesson/tools.js").Figure} Figure
 * @typedef {ReturnType<typeof instrumentFigure>} Instrument
 */

/** The path of the last step: the one that the prose names. */
const PATH = { t: 9, k: 3 };

/** What each step shows, and the band that it is about. @type {Record<string, { band: string, show: (it: Instrument) => void }>} */
const STEPS = {
  stage: { band: "band-stage", show: (it) => it.seek("forward", 6) },
  hidden: { band: "band-hidden", show: (it) => it.seek("forward", null) },
  play: { band: "band-stage", show: (it) => it.seek("forward", 0) },
  backward: { band: "band-stage", show: (it) => it.seek("backward", null) },
  gradient: { band: "band-gradient", show: (it) => it.seek("backward", null) },
  triangle: { band: "band-triangle", show: (it) => it.path(PATH.t, PATH.k) },
};

/** @param {HTMLElement} root @param {Tools} tools @returns {Figure} */
export function figure(root, tools) {
  const it = instrumentFigure(root, tools, {
    settings: {}, bands: ["narration", "stage", "time", "hidden", "gradient", "triangle"],
  });
  /** The band that the text is about. */
  let band = "band-stage";
  it.onTrace((trace) => {
    const { T, H, h, dhNorm, credit } = trace;
    tools.say("T", String(T));
    tools.say("H", String(H));
    tools.say("most", short(Math.max(...h.flatMap((row) => [...row].map(Math.abs)))));
    tools.say("last", short(dhNorm[T - 1]));
    tools.say("first", short(dhNorm[0]));
    tools.say("credit", short(credit.dh[PATH.t - 1][PATH.k - 1]));
    requestAnimationFrame(reveal);
  });

  /** Where the figure scrolls, that band is brought in sight. */
  function reveal() {
    const place = root.querySelector(`#${band}`)?.getBoundingClientRect();
    const frame = root.getBoundingClientRect();
    const buttons = root.querySelector("#transport")?.getBoundingClientRect().height ?? 0; // they stay at the lower edge
    if (place && band !== "band-stage") root.scrollTop += Math.min(Math.max(0, place.bottom + buttons - frame.bottom), place.top - frame.top);
    else root.scrollTop = 0;
  }

  return {
    show(step) {
      it.set({ zoom: false, mode: "both" });
      STEPS[step].show(it);
      band = STEPS[step].band;
      requestAnimationFrame(reveal);
    },
    act(name) {
      if (name === "pause") return it.pause();
      if (name === "path") {
        it.path(PATH.t, PATH.k);
        it.player.first();
      } else if (it.player.path || name !== "play") it.seek("forward", 0);
      it.play();
    },
    point: (part) => it.point(part),
    link: () => it.link(),
    destroy: () => it.destroy(),
  };
}
