"""ONNX's and Keras's files give the same network as PyTorch's, from permutations made by hand."""

import numpy as np
import pytest

from app.exchange.weights import LAYOUTS, WeightsError
from tests.exchange.weights.models import KINDS, keras_state, load, model_of, onnx_state, state_of


def check_same(found, wanted):
    assert found.network.cell == wanted.network.cell
    assert set(found.network.parameters) == set(wanted.network.parameters)
    for name, p in wanted.network.parameters.items():
        np.testing.assert_allclose(found.network.parameters[name], p, rtol=0, atol=1e-15)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_onnx(kind, layers, bidirectional):
    state = state_of(model_of(kind, num_layers=layers, bidirectional=bidirectional))
    found = load(onnx_state(state, kind, bidirectional, layers), "onnx")
    check_same(found, load(state))
    names = {entry["name"]: entry["parameters"] for entry in found.recognised}
    assert names["W"] == (["U", "U_l0_reverse"] if bidirectional else ["U"])


@pytest.mark.parametrize("kind", KINDS)
def test_onnx_without_the_axis_of_directions_and_without_biases(kind):
    state = state_of(model_of(kind, bias=False))
    state |= {f"rnn.bias_{w}h_l0": np.zeros(len(state["rnn.weight_hh_l0"])) for w in "ih"}
    flat = {n: p[0] if n in "WR" else p for n, p in onnx_state(state, kind, False).items()}
    found = load({n: p for n, p in flat.items() if n != "B"}, "onnx")
    check_same(found, load(state))
    assert "no B beside R: zeros" in found.notes


def test_onnx_reset_gate():
    state = onnx_state(state_of(model_of("gru")), "gru", False)
    assert any("linear_before_reset" in note for note in load(state, "onnx").notes)
    said = load(state | {"linear_before_reset": np.array(1)}, "onnx")
    assert not any("linear_before_reset" in note for note in said.notes)
    with pytest.raises(WeightsError, match="linear_before_reset is 0"):
        load(state | {"linear_before_reset": np.array(0)}, "onnx")


def test_onnx_peepholes():
    state = onnx_state(state_of(model_of("lstm")), "lstm", False)
    ignored = load(state | {"P": np.zeros((1, 15))}, "onnx").ignored
    assert [entry["name"] for entry in ignored] == ["P"]
    with pytest.raises(WeightsError, match="peepholes"):
        load(state | {"P": np.ones((1, 15))}, "onnx")


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_keras(kind, bidirectional):
    state = state_of(model_of(kind, bidirectional=bidirectional))
    check_same(load(keras_state(state, kind, bidirectional), "keras"), load(state))


@pytest.mark.parametrize(
    ("forward", "backward"),
    [
        ("bidirectional/forward_lstm/lstm_cell_1", "bidirectional/backward_lstm/lstm_cell_2"),
        ("forward_lstm/cell", "backward_lstm/cell"),
        ("a.forward_forward_x.k", "a.backward_forward_x.k"),
        ("m/bidirectional_1/forward_lstm_1", "m/bidirectional_1/backward_lstm_1"),
    ],
)
def test_keras_directions_under_their_several_names(forward, backward):
    state = state_of(model_of("lstm", bidirectional=True))
    names = {"seq/bidirectional/forward_lstm/cell": forward}
    names["seq/bidirectional/backward_lstm/cell"] = backward
    renamed = {}
    for name, array in keras_state(state, "lstm", True).items():
        path, _, variable = name.rpartition("/")
        renamed[f"{names.get(path, path)}/{variable}"] = array
    check_same(load(renamed, "keras"), load(state))


def test_keras_layers_are_stacked_by_their_names():
    state = state_of(model_of("lstm", num_layers=2))
    one = {n: p for n, p in state.items() if "_l1" not in n}
    two = {n.replace("_l1", "_l0"): p for n, p in state.items() if "_l0" not in n}
    low, high = keras_state(one, "lstm", False), keras_state(two, "lstm", False)
    both = low | {n.replace("seq/lstm", "seq/lstm_1"): p for n, p in high.items()}
    with pytest.raises(WeightsError, match="choose one, or stack"):
        load(both, "keras")
    found = load(both, "keras", prefix="seq/lstm/cell,seq/lstm_1/cell")
    check_same(found, load(state))


def test_keras_variables_of_before_version_3_end_in_a_number():
    state = keras_state(state_of(model_of("gru")), "gru", False)
    check_same(load({f"{n}:0": p for n, p in state.items()}, "keras"), load(state, "keras"))


def test_keras_reset_gate():
    state = keras_state(state_of(model_of("gru")), "gru", False)
    bias = state.pop("seq/gru/cell/bias")
    assert any("reset_after" in note for note in load(state, "keras").notes)
    with pytest.raises(WeightsError, match="reset_after=False"):
        load(state | {"seq/gru/cell/bias": bias[0]}, "keras")


@pytest.mark.parametrize("right", LAYOUTS)
@pytest.mark.parametrize("wrong", LAYOUTS)
def test_the_wrong_layout_is_named(right, wrong):
    state = state_of(model_of("gru"))
    files = {
        "pytorch": state,
        "onnx": onnx_state(state, "gru", False),
        "keras": keras_state(state, "gru", False),
    }
    if right == wrong:
        assert load(files[right], right).network.cell == "gru"
        return
    with pytest.raises(WeightsError, match=f"as layout {right} it would be read"):
        load(files[right], wrong)


@pytest.mark.parametrize(
    ("layout", "change", "message"),
    [
        ("onnx", {"R": np.zeros((3, 15, 5))}, "3 directions"),
        ("onnx", {"R": np.zeros((1, 16, 5))}, "of H = 5 units a plain cell"),
        ("onnx", {"B": np.zeros((1, 15))}, r"must be \(1, 30\)"),
        ("onnx", {"W": np.zeros((15, 3))}, "3 axes"),
        ("onnx", {"W_l0": np.zeros((1, 15, 3))}, "are the same array"),
        ("keras", {"seq/gru/cell/bias": np.zeros((2, 14))}, r"must be \(2, 15\)"),
        ("keras", {"seq/gru/cell/kernel": np.zeros((3, 14))}, r"must be \(3, 15\)"),
        ("keras", {"seq/gru/cell/recurrent_kernel": np.zeros((5, 11))}, "a GRU 3H"),
    ],
)
def test_shapes_that_do_not_fit(layout, change, message):
    state = state_of(model_of("gru"))
    made = onnx_state(state, "gru", False) if layout == "onnx" else keras_state(state, "gru", False)
    with pytest.raises(WeightsError, match=message):
        load(made | change, layout)
