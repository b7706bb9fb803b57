/**
 * Two gradients of the same parameters held against each other: lengths, the angle between them, and what is missing.
 * Numbers come from the server's answers; nothing here is a gradient of its own.
 *
 * @typedef {Record<string, any>} Gradients   a parameter's name → nested arrays, null where the arithmetic overflowed
 *
 * @typedef {object} Pair
 * @property {string} name      of the parameter; ALL for all of them as one vector
 * @property {number} before    ‖g‖
 * @property {number} after     ‖g′‖
 * @property {number} angle     between g and g′, in degrees; NaN where one of them is zero or has overflowed
 * @property {number} lost      ‖g − g′‖ / ‖g‖; 0 where both are zero
 * @property {number} most      the largest |entry| of g
 * @property {number} touched   entries in which g and g′ differ
 * @property {number} count     entries
 */

export const ALL = "total";

/** Numbers of nested arrays, one after the other; null, an overflow, is NaN. @param {any} value @returns {number[]} */
export const flatten = (value) => (Array.isArray(value) ? value.flatMap(flatten) : [value ?? NaN]);

/** Euclidean norm that neither overflows nor underflows. @param {number[]} v */
export function length(v) {
  const most = largest(v);
  if (!(most > 0) || most === Infinity) return most;
  return most * Math.sqrt(v.reduce((sum, x) => sum + (x / most) ** 2, 0));
}

/** The largest |entry|, NaN if any is. @param {number[]} v */
const largest = (v) => v.reduce((most, x) => (Number.isNaN(x) || Number.isNaN(most) ? NaN : Math.max(most, Math.abs(x))), 0);

/** The angle between two vectors in degrees; exact near 0° too, where an arc cosine is not (Kahan). @param {number[]} p @param {number[]} q */
export function angleBetween(p, q) {
  const [sizeP, sizeQ] = [length(p), length(q)];
  if (!(sizeP > 0 && sizeQ > 0 && Number.isFinite(sizeP + sizeQ))) return NaN;
  const unit = p.map((x, i) => [x / sizeP, q[i] / sizeQ]);
  return (360 / Math.PI) * Math.atan2(length(unit.map(([x, y]) => x - y)), length(unit.map(([x, y]) => x + y)));
}

/** @param {string} name @param {number[]} before @param {number[]} after @returns {Pair} */
function pair(name, before, after) {
  const [size, gap] = [length(before), length(before.map((x, i) => x - after[i]))];
  return {
    name, before: size, after: length(after), angle: angleBetween(before, after), lost: size === 0 ? 0 : gap / size,
    most: largest(before), touched: before.filter((x, i) => x !== after[i]).length, count: before.length,
  };
}

/** Each parameter of g beside the same of g′, then all of them as one vector. @param {Gradients} before @param {Gradients} after @returns {Pair[]} */
export function compareGradients(before, after) {
  const names = Object.keys(before);
  const flat = names.map((name) => [flatten(before[name]), flatten(after[name])]);
  const all = [0, 1].map((side) => flat.flatMap((sides) => sides[side]));
  return [...names.map((name, i) => pair(name, flat[i][0], flat[i][1])), pair(ALL, all[0], all[1])];
}

const GREEK = { gamma: "\\gamma" };

/** A parameter's name as a formula: W_l1_reverse → W with layer and arrow, gamma_U → γ_U. @param {string} name */
export function parameterTex(name) {
  if (name === ALL) return "\\nabla L";
  const [, stem, layer, reverse] = /** @type {RegExpExecArray} */ (/^(.*?)(?:_l(\d+))?(_reverse)?$/.exec(name));
  const [letter, ...index] = stem.split("_");
  const symbol = "UWV".includes(letter) ? `\\${letter}` : GREEK[/** @type {"gamma"} */ (letter)] ?? letter;
  const marks = [layer && layer !== "0" ? `(${Number(layer) + 1})` : "", reverse ? "\\leftarrow" : ""].join("");
  return symbol + (index.length ? `_{${index.join("")}}` : "") + (marks ? `^{${marks}}` : "");
}
