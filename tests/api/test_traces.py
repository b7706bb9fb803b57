"""The answers: every block, with and without a batch, equal to the engine's own numbers."""

import json
import math

import numpy as np
import pytest

from app.engine.clipping import Clip
from app.engine.initialization import DEFAULT_HIDDEN_SIZE, Init, initialize
from app.engine.network import Network
from app.engine.sequences import Sequence, from_arrays, from_text
from app.engine.trace import bptt_trace, forward_trace

BPTT, FORWARD, GRADCHECK = "/api/v1/bptt", "/api/v1/forward", "/api/v1/gradcheck"
T, B, I, H, O = 5, 3, 2, 4, 3  # noqa: E741
ALL = ["credit", "jacobians", "shares", "credit_vectors", "jacobian_matrices"]
HELLO = {"data": {"kind": "text", "text": "hello world"}}
DATA_FIELDS = {
    "x", "y", "loss_mask", "h0", "cell0", "labels", "loss_at", "input_at", "scale",
}  # fmt: skip


def strict_json(response):
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    return json.loads(response.content, parse_constant=pytest.fail)


def body(batch: bool, seed: int = 0, **fields) -> dict:
    """Return a request with the caller's own numbers and weights."""
    rng = np.random.default_rng(seed)
    lead = (B,) if batch else ()
    return {
        "network": {"parameters": weights(seed)},
        "data": {
            "kind": "arrays",
            "x": rng.normal(size=(*lead, T, I)).tolist(),
            "y": rng.integers(0, O, (*lead, T)).tolist(),
            "h0": rng.normal(size=(*lead, H)).tolist(),
        },
        **fields,
    }


def weights(seed: int = 0) -> dict:
    parameters = initialize("rnn", I, H, O, Init(seed=seed))
    return {name: array.tolist() for name, array in parameters.items()}


def engine_of(request: dict) -> tuple[Network, Sequence]:
    parameters = {n: np.array(p) for n, p in request["network"]["parameters"].items()}
    data = request["data"]
    sequence = from_arrays(np.array(data["x"]), np.array(data["y"]), np.array(data["h0"]))
    return Network(parameters=parameters), sequence


def shape(nested) -> tuple[int, ...]:
    return np.array(nested, dtype=float).shape


@pytest.mark.parametrize("batch", [False, True])
def test_every_block_has_its_shape(client, batch):
    lead = (B,) if batch else ()
    answer = strict_json(client.post(BPTT, json=body(batch, include=ALL)))
    forward, backward = answer["forward"], answer["backward"]
    for part, absent in (
        (forward, ("gates", "cell", "layers")),
        (backward, ("dcell", "dcell0", "layers")),
    ):
        assert [part.pop(name) for name in absent] == [None] * len(absent)
    assert {name: shape(forward[name]) for name in forward} == {
        "a": (*lead, T, H),
        "h": (*lead, T, H),
        "o": (*lead, T, O),
        "y_hat": (*lead, T, O),
    }
    assert {name: shape(backward[name]) for name in backward} == {
        "do": (*lead, T, O),
        "dh": (*lead, T, H),
        "da": (*lead, T, H),
        "dx": (*lead, T, I),
        "dh0": (*lead, H),
    }
    sizes = {"U": (H, I), "W": (H, H), "b": (H,), "V": (O, H), "c": (O,)}
    assert {name: shape(g) for name, g in answer["gradients"].items()} == sizes
    assert {name: shape(p) for name, p in answer["network"]["parameters"].items()} == sizes
    assert set(answer["gradient_norms"]) == {*sizes, "total"}
    assert shape(answer["loss"]["per_step"]) == (T,)
    assert answer["loss"]["total"] == pytest.approx(sum(answer["loss"]["per_step"]))
    assert {name: shape(s) for name, s in answer["shares"].items()} == dict.fromkeys("UWV", (T,))
    assert answer["parameter_count"] == H * (I + H + 1) + O * (H + 1)
    assert answer["overflow"] is None
    assert answer["clipped"] is None


@pytest.mark.parametrize("batch", [False, True])
def test_the_jacobians_have_their_shapes(client, batch):
    answer = strict_json(client.post(BPTT, json=body(batch, include=ALL)))
    jacobians = answer["jacobians"]
    assert shape(jacobians["matrices"]) == (T, H, H)
    for name in ("spectral_norm", "slope_mean", "product_norm"):
        assert shape(jacobians[name]) == (T,)
    assert shape(jacobians["singular_values"]) == (H,)
    assert jacobians["product_norm"][-1] == pytest.approx(1.0)


