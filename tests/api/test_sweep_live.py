"""Sweeps of a real server: workers that die, clients that leave, signals; nobody left behind."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.api.sweep_plan import SweepPlan
from app.main import create_app
from app.settings import Settings
from tests.api.streams import data_of
from tests.api.test_streaming import Connection, until
from tests.api.test_sweep import SWEEP, sweep, values_of
from tests.api.test_train_live import UVICORN, WAIT, Reader, Server, serving


def grid(cells: int, steps: int = 40) -> dict[str, Any]:
    """Return a sweep of so many cells; each takes a moment."""
    return {
        "base": {"data": {"kind": "task", "name": "adding", "length": 20, "batch": 8}},
        "axes": {"network.init.seed": list(range(cells))},
        "measure": ["final_loss", "half_life"],
        "train": {"steps": steps},
    }


LONG = grid(1000)


@contextmanager
def reading(server: Server, request: dict[str, Any]) -> Iterator[Reader]:
    with server.client.stream("POST", SWEEP, json=request) as response:
        assert response.status_code == 200
        yield Reader(response)


def workers_of(server: Server) -> list[psutil.Process]:
    """Return the processes that compute for the server."""
    children = psutil.Process(server.process.pid).children(recursive=True)
    return [child for child in children if "spawn_main" in " ".join(child.cmdline())]


def test_a_killed_worker_loses_nothing_and_the_server_stays_prompt(client, tmp_path):
    with serving(tmp_path / "log", *UVICORN, sweeps="1") as server:
        with reading(server, grid(12)) as reader:
            reader.until("cell", 2)
            os.kill(workers_of(server)[0].pid, signal.SIGKILL)
            assert server.client.get("/healthz").json()["status"] == "ok"
            full = server.client.post(SWEEP, json=grid(1))
            assert full.status_code == 503
            assert full.headers["retry-after"]
            found = values_of(reader.rest())
        with reading(server, LONG) as reader:
            reader.until("cell")
        wait_for_a_place(server)
        workers = workers_of(server)
        server.stop(signal.SIGTERM)
        assert psutil.wait_procs(workers, timeout=WAIT)[1] == []
    assert found == values_of(sweep(client, grid(12)))


def wait_for_a_place(server: Server) -> None:
    end = time.monotonic() + WAIT
    while (status := server.client.post(SWEEP, json=grid(1)).status_code) != 200:
        assert status == 503
        assert time.monotonic() < end, "the place of a client that left is not free"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_outlives_the_server(client, tmp_path, number):
    with serving(tmp_path / "log", "app") as server, reading(server, LONG) as reader:
        reader.until("cell", 3)
        workers = workers_of(server)
        assert len(workers) == Settings().sweep_workers
        server.process.send_signal(number)
        events = []
        if number == signal.SIGINT:  # Ctrl-C goes to all of them
            for worker in workers:
                worker.send_signal(number)
            events = reader.rest()
        status = server.process.wait(WAIT)
        _, alive = psutil.wait_procs(workers, timeout=WAIT)
    assert alive == []
    if number == signal.SIGKILL:
        return
    assert status == 0
    assert events[-1].name == "error"
    assert events[-1].data["type"] == "/problems/stopping"
    assert "leaked" not in (tmp_path / "log").read_text()
    _goes_on_elsewhere(client, data_of(events, "cell"))


def _goes_on_elsewhere(client: Any, told: list[dict[str, Any]]) -> None:
    """Another server tells the rest, and the same of what was told."""
    known = [cell["index"] for cell in told]
    cells = max(index[0] for index in known) + 2
    rest = values_of(sweep(client, {**grid(cells), "resume": known}))
    assert sorted([*map(tuple, known), *rest]) == [(i,) for i in range(cells)]
    first = min(told, key=lambda cell: cell["index"])  # they come in any order
    (i,) = first["index"]
    assert values_of(sweep(client, grid(i + 1)))[i,] == first["values"]


class SweepConnection(Connection):
    """The same, to /sweep."""

    path = SWEEP


@pytest.fixture
def app() -> Iterator[FastAPI]:
    app = create_app(Settings(sweep_workers=1))
    yield app
    app.state.workers.close()


@pytest.fixture
def built(monkeypatch) -> list[Any]:
    """The cells that were handed to workers, or checked."""
    cells, build = [], SweepPlan.cell

    def counted(plan: SweepPlan, index: Any) -> Any:
        cells.append(index)
        return build(plan, index)

    monkeypatch.setattr(SweepPlan, "cell", counted)
    return cells


def test_a_client_that_leaves_ends_the_work(app, built):
    async def run() -> None:
        connection = SweepConnection(LONG)
        serving = connection.start(app)
        await until(lambda: "event: cell" in connection.text)
        assert app.state.sweeps.open == 1
        connection.left.set()
        await asyncio.wait_for(serving, 20)
        assert app.state.sweeps.open == 0
        count = len(built)
        assert count < 100
        await asyncio.sleep(0.2)
        assert len(built) == count

    asyncio.run(run())


def test_a_client_that_leaves_before_the_first_cell_ends_the_checks(app, built):
    request = grid(1)
    request["axes"] = {"network.hidden_size": list(range(1, 40)), "data.length": [5, 6, 7, 8] * 20}

    async def run() -> None:
        connection = SweepConnection(request)
        serving = connection.start(app)
        await until(lambda: len(built) > 5)
        connection.left.set()
        await asyncio.wait_for(serving, 20)
        assert app.state.sweeps.open == 0
        assert len(built) < 39 * 80
        assert connection.sent[0]["status"] == 499

    asyncio.run(run())


def test_a_reader_who_pauses_pauses_the_sweep(app, built):
    async def run() -> None:
        connection = SweepConnection(LONG)
        serving = connection.start(app)
        await until(lambda: "event: cell" in connection.text)
        connection.reads.clear()
        await asyncio.sleep(0.4)
        count = len(built)
        await asyncio.sleep(0.4)
        assert len(built) == count, "nothing is computed that nobody reads"
        connection.reads.set()
        await until(lambda: len(built) > count)
        connection.left.set()
        await asyncio.wait_for(serving, 20)

    asyncio.run(run())


def test_a_failure_of_ours_ends_the_stream_as_a_problem(app, caplog):
    def fail(*_: Any) -> None:
        raise MemoryError("of a cell")

    class Failing:
        lost = ()

        def places(self) -> int:
            return 1

        submit = fail

    workers, app.state.workers = app.state.workers, Failing()
    response = TestClient(app).post(SWEEP, json=grid(2))
    app.state.workers = workers
    assert response.status_code == 200
    data = json.loads(response.text.partition("event: error\ndata: ")[2])
    assert data["type"] == "/problems/internal"
    assert "of a cell" not in response.text
    assert "of a cell" in caplog.text
    assert app.state.sweeps.open == 0
