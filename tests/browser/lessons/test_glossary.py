"""The glossary page, the list of lessons, and the definitions beside the words of a lesson."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.pages.lessons import LESSONS, glossary, read
from tests.browser.lesson import read_lesson

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
TERMS = glossary.read()


@pytest.mark.parametrize(
    ("language", "options"), [("en", {"color_scheme": "dark"}), ("zh", PHONE)], ids=["en", "zh"]
)
def test_from_the_list_to_the_glossary_to_a_lesson(open_page, axe, language, options) -> None:
    page: Page = open_page(f"/lessons?lang={language}", **options)
    rows = page.locator("main li")
    expect(rows).to_have_count(len(LESSONS))
    expect(rows.first).to_contain_text(read(LESSONS[0]).title[language])
    assert axe(page) == []
    page.locator("main").get_by_role("link", name=re.compile("^(Glossary|术语表)$")).click()
    terms = page.locator(".glossary-term")
    expect(terms).to_have_count(len(TERMS))
    expect(page.locator(".glossary .katex-error")).to_have_count(0)
    formulas = sum(term.formula is not None for term in TERMS.values())
    expect(page.locator(".glossary .katex-display")).to_have_count(formulas)
    assert axe(page) == []

    page.get_by_role("searchbox").fill("lstm")
    expect(page.locator("#lstm")).to_be_visible()
    expect(page.locator("#softmax")).to_be_hidden()
    shown = terms.filter(visible=True).count()
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text(str(shown))
    page.get_by_role("searchbox").fill("no such term")
    expect(terms.filter(visible=True)).to_have_count(0)
    page.get_by_role("searchbox").fill("")
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    page.locator("#shared-weights").get_by_role("link").last.click()
    page.wait_for_url("**/lessons/sharing**")


def test_a_term_reads_its_definition(page: Page) -> None:
    reader = read_lesson(page, "sharing").open()
    name = glossary.used(read("sharing"), "en")[0]
    term = TERMS[name]
    link = page.locator(f'#lesson-text a[data-term="{name}"]').first
    bubble = page.get_by_role("tooltip")
    data = page.evaluate("JSON.parse(document.querySelector('#glossary').textContent)")
    assert list(data) == glossary.used(read("sharing"), "en")  # those of this lesson, no more

    link.hover()
    expect(bubble).to_contain_text(term.definition.en)
    expect(bubble).to_contain_text(term.word.zh)
    expect(link).to_have_attribute("aria-describedby", bubble.get_attribute("id") or "?")
    bubble.hover()  # it may be read in place
    page.wait_for_timeout(400)
    expect(bubble).to_be_visible()
    reader.title.hover()
    expect(bubble).to_be_hidden()
    assert link.get_attribute("aria-describedby") is None

    page.keyboard.press("Tab")  # the page is now driven by keys: what has the focus shows it
    link.focus()
    expect(bubble).to_be_visible()
    box = bubble.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1440
    page.keyboard.press("Escape")
    expect(bubble).to_be_hidden()
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/glossary#{name}")
    expect(page.locator(f"#{name}")).to_be_in_viewport()


def test_the_first_tap_reads_and_the_second_follows(open_page) -> None:
    page: Page = open_page("/lessons/sharing?lang=zh", **PHONE)
    expect(page.locator("main")).to_have_attribute("data-state", "ready")
    first, second = glossary.used(read("sharing"), "zh")[:2]
    bubble = page.get_by_role("tooltip")
    link = page.locator(f'#lesson-text a[data-term="{first}"]').first
    link.tap()
    expect(bubble).to_contain_text(TERMS[first].definition.zh)
    page.locator(f'#lesson-text a[data-term="{second}"]').first.tap()
    expect(bubble).to_contain_text(TERMS[second].definition.zh)
    page.locator("#lesson-text h2").first.tap()
    expect(bubble).to_be_hidden()
    link.tap()
    expect(bubble).to_be_visible()
    link.tap()
    page.wait_for_url(f"**/glossary?lang=zh#{first}")
