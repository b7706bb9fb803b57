import assert from "node:assert/strict";
import test from "node:test";
import { backwardReveal, forwardReveal, pathReveal, subjectOf } from "../../static/js/reveal.js";

const ms = (/** @type {number} */ time) => time / 1200;

test("nothing is shown before a step begins, all of it when it is done", () => {
  assert.deepEqual(forwardReveal(0, 8, false), { sent: 0, met: 0, lit: 0, predicted: false, lost: false });
  assert.deepEqual(forwardReveal(1, 8, false), { sent: 8, met: 8, lit: 8, predicted: true, lost: true });
  assert.deepEqual(backwardReveal(0, 5, false), { fallen: false, joined: false, credited: 0, shared: false });
  assert.deepEqual(backwardReveal(1, 5, false), { fallen: true, joined: true, credited: 5, shared: true });
});

test("the stages of a forward step come one after another", () => {
  assert.equal(forwardReveal(ms(349), 8, false).sent, 7, "a row is out once it is whole, as in the stage");
  assert.deepEqual(forwardReveal(ms(350), 8, false), { sent: 8, met: 0, lit: 0, predicted: false, lost: false });
  assert.deepEqual(forwardReveal(ms(500), 8, false), { sent: 8, met: 8, lit: 0, predicted: false, lost: false });
  assert.equal(forwardReveal(ms(500 + (300 * 5) / 8), 8, false).lit, 5);
  assert.deepEqual(forwardReveal(ms(1000), 8, false), { sent: 8, met: 8, lit: 8, predicted: true, lost: false });
});

test("more is shown as time goes by, never less", () => {
  let before = 0;
  for (let time = 0; time <= 1200; time += 10) {
    const { sent, met, lit, predicted, lost } = forwardReveal(ms(time), 13, false);
    const now = sent + met + lit + Number(predicted) + Number(lost);
    assert.ok(now >= before, `${time} ms`);
    before = now;
  }
});

test("reduced motion shows the finished step at once", () => {
  assert.deepEqual(forwardReveal(0.01, 8, true), forwardReveal(1, 8, false));
  assert.deepEqual(backwardReveal(0.01, 8, true), backwardReveal(1, 8, false));
  assert.equal(forwardReveal(0, 8, true).sent, 0);
  assert.equal(pathReveal(0.01, true), 3);
});

test("a factor of a path comes in three levels", () => {
  assert.deepEqual([0, 0.2, 0.5, 0.9, 1].map((p) => pathReveal(p, false)), [0, 1, 2, 3, 3]);
});

test("the inspector speaks of the pass that is on, of a path once it is computed", () => {
  const path = { t: 9, k: 3 };
  assert.equal(subjectOf({ T: 10 }, { head: { pass: "forward", at: 10 }, path }), "equation");
  assert.equal(subjectOf({ T: 10 }, { head: { pass: "backward", at: 10 }, path: null }), "contributions");
  assert.equal(subjectOf({ T: 10 }, { head: { pass: "backward", at: 5 }, path }), "contributions");
  assert.equal(subjectOf({ T: 10 }, { head: { pass: "backward", at: 8 }, path }), "microscope");
  assert.equal(subjectOf({ T: 10 }, { head: { pass: "path", at: 0 }, path }), "microscope");
});
