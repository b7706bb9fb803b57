"""Lesson 6.8: every number of the forward pass, as the API answers it, equation by equation."""

import re

from playwright.sync_api import Page, expect

from tests.browser.instrument import agrees, show
from tests.browser.lesson import read_lesson

ROWS = {"x": "x", "a": "a", "h": "h", "o": "o", "y": "y_hat"}


def test_every_number_is_the_answers(page: Page) -> None:
    it = read_lesson(page, "forward").open("given")
    figure = it.figure
    expect(figure.locator(".entry")).to_have_count(4 + 3 * 30)  # h(0), then three steps
    unknown = figure.locator(".entry.is-unknown")
    expect(unknown).to_have_count(3 * 23)  # all but x and b
    on, everything, back = (it.button(f"lesson.forward.{name}") for name in ("on", "all", "back"))
    for left in (53, 50, 47, 46):  # state, output, prediction, loss
        on.click()
        expect(unknown).to_have_count(left)
    back.click()
    expect(unknown).to_have_count(47)
    everything.click()
    expect(unknown).to_have_count(0)
    expect(on).to_have_attribute("aria-disabled", "true")

    answer = it.answered("bptt")["json"]
    values = answer["forward"] | {"x": answer["data"]["x"]}
    for row, name in ROWS.items():
        for t in (1, 2, 3):
            shown = figure.locator(f".row-{row} td[data-step='{t}'] .entry").all_inner_texts()
            numbers = values[name][t - 1]
            assert all(agrees(*pair) for pair in zip(shown, numbers, strict=True)), (row, t)
    losses = answer["loss"]["per_step"]
    for t, loss in enumerate(losses, start=1):
        assert agrees(it.value(f"L{t}").inner_text(), loss)
    assert agrees(it.value("L").inner_text(), answer["loss"]["total"])

    figure.locator(".row-Wh td[data-step='2'] .entry").nth(1).click()
    worked = figure.locator(".forward-worked")
    expect(worked).to_contain_text("0.183")
    page.keyboard.press("ArrowDown")  # to b, then to a
    page.keyboard.press("ArrowDown")
    expect(worked).to_contain_text("1.183")
    expect(figure.locator(".row-a td[data-step='2'] .entry").nth(1)).to_be_focused()

    it.step("next")
    expect(unknown).to_have_count(23)
    question = page.locator('[data-question="past"]')
    question.locator("[data-right]").click()
    question.get_by_role("status").locator('[data-do="zero"]').click()
    expect(it.value("L1")).not_to_have_text(f"{losses[0]:.2f}")
    changed = it.answered("bptt", lambda body: not any(body["data"]["h0"]))["json"]
    for t, loss in enumerate(changed["loss"]["per_step"], start=1):
        expect(it.value(f"L{t}")).to_have_text(f"{loss:.2f}")

    expect(unknown).to_have_count(0)
    it.step("state")
    expect(it.value("L1")).to_have_text(f"{losses[0]:.2f}")
    it.step("next")
    expect(unknown).to_have_count(23)
    expect(page.locator("#figure-link")).to_have_attribute("href", re.compile("#own="))
    other = show(it.follow())
    other.shows(T=3, H=4)
    expect(other.page.locator("#inspector .unit-table").first).to_contain_text("0.83")
    assert "step=2" in other.page.url
