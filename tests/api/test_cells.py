"""Every cell, normalization, depth and direction, through every endpoint, equal to the engine's."""

import json
from typing import Any

import numpy as np
import pytest

from app.engine.cells import CELLS
from app.engine.initialization import Init, initialize
from app.engine.network import NORMALIZATIONS, Network
from app.engine.sequences import from_arrays
from app.engine.trace import Trace, bptt_trace

BPTT, FORWARD, GRADCHECK = "/api/v1/bptt", "/api/v1/forward", "/api/v1/gradcheck"
T, B, I, H, O = 5, 3, 2, 4, 3  # noqa: E741
ALL = ["credit", "jacobians", "shares", "credit_vectors", "jacobian_matrices"]
KINDS: dict[str, dict[str, Any]] = {
    **{cell: {"cell": cell} for cell in CELLS},
    **{f"{name}-norm": {"normalization": name} for name in NORMALIZATIONS if name != "none"},
    **{f"{cell}-two-layers": {"cell": cell, "layers": 2} for cell in CELLS},
    **{f"{cell}-both-ways": {"cell": cell, "bidirectional": True} for cell in CELLS},
    "lstm-two-layers-both-ways": {"cell": "lstm", "layers": 2, "bidirectional": True},
}
HELLO = {"kind": "text", "text": "hello world"}


def strict_json(response):
    assert response.status_code == 200, response.text
    return json.loads(response.content, parse_constant=pytest.fail)


def drawn(kind: dict[str, Any], seed: int = 0) -> dict[str, np.ndarray]:
    options = {name: value for name, value in kind.items() if name != "cell"}
    return initialize(kind.get("cell", "rnn"), I, H, O, Init(seed=seed), **options)


def body(kind: dict[str, Any], batch: bool, **fields: Any) -> dict[str, Any]:
    """Return a request with the caller's own numbers and weights."""
    rng = np.random.default_rng(1)
    lead = (B,) if batch else ()
    parts = kind.get("layers", 1) * (1 + kind.get("bidirectional", False))
    start = (*((parts,) if parts > 1 else ()), *lead, H)
    data = {
        "kind": "arrays",
        "x": rng.normal(size=(*lead, T, I)).tolist(),
        "y": rng.integers(0, O, (*lead, T)).tolist(),
        "h0": rng.normal(size=start).tolist(),
    }
    if kind.get("cell") == "lstm":
        data["cell0"] = rng.normal(size=start).tolist()
    parameters = {name: array.tolist() for name, array in drawn(kind).items()}
    return {"network": {**kind, "parameters": parameters}, "data": data, **fields}


def engine_s(request: dict[str, Any], include: list[str]) -> Trace:
    network = dict(request["network"])
    parameters = {name: np.array(p) for name, p in network.pop("parameters").items()}
    data = request["data"]
    sequence = from_arrays(data["x"], data["y"], data["h0"], cell0=data.get("cell0"))
    return bptt_trace(
        Network(parameters=parameters, **network), sequence, include=frozenset(include)
    )


def batches(name: str) -> list[bool]:
    """Return whether to try with a batch: batch normalization needs one."""
    return [True] if name == "batch-norm" else [False, True]


CASES = [(name, batch) for name in KINDS for batch in batches(name)]


def same(found: Any, expected: np.ndarray) -> None:
    np.testing.assert_array_equal(np.array(found, dtype=float), expected)


@pytest.mark.parametrize(("name", "batch"), CASES)
def test_states_and_gradients_are_the_engine_s_to_the_last_bit(client, name, batch):
    request = body(KINDS[name], batch, include=[])
    answer, engine = strict_json(client.post(BPTT, json=request)), engine_s(request, [])
    assert engine.gradients
    assert engine.backward
    for block, expected in (
        (answer["forward"], engine.forward),
        (answer["backward"], engine.backward),
    ):
        for field, value in block.items():
            if isinstance(value, list) and field != "layers":
                same(value, getattr(expected, field))
    assert set(answer["gradients"]) == set(engine.gradients)
    for parameter, gradient in engine.gradients.items():
        same(answer["gradients"][parameter], gradient)
    assert answer["gradient_norms"] == pytest.approx(engine.gradient_norms)
    assert answer["parameter_count"] == engine.parameter_count


