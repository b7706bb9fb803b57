import assert from "node:assert/strict";
import test from "node:test";
import { causeKey } from "../../../static/js/views/microscope.js";
import { verdict } from "../../../static/js/verdict.js";
import { run } from "../recurrent.js";

/** @param {string} activation @param {Record<string, unknown>} [more] */
const key = (activation, more = {}) => {
  const trace = run();
  return causeKey({ ...trace, activation }, /** @type {any} */ ({ ...verdict(trace, { t: 5, k: 2 }), kind: "vanish", cause: "slope", flat: false, ...more }));
};

test("each activation is blamed for what it did", () => {
  assert.equal(key("tanh"), "verdict.vanish.tanh");
  assert.equal(key("tanh", { flat: true }), "verdict.vanish.saturated");
  assert.equal(key("sigmoid", { flat: true }), "verdict.vanish.sigmoid");
  assert.equal(key("leaky_relu"), "verdict.vanish.leaky");
  assert.equal(key("relu"), "verdict.vanish.switched");
  assert.equal(key("tanh", { cause: "W" }), "verdict.vanish.W");
});

test("what is carried is a share, or a factor where it grew", () => {
  assert.equal(key("tanh", { kind: "carried", start: 2, left: 1 }), "verdict.carried.rest");
  assert.equal(key("tanh", { kind: "carried", start: 1, left: 9.7 }), "verdict.carried.grown");
  assert.equal(key("tanh", { kind: "nothing" }), null);
});
