import numpy as np
import pytest

from app.engine.errors import EngineError
from app.engine.network import Network

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