@pytest.mark.parametrize(("name", "batch"), CASES)
def test_what_it_answers_is_what_it_documents(client, name, batch):
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    answer = strict_json(client.post(BPTT, json=body(KINDS[name], batch, include=ALL)))
    for block, model in (
        ("network", "NetworkAnswer"),
        ("data", "DataAnswer"),
        ("forward", "ForwardStates"),
        ("backward", "BackwardAnswer"),
        ("credit", "CreditAnswer"),
        ("jacobians", "JacobiansAnswer"),
        ("horizon", "HorizonAnswer"),
    ):
        assert set(answer[block]) == set(schemas[model]["properties"]), block
    for layer in answer["forward"]["layers"] or []:
        assert set(layer) == set(schemas["LayerStates"]["properties"])
    for layer in answer["credit"]["layers"] or []:
        assert set(layer) == set(schemas["LayerCredit"]["properties"])


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_the_gates_are_named_and_shaped(client, cell, batch):
    lead = (B,) if batch else ()
    answer = strict_json(client.post(BPTT, json=body({"cell": cell}, batch)))
    gates = answer["forward"]["gates"]
    if not CELLS[cell].GATES:
        assert gates is None
    else:
        assert list(gates) == list(CELLS[cell].GATES)
        for values in gates.values():
            assert np.shape(values) == (*lead, T, H)
    stacked = (len(CELLS[cell].GATES) or 1) * H
    assert np.shape(answer["forward"]["a"]) == (*lead, T, stacked)
    assert np.shape(answer["backward"]["da"]) == (*lead, T, stacked)
    has_cell = "cell" in CELLS[cell].STATES
    for block, field in (("forward", "cell"), ("backward", "dcell")):
        values = answer[block][field]
        assert np.shape(values) == (*lead, T, H) if has_cell else values is None
    for block, field in (("data", "cell0"), ("backward", "dcell0")):
        values = answer[block][field]
        assert np.shape(values) == (*lead, H) if has_cell else values is None


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_the_triangle_is_ragged_and_equal_to_the_engine_s(client, cell, batch):
    request = body({"cell": cell}, batch)
    credit = strict_json(client.post(BPTT, json=request))["credit"]
    engine = engine_s(request, ["credit"]).credit
    assert engine
    names = ["dh_norm", "da_norm", "dW_norm", "dU_norm"]
    if "cell" in CELLS[cell].STATES:
        names.append("dcell_norm")
    else:
        assert credit["dcell_norm"] is None
    for name in names:
        assert [len(row) for row in credit[name]] == list(range(1, T + 1))
        for t, row in enumerate(credit[name]):
            same(row, getattr(engine, name)[t, : t + 1])


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_the_vectors_are_those_of_the_engine(client, cell, batch):
    request = body({"cell": cell}, batch, include=["credit_vectors"])
    vectors = strict_json(client.post(BPTT, json=request))["credit"]["vectors"]
    engine = engine_s(request, ["credit_vectors"]).credit
    assert engine
    assert engine.vectors
    assert set(vectors) == {"dh", "da", *(["dcell"] if "cell" in CELLS[cell].STATES else [])}
    for name, rows in vectors.items():
        assert [len(row) for row in rows] == list(range(1, T + 1))
        same(rows[-1], engine.vectors[name][-1])


@pytest.mark.parametrize("cell", CELLS)
def test_layers_have_a_triangle_each(client, cell):
    request = body({"cell": cell, "layers": 2}, batch=False)
    answer = strict_json(client.post(BPTT, json=request))
    layers = answer["credit"]["layers"]
    assert [(each["layer"], each["direction"]) for each in layers] == [
        (0, "forward"),
        (1, "forward"),
    ]
    for each in layers:
        assert [len(row) for row in each["dh_norm"]] == list(range(1, T + 1))
    assert layers[-1]["dh_norm"] == answer["credit"]["dh_norm"]
    states = answer["forward"]["layers"]
    assert [np.shape(each["h"]) for each in states] == [(T, H)] * 2
    assert states[-1]["h"] == answer["forward"]["h"]


