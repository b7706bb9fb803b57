import assert from "node:assert/strict";
import { test } from "node:test";
import { printZoom } from "../../../static/js/lesson/printing.js";
import { frameSnippet, readWishes, teacherLink } from "../../../static/js/lesson/teacher.js";
import { placeBubble } from "../../../static/js/lesson/terms.js";

const address = "https://example.org/rnn/lessons/cycle";

test("a link says only what differs from the plain lesson, and reads back as it was meant", () => {
  assert.equal(teacherLink({ address, at: "" }), address);
  const link = teacherLink({ address, at: "folded", hide: ["nav", "order"], lock: ["cut"], lang: "zh", theme: "dark", embed: true });
  assert.equal(link, `${address}?at=folded&hide=nav,order&lock=cut&embed=1&lang=zh&theme=dark`);
  assert.deepEqual(readWishes(new URL(link).search), { hide: ["nav", "order"], lock: ["cut"] });
});

test("what cannot be a name is not taken for one, and none is taken twice", () => {
  assert.deepEqual(readWishes("?hide=a,a,,%22%3E%3Cb%3E,9,T&lock=*"), { hide: ["a", "T"], lock: [] });
  assert.deepEqual(readWishes(""), { hide: [], lock: [] });
});

test("a frame's HTML holds no bare quote or ampersand of its address or title", () => {
  const html = frameSnippet(`${address}?at=folded&embed=1`, 'A "title" <b>');
  assert.match(html, /src="[^"]*at=folded&amp;embed=1"/);
  assert.match(html, /title="A &quot;title&quot; &lt;b>"/);
  assert.match(html, /^<iframe .*loading="lazy"><\/iframe>$/);
});

const screen = { width: 390, height: 844 };
const bubble = { width: 360, height: 120 };
const word = (/** @type {number} */ left, /** @type {number} */ top) => ({ left, top, right: left + 60, bottom: top + 20 });

test("a definition stands below its word, above it near the window's end, and inside the window always", () => {
  assert.deepEqual(placeBubble(word(10, 100), bubble, screen), { left: 10, top: 126 });
  assert.deepEqual(placeBubble(word(300, 100), bubble, screen), { left: 22, top: 126 });
  assert.deepEqual(placeBubble(word(10, 800), bubble, screen), { left: 10, top: 674 });
  const low = { width: 390, height: 150 };
  const { top } = placeBubble(word(10, 90), bubble, low);
  assert.ok(top >= 8 && top + bubble.height <= low.height);
});

test("a figure shrinks to the paper, whichever side is too long, and never grows", () => {
  assert.equal(printZoom(340, 400), 1);
  assert.equal(printZoom(850, 400), 0.8);
  assert.equal(printZoom(340, 1800), 0.5);
});
