/**
 * One step of each cell by the letter of its equations, with numbers of its own, as a trace: what the graphs are held
 * against. T = 3, the step is 2; the gradients that arrive from outside are made up.
 *
 * @typedef {import("../../../static/js/trace.js").Trace} Trace
 * @typedef {"rnn" | "layer" | "lstm" | "gru"} Case
 */

export const [H, I, STEP] = [3, 2, 2];
const ROWS = { rnn: 1, layer: 1, lstm: 4, gru: 3 };

/** Numbers that look drawn, the same each time. @param {number} seed */
function draw(seed) {
  let at = seed;
  return () => {
    at = (at * 16807) % 2147483647;
    return (at / 2147483647) * 2 - 1;
  };
}

/** @param {() => number} next @param {number} n */
const row = (next, n) => Float64Array.from({ length: n }, next);

/** @param {Float64Array[]} M @param {Float64Array} v */
const times = (M, v) => M.map((m) => m.reduce((sum, x, j) => sum + x * v[j], 0));

/** @param {number} a */
const sigma = (a) => 1 / (1 + Math.exp(-a));

/** @param {Case} name @returns {Trace} */
export function step(name) {
  const next = draw(7 + name.length);
  const n = ROWS[name] * H;
  const matrix = (/** @type {number} */ rows, /** @type {number} */ columns) => Array.from({ length: rows }, () => row(next, columns));
  const trace = {
    T: 3, H, I, O: 2, cellName: name === "layer" ? "rnn" : name, activation: "tanh", normalization: name === "layer" ? "layer" : "none",
    lossAt: "every", truncate: null, x: matrix(3, I), h0: row(next, H), h: matrix(3, H), do_: matrix(3, 2), dh: matrix(3, H), da: matrix(3, n),
    cell0: name === "lstm" ? row(next, H) : null, cell: name === "lstm" ? matrix(3, H) : null, dcell: name === "lstm" ? matrix(3, H) : null,
    parameters: { U: matrix(n, I), W: matrix(n, H), b: [row(next, n)], b_hn: [row(next, H)], gamma: [row(next, H)], V: matrix(2, H), c: [row(next, 2)] },
  };
  return /** @type {any} */ (trace);
}

/** What step 2 computes, by the equations of DESIGN, the rows of its gates cut out by hand. @param {Case} name @param {Trace} trace */
export function byHand(name, { x, h, cell, parameters: { U, W, b, b_hn, gamma } }) {
  const [Ux, Wh] = [times(U, x[STEP - 1]), times(W, h[STEP - 2])];
  const a = Ux.map((u, i) => u + Wh[i] + b[0][i]);
  const at = (/** @type {number[]} */ v, /** @type {number} */ gate) => v.slice(gate * H, (gate + 1) * H);
  if (name === "rnn") return { h: a.map(Math.tanh) };
  if (name === "layer") {
    const s = Ux.map((u, i) => u + Wh[i]);
    const mean = s.reduce((p, q) => p + q) / H;
    const deviation = Math.sqrt(s.reduce((p, q) => p + (q - mean) ** 2, 0) / H + 1e-5);
    return { h: s.map((v, i) => Math.tanh(gamma[0][i] * (v - mean) / deviation + b[0][i])) };
  }
  if (name === "lstm") {
    const [i, f, g, o] = [at(a, 0).map(sigma), at(a, 1).map(sigma), at(a, 2).map(Math.tanh), at(a, 3).map(sigma)];
    const state = f.map((keep, j) => keep * /** @type {Float64Array[]} */ (cell)[STEP - 2][j] + i[j] * g[j]);
    return { h: state.map((c, j) => o[j] * Math.tanh(c)), cell: state };
  }
  const [r, z] = [at(a, 0).map(sigma), at(a, 1).map(sigma)];
  const q = at(Wh, 2).map((v, j) => v + b_hn[0][j]);
  const n = at(Ux, 2).map((u, j) => Math.tanh(u + b[0][2 * H + j] + r[j] * q[j]));
  return { h: n.map((v, j) => (1 - z[j]) * v + z[j] * h[STEP - 2][j]) };
}
