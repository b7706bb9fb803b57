"""The loss around the weights: what is answered, and what is refused."""

import json

import httpx
import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.api.streams import refused

SURFACE, BPTT = "/api/v1/surface", "/api/v1/bptt"
DATA = {"kind": "task", "name": "adding", "length": 10, "batch": 3}
REQUEST = {"network": {"hidden_size": 4}, "data": DATA}
CLIP = {"by": "norm", "threshold": 0.05}


def seen(response: httpx.Response) -> dict:
    assert response.status_code == 200, response.text
    return json.loads(response.content, parse_constant=pytest.fail)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("directions", ["gradient", "random"])
def test_its_middle_is_the_loss_of_the_weights_themselves(client, directions, cell):
    request = {**REQUEST, "network": {"cell": cell, "hidden_size": 4}}
    answer = seen(
        client.post(SURFACE, json={"request": request, "directions": directions, "resolution": 5})
    )
    trace = client.post(BPTT, json=request).json()
    assert len(answer["loss"]) == 5
    assert all(len(row) == 5 for row in answer["loss"])
    assert answer["loss"][2][2] == pytest.approx(trace["loss"]["total"])
    assert answer["first"] == answer["second"] == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert answer["here"] == [0.0, 0.0]
    assert answer["gradient_norm"] == pytest.approx(trace["gradient_norms"]["total"])


def test_the_first_direction_leads_downhill_and_the_step_along_it(client):
    asked = {"request": {**REQUEST, "clip": CLIP}, "span": 0.01, "resolution": 3}
    answer = seen(client.post(SURFACE, json={**asked, "learning_rate": 0.2}))
    left, here, right = answer["loss"][1]
    assert left > here > right
    slope = (right - left) / 0.02
    assert slope == pytest.approx(-answer["gradient_norm"], rel=0.01)
    unclipped, clipped = answer["step"]["unclipped"], answer["step"]["clipped"]
    assert unclipped == pytest.approx([0.2 * answer["gradient_norm"], 0.0], abs=1e-12)
    assert clipped == pytest.approx([0.2 * CLIP["threshold"], 0.0], abs=1e-12)
    without = seen(client.post(SURFACE, json={"request": REQUEST, "resolution": 3}))
    assert without["step"]["clipped"] is None


def test_a_seed_gives_its_plane_and_another_gives_another(client):
    one, same, other = (
        seen(client.post(SURFACE, json={"request": REQUEST, "seed": seed, "resolution": 5}))
        for seed in (1, 1, 2)
    )
    assert one == same
    assert one["loss"] != other["loss"]
    assert one["loss"][2] == pytest.approx(other["loss"][2]), "downhill is downhill"


def test_beyond_the_cliff_is_null(client):
    weights = {"U": [[1.0]], "W": [[1e40]], "b": [0.0], "V": [[1.0]], "c": [0.0]}
    request = {
        "network": {"activation": "identity", "output": "linear", "parameters": weights},
        "data": {"kind": "arrays", "x": [[1.0]] * 9, "y": [[0.0]] * 9},
    }
    answer = seen(client.post(SURFACE, json={"request": request, "resolution": 3}))
    assert answer["loss"][1][1] is None
    assert answer["step"]["unclipped"] is None
    assert answer["gradient_norm"] is None


@pytest.mark.parametrize(
    ("asked", "field", "message"),
    [
        ({}, "request", "is required"),
        ({"request": {}}, "request.data", "is required"),
        ({"request": {"data": {"kind": "text", "text": "a"}}}, "request.data.text", "at least 2"),
        (
            {"request": {"data": DATA, "network": {"cell": "elman"}}},
            "request.network.cell",
            "known name",
        ),
        (
            {"request": {"data": DATA, "network": {"output": "softmax"}}},
            "request.network.output",
            "need linear",
        ),
        ({"request": REQUEST, "directions": "up"}, "directions", "is not a known name"),
        ({"request": REQUEST, "span": 0}, "span", "greater than 0"),
        ({"request": REQUEST, "resolution": 2}, "resolution", "equal to 3"),
        ({"request": REQUEST, "resolution": 102}, "resolution", "equal to 101"),
        ({"request": REQUEST, "resolution": 5.0}, "resolution", "is not an integer"),
        ({"request": REQUEST, "learning_rate": -1}, "learning_rate", "greater than 0"),
        ({"request": REQUEST, "seed": -1}, "seed", "equal to 0"),
        ({"request": REQUEST, "depth": 1}, "depth", "is not a known field"),
    ],
)
def test_what_is_wrong_is_named(client, asked, field, message):
    problem = refused(client.post(SURFACE, json=asked))
    assert problem["errors"][0]["field"] == field
    assert message in problem["errors"][0]["message"]


def test_a_surface_over_the_budget_is_refused_with_what_to_reduce():
    small = TestClient(create_app(Settings(work_budget=20_000_000)))
    asked = {"request": REQUEST, "resolution": 5}
    assert small.post(SURFACE, json=asked).status_code == 200
    problem = refused(small.post(SURFACE, json={**asked, "resolution": 101}), "over-budget")
    fields = {error["field"] for error in problem["errors"]}
    assert fields == {"request.data.length", "request.network.hidden_size", "resolution"}
