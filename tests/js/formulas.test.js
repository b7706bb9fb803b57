import assert from "node:assert/strict";
import test from "node:test";
import katex from "katex";
import { gradientSum, pathProduct, pathTerm, texNumber } from "../../static/js/formulas.js";
import { run } from "./recurrent.js";

const MACROS = { "\\U": "U", "\\W": "W", "\\V": "V" };
const renders = (/** @type {string} */ tex) => katex.renderToString(tex, { macros: { ...MACROS }, trust: true, strict: false });
const count = (/** @type {string} */ tex, /** @type {string} */ piece) => tex.split(piece).length - 1;
const all = { fallen: true, joined: true };

test("numbers of the page become numbers of a formula", () => {
  assert.equal(texNumber("−0.12"), "-0.12");
  assert.equal(texNumber("2.8×10⁻⁷"), "2.8\\times 10^{-7}");
  assert.equal(texNumber("4×10¹²"), "4\\times 10^{12}");
  assert.equal(texNumber("∞"), "\\infty");
  for (const text of ["−0.12", "2.8×10⁻⁷", "287\u202f000", "1.5%"]) renders(texNumber(text));
});

test("the gradient of a step has the pieces that it has", () => {
  const every = run();
  assert.equal(count(gradientSum(every, 2, all), "\\underbrace"), 2);
  assert.equal(count(gradientSum(every, 5, all), "\\underbrace"), 1);
  assert.match(gradientSum(every, 5, all), /\\V/);
  assert.doesNotMatch(gradientSum(run({ lossAt: "last" }), 2, all), /\\V/);
  renders(gradientSum(every, 2, all));
});

test("a norm that is not computed yet is an ellipsis", () => {
  assert.equal(count(gradientSum(run(), 2, { fallen: true, joined: false }), "\\ldots"), 1);
  assert.equal(count(gradientSum(run(), 2, { fallen: false, joined: false }), "\\ldots"), 2);
});

test("a term is written out with up to four Jacobians, with dots beyond", () => {
  const trace = run();
  for (const k of [1, 2, 3, 4]) assert.equal(count(pathTerm(trace, { t: 5, k }), "\\operatorname{diag}"), 5 - k);
  assert.equal(count(pathTerm(trace, { t: 5, k: 5 }), "\\operatorname{diag}"), 0);
  const long = pathTerm(trace, { t: 9, k: 2 });
  assert.equal(count(long, "\\operatorname{diag}"), 3);
  assert.match(long, /a\(9\).*a\(8\).*\\cdots.*a\(3\)/);
  for (const k of [1, 5]) renders(pathTerm(trace, { t: 5, k }));
});

test("a path of one step has no product", () => {
  assert.doesNotMatch(pathProduct(run(), { t: 4, k: 4 }), /\\prod/);
  assert.match(pathProduct(run(), { t: 4, k: 2 }), /\\prod_\{j=3\}\^\{4\}/);
  renders(pathProduct(run(), { t: 4, k: 2 }, "0.015"));
});
