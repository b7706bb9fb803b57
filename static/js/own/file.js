import { readSettings, writeSettings } from "../state.js";
import { Refused, checkOwn, isRecord } from "./check.js";

/**
 * The state as a file: all that made the picture, in words that a person can read.
 *
 * @typedef {import("../state.js").Settings} Settings
 */

const KIND = "state";
const VERSION = 1;

/** @param {Settings} settings */
export const writeState = (settings) => `${JSON.stringify({ unrolled: KIND, version: VERSION, settings: writeSettings(settings), own: settings.own })}\n`;

/** @param {unknown} content */
export const isState = (content) => isRecord(content) && content.unrolled === KIND;

/** @param {any} content @returns {Settings} @throws {Refused} */
export function readState({ version, settings, own }) {
  if (version !== VERSION) throw new Refused("fault.own.version");
  if (typeof settings !== "string") throw new Refused("fault.own.shape", { where: "settings" });
  return { ...readSettings(settings), own: own == null ? null : checkOwn(own) };
}
