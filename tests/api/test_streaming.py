"""Events on their way: pace, silence, readers who are slow or leave, and a server that stops."""

import asyncio
import itertools
import json
import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.api import streaming
from app.api.errors import Problem
from app.api.streaming import EventStream, Pace, frame
from app.engine.errors import EngineError, check_cancel
from app.engine.training import Training
from app.main import create_app
from app.settings import Settings
from app.stopping import Stopping
from tests.api.streams import (
    TRAIN,
    body,
    checkpoint_of,
    data_of,
    events_of,
    history,
    refused,
    train,
)


def test_an_event_is_three_lines_and_an_empty_one():
    assert frame(7, "steps", b'{"run":0}') == b'id: 7\nevent: steps\ndata: {"run":0}\n\n'


@pytest.mark.parametrize("most", [3, 8, 20])
def test_the_pace_lets_so_many_through_in_any_second(most):
    now = 0.0
    pace = Pace(most, lambda: now)
    gone = []
    while now < 10:
        if pace.delay() == 0:
            pace.count()
            gone.append(now)
        now += 1 / 512
    for moment in gone:
        assert len([t for t in gone if moment <= t < moment + 1]) <= most
    assert len(gone) > 9 * most, "and little time is lost"
    at_once = min(most, 8)
    assert gone[at_once - 1] < 0.05, "a few come together"
    pauses = [b - a for a, b in itertools.pairwise(gone[2 * most :])]
    assert most <= 8 or max(pauses) < 1.2 / most, "and many come evenly"


class Connection:
    """One request to an app, as its server sees it; the reader may pause or leave."""

    path = TRAIN

    def __init__(self, request: dict[str, Any]) -> None:
        self.sent: list[dict[str, Any]] = []
        self.left = asyncio.Event()
        self.reads = asyncio.Event()
        self.reads.set()
        self._content = json.dumps(request).encode()
        self._asked = False

    async def receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": self._content, "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        await self.reads.wait()
        self.sent.append(message)

    @property
    def text(self) -> str:
        """What the reader has read."""
        return b"".join(m.get("body", b"") for m in self.sent).decode()

    def start(self, app: Any) -> asyncio.Task[None]:
        """Serve it."""
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "path": self.path,
            "raw_path": self.path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(b"content-type", b"application/json"), (b"host", b"localhost")],
        }
        return asyncio.ensure_future(app(scope, self.receive, self.send))


