"""A training's stream: what comes, in which order, the same every time."""

import itertools
import threading
from typing import Any

import pytest

from app.api.schemas.training import TrainRequest
from app.api.streaming import EVENTS_A_SECOND
from app.api.training import plan_train
from app.api.training_events import PAUSE, Narrator
from app.engine.cells import CELLS
from app.engine.optimizers import OPTIMIZERS
from app.engine.tasks import TASKS
from app.settings import Settings
from tests.api.streams import ADDING, RUN, TRAIN, body, checkpoint_of, data_of, history, train

LSTM = {"network": {"cell": "lstm", "hidden_size": 3}, "clip": {"by": "norm", "threshold": 0.1}}
TEXT = {"kind": "text", "text": "hello world, hello again"}
SERIES = {"kind": "series", "values": [float(i % 7) for i in range(40)]}
X = [[[0.1 * b + 0.01 * t] for t in range(6)] for b in range(5)]
ARRAYS = {"kind": "arrays", "x": X, "y": [[t % 2 for t in range(6)] for _ in range(5)]}
WILD = {
    "network": {"activation": "identity", "hidden_size": 4},
    "optimizer": {"name": "sgd", "learning_rate": 1e12},
}
SOURCES: dict[str, dict[str, Any]] = {
    **{name: {"data": {**ADDING, "name": name, "delay": 3}} for name in TASKS},
    "text": {"data": TEXT, "sample": {"length": 7, "prompt": "hel"}},
    "text in chunks": {"data": TEXT, "chunk": 4},
    "streams of a text": {"data": TEXT, "chunk": 4, "batch": 3},
    "texts": {"data": {"kind": "text", "text": ["hello", "world", "again"]}, "batch": 2},
    "series": {"data": SERIES},
    "series with an end held out": {"data": SERIES, "holdout": 0.25, "chunk": 9},
    "one sequence": {"data": {"kind": "arrays", "x": X[0], "y": ARRAYS["y"][0]}},
    "sequences": {"data": ARRAYS},
    "some sequences": {"data": ARRAYS, "batch": 2},
    "float32": {"data": ADDING, "precision": "float32"},
}


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    """Let events come as fast as they can; the pace has tests of its own."""
    monkeypatch.setattr("app.api.streaming.EVENTS_A_SECOND", 10_000)


@pytest.mark.parametrize("name", SOURCES)
def test_every_kind_of_data_is_learnt_from_start_to_end(client, name):
    events = train(client, body(RUN, LSTM, **SOURCES[name]))
    assert [event.id for event in events] == list(range(1, len(events) + 1))
    assert events[0].name == "start"
    assert events[-1].name == "done"
    for run in (0, 1):
        assert [step for step, *_ in history(events, run)] == list(range(1, 13))
        assert [t["step"] for t in data_of(events, "trace") if t["run"] == run] == [0, 5, 10, 12]
    assert {c["step"] for c in data_of(events, "checkpoint")} >= {0, 5, 10, 12}
    start, (done,) = events[0].data, data_of(events, "done")
    first_loss = history(events)[0][1]
    assert start["step"] == 0
    assert start["steps"] == 12
    assert len(start["runs"]) == len(done["runs"]) == 2
    assert done["runs"][0]["loss"] == history(events)[-1][1] != first_loss
    assert done["runs"][0]["step"] == 12
    assert done["runs"][0]["diverged"] is None


def test_nobody_keeps_the_stream_and_no_proxy_holds_it_back(client):
    response = client.post(TRAIN, json=body(steps=1))
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-accel-buffering"] == "no"
    assert "content-length" not in response.headers
    assert response.headers["x-request-id"]


def test_steps_come_before_the_trace_and_the_checkpoint_after_it(client):
    names = [event.name for event in train(client, body(RUN, LSTM, steps=5))]
    opening = ["start", "trace", "trace", "checkpoint"]
    assert names == [*opening, "steps", "steps", "trace", "trace", "checkpoint", "done"]


def test_what_comes_is_what_the_documentation_says(client):
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    request = {"data": TEXT, "sample": {"length": 3}, "include": ["credit", "jacobians"]}
    events = train(client, body(RUN, WILD, **request))
    named = schemas["TrainEvents"]["properties"]
    assert {event.name for event in events} | {"error"} == set(named)
    for event in events:
        own = schemas[f"{event.name.capitalize()}Event"]["properties"]
        assert set(event.data) == set(own), event.name
    trace = next(event.data for event in events if event.name == "trace")
    for part, schema in (("evaluation", "EvaluationAnswer"), ("network", "NetworkAnswer")):
        assert set(trace[part]) == set(schemas[schema]["properties"])


