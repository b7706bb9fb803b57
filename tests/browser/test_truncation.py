"""Truncated BPTT: the window is dragged on the picture, and what it takes is summed up."""

import math
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.browser.instrument import BPTT, Instrument, show

T = 10  # steps of "hello world"
MOST_QUESTIONS = 8


def lab(it: Instrument) -> Locator:
    return it.page.get_by_role("region", name=it.say("truncation.title"), exact=True)


def slider(it: Instrument) -> Locator:
    return it.page.get_by_role("slider", name=it.words["window.label"], exact=True)


def flat(value: Any) -> list[float]:
    return [x for part in value for x in flat(part)] if isinstance(value, list) else [value]


def edge(it: Instrument, w: int, row: int) -> tuple[float, float]:
    """Return where in the window the edge of a window of w steps is, at a row of the triangle."""
    x, y = it.cell(row, row - w + 1)
    plot = it.page.locator("#band-triangle .band-plot").bounding_box()
    assert plot is not None
    return x - plot["width"] / T / 2, y


@pytest.fixture
def it(page: Page) -> Instrument:
    page.goto("/")
    return show(page)


def test_nothing_is_cut_at_first(it: Instrument) -> None:
    expect(slider(it)).to_have_value(str(T))
    expect(slider(it)).to_have_attribute("aria-valuetext", it.words["window.off"])
    expect(it.page.locator(".window-pill")).to_have_text(it.words["window.all"])
    expect(it.page.locator(".window-lost")).to_be_hidden()
    assert it.coloured("triangle", 1, T) > 20


def test_dragging_the_edge_on_the_triangle_asks_as_one_drags(it: Instrument) -> None:
    asked: list[Any] = []
    it.page.on("request", lambda r: asked.append(r.post_data_json) if "bptt" in r.url else None)
    mouse = it.page.mouse
    mouse.move(*edge(it, T, T))
    mouse.down()
    for w in (9, 8, 7, 6, 5, 4):
        mouse.move(*edge(it, w, T))
        expect(slider(it)).to_have_value(str(w))
    expect(it.page.locator(".window-pill")).to_contain_text("4")
    expect(it.page.locator(".window-lost")).to_be_visible()
    mouse.up()
    expect(it.page).to_have_url(re.compile("truncate=4"))
    assert 4 in [body["truncate"] for body in asked]
    assert it.spin("controls.truncate").input_value() == "4"


def test_the_edge_follows_the_pointer_in_any_row(it: Instrument) -> None:
    slider(it).fill("4")
    expect(it.page.locator(".window-lost")).to_be_visible()
    mouse = it.page.mouse
    mouse.move(*edge(it, 4, 7))
    mouse.down()
    mouse.move(*edge(it, 2, 7), steps=4)
    mouse.up()
    expect(slider(it)).to_have_value("2")
    mouse.move(*edge(it, 2, 5))
    mouse.down()
    mouse.move(*edge(it, 5, 5), steps=4)
    mouse.up()
    expect(slider(it)).to_have_value("5")


def test_by_keyboard(it: Instrument) -> None:
    slider(it).focus()
    for _ in range(3):
        it.page.keyboard.press("ArrowRight")
    expect(slider(it)).to_have_value("7")
    expect(slider(it)).to_have_attribute("aria-valuetext", it.say("window.value", w=7))
    it.page.keyboard.press("ArrowLeft")
    expect(slider(it)).to_have_value("8")
    it.page.keyboard.press("Home")
    expect(slider(it)).to_have_value("1")
    it.page.keyboard.press("End")
    expect(slider(it)).to_have_attribute("aria-valuetext", it.words["window.off"])
    expect(it.page).not_to_have_url(re.compile("truncate"))


def test_what_is_cut_off_is_no_longer_coloured(it: Instrument) -> None:
    before = it.coloured("triangle", 1, T)
    with it.answer():
        slider(it).fill("3")
    expect(it.page.locator(".window-lost")).to_be_visible()
    assert it.coloured("triangle", 1, T) < 0.5 * before
    assert it.coloured("triangle", T, T) > 20


