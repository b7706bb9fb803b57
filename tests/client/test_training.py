"""A training's events: typed, every step once, over broken connections too."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest

from app.client import (
    AsyncClient,
    Checkpoint,
    Client,
    Diverged,
    Done,
    Event,
    ProblemError,
    Start,
    Steps,
    TraceEvent,
)

RUNS = [
    {"network": {"cell": "gru", "hidden_size": 4}},
    {"network": {"hidden_size": 4}, "optimizer": {"name": "sgd", "learning_rate": 0.1}},
]
DATA = {"kind": "task", "name": "adding", "length": 8, "batch": 4}
STEPS = 60


class Breaking(httpx.BaseTransport):
    """Breaks the stream of each of the first connections after some bytes."""

    def __init__(self, after: list[int], error: bool = True):
        self.after, self.error = after, error
        self.bodies: list[dict[str, Any]] = []
        self.inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.bodies.append(json.loads(request.content))
        response = self.inner.handle_request(request)
        if len(self.bodies) > len(self.after):
            return response
        stream = Cut(response.stream, self.after[len(self.bodies) - 1], self.error)
        return httpx.Response(response.status_code, headers=response.headers, stream=stream)

    def close(self) -> None:
        self.inner.close()


class Cut(httpx.SyncByteStream):
    """A stream that ends too early, in an error or without a word."""

    def __init__(self, stream: Any, limit: int, error: bool):
        self.stream, self.limit, self.error = stream, limit, error

    def __iter__(self) -> Iterator[bytes]:
        left = self.limit
        for chunk in self.stream:
            yield chunk[:left]
            left -= len(chunk)
            if left <= 0:
                break
        if self.error:
            raise httpx.ReadError("the line is dead")

    def close(self) -> None:
        self.stream.close()


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    async def sleep(_: float) -> None: ...

    monkeypatch.setattr("app.client.calls.time.sleep", lambda _: None)
    monkeypatch.setattr("app.client.calls_async.asyncio.sleep", sleep)


def train(client: Client, **options: Any) -> list[Event]:
    return list(client.train(RUNS, DATA, steps=STEPS, trace_every=20, **options))


def losses(events: list[Event]) -> dict[int, list[float]]:
    """The losses of each run; every step must come once, in order."""
    told: dict[int, list[float]] = {}
    for event in events:
        if isinstance(event, Steps):
            known = told.setdefault(event.run, [])
            assert event.first == len(known) + 1
            assert len(event.loss) == len(event.gradient_norm) == len(event.clipped)
            known += event.loss.tolist()
    return told


@pytest.fixture(scope="module")
def whole(live_url) -> list[Event]:
    """The events of a training that nothing came between."""
    with Client(live_url) as unrolled:
        return train(unrolled)


def test_the_events_are_typed(whole):
    assert isinstance(whole[0], Start)
    assert whole[0].steps == STEPS
    assert isinstance(whole[-1], Done)
    assert {type(event) for event in whole} == {Start, Steps, TraceEvent, Checkpoint, Done}
    traces = [event for event in whole if isinstance(event, TraceEvent)]
    assert [(t.run, t.step) for t in traces] == [(r, s) for s in (0, 20, 40, 60) for r in (0, 1)]
    assert traces[0].h.shape == (8, 4)
    assert "<svg" in traces[0]._repr_html_()
    assert {run: len(each) for run, each in losses(whole).items()} == {0: STEPS, 1: STEPS}
    assert whole[-1].runs[0].parameters.W.shape == (12, 4)


@pytest.mark.parametrize("error", [True, False])
@pytest.mark.parametrize("share", [(0.3,), (0.02, 0.5), (0.6, 0.1, 0.2)])
def test_a_broken_training_goes_on(live_url, whole, share, error):
    size = sum(len(json.dumps(event.raw)) for event in whole)
    transport = Breaking([int(part * size) for part in share], error)
    with Client(live_url, transport=transport) as unrolled:
        events = train(unrolled)
    assert len(transport.bodies) == len(share) + 1
    assert transport.bodies[-1]["resume"]["step"] >= 0
    assert losses(events) == losses(whole)
    for kind in (Start, Done):
        assert sum(isinstance(event, kind) for event in events) == 1
    traces = [(e.run, e.step) for e in events if isinstance(e, TraceEvent)]
    assert traces == [(e.run, e.step) for e in whole if isinstance(e, TraceEvent)]
    assert isinstance(events[-1], Done)
    assert isinstance(whole[-1], Done)
    for mine, other in zip(events[-1].runs, whole[-1].runs, strict=True):
        np.testing.assert_array_equal(mine.parameters.W, other.parameters.W)


def test_a_training_goes_on_from_a_kept_checkpoint(live_url, whole):
    kept = next(e for e in whole if isinstance(e, Checkpoint) and e.step == 20)
    with Client(live_url) as unrolled:
        events = train(unrolled, resume=kept)
    assert isinstance(events[0], Start)
    assert events[0].step == 20
    first = next(event for event in events if isinstance(event, Steps))
    assert first.first == 21
    assert isinstance(events[-1], Done)
    assert isinstance(whole[-1], Done)
    assert events[-1].runs[0].loss == whole[-1].runs[0].loss


def test_a_training_is_not_taken_up_where_that_is_not_wanted(live_url):
    transport = Breaking([20_000])
    with Client(live_url, transport=transport) as unrolled, pytest.raises(httpx.ReadError):
        train(unrolled, reconnects=0)
    with Client("http://127.0.0.1:9") as unrolled, pytest.raises(httpx.ConnectError):
        train(unrolled)


def test_a_line_that_always_breaks_is_given_up(live_url):
    transport = Breaking([3000] * 50)
    with Client(live_url, transport=transport) as unrolled, pytest.raises(httpx.ReadError):
        train(unrolled, reconnects=4)
    assert len(transport.bodies) <= 6


def test_a_refused_training_is_a_problem(live_url):
    with Client(live_url) as unrolled, pytest.raises(ProblemError) as refused:
        list(unrolled.train([], DATA))
    assert refused.value.errors[0]["field"] == "runs"


def test_a_divergence_is_told_once(live_url):
    wild = {
        "network": {"activation": "identity", "hidden_size": 4},
        "optimizer": {"name": "sgd", "learning_rate": 1e200},
    }
    with Client(live_url) as unrolled:
        events = list(unrolled.train([wild, RUNS[0]], DATA, steps=20, trace_every=10))
    fallen = [event for event in events if isinstance(event, Diverged)]
    assert [event.run for event in fallen] == [0]
    assert isinstance(events[-1], Done)
    assert events[-1].runs[0].diverged.step == fallen[0].step


def stream(*events: tuple[str, dict[str, Any]]) -> bytes:
    return b": hello\n\n" + b"".join(
        f"id: {i}\nevent: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
        for i, (name, data) in enumerate(events)
    )


START = ("start", {"step": 0, "steps": 3, "labels": ["\u2028", "\x85"]})
FIRST = (
    "steps",
    {"run": 0, "from": 1, "loss": [3.0, 2.0], "gradient_norm": [1, 1], "clipped": [False, True]},
)
REST = (
    "steps",
    {"run": 0, "from": 2, "loss": [2.0, 1.0], "gradient_norm": [1, 1], "clipped": [False, True]},
)
DONE = ("done", {"runs": []})


def error(status: int) -> tuple[str, dict[str, Any]]:
    return "error", {"type": "/problems/x", "title": "X", "status": status, "detail": "so"}


def answering(*bodies: bytes | int) -> tuple[list[dict[str, Any]], httpx.MockTransport]:
    asked: list[dict[str, Any]] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content))
        body = bodies[len(asked) - 1]
        if isinstance(body, int):
            return httpx.Response(body, json={"detail": "busy"}, headers={"retry-after": "1"})
        return httpx.Response(200, content=body)

    return asked, httpx.MockTransport(handle)


def both(transport: httpx.MockTransport, **options: Any) -> list[Event]:
    with Client("http://there", transport=transport) as unrolled:
        return list(unrolled.train(RUNS, DATA, **options))


def test_a_server_that_stops_is_asked_again_from_its_last_checkpoint():
    first = stream(START, FIRST, ("checkpoint", {"step": 1, "mine": True}), error(503))
    second = stream(START, REST, ("checkpoint", {"step": 3}), DONE)
    asked, transport = answering(503, first, 503, 503, second)
    events = both(transport)
    assert asked[-1]["resume"] == {"step": 1, "mine": True}
    assert "resume" not in asked[1]
    assert losses(events) == {0: [3.0, 2.0, 1.0]}
    assert [type(event) for event in events] == [Start, Steps, Checkpoint, Steps, Checkpoint, Done]
    assert isinstance(events[0], Start)
    assert events[0].labels == ["\u2028", "\x85"]


def test_any_other_error_is_raised():
    _, transport = answering(stream(START, FIRST, error(500)))
    with pytest.raises(ProblemError, match="500 X: so"):
        both(transport)


def test_a_later_server_may_tell_more():
    _, transport = answering(stream(START, ("gossip", {"step": 1}), DONE))
    assert [type(event) for event in both(transport)] == [Start, Done]


def test_the_async_training_goes_on_too(live_url, whole):
    async def mocked() -> list[Event]:
        first = stream(START, FIRST, ("checkpoint", {"step": 1}), error(503))
        asked, transport = answering(503, first, stream(START, REST, DONE))
        async with AsyncClient("http://there", transport=transport) as unrolled:
            events = [event async for event in unrolled.train(RUNS, DATA)]
        assert len(asked) == 3
        return events

    async def real() -> list[Event]:
        async with AsyncClient(live_url) as unrolled:
            trained = unrolled.train(RUNS, DATA, steps=STEPS, trace_every=20)
            return [event async for event in trained]

    assert losses(asyncio.run(mocked())) == {0: [3.0, 2.0, 1.0]}
    assert losses(asyncio.run(real())) == losses(whole)
