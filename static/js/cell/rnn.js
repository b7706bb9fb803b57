/**
 * The plain cell: h(t) = φ(U x(t) + W h(t−1) + b), with layer normalization between the sum and b where there is one.
 *
 * @typedef {import("./wiring.js").Wiring} Wiring
 * @param {boolean} normalized @returns {Wiring}
 */
export function rnn(normalized) {
  const before = normalized ? "norm" : "a";
  const phiX = normalized ? 490 : 450;
  return {
    name: "rnn", parts: [], size: { width: 760, height: 396 }, legend: [596, 340],
    nodes: [
      { id: "x", kind: "x", at: [60, 330] },
      { id: "h0", kind: "h0", at: [60, 190] },
      { id: "Ux", kind: "matrix", parameter: "U", at: [150, 330], sign: "U" },
      { id: "Wh", kind: "matrix", parameter: "W", at: [150, 190], sign: "W" },
      { id: "a", kind: "sum", at: [300, 190], sign: "+", ...(normalized ? {} : { parameter: "b", word: "cell.plusB" }) },
      ...(normalized ? [{ id: "norm", kind: /** @type {const} */ ("normalize"), at: /** @type {[number, number]} */ ([400, 190]), sign: "LN", word: "cell.layer" }] : []),
      { id: "phi", kind: "phi", at: [phiX, 190], sign: "φ", word: "cell.activation" },
      { id: "h", kind: "h", at: [590, 190], below: true },
    ],
    wires: [
      { id: "x", from: "x", to: "Ux", points: [[77, 330], [134, 330]], label: [106, 318], bare: true },
      { id: "h0", from: "h0", to: "Wh", points: [[73, 190], [134, 190]], label: [104, 178], bare: true },
      { id: "Ux", from: "Ux", to: "a", points: [[166, 330], [300, 330], [300, 202]], label: [226, 330] },
      { id: "Wh", from: "Wh", to: "a", points: [[166, 190], [288, 190]], label: [226, 190] },
      ...(normalized ? [{ id: "s", from: "a", to: "norm", points: /** @type {[number, number][]} */ ([[312, 190], [376, 190]]), label: /** @type {[number, number]} */ ([344, 190]) }] : []),
      { id: "a", from: before, to: "phi", points: [[normalized ? 424 : 312, 190], [phiX - 24, 190]], label: [normalized ? 445 : 369, 190] },
      { id: "phi", from: "phi", to: "h", points: [[phiX + 24, 190], [577, 190]], label: [(phiX + 601) / 2, 178], bare: true },
      { id: "readout", from: "h", to: "readout", points: [[590, 158], [590, 72]], label: [600, 116], bare: true },
      { id: "next", from: "h", to: "next", points: [[603, 190], [730, 190]], label: [666, 178], bare: true },
    ],
    operations: [
      { name: "input", nodes: ["Ux"], tex: (t) => `\\U\\,x(${t})`, back: (t) => `\\U^{\\top}\\delta(${t})`, from: "x" },
      { name: "memory", nodes: ["Wh"], tex: (t) => `\\W\\,h(${t - 1})`, back: (t) => `\\W^{\\top}\\delta(${t})`, from: "h0" },
      ...(normalized ? [
        { name: "sum", nodes: ["a"], tex: (/** @type {number} */ t) => `s(${t}) = \\U\\,x(${t}) + \\W\\,h(${t - 1})`, back: (/** @type {number} */ t) => `\\partial L/\\partial s(${t})`, from: "Ux" },
        { name: "layer", nodes: ["norm"], tex: (/** @type {number} */ t) => `a(${t}) = \\gamma \\odot \\operatorname{LN}(s(${t})) + b`, back: (/** @type {number} */ t) => `\\operatorname{LN}'(s(${t}))^{\\top}\\,(\\gamma \\odot \\delta(${t}))`, from: "s" },
      ] : [
        { name: "sum", nodes: ["a"], tex: (/** @type {number} */ t) => `a(${t}) = \\U\\,x(${t}) + \\W\\,h(${t - 1}) + b`, back: (/** @type {number} */ t) => `\\delta(${t})`, from: "Ux" },
      ]),
      { name: "activation", nodes: ["phi", "h"], tex: (t) => `h(${t}) = \\varphi(a(${t}))`, back: (t) => `\\delta(${t}) = \\varphi'(a(${t})) \\odot \\partial L/\\partial h(${t})`, from: "a" },
    ],
  };
}
