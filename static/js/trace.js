/**
 * The page's one data model: the answer of /api/v1/bptt with rows as typed arrays. JSON has no Infinity; the API
 * writes null for what overflowed, and here null becomes NaN. Steps are counted from 1 in names and speech, rows from 0.
 *
 * @typedef {object} Trace
 * @property {number} T
 * @property {number} H
 * @property {number} I
 * @property {number} O
 * @property {CellName} cellName
 * @property {string} activation             of the plain cell; gated cells have their own
 * @property {"none"|"layer"|"batch"} normalization
 * @property {"softmax"|"sigmoid"|"linear"} output
 * @property {"every"|"last"} lossAt
 * @property {number | null} truncate
 * @property {string[] | null} labels        the alphabet: class index → symbol
 * @property {(string|null)[]} symbols       per step, the symbol of x(t) where it is one of an alphabet
 * @property {number[] | null} targets       per step, class index of y(t) for softmax, else null
 * @property {Float64Array[]} x              (T, I)
 * @property {Float64Array[] | null} y       (T, O) where the target is numeric
 * @property {{ mean: number, std: number } | null} scale   of a series
 * @property {Float64Array} h0               (H)
 * @property {Float64Array | null} cell0       (H) the LSTM's cell state before the first step
 * @property {Float64Array[]} a              (T, H); of a gated cell all gates' pre-activations, stacked: (T, 4H) or (T, 3H)
 * @property {Record<string, Float64Array[]> | null} gates   (T, H) each, null for the plain cell
 * @property {Float64Array[] | null} cell    (T, H) the LSTM's cell state
 * @property {Float64Array[]} h              (T, H)
 * @property {Float64Array[]} o              (T, O)
 * @property {Float64Array[]} yHat           (T, O)
 * @property {Float64Array} loss             (T), 0 where a step has no loss
 * @property {number} total
 * @property {Float64Array[]} dh             (T, H) ∂L/∂h(t), all later losses included
 * @property {Float64Array[] | null} dcell   (T, H) ∂L/∂cell(t), of the LSTM
 * @property {Float64Array[]} da             as a
 * @property {Float64Array[]} do_            (T, O)
 * @property {Float64Array[]} dx             (T, I)
 * @property {Float64Array} dh0              (H)
 * @property {Float64Array} dhNorm           (T)
 * @property {Float64Array} daNorm           (T)
 * @property {Float64Array | null} dcellNorm (T)
 * @property {Credit} credit
 * @property {{ U: Float64Array, W: Float64Array, V: Float64Array }} shares   (T) each
 * @property {{ spectralNorm: Float64Array, slopeMean: Float64Array, productNorm: Float64Array, spectralRadius: number, singularValues: Float64Array }} jacobians
 *   of a gated cell of the full state; no mean slope then, and the radius is the largest of its recurrent blocks
 * @property {{ half_life: number|null, doubling: number|null, r2: number|null, zeros: number }} horizon
 * @property {Record<string, Float64Array[]>} parameters   matrices as rows; vectors as one row
 * @property {Record<string, number>} gradientNorms
 * @property {{ scale: number|Record<string, number>|null, norm_before: number, norm_after: number, gradients: Record<string, any> } | null} clipped
 * @property {{ by: "norm" | "matrix" | "value", threshold: number } | null} clip   as asked for
 * @property {number} parameterCount
 * @property {{ step: number, what: string } | null} overflow
 * @property {any} answer                    the API's own JSON, for export
 *
 * @typedef {"rnn"|"lstm"|"gru"} CellName
 * @typedef {object} Credit  rows t = 0..T−1, each of t+1 columns k = 0..t
 * @property {Float64Array[]} dh   ‖∂L(t)/∂h(k)‖
 * @property {Float64Array[]} da   ‖∂L(t)/∂a(k)‖
 * @property {Float64Array[] | null} dcell   ‖∂L(t)/∂cell(k)‖, of the LSTM
 * @property {Float64Array[]} dW   ‖the term's share of ∂L(t)/∂W‖
 * @property {Float64Array[]} dU   ‖the term's share of ∂L(t)/∂U‖
 */

/** @param {(number|null)[]} row */
function vector(row) {
  const values = new Float64Array(row.length); // a third of the time of Float64Array.from, and a training reads many
  for (let i = 0; i < row.length; i += 1) values[i] = row[i] ?? NaN;
  return values;
}

/** @param {(number|null)[][]} rows */
const matrix = (rows) => rows.map(vector);

/** @param {(number|null)[][] | null | undefined} rows */
const maybe = (rows) => (rows ? matrix(rows) : null);

/** A parameter as rows, a vector being one row. @param {any} value */
const rowsOf = (value) => (Array.isArray(value[0]) ? matrix(value) : [vector(value)]);