@pytest.mark.parametrize("cell", CELLS)
def test_where_every_loss_reaches_every_step_rows_are_full(client, cell):
    kind = {"cell": cell, "layers": 2, "bidirectional": True}
    request = body(kind, batch=False)
    answer = strict_json(client.post(BPTT, json=request))
    lengths = {
        (each["layer"], each["direction"]): [len(row) for row in each["dh_norm"]]
        for each in answer["credit"]["layers"]
    }
    ragged, full = list(range(1, T + 1)), [T] * T
    assert lengths == {
        (0, "forward"): full,
        (0, "reverse"): full,
        (1, "forward"): ragged,
        (1, "reverse"): full,
    }
    engine = engine_s(request, ["credit"]).credit
    assert engine
    assert engine.layers
    for each, expected in zip(answer["credit"]["layers"], engine.layers, strict=True):
        if (each["layer"], each["direction"]) != (1, "forward"):
            same(each["dh_norm"], expected.dh_norm)
    assert np.shape(answer["forward"]["h"]) == (T, 2 * H)
    assert np.shape(answer["network"]["parameters"]["V"]) == (O, 2 * H)


@pytest.mark.parametrize("cell", [cell for cell in CELLS if CELLS[cell].GATES])
def test_the_jacobians_are_of_the_full_state_and_have_their_blocks(client, cell):
    answer = strict_json(client.post(BPTT, json=body({"cell": cell}, batch=False, include=ALL)))
    jacobians, S = answer["jacobians"], len(CELLS[cell].STATES) * H
    assert np.shape(jacobians["matrices"]) == (T, S, S)
    assert jacobians["slope_mean"] is None
    assert list(jacobians["blocks"]) == list(CELLS[cell].GATES)
    W = np.array(answer["network"]["parameters"]["W"])
    for block, own in zip(jacobians["blocks"].values(), np.split(W, len(W) // H), strict=True):
        assert block["spectral_radius"] == pytest.approx(np.abs(np.linalg.eigvals(own)).max())
        assert block["singular_values"] == pytest.approx(np.linalg.svd(own, compute_uv=False))
    radii = [block["spectral_radius"] for block in jacobians["blocks"].values()]
    assert jacobians["spectral_radius"] == pytest.approx(max(radii))


@pytest.mark.parametrize("name", KINDS)
def test_gradcheck_agrees_for_each_parameter(client, name):
    request = body(KINDS[name], batch=True)
    answer = strict_json(client.post(GRADCHECK, json=request))
    assert set(answer["parameters"]) == set(request["network"]["parameters"])
    failed = {n: check for n, check in answer["parameters"].items() if not check["ok"]}
    assert failed == {}
    assert answer["ok"] is True


@pytest.mark.parametrize("name", KINDS)
def test_forward_is_the_forward_of_bptt(client, name):
    request = body(KINDS[name], batch=True)
    forward = strict_json(client.post(FORWARD, json=request))
    assert forward["forward"] == strict_json(client.post(BPTT, json=request))["forward"]


@pytest.mark.parametrize("name", [name for name in KINDS if name != "batch-norm"])
def test_the_network_of_an_answer_can_be_posted_again(client, name):
    first = strict_json(client.post(BPTT, json={"data": HELLO, "network": KINDS[name]}))
    assert first["network"]["layers"] == KINDS[name].get("layers", 1)
    assert first["network"]["bidirectional"] == KINDS[name].get("bidirectional", False)
    again = strict_json(client.post(BPTT, json={"data": HELLO, "network": first["network"]}))
    assert again["loss"] == first["loss"]
    assert again["gradients"] == first["gradients"]
    kept = {n: first["data"][n] for n in ("x", "y", "h0", "cell0", "loss_at")}
    request = {"data": {"kind": "arrays", **kept}, "network": first["network"]}
    assert strict_json(client.post(BPTT, json=request))["loss"] == first["loss"]


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("name", KINDS)
def test_each_is_drawn_by_its_seed_in_both_precisions(client, name, precision):
    data = {"kind": "text", "text": ["hello world", "world hello"]}
    request = {"data": data, "network": KINDS[name], "precision": precision, "include": ALL}
    first, again = (client.post(BPTT, json=request) for _ in range(2))
    assert strict_json(first)["overflow"] is None
    assert first.content == again.content


def test_the_forget_bias_is_where_it_is_asked_for(client):
    init = {"forget_bias": 2.5}
    request = {"data": HELLO, "network": {"cell": "lstm", "hidden_size": 2, "init": init}}
    b = strict_json(client.post(BPTT, json=request))["network"]["parameters"]["b"]
    assert b == [0, 0, 2.5, 2.5, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("kind", "name", "message"),
    [
        ({}, "U_l1", "U_l1 is unknown"),
        ({}, "b_hn", "b_hn is unknown"),
        ({}, "gamma", "gamma is unknown"),
        ({"cell": "lstm"}, "b_hn", "b_hn is unknown"),
        ({"layers": 2}, "U_l2", "U_l2 is unknown"),
        ({"layers": 2}, "U_l1_reverse", "U_l1_reverse is unknown"),
        ({"cell": "gru"}, "gamma_W", "gamma_W is unknown"),
        ({}, "weight_ih_l0", "is not a known parameter"),
        ({}, "U_l0", "is not a known parameter"),
        ({}, "V_l1", "is not a known parameter"),
        ({}, "U_l01", "is not a known parameter"),
        ({}, "u", "is not a known parameter"),
        ({}, "U_l1_backward", "is not a known parameter"),
    ],
)
def test_a_parameter_that_the_network_does_not_have_is_named(client, kind, name, message):
    request = body(kind, batch=False)
    request["network"]["parameters"][name] = [[1.0]]
    if name in ("b_hn", "gamma", "gamma_W"):
        request["network"]["parameters"][name] = [1.0]
    response = client.post(BPTT, json=request)
    assert response.status_code == 422
    error = response.json()["errors"][0]
    assert error["field"] == f"network.parameters.{name}"
    assert message in error["message"]


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ({"cell": "gru"}, "b_hn"),
        ({"layers": 2}, "W_l1"),
        ({"bidirectional": True}, "b_l0_reverse"),
        ({"normalization": "layer"}, "gamma"),
        ({"normalization": "batch"}, "gamma_U"),
    ],
)
def test_a_parameter_that_is_missing_is_named(client, kind, missing):
    request = body(kind, batch=True)
    del request["network"]["parameters"][missing]
    response = client.post(BPTT, json=request)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == f"network.parameters.{missing}"


