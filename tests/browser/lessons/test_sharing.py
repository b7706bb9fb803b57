"""Lesson 6.6 in the browser: its numbers are the API's, and its switches do what the text says."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.instrument import agrees, number
from tests.browser.lesson import read_lesson

NORMS = "(rows) => rows.slice(1).map((row) => [...row.cells].map((cell) => cell.textContent))"
TILES = """(row) => [...document.querySelectorAll(`.row-${row} g.uses-tile`)]
  .map((tile) => [...tile.querySelectorAll("rect[fill]")])
  .map((cells) => cells.map((cell) => cell.getAttribute("fill")).join())"""


def test_uses_are_the_apis_and_untying_multiplies_them(page: Page) -> None:
    it = read_lesson(page, "sharing").open("once")
    answer = it.answered("bptt")["json"]
    count, T = answer["parameter_count"], len(answer["data"]["x"])
    expect(it.value("set")).to_have_text(str(count))
    expect(it.figure.locator("tfoot td").nth(2)).to_have_text(str(T * count))
    it.figure.get_by_role("slider", name="Steps T").press("ArrowRight")
    longer = it.answered("bptt", lambda body: len(body["data"]["text"]) == T + 2)["json"]
    assert longer["parameter_count"] == count
    expect(it.value("set")).to_have_text(str(count))
    expect(it.figure.locator("tfoot td").nth(2)).to_have_text(str((T + 1) * count))

    it.step("untie")
    expect(it.figure.get_by_role("radio", name="Untied")).to_be_checked()
    expect(it.value("untied")).to_have_text(str(T * count))
    assert len(set(page.evaluate(TILES, "weight"))) == 1  # copies still alike
    it.act("tie")
    expect(it.figure.get_by_role("radio", name="Shared")).to_be_checked()

    it.step("shares")
    for letter in "UVW":
        it.figure.get_by_role("radio", name=letter, exact=True).check(force=True)
        expect(it.figure.locator("caption", has_text=f"gradient of {letter}")).to_be_attached()
        cells = it.figure.locator(".visually-hidden table tr").evaluate_all(NORMS)
        shares, whole = answer["shares"][letter], answer["gradient_norms"][letter]
        assert all(agrees(cells[t][1], shares[t]) for t in range(T))
        assert agrees(cells[T][1], sum(shares))
        assert agrees(cells[T][2], whole)
        assert sum(number(cells[t][2])[0] for t in range(T)) == pytest.approx(whole, abs=0.03)
    it.step("sum")
    assert agrees(it.value("whole").inner_text(), answer["gradient_norms"]["W"])
    assert len(page.evaluate(TILES, "share")) == T + 1  # and the whole

    here = it.step("update")
    shared = page.evaluate(TILES, "weight")
    assert len(set(shared)) == 1
    here.get_by_role("button", name="Untie").click()
    expect(it.figure.get_by_role("radio", name="Untied")).to_be_checked()
    apart = page.evaluate(TILES, "weight")
    assert len(set(apart)) == T
    it.figure.get_by_role("slider", name="Learning rate").press("Home")
    before = page.evaluate(TILES, "weight")
    assert len(set(before)) == 1
    assert before[0] == apart[0]  # no gradient at step 1

    it.step("same")
    it.act("backward")
    expect(it.figure.locator("#transport")).to_be_visible()
    other = it.follow()
    expect(other.locator("body")).to_have_attribute("data-state", "ready")
    expect(other.locator("#band-stage")).to_be_visible()
    assert "text=banana" in other.url
    assert "H=4" in other.url
