"""Several networks on the same data: one answer, the same as one by one."""

import json
from statistics import median

import httpx
import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings

COMPARE, BPTT = "/api/v1/compare", "/api/v1/bptt"
DATA = {"kind": "text", "text": "hello world"}
ADDING = {"kind": "task", "name": "adding", "length": 20, "seed": 3}
NETWORKS = [
    {"activation": "tanh"},
    {"activation": "relu", "init": {"scheme": "identity"}},
    {"activation": "tanh", "normalization": "layer", "hidden_size": 5},
    {"cell": "lstm", "layers": 2},
    {"cell": "gru", "bidirectional": True},
]


def traces_of(response: httpx.Response) -> list[dict]:
    assert response.status_code == 200, response.text
    answer = json.loads(response.content, parse_constant=pytest.fail)
    assert set(answer) == {"traces"}
    return answer["traces"]


def refused(response: httpx.Response, kind: str = "validation") -> dict:
    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"] == f"/problems/{kind}"
    return problem


@pytest.mark.parametrize("data", [DATA, ADDING])
def test_each_trace_is_what_bptt_answers(client, data):
    options = {"truncate": 7, "clip": {"by": "norm", "threshold": 0.1}, "include": ["credit"]}
    traces = traces_of(client.post(COMPARE, json={"networks": NETWORKS, "data": data, **options}))
    assert len(traces) == len(NETWORKS)
    for network, trace in zip(NETWORKS, traces, strict=True):
        alone = client.post(BPTT, json={"network": network, "data": data, **options})
        assert trace == alone.json()


def test_the_data_is_the_same_for_all(client):
    traces = traces_of(client.post(COMPARE, json={"networks": NETWORKS, "data": ADDING}))
    assert all(trace["data"]["x"] == traces[0]["data"]["x"] for trace in traces)
    assert all(trace["horizon"] is not None for trace in traces)
    assert len({trace["parameter_count"] for trace in traces}) > 3


def test_only_networks_and_data_are_required_and_one_network_is_enough(client):
    (trace,) = traces_of(client.post(COMPARE, json={"networks": [{}], "data": DATA}))
    assert trace == client.post(BPTT, json={"data": DATA}).json()


def test_a_network_s_own_clip_takes_the_place_of_the_shared_one(client):
    shared, own = {"by": "norm", "threshold": 0.1}, {"by": "value", "threshold": 0.01}
    networks = [{}, {"clip": own}, {"clip": None}]
    body = {"networks": networks, "data": DATA, "clip": shared}
    by_shared, by_own, without = traces_of(client.post(COMPARE, json=body))
    assert by_shared["clipped"]["norm_after"] == pytest.approx(0.1)
    assert by_own["clipped"]["scale"] is None
    assert max(map(max, by_own["clipped"]["gradients"]["W"])) <= 0.01
    assert without["clipped"] is None
    assert without["gradients"] == by_shared["gradients"]


@pytest.mark.parametrize(
    ("networks", "field", "message"),
    [
        ([], "networks", "at least 1"),
        ([{}] * 9, "networks", "at most 8"),
        ({}, "networks", "is not a list"),
        ([{}, 3], "networks.1", "is not an object"),
        ([{}, {"cell": "elman"}], "networks.1.cell", "is not a known name"),
        ([{}, {"init": {"sead": 1}}], "networks.1.init.sead", "is not a known field"),
        ([{}, {}, {"clip": {"by": "norm"}}], "networks.2.clip.threshold", "is required"),
        ([{}, {"output": "linear"}], "networks.1.output", "need softmax"),
        ([{}, {"normalization": "batch"}], "networks.1.normalization", "at least 2 sequences"),
        (
            [{"cell": "gru", "normalization": "layer"}],
            "networks.0.normalization",
            "rnn",
        ),
        (
            [{}, {"parameters": {"U": [[1.0]], "W": [[1.0]], "b": [0.0], "Z": [1.0]}}],
            "networks.1.parameters.Z",
            "is not a known parameter",
        ),
        (
            [{}, {"parameters": {"U": [[1.0] * 8], "W": [[1.0]], "b": [0.0, 0.0]}}],
            "networks.1.parameters.b",
            "(1,)",
        ),
        (
            [{"hidden_size": 3, "parameters": {"U": [[1.0] * 8], "W": [[1.0]], "b": [0.0]}}],
            "networks.0.hidden_size",
            "makes H = 3",
        ),
    ],
)
def test_what_is_wrong_with_a_network_is_named_with_its_number(client, networks, field, message):
    problem = refused(client.post(COMPARE, json={"networks": networks, "data": DATA}))
    assert problem["errors"][0]["field"] == field
    assert message in problem["errors"][0]["message"]
    assert field in problem["detail"]


