"""What PyTorch saved gives PyTorch's outputs; the report says what became of each array."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch

from app.engine.sequences import from_arrays
from app.engine.trace import forward_trace
from app.exchange.weights import RECIPE, WeightsError
from tests.exchange.weights.models import (
    CELLS,
    FORMATS,
    KINDS,
    LIMIT,
    load,
    model_of,
    outputs,
    read_weights,
    state_of,
)

TOLERANCE = {torch.float32: 1e-6, torch.float64: 1e-12}
X = np.random.default_rng(1).normal(size=(4, 9, 3))


def run(weights, x=X) -> np.ndarray:
    x = x.astype(weights.network.dtype)
    return forward_trace(weights.network, from_arrays(x, dtype=x.dtype)).forward.o


def becomes(weights) -> dict[str, list[str]]:
    return {entry["name"]: entry["parameters"] for entry in weights.recognised}


def why(weights) -> dict[str, str]:
    return {entry["name"]: entry["why"] for entry in weights.ignored}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_a_state_reproduces_the_outputs(kind, layers, bidirectional, bias, dtype, format):
    options = {"num_layers": layers, "bidirectional": bidirectional, "bias": bias}
    model = model_of(kind, dtype=dtype, **options)
    weights = read_weights(FORMATS[format](state_of(model)), limit=LIMIT)
    wanted = outputs(model, X.astype(str(dtype).removeprefix("torch.")))
    assert weights.network.dtype == wanted.dtype
    assert weights.network.cell == kind
    assert (weights.network.layers, weights.network.bidirectional) == (layers, bidirectional)
    assert weights.network.output == "linear"
    np.testing.assert_allclose(run(weights), wanted, rtol=0, atol=TOLERANCE[dtype])
    assert set(becomes(weights)) == set(model.state_dict())
    assert any("zeros" in note for note in weights.notes) is not bias


def test_a_relu_network_is_right_once_its_activation_is_named():
    model = model_of("rnn", nonlinearity="relu")
    weights = load(state_of(model))
    assert weights.network.activation == "tanh"
    assert any("network.activation" in note for note in weights.notes)
    object.__setattr__(weights.network, "activation", "relu")
    np.testing.assert_allclose(run(weights), outputs(model, X), rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", CELLS)
def test_the_names_of_a_cell_have_no_layer(kind):
    torch.manual_seed(3)
    cell = CELLS[kind](3, 4).double()
    weights = load(state_of(cell))
    state, x, got = None, torch.tensor(X), []
    for t in range(X.shape[1]):
        state = cell(x[:, t], state)
        got.append((state[0] if kind == "lstm" else state).detach().numpy())
    np.testing.assert_allclose(run(weights), np.stack(got, axis=1), rtol=0, atol=1e-12)


@pytest.mark.parametrize("prefix", ["", "rnn.", "model.encoder.lstm.", "module_", "a/b/"])
def test_any_prefix_is_known(prefix):
    state = {f"{prefix}{n}": p for n, p in state_of(torch.nn.GRU(3, 4)).items()}
    weights = load(state)
    assert becomes(weights)[f"{prefix}bias_hh_l0"] == ["b", "b_hn"]
    assert weights.ignored == []


def test_one_bias_of_two_is_taken():
    state = state_of(torch.nn.LSTM(3, 4))
    del state["bias_hh_l0"]
    weights = load(state)
    np.testing.assert_array_equal(weights.network.parameters["b"], state["bias_ih_l0"])
    assert "no bias_hh beside weight_hh_l0: zeros" in weights.notes


def test_what_is_no_part_is_ignored_with_its_reason():
    model = torch.nn.ModuleDict(
        {
            "embedding": torch.nn.Embedding(11, 3),
            "rnn": torch.nn.GRU(3, 5),
            "norm": torch.nn.BatchNorm1d(5),
            "fc": torch.nn.Linear(5, 2),
        }
    )
    weights = load(state_of(model) | {"mask": np.array([True, False])})
    reasons = why(weights)
    assert set(reasons) == {
        "embedding.weight", "mask", "norm.bias", "norm.num_batches_tracked", "norm.running_mean",
        "norm.running_var", "norm.weight",
    }  # fmt: skip
    assert reasons["embedding.weight"] == "reads 3 values; the states have 5"
    assert reasons["mask"] == "holds bool, shape (2)"
    assert becomes(weights)["fc.weight"] == ["V"]


def two_layers() -> dict[str, np.ndarray]:
    low, high = torch.nn.LSTM(3, 4), torch.nn.LSTM(4, 4)
    return {f"low.{n}": p for n, p in state_of(low).items()} | {
        f"high.{n}": p for n, p in state_of(high).items()
    }


def test_of_several_recurrent_layers_one_is_chosen():
    with pytest.raises(WeightsError, match="2 recurrent layers: 'high', 'low'") as caught:
        load(two_layers())
    assert caught.value.field == "prefix"
    weights = load(two_layers(), prefix="high")
    assert weights.network.I == 4
    assert "'low', which was not chosen" in why(weights)["low.weight_ih_l0"]
    for wrong in ("middle", "low,low", ""):
        with pytest.raises(WeightsError, match="is not one of 'high', 'low'"):
            load(two_layers(), prefix=wrong)


def test_several_recurrent_layers_are_stacked_in_the_order_named():
    state = two_layers()
    weights = load(state, prefix="low, high")
    assert (weights.network.layers, weights.network.I) == (2, 3)
    assert becomes(weights)["high.weight_ih_l0"] == ["U_l1"]
    with pytest.raises(WeightsError, match="U_l1 has shape"):
        load(state, prefix="high,low")


@pytest.mark.parametrize("kind", [np.float16, np.int8, np.int64, np.float64])
def test_other_types_are_converted_without_loss(kind):
    rng = np.random.default_rng(0)
    state = {
        "weight_ih_l0": rng.integers(-9, 9, (4, 3)).astype(kind),
        "weight_hh_l0": rng.integers(-9, 9, (4, 4)).astype(kind),
    }
    weights = load(state)
    np.testing.assert_array_equal(weights.network.parameters["U"], state["weight_ih_l0"])
    wide = np.dtype(kind).itemsize == 8
    assert weights.network.dtype == (np.float64 if wide else np.float32)
    assert weights.recognised[0]["dtype"] == np.dtype(kind).name


def test_bfloat16_is_widened_exactly():
    from safetensors.torch import save

    model = torch.nn.RNN(3, 4).to(torch.bfloat16)
    weights = read_weights(save(model.state_dict()), limit=LIMIT)
    wanted = model.state_dict()["weight_ih_l0"].float().numpy()
    np.testing.assert_array_equal(weights.network.parameters["U"], wanted)
    assert weights.recognised[0]["dtype"] == "bfloat16"


def without(name: str):
    return lambda state: state.pop(name)


def with_shape(name: str, *shape: int):
    return lambda state: state.update({name: np.zeros(shape)})


def with_value(name: str, value: float):
    def change(state):
        state[name] = state[name].copy()
        state[name][1, 2] = value

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without("rnn.weight_ih_l0"), "weight_ih is missing beside rnn.weight_hh_l0"),
        (without("rnn.weight_hh_l1"), "weight_hh is missing beside rnn.bias_hh_l1"),
        (without("rnn.weight_hh_l0_reverse"), "weight_hh is missing"),
        (with_shape("rnn.weight_hh_l0", 7, 3), r"rnn.weight_hh_l0 has shape \(7, 3\); of H = 3"),
        (with_shape("rnn.weight_hh_l0", 20), r"shape \(20\); it must have 2 axes"),
        (with_shape("rnn.weight_ih_l0", 19, 3), r"\(19, 3\); with rnn.weight_hh_l0 \(20, 5\) it"),
        (with_shape("rnn.bias_hh_l0", 15), r"must be \(20\)"),
        (with_shape("rnn.weight_ih_l1", 20, 9), r"U_l1 has shape \(20, 9\)"),
        (with_shape("rnn.weight_hr_l0", 3, 5), "projection"),
        (with_value("rnn.weight_hh_l0", np.nan), r"rnn.weight_hh_l0 holds nan at \(1, 2\)"),
        (with_value("rnn.weight_ih_l1", -np.inf), r"holds -inf at \(1, 2\)"),
    ],
)
def test_a_state_that_does_not_fit_is_refused_by_name(change, message):
    state = state_of(model_of("lstm", num_layers=2, bidirectional=True))
    change(state)
    with pytest.raises(WeightsError, match=message):
        load(state)


def test_a_layer_without_its_other_direction_is_refused():
    state = state_of(model_of("lstm", num_layers=2, bidirectional=True))
    mixed = {n: p for n, p in state.items() if not n.endswith("_l1_reverse")}
    with pytest.raises(WeightsError, match="2, 1 directions"):
        load(mixed)
    gap = {n.replace("_l1", "_l2"): p for n, p in state.items()}
    with pytest.raises(WeightsError, match="layer 1 is missing"):
        load(gap)


def test_a_weight_that_holds_no_numbers_is_refused():
    state = state_of(torch.nn.RNN(3, 4)) | {"weight_ih_l0": np.ones((4, 3), bool)}
    with pytest.raises(WeightsError, match="weight_ih_l0 holds bool, not real numbers"):
        load(state)


def test_a_file_without_recurrent_weights_says_what_it_holds():
    with pytest.raises(WeightsError, match="no weight_ih_l0 and weight_hh_l0 in the file, which"):
        load(state_of(torch.nn.Linear(3, 4)))
    many = {f"layer{i}.weight": np.zeros((1, 1)) for i in range(40)}
    with pytest.raises(WeightsError, match="40 in all"):
        load(many)


def test_the_documented_recipe_saves_what_is_read(tmp_path, monkeypatch):
    text = (Path(__file__).parents[3] / "docs" / "weights.md").read_text(encoding="utf-8")
    recipe = re.search(r"```python\n(import torch\n.*?)```", text, re.DOTALL)
    assert recipe
    assert recipe[1] == RECIPE
    monkeypatch.chdir(tmp_path)
    model = model_of("gru", num_layers=2)
    torch.save(model.state_dict(), "model.pt")
    exec(recipe[1], {})
    weights = read_weights(Path("model.safetensors").read_bytes(), limit=LIMIT)
    np.testing.assert_allclose(run(weights), outputs(model, X), rtol=0, atol=1e-12)