def test_the_share_lost_is_that_of_the_two_gradients(open_page: Callable[..., Page]) -> None:
    it = show(open_page("/?truncate=3&lab=window"))
    expect(lab(it).get_by_role("table")).to_be_visible()
    answers = {}
    for w in (None, 3):
        body = {
            "network": {
                "hidden_size": 8,
                "init": {"gain": 2.5, "spectral_radius": 0.95, "seed": 2},
            },
            "data": {"kind": "text", "text": "hello world"},
            "truncate": w,
            "include": [],
        }
        answers[w] = it.page.request.post("/api/v1/bptt", data=body).json()["gradients"]
    for row in lab(it).locator("tbody tr").all()[:-1]:
        name = (row.locator(".letter-button annotation").text_content() or "").replace("\\", "")
        whole, cut = flat(answers[None][name.strip()]), flat(answers[3][name.strip()])
        gap = [a - b for a, b in zip(whole, cut, strict=True)]
        share = 100 * math.hypot(*gap) / math.hypot(*whole)
        shown = row.locator("td").nth(1).text_content() or ""
        assert abs(float(shown.rstrip("%")) - share) <= (0.5 if share >= 10 else 0.06), name
    expect(lab(it).get_by_role("status").first).to_have_text(re.compile(r"\b3\b.*%.*°"))


def test_other_windows_are_asked_for_once_and_only_in_the_lab(it: Instrument) -> None:
    asked: list[Request] = []
    it.page.on("request", lambda r: asked.append(r) if "bptt" in r.url else None)
    with it.page.expect_response(BPTT):
        slider(it).fill("4")
    expect(it.page.locator(".window-lost")).to_be_visible()
    count = len(asked)
    it.page.locator(".window-lost").click()
    expect(lab(it)).to_be_visible()
    chart = lab(it).get_by_role("img").last
    expect(chart).to_have_attribute("aria-label", re.compile(r"\b1: .*\b9: .*\b10: 0%"))
    small = [dict(r.post_data_json or {}) for r in asked[count:]]
    assert 0 < len(small) <= MOST_QUESTIONS
    assert all(body["include"] == [] and "clip" not in body for body in small)
    assert len({body["truncate"] for body in small}) == len(small)
    with it.page.expect_response(BPTT):
        slider(it).fill("6")
    expect(lab(it).get_by_role("status").first).to_contain_text("6")
    assert len(asked) == count + len(small) + 1


def test_in_the_lab_off_says_so(open_page: Callable[..., Page]) -> None:
    it = show(open_page("/?lab=window"))
    expect(lab(it).get_by_role("status").first).to_have_text(it.words["truncation.off"])
    expect(lab(it).get_by_role("table")).to_be_hidden()
    lab(it).get_by_role("spinbutton", name=it.words["truncation.window"]).fill("4")
    expect(lab(it).get_by_role("table")).to_be_visible()
    expect(slider(it)).to_have_value("4")


def test_locked_by_the_link(open_page: Callable[..., Page]) -> None:
    it = show(open_page("/?truncate=4&lock=truncate"))
    expect(slider(it)).to_be_disabled()
    mouse = it.page.mouse
    mouse.move(*edge(it, 4, T))
    mouse.down()
    mouse.move(*edge(it, 2, T), steps=3)
    mouse.up()
    expect(slider(it)).to_have_value("4")


def test_one_step_has_no_window(it: Instrument) -> None:
    it.text.fill("ab")
    it.shows(T=1, H=8)
    expect(slider(it)).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("locale", "language"), [("en", "en"), ("zh-CN", "zh")])
def test_the_lab_is_accessible(
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    scheme: str,
    locale: str,
    language: str,
) -> None:
    page = open_page("/?truncate=4&lab=window", color_scheme=scheme, locale=locale)
    it = show(page, language)
    expect(lab(it).get_by_role("table")).to_be_visible()
    assert axe(page) == []


def test_on_a_phone_the_window_is_dragged_too(open_page: Callable[..., Page]) -> None:
    phone = {"width": 390, "height": 844}
    it = show(open_page("/", viewport=phone, has_touch=True))
    slider(it).scroll_into_view_if_needed()
    box = slider(it).bounding_box()
    assert box is not None
    assert box["height"] >= 44
    slider(it).fill("3")
    expect(it.page.locator(".window-pill")).to_contain_text("3")
    assert it.page.evaluate("document.documentElement.scrollWidth") == 390
