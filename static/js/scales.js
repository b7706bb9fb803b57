import { formatHex, interpolate, modeOklab, modeRgb, useMode } from "culori";
import { clamp01 } from "./playhead.js";

useMode(modeRgb);
useMode(modeOklab);

/**
 * @typedef {"light" | "dark"} Theme
 * @typedef {object} Scales
 * @property {Theme} theme
 * @property {[number, number]} range             exponents of ten of the gradient scale, e.g. [-3, 1]
 * @property {(v: number) => string} value        a state in −1..1, zero near the surface, clipped beyond
 * @property {(norm: number) => string} norm      a gradient's norm, log scale; at or below the floor the lowest stop
 * @property {(norm: number) => number} share     where a norm stands on its scale: 0 at the floor, 1 at the top
 * @property {(norm: number, most: number) => number} ribbon   width in pixels: 1 at the floor, `most` at the top
 * @property {(norm: number) => boolean} over     above the scale, or not finite
 * @property {(norm: number) => boolean} gone     at or below the floor
 * @property {Record<string, string>} ink         the theme's named colours (see tokens.css) for canvas and SVG
 */

const VALUE = {
  light: ["#1a56b8", "#7fa9e6", "#f1f0ec", "#f0a875", "#bf4a06"],
  dark: ["#79b4ff", "#3d6aa8", "#252932", "#a5622c", "#ff9d52"],
};
const NORM = {
  light: ["#fdf6f8", "#f6cddc", "#e796bb", "#c5569c", "#8f2a83", "#521366", "#210838"],
  dark: ["#1c1f27", "#3b2149", "#6b2b78", "#a63f90", "#dd6aa2", "#f7a9c1", "#ffeaee"],
};
const INK = {
  light: { surface: "#ffffff", sunken: "#efeeea", line: "#e2e0da", edge: "#85847e", ghost: "#dddbd5", text: "#16181d", muted: "#5c5f66",
    U: "#8a5f00", W: "#00746a", V: "#6a3fc2", bar: "#6b6e76", barLow: "#918f89" },
  dark: { surface: "#171a21", sunken: "#1f232c", line: "#2b303b", edge: "#737a88", ghost: "#2e333e", text: "#eceef2", muted: "#a3a9b6",
    U: "#e3b545", W: "#3ccbb6", V: "#b7a0ff", bar: "#9aa0ad", barLow: "#646b79" },
};

const STEPS = 256;

/** A colour ramp in OKLab, tabulated once: a heat strip asks for thousands of colours a frame. @param {string[]} stops */
function ramp(stops) {
  const at = interpolate(stops, "oklab");
  const table = Array.from({ length: STEPS }, (_, i) => formatHex(at(i / (STEPS - 1))));
  return (/** @type {number} */ x) => table[Math.round(clamp01(x) * (STEPS - 1))];
}

const RAMPS = {
  light: { value: ramp(VALUE.light), norm: ramp(NORM.light) },
  dark: { value: ramp(VALUE.dark), norm: ramp(NORM.dark) },
};

/** @param {Theme} theme @param {[number, number]} range @returns {Scales} */
export function createScales(theme, range) {
  const [low, high] = range;
  const ramps = RAMPS[theme];
  const share = (/** @type {number} */ norm) => {
    if (Number.isNaN(norm) || norm === Infinity) return 1;
    return norm > 0 ? clamp01((Math.log10(norm) - low) / (high - low)) : 0;
  };
  return {
    theme, range, share,
    value: (v) => ramps.value(Number.isFinite(v) ? (v + 1) / 2 : v > 0 ? 1 : 0),
    norm: (norm) => ramps.norm(share(norm)),
    ribbon: (norm, most) => 1 + share(norm) * (most - 1),
    over: (norm) => !Number.isFinite(norm) || norm > 10 ** high,
    gone: (norm) => norm <= 10 ** low,
    ink: INK[theme],
  };
}

/** The gradient ramp as evenly spaced colours, for legends. @param {Theme} theme @param {number} count */
export const normStops = (theme, count) => Array.from({ length: count }, (_, i) => RAMPS[theme].norm(i / (count - 1)));

/** The value ramp from −1 to +1. @param {Theme} theme @param {number} count */
export const valueStops = (theme, count) => Array.from({ length: count }, (_, i) => RAMPS[theme].value(i / (count - 1)));
