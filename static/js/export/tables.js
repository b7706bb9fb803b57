/**
 * The strips as tables: a header and one row a step. Steps and units count from 1; what has overflowed is an empty field.
 *
 * @typedef {import("../trace.js").Trace} Trace
 * @typedef {{ header: string[], rows: (number | null)[][] }} Table
 * @typedef {"hidden" | "cell" | "gates" | "norms" | "triangle" | "losses" | "inputs" | "predictions"} TableName
 */

/** @param {string} letter @param {number} n */
const numbered = (letter, n) => Array.from({ length: n }, (_, i) => `${letter}${i + 1}`);

/** @param {string[]} header @param {ArrayLike<number>[]} columns @returns {Table} */
const columnsOf = (header, columns) => ({
  header: ["t", ...header], rows: Array.from({ length: columns[0].length }, (_, t) => [t + 1, ...columns.map((column) => column[t])]),
});

/** @param {string} letter @param {ArrayLike<number>[]} rows @returns {Table} */
const matrixOf = (letter, rows) => ({ header: ["t", ...numbered(letter, rows[0].length)], rows: rows.map((row, t) => [t + 1, ...Array.from(row)]) });

/** @type {Record<TableName, (trace: Trace) => Table | null>} */
const TABLES = {
  hidden: ({ h }) => matrixOf("h", h),
  cell: ({ cell }) => cell && matrixOf("cell", cell),
  gates: ({ gates, H, T }) => gates && {
    header: ["t", ...Object.keys(gates).flatMap((gate) => numbered(`${gate}_`, H))],
    rows: Array.from({ length: T }, (_, t) => [t + 1, ...Object.values(gates).flatMap((rows) => Array.from(rows[t]))]),
  },
  norms: ({ dhNorm, daNorm, dcellNorm }) => columnsOf(["dh_norm", "da_norm", ...(dcellNorm ? ["dcell_norm"] : [])], [dhNorm, daNorm, ...(dcellNorm ? [dcellNorm] : [])]),
  triangle: ({ credit, T }) => ({ header: ["t", ...numbered("k", T)], rows: credit.dh.map((row, t) => [t + 1, ...Array.from({ length: T }, (_, k) => (k <= t ? row[k] : null))]) }),
  losses: ({ loss }) => columnsOf(["loss"], [loss]),
  inputs: ({ x }) => matrixOf("x", x),
  predictions: ({ yHat }) => matrixOf("y", yHat),
};

/** The tables that a trace has. @param {Trace} trace @returns {TableName[]} */
export const tablesOf = (trace) => /** @type {TableName[]} */ (Object.keys(TABLES)).filter((name) => TABLES[name](trace) !== null);

/** @param {TableName} name @param {Trace} trace */
export function toCsv(name, trace) {
  const { header, rows } = /** @type {Table} */ (TABLES[name](trace));
  const cell = (/** @type {number | null} */ v) => (v === null || !Number.isFinite(v) ? "" : String(v));
  return [header.join(","), ...rows.map((row) => row.map(cell).join(","))].map((line) => `${line}\r\n`).join("");
}
