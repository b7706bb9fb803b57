import assert from "node:assert/strict";
import test from "node:test";
import { setMessages, t } from "../../static/js/i18n.js";

setMessages({ greeting: "{who} greets {who} {n} times", plain: "nothing to fill" });

test("placeholders are filled, each time they stand", () => {
  assert.equal(t("greeting", { who: "h", n: 3 }), "h greets h 3 times");
});

test("a missing value leaves its placeholder in sight", () => {
  assert.equal(t("greeting", { who: "$&" }), "$& greets $& {n} times");
});

test("a message without placeholders needs no values", () => {
  assert.equal(t("plain"), "nothing to fill");
});

test("an unknown key shows itself", () => {
  assert.equal(t("no.such.key"), "no.such.key");
});
