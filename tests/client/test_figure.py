"""The figure of a notebook: well-formed, self-contained, its numbers those of the trace."""

import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from app.client import Trace

SVG = "{http://www.w3.org/2000/svg}"
TEXT = {"kind": "text", "text": "hello world"}


def trace_of(client, path: str = "bptt", **body: Any) -> Trace:
    answer = client.post(f"/api/v1/{path}", json={"data": TEXT, **body})
    assert answer.status_code == 200, answer.text
    return Trace(answer.json())


def titles(svg: str) -> dict[str, float]:
    root = ElementTree.fromstring(svg)
    texts = [title.text or "" for title in root.iter(f"{SVG}title")]
    return {place: float(value) for place, value in (text.split(": ") for text in texts)}


def words(svg: str) -> str:
    return " ".join(t.text or "" for t in ElementTree.fromstring(svg).iter(f"{SVG}text"))


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_every_cell_of_the_figure_has_its_value(client, cell):
    trace = trace_of(client, network={"cell": cell, "hidden_size": 3})
    found = titles(trace._repr_html_())
    for t, k in np.ndindex(10, 10):
        place = f"t {t + 1}, k {k + 1}"
        assert (place in found) == (k <= t)
        if k <= t:
            assert found[place] == pytest.approx(trace.credit.dh_norm[t, k], rel=1e-3)
    for t, unit in np.ndindex(10, 3):
        value = found[f"unit {unit + 1}, t {t + 1}"]
        assert value == pytest.approx(trace.h[t, unit], rel=1e-3, abs=1e-6)
    assert len(found) == 55 + 30


def test_it_carries_no_script_and_asks_nobody(client):
    svg = trace_of(client)._repr_html_()
    assert not re.search(r"<script|href|url\(|on\w+=|<style", svg)
    assert svg.count("http") == 1  # the namespace
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert "RNN, T = 10, H = 8, loss" in (root.get("aria-label") or "")


def test_the_legend_holds_the_norms(client):
    trace = trace_of(client)
    norms = trace.credit.dh_norm[trace.credit.dh_norm > 0]
    low, high = re.findall(r"10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", words(trace._repr_html_()))
    digits = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    assert 10.0 ** int(low.translate(digits)) <= norms.min()
    assert norms.max() <= 10.0 ** int(high.translate(digits))


def test_a_forward_pass_has_no_triangle(client):
    svg = trace_of(client, "forward")._repr_html_()
    assert "credit" not in words(svg)
    assert len(titles(svg)) == 80


def test_long_and_wide_runs_stay_small(client):
    data = {"kind": "task", "name": "adding", "length": 300, "batch": 2}
    trace = trace_of(client, data=data, network={"hidden_size": 100})
    svg = trace._repr_html_()
    assert len(svg) < 400_000
    assert "of the first of 2 sequences" in words(svg)
    assert "a cell is the largest of 3 × 7" in words(svg)
    found = titles(svg)
    last = trace.credit.dh_norm[-1]
    assert found["t 295, k 295"] == pytest.approx(last[294:].max(), rel=1e-3)
    block = trace.h[0, :7, :3]
    extreme = block.flat[np.abs(block).argmax()]
    assert found["unit 1, t 1"] == pytest.approx(extreme, rel=1e-3)


def test_a_vanished_gradient_looks_vanished(client):
    trace = trace_of(client, network={"init": {"spectral_radius": 0.0}})
    svg = trace._repr_html_()
    root = ElementTree.fromstring(svg)
    fills = {t.text: r.get("fill") for r in root.iter(f"{SVG}rect") for t in r.iter(f"{SVG}title")}
    assert fills["t 9, k 3: 0"] == "#fdf6f8"


def test_an_overflow_is_red_and_said(client):
    network = {"activation": "identity", "init": {"spectral_radius": 1e60}}
    svg = trace_of(client, network=network)._repr_html_()
    assert "red is overflow" in words(svg)
    assert "loss overflows" in words(svg)
    assert '#b3261e"><title>' in svg
    ElementTree.fromstring(svg)


def test_one_step_of_one_unit_is_drawn(client):
    trace = trace_of(client, data={"kind": "text", "text": "aa"}, network={"hidden_size": 1})
    assert len(titles(trace._repr_html_())) == 2
