"""Text that a network writes, and what is refused."""

import json

import httpx
import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.api.streams import body, data_of, refused, train

SAMPLE = "/api/v1/sample"
HELLO = {"kind": "text", "text": "hello hello hello "}
LABELS = ["h", "e", "l", "o", " "]


def written(response: httpx.Response) -> dict:
    assert response.status_code == 200, response.text
    return json.loads(response.content, parse_constant=pytest.fail)


@pytest.fixture(scope="module")
def learnt(client) -> dict:
    """A network that can say hello."""
    run = {"network": {"hidden_size": 12}, "optimizer": {"learning_rate": 0.05}}
    trace = data_of(train(client, body(run, data=HELLO, steps=80, trace_every=80)), "trace")[-1]
    return {"network": trace["network"], "labels": trace["data"]["labels"]}


def test_a_trained_network_goes_on_with_what_it_has_read(client, learnt):
    request = {**learnt, "prompt": "hello ", "length": 12, "temperature": 0.1}
    answer = written(client.post(SAMPLE, json=request))
    assert learnt["labels"] == LABELS
    assert answer["text"] == "hello hello "
    assert len(answer["probabilities"]) == 12
    for row in answer["probabilities"]:
        assert sum(row) == pytest.approx(1)
        assert len(row) == len(LABELS)


def test_temperature_spreads_what_is_drawn_from(client, learnt):
    def most(temperature: float) -> float:
        request = {**learnt, "prompt": "hel", "length": 1, "temperature": temperature}
        return max(written(client.post(SAMPLE, json=request))["probabilities"][0])

    assert most(0.2) > most(1.0) > most(10.0) > 1 / len(LABELS)


def test_a_seed_gives_its_text_and_another_gives_another(client):
    one, same, other = (
        written(client.post(SAMPLE, json={"labels": LABELS, "seed": seed, "temperature": 2.0}))
        for seed in (1, 1, 2)
    )
    assert one == same
    assert one["text"] != other["text"]
    assert len(one["text"]) == 200


def test_its_sample_is_the_one_that_the_training_told(client):
    request = body(data=HELLO, steps=4, seed=5, sample={"length": 9, "prompt": "he"})
    trace = data_of(train(client, request), "trace")[-1]
    again = {
        "network": trace["network"],
        "labels": trace["data"]["labels"],
        "length": 9,
        "prompt": "he",
        "seed": 5 + 4,
    }
    assert written(client.post(SAMPLE, json=again))["text"] == trace["sample"]["text"]


def test_a_long_sample_goes_through_the_threads(client):
    request = {"labels": LABELS, "length": 3000, "network": {"cell": "gru"}}
    assert len(written(client.post(SAMPLE, json=request))["text"]) == 3000


@pytest.mark.parametrize(
    ("request_", "field", "message"),
    [
        ({}, "labels", "is required"),
        ({"labels": ["a"]}, "labels", "at least 2"),
        ({"labels": "ab"}, "labels", "is not a list"),
        ({"labels": ["a", "bc"]}, "labels.1", "at most 1 character"),
        ({"labels": ["a", ""]}, "labels.1", "at least 1 character"),
        ({"labels": ["a", 1]}, "labels.1", "is not a text"),
        ({"labels": ["a", "b", "a"]}, "labels", "'a' twice"),
        ({"labels": LABELS, "prompt": "hex"}, "prompt", "'x'"),
        ({"labels": LABELS, "length": 0}, "length", "equal to 1"),
        ({"labels": LABELS, "length": 5001}, "length", "equal to 5000"),
        ({"labels": LABELS, "length": True}, "length", "is not an integer"),
        ({"labels": LABELS, "temperature": 0}, "temperature", "greater than 0"),
        ({"labels": LABELS, "seed": -1}, "seed", "equal to 0"),
        ({"labels": LABELS, "steps": 1}, "steps", "is not a known field"),
        ({"labels": LABELS, "network": {"output": "linear"}}, "network.output", "softmax"),
        ({"labels": LABELS, "network": {"bidirectional": True}}, "network.bidirectional", ""),
        ({"labels": LABELS, "network": {"normalization": "batch"}}, "network.normalization", ""),
        ({"labels": LABELS, "network": {"output_size": 3}}, "network.parameters", "O is 3"),
    ],
)
def test_what_is_wrong_is_named(client, request_, field, message):
    problem = refused(client.post(SAMPLE, json=request_))
    assert problem["errors"][0]["field"] == field
    assert message in problem["errors"][0]["message"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_a_temperature_that_is_not_finite_is_refused(client, number):
    content = f'{{"labels":["a","b"],"temperature":{number}}}'
    headers = {"content-type": "application/json"}
    problem = refused(client.post(SAMPLE, content=content, headers=headers))
    assert problem["errors"][0]["field"] == "temperature"


def test_what_overflows_is_refused_by_name(client):
    weights = {"U": [[1.0, 1.0]], "W": [[1e200]], "b": [1.0], "V": [[1.0], [1.0]], "c": [0.0, 0.0]}
    network = {"activation": "identity", "parameters": weights}
    problem = refused(client.post(SAMPLE, json={"labels": ["a", "b"], "network": network}))
    assert "overflows" in problem["detail"]


def test_a_sample_over_the_budget_is_refused_with_what_to_reduce():
    small = TestClient(create_app(Settings(work_budget=10_000_000)))
    assert small.post(SAMPLE, json={"labels": LABELS, "length": 10}).status_code == 200
    problem = refused(small.post(SAMPLE, json={"labels": LABELS, "length": 500}), "over-budget")
    assert [error["field"] for error in problem["errors"]] == ["length", "network.hidden_size"]
    wide = {"labels": LABELS, "network": {"hidden_size": 10**9}}
    problem = refused(small.post(SAMPLE, json=wide), "over-budget")
    assert problem["errors"][0]["field"] == "network.hidden_size"
