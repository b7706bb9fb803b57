"""A teacher's link: made in the dialog, followed by a class; the frame, and the printed handout."""

import re

from playwright.sync_api import Page, expect

from app.pages.lessons import read
from tests.browser.lesson import read_lesson, steps_of

STEM = "sharing"


def test_a_link_is_made_and_does_what_it_says(page: Page, open_page, axe) -> None:
    reader = read_lesson(page, STEM).open()
    page.get_by_role("button", name=reader.say("teacher.button")).click()
    dialog = page.get_by_role("dialog", name=reader.say("teacher.button"))
    assert axe(page) == []
    step = steps_of(STEM)[2]
    dialog.get_by_label(reader.say("teacher.start")).select_option(step)
    dialog.get_by_label(reader.say("teacher.language")).select_option("zh")
    dialog.get_by_label(reader.say("teacher.theme")).select_option("dark")
    dialog.get_by_label(reader.say("teacher.part.nav")).check()
    dialog.get_by_label(reader.say("teacher.part.questions")).check()
    names = page.evaluate(
        "[...new Set([...document.querySelectorAll('#figure [data-control]')]"
        ".map((e) => e.dataset.control))]"
    )
    assert {"T", "transport"} <= set(names)
    controls = dialog.locator(".teacher-controls select")
    expect(controls).to_have_count(len(names))
    controls.nth(names.index("T")).select_option("lock")
    controls.nth(names.index("transport")).select_option("hide")
    link = dialog.get_by_label(reader.say("teacher.link"), exact=True).input_value()
    assert link.endswith(
        f"/lessons/{STEM}?at={step}&hide=nav,questions,transport&lock=T&lang=zh&theme=dark"
    )
    frame = dialog.get_by_label(reader.say("teacher.snippet"), exact=True).input_value()
    assert "&amp;embed=1" in frame
    assert "hide=transport&amp;" in frame
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name=reader.say("teacher.button"))).to_be_focused()

    met = open_page(link)
    expect(met.locator("html")).to_have_attribute("lang", "zh")
    expect(met.locator("html")).to_have_attribute("data-theme", "dark")
    expect(met.locator(f"#step-{step}")).to_have_attribute("data-current", "")
    expect(met.locator(".lesson-nav")).to_be_hidden()
    expect(met.locator(".question").first).to_be_hidden()
    expect(met.locator("#transport")).to_be_hidden()
    control = met.locator('#figure [data-control="T"]')
    expect(control).to_be_visible()
    expect(control).to_have_attribute("title", re.compile("."))
    inputs = control.locator("input, button")
    for i in range(inputs.count()):
        expect(inputs.nth(i)).to_be_disabled()
    met.locator("#lesson-text h2 a").last.click()  # another state of the figure: still locked
    expect(met.locator(f"#step-{steps_of(STEM)[-1]}")).to_have_attribute("data-current", "")
    expect(inputs.first).to_be_disabled()
    expect(met.locator("#transport")).to_be_hidden()


def test_a_frame_has_the_figure_and_its_caption_alone(open_page, axe) -> None:
    step = steps_of(STEM)[1]
    page: Page = open_page(f"/lessons/{STEM}?lang=en&at={step}&embed=1")
    expect(page.locator("main")).to_have_attribute("data-state", "ready")
    expect(page.locator("#figure")).to_be_visible()
    for part in ("#top", ".lesson-nav", "#lesson-text"):
        expect(page.locator(part)).to_be_hidden()
    caption = page.get_by_role("link", name=re.compile(re.escape(read(STEM).title.en)))
    expect(caption).to_have_attribute("target", "_blank")
    expect(page.locator("#figure-link")).to_have_attribute("target", "_blank")
    expect(page.locator("[data-current]")).to_have_attribute("data-step", step)
    page.set_viewport_size({"width": 600, "height": 500})  # a smaller frame is another layout
    page.mouse.wheel(0, 300)
    expect(page.locator("[data-current]")).to_have_attribute("data-step", step)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert axe(page) == []


def test_on_paper_it_is_a_handout(open_page) -> None:
    page: Page = open_page(f"/lessons/{STEM}?lang=en", color_scheme="dark")
    expect(page.locator("main")).to_have_attribute("data-state", "ready")
    right = page.locator(".choice[data-right]").first
    right.click()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    for part in ("#top", ".lesson-nav", ".feedback", "#transport", "#figure-link"):
        expect(page.locator(part).first).to_be_hidden()
    expect(page.locator("#figure")).to_be_visible()
    box = page.locator(".lesson-figure").bounding_box()
    assert box is not None
    assert box["width"] <= 690  # of A4 inside its margins
    questions = [question for step in read(STEM).steps for question in step.questions]
    expect(page.locator(".answers li")).to_have_count(len(questions))
    expect(page.locator(".answers li").first).to_be_visible()
    weights = page.locator(".question .choice").evaluate_all(
        "(all) => [...new Set(all.map((one) => getComputedStyle(one).fontWeight))]"
    )
    assert len(weights) == 1  # none is marked, the chosen one neither
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator(".answers")).to_be_hidden()