@pytest.mark.parametrize("batch", [False, True])
def test_the_triangle_is_ragged_and_equal_to_the_engine_s(client, batch):
    request = body(batch, include=ALL)
    credit = strict_json(client.post(BPTT, json=request))["credit"]
    engine = bptt_trace(*engine_of(request), include=frozenset(ALL)).credit
    assert engine
    assert engine.vectors
    for name in ("dh_norm", "da_norm", "dW_norm", "dU_norm"):
        assert [len(row) for row in credit[name]] == list(range(1, T + 1))
        for t, row in enumerate(credit[name]):
            np.testing.assert_array_equal(row, getattr(engine, name)[t, : t + 1])
    vector = (B, H) if batch else (H,)
    assert set(credit["vectors"]) == set(engine.vectors)
    for name, rows in credit["vectors"].items():
        assert [shape(row) for row in rows] == [(t + 1, *vector) for t in range(T)]
        np.testing.assert_array_equal(rows[-1], engine.vectors[name][-1])


@pytest.mark.parametrize("batch", [False, True])
def test_the_numbers_are_the_engine_s_to_the_last_bit(client, batch):
    request = body(batch, clip={"by": "norm", "threshold": 0.1})
    answer = strict_json(client.post(BPTT, json=request))
    engine = bptt_trace(*engine_of(request), clip=Clip("norm", 0.1))
    assert engine.gradients
    assert engine.clipped
    assert engine.horizon
    for name in ("a", "h", "o", "y_hat"):
        np.testing.assert_array_equal(answer["forward"][name], getattr(engine.forward, name))
    for name in ("do", "dh", "da", "dx", "dh0"):
        np.testing.assert_array_equal(answer["backward"][name], getattr(engine.backward, name))
    for name, gradient in engine.gradients.items():
        np.testing.assert_array_equal(answer["gradients"][name], gradient)
        clipped = engine.clipped.gradients[name]
        np.testing.assert_array_equal(answer["clipped"]["gradients"][name], clipped)
    assert answer["clipped"]["scale"] == engine.clipped.scale
    assert answer["clipped"]["norm_after"] == pytest.approx(0.1)
    assert answer["gradient_norms"] == pytest.approx(engine.gradient_norms)
    assert answer["horizon"]["half_life"] == engine.horizon.half_life


@pytest.mark.parametrize("include", [[], ["credit"], ["jacobians"], ["shares"]])
def test_blocks_not_asked_for_are_null(client, include):
    answer = strict_json(client.post(BPTT, json={**HELLO, "include": include}))
    present = {name for name in ("credit", "jacobians", "shares") if answer[name] is not None}
    assert present == set(include)
    assert (answer["horizon"] is not None) == ("credit" in include)


def test_only_the_data_is_required(client):
    answer = strict_json(client.post(BPTT, json=HELLO))
    network = answer["network"]
    assert network["cell"] == "rnn"
    assert network["activation"] == "tanh"
    assert network["normalization"] == "none"
    assert network["output"] == "softmax"
    assert network["hidden_size"] == DEFAULT_HIDDEN_SIZE
    assert network["output_size"] == len("helo wrd")
    assert network["init"] == {
        "scheme": "orthogonal",
        "gain": 1.0,
        "spectral_radius": None,
        "seed": 0,
        "forget_bias": 1.0,
    }
    data = answer["data"]
    assert set(data) == DATA_FIELDS
    assert data["labels"] == list("helo wrd")
    assert data["y"][:3] == [1, 2, 2]
    assert data["h0"] == [0.0] * DEFAULT_HIDDEN_SIZE
    assert data["scale"] is None
    assert answer["credit"] is not None
    assert answer["jacobians"] is not None
    assert answer["shares"] is None


def test_the_network_of_an_answer_can_be_posted_again(client):
    first = strict_json(client.post(BPTT, json=HELLO))
    again = strict_json(client.post(BPTT, json={**HELLO, "network": first["network"]}))
    assert again["loss"] == first["loss"]
    assert again["gradients"] == first["gradients"]
    assert again["network"]["init"] is None


def test_the_data_of_an_answer_can_be_posted_again(client):
    first = strict_json(client.post(BPTT, json=HELLO))
    kept = {name: first["data"][name] for name in ("x", "y", "h0", "loss_at")}
    again = {"data": {"kind": "arrays", **kept}, "network": first["network"]}
    assert strict_json(client.post(BPTT, json=again))["loss"] == first["loss"]


