"""Lesson 6.7: what its text says of jumps, the cliff and clipping, computed."""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from tests.api.streams import data_of, history, train

FIGURE = Path(__file__).resolve().parents[2] / "static/js/lessons/jumps.js"
NETWORK = {
    "activation": "tanh",
    "hidden_size": 32,
    "init": {"scheme": "orthogonal", "gain": 1, "spectral_radius": None, "seed": 4},
}
OPTIMIZER = {"name": "momentum", "learning_rate": 0.005, "momentum": 0.9}
THRESHOLD = 1.0
LARGE = {
    "network": {
        "hidden_size": 8,
        "init": {"scheme": "orthogonal", "gain": 0.5, "spectral_radius": 1.6, "seed": 2},
    },
    "data": {"kind": "text", "text": "hello world"},
}
TIGHT, LOOSE, RATE = 0.4, 2.0, 0.05


def unit(threshold: float) -> dict[str, Any]:
    """Return the body of the lesson's single unit beside the wall."""
    parameters = {"U": [[0.0]], "W": [[1.4]], "b": [-0.02], "V": [[1.0]], "c": [0.0]}
    return {
        "network": {"activation": "tanh", "output": "linear", "parameters": parameters},
        "data": {
            "kind": "arrays",
            "x": [[0.0]] * 10,
            "y": [[0.3]] * 10,
            "h0": [0.1],
            "loss_at": "last",
        },
        "clip": {"by": "norm", "threshold": threshold},
    }


def flat(gradients: dict[str, Any]) -> np.ndarray:
    """Return all parameters' gradients as one vector."""
    return np.concatenate([np.ravel(np.array(gradient)) for gradient in gradients.values()])


def angle(p: np.ndarray, q: np.ndarray) -> float:
    """Return the angle between two vectors in degrees."""
    cosine = p @ q / np.linalg.norm(p) / np.linalg.norm(q)
    return math.degrees(math.acos(min(1.0, cosine)))


def clipped(client: TestClient, by: str, threshold: float = THRESHOLD) -> tuple[np.ndarray, dict]:
    """Return the gradient before clipping as one vector, and the answer."""
    answer = client.post("/api/v1/bptt", json=LARGE | {"clip": {"by": by, "threshold": threshold}})
    assert answer.status_code == 200
    return flat(answer.json()["gradients"]), answer.json()["clipped"]


def test_without_a_threshold_the_loss_jumps_and_stays_up_and_with_one_it_falls(
    client: TestClient,
) -> None:
    runs = [{"network": NETWORK, "optimizer": OPTIMIZER, "clip": clip}
            for clip in (None, {"by": "norm", "threshold": THRESHOLD})]  # fmt: skip
    task = {"kind": "task", "name": "temporal_order", "length": 40, "batch": 32, "seed": 0}
    body = {"runs": runs, "data": task, "steps": 400, "trace_every": 400, "seed": 0}
    events = train(client, body)
    whole, cut = (np.array([row[1:3] for row in history(events, run)], float) for run in (0, 1))
    guess = data_of(events, "start")[0]["baseline"]["loss"]
    assert guess == pytest.approx(math.log(4))
    best = int(np.argmin(whole[:, 0]))
    assert whole[best, 0] < 0.5 * guess  # it has begun to learn
    assert whole[best:, 0].max() > guess  # and jumps
    assert np.abs(whole[-50:, 0].mean() - guess) < 0.05 * guess  # to mere guessing, for good
    assert cut[-50:, 0].mean() < 0.2 * guess
    first = best + int(np.argmax(whole[best:, 0] > 0.8 * guess))
    assert whole[first - 5 : first, 1].max() > 3 * np.median(whole[first - 60 : first - 10, 1])
    assert max(whole[:, 1].max(), cut[:, 1].max()) > 30 * THRESHOLD


@pytest.mark.parametrize(("threshold", "stays"), [(TIGHT, True), (LOOSE, False)])
def test_beside_the_wall_a_whole_step_is_thrown_and_a_short_one_stays(
    client: TestClient, threshold: float, stays: bool
) -> None:
    body = {"request": unit(threshold), "span": 0.25, "resolution": 51, "learning_rate": RATE}
    answer = client.post("/api/v1/surface", json=body).json()
    along, losses = answer["first"], answer["loss"][25]

    def at(step: list[float]) -> float:
        assert abs(step[0]) < along[-1]
        return float(np.interp(step[0], along, losses))

    here = losses[25]
    assert at(answer["step"]["unclipped"]) > 5 * here
    assert (at(answer["step"]["clipped"]) < here) is stays
    assert np.linalg.norm(answer["step"]["clipped"]) == pytest.approx(RATE * threshold)


def test_the_unit_and_the_large_gradient_are_the_figures() -> None:
    script = FIGURE.read_text(encoding="utf-8")
    assert "U: [[0]], W: [[1.4]], b: [-0.02], V: [[1]], c: [0]" in script
    for pattern in (
        r"\[TIGHT, LOOSE\] = \[0\.4, 2\]",
        r"learning_rate: 0\.05 ",
        r"radius: 1\.6, gain: 0\.5, clipBy: \"norm\", clipAt: 1 ",
        r"h0: \[0\.1\]",
        r"\(\) => \[0\.3\]",
        r"STEPS = 10",
    ):
        assert re.search(pattern, script), pattern


def test_by_norm_every_component_is_multiplied_by_one_number(client: TestClient) -> None:
    before, done = clipped(client, "norm")
    after = flat(done["gradients"])
    np.testing.assert_allclose(after, before * THRESHOLD / np.linalg.norm(before))
    assert done["scale"] == pytest.approx(THRESHOLD / np.linalg.norm(before))
    assert angle(before, after) < 1e-4


@pytest.mark.parametrize("threshold", [0.01, 1.0, 3.0])
def test_by_value_the_direction_turns_but_leads_downhill(
    client: TestClient, threshold: float
) -> None:
    before, done = clipped(client, "value", threshold)
    after = flat(done["gradients"])
    np.testing.assert_array_equal(after, np.clip(before, -threshold, threshold))
    assert 0.1 < angle(before, after) < 90
    assert np.linalg.norm(after) <= threshold * math.sqrt(len(after))
    assert 0 < np.count_nonzero(before != after) < len(before)


def test_by_matrix_each_parameter_keeps_a_limit_of_its_own(client: TestClient) -> None:
    _, done = clipped(client, "matrix")
    norms = [np.linalg.norm(np.array(gradient)) for gradient in done["gradients"].values()]
    assert max(norms) == pytest.approx(THRESHOLD)
    assert np.linalg.norm(norms) > THRESHOLD


def test_clipping_never_stretches(client: TestClient) -> None:
    for by in ("norm", "matrix", "value"):
        before, done = clipped(client, by, 100.0)
        np.testing.assert_array_equal(flat(done["gradients"]), before)


def test_the_factors_on_the_way_back_multiply_up(client: TestClient) -> None:
    answer = client.post("/api/v1/bptt", json=unit(LOOSE)).json()
    h = np.array([answer["data"]["h0"], *answer["forward"]["h"]])[:, 0]
    factors = 1.4 * (1 - h[1:] ** 2)
    product = np.prod(factors)
    assert product > 1
    assert answer["backward"]["dh0"][0] == pytest.approx((h[-1] - 0.3) * product)
    assert answer["backward"]["dh0"][0] > answer["backward"]["dh"][-1][0]
