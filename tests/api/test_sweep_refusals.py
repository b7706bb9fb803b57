"""What /sweep refuses, before the first cell, and where it says the fault is."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.api.streams import refused
from tests.api.test_sweep import BASE, SWEEP, TEXT, sweep, values_of

COPY = {"data": {"kind": "task", "name": "copy", "length": 30}}
TEXTUAL = {"data": {"kind": "text", "text": TEXT}}
ARRAYS = {"data": {"kind": "arrays", "x": [[1.0], [0.5]], "y": [0, 1]}}
WEIGHTS = {"U": [[1.0]], "W": [[1.0]], "b": [0.0], "V": [[1.0], [1.0]], "c": [0.0, 0.0]}
OWN = {"data": ARRAYS["data"], "network": {"parameters": WEIGHTS}}
SEEDS = {"network.init.seed": [0, 1]}


def body(axes: Any = SEEDS, base: Any = BASE, **fields: Any) -> dict[str, Any]:
    return {"base": base, "axes": axes, "measure": ["loss"], **fields}


VALUES = [
    ("network.activation", ["tanh", "tanx"], 1),
    ("network.cell", [None], 0),
    ("network.layers", [1, True], 1),
    ("network.layers", [9], 0),
    ("network.bidirectional", [False, 0], 1),
    ("network.hidden_size", [3, 2.5], 1),
    ("network.init.spectral_radius", [0.5, -1], 1),
    ("network.init.gain", [[1.0]], 0),
    ("network.init.gain", [{"a": 1}], 0),
    ("network.init.seed", ["0"], 0),
    ("data.length", [5, 0], 1),
    ("data.name", ["adding", "adding "], 1),
    ("truncate", [3, 0], 1),
    ("precision", ["float16"], 0),
]


@pytest.mark.parametrize(("name", "values", "at"), VALUES, ids=lambda value: str(value)[:40])
def test_a_value_that_its_field_does_not_take_is_named(client, name, values, at):
    problem = refused(client.post(SWEEP, json=body({**SEEDS, name: values})))
    assert [error["field"] for error in problem["errors"]] == [f"axes.{name}.{at}"]


def test_numbers_that_are_not_finite_are_refused(client):
    content = '{"base":%s,"axes":{"network.init.gain":[1,NaN,1e999]},"measure":["loss"]}'
    content %= str(BASE).replace("'", '"')
    answer = client.post(SWEEP, content=content, headers={"content-type": "application/json"})
    errors = refused(answer)["errors"]
    assert [error["field"] for error in errors] == [f"axes.network.init.gain.{i}" for i in (1, 2)]


FAULTS = [
    (body({"network.init.sed": [1]}), "axes.network.init.sed", "not a known axis"),
    (body({"include": [1]}), "axes.include", "not a known axis"),
    (body({"": [1]}), "axes.", "not a known axis"),
    (body({}), "axes", "has 0 axes"),
    (body({name: [1] for name in "abcdefg"}), "axes", "has 7 axes"),
    (body({"network.cell": []}), "axes.network.cell", "has no values"),
    (body({"network.cell": "rnn"}), "axes.network.cell", "not a list"),
    (body({"network.cell": [], "data.seed": [0] * 9999}), "axes.network.cell", "has no values"),
    (body([]), "axes", "not an object"),
    (body({"train.steps": [3]}), "axes.train.steps", "train is null"),
    (body({"clip.threshold": [3]}), "axes.clip.threshold", "base.clip is null"),
    (body(SEEDS, OWN), "axes.network.init.seed", "parameters are given"),
    (body({"data.length": [1]}, ARRAYS), "axes.data.length", "of kind arrays"),
    (body({"data.seed": [1]}, TEXTUAL), "axes.data.seed", "of kind text"),
    (body({"data.length": [3, 11]}, TEXTUAL), "axes.data.length.1", "has 10 steps"),
    (body(measure=[]), "measure", ""),
    (body(measure=["los"]), "measure.0", "not a known name"),
    (body(measure=["final_loss"]), "train", "is required"),
    (body(train={"steps": 0}), "train.steps", ""),
    (body(resume=[[0], [2]]), "resume.1", "no cell of this grid"),
    (body(resume=[[0]] * 3), "resume", "has 3 cells; the grid has 2"),
    (body(resume=[[0, 0]]), "resume.0", "no cell of this grid"),
    (body(resume=[[-1]]), "resume.0", "no cell of this grid"),
    (body(resume=[0]), "resume.0", "not a list"),
    (body(resume=[[True]]), "resume.0.0", "not an integer"),
    (body(base={"data": {"kind": "task", "name": "x"}}), "base.data.name", "not a known name"),
    (body(base={}), "base.data", "is required"),
    (body(extra=1), "extra", "not a known field"),
    ({"base": BASE}, "axes", "is required"),
]


@pytest.mark.parametrize(
    ("request_", "field", "message"), FAULTS, ids=lambda value: str(value)[-50:]
)
def test_a_fault_is_named(client, request_, field, message):
    errors = refused(client.post(SWEEP, json=request_))["errors"]
    assert errors[0]["field"] == field
    assert message in errors[0]["message"]


def test_a_combination_that_does_not_fit_is_named_by_all_its_values(client):
    axes = {"data.name": ["adding", "copy"], "network.init.seed": [0, 1]}
    base = {"data": {"kind": "task", "name": "adding", "length": 11}}
    problem = refused(client.post(SWEEP, json=body(axes, base)))
    fields = [error["field"] for error in problem["errors"]]
    assert fields == ["base.data.length", "axes.data.name.1", "axes.network.init.seed.0"]
    assert "cell [1, 0] (data.name = copy, network.init.seed = 0)" in problem["detail"]


def test_a_field_that_is_an_axis_is_named_as_one(client):
    axes = {"data.length": [30, 10], "data.delay": [3, 20]}
    problem = refused(client.post(SWEEP, json=body(axes, COPY)))
    assert [error["field"] for error in problem["errors"]] == ["axes.data.length.1"]
    normalized = body({"network.normalization": ["none", "batch"]})
    problem = refused(client.post(SWEEP, json=normalized))
    assert problem["errors"][0]["field"] == "axes.network.normalization.1"


def test_a_training_that_does_not_fit_is_named_within_train(client):
    request = body(measure=["final_loss"], train={"steps": 3, "batch": 2})
    assert refused(client.post(SWEEP, json=request))["errors"][0]["field"] == "train.batch"


@pytest.fixture(scope="module")
def small() -> TestClient:
    """An app whose budgets are small; nothing of it is computed."""
    return TestClient(
        create_app(Settings(sweep_cells=6, sweep_budget=90_000_000, sweep_cell_budget=30_000_000))
    )


def test_too_many_cells_are_refused_with_their_number(small):
    axes = {"network.init.seed": [0, 1, 2], "data.seed": [0, 1, 2], "network.cell": ["rnn"]}
    problem = refused(small.post(SWEEP, json=body(axes)), "over-budget")
    assert problem["status"] == 413
    assert "3 × 3 × 1 = 9 cells; at most 6 here" in problem["detail"]
    fields = [error["field"] for error in problem["errors"]]
    assert fields == ["axes.network.init.seed", "axes.data.seed"]


def test_cells_that_cost_too_much_together_are_refused_with_price_and_budget(small):
    axes = {"network.cell": ["rnn", "lstm"], "data.seed": [0, 1, 2]}
    problem = refused(small.post(SWEEP, json=body(axes)), "over-budget")
    assert problem["status"] == 413
    assert "multiply-adds for 6 cells is over the budget of 90,000,000" in problem["detail"]
    assert "the dearest cell is [1, 0]" in problem["detail"]
    assert "reduce it" in problem["errors"][0]["message"]


def test_a_cell_that_costs_too_much_is_refused_by_its_axes(small):
    axes = {"data.length": [8, 900]}
    problem = refused(small.post(SWEEP, json=body(axes)), "over-budget")
    assert problem["status"] == 422
    assert "multiply-adds for one cell is over the budget of 30,000,000" in problem["detail"]
    fields = [error["field"] for error in problem["errors"]]
    assert fields == ["axes.data.length.1", "base.network.hidden_size"]
    long = body(measure=["final_loss"], train={"steps": 100_000})
    problem = refused(small.post(SWEEP, json=long), "over-budget")
    assert "train.steps" in [error["field"] for error in problem["errors"]]


def test_a_size_over_its_limit_is_named_as_the_axis_s_value(client):
    axes = {"network.hidden_size": [4, 5000]}
    problem = refused(client.post(SWEEP, json=body(axes)), "over-budget")
    assert [error["field"] for error in problem["errors"]] == ["axes.network.hidden_size.1"]


def test_no_place_is_said_so_and_refusals_take_none(client):
    full = TestClient(create_app(Settings(sweeps=0)))
    answer = full.post(SWEEP, json=body())
    assert refused(answer, "busy")["detail"] == "0 sweeps are open already."
    assert answer.headers["retry-after"]
    for _ in range(client.app.state.settings.sweeps + 1):
        refused(client.post(SWEEP, json=body({})))
    assert len(values_of(sweep(client, body()))) == 2
    assert client.app.state.sweeps.open == 0


def test_a_cluster_that_does_not_answer_is_a_problem(monkeypatch):
    monkeypatch.setattr("app.workers.CONNECT_SECONDS", 0.3)
    lonely = TestClient(create_app(Settings(dask="tcp://127.0.0.1:9")))
    answer = lonely.post(SWEEP, json=body())
    assert "no scheduler answers" in refused(answer, "no-workers")["detail"]
    assert answer.status_code == 503
