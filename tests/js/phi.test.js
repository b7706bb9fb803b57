import assert from "node:assert/strict";
import test from "node:test";
import { apply, PHI } from "../../static/js/phi.js";

for (const [name, { f, slope, most }] of Object.entries(PHI)) {
  test(`${name}: the slope is the derivative, and never above its largest`, () => {
    for (let a = -5.03; a < 5; a += 0.37) {
      const numeric = (f(a + 1e-6) - f(a - 1e-6)) / 2e-6;
      assert.ok(Math.abs(slope(a) - numeric) < 1e-6, `a = ${a}`);
      assert.ok(slope(a) <= most + 1e-12);
    }
  });
  test(`${name}: stays finite far out`, () => {
    for (const a of [-1e3, 1e3]) assert.ok(Number.isFinite(f(a)) && Number.isFinite(slope(a)));
  });
}

test("the identity is written without a name", () => {
  assert.equal(apply(PHI.identity, "1"), "1");
  assert.equal(apply(PHI.tanh, "1"), "\\tanh(1)");
});
