"""Lesson 6.10: what its text says of each remedy and of its price, computed."""

from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.engine.activations import ACTIVATIONS

TEXT = (
    "Alice was beginning to get very tired of sitting by her sister on the bank, and of having "
    "nothing to do: once or twice she had peeped into the book her sister was reading, but it had "
    "no pictures or conversations in it, and what is the use of a book, thought Alice"
)
H = 32


def pieces(count: int = 8) -> list[str]:
    """Return the text cut as the page cuts it."""
    length = len(TEXT) // count
    return [TEXT[i * length : (i + 1) * length] for i in range(count)]


def ask(
    client: TestClient, radius: float | None = 0.95, clip: float | None = None, **network: Any
) -> dict[str, Any]:
    """Return the answer to the figure's question for one network."""
    init = {"scheme": "orthogonal", "gain": 2, "spectral_radius": radius, "seed": 0}
    body: dict[str, Any] = {
        "network": {"hidden_size": H, "init": init, **network},
        "data": {"kind": "text", "text": pieces()},
    }
    if clip is not None:
        body["clip"] = {"by": "norm", "threshold": clip}
    answer = client.post("/api/v1/bptt", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def half_life(answer: dict[str, Any]) -> float:
    assert answer["horizon"]["half_life"] is not None
    return answer["horizon"]["half_life"]


def test_relu_has_two_slopes_and_no_bound() -> None:
    relu = ACTIVATIONS["relu"]
    a = np.array([-1e6, -1.0, 0.0, 1e-9, 1.0, 1e6])
    assert relu.slope(a, relu.f(a)).tolist() == [0, 0, 0, 1, 1, 1]
    assert relu.f(a).max() == 1e6


def test_relu_needs_a_larger_matrix_since_about_half_is_off(client: TestClient) -> None:
    small, fair, large = (ask(client, r, activation="relu") for r in (0.95, 1.3, 1.6))
    h = np.array(fair["forward"]["h"])
    assert 0.4 < (h == 0).mean() < 0.6
    assert half_life(small) < half_life(ask(client, activation="tanh")) < half_life(fair)
    assert large["horizon"]["doubling"] is not None


def test_a_threshold_shortens_the_gradient_and_leaves_the_triangle(client: TestClient) -> None:
    free = ask(client, 1.6, activation="relu")
    clipped = ask(client, 1.6, clip=1.0, activation="relu")
    assert clipped["credit"] == free["credit"]
    assert clipped["clipped"]["norm_before"] == pytest.approx(free["gradient_norms"]["total"])
    assert clipped["clipped"]["norm_before"] > 1e4
    assert clipped["clipped"]["norm_after"] == pytest.approx(1)
    for name, gradient in free["gradients"].items():
        scaled = np.array(gradient) * clipped["clipped"]["scale"]
        assert np.array(clipped["clipped"]["gradients"][name]) == pytest.approx(scaled)
    vanishing = ask(client, clip=1e6, activation="sigmoid")
    assert vanishing["clipped"]["scale"] == 1


def test_batch_normalization_rescues_sigmoid_and_cancels_the_size_of_w(client: TestClient) -> None:
    normalized: dict[str, Any] = {"activation": "sigmoid", "normalization": "batch"}
    plain, fair, large = (
        half_life(ask(client, activation="sigmoid")),
        half_life(ask(client, **normalized)),
        half_life(ask(client, 1.9, **normalized)),
    )
    assert plain < 0.5
    assert fair > 5 * plain
    assert large == pytest.approx(fair, rel=0.05)  # ε alone keeps it from being exact
    parameters = ask(client, **normalized)["network"]["parameters"]
    assert set(parameters["gamma_U"] + parameters["gamma_W"]) == {0.1}


def test_batch_normalization_needs_two_sequences(client: TestClient) -> None:
    network = {"activation": "sigmoid", "normalization": "batch"}
    body = {"network": network, "data": {"kind": "text", "text": pieces()[0]}}
    answer = client.post("/api/v1/bptt", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_for_a_tanh_that_does_not_saturate_it_need_not_be_better(client: TestClient) -> None:
    gentle = {"scheme": "orthogonal", "gain": 1, "spectral_radius": 0.95, "seed": 0}
    plain, normalized = (
        half_life(ask(client, activation="tanh", normalization=kind, init=gentle))
        for kind in ("none", "batch")
    )
    assert normalized < plain


def test_the_lstms_straight_road_is_its_forget_gate(client: TestClient) -> None:
    """With gates that do not hear h, the cell state's gradient is multiplied by f alone."""
    answer = ask(client, None, cell="lstm")
    f = np.array(answer["forward"]["gates"]["forget"])
    assert ((f > 0) & (f < 1)).all()
    cell = np.array(answer["network"]["parameters"]["b"])[H : 2 * H]
    assert cell == pytest.approx(1)
    assert half_life(answer) > 3 * half_life(ask(client, activation="tanh"))
    deaf = dict(answer["network"]["parameters"], W=np.zeros((4 * H, H)).tolist())
    body = {
        "network": {"cell": "lstm", "hidden_size": H, "parameters": deaf},
        "data": {"kind": "text", "text": pieces(), "loss_at": "last"},
    }
    straight = client.post("/api/v1/bptt", json=body).json()
    dcell = np.array(straight["backward"]["dcell"])
    gate = np.array(straight["forward"]["gates"]["forget"])
    assert dcell[:, :-1] == pytest.approx(dcell[:, 1:] * gate[:, 1:])


def test_an_lstm_has_four_times_the_weights(client: TestClient) -> None:
    answers = ask(client, activation="tanh"), ask(client, None, cell="lstm")
    plain, lstm = (answer["network"]["parameters"] for answer in answers)
    for name in ("U", "W", "b"):
        assert np.size(lstm[name]) == 4 * np.size(plain[name])
    assert np.shape(lstm["V"]) == np.shape(plain["V"])