@pytest.mark.parametrize("network", [RUN["network"], LSTM["network"]])
def test_a_trace_is_what_bptt_answers(client, network):
    include = ["credit", "jacobians", "shares"]
    clip = {"by": "value", "threshold": 0.01}
    run = {"network": network, "clip": clip, "truncate": 4}
    trace = data_of(train(client, body(run, include=include)), "trace")[2]
    assert trace["step"] == 10
    data = {name: trace["data"][name] for name in ("x", "y", "loss_at", "loss_mask")}
    learnt = {k: v for k, v in trace["network"].items() if k != "init"}
    request = {
        "network": learnt,
        "data": {"kind": "arrays", **data},
        "clip": clip,
        "truncate": 4,
        "include": include,
    }
    alone = client.post("/api/v1/bptt", json=request).json()
    assert {name: trace[name] for name in alone} == alone


def test_the_weights_of_done_are_those_of_the_last_trace_and_checkpoint(client):
    events = train(client, body())
    (run,) = data_of(events, "done")[0]["runs"]
    assert run["parameters"] == data_of(events, "trace")[-1]["network"]["parameters"]
    packed = checkpoint_of(events, 12)["runs"][0]["parameters"]
    assert set(packed) == set(run["parameters"])
    assert packed["W"]["shape"] == [4, 4]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_optimizer_learns_with_each_schedule(client, name):
    optimizers = [
        {"name": name, "learning_rate": 0.02, "schedule": schedule, "decay": 0.5}
        for schedule in ("constant", "decay")
    ]
    events = train(client, body(*({**RUN, "optimizer": each} for each in optimizers)))
    constant, decaying = history(events, 0), history(events, 1)
    assert constant[0] == decaying[0]
    assert constant[5] != decaying[5]


def test_runs_see_the_same_data_in_the_same_order(client):
    events = train(client, body(RUN, RUN, data={**ADDING, "batch": 3}))
    assert history(events, 0) == history(events, 1)
    other = train(client, body(RUN, seed=1, data={**ADDING, "batch": 3}))
    assert history(other) != history(events)


@pytest.mark.parametrize("name", ["adding", "streams of a text", "some sequences", "float32"])
def test_the_same_request_gives_the_same_values_to_the_last_bit(client, name):
    request = body(RUN, LSTM, **SOURCES[name])
    one, other = train(client, request), train(client, request)
    for run in (0, 1):
        assert history(one, run) == history(other, run)
    for what in ("trace", "done"):
        assert data_of(one, what) == data_of(other, what)
    assert checkpoint_of(one, 12) == checkpoint_of(other, 12)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("cell", CELLS)
def test_a_training_resumed_is_one_that_never_stopped(client, name, cell):
    optimizer = {"name": name, "schedule": "decay", "decay": 0.1}
    run = {"network": {"cell": cell, "hidden_size": 3}, "optimizer": optimizer}
    request = body(run, LSTM, data=TEXT, chunk=4, batch=2)
    whole = train(client, request)
    rest = train(client, {**request, "resume": checkpoint_of(whole, 5)})
    assert rest[0].data["step"] == 5
    for index in (0, 1):
        assert history(rest, index) == history(whole, index)[5:]
    assert data_of(rest, "done") == data_of(whole, "done")
    traces = [t for t in data_of(whole, "trace") if t["step"] >= 5]
    assert data_of(rest, "trace") == traces
    assert checkpoint_of(rest, 12) == checkpoint_of(whole, 12)


@pytest.mark.parametrize("name", SOURCES)
def test_every_kind_of_data_can_be_resumed(client, name):
    request = body(RUN, **SOURCES[name])
    whole = train(client, request)
    rest = train(client, {**request, "resume": checkpoint_of(whole, 10)})
    assert history(rest) == history(whole)[10:]


def test_a_training_can_go_on_beyond_its_end_at_another_rate(client):
    whole = train(client, body())
    end = checkpoint_of(whole, 12)
    nothing = train(client, body(resume=end))
    assert history(nothing) == []
    assert data_of(nothing, "done") == data_of(whole, "done")
    slow = {**RUN, "optimizer": {"learning_rate": 1e-6}, "clip": {"by": "norm", "threshold": 1.0}}
    more = train(client, body(slow, steps=15, resume=end))
    assert [step for step, *_ in history(more)] == [13, 14, 15]


