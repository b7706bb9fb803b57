"""Everything without a pointer; the focus is seen, and never caught."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.instrument import Instrument, show

# The focused element, and whether a ring is drawn round it or round the label that stands for it.
STOP = """() => {
  const element = document.activeElement;
  const ringed = (node) => {
    const style = getComputedStyle(node);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const around = [element, element.closest("label"), element.parentElement].filter(Boolean);
  const bar = element.type === "range" ? element.parentElement : null;
  return {
    id: [...document.querySelectorAll("*")].indexOf(element),
    tag: element.tagName, type: element.type ?? "", role: element.getAttribute("role") ?? "",
    name: element.getAttribute("aria-label") || (element.labels?.[0] ?? element).textContent.trim(),
    ringed: around.concat(bar ?? []).some(ringed) || getComputedStyle(element).boxShadow !== "none",
    seen: element.matches(".visually-hidden")
      ? element.closest("label").checkVisibility() : element.checkVisibility(),
  };
}"""


@pytest.fixture
def it(page: Page) -> Instrument:
    page.goto("/")
    return show(page)


def stops(it: Instrument, most: int = 120) -> list[dict[str, Any]]:
    """Tab once through the page."""
    found: list[dict[str, Any]] = []
    for _ in range(most):
        it.page.keyboard.press("Tab")
        stop = it.page.evaluate(STOP)
        if stop["tag"] == "BODY" or (found and stop["id"] == found[0]["id"]):
            return found
        found.append(stop)
    pytest.fail(f"the focus does not come round: {[stop['name'] for stop in found[-6:]]}")


def tab_to(it: Instrument, name: str, most: int = 120) -> None:
    """Tab until the element of that name has the focus."""
    for _ in range(most):
        it.page.keyboard.press("Tab")
        if it.focused() == name:
            return
    pytest.fail(f"Tab never comes to {name!r}")


def test_tab_comes_to_everything_and_round_again_and_is_seen(it: Instrument) -> None:
    found = stops(it)
    names = {stop["name"] for stop in found}
    keys = (
        "page.skip header.copy header.dark controls.text controls.scheme controls.seed"
        " preset.hello.title transport.play transport.next transport.step triangle.keys"
    )
    assert {it.words[key] for key in keys.split()} <= names
    assert [stop["name"] for stop in found if not stop["ringed"]] == []
    assert [stop["name"] for stop in found if not stop["seen"]] == []
    assert all(stop["name"] for stop in found), found
    it.page.keyboard.press("Shift+Tab")
    assert it.page.evaluate(STOP)["tag"] in ("BODY", found[-1]["tag"])


def test_keys_play_step_and_jump(it: Instrument) -> None:
    keys = it.page.keyboard
    keys.press("Home")
    expect(it.title).to_have_text(it.words["narration.forwardStart"])
    keys.press("ArrowRight")
    expect(it.title).to_have_text(it.like("narration.forwardFirst", step=1))
    keys.press("ArrowRight")
    keys.press("ArrowLeft")
    expect(it.title).to_have_text(it.like("narration.forwardFirst", step=1))
    keys.press("Space")
    expect(it.button("transport.pause")).to_be_visible()
    keys.press("Space")
    expect(it.button("transport.play")).to_be_visible()
    keys.press("End")
    expect(it.title).to_have_text(it.trend)


def test_a_focused_button_keeps_its_keys(it: Instrument) -> None:
    it.button("transport.first").focus()
    it.page.keyboard.press("Space")
    expect(it.title).to_have_text(it.words["narration.forwardStart"])
    expect(it.button("transport.play")).to_be_visible()
    it.button("transport.play").focus()
    it.page.keyboard.press("Enter")
    expect(it.button("transport.pause")).to_be_focused()
    it.page.keyboard.press("Space")
    expect(it.button("transport.play")).to_be_visible()
    it.text.focus()
    it.page.keyboard.press("Home")
    it.page.keyboard.type("a b")
    expect(it.text).to_have_value("a bhello world")
    it.shows(T=13, H=8)


def test_the_whole_visit_by_keyboard(it: Instrument) -> None:
    keys = it.page.keyboard
    tab_to(it, it.words["preset.tanh-carries.title"])
    keys.press("Enter")
    it.shows(T=50, H=16)
    tab_to(it, it.words["controls.text"])
    keys.press("Control+a")
    keys.type("one by one")
    it.shows(T=9, H=16)
    tab_to(it, it.spoken("controls.activation"))
    keys.press("ArrowDown")
    expect(it.select("controls.activation")).to_have_value("sigmoid")
    tab_to(it, it.spoken("controls.H"))
    keys.press("ArrowRight")
    it.shows(T=9, H=17)
    tab_to(it, it.words["transport.step"])
    keys.press("ArrowRight")
    expect(it.title).to_have_text(it.say("narration.backward", step=2))
    keys.press("Space")
    expect(it.button("transport.pause")).to_be_visible()
    keys.press("Space")
    tab_to(it, it.words["header.dark"], most=200)
    keys.press("Enter")
    expect(it.page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_triangle_by_keyboard(it: Instrument) -> None:
    keys = it.page.keyboard
    speech = it.triangle.locator("[aria-live]")
    microscope = it.page.get_by_role("heading", name=it.words["microscope.title"])
    tab_to(it, it.words["triangle.keys"])
    expect(speech).to_have_text(it.like("triangle.cell", t=10, k=1))
    keys.press("ArrowUp")
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    expect(speech).to_have_text(it.like("triangle.cell", t=9, k=3))
    keys.press("Enter")
    expect(it.title).to_have_text(it.say("narration.path", t=9, k=3))
    expect(it.button("transport.pause")).to_be_visible()
    expect(microscope).to_be_visible()
    expect(it.page).not_to_have_url(re.compile("path"))  # while it plays
    it.button("transport.last").click()
    expect(it.page).to_have_url(re.compile(r"path=9%2C3$"))
    keys.press("Escape")
    expect(microscope).to_be_hidden()
    expect(it.title).to_have_text(it.trend)
    expect(it.page).not_to_have_url(re.compile("path"))


def test_escape_in_the_triangle_without_a_path_leaves_the_pass_alone(it: Instrument) -> None:
    it.time.fill("6")
    it.triangle.focus()
    it.page.keyboard.press("Escape")
    it.page.keyboard.press("ArrowLeft")
    expect(it.title).to_have_text(it.say("narration.backward", step=6))
    expect(it.time).to_have_value("6")


def test_skip_link_leads_to_the_picture(it: Instrument) -> None:
    it.page.keyboard.press("Tab")
    expect(it.page.get_by_role("link", name=it.words["page.skip"])).to_be_focused()
    it.page.keyboard.press("Enter")
    expect(it.page.get_by_role("region", name=it.words["panel.picture"])).to_be_focused()
    it.page.keyboard.press("Home")
    expect(it.title).to_have_text(it.words["narration.forwardStart"])


def test_a_phones_sheet_closes_by_escape_and_leaves_the_path(
    open_page: Callable[..., Page],
) -> None:
    it = show(open_page("/?path=9,3", viewport={"width": 390, "height": 844}))
    opener = it.button("peek.expand")
    opener.focus()
    it.page.keyboard.press("Enter")
    sheet = it.page.get_by_role("dialog", name=it.words["panel.inspector"])
    expect(sheet).to_be_visible()
    it.page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(opener).to_be_focused()
    expect(it.title).to_have_text(it.say("narration.path", t=9, k=3))
