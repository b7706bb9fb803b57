import numpy as np
import pytest

from app.engine.cells import CELLS
from app.engine.errors import EngineError
from app.engine.initialization import initialize
from app.engine.network import Network, parameter_shapes

GOOD = {
    "U": np.ones((4, 3)), "W": np.ones((4, 4)), "b": np.ones(4),
    "V": np.ones((2, 4)), "c": np.ones(2),
}  # fmt: skip


def changed(**parameters):
    merged = {**GOOD, **parameters}
    return {name: p for name, p in merged.items() if p is not None}


def test_sizes_and_count():
    network = Network(parameters=GOOD)
    assert (network.I, network.H, network.O) == (3, 4, 2)
    assert network.parameter_count == 12 + 16 + 4 + 8 + 2
    assert network.dtype == np.float64


def test_without_readout_O_is_H():
    network = Network(parameters=changed(V=None, c=None))
    assert network.O == 4
    assert network.parameter_count == 32


def test_parameters_may_be_lists_of_whole_numbers():
    network = Network(parameters={"U": [[1, 2]], "W": [[1]], "b": [0]})
    assert network.dtype == np.float64
    assert network.I == 2


def test_strided_parameters_are_made_contiguous():
    network = Network(parameters=changed(W=np.arange(16.0).reshape(4, 4).T))
    assert network.parameters["W"].flags.c_contiguous
    assert network.parameters["W"][0].tolist() == [0, 4, 8, 12]


@pytest.mark.parametrize(
    ("parameters", "field", "words"),
    [
        (changed(U=np.ones((5, 3))), "U", ["(5, 3)", "(4, 3)", "W (4, 4)"]),
        (changed(W=np.ones((4, 5))), "W", ["(4, 5)", "square", "(5, 5)"]),
        (changed(b=np.ones(3)), "b", ["(3,)", "(4,)"]),
        (changed(V=np.ones((2, 5))), "V", ["(2, 5)", "(2, 4)"]),
        (changed(c=np.ones(3)), "c", ["(3,)", "(2,)", "V (2, 4)"]),
        (changed(U=np.ones(3)), "U", ["1 axes", "(3,)"]),
        (changed(W=np.ones((1, 4, 4))), "W", ["3 axes"]),
        (changed(b=np.float64(1.0)), "b", ["()", "(4,)"]),
        (changed(U=None), "U", ["missing"]),
        (changed(b=None), "b", ["missing"]),
        (changed(V=None), "V", ["missing", "both or neither"]),
        (changed(c=None), "c", ["missing", "both or neither"]),
        (changed(W_l1=np.ones((4, 4))), "W_l1", ["unknown", "U, W, b, V, c"]),
        (changed(U=np.ones((4, 0))), "U", ["(4, 0)", "empty"]),
        (changed(U=[[1.0], [1.0, 2.0]]), "U", ["different lengths"]),
        (changed(U=np.ones((4, 3), complex)), "U", ["complex128"]),
        (changed(U=[["a"]]), "U", ["float64 or float32"]),
        (changed(b=np.array([0, np.nan, 0, 0])), "b", ["nan", "(1,)"]),
        (changed(U=np.full((4, 3), np.inf)), "U", ["inf", "(0, 0)"]),
        (changed(U=np.ones((4, 3), np.float32)), "U", ["float32", "float64"]),
    ],
)
def test_what_does_not_fit_is_named_with_both_sides(parameters, field, words):
    with pytest.raises(EngineError) as caught:
        Network(parameters=parameters)
    assert caught.value.field == f"network.parameters.{field}"
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("parameters", [None, [1, 2]])
def test_parameters_must_be_a_mapping(parameters):
    with pytest.raises(EngineError) as caught:
        Network(parameters=parameters)
    assert caught.value.field == "network.parameters"


@pytest.mark.parametrize(
    ("field", "value", "known"),
    [
        ("cell", "elman", "rnn"),
        ("activation", "swish", "tanh, sigmoid, relu, leaky_relu, identity"),
        ("activation", ["tanh"], "tanh"),
        ("normalization", "group", "none"),
        ("output", "probit", "softmax, sigmoid, linear"),
    ],
)
def test_names_outside_the_catalogue(field, value, known):
    with pytest.raises(EngineError, match=f"it may be {known}") as caught:
        Network(parameters=GOOD, **{field: value})
    assert caught.value.field == f"network.{field}"


