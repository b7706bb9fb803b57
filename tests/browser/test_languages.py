"""Both languages are whole: no key of the catalogue shows, and no word of the other language."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.instrument import BPTT, Instrument, show

# Names that are the same in every language: activations, schemes and letters as they are written
# in formulas and programs, the product, the API, JSON, the sequence and its preset.
NAMES = re.compile(
    r"hello world|Unrolled|\bAPI\b|\bRNN\b|\bLSTM\b|\bGRU\b|leaky ReLU|ReLU|tanh|sigmoid"
    r"|Xavier|\bEsc\b|\br²|\bJSON\b"
)
KEY = re.compile(r"\b[a-z]+\.[a-zA-Z]+(\.[a-zA-Z]+)*\b")
WORD = re.compile(r"[A-Za-z]{2,}")
CJK = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
PLACEHOLDER = re.compile(r"\{\w+\}")

# Everything a reader sees or hears but formulas, the sequence itself and links to other languages.
TEXTS = """() => {
  const texts = new Set([document.title]);
  const skipped = "script, style, .katex, svg text, [data-language], textarea, noscript";
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    if (!walk.currentNode.parentElement.closest(skipped)) texts.add(walk.currentNode.data.trim());
  }
  for (const element of document.querySelectorAll("[aria-label], [title], [aria-valuetext]")) {
    if (element.closest("[data-language]")) continue;
    for (const name of ["aria-label", "title", "aria-valuetext", "placeholder"]) {
      texts.add(element.getAttribute(name) ?? "");
    }
  }
  return [...texts].filter(Boolean);
}"""


def states(it: Instrument) -> Iterator[str]:
    """Bring the page into one state after the other."""
    yield "default"
    it.choose("transport.mode", "transport.forward")
    it.time.fill("4")
    expect(it.time).to_have_value("4")
    yield "forward"
    it.page.mouse.move(*it.column_centre(3, "hidden"))
    it.choose("transport.mode", "transport.both")
    it.button("transport.last").click()
    it.page.mouse.move(*it.cell(9, 3))
    expect(it.tooltip).to_be_visible()
    it.page.mouse.down()
    it.page.mouse.up()
    expect(it.title).to_have_text(it.say("narration.path", t=9, k=3))
    yield "path"
    it.page.keyboard.press("End")
    it.switch("controls.truncate")
    it.select("controls.clip").select_option("norm")
    expect(it.title).to_have_text(it.say("narration.path", t=9, k=3))
    yield "cut and clipped"
    it.page.keyboard.press("Escape")
    it.choose("controls.lossAt", "controls.loss.last")
    it.time.fill("5")
    expect(it.title).to_have_text(it.say("narration.backward", step=5))
    yield "last only"
    it.text.fill("a")
    expect(it.fault).to_be_visible()
    yield "fault"
    it.choose("controls.kind", "controls.sunspots")
    it.shows(T=50, H=8)
    yield "sunspots"
    it.choose("controls.kind", "controls.numbers")
    it.shows(T=10, H=8)
    it.page.route(BPTT, lambda route: route.abort())
    it.spin("controls.H").fill("6")
    expect(it.page.get_by_role("alert")).to_be_visible()
    yield "failure"


@pytest.mark.parametrize(("locale", "language"), [("zh-CN", "zh"), ("en-GB", "en")])
def test_no_word_is_left_untranslated(
    open_page: Callable[..., Page], watch: Any, locale: str, language: str
) -> None:
    watch.allow(r"^console: Failed to load resource")
    it = show(open_page("/", locale=locale), language)
    expect(it.page.locator("html")).to_have_attribute("lang", language)
    foreign = WORD if language == "zh" else CJK
    chinese_preset = it.words["preset.chinese.title"]
    left: list[str] = []
    for state in states(it):
        texts = it.page.evaluate(TEXTS)
        assert len(texts) > 80, state
        for text in texts:
            plain = NAMES.sub(" ", text)
            if KEY.search(plain) or PLACEHOLDER.search(plain) or foreign.search(plain):
                left.append(f"{state}: {text}")
    assert left == []
    assert it.page.get_by_role("button", name=chinese_preset).count() == 1


def test_the_switch_keeps_the_picture(open_page: Callable[..., Page]) -> None:
    it = show(open_page("/?text=abcabc&H=5&seed=9"))
    it.time.fill("3")
    expect(it.page).to_have_url(re.compile("step=3"))
    name = Instrument(it.page, "zh").words["language.name"]
    it.page.get_by_role("link", name=name).click()
    other = show(it.page, "zh")
    expect(other.page.locator("html")).to_have_attribute("lang", "zh")
    expect(other.title).to_have_text(other.say("narration.backward", step=3))
    other.shows(T=5, H=5)
    expect(other.text).to_have_value("abcabc")
    other.page.get_by_role("link", name=it.words["language.name"]).click()
    it.ready()
    expect(it.title).to_have_text(it.say("narration.backward", step=3))
    it.page.goto("/")  # the choice is remembered
    expect(it.page.locator("html")).to_have_attribute("lang", "en")
