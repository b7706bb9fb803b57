"""A sweep's cells: each once, over broken connections too."""

import asyncio
from typing import Any

import pytest

from app.client import AsyncClient, Cell, Client, ProblemError, SweepDone
from tests.client.test_training import Breaking

BASE = {"data": {"kind": "text", "text": "hello world"}}
AXES = {"network.activation": ["tanh", "identity"], "network.init.seed": [0, 1, 2, 3, 4]}
MEASURES = ["loss", "half_life"]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr("app.client.calls.time.sleep", lambda _: None)


def table(events: list[Any]) -> dict[tuple[int, ...], dict[str, float]]:
    """The cells' values; every cell comes once, and the end last."""
    *cells, done = events
    assert isinstance(done, SweepDone)
    assert done.cells == len(cells) == 10
    assert all(isinstance(cell, Cell) for cell in cells)
    return {cell.index: dict(cell["values"]) for cell in cells}


@pytest.fixture(scope="module")
def whole(live_url) -> dict[tuple[int, ...], dict[str, float]]:
    with Client(live_url) as unrolled:
        return table(list(unrolled.sweep(BASE, AXES, MEASURES)))


def test_every_cell_is_what_bptt_says(live_url, whole):
    assert len(whole) == 10
    with Client(live_url) as unrolled:
        network = {"activation": "identity", "init": {"seed": 3}}
        trace = unrolled.bptt(BASE["data"], network)
    assert whole[1, 3] == {"loss": trace.loss.total, "half_life": trace.horizon.half_life}


@pytest.mark.parametrize("error", [True, False])
def test_a_broken_sweep_asks_for_the_rest(live_url, whole, error):
    transport = Breaking([350, 250], error)
    with Client(live_url, transport=transport) as unrolled:
        assert table(list(unrolled.sweep(BASE, AXES, MEASURES))) == whole
    known = [body["resume"] for body in transport.bodies]
    assert known[0] == []
    assert 0 < len(known[1]) < len(known[2]) < 10


def test_a_sweep_that_is_not_taken_up_again_raises(live_url):
    with (
        Client(live_url, transport=Breaking([350])) as unrolled,
        pytest.raises(Exception, match="the line is dead"),
    ):
        list(unrolled.sweep(BASE, AXES, MEASURES, reconnects=0))


def test_known_cells_are_left_out(live_url, whole):
    async def rest() -> list[Any]:
        async with AsyncClient(live_url) as unrolled:
            known = [index for index in whole if index[0] == 0]
            return [e async for e in unrolled.sweep(BASE, AXES, MEASURES, resume=known)]

    *cells, done = asyncio.run(rest())
    assert {cell.index: dict(cell["values"]) for cell in cells} == {
        index: values for index, values in whole.items() if index[0] == 1
    }
    assert done.cells == 10


def test_a_refusal_is_raised_before_the_first_cell(live_url):
    with Client(live_url) as unrolled, pytest.raises(ProblemError) as refused:
        next(unrolled.sweep(BASE, {"network.cell": ["rnn", "lstn"]}, MEASURES))
    assert refused.value.errors[0]["field"] == "axes.network.cell.1"
