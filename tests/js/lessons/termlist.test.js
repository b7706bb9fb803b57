import assert from "node:assert/strict";
import test from "node:test";
import { added, outer, presentTerms, size, spokenTerm, termCount, termsOf } from "../../../static/js/lessons/views/termlist.js";
import { norm } from "../../../static/js/trace.js";
import { run } from "../recurrent.js";

/** A trace with the vectors of L(t) at every k, by one backward pass of its own. @param {"every" | "last"} lossAt */
function withVectors(lossAt) {
  const trace = run({ lossAt });
  const { V, W } = trace.parameters;
  const da = trace.h.map((_, t) => {
    let g = V[0].map((v) => v * trace.do_[t][0]);
    const row = [];
    for (let k = t; k >= 0; k -= 1) {
      const delta = g.map((v, i) => v * (1 - trace.h[k][i] ** 2));
      row.unshift(Array.from(delta));
      g = W[0].map((_w, j) => W.reduce((sum, w, i) => sum + w[j] * delta[i], 0));
    }
    return row;
  });
  trace.answer = { credit: { vectors: { da } } };
  return trace;
}

test("a term for every use that the loss can reach, the near one first, with one factor more a step", () => {
  const terms = termsOf(withVectors("last"), "W", 5);
  assert.deepEqual(terms.map(({ k }) => k), [5, 4, 3, 2, 1]);
  assert.deepEqual(terms.map(({ factors }) => factors.length), [3, 4, 5, 6, 7]);
  assert.deepEqual(terms[2].factors.map(({ from, to }) => [from, to]), [[5, 5], [5, 5], [5, 4], [4, 3], [3, 2]]);
  assert.match(terms[2].factors[2].tex, /h\(5\).*h\(4\)/);
});

test("the matrix of a term has the norm that the answer gives it; so has its last factor", () => {
  const trace = withVectors("last");
  for (const letter of /** @type {const} */ (["W", "U"])) {
    for (const term of termsOf(trace, letter, 5)) {
      assert.ok(Math.abs(size(term.matrix) - term.size) < 1e-12, `${letter} ${term.k}`);
      assert.equal(term.factors.at(-1)?.norm, term.size);
    }
  }
});

test("norms along a path are those of the triangle's row", () => {
  const trace = withVectors("last");
  const [, , third] = termsOf(trace, "W", 5);
  const row = trace.credit.dh[4];
  assert.deepEqual(third.factors.slice(0, 4).map(({ norm: left }) => left), [norm(trace.do_[4]), row[4], row[3], row[2]]);
});

test("V has one term a loss, and none looks back", () => {
  const trace = withVectors("every");
  const terms = presentTerms(trace);
  assert.deepEqual(terms.map(({ t, k }) => [t, k]), [5, 4, 3, 2, 1].map((t) => [t, t]));
  for (const term of terms) assert.ok(Math.abs(size(term.matrix) - trace.shares.V[term.t - 1]) < 1e-12);
});

test("matrices are added entry by entry", () => {
  assert.deepEqual(outer([1, 2], [3, 4, 5]), [[3, 4, 5], [6, 8, 10]]);
  assert.deepEqual(added([[[1, 2]], [[3, 4]], [[-4, 0]]]), [[0, 6]]);
});

test("terms are counted in the triangle, and told", () => {
  const trace = withVectors("every");
  assert.deepEqual(termCount(trace), { last: 5, all: 15 });
  assert.match(spokenTerm(termsOf(trace, "W", 3)[1]), /^∂L\(3\)\/∂W, k = 2: \S+$/);
  assert.match(spokenTerm(presentTerms(trace)[0]), /^∂L\(5\)\/∂V, t = 5: \S+$/);
});
