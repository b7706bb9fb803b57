import { isMatrix } from "./check.js";

/**
 * A network that came without a readout, and data for one that nothing on the page fits.
 *
 * @typedef {import("./own.js").OwnData} OwnData
 */

const STEPS = 20;

/** @param {number} n */
const identity = (n) => Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));

/** Without V the states are the outputs: V is then the identity, written out. @param {any} network */
export function withIdentity(network) {
  const { parameters } = network;
  if (!isMatrix(parameters?.W) || parameters.V) return network;
  const H = parameters.W[0].length;
  return { ...network, output: network.output === "softmax" ? "linear" : network.output, parameters: { ...parameters, V: identity(H), c: new Array(H).fill(0) } };
}

/** One blow at the first step, then silence: shows how long a network rings. @param {number} I @param {number} O @returns {OwnData} */
export function impulse(I, O) {
  return {
    name: "", x: Array.from({ length: STEPS }, (_, t) => new Array(I).fill(t === 0 ? 1 : 0)), y: Array.from({ length: STEPS }, () => new Array(O).fill(0)),
    output: "linear", labels: null, scale: null,
  };
}
