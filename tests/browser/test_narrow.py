"""Phone, tablet and a page at twice its size; and no serious accessibility violation anywhere."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.instrument import BPTT, Instrument, show

PHONE: ViewportSize = {"width": 390, "height": 844}
SMALL: ViewportSize = {"width": 320, "height": 640}
TABLET: ViewportSize = {"width": 1024, "height": 768}
ZOOMED: ViewportSize = {"width": 720, "height": 450}

# Everything pressable outside the sheets that is smaller than a finger, and where it is.
TARGETS = """() => {
  const pressable = "header a, header button, header label, #transport button, #transport label,"
    + " #peek button, .sheet-close";
  return [...document.querySelectorAll(pressable)]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([element, box]) => box.bottom > 0 && (box.width < 44 || box.height < 44))
    .map(([element, box]) => `${element.getAttribute("aria-label") ?? element.textContent}: `
      + `${box.width} × ${box.height}`);
}"""
# Pairs of parts of the head and the transport that lie over one another.
OVERLAPS = """() => {
  const parts = "header > *, #transport button, #transport label, .speed-name";
  const all = [...document.querySelectorAll(parts)].filter((e) => e.checkVisibility());
  const boxes = all.map((element) => element.getBoundingClientRect());
  const over = (p, q) => Math.min(p.right, q.right) - Math.max(p.left, q.left) > 1
    && Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top) > 1;
  const name = (element) => element.ariaLabel || element.textContent.trim();
  return all.flatMap((a, i) => all.slice(i + 1)
    .filter((b, j) => !a.contains(b) && over(boxes[i], boxes[i + 1 + j]))
    .map((b) => `${name(a)} / ${name(b)}`));
}"""
# Parts of the transport that stand out of it.
OUTSIDE = """() => {
  const { left, right } = document.querySelector("#transport").getBoundingClientRect();
  return [...document.querySelectorAll("#transport button, #transport label")]
    .filter((element) => element.checkVisibility())
    .filter((element) => element.getBoundingClientRect().left < left - 1
      || element.getBoundingClientRect().right > right + 1)
    .map((element) => `outside: ${element.ariaLabel || element.textContent.trim()}`);
}"""
SETTLED = "() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))"
OVERFLOW = "() => document.documentElement.scrollWidth - window.innerWidth"


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Instrument:
    return show(open_page("/", viewport=PHONE, has_touch=True))


@pytest.mark.parametrize("query", ["/", "/?kind=sunspots&steps=120&H=32&path=90,60"])
def test_the_document_never_scrolls_sideways(open_page: Callable[..., Page], query: str) -> None:
    it = show(open_page(query))
    for viewport in (PHONE, SMALL, TABLET, ZOOMED):
        it.page.set_viewport_size(viewport)
        it.page.evaluate(SETTLED)
        assert it.page.evaluate(OVERFLOW) <= 0, viewport
        expect(it.button("transport.play")).to_be_in_viewport(ratio=1)
        expect(it.title).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(
    ("query", "locale"),
    [
        ("/", "en"),
        ("/?kind=sunspots&steps=120", "en"),
        ("/?kind=sunspots&steps=120", "zh-CN"),
        ("/?hide=header,inspector", "en"),
    ],
)
def test_the_transport_keeps_its_parts_apart_at_every_width(
    open_page: Callable[..., Page], query: str, locale: str
) -> None:
    it = show(open_page(query, locale=locale), locale[:2])
    wrong = {}
    for width in (1440, 1366, 1280, 1180, 1024, 800, 760, 759, 390, 320):
        it.page.set_viewport_size({"width": width, "height": 800})
        it.page.evaluate(SETTLED)
        wrong[width] = it.page.evaluate(OVERLAPS) + it.page.evaluate(OUTSIDE)
    assert {width: found for width, found in wrong.items() if found} == {}


@pytest.mark.parametrize("viewport", [PHONE, SMALL], ids=lambda v: str(v["width"]))
def test_targets_are_as_large_as_a_finger(
    open_page: Callable[..., Page], viewport: ViewportSize
) -> None:
    it = show(open_page("/", viewport=viewport, has_touch=True))
    assert it.page.evaluate(TARGETS) == []
    assert it.page.evaluate(OVERLAPS) == []
    it.button("header.menu").tap()
    assert it.page.evaluate(TARGETS) == []


def test_sheets_open_close_and_give_the_focus_back(
    phone: Instrument, axe: Callable[[Page], list[str]]
) -> None:
    page = phone.page
    assert axe(page) == []
    for opener, panel in (("header.settings", "settings"), ("peek.expand", "inspector")):
        sheet = page.get_by_role("dialog", name=phone.words[f"panel.{panel}"])
        expect(sheet).to_be_hidden()
        phone.button(opener).tap()
        expect(sheet).to_be_visible()
        expect(sheet).to_be_focused()
        assert axe(page) == []
        for _ in range(60):  # the focus stays in the sheet
            page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.closest('#top, #main')") is None
        sheet.get_by_role("button", name=phone.words["panel.close"]).tap()
        expect(sheet).to_be_hidden()
        expect(phone.button(opener)).to_be_focused()
    phone.button("header.settings").tap()
    page.mouse.click(195, 60)  # beside the sheet
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_setting_in_a_sheet_changes_the_picture_behind_it(phone: Instrument) -> None:
    phone.button("header.settings").tap()
    with phone.answer():
        phone.button("preset.tanh-carries.title").tap()
    phone.text.fill("abcabc")
    phone.page.keyboard.press("Escape")
    phone.shows(T=5, H=16)
    expect(phone.title).to_have_text(phone.trend)


def test_a_phone_plays_and_scrolls_all_bands_as_one(phone: Instrument) -> None:
    phone.page.goto("/?kind=sunspots&steps=100")
    phone.ready()
    speed = phone.page.get_by_role("button", name=phone.words["transport.speed"])
    for _ in range(2):
        speed.tap()
    expect(speed).to_have_text("8×")
    phone.button("transport.first").tap()
    phone.button("transport.play").tap()
    expect(phone.time).not_to_have_value(re.compile("^[012]$"))  # it moves on while one looks
    phone.button("transport.pause").tap()
    phone.button("transport.last").tap()
    phone.time.fill("90")
    cursor = phone.page.locator("#cursor-column")
    expect(cursor).to_be_in_viewport()
    lefts = phone.page.locator("#bands canvas:visible").evaluate_all(
        "all => all.map(c => Math.round( c.closest('.band-plot').getBoundingClientRect().left))"
    )
    assert len(set(lefts)) == 1
    assert lefts[0] < 0, "scrolled"


def test_a_tablet_swaps_settings_and_inspector(open_page: Callable[..., Page]) -> None:
    it = show(open_page("/", viewport=TABLET))
    inspector = it.page.get_by_role("complementary", name=it.words["panel.inspector"])
    settings = it.page.get_by_role("region", name=it.words["panel.settings"])
    expect(inspector).to_be_visible()
    expect(settings).to_be_hidden()
    it.button("header.settings").click()
    expect(settings).to_be_visible()
    expect(inspector).to_be_hidden()
    it.button("header.settings").click()
    expect(inspector).to_be_visible()


def test_at_twice_the_size_everything_can_be_reached(open_page: Callable[..., Page]) -> None:
    it = show(open_page("/", viewport=ZOOMED))
    for part in ("#band-stage svg", "#band-gradient canvas", "#band-triangle canvas"):
        it.page.locator(part).first.scroll_into_view_if_needed()
        expect(it.page.locator(part).first).to_be_in_viewport()
    expect(it.button("transport.play")).to_be_in_viewport(ratio=1)
    it.button("header.settings").click()
    it.spin("controls.seed").scroll_into_view_if_needed()
    expect(it.spin("controls.seed")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("/?path=9,3", {}),
        ("/?path=9,3", {"color_scheme": "dark", "locale": "zh-CN"}),
        ("/?step=4", {"color_scheme": "dark"}),
        ("/?kind=sunspots&steps=200&H=64&truncate=20", {}),
        ("/?lock=text,activation&hide=inspector", {"locale": "zh-CN"}),
        ("/?path=9,3", {"viewport": ZOOMED}),
    ],
    ids=["path", "path dark zh", "forward dark", "long", "locked zh", "zoomed"],
)
def test_no_serious_violation(
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    query: str,
    options: dict[str, Any],
) -> None:
    language = options.get("locale", "en")[:2]
    it = show(open_page(query, **options), language)
    assert axe(it.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_violation_in_trouble(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], watch: Any, scheme: str
) -> None:
    watch.allow(r"^console: Failed to load resource")
    it = show(open_page("/", color_scheme=scheme))
    it.page.route(BPTT, lambda route: route.abort())
    it.spin("controls.H").fill("9")
    expect(it.page.get_by_role("alert")).to_be_visible()
    it.text.fill("a")
    expect(it.fault).to_be_visible()
    assert axe(it.page) == []
