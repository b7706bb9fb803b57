"""Any number that the network starts from can be changed by hand and put back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.exchange import opened
from tests.browser.instrument import BPTT, Instrument, show
from tests.browser.test_links import assert_same_picture, picture

DRAWN = re.compile(r"^[^#]*$")


@pytest.fixture
def it(page: Page) -> Instrument:
    page.goto("/?text=abca&H=4")
    it = show(page)
    it.button("controls.lab.edit").click()
    expect(grid(it)).to_be_visible()
    return it


def grid(it: Instrument) -> Locator:
    """The cells of the array in sight."""
    return it.page.locator(".edit-grid")


def field(it: Instrument) -> Locator:
    """The number of the selected cell."""
    return it.page.locator("#edit-value")


def choose(it: Instrument, name: str) -> None:
    """Pick an array."""
    group = it.page.get_by_role("group", name=it.words["edit.array"])
    group.get_by_role("button", name=name, exact=True).click()


def place(it: Instrument, row: int, column: int, rows: int, columns: int) -> tuple[float, float]:
    """Return where a cell is in the window; rows and columns count from 0."""
    grid(it).scroll_into_view_if_needed()
    box = grid(it).bounding_box()
    assert box is not None
    x = box["x"] + (column + 0.5) * box["width"] / columns
    return x, box["y"] + (row + 0.5) * box["height"] / rows


def typed(it: Instrument, value: str) -> dict[str, Any]:
    """Type a value for the selected cell; return question and answer."""
    field(it).fill(value)
    with it.answer() as answer:
        field(it).press("Enter")
    return answer


def test_a_weight_is_pressed_and_typed(it: Instrument) -> None:
    before = it.title.inner_text()
    it.page.mouse.click(*place(it, 2, 1, 4, 4))
    expect(field(it)).to_be_focused()
    it.page.keyboard.type("2.5")
    with it.answer() as answer:
        it.page.keyboard.press("Enter")
    network = answer["body"]["network"]
    assert network["parameters"]["W"][2][1] == 2.5
    assert answer["body"]["data"]["kind"] == "text"
    assert answer["json"]["forward"]["h"]
    expect(it.title).not_to_have_text(before)
    expect(it.page.get_by_text(it.words["edit.count.one"])).to_be_visible()
    expect(it.page.locator(".own-note:visible")).to_contain_text(it.words["open.editedWeights"])
    with it.answer() as answer:
        it.page.get_by_role("button", name=it.like("edit.resetTo")).click()
    assert "parameters" not in answer["body"]["network"]
    expect(it.title).to_have_text(before)
    expect(it.page).to_have_url(DRAWN)


def test_a_cell_is_dragged_and_the_picture_follows(it: Instrument) -> None:
    x, y = place(it, 0, 0, 4, 4)
    questions: list[Any] = []
    it.page.on("request", lambda r: questions.append(r) if r.url.endswith("bptt") else None)
    it.page.mouse.move(x, y)
    it.page.mouse.down()
    for by in range(10, 160, 10):
        it.page.mouse.move(x + by, y)
        it.page.wait_for_timeout(20)
    it.page.mouse.up()
    value = float(field(it).input_value())
    expect(it.page).to_have_url(re.compile("#own="))
    assert len(questions) > 2
    asked = questions[-1].post_data_json["network"]["parameters"]["W"]
    assert asked[0][0] == value
    first = questions[0].post_data_json["network"]["parameters"]["W"]
    assert value - first[0][0] > 0.5
    assert asked[1:] == first[1:]


@pytest.mark.parametrize(
    ("name", "where", "row", "column", "rows", "columns"),
    [
        ("U", ("network", "parameters", "U", 1, 2), 1, 2, 4, 3),
        ("b", ("network", "parameters", "b", 3), 0, 3, 1, 4),
        ("c", ("network", "parameters", "c", 0), 0, 0, 1, 3),
        ("x", ("data", "x", 2, 1), 1, 2, 3, 3),
        ("h(0)", ("data", "h0", 1), 0, 1, 1, 4),
    ],
)
def test_every_array_can_be_changed(
    it: Instrument,
    name: str,
    where: tuple[Any, ...],
    row: int,
    column: int,
    rows: int,
    columns: int,
) -> None:
    choose(it, name)
    it.page.mouse.click(*place(it, row, column, rows, columns))
    answer = typed(it, "0.75")
    value: Any = answer["body"]
    for key in where:
        value = value[key]
    assert value == 0.75
    again: Any = answer["json"]
    for key in where:
        again = again[key]
    assert again == 0.75
    expect(it.page.locator("body")).to_have_attribute("data-state", "ready")
    it.shows(T=3, H=4)
    it.button("edit.resetAll").click()
    expect(it.page).to_have_url(DRAWN)
    expect(it.button("edit.resetAll")).to_be_disabled()


def test_an_lstms_cell_state_can_be_set(page: Page) -> None:
    it = opened(page, "/?cell=lstm&text=abca&H=3&lab=edit")
    choose(it, "cell(0)")
    page.mouse.click(*place(it, 0, 2, 1, 3))
    assert typed(it, "-1.5")["body"]["data"]["cell0"] == [0, 0, -1.5]
    choose(it, "W")
    page.mouse.click(*place(it, 11, 0, 12, 3))
    assert typed(it, "3")["body"]["network"]["parameters"]["W"][11][0] == 3


def test_all_of_it_goes_by_keys(it: Instrument) -> None:
    grid(it).focus()
    it.page.keyboard.press("ArrowDown")
    it.page.keyboard.press("ArrowRight")
    it.page.keyboard.press("ArrowRight")
    expect(it.page.get_by_text("W [2, 3]", exact=True)).to_be_visible()
    before = float(field(it).input_value())
    with it.answer() as answer:
        it.page.keyboard.press("PageUp")
    assert answer["body"]["network"]["parameters"]["W"][1][2] > before
    it.page.keyboard.press("Delete")
    expect(field(it)).to_have_value(str(before))
    it.page.keyboard.press("End")
    it.page.keyboard.type("-2")
    expect(field(it)).to_be_focused()
    with it.answer() as answer:
        it.page.keyboard.press("Enter")
    assert answer["body"]["network"]["parameters"]["W"][1][3] == -2
    expect(it.time).to_have_value("1")


def test_a_number_is_pasted_and_a_link_within_the_page_keeps_it(it: Instrument) -> None:
    grid(it).focus()
    with it.answer() as answer:
        it.page.evaluate(
            """() => {
              const clipboardData = new DataTransfer();
              clipboardData.setData("text/plain", " -0.75 ");
              const event = new ClipboardEvent("paste", { clipboardData, bubbles: true });
              document.activeElement.dispatchEvent(event);
            }"""
        )
    assert answer["body"]["network"]["parameters"]["W"][0][0] == -0.75
    expect(it.page.get_by_role("dialog")).to_have_count(0)
    expect(it.page).to_have_url(re.compile("#own=1"))
    it.page.locator(".skip").focus()
    it.page.keyboard.press("Enter")
    expect(it.page).to_have_url(re.compile("#own=1"))
    expect(field(it)).to_have_value("-0.75")


def test_what_is_no_number_is_refused_in_words(it: Instrument) -> None:
    it.page.mouse.click(*place(it, 0, 0, 4, 4))
    field(it).fill("1.2.3")
    field(it).press("Enter")
    expect(it.page.locator("#edit-fault")).to_have_text(it.say("edit.notNumber", value="1.2.3"))
    expect(field(it)).to_have_attribute("aria-invalid", "true")
    expect(it.page).to_have_url(DRAWN)


def test_pressing_the_picture_picks_the_array(it: Instrument) -> None:
    centre, _ = it.column_centre(2)
    box = it.page.locator("#band-stage .column .input").nth(1).bounding_box()
    node = it.page.locator("#band-stage .column .node").nth(1).bounding_box()
    assert box is not None
    assert node is not None
    it.page.mouse.click(centre, box["y"] + box["height"] / 2)
    expect(it.page.get_by_text("x [2, 2]", exact=True)).to_be_visible()
    it.page.mouse.click(centre, node["y"] + node["height"] / 2)
    expect(it.page.get_by_text(it.words["edit.computed"])).to_be_visible()


def test_the_link_carries_the_changes_and_their_marks(open_page: Callable[..., Page]) -> None:
    it = opened(open_page("about:blank"), "/?text=abca&H=4&lab=edit")
    it.page.mouse.click(*place(it, 2, 1, 4, 4))
    typed(it, "0.123456789012345678")
    choose(it, "x")
    it.page.mouse.click(*place(it, 0, 1, 3, 3))
    body = typed(it, "-0.5")["body"]
    expect(it.page).to_have_url(re.compile("#own=1"))
    it.page.wait_for_timeout(400)
    page = open_page("about:blank")
    with page.expect_request(BPTT) as request:
        page.goto(it.page.url)
    assert request.value.post_data_json == body
    other = show(page)
    choose(it, "W")
    assert_same_picture(other, picture(it))
    expect(page.get_by_text(it.say("edit.count", n=2))).to_be_visible()
    other.button("edit.resetAll").click()
    expect(page).to_have_url(DRAWN)


@pytest.mark.parametrize(
    "variant",
    [
        {"locale": "en", "color_scheme": "dark"},
        {"locale": "zh-CN", "viewport": {"width": 390, "height": 844}, "has_touch": True},
    ],
    ids=["dark", "phone-zh"],
)
def test_the_editor_is_accessible(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], variant: dict[str, Any]
) -> None:
    it = show(open_page("/", **variant), variant["locale"][:2])
    if "viewport" in variant:
        it.button("header.settings").click()
    it.button("controls.lab.edit").click()
    expect(grid(it)).to_be_in_viewport()
    with it.answer() as answer:
        grid(it).press("PageUp")
    assert answer["body"]["network"]["parameters"]
    expect(it.button("edit.resetAll")).to_be_enabled()
    assert axe(it.page) == []
    inside = it.page.locator("#inspector").evaluate("p => p.scrollWidth <= p.clientWidth + 1")
    assert inside