async def until(condition: Callable[[], object]) -> None:
    """Wait for it; at most some seconds."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


@pytest.fixture
def app() -> FastAPI:
    return create_app(Settings(streams=2))


@pytest.fixture
def made(monkeypatch) -> list[int]:
    """The steps that trainings have made."""
    steps, advance = [], Training.advance

    def counted(training: Training, cancel: threading.Event | None = None) -> Any:
        found = advance(training, cancel)
        steps.append(training.step)
        return found

    monkeypatch.setattr(Training, "advance", counted)
    return steps


LONG = body(steps=100_000, trace_every=100_000)


def test_a_client_that_leaves_ends_the_work_and_frees_its_place(app, made):
    async def run() -> None:
        connection = Connection(LONG)
        serving = connection.start(app)
        await until(lambda: len(made) > 10)
        assert app.state.turns.open == 1
        connection.left.set()
        await asyncio.wait_for(serving, 20)
        assert app.state.turns.open == 0
        count = len(made)
        await asyncio.sleep(0.1)
        assert len(made) == count

    asyncio.run(run())


def test_one_long_step_is_called_off_when_the_client_leaves(app, monkeypatch):
    entered, called_off = threading.Event(), []

    def long_step(training: Training, cancel: threading.Event) -> None:  # noqa: ARG001
        entered.set()
        called_off.append(cancel.wait(20))

    monkeypatch.setattr(Training, "advance", long_step)

    async def run() -> None:
        connection = Connection(LONG)
        serving = connection.start(app)
        await until(entered.is_set)
        connection.left.set()
        await asyncio.wait_for(serving, 20)

    asyncio.run(run())
    assert called_off[0] is True


def test_a_reader_who_pauses_pauses_the_training(app, made):
    async def run() -> None:
        connection = Connection(LONG)
        serving = connection.start(app)
        await until(lambda: len(made) > 10)
        connection.reads.clear()
        await asyncio.sleep(0.3)
        count = len(made)
        await asyncio.sleep(0.3)
        assert len(made) == count, "nothing is computed that nobody reads"
        connection.reads.set()
        await until(lambda: len(made) > count)
        connection.left.set()
        await asyncio.wait_for(serving, 20)
        told = history(events_of(connection.text.rpartition("\n\n")[0]))
        assert [step for step, *_ in told] == list(range(1, len(told) + 1))

    asyncio.run(run())


def test_two_trainings_go_on_together_and_a_third_is_told_to_come_again(app):
    async def run() -> None:
        both = [Connection(LONG) for _ in range(2)]
        serving = [connection.start(app) for connection in both]
        for connection in both:
            await until(lambda c=connection: len(history(events_of(whole(c)))) > 5)
        third = Connection(LONG)
        await third.start(app)
        assert third.sent[0]["status"] == 503
        assert b"retry-after" in dict(third.sent[0]["headers"])
        for connection in both:
            connection.left.set()
        await asyncio.wait_for(asyncio.gather(*serving), 20)
        assert app.state.turns.open == 0

    asyncio.run(run())


def whole(connection: Connection) -> str:
    """Return the events that have arrived in full."""
    return connection.text.rpartition("\n\n")[0]


def test_a_server_that_stops_says_so_with_a_checkpoint_to_go_on_from(app, made):
    async def run() -> str:
        connection = Connection(LONG)
        serving = connection.start(app)
        await until(lambda: len(made) > 10)
        app.state.stopping.set()
        await asyncio.wait_for(serving, 20)
        return connection.text

    events = events_of(asyncio.run(run()))
    assert [event.name for event in events[-2:]] == ["checkpoint", "error"]
    problem = events[-1].data
    assert problem["type"] == "/problems/stopping"
    assert problem["status"] == 503
    step = events[-2].data["step"]
    assert [n for n, *_ in history(events)] == list(range(1, step + 1)), "no step is lost"
    made.clear()
    elsewhere = TestClient(create_app(Settings()))
    resume = checkpoint_of(events, step)
    rest = train(elsewhere, {**LONG, "steps": step + 5, "resume": resume})
    whole = train(elsewhere, {**LONG, "steps": step + 5, "trace_every": 50_000})
    assert history(rest) == history(whole)[step:]
    assert data_of(rest, "done") == data_of(whole, "done")


def test_what_fails_on_the_way_is_the_last_event_and_tells_nothing(client, monkeypatch, caplog):
    advance = Training.advance

    def fails(training: Training, cancel: threading.Event) -> Any:
        if training.step == 7:
            raise RuntimeError("secret path")
        return advance(training, cancel)

    monkeypatch.setattr(Training, "advance", fails)
    with caplog.at_level(logging.ERROR, logger="unrolled"):
        response = client.post(TRAIN, json=body())
    events = events_of(response.text)
    assert [event.name for event in events].count("error") == 1
    problem = events[-1].data
    assert problem["type"] == "/problems/internal"
    assert problem["request_id"] == response.headers["x-request-id"]
    assert "secret" not in response.text
    assert "secret path" in caplog.text
    assert problem["request_id"] in caplog.text


# The answer itself


def served(produce: Any, stopping: bool = False) -> str:
    """Return what a stream writes to a reader who stays."""
    released = []

    async def run() -> str:
        connection = Connection({})
        server = Stopping()
        if stopping:
            server.set()
        stream = EventStream(produce, lambda: released.append(True), server)
        scope = {"type": "http", "path": TRAIN, "state": {"request_id": "r"}}
        await asyncio.wait_for(stream(scope, connection.receive, connection.send), 20)
        assert connection.sent[-1] == {
            "type": "http.response.body",
            "body": b"",
            "more_body": False,
        }
        return connection.text

    text = asyncio.run(run())
    assert released == [True]
    return text


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Problem("over-budget", "too much"), "over-budget"),
        (EngineError("data.x", "does not fit"), "validation"),
        (MemoryError(), "internal"),
    ],
)
def test_a_failure_is_told_as_a_problem(error, kind):
    async def produce(emit: Any, gone: threading.Event) -> None:  # noqa: ARG001
        await emit("start", b"{}")
        raise error

    events = events_of(served(produce))
    assert [event.name for event in events] == ["start", "error"]
    assert events[-1].data["type"] == f"/problems/{kind}"
    assert events[-1].data["instance"] == TRAIN


def test_in_a_silence_a_comment_keeps_the_connection_alive(monkeypatch):
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.05)

    async def produce(emit: Any, gone: threading.Event) -> None:  # noqa: ARG001
        await emit("start", b"{}")
        await asyncio.sleep(0.3)
        await emit("done", b"{}")

    blocks = served(produce).split("\n\n")
    assert blocks.count(": still at work") >= 2
    assert events_of("\n\n".join(blocks))[-1].id == 2


def test_the_pace_no_longer_matters_when_the_server_stops(monkeypatch):
    async def produce(emit: Any, gone: threading.Event) -> None:  # noqa: ARG001
        for _ in range(50):
            await emit("steps", b"{}")

    monkeypatch.setattr(streaming.Pace, "delay", lambda _: 9.0)
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 10**6)
    assert len(events_of(served(produce, stopping=True))) == 50


def test_large_work_is_called_off_when_the_server_stops(client, monkeypatch):
    stopping = Stopping()
    monkeypatch.setattr(client.app.state.gate, "_stopping", stopping)

    def work(*_: Any, cancel: threading.Event, **__: Any) -> None:
        stopping.set()
        assert cancel.is_set()
        check_cancel(cancel)

    monkeypatch.setattr("app.engine.trace.bptt_trace", work)
    request = {"data": {"kind": "text", "text": "abcdefgh" * 50}}
    problem = refused(client.post("/api/v1/bptt", json=request), "stopping")
    assert problem["status"] == 503
