/** Numbers as the picture writes them: a true minus, few digits, powers of ten with raised exponents. */

const RAISED = Object.fromEntries([..."-0123456789"].map((c, i) => [c, [..."⁻⁰¹²³⁴⁵⁶⁷⁸⁹"][i]]));

/** An integer as a raised exponent: −3 → ⁻³. @param {number} n */
export const raised = (n) => [...String(n)].map((c) => RAISED[c]).join("");

/** A power of ten as a tick: 10⁻³, 1, 10, 10². @param {number} n */
export const powerOfTen = (n) => (n === 0 ? "1" : n === 1 ? "10" : `10${raised(n)}`);

/** A signed value with fixed decimals and a true minus. @param {number} v @param {number} [decimals] */
export function fixed(v, decimals = 2) {
  if (!Number.isFinite(v)) return notFinite(v);
  const text = Math.abs(v).toFixed(decimals);
  return v < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** A magnitude in a few significant digits: 0.015, 2.64, 287 000, 2.8×10⁻⁷. @param {number} v @param {number} [digits] */
export function short(v, digits = 2) {
  if (!Number.isFinite(v)) return notFinite(v);
  const size = rounded(Math.abs(v), digits);
  const sign = v < 0 ? "−" : "";
  if (size === 0) return "0";
  if (size < 1e-3 || size >= 1e6) {
    const [mantissa, exponent] = size.toExponential(1).split("e");
    return `${sign}${mantissa}×10${raised(Number(exponent))}`;
  }
  if (size >= 100) return sign + size.toString().replace(/\B(?=(\d{3})+$)/g, "\u202f");
  return sign + size.toFixed(decimals(size, digits));
}

/** Decimals of a size from 0.001 to 100. @param {number} size @param {number} digits */
function decimals(size, digits) {
  const places = Math.max(0, Math.min(6, digits - 1 - Math.floor(Math.log10(size))));
  return size < 1 ? places : digits === 2 ? 2 : Math.min(2, places);
}

/** As it will be written, so that 99.999 counts as 100 and 0.0999 as 0.10. @param {number} size @param {number} digits */
function rounded(size, digits) {
  if (size >= 1e6) return size;
  if (size >= 100) return Math.round(size);
  return Number(size >= 1 ? size.toFixed(decimals(size, digits)) : size.toPrecision(digits));
}

/** The same without trailing zeros: 1, 0.5, 0.005. @param {number} v @param {number} [digits] */
export const plain = (v, digits = 2) => short(v, digits).replace(/(\.\d*?)0+(?!\d)/, "$1").replace(/\.(?!\d)/, "");

/** A share as a percentage: 1.5%, 87%, < 0.1%. @param {number} share */
export function percent(share) {
  if (!Number.isFinite(share)) return notFinite(share);
  const p = share * 100;
  if (p > 0 && p < 0.1) return "< 0.1%";
  return `${p < 10 ? Number(p.toFixed(1)) : Math.round(p)}%`;
}

/** What is no number at all, 0/0 say, is a dash. @param {number} v */
const notFinite = (v) => (Number.isNaN(v) ? "–" : v < 0 ? "−∞" : "∞");

/** Characters without a picture of their own. @type {Record<string, string>} */
const MARKS = {
  " ": "␣", "\n": "↵", "\r": "␍", "\t": "⇥", "\u3000": "□", "\u00a0": "NBSP", "\u00ad": "SHY", "\u200b": "ZWSP", "\u200c": "ZWNJ",
  "\u200d": "ZWJ", "\u200e": "LRM", "\u200f": "RLM", "\u2060": "WJ", "\ufeff": "BOM",
};

/** The number of a variation selector, 1 to 256; 0 for any other character. @param {string} symbol */
function variation(symbol) {
  const code = symbol.codePointAt(0) ?? 0;
  return code >= 0xfe00 && code <= 0xfe0f ? code - 0xfdff : code >= 0xe0100 && code <= 0xe01ef ? code - 0xe00ef : 0;
}

/** A character as a label: a space is shown as an open box, a combining mark on a dotted ring, what has no shape by its short name. @param {string} symbol */
export function visible(symbol) {
  if (MARKS[symbol]) return MARKS[symbol];
  const selector = variation(symbol);
  if (selector) return `VS${selector}`;
  return /^\p{M}/u.test(symbol) ? `◌${symbol}` : symbol;
}
