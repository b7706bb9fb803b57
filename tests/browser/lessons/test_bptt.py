"""Lesson 6.9: the terms, their matrices and their count, as the API answers them."""

import re
from typing import Any

import numpy as np
from playwright.sync_api import Locator, Page, expect

from tests.browser.instrument import agrees, number, show
from tests.browser.lesson import Reader, read_lesson


def entries(matrix: Locator) -> np.ndarray:
    rows = [row.locator("td").all_inner_texts() for row in matrix.locator("tr").all()]
    return np.array([[number(cell)[0] for cell in row] for row in rows])


def last_loss(it: Reader) -> dict[str, Any]:
    """Return the newest answer about L(3) alone."""
    return it.answered("bptt", lambda body: body["data"]["loss_at"] == "last")["json"]


def test_the_terms_are_the_answers(page: Page) -> None:
    it = read_lesson(page, "bptt").open("far")
    figure = it.figure
    sizes = figure.locator(".term-size strong")
    expect(sizes).to_have_count(3)
    answer = last_loss(it)
    norms = answer["credit"]["dW_norm"][2]
    for k, norm in enumerate(norms, start=1):
        assert agrees(sizes.nth(3 - k).inner_text(), norm)
        assert agrees(it.value(f"term{k}").inner_text(), norm)
    lit = figure.locator(".term-line.is-picked")
    expect(lit.get_by_role("button")).to_have_accessible_name("k = 1, two back, 0.23")
    expect(lit.locator(".tile-W.is-passed")).to_have_count(2)
    expect(lit.locator(".tile-W.is-receives")).to_have_count(1)
    label = it.like("lesson.bptt.pathLabel", stops="L(3) → h(3) → h(2) → h(1) → W")
    expect(lit.get_by_role("img")).to_have_accessible_name(label)
    matrices = figure.locator("table.matrix")
    expect(matrices).to_have_count(8)
    for at, j in ((2, 3), (3, 2)):
        jacobian = answer["jacobians"]["matrices"][j - 1]
        np.testing.assert_allclose(entries(matrices.nth(at)), jacobian, atol=0.0051)
    it.page.locator('#step-far [data-part="W"]').first.hover()  # a formula of the text
    expect(figure.locator(".path-tile.tile-W.is-linked").first).to_be_visible()

    it.act("zero")
    expect(sizes.nth(2)).to_have_text("0")
    it.act("nonzero")
    expect(sizes.nth(2)).not_to_have_text("0")
    question = page.locator('[data-question="half"]')
    question.locator("[data-right]").click()
    question.get_by_role("status").locator('[data-do="half"]').click()
    expect(sizes.nth(2)).to_have_text("0.070")
    assert agrees("0.070", last_loss(it)["credit"]["dW_norm"][2][0])

    it.step("sum")
    expect(sizes.nth(2)).to_have_text("0.23")
    expect(matrices).to_have_count(4)
    np.testing.assert_allclose(entries(matrices.nth(3)), answer["gradients"]["W"], atol=0.0051)
    it.act("check")
    status = figure.locator(".check-outcome")
    expect(status).to_have_text(it.like("lesson.bptt.agrees", n=47))
    assert it.answered("gradcheck")["json"]["ok"] is True

    it.step("near")
    expect(lit.get_by_role("button")).to_have_accessible_name("k = 2, one back, 0.71")
    expect(page.locator("#figure-link")).to_have_attribute("href", re.compile("#own="))
    other = show(it.follow())
    expect(other.triangle).to_be_visible()
    assert "path=3%2C2" in other.page.url
    expect(other.page.locator("#inspector")).to_contain_text("0.71")


def test_v_looks_at_the_present_and_terms_are_counted(page: Page) -> None:
    it = read_lesson(page, "bptt").open("v")
    sizes = it.figure.locator(".term-size strong")
    expect(sizes).to_have_count(3)
    every = it.answered("bptt", lambda body: body["data"]["loss_at"] == "every")["json"]
    for t, norm in enumerate(every["shares"]["V"], start=1):
        assert agrees(sizes.nth(3 - t).inner_text(), norm)
        assert agrees(it.value(f"v{t}").inner_text(), norm)
    expect(it.figure.locator(".tile-W")).to_have_count(0)

    it.step("count")
    expect(it.value("all")).to_have_text("10")
    question = page.locator('[data-question="five"]')
    question.get_by_role("button", name="15").click()
    question.get_by_role("status").locator('[data-do="five"]').click()
    expect(it.value("all")).to_have_text("15")
    expect(it.value("last")).to_have_text("5")
    words = it.say("lesson.bptt.counted", T=5, last=5, sum="1 + 2 + 3 + 4 + 5", all=15)
    expect(it.figure.locator(".counter-words")).to_have_text(words)
    rows = it.answered("bptt", lambda body: len(body["data"]["text"]) == 6)["json"]["credit"]
    assert sum(len(row) for row in rows["dW_norm"]) == 15
    it.spin("lesson.bptt.length").fill("12")
    expect(it.value("all")).to_have_text("78")
    it.spin("lesson.bptt.length").fill("1")
    expect(it.figure.locator(".counter .field-fault")).to_contain_text("2")
    expect(it.value("all")).to_have_text("78")
