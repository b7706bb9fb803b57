"""The glossary: what its definitions claim of a range, a count or a size, computed."""

import math

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.engine.activations import ACTIVATIONS, LEAK
from app.engine.clipping import Clip, clip_gradients
from app.engine.convolution import receptive_field
from app.engine.horizon import horizon
from app.engine.initialization import Init, orthogonal, spectral_radius
from app.engine.normalization.statistics import standardize
from app.engine.optimizers import Optimizer
from app.engine.readout import READOUTS
from app.pages.lessons import glossary

TERMS = glossary.read()
RNG = np.random.default_rng(0)
A = np.linspace(-8, 8, 16_001)  # holds 0


def says(name: str, *claims: str) -> None:
    """The definition makes these claims, in both languages alike, or in its formula."""
    term = TERMS[name]
    for claim in claims:
        for text in (term.definition.en, term.definition.zh):
            assert claim in text or claim in (term.formula or ""), (name, claim)


@pytest.mark.parametrize(
    ("name", "most", "claim"), [("tanh", 1, "(0, 1]"), ("sigmoid", 0.25, "(0, 0.25]")]
)
def test_ranges_of_the_slopes(name: str, most: float, claim: str) -> None:
    says(name, claim)
    activation = ACTIVATIONS[name]
    slopes = activation.slope(A, activation.f(A))
    assert slopes.min() > 0
    assert slopes.max() == most
    assert A[slopes == most] == pytest.approx(0)


def test_relu_and_its_leak() -> None:
    says("leaky-relu", "0.01")
    assert LEAK == 0.01
    relu = ACTIVATIONS["relu"]
    assert set(relu.slope(A, relu.f(A))) == {0.0, 1.0}
    leaky = ACTIVATIONS["leaky_relu"].f(A)
    assert np.array_equal(leaky, np.maximum(A, 0.01 * A))


def test_the_forget_gate_begins_rather_open() -> None:
    says("forget-bias", "0.73", "1")
    assert Init().forget_bias == 1
    assert round(float(ACTIVATIONS["sigmoid"].f(np.array([1.0]))[0]), 2) == 0.73


def test_softmax_and_cross_entropy() -> None:
    softmax = READOUTS["softmax"]
    o = RNG.normal(size=(1, 5))
    y_hat = softmax.y_hat(o)
    assert y_hat.min() > 0
    assert y_hat.sum() == pytest.approx(1)
    assert softmax.y_hat(o + 7) == pytest.approx(y_hat)
    assert np.array_equal(np.argsort(y_hat), np.argsort(o))
    assert softmax.loss(o, np.array([2])) == pytest.approx(-np.log(y_hat[:, 2]))


def test_matrices() -> None:
    W = RNG.normal(size=(6, 6))
    assert spectral_radius(W) <= np.linalg.norm(W, 2)
    power = np.linalg.matrix_power(W / spectral_radius(W), 4000)  # scaled, or it would overflow
    assert np.linalg.norm(power, 2) ** (1 / 4000) == pytest.approx(1, abs=0.01)
    Q = orthogonal(RNG, 6, 6)
    assert np.linalg.svd(Q, compute_uv=False) == pytest.approx(np.ones(6))
    np.testing.assert_allclose(Q.T @ Q, np.eye(6), atol=1e-12)


def test_clipping_by_norm_keeps_the_direction_by_value_may_not() -> None:
    g = {"W": np.array([[3.0, 4.0]])}
    by_norm = clip_gradients(g, Clip("norm", 1.0)).gradients["W"]
    assert by_norm == pytest.approx(g["W"] * min(1, 1.0 / 5.0))
    by_value = clip_gradients(g, Clip("value", 1.0)).gradients["W"]
    assert by_value == pytest.approx(np.ones((1, 2)))
    assert by_value[0, 0] / by_value[0, 1] != pytest.approx(0.75)


def test_a_receptive_field_grows_by_a_kernel_less_one_a_layer() -> None:
    for K, n in [(1, 3), (2, 1), (3, 4), (5, 2)]:
        assert receptive_field(K, n, 1) == 1 + n * (K - 1)


def test_the_half_life_of_a_known_decay() -> None:
    T, slope = 12, -0.3
    t, k = np.indices((T, T))
    found = horizon(np.where(k <= t, np.exp(slope * (t - k)), 0.0))
    assert found.half_life == pytest.approx(math.log(2) / abs(slope))


@pytest.mark.parametrize(("name", "axis"), [("batch-normalization", 0), ("layer-normalization", 1)])
def test_normalization(name: str, axis: int) -> None:
    says(name, "γ", "10^{-5}")
    s = RNG.normal(3, 2, size=(7, 5))
    s_hat, _ = standardize(s, axis)
    mean, variance = s.mean(axis, keepdims=True), s.var(axis, keepdims=True)
    assert s_hat == pytest.approx((s - mean) / np.sqrt(variance + 1e-5))


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_adams_first_step_has_the_size_of_the_learning_rate(size: float) -> None:
    optimizer = Optimizer("adam", 0.01)
    weights = np.zeros(3)
    g = size * np.array([1.0, -2.0, 0.5])
    optimizer.update(weights, g.copy(), optimizer.memory(weights), 1)
    assert weights == pytest.approx(-0.01 * np.sign(g), rel=1e-4)


def test_momentum_adds_up_gradients_that_fade() -> None:
    optimizer = Optimizer("momentum", 0.1, momentum=0.5)
    weights = np.zeros(1)
    memory = optimizer.memory(weights)
    for n, g in enumerate([1.0, 2.0], start=1):
        optimizer.update(weights, np.array([g]), memory, n)
    assert weights == pytest.approx([-0.1 * (1.0 + (0.5 * 1.0 + 2.0))])


def test_terms_of_the_triangle_and_the_window(client: TestClient) -> None:
    body = {"network": {"hidden_size": 3}, "data": {"kind": "text", "text": "glossary"}}
    rows = client.post("/api/v1/bptt", json=body).json()["credit"]["dh_norm"]
    T = len(rows)
    assert sum(map(len, rows)) == T * (T + 1) // 2
    cut = client.post("/api/v1/bptt", json=body | {"truncate": 3}).json()["credit"]["dh_norm"]
    for t, row in enumerate(cut, start=1):
        reached = [k for k, norm in enumerate(row, start=1) if norm > 0]
        assert reached == list(range(max(1, t - 3 + 1), t + 1))