def test_an_unknown_field_comes_with_the_known_ones(client):
    body = {"networks": [{"init": {"sead": 1}}], "data": DATA, "network": {}}
    first, second = refused(client.post(COMPARE, json=body))["errors"]
    assert first["expected"] == "scheme, gain, spectral_radius, forget_bias, seed"
    assert second["field"] == "network"
    assert second["expected"] == "data, clip, truncate, precision, include, networks"


def test_what_is_wrong_with_the_data_keeps_its_name(client):
    data = {"kind": "arrays", "x": [[1.0, 0.0]]}
    problem = refused(client.post(COMPARE, json={"networks": [{}], "data": data}))
    assert problem["errors"][0]["field"] == "data.y"
    problem = refused(client.post(COMPARE, json={"networks": [{}]}))
    assert problem["errors"][0] == {"field": "data", "message": "is required"}


def test_the_price_is_that_of_all_networks_together():
    small = TestClient(create_app(Settings(work_budget=60_000_000)))
    body = {"data": DATA, "networks": [{"hidden_size": 64}]}
    assert small.post(COMPARE, json=body).status_code == 200
    body["networks"] *= 8
    problem = refused(small.post(COMPARE, json=body), "over-budget")
    assert "60,000,000" in problem["detail"]
    fields = {error["field"] for error in problem["errors"]}
    assert fields == {"data.text", "networks.0.hidden_size", "networks", "include"}


def test_a_network_over_its_limit_is_named(client):
    body = {"networks": [{}, {"hidden_size": 10**9}], "data": DATA}
    problem = refused(client.post(COMPARE, json=body), "over-budget")
    assert problem["errors"][0]["field"] == "networks.1.hidden_size"
    assert "networks.1.hidden_size" in problem["detail"]


def test_a_large_comparison_goes_through_the_threads(client):
    data = {"kind": "text", "text": "abcdefgh" * 12}
    networks = [{"cell": cell, "hidden_size": 32} for cell in ("rnn", "lstm", "gru")]
    for trace in traces_of(client.post(COMPARE, json={"networks": networks, "data": data})):
        assert len(trace["credit"]["dh_norm"]) == 95


def test_overflow_in_one_network_is_null_there_alone(client):
    weights = {"U": [[1.0]], "W": [[1e200]], "b": [0.0], "V": [[1.0]], "c": [0.0]}
    networks = [{"activation": "identity", "parameters": weights}, {"output_size": 1}]
    data = {"kind": "arrays", "x": [[1.0]] * 4, "y": [0] * 4}
    broken, sound = traces_of(client.post(COMPARE, json={"networks": networks, "data": data}))
    assert broken["overflow"] == {"step": 3, "what": "a"}
    assert broken["loss"]["total"] is None
    assert sound["overflow"] is None


def half_lives(client: TestClient, seed: int) -> dict[str, float]:
    """Return the half-lives of untrained networks on the adding task, T = 100."""
    orthogonal = {"scheme": "orthogonal", "seed": seed, "forget_bias": 1.0}
    networks = {
        "sigmoid": {"activation": "sigmoid", "init": orthogonal},
        "tanh": {"activation": "tanh", "init": orthogonal},
        "lstm": {"cell": "lstm", "init": orthogonal},
        "relu": {"activation": "relu", "init": {"scheme": "identity", "seed": seed}},
    }
    body = {
        "networks": [{**network, "hidden_size": 32} for network in networks.values()],
        "data": {"kind": "task", "name": "adding", "length": 100, "seed": seed},
        "include": ["credit"],
    }
    traces = traces_of(client.post(COMPARE, json=body))
    horizons = [trace["horizon"]["half_life"] or float("inf") for trace in traces]
    return dict(zip(networks, horizons, strict=True))


def test_the_remedies_reach_further_than_what_they_remedy(client):
    found = [half_lives(client, seed) for seed in range(7)]
    for each in found:
        assert each["sigmoid"] < 1 < each["tanh"]
        assert each["sigmoid"] < 1 < each["lstm"]
        assert each["relu"] > 1000, "nearly flat over 100 steps"
    # A single draw of tanh or LSTM varies by half; what is typical does not.
    typical = {name: median(each[name] for each in found) for name in found[0]}
    assert typical["sigmoid"] < typical["tanh"] < typical["lstm"] < typical["relu"]
    assert sum(each["tanh"] < each["lstm"] for each in found) >= 5