def shaped(cell="rnn", normalization="none", layers=1, bidirectional=False, **changes):
    options = {"layers": layers, "bidirectional": bidirectional, "normalization": normalization}
    shapes = parameter_shapes(cell, 3, 4, 2, **options)
    parameters = {name: np.ones(shape) for name, shape in shapes.items()} | changes
    parameters = {name: p for name, p in parameters.items() if p is not None}
    return Network(cell=cell, parameters=parameters, **options)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    ("layers", "bidirectional"), [(1, False), (3, False), (1, True), (2, True)]
)
def test_sizes_of_composed_networks(cell, layers, bidirectional):
    network = shaped(cell, layers=layers, bidirectional=bidirectional)
    assert (network.I, network.H, network.O) == (3, 4, 2)
    assert network.width == 4 * (1 + bidirectional)
    assert len(network.parts) == layers * (1 + bidirectional)
    assert network.parameters["V"].shape == (2, network.width)
    assert network.composed == (layers > 1 or bidirectional)
    for part in network.parts:
        own = network.layer_parameters(part)
        assert set(own) == set(CELLS[cell].parameter_shapes(1, 1))
        assert own["U"].shape[1] == (network.width if part.layer else 3)


def test_names_are_pytorchs():
    network = shaped("gru", layers=2, bidirectional=True)
    assert list(network.parameters) == [
        "U", "W", "b", "b_hn", "U_l0_reverse", "W_l0_reverse", "b_l0_reverse", "b_hn_l0_reverse",
        "U_l1", "W_l1", "b_l1", "b_hn_l1", "U_l1_reverse", "W_l1_reverse", "b_l1_reverse",
        "b_hn_l1_reverse", "V", "c",
    ]  # fmt: skip
    assert "gamma" in shaped(normalization="layer").parameters
    assert "gamma_U" in shaped(normalization="batch").parameters


@pytest.mark.parametrize(
    ("options", "field", "words"),
    [
        ({"cell": "lstm", "W": np.ones((15, 4))}, "W", ["(15, 4)", "4 gates", "(16, 4)"]),
        ({"cell": "gru", "U": np.ones((16, 3))}, "U", ["(16, 3)", "W (12, 4)", "(12, 3)"]),
        ({"cell": "gru", "b_hn": None}, "b_hn", ["missing", "gru has U, W, b, b_hn, V, c"]),
        ({"cell": "lstm", "b_hn": np.ones(4)}, "b_hn", ["unknown", "lstm has U, W, b, V, c"]),
        ({"layers": 2, "U_l1": np.ones((4, 3))}, "U_l1", ["(4, 3)", "(4, 4)"]),
        ({"layers": 2, "W_l1": None}, "W_l1", ["missing"]),
        ({"bidirectional": True, "V": np.ones((2, 4))}, "V", ["(2, 4)", "(2, 8)"]),
        ({"bidirectional": True, "U_reverse": np.ones((4, 3))}, "U_reverse", ["unknown"]),
        ({"layers": 2, "U_l1": np.ones(4)}, "U_l1", ["1 axes"]),
        ({"normalization": "batch", "gamma_U": np.ones(3)}, "gamma_U", ["(3,)", "(4,)"]),
        ({"normalization": "layer", "gamma": None}, "gamma", ["missing"]),
        ({"gamma": np.ones(4)}, "gamma", ["unknown"]),
    ],
)
def test_parameters_of_composed_networks_are_named(options, field, words):
    with pytest.raises(EngineError) as caught:
        shaped(**options)
    assert caught.value.field == f"network.parameters.{field}"
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("options", "field", "words"),
    [
        ({"layers": 0}, "layers", "layers is 0; it must be a whole number ≥ 1"),
        ({"layers": 1.0}, "layers", "1.0"),
        ({"layers": True}, "layers", "True"),
        ({"bidirectional": 1}, "bidirectional", "it may be true or false"),
        ({"cell": "lstm", "normalization": "batch"}, "normalization", "'batch' with lstm"),
        ({"cell": "gru", "normalization": "layer"}, "normalization", "'layer' with gru"),
    ],
)
def test_compositions_that_are_not(options, field, words):
    for build in (lambda: Network(parameters=GOOD, **options), lambda: drawn(**options)):
        with pytest.raises(EngineError, match=words) as caught:
            build()
        assert caught.value.field == f"network.{field}"


def drawn(cell="rnn", **options):
    return initialize(cell, 3, 4, 2, **options)
