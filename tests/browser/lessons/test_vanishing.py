"""Lesson 6.9b in the browser: its numbers are the API's, and the link shows them again."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.instrument import agrees
from tests.browser.lesson import Reader, read_lesson

ROW = """(row) => [...row.querySelectorAll('td[data-step]')]
  .map((cell) => cell.title || cell.textContent)"""
NAMES = ("tanh", "sigmoid", "identity")


def traces_of(it: Reader, **init: float) -> dict[str, Any]:
    """Return the figure's own answer for such a radius or gain, network by network."""

    def asked(body: Any) -> bool:
        return all(body["networks"][0]["init"][name] == value for name, value in init.items())

    return dict(zip(NAMES, it.answered("compare", asked)["json"]["traces"], strict=True))


def row(it: Reader, name: str) -> list[str]:
    """Return a row of the table of factors, steps 1 to T."""
    return it.figure.locator(f".row-{name}").evaluate(ROW)


def shows(it: Reader, trace: dict[str, Any]) -> None:
    """Check every factor and norm of the table."""
    dh, da, dw = (
        np.array(trace["credit"][f"{name}_norm"][-1], dtype=float) for name in ("dh", "da", "dW")
    )
    slopes, w, both = da[1:] / dh[1:], dh[:-1] / da[1:], dh[:-1] / dh[1:]
    for name, values in {"slope": slopes, "W": w, "both": both}.items():
        texts = [text.removeprefix("×") for text in row(it, name)[1:]]
        assert all(agrees(text, v) for text, v in zip(texts, values, strict=True)), name
    for name, values in {"left": dh, "term": dw}.items():
        assert all(agrees(text, v) for text, v in zip(row(it, name), values, strict=True)), name


def test_the_product_is_the_apis_step_by_step(page: Page) -> None:
    it = read_lesson(page, "vanishing").open("product")
    expect(it.figure).to_have_attribute("data-state", "ready")
    it.step("product")
    traces = traces_of(it, spectral_radius=0.95, gain=2.5)
    shows(it, traces["tanh"])
    it.figure.get_by_role("button", name="Look at step 4").click()
    expect(it.figure.get_by_role("slider", name="Step j")).to_have_value("4")
    dh, da = (traces["tanh"]["credit"][f"{name}_norm"][-1] for name in ("dh", "da"))
    assert agrees(it.value("slope").inner_text(), da[3] / dh[3])
    assert agrees(it.value("both").inner_text(), dh[2] / dh[3])
    assert agrees(it.value("left").inner_text(), dh[0] / dh[9])
    slope = it.figure.locator('.row-slope [data-step="4"]')
    slope.hover()
    expect(slope).to_have_class("is-chosen is-linked")
    formula = it.page.locator("#step-product [data-part=slope]")
    expect(formula).to_have_class(re.compile("is-linked"))
    it.page.locator("#step-product [data-part=W]").hover()
    expect(it.figure.locator(".row-W .is-linked")).to_have_count(9)

    other = it.follow()
    expect(other.locator(".factors tbody tr")).to_have_count(10)
    both = other.locator(".factors tbody tr .both").all_text_contents()
    expect(other.locator(".factors tbody")).to_have_class("is-done")
    assert [f"×{text}" for text in both] == row(it, "both")[:0:-1]


def test_slopes_bound_and_explosion_follow_the_controls(page: Page) -> None:
    it = read_lesson(page, "vanishing").open()
    expect(it.figure).to_have_attribute("data-state", "ready")
    it.step("points")
    marks = it.figure.locator(".slopes-svg .points")
    expect(marks).to_have_count(10)
    expect(it.figure.locator(".slopes-svg .now title")).to_have_count(8)
    before = traces_of(it, gain=2.5)["tanh"]
    assert agrees(it.value("mean").inner_text(), before["jacobians"]["slope_mean"][9])
    assert agrees(it.value("reach").inner_text(), np.abs(before["forward"]["a"]).max())
    it.act("stronger")
    after = traces_of(it, gain=5)["tanh"]
    mean = after["jacobians"]["slope_mean"][9]
    assert mean < before["jacobians"]["slope_mean"][9]
    expect(it.value("mean")).to_have_text(f"{mean:.2g}")

    it.step("bound")
    expect(it.figure.get_by_role("radio", name="sigmoid")).to_be_checked()
    expect(it.figure.locator(".descent-svg .line")).to_have_count(2)
    expect(it.figure.locator(".descent-svg .bound")).to_have_count(1)
    shows(it, traces_of(it, spectral_radius=0.95, gain=2.5)["sigmoid"])
    assert agrees(it.value("bound").inner_text(), 0.95 / 4)

    here = it.step("explode")
    traces = traces_of(it, spectral_radius=2)
    shares = {name: trace["credit"]["dh_norm"][-1] for name, trace in traces.items()}
    expect(it.value("left-linear")).to_have_text("512")
    assert agrees(it.value("left-tanh").inner_text(), shares["tanh"][0] / shares["tanh"][9])
    here.get_by_role("button", name="Weaken the input").click()
    gentle = traces_of(it, spectral_radius=2, gain=0.5)["tanh"]["credit"]["dh_norm"][-1]
    expect(it.value("left-tanh")).to_have_text(f"{gentle[0] / gentle[9]:.2f}")
    assert gentle[0] > gentle[9]
    it.figure.get_by_role("checkbox", name="linear network").uncheck()
    expect(it.figure.locator(".descent-svg .line")).to_have_count(2)
    it.figure.get_by_role("slider", name="Radius").press("Home")
    least = traces_of(it, spectral_radius=0.1)["tanh"]
    assert least["jacobians"]["spectral_radius"] == pytest.approx(0.1)
    expect(it.figure.locator('.row-W [data-step="5"]')).to_have_text("×0.10")
    it.step("explode")
