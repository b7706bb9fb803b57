"""Lesson 6.4: what its text says of a receptive field and of a memory, computed."""

from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

TEXT = "hello world"
T = len(TEXT) - 1
INIT = {"scheme": "orthogonal", "gain": 1.0, "spectral_radius": 0.95, "seed": 2}


def convolve(client: TestClient, text: str = TEXT, **network: int) -> dict[str, Any]:
    body = {
        "network": {"hidden_size": 8, "kernel_size": 3, "init": {"seed": 2}} | network,
        "data": {"kind": "text", "text": text},
    }
    answer = client.post("/api/v1/convolution", json=body)
    assert answer.status_code == 200
    return answer.json()


def recur(client: TestClient, text: str = TEXT) -> dict[str, Any]:
    body = {
        "network": {"hidden_size": 8, "init": INIT},
        "data": {"kind": "text", "text": text},
        "include": ["credit", "credit_vectors"],
    }
    answer = client.post("/api/v1/bptt", json=body)
    assert answer.status_code == 200
    return answer.json()


def reach_of(answer: dict[str, Any]) -> list[np.ndarray]:
    """Return the norms of ∂L(t)/∂x(k) of a recurrence, row t of t."""
    U = np.array(answer["network"]["parameters"]["U"])
    return [np.linalg.norm(np.array(row) @ U, axis=1) for row in answer["credit"]["vectors"]["da"]]


def test_a_kernel_of_three_sees_three_steps_and_exactly_nothing_else(client: TestClient) -> None:
    answer = convolve(client)
    assert answer["receptive_field"]["size"] == 3
    for t, row in enumerate(answer["credit"]["dx_norm"]):
        assert all(norm == 0 for norm in row[: max(0, t - 2)])
        assert all(norm > 0 for norm in row[max(0, t - 2) :])


def test_changing_the_first_input_changes_the_first_three_outputs_alone(client: TestClient) -> None:
    one = np.array(convolve(client)["forward"]["h"])
    answer = convolve(client)
    x = np.array(answer["data"]["x"])
    x[0] = np.roll(x[0], 1)
    body = {
        "network": {
            name: answer["network"][name] for name in ("activation", "output", "parameters")
        },
        "data": {"kind": "arrays", "x": x.tolist(), "y": answer["data"]["y"]},
    }
    other = np.array(client.post("/api/v1/convolution", json=body).json()["forward"]["h"])
    changed = [t + 1 for t in range(T) if not np.array_equal(one[t], other[t])]
    assert changed == [1, 2, 3]


def test_the_recurrence_sees_every_input_and_the_first_one_least(client: TestClient) -> None:
    answer = recur(client)
    rows = reach_of(answer)
    assert all((row > 0).all() for row in rows)
    assert rows[-1].argmin() == 0
    slopes = 1 - np.array(answer["forward"]["h"]) ** 2
    assert (slopes > 0).all()
    assert abs(np.linalg.det(np.array(answer["network"]["parameters"]["W"]))) > 0.1


def test_over_a_hundred_steps_it_shrinks_and_is_never_zero(client: TestClient) -> None:
    rows = reach_of(recur(client, (TEXT + " ") * 9))
    assert len(rows) > 100
    first = [rows[t - 1][0] for t in (10, 50, 100)]
    assert 0 < first[2] < first[1] < first[0]


def test_the_gradient_at_an_input_is_that_of_the_loss_moved_a_little(client: TestClient) -> None:
    """What the figure computes from the answer, against a central difference."""
    answer = recur(client)
    network = {name: answer["network"][name] for name in ("activation", "output", "parameters")}
    x, t, k, eps = np.array(answer["data"]["x"]), T, 3, 1e-6

    def loss(moved: np.ndarray) -> float:
        data = {"kind": "arrays", "x": moved.tolist(), "y": answer["data"]["y"]}
        body = {"network": network, "data": data}
        return client.post("/api/v1/bptt", json=body).json()["loss"]["per_step"][t - 1]

    slopes = []
    for i in range(x.shape[1]):
        step = np.zeros_like(x)
        step[k - 1, i] = eps
        slopes.append((loss(x + step) - loss(x - step)) / (2 * eps))
    assert np.linalg.norm(slopes) == pytest.approx(reach_of(answer)[t - 1][k - 1], rel=1e-5)


@pytest.mark.parametrize(
    ("K", "layers", "dilation", "sees"),
    [(10, 1, 1, 10), (2, 3, 2, 8), (2, 4, 2, 16), (2, 15, 1, 16), (3, 1, 1, 3)],
)
def test_the_receptive_field_is_that_of_the_formula(
    client: TestClient, K: int, layers: int, dilation: int, sees: int
) -> None:
    assert sees == 1 + (K - 1) * sum(dilation**layer for layer in range(layers))
    if layers <= 8:
        answer = convolve(client, kernel_size=K, layers=layers, dilation=dilation)
        assert answer["receptive_field"]["size"] == sees


def test_each_further_step_of_a_wide_kernel_costs_one_more_matrix(client: TestClient) -> None:
    counts = [convolve(client, kernel_size=K)["parameter_count"] for K in (3, 4, 5)]
    answer = convolve(client)
    assert set(np.diff(counts)) == {8 * len(answer["data"]["x"][0])}


def test_neither_needs_a_parameter_more_for_a_longer_sequence(client: TestClient) -> None:
    for ask in (convolve, recur):
        short, long = ask(client), ask(client, TEXT + TEXT)
        assert len(long["data"]["x"]) > 2 * T
        assert short["parameter_count"] == long["parameter_count"]


def test_an_output_of_one_layer_needs_its_window_and_no_other_output(client: TestClient) -> None:
    """Every output can be computed at once: each from three inputs alone."""
    answer = convolve(client)
    U, b = (np.array(answer["network"]["parameters"][name]) for name in ("U", "b"))
    x = np.vstack([np.zeros((2, U.shape[1])), answer["data"]["x"]])
    for t in range(T):
        h = np.tanh(np.einsum("hik,ki->h", U, x[t : t + 3]) + b)
        assert h == pytest.approx(np.array(answer["forward"]["h"][t]), abs=1e-12)
