"""The tour: what its text says of a first visit's network, computed."""

import numpy as np
import pytest
from fastapi.testclient import TestClient


@pytest.fixture(scope="module")
def hello(client: TestClient) -> dict:
    """Return the picture of a first visit."""
    presets = {preset["id"]: preset for preset in client.get("/api/v1/catalog").json()["presets"]}
    answer = client.post("/api/v1/bptt", json=presets["hello"]["request"])
    assert answer.status_code == 200
    return answer.json()


def test_a_column_a_step_and_one_set_of_weights(hello: dict) -> None:
    T = len("hello world") - 1
    assert len(hello["forward"]["h"]) == len(hello["loss"]["per_step"]) == T
    W = np.array(hello["network"]["parameters"]["W"])
    assert W.shape == (len(hello["forward"]["h"][0]),) * 2
    states = np.array([hello["data"].get("h0") or [0.0] * len(W), *hello["forward"]["h"]])
    U, b = (np.array(hello["network"]["parameters"][name]) for name in "Ub")
    a = np.array(hello["data"]["x"]) @ U.T + states[:-1] @ W.T + b
    np.testing.assert_allclose(np.tanh(a), states[1:])  # the same U, W and b at every step


def test_tanh_keeps_every_state_between_minus_one_and_one(hello: dict) -> None:
    assert np.abs(hello["forward"]["h"]).max() < 1


def test_a_loss_joins_the_gradient_at_every_step_and_it_does_not_simply_fall(hello: dict) -> None:
    dh = np.linalg.norm(hello["backward"]["dh"], axis=1)
    assert min(hello["loss"]["per_step"]) > 0
    assert np.any(np.diff(dh[::-1]) > 0)


def test_the_path_of_the_tour_ends_in_its_cell(hello: dict) -> None:
    row = hello["credit"]["dh_norm"][9 - 1]
    assert len(row) == 9  # no gradient to what comes later
    assert row[3 - 1] < 0.1 * row[9 - 1]
    assert row == sorted(row)  # fainter with every step back


def test_a_bar_is_all_later_losses_together(hello: dict) -> None:
    rows = hello["credit"]["dh_norm"]
    dh = np.linalg.norm(hello["backward"]["dh"], axis=1)
    for k, whole in enumerate(dh):
        assert whole <= sum(row[k] for row in rows[k:]) * (1 + 1e-9)
