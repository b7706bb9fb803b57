"""LSTM and GRU on the page: gates over time, one step's cell operation by operation."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.instrument import Instrument, agrees, show

GATES = {"lstm": ("input", "forget", "output"), "gru": ("reset", "update")}
OPERATIONS = {"rnn": 4, "lstm": 12, "gru": 11}
STEP = 4


def norm(values: Any) -> float:
    return float(np.linalg.norm(np.array(values, dtype=float)))


@pytest.fixture
def it(page: Page) -> Instrument:
    page.goto("/")
    return show(page)


def zoomed(page: Page, cell: str, place: str) -> tuple[Instrument, dict[str, Any]]:
    """Open a cell in its view; return the page and the answer that it shows."""
    with page.expect_response("**/api/v1/bptt") as response:
        page.goto(f"/?cell={cell}&zoom=1&{place}")
    it = show(page)
    expect(page.locator("#cell-view")).to_be_visible()
    return it, response.value.json()


def sizes(page: Page) -> list[str]:
    """Return the numbers beside the operations' formulas."""
    return page.locator(".operation-size").all_text_contents()


@pytest.mark.parametrize("cell", GATES)
def test_choosing_a_gated_cell_shows_its_gates_over_time(it: Instrument, cell: str) -> None:
    with it.answer() as answer:
        it.choose("controls.cell", f"cell.{cell}")
    network = answer["body"]["network"]
    assert network["cell"] == cell
    assert "activation" not in network
    assert ("forget_bias" in network["init"]) == (cell == "lstm")
    expect(it.select("controls.activation")).to_be_hidden()
    expect(it.spin("controls.forgetBias")).to_be_visible(visible=cell == "lstm")
    for gate in GATES[cell]:
        mean = np.mean(answer["json"]["forward"]["gates"][gate])
        words = it.say("gates.summary", gate=it.say(f"gates.{gate}"), H=8, T=10, mean=f"{mean:.2f}")
        expect(it.page.get_by_role("img", name=words)).to_be_visible()
    strip = it.page.get_by_role("img", name=it.say("cellState.summary", H=8, T=10))
    expect(strip).to_be_visible(visible=cell == "lstm")


def test_back_to_the_plain_cell_hides_the_gates(it: Instrument) -> None:
    it.choose("controls.cell", "cell.lstm")
    expect(it.page.locator("#band-gates")).to_be_visible()
    it.choose("controls.cell", "cell.rnn")
    expect(it.page.locator("#band-gates")).to_be_hidden()
    expect(it.page.locator("#band-cell")).to_be_hidden()
    expect(it.select("controls.activation")).to_be_visible()


def test_layer_normalization_is_asked_for_and_its_equation_shown(it: Instrument) -> None:
    with it.answer() as answer:
        it.select("controls.normalization").select_option("layer")
    assert answer["body"]["network"]["normalization"] == "layer"
    it.choose("transport.mode", "transport.forward")
    it.time.fill(str(STEP))
    expect(it.page.locator("#inspector .equation .formula").first).to_contain_text("LN")


@pytest.mark.parametrize("way", ["button", "enter", "double click"])
def test_the_cell_opens_and_escape_closes_it(it: Instrument, way: str) -> None:
    view = it.page.locator("#cell-view")
    expect(view).to_be_hidden()
    if way == "button":
        it.button("cell.open").click()
    elif way == "enter":
        it.time.focus()
        it.page.keyboard.press("Enter")
    else:
        x, _ = it.column_centre(STEP)
        node = it.page.locator("#band-stage .node").nth(STEP).bounding_box()
        assert node is not None
        it.page.mouse.dblclick(x, node["y"] + node["height"] / 2)
    expect(view).to_be_visible()
    expect(it.page.locator("#band-triangle")).to_be_hidden()
    expect(it.time).to_be_visible()
    expect(it.page).to_have_url(re.compile("zoom=1"))
    if way == "double click":
        expect(it.time).to_have_value(str(STEP))
    it.page.keyboard.press("Escape")
    expect(view).to_be_hidden()
    expect(it.page.locator("#band-triangle")).to_be_visible()


