"""Lesson 6.5 in the browser: the cycle unrolls, the cut edge forgets, and order is heard by one."""

import re
from typing import Any

import numpy as np
from playwright.sync_api import Page, expect

from tests.browser.instrument import agrees
from tests.browser.lesson import Reader, read_lesson

LABELS = "listen."


def is_cut(body: dict[str, Any]) -> bool:
    return not np.any((body["network"].get("parameters") or {}).get("W", 1))


def is_hello(body: dict[str, Any]) -> bool:
    return body["data"].get("text") == "hello" and not is_cut(body)


def heard(it: Reader, word: str, cut: bool) -> np.ndarray:
    """Return what the page was answered of a word: its readouts (T, O)."""
    x = [[int(letter == label) for label in LABELS] for letter in word]
    asked = it.answered("bptt", lambda body: body["data"].get("x") == x and is_cut(body) == cut)
    return np.array(asked["json"]["forward"]["o"])


def test_the_cycle_unrolls_and_the_cut_edge_forgets(page: Page) -> None:
    it = read_lesson(page, "cycle").open("folded")
    expect(it.figure).to_have_attribute("data-state", "ready")
    hello = it.answered("bptt", is_hello)["json"]
    h = np.array(hello["forward"]["h"])
    assert agrees(it.value("twin-with").inner_text(), float(np.linalg.norm(h[2] - h[3])))
    expect(it.value("twin-without")).to_have_text("0")
    copies, loop = page.locator(".unroll .copy"), page.locator(".unroll .loop")
    expect(copies).to_have_count(1)
    expect(loop).to_have_count(1)
    it.step("unfolded")
    slider = it.figure.get_by_role("slider", name="Copies")
    slider.press("ArrowRight")
    expect(copies).to_have_count(2)
    expect(loop).to_have_count(1)  # still stands for the steps after it
    it.act("unfold")
    expect(copies).to_have_count(4)
    expect(loop).to_have_count(0)
    expect(it.value("parameters")).to_have_text(str(hello["parameter_count"]))
    it.act("fold")
    expect(copies).to_have_count(1)

    it.step("forget")
    expect(it.figure.locator("#band-stage")).to_be_visible()
    it.act("off")
    cut = it.answered("bptt", lambda body: is_cut(body) and body["data"].get("text") != "hello")
    rows = cut["json"]["credit"]["dh_norm"]
    assert max(norm for t, row in enumerate(rows) for norm in row[:t]) == 0
    here = page.locator("#step-forget")
    expect(here.locator('[data-value="past"]')).to_have_text("0")
    expect(it.value("off-diagonal")).to_have_text("0")
    link = page.locator("#figure-link")
    expect(link).to_have_attribute("href", re.compile("#own=1"))
    told = it.figure.locator("#headline h2").inner_text()
    other = it.follow()
    expect(other.locator("body")).to_have_attribute("data-state", "ready")
    expect(other.locator("#headline h1")).to_have_text(told)
    other.close()
    it.act("on")
    expect(it.value("off-diagonal")).not_to_have_text("0")


def test_order_is_heard_by_the_recurrence_alone(page: Page) -> None:
    it = read_lesson(page, "cycle").open("order")
    expect(it.figure).to_have_attribute("data-state", "ready")
    rows = it.figure.locator(".orders tbody tr")
    expect(rows).to_have_count(1)
    it.act("shuffle")
    it.figure.get_by_role("button", name="Shuffle").click()
    expect(rows).to_have_count(3)
    expect(rows.locator("th")).to_have_text(["listen", "silent", "enlist"])
    base = {cut: heard(it, "listen", cut) for cut in (False, True)}
    for i, word in enumerate(("silent", "enlist"), 1):
        without, joined, last = rows.nth(i).locator(".apart").all_inner_texts()
        sums = {cut: heard(it, word, cut).sum(0) - base[cut].sum(0) for cut in (False, True)}
        assert np.abs(sums[True]).max() < 1e-13
        assert without == "0" or "10⁻" in without
        assert agrees(joined, float(np.linalg.norm(sums[False])))
        assert agrees(last, float(np.linalg.norm(heard(it, word, True)[-1] - base[True][-1])))
    letters = it.figure.get_by_role("textbox", name="Letters")
    letters.fill("a")
    expect(it.figure.get_by_role("status").first).to_contain_text("2 to 12")
    letters.fill("ab")
    expect(rows).to_have_count(1)
    it.figure.get_by_role("button", name="Shuffle").click()
    expect(rows.locator("th")).to_have_text(["ab", "ba"])