def test_the_readout_may_be_absent(client):
    parameters = {name: weights()[name] for name in "UWb"}
    request = body(batch=False, include=ALL) | {"network": {"parameters": parameters}}
    answer = strict_json(client.post(BPTT, json=request))
    assert answer["forward"]["o"] == answer["forward"]["h"]
    assert answer["network"]["output_size"] == H
    assert set(answer["gradients"]) == set("UWb")
    assert set(answer["shares"]) == set("UW")


@pytest.mark.parametrize(
    ("text", "labels"),
    [("学而时习之,不亦说乎", "学而时习之,不亦说乎"), ("👍🏽 ok", "👍🏽 ok")],
)
def test_any_unicode_is_text(client, text, labels):
    answer = strict_json(client.post(BPTT, json={"data": {"kind": "text", "text": text}}))
    assert answer["data"]["labels"] == list(dict.fromkeys(labels))
    assert len(answer["forward"]["h"]) == len(text) - 1


def test_a_batch_of_texts_shares_one_alphabet(client):
    data = {"kind": "text", "text": ["abc", "bcd"]}
    answer = strict_json(client.post(BPTT, json={"data": data}))
    assert shape(answer["data"]["x"]) == (2, 2, 4)
    assert answer["data"]["y"] == [[1, 2], [2, 3]]


def test_a_series_is_standardised_and_linear(client):
    data = {"kind": "series", "values": [1, 2, 3, 4]}
    answer = strict_json(client.post(BPTT, json={"data": data}))
    assert answer["network"]["output"] == "linear"
    assert answer["network"]["output_size"] == 1
    assert answer["data"]["scale"] == pytest.approx({"mean": 2.5, "std": math.sqrt(1.25)})
    assert shape(answer["data"]["y"]) == (3, 1)


@pytest.mark.parametrize(
    ("output", "y", "loss_at", "found"),
    [
        ("softmax", [0, 4], "every", 5),
        ("softmax", [0.0, 4.0], "every", 5),
        ("softmax", 2, "last", 3),
        ("softmax", [0, 2], "last", 3),
        ("linear", [[1, 2, 3], [4, 5, 6]], "every", 3),
        ("linear", [1.5, 2, 3], "last", 3),
        ("sigmoid", [[0, 1], [1, 0.5]], "every", 2),
    ],
)
def test_the_output_size_follows_from_the_targets(client, output, y, loss_at, found):
    data = {"kind": "arrays", "x": [[1], [2]], "y": y, "loss_at": loss_at}
    request = {"data": data, "network": {"output": output}}
    answer = strict_json(client.post(BPTT, json=request))
    assert answer["network"]["output_size"] == found
    assert answer["network"]["output"] == output
    if loss_at == "last":
        assert answer["loss"]["per_step"][0] == 0


@pytest.mark.parametrize("y", [[1, 0], [[1, 0], [0, 1]]])
def test_a_batch_may_have_one_target_for_each_sequence_at_the_last_step(client, y):
    data = {"kind": "arrays", "x": [[[1], [2]], [[3], [4]]], "y": y, "loss_at": "last"}
    answer = strict_json(client.post(BPTT, json={"data": data}))
    assert answer["loss"]["per_step"][0] == 0
    assert answer["loss"]["total"] > 0


def test_an_output_size_may_be_larger_than_the_targets_need(client):
    request = {**HELLO, "network": {"output_size": 12, "hidden_size": 5}}
    answer = strict_json(client.post(BPTT, json=request))
    assert shape(answer["network"]["parameters"]["V"]) == (12, 5)


def test_forward_needs_no_targets_and_answers_with_h_outputs(client):
    data = {"kind": "arrays", "x": [[1, 2], [3, 4]]}
    request = {"data": data, "network": {"hidden_size": 6}}
    answer = strict_json(client.post(FORWARD, json=request))
    assert shape(answer["forward"]["y_hat"]) == (2, 6)
    assert answer["data"]["y"] is None
    assert set(answer) == {"network", "data", "forward", "parameter_count", "overflow"}


@pytest.mark.parametrize("batch", [False, True])
def test_forward_is_the_forward_of_bptt(client, batch):
    request = body(batch, truncate=2, clip={"by": "value", "threshold": 1}, include=ALL)
    forward = strict_json(client.post(FORWARD, json=request))
    assert forward["forward"] == strict_json(client.post(BPTT, json=request))["forward"]
    engine = forward_trace(*engine_of(request))
    np.testing.assert_array_equal(forward["forward"]["h"], engine.forward.h)