@pytest.mark.parametrize("cell", OPERATIONS)
def test_operations_are_computed_one_by_one(page: Page, cell: str) -> None:
    it, answer = zoomed(page, cell, f"mode=forward&step={STEP}")
    count = OPERATIONS[cell]
    assert len([s for s in sizes(page) if s]) == count
    assert agrees(sizes(page)[-1], norm(answer["forward"]["h"][STEP - 1]))
    known = page.locator(".cell-node.is-known")
    whole = known.count()
    for done in range(count - 1, 0, -1):
        page.keyboard.press("ArrowUp")
        expect(page.locator(".operation:not(.is-ghost)")).to_have_count(done)
    assert known.count() < whole
    expect(page.locator(".operation[aria-current]")).to_have_count(1)
    it.button("cell.next").click()
    expect(page.locator(".operation:not(.is-ghost)")).to_have_count(2)
    page.locator(".operation").nth(count - 1).click()
    expect(known).to_have_count(whole)
    page.keyboard.press("ArrowDown")
    expect(it.time).to_have_value(str(STEP + 1))
    expect(page.locator(".operation:not(.is-ghost)")).to_have_count(1)


def test_values_on_the_lstm_are_those_of_the_answer(page: Page) -> None:
    _, answer = zoomed(page, "lstm", f"mode=forward&step={STEP}")
    forward, t = answer["forward"], STEP - 1
    gates = {name: np.array(rows[t]) for name, rows in forward["gates"].items()}
    before = np.array(forward["cell"][t - 1])
    expected = {
        3: forward["a"][t], 4: gates["forget"], 5: gates["input"], 6: gates["candidate"],
        7: gates["forget"] * before, 8: gates["input"] * gates["candidate"], 9: forward["cell"][t],
        10: gates["output"], 11: np.tanh(forward["cell"][t]), 12: forward["h"][t],
    }  # fmt: skip
    shown = sizes(page)
    for operation, value in expected.items():
        assert agrees(shown[operation - 1], norm(value)), operation


@pytest.mark.parametrize("cell", OPERATIONS)
def test_gradients_in_the_cell_are_those_of_the_answer(page: Page, cell: str) -> None:
    _, answer = zoomed(page, cell, f"mode=backward&step={STEP}")
    backward, t = answer["backward"], STEP - 1
    shown = sizes(page)
    assert agrees(shown[0], norm(backward["dx"][t]))
    da = np.array(backward["da"][t])
    H = len(backward["dh"][t])
    if cell == "rnn":
        assert agrees(shown[3], norm(da))
    elif cell == "lstm":
        for operation, rows in ((5, 0), (4, 1), (6, 2), (10, 3)):
            assert agrees(shown[operation - 1], norm(da[rows * H : (rows + 1) * H])), operation
        assert agrees(shown[8], norm(backward["dcell"][t]))
        kept = np.array(answer["forward"]["gates"]["forget"][t]) * np.array(backward["dcell"][t])
        assert agrees(shown[6], norm(kept))
    else:
        for operation, rows in ((3, 0), (4, 1), (7, 2)):
            assert agrees(shown[operation - 1], norm(da[rows * H : (rows + 1) * H])), operation
        assert agrees(shown[10], norm(backward["dh"][t]))


def test_pointing_lights_formula_and_wiring_both_ways(page: Page) -> None:
    zoomed(page, "lstm", f"mode=forward&step={STEP}")
    forget = page.locator(".operation").nth(3)
    forget.hover()
    expect(page.locator('[data-node="forget"].is-linked')).to_be_visible()
    page.locator('[data-node="keep"]').hover()
    expect(page.locator(".operation.is-linked .operation-index")).to_have_text("7")


def test_the_microscope_shows_both_states_of_an_lstm(page: Page) -> None:
    with page.expect_response("**/api/v1/bptt") as response:
        page.goto("/?cell=lstm&path=9,3")
    show(page)
    credit = response.value.json()["credit"]
    rows = page.locator(".factors tbody tr")
    expect(rows).to_have_count(7)
    for i, j in enumerate(range(9, 3, -1), start=1):
        numbers = rows.nth(i).locator(".number").all_text_contents()
        row, cell = credit["dh_norm"][8], credit["dcell_norm"][8]
        assert agrees(numbers[1], row[j - 2] / row[j - 1])
        assert agrees(numbers[2], cell[j - 2] / cell[j - 1])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("cell", OPERATIONS)
def test_the_open_cell_is_accessible(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], cell: str, scheme: str
) -> None:
    page = open_page(f"/?cell={cell}&zoom=1&mode=forward&step=3", color_scheme=scheme)
    show(page)
    expect(page.locator(".operation")).to_have_count(OPERATIONS[cell])
    assert axe(page) == []


def test_on_a_phone_the_cell_scrolls_to_its_operation(open_page: Callable[..., Page]) -> None:
    page = open_page(
        "/?cell=lstm&zoom=1&mode=forward&step=3", viewport={"width": 390, "height": 844}
    )
    show(page)
    frame = page.locator(".cell-frame")
    assert frame.evaluate("f => f.scrollLeft") > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
