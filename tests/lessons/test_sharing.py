"""Lesson 6.6: what its text says of a shared weight, computed."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

BPTT = "/api/v1/bptt"
FIGURE = Path(__file__).resolve().parents[2] / "static/js/lessons/sharing.js"
LETTERS = ("U", "W", "V")
H = 4


def text_of(T: int) -> str:
    """Return the figure's text of T steps, made as the figure makes it."""
    source = FIGURE.read_text(encoding="utf-8")
    match = re.search(r'const WORD = "(\w+)"', source)
    assert match is not None
    return (match[1] * 3)[: T + 1]


def ask(client: TestClient, T: int) -> dict[str, Any]:
    init = {"scheme": "orthogonal", "gain": 2.5, "spectral_radius": 0.95, "seed": 2}
    body = {
        "network": {"hidden_size": H, "init": init},
        "data": {"kind": "text", "text": text_of(T)},
        "include": ["shares"],
    }
    answer = client.post(BPTT, json=body)
    assert answer.status_code == 200
    return answer.json()


def uses_of(answer: dict[str, Any]) -> dict[str, np.ndarray]:
    """Return what each use gives to the gradient, (T, rows, columns) of U, W and V."""
    forward, backward, data = answer["forward"], answer["backward"], answer["data"]
    h, x = np.array(forward["h"]), np.array(data["x"])
    before = np.vstack([data["h0"], h[:-1]])
    da, do = np.array(backward["da"]), np.array(backward["do"])
    pairs = {"U": (da, x), "W": (da, before), "V": (do, h)}
    return {name: np.einsum("ti,tj->tij", d, e) for name, (d, e) in pairs.items()}


@pytest.mark.parametrize("T", [3, 5, 8, 12])
def test_the_parameters_do_not_grow_with_the_steps_and_the_untied_ones_do(
    client: TestClient, T: int
) -> None:
    answer = ask(client, T)
    parameters = answer["network"]["parameters"]
    I, O = len(answer["data"]["x"][0]), len(parameters["V"])  # noqa: E741
    assert len(answer["data"]["x"]) == T
    assert (I, O) == (3, 3)
    assert answer["parameter_count"] == H * I + H * H + H + O * H + O == 47
    entries = sum(np.size(uses[0]) for uses in uses_of(answer).values()) + H + O
    assert T * entries == T * answer["parameter_count"]


@pytest.mark.parametrize("letter", LETTERS)
def test_shares_are_of_rank_one_and_add_up_but_their_norms_do_not(
    client: TestClient, letter: str
) -> None:
    answer = ask(client, 5)
    uses = uses_of(answer)[letter]
    whole = np.array(answer["gradients"][letter])
    norms = np.linalg.norm(uses, axis=(1, 2))
    assert all(np.linalg.matrix_rank(use) <= 1 for use in uses)
    np.testing.assert_allclose(uses.sum(axis=0), whole, atol=1e-12)
    np.testing.assert_allclose(norms, answer["shares"][letter], rtol=1e-12)
    size = np.linalg.norm(whole)
    assert size < norms.sum()
    assert size == pytest.approx(answer["gradient_norms"][letter])
    shadows = (uses * whole).sum(axis=(1, 2)) / size
    assert shadows.sum() == pytest.approx(size)
    assert np.all(np.abs(shadows) <= norms + 1e-12)


def test_the_share_of_w_at_step_1_is_zero_and_those_of_u_and_v_are_not(client: TestClient) -> None:
    answer = ask(client, 5)
    assert answer["data"]["h0"] == [0.0] * H
    assert answer["shares"]["W"][0] == 0
    assert min(answer["shares"]["W"][1:]) > 0
    assert answer["shares"]["U"][0] > 0.1
    assert answer["shares"]["V"][0] > 0.1


def untied_loss(answer: dict[str, Any], Ws: np.ndarray) -> float:
    """Run the network with a W of its own at each step, Ws (T,H,H)."""
    P = {name: np.array(value) for name, value in answer["network"]["parameters"].items()}
    h, loss = np.zeros(H), 0.0
    for x, y, W in zip(np.array(answer["data"]["x"]), answer["data"]["y"], Ws, strict=True):
        h = np.tanh(P["U"] @ x + W @ h + P["b"])
        o = P["V"] @ h + P["c"]
        loss += np.log(np.exp(o).sum()) - o[y]
    return float(loss)


def test_a_share_is_the_gradient_of_the_untied_copy(client: TestClient) -> None:
    answer = ask(client, 5)
    shares = uses_of(answer)["W"]
    Ws = np.array([answer["network"]["parameters"]["W"]] * 5)
    assert untied_loss(answer, Ws) == pytest.approx(answer["loss"]["total"])
    numeric, step = np.zeros_like(Ws), 1e-5
    for at in np.ndindex(*Ws.shape):
        there = np.zeros_like(Ws)
        there[at] = step
        numeric[at] = untied_loss(answer, Ws + there) - untied_loss(answer, Ws - there)
    np.testing.assert_allclose(numeric / (2 * step), shares, atol=1e-7)


def test_after_a_step_the_copies_part_and_the_first_stays(client: TestClient) -> None:
    answer = ask(client, 5)
    W, shares = np.array(answer["network"]["parameters"]["W"]), uses_of(answer)["W"]
    copies = W - 0.2 * shares
    np.testing.assert_array_equal(copies[0], W)
    apart = [np.abs(p - q).max() for i, p in enumerate(copies) for q in copies[:i]]
    assert min(apart) > 0.01


def test_the_whole_can_be_zero_although_no_share_is(client: TestClient) -> None:
    def shares(w: float) -> tuple[np.ndarray, float]:
        parameters = {"U": [[1.0]], "W": [[w]], "b": [0.0], "V": [[1.0]], "c": [0.0]}
        network = {"activation": "identity", "output": "linear", "parameters": parameters}
        data = {"kind": "arrays", "x": [[1.0], [0.0], [0.0]], "y": [[1.0], [0.9], [0.1]]}
        answer = client.post(BPTT, json={"network": network, "data": data}).json()
        return uses_of(answer)["W"].ravel(), answer["loss"]["total"]

    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if shares(middle)[0].sum() < 0 else (low, middle)
    parts, loss = shares(low)
    assert parts.sum() == pytest.approx(0, abs=1e-9)
    assert parts[1] < -0.1
    assert parts[2] > 0.1
    assert loss > 0.01
