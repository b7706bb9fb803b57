"""The reader's own gradients are graded on the page: what is right, where it is not, and why."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.instrument import BPTT, Instrument, show

ADDRESS = "/?text=abcab&H=3&lab=grade"


def graded(page: Page, address: str = ADDRESS) -> tuple[Instrument, dict[str, Any]]:
    """Open the lab; return the page with what the API answered."""
    page.goto("about:blank")
    with page.expect_response(BPTT) as response:
        page.goto(address)
    return show(page), response.value.json()


def check(it: Instrument, text: str) -> None:
    """Paste and check."""
    it.page.get_by_role("textbox", name=it.words["grade.text"], exact=True).fill(text)
    it.button("grade.check").click()


def status(it: Instrument) -> Any:
    """What is said of it all."""
    return it.page.locator(".grading > .dialog-status")


def test_right_gradients_are_right(page: Page) -> None:
    it, answer = graded(page)
    check(it, json.dumps(answer["gradients"]))
    expect(status(it)).to_have_text(it.words["grade.allRight"])
    rows = page.get_by_role("table", name=it.words["grade.title"]).get_by_role("row")
    expect(rows).to_have_count(5)
    expect(page.locator(".is-wrong")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_usual_mistake_is_named_in_the_readers_language(page: Page, language: str) -> None:
    it, answer = graded(page, f"{ADDRESS}&lang={language}")
    it = Instrument(page, language)
    gradients = {name: np.array(value) for name, value in answer["gradients"].items()}
    text = "\n".join(
        [f"W = {np.array2string(-gradients['W'], precision=17)}", f"b = {gradients['b'].tolist()}"]
    )
    check(it, text)
    expect(status(it)).to_have_text(it.words["grade.notAll"])
    expect(page.get_by_text(it.words["grade.mistake.wrong_sign"])).to_be_visible()
    name = it.say("grade.found", names="W", mistake=it.words["grade.name.wrong_sign"])
    expect(page.get_by_text(name)).to_be_visible()
    expect(page.locator(".is-right")).to_have_count(1)
    expect(page.get_by_text(it.say("grade.ungraded", names="U, V, c"))).to_be_visible()


def test_the_numbers_of_a_mistake_stand_in_its_words(page: Page) -> None:
    it, answer = graded(page)
    check(it, json.dumps({"V": np.array(answer["gradients"]["V"]).T.tolist(), "U": [[1.0]]}))
    shape = it.say("grade.mistake.wrong_shape", shape="1 × 1", expected="3 × 3")
    expect(page.get_by_text(shape)).to_be_visible()
    expect(page.get_by_text(it.words["grade.mistake.transposed"])).to_be_visible()


def test_what_cannot_be_read_is_said_where(page: Page) -> None:
    it, _ = graded(page)
    for text, key, params in [
        ("", "fault.grade.empty", {"name": "U"}),
        ("[[1, 2]]", "fault.grade.unnamed", {"names": "U, W, b, V, c"}),
        ("W = [[1, 2],\n[3, ...", "fault.grade.shortened", {"line": 2}),
        ("W = [[1, x]]", "fault.grade.item", {"line": 1, "item": "x]]"}),
    ]:
        check(it, text)
        expect(status(it)).to_have_text(it.say(key, **params))


def test_another_picture_asks_to_check_again(page: Page) -> None:
    it, answer = graded(page)
    check(it, json.dumps({"b": answer["gradients"]["b"]}))
    expect(status(it)).to_have_text(it.words["grade.allRight"])
    it.select("controls.activation").select_option("sigmoid")
    expect(status(it)).to_have_text(it.words["grade.stale"])
    expect(page.locator(".grade-table")).to_have_count(0)
    it.button("grade.check").click()
    expect(status(it)).to_have_text(it.words["grade.notAll"])


@pytest.mark.parametrize(
    "variant",
    [
        {"locale": "en", "color_scheme": "dark"},
        {"locale": "zh-CN", "viewport": {"width": 390, "height": 844}, "has_touch": True},
    ],
    ids=["dark", "phone-zh"],
)
def test_the_lab_is_accessible(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], variant: dict[str, Any]
) -> None:
    it = show(open_page("/", **variant), variant["locale"][:2])
    if "viewport" in variant:
        it.button("header.settings").click()
    it.button("controls.lab.grade").click()
    check(it, "W = 0.5, b = [1, 2]")
    expect(status(it)).to_have_text(it.words["grade.notAll"])
    assert axe(it.page) == []
    inside = it.page.locator("#inspector").evaluate("p => p.scrollWidth <= p.clientWidth + 1")
    assert inside
