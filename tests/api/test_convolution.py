"""The causal convolution over HTTP: what it answers, what it refuses."""

import json

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.api.schemas.convolution import ConvolutionAnswer
from app.engine.tasks import TASKS

CONVOLUTION = "/api/v1/convolution"
TEXT = {"kind": "text", "text": "hello world"}
KERNELS = {"U": [[[1.0, 2.0]]], "b": [0.5], "V": [[1.0]], "c": [0.0]}
X = {"kind": "arrays", "x": [[1.0], [3.0], [-2.0]]}
HUGE = {"init": {"gain": 1e308}}
BY_HAND = {"activation": "identity", "output": "linear", "parameters": KERNELS}


def asked(client: TestClient, **body) -> dict:
    response = client.post(CONVOLUTION, json=body)
    assert response.status_code == 200, response.text
    answer = json.loads(response.content, parse_constant=pytest.fail)
    assert set(answer) == set(ConvolutionAnswer.model_fields)
    ConvolutionAnswer.model_validate(answer)
    return answer


def refused(client: TestClient, field: str, status: int = 422, **body) -> str:
    response = client.post(CONVOLUTION, json=body)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    named = {error["field"]: error["message"] for error in response.json()["errors"]}
    assert field in named, named
    return named[field]


def test_numbers_by_hand(client):
    answer = asked(client, network=BY_HAND, data=X | {"y": [[0.0], [0.0], [0.0]]})
    o = [2.5, 7.5, -0.5]  # 2 x(t) + 1 x(t−1) + 0.5
    assert answer["forward"]["o"] == [[value] for value in o]
    assert answer["loss"]["per_step"] == [0.5 * value**2 for value in o]
    assert answer["gradients"]["b"] == [sum(o)]
    assert answer["gradients"]["U"] == [[[2.5 * 0 + 7.5 * 1 - 0.5 * 3, 2.5 + 22.5 + 1.0]]]
    assert answer["credit"]["dx_norm"] == [[5.0], [7.5, 15.0], [0.0, 0.5, 1.0]]
    assert answer["receptive_field"] == {"size": 2, "first": [1, 1, 2]}
    assert answer["network"]["init"] is None


def test_without_targets_it_runs_forwards_only(client):
    answer = asked(client, network=BY_HAND, data=X)
    assert answer["forward"]["h"] == [[2.5], [7.5], [-0.5]]
    for block in ("loss", "backward", "gradients", "gradient_norms", "credit"):
        assert answer[block] is None


def test_what_was_drawn_can_be_posted_again(client):
    network = {"kernel_size": 2, "layers": 3, "dilation": 2, "init": {"seed": 5}}
    first = asked(client, network=network, data=TEXT)
    given = {name: first["network"][name] for name in ("layers", "dilation", "parameters")}
    again = asked(client, network=given, data=TEXT)
    assert again["forward"] == first["forward"]
    assert again["receptive_field"]["size"] == 8
    assert first["parameter_count"] == sum(
        np.size(array) for array in first["network"]["parameters"].values()
    )


@pytest.mark.parametrize("task", TASKS)
def test_every_task_can_be_convolved(client, task):
    data = {"kind": "task", "name": task, "length": 24, "delay": 4, "batch": 3}
    answer = asked(client, data=data, network={"output": None})
    assert answer["loss"]["total"] > 0
    assert np.shape(answer["forward"]["h"]) == (3, 24, 8)


def test_include_may_leave_the_triangle_out(client):
    assert asked(client, data=TEXT, include=[])["credit"] is None


def test_a_field_wider_than_any_sequence_is_no_cost(client):
    network = {"kernel_size": 64, "layers": 8, "dilation": 16}
    answer = asked(client, data=TEXT, network=network)
    assert set(answer["receptive_field"]["first"]) == {1}


def test_an_overflow_is_shown(client):
    data = X | {"x": [[1e308], [1e308], [1.0]]}
    answer = asked(client, network=BY_HAND, data=data)
    assert answer["overflow"] == {"step": 1, "what": "h"}
    assert answer["forward"]["h"][0] == [None]


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("data", {}),
        ("data.h0", {"data": X | {"h0": [0.0]}}),
        ("data.text", {"data": {"kind": "text", "text": "a"}}),
        ("network.kernel_size", {"data": TEXT, "network": {"kernel_size": 0}}),
        ("network.kernel_size", {"data": TEXT, "network": {"kernel_size": True}}),
        ("network.kernel_size", {"data": X, "network": BY_HAND | {"kernel_size": 3}}),
        ("network.hidden_size", {"data": X, "network": BY_HAND | {"hidden_size": 3}}),
        ("network.output_size", {"data": X, "network": BY_HAND | {"output_size": 3}}),
        ("network.layers", {"data": TEXT, "network": {"layers": 9}}),
        ("network.dilation", {"data": TEXT, "network": {"dilation": 17}}),
        ("network.cell", {"data": TEXT, "network": {"cell": "lstm"}}),
        ("network.init.scheme", {"data": TEXT, "network": {"init": {"scheme": "identity"}}}),
        ("network.init.gain", {"data": TEXT, "network": HUGE, "precision": "float32"}),
        ("network.output", {"data": TEXT, "network": {"output": "linear"}}),
        ("network.parameters.U", {"data": X, "network": {"parameters": KERNELS | {"U": [[1.0]]}}}),
        ("network.parameters.U_l1", {"data": X, "network": BY_HAND | {"layers": 2}}),
        ("network.parameters.W", {"data": X, "network": {"parameters": KERNELS | {"W": [[1.0]]}}}),
        ("data.x", {"data": {"kind": "arrays", "x": [[1.0, 2.0]]}, "network": BY_HAND}),
        ("include.0", {"data": TEXT, "include": ["jacobians"]}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named(client, field, body):
    refused(client, field, **body)


def test_too_much_is_refused_before_it_is_computed(client):
    data = {"kind": "task", "name": "parity", "length": 5000, "batch": 1024}
    response = client.post(CONVOLUTION, json={"data": data, "network": {"hidden_size": 1024}})
    assert response.status_code == 422
    assert response.json()["type"] == "/problems/over-budget"