@pytest.mark.parametrize("cell", CELLS)
def test_a_wrong_shape_comes_with_both_shapes(client, cell):
    request = body({"cell": cell}, batch=False)
    request["network"]["parameters"]["b"].append(0.0)
    response = client.post(BPTT, json=request)
    (error,) = response.json()["errors"]
    rows = len(drawn({"cell": cell})["b"])
    assert error["field"] == "network.parameters.b"
    assert f"({rows + 1},)" in error["message"]
    assert f"({rows},)" in error["message"]


@pytest.mark.parametrize("path", [BPTT, FORWARD, GRADCHECK])
def test_batch_normalization_of_one_sequence_is_refused(client, path):
    request = {"data": HELLO, "network": {"normalization": "batch"}}
    response = client.post(path, json=request)
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["field"] == "network.normalization"
    assert "at least 2 sequences" in error["message"]
    request = {
        "data": {"kind": "text", "text": ["hello", "world"]},
        **{"network": request["network"]},
    }
    assert client.post(path, json=request).status_code == 200


@pytest.mark.parametrize(
    ("cell", "data", "field"),
    [
        ("rnn", {"cell0": [0.0] * 8}, "data.cell0"),
        ("gru", {"cell0": [0.0] * 8}, "data.cell0"),
        ("lstm", {"cell0": [0.0] * 7}, "data.cell0"),
        ("lstm", {"h0": [[0.0] * 8]}, "data.h0"),
    ],
)
def test_a_wrong_initial_state_is_named(client, cell, data, field):
    response = client.post(BPTT, json={"data": {**HELLO, **data}, "network": {"cell": cell}})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == field


def test_a_normalization_that_the_cell_does_not_have_is_refused(client):
    request = {"data": HELLO, "network": {"cell": "lstm", "normalization": "layer"}}
    response = client.post(BPTT, json=request)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "network.normalization"
