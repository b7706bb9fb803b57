import { BEAT, beats, stepOf } from "../playhead.js";
import { draw } from "./drawing.js";
import { embedFonts } from "./fonts.js";
import { createPaper, finish, imageOf } from "./paper.js";

/**
 * The pass as a film, recorded in the browser as it is drawn: forward, then backward, or what the mode runs through.
 *
 * @typedef {import("./paper.js").Picture} Picture
 * @typedef {import("../playhead.js").Playhead} Playhead
 * @typedef {{ type: string, extension: string }} Format
 */

const FORMATS = [{ type: "video/webm;codecs=vp9", extension: "webm" }, { type: "video/webm", extension: "webm" }, { type: "video/mp4", extension: "mp4" }];
const LONGEST = 20_000; // milliseconds that a film may last; long sequences run faster
const HOLD = 1200;      // the finished picture stands so long
const DENSITY = 1.5;
const RATE = 8_000_000; // bits a second

/** What this browser can record, if anything. @returns {Format | null} */
export function filmFormat() {
  if (typeof MediaRecorder === "undefined" || !HTMLCanvasElement.prototype.captureStream) return null;
  return FORMATS.find(({ type }) => MediaRecorder.isTypeSupported(type)) ?? null;
}

/** Where the playhead is after a share of the film. @param {number} share 0..1 @param {"forward" | "backward" | "both"} mode @param {number} T @returns {Playhead} */
export function headAt(share, mode, T) {
  const [forward, backward] = [mode === "backward" ? 0 : beats("forward", T, null), mode === "forward" ? 0 : beats("backward", T, null)];
  const at = Math.min(1, share) * (forward + backward);
  return at < forward || !backward ? { pass: "forward", at } : { pass: "backward", at: Math.min(T, at - forward) };
}

/** How long the film of so many beats lasts, in milliseconds. @param {"forward" | "backward" | "both"} mode @param {number} T */
export const lengthOf = (mode, T) => Math.min(LONGEST, (mode === "both" ? 2 : 1) * T * BEAT);

/**
 * @param {Picture} picture @param {import("./paper.js").Ground} ground @param {{ format: Format, onProgress: (share: number) => void, signal: AbortSignal }} options
 * @returns {Promise<Blob | null>} null: cancelled
 */
export async function record(picture, ground, { format, onProgress, signal }) {
  const paper = createPaper("all", picture, ground === "open" ? "white" : ground, DENSITY);
  try {
    const canvas = document.createElement("canvas");
    const { width, height } = paper.root.getBoundingClientRect();
    [canvas.width, canvas.height] = [2 * Math.round((width * DENSITY) / 2), 2 * Math.round((height * DENSITY) / 2)]; // encoders want even sizes
    const shoot = await camera(paper, canvas);
    return await run(picture, canvas, shoot, { format, onProgress, signal });
  } finally {
    paper.destroy();
  }
}

/** Draws the paper at a playhead into the canvas. @param {ReturnType<typeof createPaper>} paper @param {HTMLCanvasElement} canvas */
async function camera(paper, canvas) {
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const { faces } = paper.apply(() => draw(paper.root, { picture: () => null }));
  const rules = await embedFonts(faces);
  const below = await imageOf(finish(paper.apply(() => backdrop(paper.root, paper.ground)), ""));
  return async (/** @type {Picture} */ now) => {
    paper.update(now);
    const { left, top } = paper.root.getBoundingClientRect();
    const strips = [...paper.root.querySelectorAll("canvas")].filter((strip) => strip.checkVisibility() && strip.width)
      .map((strip) => ({ strip, box: strip.getBoundingClientRect() }));
    const { svg } = paper.apply(() => draw(paper.root, { picture: () => null, skip: ".gradient-lines" }));
    const words = await imageOf(finish(svg, rules));
    pen.drawImage(below, 0, 0, canvas.width, canvas.height);
    for (const { strip, box } of strips) pen.drawImage(strip, (box.left - left) * DENSITY, (box.top - top) * DENSITY, box.width * DENSITY, box.height * DENSITY);
    pen.drawImage(words, 0, 0, canvas.width, canvas.height);
  };
}

/** What stands behind the strips. @param {HTMLElement} root @param {string} ground */
const backdrop = (root, ground) => draw(root, { ground, picture: () => null, skip: ".band-name, .stage-names, .stage-structure, .band-scale, .paper-headline, .band-time, .triangle-free, .triangle-rows" }).svg;

/** Record in real time: how many pictures a second there are is the machine's own.
 * @param {Picture} picture @param {HTMLCanvasElement} canvas @param {(now: Picture) => Promise<void>} shoot
 * @param {{ format: Format, onProgress: (share: number) => void, signal: AbortSignal }} options */
async function run({ trace, state }, canvas, shoot, { format, onProgress, signal }) {
  const at = (/** @type {number} */ share) => {
    const head = headAt(share, state.mode, trace.T);
    const step = stepOf(head, trace.T, null);
    return { trace, state: { ...state, head, path: null, step, focus: step, playing: share < 1 } };
  };
  await shoot(at(0));
  const stream = canvas.captureStream();
  const recorder = new MediaRecorder(stream, { mimeType: format.type, videoBitsPerSecond: RATE });
  /** @type {Blob[]} */
  const pieces = [];
  recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
  const ended = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
  recorder.start(500);
  const [start, length] = [performance.now(), lengthOf(state.mode, trace.T)];
  for (let share = 0; share < 1 && !signal.aborted;) {
    share = Math.min(1, (performance.now() - start) / length);
    await shoot(at(share));
    onProgress(share);
    await new Promise(requestAnimationFrame);
  }
  if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, HOLD));
  recorder.stop();
  await ended;
  for (const track of stream.getTracks()) track.stop();
  return signal.aborted ? null : new Blob(pieces, { type: format.type.split(";")[0] });
}
