"""What holds for every lesson of the list, from its first step to its last."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.pages.lessons import LESSONS, read
from tests.browser.lesson import UNFILLED, Reader, steps_of

OVERFLOW = "() => document.documentElement.scrollWidth - window.innerWidth"
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest.mark.parametrize("stem", LESSONS)
def test_a_lesson_is_read_from_start_to_end(
    new_context: Callable[..., BrowserContext], axe: Callable[[Page], list[str]], stem: str
) -> None:
    it = Reader(new_context().new_page(), stem).open()
    expect(it.title).to_contain_text(read(stem).title["en"])
    for step in read(stem).steps:
        here = it.step(step.id)
        for value in here.locator("[data-value]").all():
            expect(value).not_to_have_text(UNFILLED)
        for question in step.questions:
            it.answers_all(question)
    expect(it.page.get_by_role("alert")).to_have_count(0)
    assert it.page.locator(".katex-error").count() == 0
    assert axe(it.page) == []
    expect(it.page).to_have_url(f"/lessons/{stem}?at={steps_of(stem)[-1]}")
    other = it.follow()
    expect(other.locator("main")).to_be_visible()
    expect(other.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("stem", LESSONS)
def test_a_lesson_on_a_phone_in_chinese_by_night_without_motion(
    new_context: Callable[..., BrowserContext], axe: Callable[[Page], list[str]], stem: str
) -> None:
    context = new_context(**PHONE, locale="zh-CN", color_scheme="dark", reduced_motion="reduce")
    it = Reader(context.new_page(), stem, "zh").open(steps_of(stem)[1])
    expect(it.title).to_contain_text(read(stem).title["zh"])
    expect(it.figure).to_be_in_viewport()
    for step in steps_of(stem):
        it.step(step)
        assert it.page.evaluate(OVERFLOW) <= 0, step
    assert it.page.locator(".katex-error").count() == 0
    assert axe(it.page) == []
