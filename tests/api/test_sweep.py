"""POST /api/v1/sweep: every cell is what /bptt and /train say of it."""

import json
from copy import deepcopy
from itertools import product
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.api.grid import OWNERS
from app.api.schemas.requests import DATA_KINDS
from app.api.schemas.sweep import AXES, MeasureName
from app.sweep import FINAL_LOSS, MEASURES
from tests.api.streams import Event, data_of, events_of, train

SWEEP = "/api/v1/sweep"
ADDING = {"kind": "task", "name": "adding", "length": 8}
BASE = {"network": {"hidden_size": 4}, "data": ADDING}
EVERYTHING = list(MEASURES)


def sweep(client: TestClient, request: dict[str, Any]) -> list[Event]:
    """Return every event of a sweep."""
    response = client.post(SWEEP, json=request)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/event-stream")
    return events_of(response.text)


def values_of(events: list[Event]) -> dict[tuple[int, ...], dict[str, Any]]:
    """Return each cell's values; no cell is told twice, and `done` comes last."""
    assert [event.name for event in events] == ["cell"] * (len(events) - 1) + ["done"]
    cells = [(tuple(told["index"]), told["values"]) for told in data_of(events, "cell")]
    assert len(dict(cells)) == len(cells)
    return dict(cells)


def varied(base: dict[str, Any], axes: dict[str, list[Any]]) -> dict[tuple[int, ...], Any]:
    """Return each cell's own body of /bptt, by its index."""
    found = {}
    for index in product(*(range(len(values)) for values in axes.values())):
        body = deepcopy(base)
        for (name, values), i in zip(axes.items(), index, strict=True):
            *path, field = name.split(".")
            place = body
            for part in path:
                place = place.setdefault(part, {})
            place[field] = values[i]
        found[index] = body
    return found


def by_bptt(client: TestClient, body: dict[str, Any]) -> dict[str, Any]:
    """Return what /bptt says of the measures."""
    found = client.post("/api/v1/bptt", json=body).json()
    horizon = found["horizon"]
    return {
        "loss": found["loss"]["total"],
        "gradient_norm": found["gradient_norms"]["total"],
        "half_life": horizon["half_life"],
        "doubling": horizon["doubling"],
        "r2": horizon["r2"],
        "product_norm": found["jacobians"]["product_norm"][0],
        "overflow": found["overflow"],
    }


AXES_OF = {
    "the brief's": {
        "network.activation": ["tanh", "identity"],
        "network.init.spectral_radius": [0.5, 1.5],
        "data.length": [5, 9],
        "network.init.seed": [0, 1],
    },
    "cells and sizes": {
        "network.cell": ["rnn", "lstm", "gru"],
        "network.hidden_size": [2, 5],
        "network.layers": [1, 2],
    },
    "of the data": {"data.name": ["adding", "parity"], "data.batch": [1, 2], "data.seed": [0, 1]},
    "odd ones": {
        "truncate": [None, 2],
        "precision": ["float64", "float32"],
        "network.init.spectral_radius": [None, 1],
    },
    "overflowing": {"network.activation": ["identity"], "network.init.spectral_radius": [1, 1e80]},
}


@pytest.mark.parametrize("axes", AXES_OF.values(), ids=AXES_OF)
def test_every_cell_is_what_bptt_says(client, axes):
    found = values_of(sweep(client, {"base": BASE, "axes": axes, "measure": EVERYTHING}))
    expected = {index: by_bptt(client, body) for index, body in varied(BASE, axes).items()}
    assert found == expected
    assert any(len({json.dumps(v[name]) for v in found.values()}) > 1 for name in EVERYTHING)


def test_some_measures_alone_are_the_same(client):
    axes = {"network.init.seed": [0, 1]}
    whole = values_of(sweep(client, {"base": BASE, "axes": axes, "measure": EVERYTHING}))
    for name in EVERYTHING:
        alone = values_of(sweep(client, {"base": BASE, "axes": axes, "measure": [name]}))
        assert alone == {index: {name: values[name]} for index, values in whole.items()}


TEXT, SERIES = "hello world", [5.0, 11.0, 16.0, 23.0, 36.0, 40.0]


