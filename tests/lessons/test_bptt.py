"""Lesson 6.9: what its text says of the terms, computed."""

from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from tests.lessons.small import ask


def before(answer: dict[str, Any], k: int) -> np.ndarray:
    """Return h(k − 1)."""
    return np.array(answer["data"]["h0"] if k == 1 else answer["forward"]["h"][k - 2])


def terms(answer: dict[str, Any], letter: str, t: int) -> list[np.ndarray]:
    """Return the terms of ∂L(t)/∂W or ∂L(t)/∂U, k = 1..t, as the figure makes them."""
    da = answer["credit"]["vectors"]["da"][t - 1]
    met = (lambda k: before(answer, k)) if letter == "W" else (lambda k: answer["data"]["x"][k - 1])
    return [np.outer(da[k - 1], met(k)) for k in range(1, t + 1)]


def sizes(answer: dict[str, Any], letter: str = "W") -> list[float]:
    return [float(np.linalg.norm(term)) for term in terms(answer, letter, 3)]


@pytest.mark.parametrize("letter", ["W", "U"])
def test_three_terms_add_up_to_the_gradient_of_the_last_loss(
    client: TestClient, letter: str
) -> None:
    answer = ask(client, loss_at="last")
    parts = terms(answer, letter, 3)
    np.testing.assert_allclose(sum(parts), answer["gradients"][letter], rtol=1e-10, atol=1e-14)
    norms = answer["credit"][f"d{letter}_norm"][2]
    np.testing.assert_allclose(sizes(answer, letter), norms, rtol=1e-10)
    total = answer["gradient_norms"][letter]
    assert sum(norms) > 1.2 * total  # norms do not add up
    assert norms[2] > norms[1] > norms[0]


def test_a_term_is_the_product_of_its_factors(client: TestClient) -> None:
    answer = ask(client, loss_at="last")
    V = np.array(answer["network"]["parameters"]["V"])
    W = np.array(answer["network"]["parameters"]["W"])
    jacobians = np.array(answer["jacobians"]["matrices"])
    h = np.array(answer["forward"]["h"])
    row = np.array(answer["backward"]["do"][2]) @ V
    for k in (3, 2, 1):
        vectors = answer["credit"]["vectors"]
        np.testing.assert_allclose(row, vectors["dh"][2][k - 1], rtol=1e-10)
        np.testing.assert_allclose((1 - h[k - 1] ** 2) * row, vectors["da"][2][k - 1], rtol=1e-10)
        np.testing.assert_allclose(jacobians[k - 1], np.diag(1 - h[k - 1] ** 2) @ W, rtol=1e-10)
        row = row @ jacobians[k - 1]


def test_the_gradient_of_v_looks_at_the_present_only(client: TestClient) -> None:
    answer = ask(client)
    y = np.eye(3)[answer["data"]["y"]]
    error = np.array(answer["forward"]["y_hat"]) - y
    parts = [np.outer(e, h) for e, h in zip(error, answer["forward"]["h"], strict=True)]
    np.testing.assert_allclose(sum(parts), answer["gradients"]["V"], rtol=1e-10)
    norms = [np.linalg.norm(part) for part in parts]
    np.testing.assert_allclose(norms, answer["shares"]["V"], rtol=1e-10)


def test_without_a_first_state_the_far_term_is_zero(client: TestClient) -> None:
    kept, zero = (ask(client, zero=zero, loss_at="last")["credit"] for zero in (False, True))
    assert kept["dW_norm"][2][0] > 0.1
    assert zero["dW_norm"][2][0] == 0
    assert zero["dU_norm"][2][0] > 0.1  # of U there is one all the same


def test_half_of_w_shrinks_the_far_term_most(client: TestClient) -> None:
    whole, half = (sizes(ask(client, scale=scale, loss_at="last")) for scale in (1.0, 0.5))
    left = [after / whole[i] for i, after in enumerate(half)]
    assert left[0] < left[1] < left[2]
    assert left[2] > 0.9


def test_a_term_of_u_has_one_column(client: TestClient) -> None:
    answer = ask(client, loss_at="last")
    for k, term in enumerate(terms(answer, "U", 3)):
        filled = np.flatnonzero(np.abs(term).sum(axis=0))
        assert filled.tolist() == [int(np.argmax(answer["data"]["x"][k]))]


@pytest.mark.parametrize("T", [2, 3, 5, 12])
def test_the_triangle_has_so_many_terms(client: TestClient, T: int) -> None:
    answer = ask(client, T=T)
    rows = answer["credit"]["dW_norm"]
    assert len(rows[-1]) == T
    assert sum(len(row) for row in rows) == T * (T + 1) // 2
    everything = [term for t in range(1, T + 1) for term in terms(answer, "W", t)]
    assert len(everything) == T * (T + 1) // 2
    np.testing.assert_allclose(sum(everything), answer["gradients"]["W"], rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("loss_at", ["last", "every"])
def test_numbers_agree_with_the_derivation(client: TestClient, loss_at: str) -> None:
    answer = ask(client, "gradcheck", loss_at=loss_at)
    assert answer["ok"] is True
    checks = [check for check in answer["parameters"].values() if check]
    assert sum(check["checked"] for check in checks) == 4 * 3 + 4 * 4 + 4 + 3 * 4 + 3