def test_a_run_that_overflows_stops_alone(client):
    events = train(client, body(RUN, WILD))
    (fall,) = data_of(events, "diverged")
    assert fall["run"] == 1
    step = fall["step"]
    assert 1 < step < 12
    assert [n for n, *_ in history(events, 1)] == list(range(1, step + 1))
    assert [n for n, *_ in history(events, 0)] == list(range(1, 13))
    last = [t for t in data_of(events, "trace") if t["run"] == 1][-1]
    assert last["step"] == step - 1
    assert all(w is not None for row in last["network"]["parameters"]["W"] for w in row)
    sound, fallen = data_of(events, "done")[0]["runs"]
    assert sound["diverged"] is None
    assert fallen["diverged"] == {"step": step, "what": fall["what"]}
    assert fallen["step"] == step
    names = [event.name for event in events]
    assert names.index("diverged") - 1 == names.index("trace", names.index("steps"))


def test_a_fallen_run_stays_down_when_the_training_is_resumed(client):
    request = body(RUN, WILD)
    whole = train(client, request)
    rest = train(client, {**request, "resume": checkpoint_of(whole, 10)})
    assert data_of(rest, "diverged") == data_of(whole, "diverged")
    assert history(rest, 1) == []
    assert history(rest, 0) == history(whole, 0)[10:]
    assert data_of(rest, "done") == data_of(whole, "done")


def test_a_training_of_which_every_run_fell_is_done(client):
    events = train(client, body(WILD))
    assert [event.name for event in events][-3:] == ["diverged", "checkpoint", "done"]


def test_clipping_is_told_step_by_step(client):
    tight, wide = ({**RUN, "clip": {"by": "norm", "threshold": t}} for t in (1e-6, 1e6))
    events = train(client, body(tight, wide))
    assert all(clipped for *_, clipped in history(events, 0))
    assert not any(clipped for *_, clipped in history(events, 1))
    assert history(events, 0)[0][2] > 1e-6, "the norm is that before clipping"


def test_a_sample_is_written_of_the_texts_characters(client):
    events = train(client, body(RUN, RUN, data=TEXT, sample={"length": 40, "temperature": 0.5}))
    traces = data_of(events, "trace")
    for trace in traces:
        assert len(trace["sample"]["text"]) == 40
        assert set(trace["sample"]["text"]) <= set(TEXT["text"])
    assert traces[0]["sample"] == traces[1]["sample"]
    assert events[0].data["labels"] == list(dict.fromkeys(TEXT["text"]))


def test_what_is_learnt_is_measured_beside_a_guess(client):
    trace = data_of(train(client, body(data={**ADDING, "name": "copy", "delay": 4})), "trace")[-1]
    found = trace["evaluation"]
    assert found["metric"] == "accuracy"
    assert found["baseline_value"] == pytest.approx(1 / 8)
    assert [each["delay"] for each in found["by_delay"]] == sorted({1, 2, 3, 4, 5, 6, 8})
    series = data_of(train(client, body(data=SERIES, holdout=0.25)), "trace")[-1]["evaluation"]
    assert series["forecast"]["from"] == 30
    assert series["forecast"]["actual"] == pytest.approx(SERIES["values"][30:])
    lengths = {len(series["forecast"][name]) for name in ("predicted", "one_step")}
    assert lengths == {10}


# Pace


class Clock:
    """Time that moves a little whenever it is looked at."""

    def __init__(self, tick: float) -> None:
        self.now, self.tick = 0.0, tick

    def __call__(self) -> float:
        self.now += self.tick
        return self.now


@pytest.mark.parametrize("runs", [1, 2, 4])
def test_many_steps_make_few_events_and_none_is_lost(runs):
    request = TrainRequest.model_validate(body(*[RUN] * runs, steps=3000, trace_every=1500))
    clock = Clock(0.0005)
    narrator = Narrator(plan_train(request, 0, Settings()), threading.Event(), clock)
    told = [(clock.now, event) for event in narrator.events()]
    assert any(event is PAUSE for _, event in told), "others have their turn"
    steps = [now for now, event in told if event.name == "steps"]
    seconds = max(1.0, told[-1][0])
    assert len(steps) / seconds < EVENTS_A_SECOND
    assert len(steps) > runs, "and they come little by little"
    saved = [now for now, event in told if event.name == "checkpoint"]
    assert max(b - a for a, b in itertools.pairwise(saved)) < 1.5, "about every second"
