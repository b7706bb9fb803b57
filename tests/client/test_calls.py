"""The client runs the whole API, sync and async, against a live server."""

import asyncio
import inspect
import io
import json
import pickle
import subprocess
import sys
import warnings
from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from app import client as package
from app.client import Answer, AsyncClient, Client, ProblemError, Trace
from app.main import app

TEXT = {"kind": "text", "text": "hello world"}
GRU = {"cell": "gru", "hidden_size": 4}
NETWORK = {
    "U": [[0.5, -0.5], [0.1, 0.2]],
    "W": [[0.9, 0.0], [0.2, 0.7]],
    "b": [0.0, 0.1],
    "V": [[1.0, -1.0], [0.4, 0.3]],
    "c": [0.0, 0.0],
}
AB = {"kind": "text", "text": "abab"}

Check = Callable[[Any], object]
# By the API's name: arguments of the call, and what must hold of its answer.
CALLS: dict[str, tuple[dict[str, Any], Check]] = {
    "forward": (
        {"data": {"kind": "arrays", "x": np.eye(2)}, "network": {"hidden_size": 3}},
        lambda trace: trace.h.shape == (2, 3) and trace.o.shape == trace.y_hat.shape,
    ),
    "bptt": (
        {"data": TEXT, "network": GRU, "clip": {"by": "norm", "threshold": 1.0}, "truncate": 4},
        lambda trace: trace.clipped.norm_after <= 1.0 + 1e-9 and trace.gradients.W.shape == (12, 4),
    ),
    "compare": (
        {"data": TEXT, "networks": [{"cell": "rnn"}, GRU], "include": ["credit"]},
        lambda traces: [trace.network.cell for trace in traces] == ["rnn", "gru"],
    ),
    "gradcheck": ({"data": AB, "network": GRU}, lambda answer: answer.ok is True),
    "grade": (
        {"request": {"data": AB, "network": {"parameters": NETWORK}}, "gradients": NETWORK},
        lambda answer: answer.ok is False and answer.parameters.W.ok is False,
    ),
    "code": (
        {"request": {"data": AB}, "language": "curl"},
        lambda answer: "curl " in answer.code and answer.filename.endswith(".sh"),
    ),
    "weights": (
        {"file": None},  # made below
        lambda answer: answer.network.cell == "rnn" and answer.network.parameters.U.shape == (3, 2),
    ),
    "convolution": ({"data": TEXT}, lambda answer: answer.forward.h.shape[0] == 10),
    "sample": (
        {"network": {"parameters": NETWORK}, "labels": ["a", "b"], "length": 5, "seed": 1},
        lambda answer: len(answer.text) == 5 and answer.probabilities.shape == (5, 2),
    ),
    "surface": (
        {"request": {"data": AB, "network": {"parameters": NETWORK}}, "resolution": 5},
        lambda answer: answer.loss.shape == (5, 5),
    ),
    "train": (
        {"runs": [{"network": GRU}], "data": TEXT, "steps": 3, "trace_every": 2},
        lambda events: [event.step for event in events if hasattr(event, "step")][-1] == 3,
    ),
    "sweep": (
        {"base": {"data": AB}, "axes": {"network.init.seed": [0, 1, 2]}, "measure": ["loss"]},
        lambda events: (
            events[-1].cells == 3 and {e.index for e in events[:-1]} == {(0,), (1,), (2,)}
        ),
    ),
    "catalog": ({}, lambda answer: "lstm" in [cell.name for cell in answer.cells]),
    "health": ({}, lambda answer: answer.status == "ok"),
}
STREAMS = {"train", "sweep"}
PATHS = {path.rpartition("/")[2] for path in app.openapi()["paths"] if path.startswith("/api/v1/")}


def npz() -> bytes:
    rng, file = np.random.default_rng(0), io.BytesIO()
    shapes = {"weight_ih_l0": (3, 2), "weight_hh_l0": (3, 3), "bias_ih_l0": (3,)}
    arrays: dict[str, Any] = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    np.savez(file, **arrays)
    return file.getvalue()


def arguments(name: str, tmp_path: Path) -> dict[str, Any]:
    if name != "weights":
        return CALLS[name][0]
    (tmp_path / "model.npz").write_bytes(npz())
    return {"file": tmp_path / "model.npz", "layout": "pytorch"}


async def call_async(url: str, name: str, given: dict[str, Any]) -> Any:
    async with AsyncClient(url) as unrolled:
        answer = getattr(unrolled, name)(**given)
        return [event async for event in answer] if name in STREAMS else await answer


def call_sync(url: str, name: str, given: dict[str, Any]) -> Any:
    with Client(url) as unrolled:
        answer = getattr(unrolled, name)(**given)
        return list(answer) if name in STREAMS else answer