def test_only_the_first_input_may_be_seen(client):
    data = {"kind": "arrays", "x": [[1], [2], [3]], "y": [0, 1, 0], "input_at": "first"}
    answer = strict_json(client.post(BPTT, json={"data": data}))
    assert answer["data"]["x"] == [[1.0], [0.0], [0.0]]
    assert answer["data"]["input_at"] == "first"


def test_truncate_keeps_a_band(client):
    answer = strict_json(client.post(BPTT, json={**HELLO, "truncate": 3}))
    for t, row in enumerate(answer["credit"]["dh_norm"]):
        assert all(norm == 0 for norm in row[: max(t - 2, 0)])
        assert all(norm > 0 for norm in row[max(t - 2, 0) :])


@pytest.mark.parametrize("by", ["norm", "matrix", "value"])
def test_clipping_answers_scale_and_norms(client, by):
    request = {**HELLO, "clip": {"by": by, "threshold": 0.01}}
    clipped = strict_json(client.post(BPTT, json=request))["clipped"]
    assert clipped["norm_after"] < clipped["norm_before"]
    scale = {"norm": float, "matrix": dict, "value": type(None)}
    assert type(clipped["scale"]) is scale[by]


def test_float32_is_computed_and_answered_in_float32(client):
    narrow = strict_json(client.post(BPTT, json={**HELLO, "precision": "float32"}))
    wide = strict_json(client.post(BPTT, json=HELLO))
    np.testing.assert_allclose(narrow["forward"]["h"], wide["forward"]["h"], atol=1e-6)
    assert narrow["forward"]["h"] != wide["forward"]["h"]
    single: type = np.float32
    sequence = from_text("hello world", dtype=single)
    parameters = initialize("rnn", 8, 8, 8, Init(), single)
    engine = bptt_trace(Network(parameters=parameters), sequence)
    assert engine.gradients
    sent = np.array(narrow["gradients"]["W"], np.float32)
    np.testing.assert_array_equal(sent, engine.gradients["W"])


def test_overflow_is_null_with_its_first_step(client):
    parameters = {"U": [[1.0]], "W": [[1e200]], "b": [0.0], "V": [[1.0]], "c": [0.0]}
    request = {
        "network": {"activation": "identity", "parameters": parameters},
        "data": {"kind": "arrays", "x": [[1.0]] * 4, "y": [0] * 4},
    }
    answer = strict_json(client.post(BPTT, json=request))
    assert answer["overflow"] == {"step": 3, "what": "a"}
    assert answer["forward"]["h"][1][0] == 1e200
    assert answer["forward"]["h"][2] == [None]
    assert answer["loss"]["total"] is None
    assert answer["gradients"]["W"] == [[None]]
    assert strict_json(client.post(FORWARD, json=request))["overflow"]["step"] == 3


def test_gradcheck_agrees_for_each_parameter(client):
    answer = strict_json(client.post(GRADCHECK, json=body(batch=True)))
    assert answer["ok"] is True
    assert set(answer["parameters"]) == set("UWbVc")
    for check in answer["parameters"].values():
        assert set(check) == {"max_error", "at", "ok", "checked", "kinks"}
        assert check["ok"] is True
        assert check["max_error"] < 1e-6
        assert check["checked"] > 0


def test_the_shortest_sequences_are_served(client):
    strict_json(client.post(BPTT, json={"data": {"kind": "text", "text": "ab"}, "include": ALL}))
    data = {"kind": "text", "text": "aa", "loss_at": "last"}
    strict_json(client.post(BPTT, json={"data": data, "network": {"hidden_size": 1}}))


def test_two_hundred_steps_of_sixty_four_units_go_through_the_threads(client):
    request = {"data": {"kind": "text", "text": "abcdefgh" * 25 + "a"}}
    answer = strict_json(client.post(BPTT, json={**request, "network": {"hidden_size": 64}}))
    assert len(answer["credit"]["dh_norm"][-1]) == 200


def test_a_large_body_is_read_in_the_threads(client):
    x = np.round(np.random.default_rng(0).normal(size=(400, 100)), 6).tolist()
    request = {"data": {"kind": "arrays", "x": x, "y": [0] * 400}, "include": []}
    content = json.dumps(request)
    assert len(content) > 256 * 1024
    answer = strict_json(client.post(BPTT, json=request))
    assert answer["data"]["x"] == x
