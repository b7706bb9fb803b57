"""Lesson 6.9b: what its text says of slopes, of their product with W, and of bounds, computed."""

from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.engine.activations import ACTIVATIONS

A = np.linspace(-12, 12, 240_001)
STEPS = 9  # from h(10) to h(1)
MOST = {"tanh": 1.0, "sigmoid": 0.25, "identity": 1.0}


def slope(name: str, a: np.ndarray) -> np.ndarray:
    """Return the engine's own slope."""
    activation = ACTIVATIONS[name]
    return activation.slope(a, activation.f(a))


def ask(client: TestClient, name: str, radius: float = 0.95, gain: float = 2.5) -> dict[str, Any]:
    """Return the answer to the figure's question for one of its networks."""
    init = {"scheme": "orthogonal", "gain": gain, "spectral_radius": radius, "seed": 2}
    network = {"activation": name, "hidden_size": 8, "init": init}
    body = {"network": network, "data": {"kind": "text", "text": "hello world"}}
    answer = client.post("/api/v1/bptt", json=body)
    assert answer.status_code == 200
    return answer.json()


def left(answer: dict[str, Any]) -> float:
    """Return what is left of the gradient of L(10) at h(1), as a share."""
    row = answer["credit"]["dh_norm"][-1]
    return row[0] / row[-1]


@pytest.mark.parametrize("name", ["tanh", "sigmoid"])
def test_the_range_of_a_slope_and_where_it_is_largest(name: str) -> None:
    slopes = slope(name, A)
    assert slopes.min() > 0
    assert slopes.max() == MOST[name]
    assert A[slopes >= MOST[name] - 1e-12] == pytest.approx(0, abs=1e-5)
    sides = np.diff(slopes[A >= 0]), np.diff(slopes[A <= 0])
    assert (sides[0] <= 0).all()
    assert (sides[1] >= 0).all()


def test_far_out_tanh_is_the_flatter_one() -> None:
    flatter = slope("tanh", A) < slope("sigmoid", A)
    assert np.abs(A[flatter]).min() == pytest.approx(1.66, abs=0.005)
    assert flatter[np.abs(A) > 1.67].all()
    assert slope("tanh", np.array([1.0])) == pytest.approx(0.42, abs=0.005)


@pytest.mark.parametrize("name", MOST)
def test_w_multiplies_by_its_radius_at_every_step(client: TestClient, name: str) -> None:
    answer = ask(client, name)
    dh, da = (np.array(answer["credit"][key][-1]) for key in ("dh_norm", "da_norm"))
    assert dh[:-1] / da[1:] == pytest.approx(0.95)
    assert answer["jacobians"]["singular_values"] == pytest.approx([0.95] * 8)
    assert answer["jacobians"]["spectral_radius"] == pytest.approx(0.95)


@pytest.mark.parametrize("gain", [0.5, 2.5, 5.0])
@pytest.mark.parametrize("radius", [0.5, 0.95, 1.5, 2.0])
@pytest.mark.parametrize("name", MOST)
def test_no_more_is_left_than_the_bound(
    client: TestClient, name: str, radius: float, gain: float
) -> None:
    answer = ask(client, name, radius, gain)
    row = np.array(answer["credit"]["dh_norm"][-1])
    bound = max(answer["jacobians"]["singular_values"]) * MOST[name]
    assert (row / row[-1] <= bound ** np.arange(STEPS, -1, -1) * (1 + 1e-9)).all()


def test_sigmoid_leaves_less_than_tanh(client: TestClient) -> None:
    assert left(ask(client, "sigmoid")) < 1e-3 * left(ask(client, "tanh"))
    assert 0.25**STEPS < 4e-6
    assert left(ask(client, "sigmoid", 1.5)) < 0.375**STEPS < 1


def test_a_radius_above_one_is_not_sufficient(client: TestClient) -> None:
    assert left(ask(client, "identity", 2)) == pytest.approx(2**STEPS)
    assert left(ask(client, "tanh", 2)) < 1
    assert left(ask(client, "tanh", 2, gain=0.5)) > 1
    mean = [np.mean(ask(client, "tanh", gain=g)["jacobians"]["slope_mean"]) for g in (0.5, 2.5, 5)]
    assert mean == sorted(mean, reverse=True)


def test_for_other_matrices_it_is_the_norm_that_counts() -> None:
    """A matrix of radius 0 whose product with slopes in [0, 1] grows without end."""
    W, D = np.array([[2.0, -4.0], [1.0, -2.0]]), np.diag([1.0, 0.0])
    assert np.abs(np.linalg.eigvals(W)).max() < 1e-6
    assert np.linalg.norm(W, 2) > 1
    assert np.linalg.norm(np.linalg.matrix_power(D @ W, 9), 2) > 2**9


def test_the_terms_far_back_are_small_and_the_first_is_zero(client: TestClient) -> None:
    terms = ask(client, "tanh")["credit"]["dW_norm"][-1]
    assert terms[0] == 0
    assert terms[1] < 0.01 * terms[-1]
    assert sum(terms[-3:]) > 0.8 * sum(terms)
