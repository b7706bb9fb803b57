import assert from "node:assert/strict";
import test from "node:test";
import { fixed, percent, plain, powerOfTen, raised, short, visible } from "../../static/js/format.js";

test("a fixed number has a true minus, and no minus zero", () => {
  assert.deepEqual([1.005, -0.5, -0.001, 0, -0].map((v) => fixed(v)), ["1.00", "−0.50", "0.00", "0.00", "0.00"]);
  assert.equal(fixed(-2.71828, 3), "−2.718");
});

test("what is no number is a dash, what is infinite has its sign", () => {
  for (const write of [fixed, short, percent]) assert.deepEqual([write(NaN), write(Infinity)], ["–", "∞"]);
  assert.equal(fixed(-Infinity), "−∞");
  assert.equal(short(Infinity), "∞");
});

test("a short number keeps two digits, powers of ten where it is small or large", () => {
  const cases = /** @type {[number, string][]} */ ([
    [0, "0"], [0.015, "0.015"], [0.5, "0.50"], [2.64, "2.64"], [31.25, "31.25"], [287.4, "287"], [1234, "1\u202f234"], [287000, "287\u202f000"],
    [0.001, "0.0010"], [0.00099, "9.9×10⁻⁴"], [2.83e-7, "2.8×10⁻⁷"], [1.5e6, "1.5×10⁶"], [1e300, "1.0×10³⁰⁰"], [-0.015, "−0.015"], [-4e-9, "−4.0×10⁻⁹"],
  ]);
  for (const [value, text] of cases) assert.equal(short(value), text);
  assert.equal(short(3.14159, 3), "3.14");
  assert.equal(short(0.012345, 3), "0.0123");
});

test("a rounded number never shows more digits than its own size has", () => {
  assert.equal(short(99.999), "100");
  assert.equal(short(0.0999), "0.10");
  assert.equal(short(0.009996), "0.010");
  assert.equal(short(999999.7), "1.0×10⁶");
  assert.equal(short(0.0009996), "0.0010");
});

test("plain drops zeros at the end, and nothing else", () => {
  assert.deepEqual([1, 0.5, 0.005, 100, 1000, 2e-7, 2.5e8, 0].map((v) => plain(v)), ["1", "0.5", "0.005", "100", "1\u202f000", "2×10⁻⁷", "2.5×10⁸", "0"]);
});

test("shares are percentages, the smallest not called zero", () => {
  assert.deepEqual([0, 0.0001, 0.001, 0.0154, 0.0999, 0.5, 0.995, 1, 12.3].map(percent), ["0%", "< 0.1%", "0.1%", "1.5%", "10%", "50%", "100%", "100%", "1230%"]);
});

test("powers of ten as ticks", () => {
  assert.deepEqual([-12, -1, 0, 1, 2, 10].map(powerOfTen), ["10⁻¹²", "10⁻¹", "1", "10", "10²", "10¹⁰"]);
  assert.equal(raised(-307), "⁻³⁰⁷");
});

test("characters that cannot be seen are shown", () => {
  assert.deepEqual([" ", "\n", "\t", "\u3000", "a", "学", "🙂"].map(visible), ["␣", "↵", "⇥", "□", "a", "学", "🙂"]);
  assert.deepEqual(["\u200d", "\ufe0f", "\ufe00", "\u{e0100}", "\u0301", "\u20e3", "\u00a0"].map(visible), ["ZWJ", "VS16", "VS1", "VS17", "◌\u0301", "◌\u20e3", "NBSP"]);
});
