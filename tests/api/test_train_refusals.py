"""What a training refuses before anything is streamed: which field, what it was and may be."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.api.streams import ADDING, RUN, TRAIN, body, checkpoint_of, refused, train

TEXT = {"kind": "text", "text": "hello world"}
SERIES = {"kind": "series", "values": [1.0, 2.0, 3.0, 2.0]}
ARRAYS = {"kind": "arrays", "x": [[[1.0], [2.0]], [[0.0], [1.0]]], "y": [[0, 1], [1, 0]]}
LONG = {**ADDING, "length": 60}
JSON = {"content-type": "application/json"}


def run(**fields: Any) -> dict[str, Any]:
    return body({**RUN, **fields})


def optimizer(**fields: Any) -> dict[str, Any]:
    return run(optimizer=fields)


REFUSALS: list[tuple[Any, str, str]] = [
    ([], "(body)", "is not an object"),
    ({"data": ADDING}, "runs", "is required"),
    ({"runs": [RUN]}, "data", "is required"),
    (body() | {"runs": []}, "runs", "at least 1"),
    (body(*[RUN] * 5), "runs", "at most 4"),
    ({**body(), "runs": [3]}, "runs.0", "is not an object"),
    (run(network={"cell": "elman"}), "runs.0.network.cell", "is not a known name"),
    (run(network={"hidden_size": True}), "runs.0.network.hidden_size", "is not an integer"),
    (run(network={"init": {"sead": 1}}), "runs.0.network.init.sead", "is not a known field"),
    (body(RUN, {"network": {"output": "softmax"}}), "runs.1.network.output", "need linear"),
    (
        body(RUN, {"network": {"cell": "gru", "normalization": "layer"}}),
        "runs.1.network.normalization",
        "rnn has it",
    ),
    (
        body(RUN, {"network": {"hidden_size": 10**9}}, data=TEXT),
        "runs.1.network.hidden_size",
        "at most 1024",
    ),
    (
        run(network={"parameters": {"U": [[1.0]], "W": [[1.0]], "b": [0.0, 1.0]}}),
        "runs.0.network.parameters.b",
        "(2,)",
    ),
    (
        run(network={"parameters": {"U": [[1.0]], "W": [[1.0]], "b": [0.0]}}),
        "data.x",
        "2 columns",
    ),
    (run(clip={"by": "norm"}), "runs.0.clip.threshold", "is required"),
    (run(clip={"by": "norm", "threshold": 0}), "runs.0.clip.threshold", "greater than 0"),
    (run(truncate=0), "runs.0.truncate", "equal to 1"),
    (run(momentum=0.9), "runs.0.momentum", "is not a known field"),
    (optimizer(name="lion"), "runs.0.optimizer.name", "is not a known name"),
    (optimizer(learning_rate=0), "runs.0.optimizer.learning_rate", "greater than 0"),
    (optimizer(learning_rate=True), "runs.0.optimizer.learning_rate", "is not a number"),
    (optimizer(learning_rate="0.1"), "runs.0.optimizer.learning_rate", "is not a number"),
    (optimizer(momentum=1.0), "runs.0.optimizer.momentum", "less than 1"),
    (optimizer(momentum=-0.1), "runs.0.optimizer.momentum", "equal to 0"),
    (optimizer(schedule="cosine"), "runs.0.optimizer.schedule", "is not a known name"),
    (optimizer(decay=-1.0), "runs.0.optimizer.decay", "equal to 0"),
    (optimizer(beta=0.9), "runs.0.optimizer.beta", "is not a known field"),
    (body(steps=0), "steps", "equal to 1"),
    (body(steps=100_001), "steps", "equal to 100000"),
    (body(steps=1.5), "steps", "is not an integer"),
    (body(trace_every=0), "trace_every", "equal to 1"),
    (body(seed=-1), "seed", "equal to 0"),
    (body(seed=2**53), "seed", "less than or equal"),
    (body(chunk=0), "chunk", "equal to 1"),
    (body(chunk=4), "chunk", "a loss at every step"),
    (body(data={**TEXT, "loss_at": "last"}, chunk=4), "chunk", "a loss at every step"),
    (
        body({"network": {"bidirectional": True}}, data=TEXT, chunk=4),
        "chunk",
        "bidirectional",
    ),
    (body(batch=4), "batch", "data.batch"),
    (body(data=TEXT, batch=99), "batch", "10"),
    (body(data=ARRAYS, batch=3), "batch", "2 sequence"),
    (body(data=TEXT, batch=0), "batch", "equal to 1"),
    (body(holdout=0.1), "holdout", "is for a series"),
    (body(data=SERIES, holdout=1.0), "holdout", "less than 1"),
    (body(data=SERIES, holdout=0.9), "holdout", "2 are needed"),
    (body(data=SERIES, holdout=-0.1), "holdout", "equal to 0"),
    (body(sample={}), "sample", "is for text"),
    (body(data=TEXT, sample={"length": 0}), "sample.length", "equal to 1"),
    (body(data=TEXT, sample={"length": 1001}), "sample.length", "equal to 1000"),
    (body(data=TEXT, sample={"temperature": 0}), "sample.temperature", "greater than 0"),
    (body(data=TEXT, sample={"prompt": "hex"}), "sample.prompt", "'x'"),
    (
        body({"network": {"bidirectional": True}}, data=TEXT, sample={}),
        "runs.0.network.bidirectional",
        "to come",
    ),
    (body(precision="float16"), "precision", "is not a known name"),
    (body(include=["everything"]), "include.0", "is not a known name"),
    (body(resume=3), "resume", "is not an object"),
    (body(resume={}), "resume.step", "is required"),
    (body(depth=2), "depth", "is not a known field"),
    (body(data={**ARRAYS, "y": None}), "data.y", "is required"),
    (body(data={**ARRAYS, "y": [[0, 1], [1, -1]]}), "data.y", "class -1"),
    (body(data={**ARRAYS, "y": [[0, 1], [1, -1]]}, batch=1), "data.y", "class -1"),
    (body(data={**ARRAYS, "y": [[0, 1]]}, batch=1), "data.y", "(1, 2)"),
    (body(data={**ARRAYS, "y": 1}, batch=1), "data.y", "()"),
    (body(data={**TEXT, "text": ["ab", "abc"]}), "data.text", "one length"),
    (body(data={**TEXT, "text": "a"}), "data.text", "at least 2"),
    (body(data={**SERIES, "values": [1]}), "data.values", "two are needed"),
    (body(data={**ADDING, "name": "copy", "length": 5}), "data.length", "whole number"),
    (body(data={**ADDING, "batch": 0}), "data.batch", "equal to 1"),
    (body(data={**ADDING, "h0": [0, 0, 0]}), "data.h0", "(3,)"),
]


@pytest.mark.parametrize(("request_", "field", "message"), REFUSALS)
def test_a_bad_field_is_named(client, request_, field, message):
    problem = refused(client.post(TRAIN, json=request_), problem_kind(message))
    assert problem["status"] == 422
    assert problem["errors"][0]["field"] == field
    assert message in problem["errors"][0]["message"]
    assert field in problem["detail"]


def problem_kind(message: str) -> str:
    return "over-budget" if message.startswith("at most 10") else "validation"


def test_an_unknown_field_comes_with_the_known_ones(client):
    error = refused(client.post(TRAIN, json=optimizer(rate=1)))["errors"][0]
    assert error["expected"] == "name, learning_rate, momentum, schedule, decay"


NUMBERS = ["NaN", "Infinity", "-Infinity", "1e999", "9" * 400]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number[:9])
@pytest.mark.parametrize(
    ("template", "field"),
    [
        ('{"runs":[{"optimizer":{"learning_rate":?}}],"data":D}', "runs.0.optimizer.learning_rate"),
        ('{"runs":[{"optimizer":{"decay":?}}],"data":D}', "runs.0.optimizer.decay"),
        ('{"runs":[{"truncate":?}],"data":D}', "runs.0.truncate"),
        ('{"runs":[{"network":{"hidden_size":?}}],"data":D}', "runs.0.network.hidden_size"),
        ('{"runs":[{}],"data":{"kind":"task","name":"copy","batch":?}}', "data.batch"),
        ('{"runs":[{}],"data":D,"batch":?}', "batch"),
        ('{"runs":[{}],"data":D,"steps":?}', "steps"),
        ('{"runs":[{}],"data":D,"holdout":?}', "holdout"),
        ('{"runs":[{}],"data":D,"sample":{"temperature":?}}', "sample.temperature"),
        ('{"runs":[{}],"data":D,"resume":{"step":?,"runs":[]}}', "resume.step"),
    ],
)
def test_non_finite_numbers_are_refused_wherever_they_stand(client, template, field, number):
    if number[0] == "9" and field.endswith(("rate", "decay", "temperature")):
        number += "." + number  # an integer of as many digits is a number, to Python
    content = template.replace("D", json.dumps(ADDING)).replace("?", number)
    problem = refused(client.post(TRAIN, content=content, headers=JSON))
    assert problem["errors"][0]["field"] == field


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[" * 100_000, b'{"runs":' * 5_000, b'{"runs": [\xff]}']
)
def test_what_is_no_json_is_refused(client, content):
    refused(client.post(TRAIN, content=content, headers=JSON), "malformed-json")


def test_a_body_that_is_not_json_or_too_large_is_refused(client):
    refused(client.post(TRAIN, content=b"{}"), "unsupported-media-type")
    small = TestClient(create_app(Settings(max_body_bytes=1024)))
    refused(small.post(TRAIN, content=b" " * 1025, headers=JSON), "too-large")


# Budgets


def over(client: TestClient, request: dict[str, Any]) -> dict[str, Any]:
    problem = refused(client.post(TRAIN, json=request), "over-budget")
    assert problem["status"] == 422
    return problem


def fields_of(problem: dict[str, Any]) -> set[str]:
    return {error["field"] for error in problem["errors"]}


def test_a_step_over_its_budget_is_refused_with_what_to_reduce():
    small = TestClient(create_app(Settings(step_budget=5_000_000)))
    train(small, body(steps=1))
    problem = over(small, body(RUN, RUN, RUN, data={**ADDING, "length": 60}))
    assert "5,000,000" in problem["detail"]
    assert "a training step" in problem["detail"]
    named = {"data.length", "data.batch", "runs.0.network.hidden_size", "runs"}
    assert fields_of(problem) == named


def test_a_chunk_makes_a_step_cheaper_than_its_text(client):
    small = TestClient(create_app(Settings(step_budget=1_000_000, max_T=200)))
    text = {"kind": "text", "text": "abcdefgh" * 1000}
    assert "data.text" in fields_of(over(small, body(data=text)))
    train(small, body(data=text, chunk=20, steps=2))
    assert "batch" in fields_of(over(small, body(data=text, chunk=20, batch=100)))
    train(client, body(data=text, chunk=20, batch=100, steps=2))


@pytest.mark.parametrize(
    ("request_", "settings", "words"),
    [
        (body(data={**ADDING, "batch": 60}), {"step_numbers": 10_000}, "a training step holds"),
        (body(data=LONG, include=["credit_vectors"]), {"trace_budget": 10_000}, "in a trace"),
        (body({"network": {"hidden_size": 100}}), {"trace_budget": 10_000}, "in a trace"),
        (
            body(data={"kind": "text", "text": ["abcdefghijklmnop" * 9] * 9}, batch=1),
            {"step_numbers": 20_000},
            "makes 20,592 numbers",
        ),
    ],
)
def test_a_trace_and_the_data_have_their_budgets(request_, settings, words):
    assert words in over(TestClient(create_app(Settings(**settings))), request_)["detail"]


def test_a_training_whose_checkpoint_could_not_be_sent_back_is_refused():
    small = TestClient(create_app(Settings(max_body_bytes=10_000)))
    wide = {"network": {"hidden_size": 16}}
    problem = over(small, body(wide))
    assert "checkpoint" in problem["detail"]
    assert fields_of(problem) == {"runs.0.network.hidden_size", "runs", "precision"}
    checkpoint = train(small, body({**wide, "optimizer": {"name": "sgd"}}))
    resumed = body({**wide, "optimizer": {"name": "sgd"}}, resume=checkpoint_of(checkpoint, 10))
    assert len(json.dumps(resumed)) < 10_000
    train(small, resumed)


# Checkpoints


@pytest.fixture(scope="module")
def checkpoint(client) -> dict[str, Any]:
    return checkpoint_of(train(client, body(data=TEXT, chunk=4)), 5)


def packed(saved: dict[str, Any], where: str = "parameters", name: str = "W") -> dict[str, Any]:
    return saved["runs"][0][where][name]


TAMPERING: list[tuple[Callable[[dict[str, Any]], object], str, str]] = [
    (lambda c: c.update(step=-1), "step", "equal to 0"),
    (lambda c: c.update(step=True), "step", "is not an integer"),
    (lambda c: c.update(step=13), "step", "ends at 12"),
    (lambda c: c.update(runs=[]), "runs", "0 runs"),
    (lambda c: c.update(runs=c["runs"] * 2), "runs", "2 runs"),
    (lambda c: c.update(runs=c["runs"] * 5), "runs", "at most 4"),
    (lambda c: c.update(extra=1), "extra", "is not a known field"),
    (lambda c: c["runs"][0].pop("state"), "runs.0.state", "is required"),
    (lambda c: c["runs"][0].update(state={}), "runs.0.state", "is missing"),
    (lambda c: c["runs"][0]["state"].update(cell=packed(c)), "runs.0.state", "unknown"),
    (lambda c: c["runs"][0]["parameters"].pop("W"), "runs.0.parameters", "this run has"),
    (lambda c: c["runs"][0]["parameters"].update(Z=packed(c)), "runs.0.parameters", "Z"),
    (lambda c: c["runs"][0]["parameters"].update(W=packed(c, name="b")), "runs.0.parameters.W", ""),
    (lambda c: c["runs"][0]["optimizer"].pop("mean"), "runs.0.optimizer", "this run has"),
    (lambda c: c["runs"][0].update(parameters=[1]), "runs.0.parameters", "is not an object"),
    (lambda c: c["runs"][0].update(loss="1"), "runs.0.loss", "is not a number"),
    (
        lambda c: c["runs"][0].update(diverged={"step": 9, "what": "W"}),
        "runs.0.diverged.step",
        "of step 5",
    ),
    (
        lambda c: c["runs"][0].update(diverged={"step": 3}),
        "runs.0.diverged.what",
        "is required",
    ),
    (lambda c: packed(c).update(data="!"), "runs.0.parameters.W", "not base64"),
    (lambda c: packed(c).update(data=""), "runs.0.parameters.W", "0 bytes"),
    (lambda c: packed(c).update(data=None), "runs.0.parameters.W.data", "is not a text"),
    (lambda c: packed(c).update(data="gASVAAAA"), "runs.0.parameters.W", "bytes"),
    (lambda c: packed(c).update(shape=[16]), "runs.0.parameters.W", "(16,)"),
    (lambda c: packed(c).update(shape=[-4, -4]), "runs.0.parameters.W", "axis"),
    (lambda c: packed(c).update(shape=[2**40, 2**40]), "runs.0.parameters.W", "axis"),
    (lambda c: packed(c).update(shape=[1] * 5), "runs.0.parameters.W.shape", "at most 4"),
    (lambda c: packed(c).update(shape="4"), "runs.0.parameters.W.shape", "is not a list"),
    (lambda c: packed(c).update(dtype="object"), "runs.0.parameters.W.dtype", "known name"),
    (lambda c: packed(c).update(dtype="float32"), "runs.0.parameters.W", "bytes"),
    (lambda c: packed(c).update(pickle="x"), "runs.0.parameters.W.pickle", "known field"),
    (
        lambda c: packed(c).update(data="AAAAAAAA+H8=" * 16),  # not a number
        "runs.0.parameters.W",
        "",
    ),
    (
        lambda c: packed(c, "state", "h").update(shape=[2, 2]),
        "runs",
        "",
    ),
]


@pytest.mark.parametrize(("tamper", "field", "message"), TAMPERING)
def test_a_checkpoint_that_was_tampered_with_is_refused(client, checkpoint, tamper, field, message):
    resume = copy.deepcopy(checkpoint)
    tamper(resume)
    problem = refused(client.post(TRAIN, json=body(data=TEXT, chunk=4, resume=resume)))
    assert problem["errors"][0]["field"] == f"resume.{field}"
    assert message in problem["errors"][0]["message"]


@pytest.mark.parametrize(
    "changed",
    [
        body({"network": {"hidden_size": 5}}, data=TEXT, chunk=4),
        body({"network": {"cell": "gru", "hidden_size": 4}}, data=TEXT, chunk=4),
        body({**RUN, "optimizer": {"name": "sgd"}}, data=TEXT, chunk=4),
        body(data=TEXT, chunk=4, precision="float32"),
        body(data={**TEXT, "text": "another text"}, chunk=4),
        body(data=TEXT, chunk=4, batch=2),
        body(RUN, RUN, data=TEXT, chunk=4),
        body(data=TEXT, chunk=4, steps=4),
    ],
)
def test_a_checkpoint_of_another_training_is_refused(client, checkpoint, changed):
    problem = refused(client.post(TRAIN, json={**changed, "resume": checkpoint}))
    assert problem["errors"][0]["field"].startswith("resume.")


def test_a_refused_training_takes_no_place():
    one = TestClient(create_app(Settings(streams=1)))
    for _ in range(3):
        refused(one.post(TRAIN, json=body(steps=0)))
        over(one, body({"network": {"hidden_size": 10**6}}))
    train(one, body(steps=1))
    train(one, body(steps=1))


def test_where_no_place_is_left_the_answer_is_busy():
    response = TestClient(create_app(Settings(streams=0))).post(TRAIN, json=body())
    problem = refused(response, "busy")
    assert problem["status"] == 503
    assert response.headers["retry-after"].isdigit()