@pytest.mark.parametrize(
    ("data", "shortened"),
    [
        ({"kind": "text", "text": TEXT}, {"text": TEXT[:4]}),
        ({"kind": "text", "text": [TEXT, TEXT[::-1]]}, {"text": [TEXT[:4], TEXT[::-1][:4]]}),
        ({"kind": "series", "values": SERIES}, {"values": SERIES[:4]}),
    ],
    ids=["text", "texts", "series"],
)
def test_a_length_takes_the_first_steps(client, data, shortened):
    base = {"data": data, "network": {"hidden_size": 3}}
    request = {"base": base, "axes": {"data.length": [3]}, "measure": EVERYTHING}
    found = values_of(sweep(client, request))
    assert found == {(0,): by_bptt(client, {**base, "data": {**data, **shortened}})}


def test_the_final_loss_is_that_of_train(client):
    training = {"steps": 7, "optimizer": {"name": "sgd"}, "seed": 3}
    axes = {
        "network.cell": ["rnn", "gru"],
        "train.optimizer.learning_rate": [0.01, 0.1],
        "clip.threshold": [0.1, 10],
    }
    base = {**BASE, "data": {**ADDING, "batch": 3}, "clip": {"by": "norm", "threshold": 1.0}}
    request = {"base": base, "axes": axes, "measure": ["final_loss", "loss"], "train": training}
    found = values_of(sweep(client, request))
    for index, body in varied({**base, "train": training}, axes).items():
        run = {name: body[name] for name in ("network", "clip")}
        run["optimizer"] = body["train"]["optimizer"]
        asked = {"runs": [run], "data": body["data"], "steps": 7, "seed": 3}
        done = data_of(train(client, asked), "done")[0]
        assert found[index]["final_loss"] == done["runs"][0]["loss"]
    assert len({values["final_loss"] for values in found.values()}) == len(found)


def test_a_training_on_chunks_and_one_that_diverges(client):
    network = {"hidden_size": 3, "activation": "identity"}
    base = {"network": network, "data": {"kind": "text", "text": TEXT * 3}}
    training = {"steps": 5, "chunk": 4, "batch": 2, "optimizer": {"name": "sgd"}}
    axes = {"train.optimizer.learning_rate": [0.1, 1e300]}
    request = {"base": base, "axes": axes, "measure": ["final_loss"], "train": training}
    found = values_of(sweep(client, request))
    run = {"network": base["network"], "optimizer": {"name": "sgd", "learning_rate": 0.1}}
    asked = {"runs": [run], "data": base["data"], "steps": 5, "chunk": 4, "batch": 2}
    done = data_of(train(client, asked), "done")[0]
    assert found[0,] == {"final_loss": done["runs"][0]["loss"]}
    assert found[1,] == {"final_loss": None}


def test_the_order_of_axes_and_values_changes_nothing_but_the_index(client):
    axes = {"network.init.seed": [0, 1, 2], "network.activation": ["tanh", "relu"]}
    turned = {name: values[::-1] for name, values in reversed(axes.items())}
    one, other = (
        values_of(sweep(client, {"base": BASE, "axes": each, "measure": EVERYTHING}))
        for each in (axes, turned)
    )
    assert one == {(2 - j, 1 - i): values for (i, j), values in other.items()}


def test_a_resumed_sweep_tells_the_rest(client):
    request = {"base": BASE, "axes": {"network.init.seed": [0, 1, 2, 3]}, "measure": ["loss"]}
    whole = sweep(client, request)
    known = [told["index"] for told in data_of(whole, "cell")[:2]]
    rest = sweep(client, {**request, "resume": known})
    assert data_of(rest, "done") == data_of(whole, "done") == [{"cells": 4}]
    left = {index: v for index, v in values_of(whole).items() if list(index) not in known}
    assert values_of(rest) == left
    nothing = sweep(client, {**request, "resume": [list(index) for index in values_of(whole)]})
    assert [event.name for event in nothing] == ["done"]


def test_the_axes_are_fields_of_what_they_vary():
    for name in AXES:
        place, _, field = name.rpartition(".")
        owner = DATA_KINDS["task"] if place == "data" else OWNERS[place]
        assert field in owner.model_fields, name


def test_the_names_of_the_measures_are_those_that_are_computed():
    assert set(MeasureName.__args__) == {*MEASURES, FINAL_LOSS}


def test_the_events_are_documented_by_name(client):
    document = client.get("/openapi.json").json()
    answer = document["paths"][SWEEP]["post"]["responses"]["200"]
    schema = {"$ref": "#/components/schemas/SweepEvents"}
    assert answer["content"]["text/event-stream"]["schema"] == schema
    events = document["components"]["schemas"]["SweepEvents"]["properties"]
    assert list(events) == ["cell", "done", "error"]
