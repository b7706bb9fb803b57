"""Lesson 6.5: what its text says of the edge that leads back, computed."""

from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

NETWORK = {
    "hidden_size": 8,
    "init": {"scheme": "orthogonal", "gain": 2.5, "spectral_radius": 0.95, "seed": 2},
}
WORDS = ("listen", "silent", "enlist", "tinsel")


def ask(client: TestClient, data: dict[str, Any], network: dict[str, Any]) -> dict[str, Any]:
    include = ["credit", "jacobians", "jacobian_matrices"]
    answer = client.post(
        "/api/v1/bptt", json={"network": network, "data": data, "include": include}
    )
    assert answer.status_code == 200
    return answer.json()


def scaled(answer: dict[str, Any], s: float) -> dict[str, Any]:
    """Return the network of an answer with s·W in the place of W."""
    given = answer["network"]["parameters"]
    W = (s * np.array(given["W"])).tolist()
    return {"output": "softmax", "parameters": given | {"W": W}}


def pair(client: TestClient, text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the answers for a text with W, and with W = 0."""
    data = {"kind": "text", "text": text}
    joined = ask(client, data, NETWORK)
    return joined, ask(client, data, scaled(joined, 0))


def test_an_equal_letter_has_an_equal_state_only_without_the_edge(client: TestClient) -> None:
    joined, cut = pair(client, "hello")
    x = np.array(joined["data"]["x"])
    assert np.array_equal(x[2], x[3])
    assert cut["forward"]["h"][2] == cut["forward"]["h"][3]
    assert np.linalg.norm(np.subtract(*joined["forward"]["h"][2:4])) > 1


def test_unrolling_makes_no_parameters(client: TestClient) -> None:
    counts = {pair(client, "helo" * n)[0]["parameter_count"] for n in (1, 2, 5)}
    assert len(counts) == 1


def test_without_the_edge_the_past_is_exactly_gone(client: TestClient) -> None:
    joined, cut = pair(client, "hello world")
    for t, row in enumerate(cut["credit"]["dh_norm"]):
        assert row[:t] == [0.0] * t
        assert row[t] > 0
    for t, row in enumerate(joined["credit"]["dh_norm"]):
        assert all(norm > 0 for norm in row[: t + 1])
    assert not np.any(cut["jacobians"]["matrices"])
    assert max(cut["jacobians"]["spectral_norm"]) == 0


def test_a_weaker_edge_leaves_everything_paler_but_there(client: TestClient) -> None:
    joined, _ = pair(client, "hello world")
    data = {"kind": "text", "text": "hello world"}
    weak = ask(client, data, scaled(joined, 0.5))["credit"]["dh_norm"]
    assert all(norm > 0 for row in weak for norm in row)
    assert weak[-1][0] < joined["credit"]["dh_norm"][-1][0]


def test_a_jacobian_is_the_slope_times_the_weights(client: TestClient) -> None:
    joined, _ = pair(client, "hello world")
    strength = 0.6
    network = scaled(joined, strength)
    answer = ask(client, {"kind": "text", "text": "hello world"}, network)
    W = np.array(joined["network"]["parameters"]["W"])
    for h, matrix in zip(answer["forward"]["h"], answer["jacobians"]["matrices"], strict=True):
        expected = np.diag(1 - np.array(h) ** 2) @ (strength * W)
        assert np.array(matrix) == pytest.approx(expected, abs=1e-12)


def spelled(client: TestClient, word: str, s: float) -> np.ndarray:
    """Return the readouts o (T, O) of a word, its letters numbered as in the first word."""
    labels = [*dict.fromkeys(WORDS[0] + ".")]
    x = [[float(letter == label) for label in labels] for letter in word]
    y = [labels.index(letter) for letter in word[1:] + "."]
    data = {"kind": "arrays", "x": x, "y": y}
    first = ask(client, data, NETWORK | {"output_size": len(labels)})
    answer = first if s == 1 else ask(client, data, scaled(first, s))
    return np.array(answer["forward"]["o"])


def test_a_sum_without_the_edge_does_not_care_about_order(client: TestClient) -> None:
    base = {s: spelled(client, WORDS[0], s).sum(0) for s in (0, 1)}
    for word in WORDS[1:]:
        assert spelled(client, word, 0).sum(0) == pytest.approx(base[0], abs=1e-13)
        assert np.linalg.norm(spelled(client, word, 1).sum(0) - base[1]) > 0.5


def test_the_last_output_without_the_edge_knows_the_last_letter_alone(client: TestClient) -> None:
    one, same, other = (spelled(client, word, 0)[-1] for word in ("listen", "sliten", "silent"))
    assert np.array_equal(one, same)
    assert not np.allclose(one, other)
    assert not np.allclose(spelled(client, "listen", 1)[-1], spelled(client, "sliten", 1)[-1])