/** @param {Float64Array} row */
export const norm = (row) => Math.hypot(...row);

/** The one symbol of a one-hot row, or null. @param {Float64Array} row @param {string[] | null} labels */
function symbolOf(row, labels) {
  const at = labels ? row.indexOf(1) : -1;
  return labels && at >= 0 ? labels[at] : null;
}

/**
 * The trace of an answer to /bptt without a batch.
 * @param {any} answer @param {{ truncate?: number | null, clip?: Trace["clip"] }} [asked]  what the question was, where the answer does not repeat it
 * @returns {Trace}
 */
export function readTrace(answer, asked = {}) {
  const { network, data, forward, loss, backward, credit, shares, jacobians } = answer;
  const x = matrix(data.x);
  const dh = matrix(backward.dh);
  const da = matrix(backward.da);
  const dcell = maybe(backward.dcell);
  const H = forward.h[0].length;
  const softmax = network.output === "softmax";
  return {
    T: x.length, H, I: x[0].length, O: forward.o[0].length,
    cellName: network.cell ?? "rnn", activation: network.activation, normalization: network.normalization ?? "none", output: network.output, lossAt: data.loss_at, truncate: asked.truncate ?? null,
    labels: data.labels ?? null, symbols: x.map((row) => symbolOf(row, data.labels)),
    targets: softmax ? data.y : null, y: softmax ? null : matrix(data.y), scale: data.scale ?? null,
    x, h0: vector(data.h0), a: matrix(forward.a), h: matrix(forward.h), o: matrix(forward.o), yHat: matrix(forward.y_hat),
    loss: vector(loss.per_step), total: loss.total ?? NaN,
    gates: readGates(forward.gates), cell: maybe(forward.cell), cell0: forward.cell ? vector(data.cell0 ?? new Array(H).fill(0)) : null,
    dh, da, dcell, do_: matrix(backward.do), dx: matrix(backward.dx), dh0: vector(backward.dh0),
    dhNorm: Float64Array.from(dh, norm), daNorm: Float64Array.from(da, norm),
    dcellNorm: dcell && Float64Array.from(dcell, norm),
    credit: { dh: matrix(credit.dh_norm), da: matrix(credit.da_norm), dW: matrix(credit.dW_norm), dU: matrix(credit.dU_norm), dcell: maybe(credit.dcell_norm) },
    shares: { U: vector(shares.U), W: vector(shares.W), V: vector(shares.V) },
    jacobians: {
      spectralNorm: vector(jacobians.spectral_norm), slopeMean: vector(jacobians.slope_mean ?? []),
      productNorm: vector(jacobians.product_norm), spectralRadius: jacobians.spectral_radius ?? NaN,
      singularValues: vector(jacobians.singular_values ?? []),
    },
    horizon: answer.horizon,
    parameters: Object.fromEntries(Object.entries(network.parameters).map(([name, value]) => [name, rowsOf(value)])),
    gradientNorms: answer.gradient_norms, clipped: answer.clipped, clip: asked.clip ?? null, parameterCount: answer.parameter_count,
    overflow: answer.overflow, answer,
  };
}

/** @param {Record<string, (number|null)[][]> | null | undefined} gates */
const readGates = (gates) => (gates ? Object.fromEntries(Object.entries(gates).map(([name, rows]) => [name, matrix(rows)])) : null);

/** A number of the answer as it is written: in a trace that overflowed, what is no number is infinite. @param {Pick<Trace, "overflow">} trace @param {number} v */
export const told = (trace, v) => (trace.overflow && Number.isNaN(v) ? Infinity : v);

/** Has step t (from 1) a loss? @param {Trace} trace @param {number} t */
export const hasLoss = (trace, t) => trace.lossAt === "every" || t === trace.T;

/** Does row t (from 1) of the triangle reach column k, or has `truncate` cut it off? @param {Trace} trace @param {number} t @param {number} k */
export const reaches = (trace, t, k) => k <= t && (trace.truncate === null || k > t - trace.truncate);

/**
 * The microscope: along the path from L(t) to h(k), each factor split into slope and W for the vector that travels.
 * Ratios of the engine's own norms. @param {Trace} trace @param {import("./playhead.js").Path} path
 * @returns {{ step: number, slope: number, w: number, both: number, left: number }[]}  step j: h(j) → h(j−1), from t down to k+1
 */
export function pathFactors(trace, { t, k }) {
  const dh = trace.credit.dh[t - 1];
  const da = trace.credit.da[t - 1];
  const factors = [];
  for (let j = t; j > k; j -= 1) {
    const [at, inside, next] = [dh[j - 1], da[j - 1], dh[j - 2]];
    factors.push({ step: j, slope: inside / at, w: next / inside, both: next / at, left: next });
  }
  return factors;
}
