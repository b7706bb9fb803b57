"""The made tasks as data: drawn by their seed, with their own readout and place of the loss."""

import json
import math
from typing import Any

import numpy as np
import pytest

from app.engine.sequences import Sequence
from app.engine.tasks import TASKS, from_task

BPTT, FORWARD, GRADCHECK = "/api/v1/bptt", "/api/v1/forward", "/api/v1/gradcheck"

BASELINES = {  # the formula, and its value at T = 30 and d = 10
    "copy": (r"\lfloor (T - d) / 2 \rfloor \ln 8", 10 * math.log(8)),
    "adding": (r"1/12", 1 / 12),
    "temporal_order": (r"\ln 4", math.log(4)),
    "parity": (r"(T - 1) \ln 2", 29 * math.log(2)),
    "delayed_recall": (r"(T - d) \ln 4", 20 * math.log(4)),
    "sine": (r"T/4", 7.5),
}


def task(name: str, **fields: Any) -> dict[str, Any]:
    return {"kind": "task", "name": name, **fields}


def strict_json(response):
    assert response.status_code == 200, response.text
    return json.loads(response.content, parse_constant=pytest.fail)


def refused(response, field: str, status: int = 422) -> str:
    assert response.status_code == status, response.text
    (error,) = response.json()["errors"]
    assert error["field"] == field
    return error["message"]


def assert_same(data: dict[str, Any], drawn: Sequence) -> None:
    assert drawn.y is not None
    np.testing.assert_array_equal(data["x"], drawn.x)
    np.testing.assert_array_equal(data["y"], drawn.y)
    mask = None if drawn.loss_mask is None else drawn.loss_mask.tolist()
    assert data["loss_mask"] == mask
    assert data["loss_at"] == drawn.loss_at


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("name", TASKS)
def test_the_name_alone_draws_what_the_engine_draws(client, name, batch):
    answer = strict_json(client.post(BPTT, json={"data": task(name, batch=batch)}))
    assert_same(answer["data"], from_task(name, batch=batch))
    assert answer["network"]["output"] == TASKS[name].output
    assert answer["network"]["output_size"] == TASKS[name].O
    assert np.ndim(answer["data"]["x"]) == (2 if batch == 1 else 3)
    assert len(answer["loss"]["per_step"]) == 30


@pytest.mark.parametrize("name", TASKS)
def test_every_field_of_a_task_counts(client, name):
    fields: dict[str, Any] = {"length": 24, "delay": 5, "batch": 2, "seed": 9}
    answer = strict_json(client.post(FORWARD, json={"data": task(name, **fields)}))
    assert_same(answer["data"], from_task(name, **fields))


@pytest.mark.parametrize("name", TASKS)
def test_the_loss_is_where_the_task_has_it(client, name):
    answer = strict_json(client.post(BPTT, json={"data": task(name)}))
    mask = answer["data"]["loss_mask"] or [True] * 30
    if TASKS[name].loss_at == "last":
        mask = [False] * 29 + [True]
    losses = answer["loss"]["per_step"]
    assert [loss != 0 for loss in losses] == mask
    for t, row in enumerate(answer["credit"]["dh_norm"]):
        assert (max(row) > 0) == mask[t]


def test_the_place_of_the_loss_may_be_asked_for(client):
    answer = strict_json(client.post(BPTT, json={"data": task("parity", loss_at="last")}))
    assert answer["data"]["loss_at"] == "last"
    assert np.count_nonzero(answer["loss"]["per_step"]) == 1


@pytest.mark.parametrize("name", TASKS)
def test_the_arrays_of_an_answer_give_the_same_loss(client, name):
    first = strict_json(client.post(BPTT, json={"data": task(name)}))
    kept = {field: first["data"][field] for field in ("x", "y", "loss_mask", "loss_at")}
    request = {"data": {"kind": "arrays", **kept}, "network": first["network"]}
    again = strict_json(client.post(BPTT, json=request))
    assert again["loss"] == first["loss"]
    assert again["gradients"] == first["gradients"]


@pytest.mark.parametrize("name", TASKS)
def test_gradients_are_right_where_the_loss_is_masked(client, name):
    data = task(name, length=12, delay=4)
    answer = strict_json(client.post(GRADCHECK, json={"data": data, "network": {"cell": "gru"}}))
    assert answer["ok"] is True


@pytest.mark.parametrize("name", TASKS)
def test_the_catalogue_s_baseline_is_the_engine_s(client, name):
    entries = client.get("/api/v1/catalog").json()["tasks"]
    (entry,) = (entry for entry in entries if entry["name"] == name)
    assert entry["baseline"] == pytest.approx(TASKS[name].baseline(30, 10))
    assert entry["output"] == TASKS[name].output
    assert entry["loss_at"] == TASKS[name].loss_at
    assert ("delay" in entry["parameters"]) == TASKS[name].delayed
    formula, value = BASELINES[name]
    assert entry["baseline_formula"] == formula
    assert entry["baseline"] == pytest.approx(value)


def test_a_readout_that_the_task_cannot_have_is_refused(client):
    request = {"data": task("adding"), "network": {"output": "softmax"}}
    assert "targets of adding need linear" in refused(
        client.post(BPTT, json=request), "network.output"
    )
    assert client.post(FORWARD, json=request).status_code == 200


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (task("copy", length=11), "data.length"),
        (task("delayed_recall", length=10, delay=10), "data.length"),
        (task("adding", length=1), "data.length"),
        (task("copy", length=5001), "data.length"),
        (task("adding", batch=10**9), "data.batch"),
        (task("copy", delay=10**12), "data.length"),
    ],
)
def test_what_a_task_cannot_be_is_named(client, data, field):
    refused(client.post(BPTT, json={"data": data}), field)


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        ([True], "shape (1,)"),
        ([False, False], "no step"),
        ([], "shape (0,)"),
    ],
)
def test_a_mask_that_does_not_fit_is_refused(client, mask, message):
    data = {"kind": "arrays", "x": [[1.0], [2.0]], "y": [0, 1], "loss_mask": mask}
    assert message in refused(client.post(BPTT, json={"data": data}), "data.loss_mask")


def test_a_mask_holds_true_and_false_only(client):
    data = {"kind": "arrays", "x": [[1.0], [2.0]], "y": [0, 1], "loss_mask": [1, True]}
    assert "true or false" in refused(client.post(BPTT, json={"data": data}), "data.loss_mask.0")
