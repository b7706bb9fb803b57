import { LIMITS } from "../state.js";
import { Refused } from "./check.js";

/**
 * Columns as a sequence: some are what the network sees, and it predicts their next row, or other columns' same one.
 *
 * @typedef {import("./table.js").Table} Table
 * @typedef {import("./table.js").Column} Column
 * @typedef {object} Choice
 * @property {number[]} inputs      columns of x
 * @property {number[] | null} targets   columns of y; null: the next row of x
 * @property {boolean} standardise  each column to mean 0 and standard deviation 1
 * @property {number} from          the first row, from 1
 */

/** @param {Table} table @param {Choice} choice @param {string} name
 * @returns {{ numbers: string } | { data: import("./own.js").OwnData }}   numbers: as the page's own settings hold a series
 * @throws {Refused} */
export function toSequence({ columns, rows }, { inputs, targets, standardise, from }, name) {
  if (inputs.length === 0) throw new Refused("fault.table.noInput");
  if (targets && targets.length === 0) throw new Refused("fault.table.noTarget");
  for (const at of [...inputs, ...(targets ?? [])]) faultOf(columns[at]);
  const next = targets === null ? 1 : 0;
  const T = Math.min(LIMITS.T, rows - (from - 1) - next);
  if (T < 1) throw new Refused("fault.table.short", { rows });
  const taken = (/** @type {number} */ at) => columns[at].values.slice(from - 1, from - 1 + T + next);
  if (next && inputs.length === 1 && standardise) return { numbers: taken(inputs[0]).join(" ") };
  const prepare = (/** @type {number[]} */ values) => (standardise ? standard(values) : values);
  const [seen, wanted] = [inputs.map((at) => prepare(taken(at))), targets?.map((at) => prepare(taken(at)))];
  const row = (/** @type {number[][]} */ of, /** @type {number} */ t) => of.map((column) => column[t]);
  const steps = Array.from({ length: T }, (_, t) => t);
  const x = steps.map((t) => row(seen, t));
  const y = steps.map((t) => (wanted ? row(wanted, t) : row(seen, t + 1)));
  return { data: { name, x, y, output: "linear", labels: null, scale: null } };
}

/** @param {Column} column */
function faultOf({ name, fault }) {
  if (fault) throw new Refused(fault.text ? "fault.table.item" : "fault.table.empty", { line: fault.line, column: name, item: fault.text });
}

/** @param {number[]} values */
function standard(values) {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
  return values.map((v) => (deviation > 0 ? (v - mean) / deviation : 0));
}
