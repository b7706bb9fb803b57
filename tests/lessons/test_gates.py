"""The lesson on gates: what its text says of LSTM and GRU, computed."""

from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.engine.activations import ACTIVATIONS
from app.engine.cells import gru, lstm

BPTT = "/api/v1/bptt"
TEXT, H = "hello world", 8
sigmoid, tanh = ACTIVATIONS["sigmoid"].f, ACTIVATIONS["tanh"]


def ask(client: TestClient, cell: str, forget_bias: float = 1.0, **network: Any) -> dict[str, Any]:
    init = {"scheme": "orthogonal", "gain": 1, "spectral_radius": None, "seed": 2}
    if cell == "lstm":
        init["forget_bias"] = forget_bias
    body = {
        "network": {"cell": cell, "hidden_size": H, "init": init} | network,
        "data": {"kind": "text", "text": TEXT},
        "include": ["credit"],
    }
    answer = client.post(BPTT, json=body)
    assert answer.status_code == 200
    return answer.json()


def direct_road(answer: dict[str, Any]) -> np.ndarray:
    """Return the norms of the last loss's gradient by the direct road, from step 1."""
    gates, backward = answer["forward"]["gates"], answer["backward"]
    state, keep = ("dcell", "forget") if "forget" in gates else ("dh", "update")
    vector, left = np.array(backward[state][-1]), []
    for opening in reversed(np.array(gates[keep])):
        left.append(np.linalg.norm(vector))
        vector = vector * opening
    return np.array(left[::-1])


def without_recurrence(client: TestClient, cell: str) -> dict[str, Any]:
    parameters = ask(client, cell)["network"]["parameters"]
    parameters["W"] = np.zeros_like(parameters["W"]).tolist()
    return ask(client, cell, init=None, parameters=parameters)


def test_gates_lie_between_0_and_1_and_h_stays_within_1_where_the_cell_does_not(
    client: TestClient,
) -> None:
    answer = ask(client, "lstm", 5)
    gates, cell = answer["forward"]["gates"], np.array(answer["forward"]["cell"])
    for name in ("input", "forget", "output"):
        assert 0 < np.min(gates[name]) < np.max(gates[name]) < 1
    assert np.abs(cell).max() > 1
    assert np.abs(answer["forward"]["h"]).max() < 1
    before = np.vstack([np.zeros(H), cell[:-1]])
    i, f, g, out = (np.array(gates[name]) for name in lstm.GATES)
    np.testing.assert_allclose(cell, f * before + i * g, atol=1e-12)
    np.testing.assert_allclose(answer["forward"]["h"], out * np.tanh(cell), atol=1e-12)


def test_the_direct_road_of_the_cell_state_is_diag_f_and_w_stands_on_all_others(
    client: TestClient,
) -> None:
    answer = ask(client, "lstm")
    P = {name: np.array(v) for name, v in answer["network"]["parameters"].items()}
    a, h = np.array(answer["forward"]["a"][4]), np.array(answer["forward"]["h"])
    cell, f = np.array(answer["forward"]["cell"]), np.array(answer["forward"]["gates"]["forget"][4])
    x = np.array(answer["data"]["x"][4])
    J = lstm.jacobian(P, tanh, x, h[3], cell[3], a, h[4], cell[4])
    np.testing.assert_allclose(J[H:, H:], np.diag(f), atol=1e-12)
    alone = without_recurrence(client, "lstm")
    np.testing.assert_allclose(alone["credit"]["dcell_norm"][-1], direct_road(alone), rtol=1e-9)


@pytest.mark.parametrize("bias", [-2, 0, 1, 3, 5])
def test_the_forget_bias_sets_the_gate_and_the_direct_road_only_narrows(
    client: TestClient, bias: float
) -> None:
    answer = ask(client, "lstm", bias)
    mean = np.mean(answer["forward"]["gates"]["forget"])
    assert mean == pytest.approx(float(sigmoid(np.array([float(bias)]))[0]), abs=0.05)
    assert np.all(np.diff(direct_road(answer)) > 0)  # towards the loss it is wider


def test_with_a_large_bias_all_roads_together_grow_where_the_direct_one_stays_level(
    client: TestClient,
) -> None:
    answer = ask(client, "lstm", 5)
    roads, direct = np.array(answer["credit"]["dcell_norm"][-1]), direct_road(answer)
    assert roads[0] > 1.5 * roads[-1]
    assert 0.8 < direct[0] / direct[-1] < 1
    closed, open_ = direct_road(ask(client, "lstm", -2)), direct_road(ask(client, "lstm", 3))
    assert closed[0] / closed[-1] < 1e-6
    assert open_[0] / open_[-1] > 0.5


def test_h_drops_beside_the_diagonal_and_the_cell_state_falls_more_slowly(
    client: TestClient,
) -> None:
    credit = ask(client, "lstm")["credit"]
    for at_cell, at_h in zip(credit["dcell_norm"][1:], credit["dh_norm"][1:], strict=True):
        assert at_cell[-1] < at_h[-1]
        assert at_cell[-2] / at_cell[-1] > at_h[-2] / at_h[-1]
        assert at_h[-2] / at_h[-1] < 0.5
        assert at_cell[0] > at_h[0]


def test_the_update_gate_keeps_and_its_direct_road_is_diag_z(client: TestClient) -> None:
    answer = ask(client, "gru")
    h = np.array(answer["forward"]["h"])
    _, z, n = (np.array(answer["forward"]["gates"][name]) for name in gru.GATES)
    before = np.vstack([np.zeros(H), h[:-1]])
    np.testing.assert_allclose(h, (1 - z) * n + z * before, atol=1e-12)
    assert z.mean() == pytest.approx(0.5, abs=0.05)
    alone = without_recurrence(client, "gru")
    np.testing.assert_allclose(alone["credit"]["dh_norm"][-1], direct_road(alone), rtol=1e-9)
    P = {name: np.array(v) for name, v in answer["network"]["parameters"].items()}
    P["b"][H : 2 * H] = 50  # z = 1: nothing leaks, nothing is written
    _, after = gru.step(P, tanh, np.array(answer["data"]["x"][0]), h[3])
    np.testing.assert_allclose(after, h[3], atol=1e-12)


def test_four_sets_and_three_and_an_untrained_gru_may_reach_less_far(client: TestClient) -> None:
    answers = {cell: ask(client, cell) for cell in ("rnn", "lstm", "gru")}
    shapes = {cell: np.shape(a["network"]["parameters"]["W"]) for cell, a in answers.items()}
    assert shapes == {"rnn": (H, H), "lstm": (4 * H, H), "gru": (3 * H, H)}
    left = {cell: a["credit"]["dh_norm"][-1][0] for cell, a in answers.items()}
    assert left["gru"] < left["rnn"]
    assert answers["lstm"]["credit"]["dcell_norm"][-1][0] > left["rnn"]
