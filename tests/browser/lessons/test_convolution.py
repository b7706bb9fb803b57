"""Lesson 6.4 in the browser: what each output sees is the API's, and the window and rounds move."""

from typing import Any

import numpy as np
from playwright.sync_api import Page, expect

from tests.browser.instrument import agrees
from tests.browser.lesson import read_lesson

FELT = """() => [...document.querySelectorAll(".reading-input")]
  .map((input) => [...input.querySelectorAll(".reading-number")].map((text) => text.textContent))"""


def reach_of(answer: dict[str, Any]) -> list[np.ndarray]:
    U = np.array(answer["network"]["parameters"]["U"])
    return [np.linalg.norm(np.array(row) @ U, axis=1) for row in answer["credit"]["vectors"]["da"]]


def test_what_is_seen_is_the_apis(page: Page) -> None:
    it = read_lesson(page, "convolution").open("window")
    expect(it.figure).to_have_attribute("data-state", "ready")
    above = it.answered("convolution")["json"]
    below = reach_of(it.answered("bptt")["json"])
    T = len(below)
    slider = it.figure.get_by_role("slider", name="Output t")
    for press, t in (("Home", 1), ("End", T), ("ArrowLeft", T - 1)):
        slider.press(press)
        expect(it.value("t")).to_have_text(str(t))
        felt = page.evaluate(FELT)
        assert [len(texts) for texts in felt] == [2] * t + [0] * (T - t)
        for k, (convolution, recurrence) in enumerate(felt[:t]):
            norm = above["credit"]["dx_norm"][t - 1][k]
            assert (convolution == "0") == (norm == 0) == (k < t - 3)
            assert agrees(convolution, norm)
            assert agrees(recurrence, below[t - 1][k])
    it.act("last")
    expect(slider).to_have_value(str(T))
    expect(page.locator(".reading-none")).to_have_count(T - 3)

    it.step("memory")
    assert agrees(it.value("past").inner_text(), below[-1][0])
    assert agrees(it.value("now").inner_text(), below[-1][-1])

    it.step("wider")
    it.act("dilated")
    deep = it.answered("convolution", lambda body: body["network"]["layers"] == 4)["json"]
    here = page.locator("#step-wider")
    expect(here.locator('[data-value="sees"]')).to_have_text("16")
    expect(it.value("convolution-count")).to_have_text(str(deep["parameter_count"]))
    expect(page.locator(".reading-none")).to_have_count(0)
    it.act("wide")
    wide = it.answered("convolution", lambda body: body["network"]["kernel_size"] == T)["json"]
    expect(it.value("convolution-count")).to_have_text(str(wide["parameter_count"]))

    it.step("parallel")
    capsules = page.locator(".capsule.known")
    expect(capsules).to_have_count(T + 1)
    it.figure.get_by_role("slider", name="Rounds").press("End")
    expect(capsules).to_have_count(2 * T)

    it.step("points")
    cells = it.figure.locator(".points-table tbody tr").last.get_by_role("cell")
    recurrence = it.answered("bptt")["json"]
    expect(cells).to_have_text([str(each["parameter_count"]) for each in (above, recurrence)])

    other = it.follow()
    expect(other.locator("body")).to_have_attribute("data-state", "ready")
    expect(other.locator("#band-stage")).to_be_visible()
    assert "gain=1" in other.url