def test_every_path_of_the_api_is_a_call_of_both_clients():
    assert set(CALLS) == PATHS | {"health"}
    for kind in (Client, AsyncClient):
        public = {name for name, _ in inspect.getmembers(kind, inspect.isfunction)}
        assert set(CALLS) == {n for n in public if n[0] != "_"} - {"close"}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_answered(live_url, tmp_path, name):
    given = arguments(name, tmp_path)
    assert CALLS[name][1](call_sync(live_url, name, given))


@pytest.mark.parametrize("name", CALLS)
def test_an_awaited_call_is_answered(live_url, tmp_path, name):
    given = arguments(name, tmp_path)
    assert CALLS[name][1](asyncio.run(call_async(live_url, name, given)))


def test_both_clients_take_the_same():
    for name in CALLS:
        sync, awaited = (
            inspect.signature(getattr(kind, name)).parameters for kind in (Client, AsyncClient)
        )
        assert [str(p) for p in sync.values()] == [str(p) for p in awaited.values()], name
        assert getattr(Client, name).__doc__
        assert getattr(AsyncClient, name).__doc__


def test_an_answer_is_json_whose_numbers_are_arrays(live_url):
    with Client(live_url) as unrolled:
        trace = unrolled.bptt(TEXT, {"cell": "lstm"}, include=["credit", "credit_vectors"])
    assert isinstance(trace, Trace)
    assert trace["forward"]["h"] is trace.forward.h
    np.testing.assert_array_equal(trace.h, trace.raw["forward"]["h"])
    triangle = trace.credit.dh_norm
    assert triangle.shape == (10, 10)
    assert (np.triu(triangle, 1) == 0).all()
    for t, row in enumerate(trace.raw["credit"]["dh_norm"]):
        np.testing.assert_array_equal(triangle[t, : t + 1], row)
    vectors = trace.credit.vectors.dh
    assert vectors.shape == (10, 10, 8)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=2), triangle, atol=1e-12)
    assert trace.data.labels == list("helo wrd")
    assert trace.data.y.dtype.kind == "i"
    assert trace.jacobians is None
    assert set(trace) == set(trace.raw)
    assert len(trace) == len(trace.raw)
    assert "credit" in dir(trace)
    assert repr(trace).startswith("<Trace: LSTM, T = 10, H = 8, loss ")
    assert pickle.loads(pickle.dumps(trace)) == trace == trace.raw
    assert copy(trace).h is trace.h
    with pytest.raises(AttributeError, match="nothing_such"):
        _ = trace.nothing_such
    with pytest.raises(KeyError):
        _ = trace["nothing_such"]


def test_parts_of_an_answer_can_be_posted_again(live_url):
    with Client(live_url) as unrolled:
        first = unrolled.bptt(TEXT, GRU)
        data = {"kind": "arrays", "x": first.data.x, "y": first.data.y}
        again = unrolled.bptt(data, first.network)
        scaled = dict(first.network.parameters.raw) | {"W": 2 * first.network.parameters.W}
        other = unrolled.bptt(TEXT, {"cell": "gru", "parameters": scaled})
    assert again.loss.total == first.loss.total
    np.testing.assert_array_equal(again.gradients.U, first.gradients.U)
    assert other.loss.total != first.loss.total


def test_an_overflow_is_nan(live_url):
    network = {"activation": "identity", "init": {"spectral_radius": 1e60}}
    with Client(live_url) as unrolled:
        trace = unrolled.bptt(TEXT, network)
    assert np.isnan(trace.h[-1]).any()
    assert trace.overflow.what in ("a", "h")
    assert "overflows" in repr(trace)


def test_a_refusal_carries_its_problem(live_url):
    data = {"kind": "arrays", "x": [[1.0], [2.0, 3.0]]}
    with Client(live_url) as unrolled, pytest.raises(ProblemError) as refused:
        unrolled.bptt(data)
    problem = refused.value
    assert problem.status == 422
    assert problem.type == "/problems/validation"
    assert problem.errors[0]["field"] == "data.x"
    assert problem.request_id
    assert problem.problem["instance"] == "/api/v1/bptt"
    assert "data.x: is ragged" in str(problem)
    assert str(pickle.loads(pickle.dumps(problem))) == str(problem)


def test_what_is_no_json_is_refused_before_it_is_sent(live_url):
    with Client(live_url) as unrolled:
        with pytest.raises(ValueError, match="JSON"):
            unrolled.bptt({"kind": "arrays", "x": [[float("nan")]], "y": [0]})
        with pytest.raises(TypeError, match="set cannot stand in a body"):
            unrolled.bptt({"kind": "arrays", "x": {1}, "y": [0]})


