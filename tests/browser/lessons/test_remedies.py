"""Lesson 6.10 in the browser: each remedy is switched on in one chart, with the API's numbers."""

import math
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.instrument import agrees
from tests.browser.lesson import Reader, read_lesson

NAMES = ("tanh", "sigmoid", "relu", "batch", "lstm")


def traces_of(it: Reader, radius: float, clip: object = None, count: int = 5) -> list[Any]:
    """Return the figure's own answer for ReLU's radius and clipping."""

    def asked(body: Any) -> bool:
        relu = body["networks"][2]
        same = (relu["init"]["spectral_radius"], relu["clip"]) == (radius, clip)
        return same and len(body["networks"]) == count

    return it.answered("compare", asked)["json"]["traces"]


def typical(trace: dict[str, Any], distance: int) -> float:
    """Return the geometric mean of a triangle's norms at a distance."""
    rows = trace["credit"].get("dcell_norm") or trace["credit"]["dh_norm"]
    norms = [row[t - distance] for t, row in enumerate(rows) if t >= distance]
    return math.exp(sum(map(math.log, norms)) / len(norms))


def test_remedies_are_switched_on_in_one_chart(page: Page) -> None:
    it = read_lesson(page, "remedies").open()
    expect(it.figure).to_have_attribute("data-state", "ready")
    cards = it.figure.locator(".remedy-card")
    expect(cards).to_have_count(5)
    it.step("before")
    expect(it.figure.locator(".chart .line")).to_have_count(2)
    traces = traces_of(it, 1.3)
    for name, trace in zip(NAMES, traces, strict=True):
        assert agrees(it.value(f"at-{name}").inner_text(), typical(trace, 10)), name
    expect(it.value("fade-tanh")).to_contain_text(f"{traces[0]['horizon']['half_life']:.1f}")

    it.step("relu")
    expect(it.figure.locator(".chart .line")).to_have_count(3)
    states = [v for sequence in traces[2]["forward"]["h"] for h in sequence for v in h]
    share = sum(v == 0 for v in states) / len(states)
    expect(it.value("off")).to_have_text(f"{share * 100:.0f}%")
    it.act("small")
    faded = traces_of(it, 0.95)[2]["horizon"]["half_life"]
    expect(it.value("fade-relu")).to_contain_text(f"{faded:.1f}")

    it.step("threshold")
    clipped = traces_of(it, 1.6, {"by": "norm", "threshold": 1})[2]
    assert agrees(it.value("before").inner_text(), clipped["clipped"]["norm_before"])
    assert agrees(it.value("after").inner_text(), 1)
    triangle = it.figure.locator(".remedy-card canvas").nth(2)
    pixels = "(canvas) => canvas.toDataURL()"
    drawn = triangle.evaluate(pixels)
    it.figure.get_by_role("checkbox", name="Threshold").uncheck()
    free = traces_of(it, 1.6)[2]
    assert free["credit"] == clipped["credit"]
    expect(cards.nth(2).locator(".remedy-clip")).to_have_text("")
    assert triangle.evaluate(pixels) == drawn

    it.step("batch")
    expect(it.figure.get_by_role("checkbox", name="batch norm")).to_be_checked()
    it.act("single")
    expect(cards.nth(3)).to_contain_text(it.say("compare.batch"))
    traces_of(it, 1.3, count=4)
    expect(it.figure.locator(".chart .line")).to_have_count(2)

    it.step("together")
    expect(it.figure.locator(".chart .line")).to_have_count(5)
    rule = it.figure.get_by_role("slider", name=it.say("compare.distance"))
    rule.press("ArrowRight")
    expect(it.value("distance")).to_have_text("11")
    at = [it.value(f"at-{name}").inner_text() for name in NAMES]
    assert all(agrees(text, typical(t, 11)) for text, t in zip(at, traces, strict=True))
    for card, text in zip(cards.all(), at, strict=True):
        expect(card.locator(".remedy-left")).to_contain_text(text)
    it.figure.get_by_role("checkbox", name="LSTM").uncheck()
    expect(cards.nth(4)).to_contain_text(it.say("lesson.remedies.off"))

    other = it.follow()
    expect(other.locator("body")).to_have_attribute("data-state", "ready")
    expect(other.locator(".network-norm strong")).to_have_text(at[:4])
