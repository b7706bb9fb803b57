/**
 * A part of the picture that can be pointed at, in the stage, a strip, a table or a formula.
 * The same part lights everywhere: views compare with `samePart`.
 *
 * kind: "U" x(t)→h(t) · "W" h(t−1)→h(t) · "V" h(t)→ŷ(t) · "b" · "c" · "x" "h" "a" "y" "L" at step t · "unit" i of h(t)
 *       "credit" loss t at step k · "slope" φ′(a(t)) · "step" a whole column. A part without t means every use of it.
 *
 * @typedef {"U"|"W"|"V"|"b"|"c"|"x"|"h"|"a"|"y"|"L"|"unit"|"credit"|"slope"|"step"} PartKind
 * @typedef {{ kind: PartKind, t?: number, k?: number, i?: number, of?: string }} Part   of: the gate or cell state a unit is
 *   pointed at in; it lights with the unit
 */

/** Does pointing at `a` light `b`? A part without a step stands for its use at every step. @param {Part | null} a @param {Part} b */
export function samePart(a, b) {
  if (!a || a.kind !== b.kind) return false;
  return agrees(a.t, b.t) && agrees(a.k, b.k) && agrees(a.i, b.i);
}

/** @param {number | undefined} x @param {number | undefined} y */
const agrees = (x, y) => x === undefined || y === undefined || x === y;

/** The step a part belongs to, if one. @param {Part | null} part */
export const stepOfPart = (part) => (part ? (part.kind === "credit" ? part.k : part.t) ?? null : null);
