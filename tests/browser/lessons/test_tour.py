"""The tour in the browser: what it shows is the API's, and its buttons play what the text says."""

from playwright.sync_api import Page, expect

from tests.browser.instrument import agrees
from tests.browser.lesson import read_lesson


def test_the_tour_shows_the_apis_numbers_and_ends_on_one_path(page: Page) -> None:
    it = read_lesson(page, "tour").open()
    answer = it.answered("bptt")["json"]
    T, H = len(answer["forward"]["h"]), len(answer["forward"]["h"][0])
    expect(it.value("T")).to_have_text(str(T))
    expect(it.value("H")).to_have_text(str(H))
    title = it.figure.locator("#headline").get_by_role("heading")
    expect(title).to_contain_text("Step 6")

    it.step("hidden")
    largest = max(abs(value) for row in answer["forward"]["h"] for value in row)
    assert agrees(it.value("most").inner_text(), largest)

    it.step("play")
    play = it.figure.get_by_role("button", name="Play", exact=True)
    expect(play).to_be_visible()  # nothing plays by itself
    it.act("play")
    expect(it.figure.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    it.act("pause")
    expect(play).to_be_visible()

    it.step("backward")
    for name, t in (("last", T), ("first", 1)):
        norm = sum(value**2 for value in answer["backward"]["dh"][t - 1]) ** 0.5
        assert agrees(it.value(name).inner_text(), norm)

    it.step("triangle")
    left = answer["credit"]["dh_norm"][9 - 1][3 - 1]
    assert agrees(it.value("credit").inner_text(), left)
    expect(title).to_have_text("How much can the loss at step 9 still teach step 3?")
    for address in ("/", "/compare", "/train", "/lessons/convolution"):
        link = it.page.locator("#step-triangle").locator(f'a[href="{address}"]')
        expect(link).to_be_visible()
    other = it.follow()
    expect(other.locator("#headline").get_by_role("heading")).to_have_text(title.inner_text())
