"""The lesson on gates in the browser: its numbers are the API's, its slider shuts the road."""

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.instrument import agrees, number
from tests.browser.lesson import Reader, read_lesson

CELLS = "(rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"


def table(it: Reader) -> list[list[str]]:
    """Return the road's table, names first."""
    return it.figure.locator(".open-road table tr").evaluate_all(CELLS)


def direct(answer: dict[str, Any]) -> list[float]:
    """Return the norms of the last loss's gradient by the direct road, from step 1."""
    vector, left = np.array(answer["backward"]["dcell"][-1]), []
    for opening in reversed(answer["forward"]["gates"]["forget"]):
        left.append(float(np.linalg.norm(vector)))
        vector = vector * opening
    return left[::-1]


def column_agrees(rows: list[list[str]], name: str, values: list[float]) -> bool:
    """Are a line's numbers these?"""
    at = rows[0].index(name)
    return all(agrees(row[at], value) for row, value in zip(rows[1:], values, strict=True))


def test_gates_roads_and_triangles_are_the_apis(page: Page) -> None:
    it = read_lesson(page, "gates").open("gates")
    answer = it.answered("bptt")["json"]
    gates = answer["forward"]["gates"]
    for name in ("forget", "input", "output"):
        assert agrees(it.value(name).inner_text(), float(np.mean(gates[name])))
    it.figure.get_by_role("slider", name="Unit i").press("End")
    f = f"{gates['forget'][4][7]:.2f}"
    expect(it.figure.locator(".gate-work")).to_contain_text(f)

    it.step("road")
    expect(it.value("direct")).not_to_have_text("…")
    rows = table(it)
    names = [it.words[f"lesson.gates.line.{line}"] for line in ("cell", "direct", "h")]
    wanted = [answer["credit"]["dcell_norm"][-1], direct(answer), answer["credit"]["dh_norm"][-1]]
    for name, values in zip(names, wanted, strict=True):
        assert column_agrees(rows, name, values)

    it.step("bias")
    it.act("closed")
    shut = it.answered("bptt", lambda body: body["network"]["init"].get("forget_bias") == -2)[
        "json"
    ]
    expect(it.figure.get_by_role("img", name="forget bias -2:")).to_be_visible()
    assert column_agrees(table(it), names[1], direct(shut))
    it.act("open")
    expect(it.figure.get_by_role("img", name="forget bias 3:")).to_be_visible()
    assert number(it.value("direct").inner_text())[0] > 1e5 * direct(shut)[0]

    it.step("triangle")
    triangle = it.figure.locator("figure", has_text=it.words["lesson.gates.at.cell"])
    it.figure.get_by_role("slider", name="Back to step k").press("Home")
    expect(it.value("k")).to_have_text("1")
    assert agrees(triangle.locator("output").inner_text(), answer["credit"]["dcell_norm"][-1][0])
    assert agrees(it.value("atH").inner_text(), answer["credit"]["dh_norm"][-1][0])

    it.step("gru")
    gru = it.answered("bptt", lambda body: body["network"]["cell"] == "gru")["json"]
    expect(it.value("update")).to_have_text(f"{np.mean(gru['forward']['gates']['update']):.2f}")
    expect(it.figure.locator("#cell-view")).to_be_visible()


def test_three_cells_on_one_text_open_in_the_comparison(page: Page) -> None:
    it = read_lesson(page, "gates").open("both")
    traces = it.answered("compare")["json"]["traces"]
    for name, trace in zip(("rnn", "lstm", "gru"), traces, strict=True):
        expect(it.value(f"{name}Count")).to_have_text(str(trace["parameter_count"]))
        credit = trace["credit"]
        line = (credit.get("dcell_norm") or credit["dh_norm"])[-1]
        assert column_agrees(table(it), it.words[f"lesson.gates.line.{name}"], line)
    with page.context.expect_event("response", lambda r: r.url.endswith("/compare")) as asked:
        other = it.follow()
    expect(other.locator("main")).to_be_visible()
    theirs = asked.value.json()["traces"]
    assert [t["parameter_count"] for t in theirs] == [t["parameter_count"] for t in traces]
    last = [t["credit"]["dh_norm"][-1][0] for t in theirs]
    assert last == pytest.approx([t["credit"]["dh_norm"][-1][0] for t in traces])
    it.step("cell")
    other = it.follow()
    expect(other.locator("#cell-view")).to_be_visible()
