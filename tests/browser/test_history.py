"""Back and forward in the browser's history, and what a selected path comes back to."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.instrument import Instrument, show

LENGTH = "() => history.length"


def test_back_and_forward_restore_settings_and_picture(open_page: Callable[..., Page]) -> None:
    it = show(open_page("/?text=abcabc&H=5"))
    it.time.fill("3")
    expect(it.page).to_have_url(re.compile("step=3"))
    with it.answer() as preset:
        it.button("preset.tanh-carries.title").click()
    expect(it.page).not_to_have_url(re.compile("text=abcabc"))
    carried = preset["body"]["data"]["text"]
    it.text.fill("to be or")
    expect(it.page).to_have_url(re.compile(r"text=to\+be\+or"))
    it.shows(T=7, H=16)

    it.page.go_back()
    it.shows(T=len(carried) - 1, H=16)
    expect(it.text).to_have_value(carried)
    it.page.go_back()
    it.shows(T=5, H=5)
    expect(it.text).to_have_value("abcabc")
    expect(it.time).to_have_value("3")
    expect(it.title).to_have_text(it.say("narration.backward", step=3))
    it.page.go_forward()
    it.page.go_forward()
    it.shows(T=7, H=16)
    expect(it.text).to_have_value("to be or")


def test_a_kind_of_sequence_is_an_entry_and_a_pause_ends_a_text(
    open_page: Callable[..., Page],
) -> None:
    it = show(open_page("/"))
    before = it.page.evaluate(LENGTH)
    it.text.press("End")
    it.text.press_sequentially(" and on", delay=30)
    expect(it.page).to_have_url(re.compile(r"text=hello\+world\+and\+on"))
    assert it.page.evaluate(LENGTH) == before + 1
    it.choose("controls.kind", "controls.sunspots")
    expect(it.page).to_have_url(re.compile("kind=sunspots"))
    assert it.page.evaluate(LENGTH) == before + 2
    it.page.go_back()
    it.shows(T=17, H=8)
    it.page.go_back()
    it.shows(T=10, H=8)
    expect(it.text).to_have_value("hello world")


def test_scrubbing_and_sliders_leave_no_entries(open_page: Callable[..., Page]) -> None:
    it = show(open_page("/"))
    before = it.page.evaluate(LENGTH)
    for step in ("3", "7"):
        it.time.fill(step)
        expect(it.page).to_have_url(re.compile(f"step={step}"))
    it.slide("controls.gain").press("ArrowRight")
    expect(it.page).to_have_url(re.compile("gain="))
    it.spin("controls.seed").fill("9")
    expect(it.page).to_have_url(re.compile("seed=9"))
    assert it.page.evaluate(LENGTH) == before


def test_escape_leads_back_to_where_the_path_was_selected(open_page: Callable[..., Page]) -> None:
    it = show(open_page("/?pass=backward&step=7"))
    expect(it.title).to_have_text(it.say("narration.backward", step=7))
    it.page.mouse.click(*it.cell(9, 8))
    expect(it.title).to_have_text(it.say("narration.path", t=9, k=8))
    it.page.keyboard.press("Escape")
    expect(it.title).to_have_text(it.say("narration.backward", step=7))
    expect(it.time).to_have_value("7")


def test_a_cell_that_is_not_computed_cannot_be_selected(open_page: Callable[..., Page]) -> None:
    it = show(open_page("/?pass=backward&step=7"))
    it.page.mouse.click(*it.cell(9, 3))
    it.page.mouse.click(*it.cell(8, 7))  # this one can
    expect(it.title).to_have_text(it.say("narration.path", t=8, k=7))


def test_a_link_in_another_language_is_for_once(open_page: Callable[..., Page]) -> None:
    it = show(open_page("/?lang=zh"), "zh")
    root = it.page.locator("html")
    expect(root).to_have_attribute("lang", "zh")
    it.page.get_by_role("link", name="Unrolled", exact=True).click()
    it.ready()
    expect(root).to_have_attribute("lang", "zh")
    it.page.goto("/")
    expect(root).to_have_attribute("lang", "en")
    english = Instrument(it.page)
    it.page.get_by_role("link", name=it.words["language.name"]).click()
    expect(root).to_have_attribute("lang", "zh")
    it.page.goto("/")
    expect(root).to_have_attribute("lang", "zh")
    it.page.get_by_role("link", name=english.words["language.name"]).click()
    expect(root).to_have_attribute("lang", "en")
