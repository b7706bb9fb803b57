import { Refused } from "./check.js";

/**
 * Text as a table: comma, semicolon, tab or spaces between fields, quotes round them, a header or none. Lines count from 1.
 *
 * @typedef {object} Column
 * @property {string} name
 * @property {number[]} values                               NaN where there is no number
 * @property {{ line: number, text: string } | null} fault   the first field that is no number
 *
 * @typedef {{ columns: Column[], rows: number, header: boolean }} Table
 */

const DELIMITERS = ["\t", ";", ","];

/** @param {string} text @returns {Table | null} null: no table @throws {Refused} a line of another length */
export function readTable(text) {
  const lines = splitLines(text.replace(/^\ufeff/, ""));
  if (lines.length < 2) return null;
  const delimiter = delimiterOf(lines[0].text);
  const rows = lines.map(({ line, text: raw }) => ({ line, fields: fieldsOf(raw, delimiter) }));
  const width = rows[0].fields.length;
  const header = rows[0].fields.some((field) => Number.isNaN(numberOf(field, delimiter)));
  const body = header ? rows.slice(1) : rows;
  const numeric = body.filter(({ fields }) => fields.some((field) => !Number.isNaN(numberOf(field, delimiter)))).length;
  if (body.length === 0 || numeric < body.length / 2) return null;
  const other = body.find(({ fields }) => fields.length !== width);
  if (other) throw new Refused("fault.table.width", { line: other.line, n: other.fields.length, wanted: width });
  const columns = Array.from({ length: width }, (_, at) => columnOf(body, at, header ? rows[0].fields[at] : "", delimiter));
  return { columns, rows: body.length, header };
}

/** @param {{ line: number, fields: string[] }[]} rows @param {number} at @param {string} name @param {string} delimiter @returns {Column} */
function columnOf(rows, at, name, delimiter) {
  const values = rows.map(({ fields }) => numberOf(fields[at], delimiter));
  const bad = values.findIndex(Number.isNaN);
  return { name: name || String(at + 1), values, fault: bad < 0 ? null : { line: rows[bad].line, text: rows[bad].fields[at].slice(0, 30) } };
}

/** A comma is a decimal point where it separates nothing. @param {string} field @param {string} delimiter */
function numberOf(field, delimiter) {
  const plain = field.trim().replace(/^[−]/u, "-");
  if (plain === "") return NaN;
  const value = Number(delimiter !== "," && /^[-+]?\d+,\d+$/.test(plain) ? plain.replace(",", ".") : plain);
  return Number.isFinite(value) ? value : NaN;
}

/** Lines with something in them; a quoted field may go on over several. @param {string} text */
function splitLines(text) {
  /** @type {{ line: number, text: string }[]} */
  const lines = [];
  let [quoted, start] = [false, 0];
  let line = 1;
  let first = 1;
  for (let at = 0; at <= text.length; at += 1) {
    const symbol = text[at];
    if (symbol === '"') quoted = !quoted;
    if (at < text.length && (symbol !== "\n" || quoted)) {
      if (symbol === "\n") line += 1;
      continue;
    }
    const raw = text.slice(start, at).replace(/\r$/, "");
    if (raw.trim()) lines.push({ line: first, text: raw });
    start = at + 1;
    line += 1;
    first = line;
  }
  return lines;
}

/** @param {string} line */
function delimiterOf(line) {
  const plain = line.replace(/"[^"]*"/g, "");
  return DELIMITERS.find((delimiter) => plain.includes(delimiter)) ?? (/\S\s+\S/.test(plain) ? " " : ",");
}

/** @param {string} line @param {string} delimiter */
function fieldsOf(line, delimiter) {
  if (delimiter === " ") return line.trim().split(/\s+/);
  const fields = [""];
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const symbol = line[at];
    if (quoted && symbol === '"' && line[at + 1] === '"') fields[fields.length - 1] += line[(at += 1)];
    else if (symbol === '"') quoted = !quoted;
    else if (symbol === delimiter && !quoted) fields.push("");
    else fields[fields.length - 1] += symbol;
  }
  return fields.map((field) => field.trim());
}
