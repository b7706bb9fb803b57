import { seriesOf } from "../../compare/series.js";
import { createScales } from "../../scales.js";
import { createMap } from "../../train/charts/map.js";
import { createProfile } from "../../train/charts/profile.js";
import { lossAt } from "../../train/charts/surface.js";
import { child } from "../../views/band.js";
import { slider } from "../../views/fields.js";

/**
 * The cliff beside a network's weights, from above and from the side, and one step from there: whole, and clipped.
 *
 * @typedef {import("../../train/charts/surface.js").Surface} Surface
 * @param {HTMLElement} root @param {import("../../lesson/tools.js").Tools} tools
 * @param {{ line: string, onThreshold: (threshold: number) => void }} options
 */
export function wall(root, tools, { line, onThreshold }) {
  root.classList.add("train-figure", "cliff", "lesson-wall");
  child(root, "h2").textContent = tools.t("lesson.jumps.cliff.title");
  child(root, "p", "train-figure-note").textContent = line;
  const place = child(root, "div", "lesson-field");
  place.dataset.control = "cliff-threshold";
  const threshold = slider(place, {
    key: "clipping.threshold", inline: true, range: { min: 0.05, max: 10, step: 0.05, log: true }, onNumber: onThreshold,
  });
  const figures = child(root, "div", "cliff-figures");
  const places = [child(figures, "div"), child(figures, "div")];
  const [map, profile] = [createMap(places[0]), createProfile(places[1])];
  return {
    /** @param {Surface} surface @param {number | null} clipAt  null: no threshold yet */
    update(surface, clipAt) {
      if (!places[0].clientWidth) return;
      place.hidden = clipAt === null;
      if (clipAt !== null) threshold.set(clipAt);
      const theme = tools.theme();
      const look = {
        width: places[0].clientWidth, scales: createScales(theme, [-3, 1]), series: seriesOf(1, theme),
        clip: clipAt === null ? null : { clipBy: "norm", clipAt },
      };
      const shown = clipAt === null ? { ...surface, clipped: null } : surface;
      map.update(shown, look);
      profile.update(shown, look);
    },
    destroy: () => root.replaceChildren(),
  };
}

/** How long a step is and to which loss it leads; NaN where it leaves the slice. @param {Surface} surface @param {[number, number] | null} step */
export function landing(surface, step) {
  return step ? { length: Math.hypot(...step), loss: lossAt(surface, step[0]) } : { length: NaN, loss: NaN };
}