def test_nobody_there_is_httpx_s_own_error():
    with Client("http://127.0.0.1:9", retries=0) as unrolled, pytest.raises(httpx.ConnectError):
        unrolled.health()


def busy(times: int, retry_after: str | None = "2"):
    """A server that is busy some times, and counts."""
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if len(asked) <= times:
            headers = {} if retry_after is None else {"retry-after": retry_after}
            problem = {"type": "/problems/busy", "title": "Busy", "status": 503, "detail": "later"}
            return httpx.Response(503, json=problem, headers=headers)
        return httpx.Response(200, json={"status": "ok"})

    return asked, httpx.MockTransport(handle)


@pytest.fixture
def waits(monkeypatch) -> list[float]:
    """The seconds that the clients would have waited."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("app.client.calls.time.sleep", waited.append)
    monkeypatch.setattr("app.client.calls_async.asyncio.sleep", sleep)
    return waited


@pytest.mark.parametrize(
    ("retry_after", "expected"), [("2", [2, 2]), (None, [0.5, 1]), ("soon", [0.5, 1])]
)
def test_a_busy_server_is_asked_again(waits, retry_after, expected):
    asked, transport = busy(2, retry_after)
    with Client("http://there", transport=transport) as unrolled:
        assert unrolled.health().status == "ok"
    assert waits == expected
    assert len(asked) == 3

    async def awaited() -> Answer:
        asked.clear()
        async with AsyncClient("http://there", transport=transport) as unrolled:
            return await unrolled.health()

    assert asyncio.run(awaited()).status == "ok"
    assert waits == expected * 2


@pytest.mark.parametrize(
    ("times", "retry_after", "retries", "tries"),
    [(9, "1", 3, 4), (9, "1", 0, 1), (9, "3600", 3, 1)],
)
def test_patience_has_an_end(waits, times, retry_after, retries, tries):
    asked, transport = busy(times, retry_after)
    with (
        Client("http://there", retries=retries, transport=transport) as unrolled,
        pytest.raises(ProblemError, match="later") as refused,
    ):
        unrolled.health()
    assert refused.value.status == 503
    assert len(asked) == tries
    assert len(waits) == tries - 1


def test_a_proxy_s_page_is_a_problem_too():
    transport = httpx.MockTransport(lambda _: httpx.Response(502, html="<h1>no</h1>"))
    refusal = pytest.raises(ProblemError, match="502 Bad Gateway: <h1>no")
    with Client("http://there", transport=transport) as unrolled, refusal as refused:
        unrolled.catalog()
    assert refused.value.errors == []


def test_options_left_alone_are_not_sent():
    sent: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json={})

    with Client("http://there/prefix/", transport=httpx.MockTransport(handle)) as unrolled:
        unrolled.bptt(TEXT, truncate=None, include=[])
        unrolled.code({"data": TEXT})
    assert json.loads(sent[0].content) == {"data": TEXT, "include": []}
    assert sent[0].url.path == "/prefix/api/v1/bptt"
    assert json.loads(sent[1].content)["base_url"] == "http://there/prefix"


def test_the_folder_works_elsewhere_without_the_server(tmp_path):
    """Copied, under another name, it imports httpx and NumPy and nothing of ours."""
    source, copied = Path(package.__file__).parent, tmp_path / "elsewhere"
    copied.mkdir()
    for file in source.glob("*.py"):
        (copied / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    script = "import sys, elsewhere; elsewhere.Client().close(); print('app' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.stdout == "False\n", done.stderr


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_curl_program_prints_the_loss(live_url, shell):
    request = {"data": {"kind": "text", "text": 'it\'s $HOME `here`\n"JSON"\nJSON'}, "network": GRU}
    with Client(live_url) as unrolled:
        code = unrolled.code(request, "curl").code
        trace = unrolled.bptt(**request)
    done = subprocess.run([shell], input=code, capture_output=True, text=True)
    assert done.stderr == ""
    printed = [line.rsplit(" ", 1) for line in done.stdout.splitlines()]
    norms = {f"gradient {name}": norm for name, norm in trace.gradient_norms.items()}
    assert {name: float(value) for name, value in printed} == {"loss": trace.loss.total} | norms


def test_the_curl_program_tells_of_a_refusal(live_url):
    with Client(live_url) as unrolled:
        code = unrolled.code({"data": TEXT}, "curl").code.replace("hello world", "h")
    done = subprocess.run(["sh"], input=code, capture_output=True, text=True)
    assert done.returncode == 1
    assert "data.text: text has length 1" in done.stderr


def test_clients_leave_no_connection_behind(live_url):
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        with Client(live_url) as unrolled:
            events = unrolled.train([{"network": GRU}], TEXT, steps=100_000)
            next(events)
            events.close()  # leaves the training; the server stops it
            assert unrolled.health().status == "ok"
