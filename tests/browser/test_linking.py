"""Pointing at a part lights it everywhere; the numbers shown are the API's."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.instrument import BPTT, Instrument, agrees, show


@pytest.fixture
def it(page: Page) -> Instrument:
    page.goto("/")
    return show(page)


@pytest.fixture
def trace(it: Instrument) -> dict[str, Any]:
    """What the API itself answers for the picture that is open."""
    with it.page.expect_request(BPTT) as request:
        it.page.reload()
    it.ready()
    answer = it.page.request.post("/api/v1/bptt", data=request.value.post_data_json)
    assert answer.status == 200
    return answer.json()


def ring(it: Instrument) -> Locator:
    """What the stage has ringed."""
    return it.page.locator("#band-stage svg .ring.on")


def part(it: Instrument, root: str, kind: str, t: int) -> Locator:
    """Return the term of a formula that stands for a part of the picture."""
    return it.page.locator(f'{root} [data-part="{kind}"][data-t="{t}"]').first


def test_a_term_of_the_headline_rings_its_arrow(it: Instrument) -> None:
    it.choose("transport.mode", "transport.forward")
    it.time.fill("4")
    for kind in ("U", "W"):
        part(it, "#headline", kind, 4).hover()
        expect(ring(it)).to_have_count(1)
        box = ring(it).bounding_box()
        centre, _ = it.column_centre(4)
        assert box is not None
        middle = box["x"] + box["width"] / 2
        if kind == "U":
            assert abs(middle - centre) < 2
        else:
            assert it.column_centre(3)[0] < middle < centre
        expect(part(it, "#inspector", kind, 4)).to_have_class(re.compile("is-linked"))
    it.title.hover()
    expect(ring(it)).to_have_count(0)


def test_an_arrow_lights_its_term(it: Instrument) -> None:
    it.choose("transport.mode", "transport.forward")
    it.time.fill("4")
    x, _ = it.column_centre(4)
    node = it.page.locator("#band-stage .column .node").nth(3).bounding_box()
    field = it.page.locator("#band-stage .column .input").nth(3).bounding_box()
    assert node is not None
    assert field is not None
    between = (x, (node["y"] + node["height"] + field["y"]) / 2)
    before = ((it.column_centre(3)[0] + x) / 2, node["y"] + node["height"] / 2)
    for kind, (px, py) in {"U": between, "W": before}.items():
        it.page.mouse.move(px, py)
        expect(part(it, "#inspector", kind, 4)).to_have_class(re.compile("is-linked"))
        expect(ring(it)).to_have_count(1)
    it.page.mouse.move(x, node["y"] + 12)
    expect(it.page.locator("#inspector tr.is-linked, #inspector tr.is-current")).not_to_have_count(
        0
    )


def test_a_cell_of_the_triangle_lights_and_says_the_number_of_the_api(
    it: Instrument, trace: dict[str, Any]
) -> None:
    credit = trace["credit"]["dh_norm"]
    for t, k in [(10, 1), (9, 3), (5, 5)]:
        it.page.mouse.move(*it.cell(t, k))
        expect(it.tooltip).to_have_text(re.compile(rf"^‖∂L\({t}\)/∂h\({k}\)‖ = "))
        assert agrees(it.tooltip.inner_text().split("= ")[1], credit[t - 1][k - 1])
        expect(it.page.locator("#band-triangle .strip-frame-cell:visible")).to_have_count(1)
    it.page.mouse.move(2, 2)
    expect(it.tooltip).to_have_count(0)
    expect(it.page.locator("#band-triangle .strip-frame-cell:visible")).to_have_count(0)


def test_tooltips_of_the_stage_have_words_and_numbers(
    it: Instrument, trace: dict[str, Any]
) -> None:
    t = 3
    x, _ = it.column_centre(t)
    boxes = {
        name: it.page.locator(f"#band-stage .column .{name}").nth(t - 1).bounding_box()
        for name in ("prediction", "node", "input", "loss")
    }
    middle = {name: box["y"] + box["height"] / 2 for name, box in boxes.items() if box}
    gap = (it.column_centre(t - 1)[0] + x) / 2
    between = (middle["node"] + middle["input"]) / 2 + 20
    states, losses = trace["forward"]["h"][t - 1], trace["loss"]["per_step"]
    expected: dict[tuple[float, float], tuple[str, float | None]] = {
        (x, middle["loss"]): (r"^L\(3\) = (.+)$", losses[t - 1]),
        (gap, middle["node"]): (it.like("tooltip.W", t=t, before=t - 1).pattern, None),
        (x, between): (it.like("tooltip.U", t=t).pattern, None),
        (x, middle["prediction"]): (it.like("tooltip.prediction", t=t).pattern, None),
        (x, middle["input"]): (r"^x\(3\): “l”$", None),
    }
    for (px, py), (pattern, value) in expected.items():
        it.page.mouse.move(px, py)
        expect(it.tooltip).to_have_text(re.compile(pattern))
        found = re.match(pattern, it.tooltip.inner_text())
        assert found
        if value is not None:
            assert agrees(found[1], value)
    node = boxes["node"]
    assert node is not None
    for i in (0, len(states) - 1):
        inner = (node["height"] - 10) / len(states)
        it.page.mouse.move(x, node["y"] + 5 + (i + 0.5) * inner)
        expect(it.tooltip).to_have_text(re.compile(rf"^h{'₀₁₂₃₄₅₆₇₈₉'[i + 1]}\(3\) = "))
        assert agrees(it.tooltip.inner_text().split("= ")[1], states[i])


def test_the_table_of_a_step_is_the_apis(it: Instrument, trace: dict[str, Any]) -> None:
    it.choose("transport.mode", "transport.forward")
    it.time.fill("6")
    table = it.page.get_by_role("table", name=it.words["equation.caption"])
    rows = [
        [cell.inner_text() for cell in row.locator("td").all()]
        for row in table.get_by_role("row").all()[1:]
    ]
    a, h = trace["forward"]["a"][5], trace["forward"]["h"][5]
    bias = trace["network"]["parameters"]["b"]
    weights, state = trace["network"]["parameters"]["W"], trace["forward"]["h"][4]
    assert len(rows) == len(h)
    for i, (_, Wh, b, shown_a, shown_h) in enumerate(rows):
        assert agrees(shown_a, a[i])
        assert agrees(shown_h, h[i])
        assert agrees(b, bias[i])
        assert agrees(Wh, sum(w * v for w, v in zip(weights[i], state, strict=True)))


def test_the_contributions_to_a_step_are_the_triangles_column(
    it: Instrument, trace: dict[str, Any]
) -> None:
    it.time.fill("7")
    table = it.page.get_by_role("table", name=it.say("contributions.caption", k=7))
    for t in range(7, 11):
        row = table.get_by_role("row", name=it.say("contributions.open", t=t, k=7))
        assert agrees(row.locator("td").last.inner_text(), trace["credit"]["dh_norm"][t - 1][6])
    table.get_by_role("button", name=it.say("contributions.open", t=10, k=7)).click()
    expect(it.title).to_have_text(it.say("narration.path", t=10, k=7))


def test_the_microscope_splits_the_path_in_the_apis_ratios(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("about:blank")
    with page.expect_response(BPTT) as response:
        page.goto("/?path=9,3")
    it, credit = show(page), response.value.json()["credit"]
    dh, da = credit["dh_norm"][8], credit["da_norm"][8]
    table = it.page.get_by_role("table", name=it.words["microscope.caption"])
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(7)
    assert agrees(rows.nth(0).locator("td.left").inner_text(), dh[8])
    for row, j in zip(rows.all()[1:], range(9, 3, -1), strict=True):
        cells = [cell.inner_text() for cell in row.locator("td").all()]
        wanted = [da[j - 1] / dh[j - 1], dh[j - 2] / da[j - 1], dh[j - 2] / dh[j - 1], dh[j - 2]]
        assert all(agrees(text, value) for text, value in zip(cells, wanted, strict=True)), j


def test_the_step_pointed_at_is_the_one_the_inspector_speaks_of(it: Instrument) -> None:
    heading = it.page.locator("#inspector").get_by_role("heading", level=2).first
    expect(heading).to_have_text(it.say("contributions.title", k=1))
    x, top = it.column_centre(6, "hidden")
    it.page.mouse.move(x, top + 20)
    expect(heading).to_have_text(it.say("contributions.title", k=6))
    it.page.mouse.move(2, 2)
    expect(heading).to_have_text(it.say("contributions.title", k=1))
