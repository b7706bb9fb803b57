import { Refused } from "./check.js";

/**
 * Gradients as people paste them: JSON, a Python dict, lines such as `W = np.array([[…]])`, what NumPy or PyTorch prints.
 *
 * @typedef {number | any[]} Nested   numbers in lists in lists
 */

const NAME = /["']?([A-Za-z][A-Za-z0-9_]*)["']?\s*[:=]\s*/y;
const WRAPPER = /(?:np\.|numpy\.|torch\.)?(?:array|tensor|asarray|Parameter)\s*\(|Parameter containing:\s*/y;
const NUMBER = /[-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+−]?\d+)?/y;
const SPACE = /[\s,]*/y;
const MOST = 8 * 2 ** 20;

/** @param {string} text @param {string[]} known  the parameters' names @returns {Record<string, Nested>} @throws {Refused} */
export function readGradients(text, known) {
  if (!text.trim()) throw new Refused("fault.grade.empty", { name: known[0] });
  if (text.length > MOST) throw new Refused("fault.open.large", { most: MOST / 2 ** 20 });
  /** @type {Record<string, Nested>} */
  const found = {};
  const reader = createReader(text);
  for (let name = reader.name(known); name !== null; name = reader.name(known)) {
    if (Object.hasOwn(found, name)) throw new Refused("fault.grade.twice", { name });
    found[name] = reader.value();
  }
  if (!Object.keys(found).length) throw new Refused("fault.grade.unnamed", { names: known.join(", ") });
  return found;
}

/** @param {string} text */
function createReader(text) {
  let at = 0;
  const match = (/** @type {RegExp} */ pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  const line = () => text.slice(0, at).split("\n").length;

  /** @returns {Nested} */
  function value() {
    match(/\s*/y);
    while (match(WRAPPER)) match(/\s*/y);
    if (text[at] === "[" || text[at] === "(") return list(text[at] === "[" ? "]" : ")");
    const number = match(NUMBER);
    if (number) return Number(number[0].replaceAll("−", "-"));
    if (text.startsWith("...", at)) throw new Refused("fault.grade.shortened", { line: line() });
    throw new Refused("fault.grade.item", { line: line(), item: text.slice(at, at + 12).split("\n")[0] || "…" });
  }

  /** @param {string} end */
  function list(end) {
    at += 1;
    /** @type {Nested[]} */
    const items = [];
    for (;;) {
      match(SPACE);
      if (at >= text.length) throw new Refused("fault.grade.open", { line: line() });
      if (text[at] === end) break;
      items.push(value());
    }
    at += 1;
    return items;
  }

  return {
    value,
    /** The next known name with something after it; null at the end. @param {string[]} known */
    name(known) {
      for (; at < text.length; at += 1) {
        if (!/["'A-Za-z]/.test(text[at]) || /\w/.test(text[at - 1] ?? "")) continue;
        const before = at;
        const name = match(NAME)?.[1] ?? "";
        const letter = known.find((one) => one === name || name === `d${one}` || name === `grad_${one}` || name === `${one}_grad`);
        if (letter) return letter;
        at = before;
      }
      return null;
    },
  };
}
