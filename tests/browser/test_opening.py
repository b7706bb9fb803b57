"""The page opens with a picture; what is typed changes it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.instrument import Instrument, show

T = 10  # steps of "hello world"


@pytest.mark.parametrize(("locale", "language"), [("en", "en"), ("zh-CN", "zh")])
def test_opens_with_a_picture_without_a_click(
    open_page: Callable[..., Page], locale: str, language: str
) -> None:
    it = show(open_page("/", locale=locale), language)
    expect(it.page.locator("html")).to_have_attribute("lang", language)
    expect(it.title).to_have_text(it.trend)
    expect(it.text).to_have_value("hello world")
    expect(it.page.get_by_role("img", name=it.say("triangle.summary", T=T))).to_be_visible()
    expect(it.page.get_by_role("img", name=it.say("stage.label", T=T, H=8))).to_be_visible()
    expect(it.page.get_by_role("button", pressed=True).first).to_have_text("hello world")
    expect(it.button("transport.play")).to_be_enabled()
    for band in ("stage", "hidden", "gradient", "triangle"):
        assert all(it.coloured(band, t, T) > 20 for t in range(1, T + 1)), band
    letters = it.page.locator("#band-stage .symbol").all_text_contents()
    assert letters == list("hello␣worl")


@pytest.fixture
def it(page: Page) -> Instrument:
    page.goto("/")
    return show(page)


def test_typing_changes_the_picture(it: Instrument) -> None:
    symbols = it.page.locator("#band-stage .symbol")
    for text in ("abcab", "我爱你,你爱我", "🙂🙃🙂🙂", "ab"):
        steps = len(text) - 1
        with it.answer() as answer:
            it.text.fill(text)
        assert answer["body"]["data"] == {"kind": "text", "text": text, "loss_at": "every"}
        assert answer["json"]["data"]["labels"] == list(dict.fromkeys(text))
        it.shows(T=steps, H=8)
        expect(symbols).to_have_text(list(text[:-1]))
        assert it.page.locator("#band-stage .target").all_text_contents() == list(text[1:])
        assert all(it.coloured("hidden", t, steps) > 20 for t in range(1, steps + 1))


def test_keys_typed_into_the_field_are_text(it: Instrument) -> None:
    it.text.press("End")
    it.text.press_sequentially(" !")
    it.shows(T=T + 2, H=8)
    expect(it.title).to_have_text(it.trend)
    expect(it.text).to_have_value("hello world !")


def test_one_character_is_not_asked_for_and_the_last_picture_stays_dimmed(it: Instrument) -> None:
    asked: list[Any] = []
    it.page.on("request", lambda request: asked.append(request.url))
    it.text.fill("a")
    expect(it.fault).to_have_text(it.say("fault.text.short", n=1))
    expect(it.text).to_have_attribute("aria-invalid", "true")
    expect(it.bands).to_have_class("bands stale")
    it.shows(T=T, H=8)
    it.text.fill("")
    expect(it.fault).to_have_text(it.say("fault.text.short", n=0))
    assert asked == []
    it.text.fill("abc")
    it.shows(T=2, H=8)
    expect(it.bands).to_have_class("bands")
    expect(it.fault).to_have_count(0)


def test_a_preset_replaces_what_is_wrong(it: Instrument) -> None:
    it.text.fill("a")
    expect(it.bands).to_have_class("bands stale")
    it.button("preset.tanh-carries.title").click()
    it.shows(T=50, H=16)
    expect(it.fault).to_have_count(0)
    expect(it.bands).to_have_class("bands")


def test_more_characters_than_can_be_shown(it: Instrument) -> None:
    it.text.fill("ab" * 101)
    expect(it.fault).to_have_text(it.say("fault.text.long", most=201, n=202))
    it.text.fill("ab" * 100 + "a")
    it.shows(T=200, H=8)


def test_sunspots(it: Instrument) -> None:
    with it.answer() as answer:
        it.choose("controls.kind", "controls.sunspots")
    values = answer["body"]["data"]["values"]
    assert answer["body"]["data"]["kind"] == "series"
    assert len(values) == 51
    it.shows(T=50, H=8)
    expect(it.text).to_be_hidden()
    with it.answer() as answer:
        it.spin("controls.from").fill("1900")
    assert answer["body"]["data"]["values"][0] != values[0]
    it.spin("controls.steps").fill("20")
    it.shows(T=20, H=8)
    expect(it.page.locator(".field-hint:visible", has_text="1900")).to_contain_text("1920")


def test_numbers_and_what_is_no_number(it: Instrument) -> None:
    it.choose("controls.kind", "controls.numbers")
    numbers = it.page.get_by_role("textbox", name=it.words["controls.numberList"])
    with it.answer() as answer:
        numbers.fill("1, 2.5; −3\n4e0")
    assert answer["body"]["data"]["values"] == [1, 2.5, -3, 4]
    it.shows(T=3, H=8)
    numbers.fill("1 two 3")
    expect(it.fault).to_have_text(it.say("fault.numbers.item", at=2, item="two"))
    expect(numbers).to_have_accessible_description(re.compile("Number 2 is “two”"))
    expect(it.bands).to_have_class("bands stale")
    numbers.fill("7")
    expect(it.fault).to_have_text(it.say("fault.numbers.short", n=1))
    numbers.fill("7 8")
    it.shows(T=1, H=8)
    expect(it.bands).to_have_class("bands")


def test_a_number_out_of_range_is_explained_at_its_field(it: Instrument) -> None:
    it.spin("controls.H").fill("65")
    expect(it.fault).to_have_text(it.say("fault.whole", value=65, min=1, max=64))
    expect(it.bands).to_have_class("bands stale")
    it.spin("controls.H").fill("")
    expect(it.fault).to_have_text(it.say("fault.whole.empty", min=1, max=64))
    it.spin("controls.H").fill("64")
    it.shows(T=T, H=64)
    expect(it.fault).to_have_count(0)
