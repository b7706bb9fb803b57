"""What passes, what does not, and how shapes, zeros and rounded numbers are told."""

import numpy as np
import pytest

from app.engine.errors import EngineError
from app.engine.network import Network
from app.engine.sequences import from_arrays
from app.exchange.grading import grade
from tests.exchange.grading.homework import bptt, make

CASE = make()
RIGHT = bptt(*CASE)


def with_error(error: float) -> dict[str, np.ndarray]:
    W = RIGHT["W"].copy()
    W[2, 1] += error * np.abs(W).max()
    return RIGHT | {"W": W}


def test_the_largest_error_is_relative_and_has_its_place():
    found = grade(*CASE, with_error(1e-3)).parameters["W"]
    assert found.max_error == pytest.approx(1e-3)
    assert found.at == (2, 1)
    assert not found.ok
    assert found.expected == pytest.approx(RIGHT["W"][2, 1])
    assert found.given == pytest.approx(RIGHT["W"][2, 1] + 1e-3 * np.abs(RIGHT["W"]).max())


def test_the_tolerance_decides():
    assert grade(*CASE, with_error(0.9e-5)).ok
    assert not grade(*CASE, with_error(1.1e-5)).ok
    assert grade(*CASE, with_error(1e-3), tolerance=2e-3).ok


def test_float32_gradients_pass():
    assert grade(*CASE, {name: g.astype(np.float32) for name, g in RIGHT.items()}).ok


def test_zeros_are_told_as_such_and_as_nothing_else():
    found = grade(*CASE, RIGHT | {"U": np.zeros((4, 3)), "b": np.zeros(4)})
    assert [(d.mistake, d.explains) for d in found.diagnosis] == [("zero", ["U", "b"])]


def test_what_is_too_small_to_be_told_from_zero_is_zero():
    tiny = np.random.default_rng(0).normal(size=(4, 4)) * 1e-12
    found = grade(*CASE, RIGHT | {"W": tiny})
    assert [(d.mistake, d.explains) for d in found.diagnosis] == [("zero", ["W"])]


@pytest.mark.parametrize("decimals", [2, 3, 4])
def test_rounded_numbers_are_told_with_their_decimals(decimals):
    rounded = {name: np.round(g, decimals) for name, g in RIGHT.items()}
    found = grade(*CASE, rounded)
    assert [d.mistake for d in found.diagnosis] == ["rounded"]
    assert found.diagnosis[0].values == {"decimals": decimals}
    assert grade(*CASE, rounded, tolerance=0.1).ok


def test_shapes_are_told():
    shapes = {
        "U": np.ones((2, 2)),
        "W": RIGHT["W"][None] * np.ones((5, 1, 1)) / 5,
        "b": RIGHT["b"][:, None],
        "V": RIGHT["V"].T,
        "c": np.float64(3.0),
    }
    found = grade(*CASE, {name: np.asarray(g) for name, g in shapes.items()})
    others = {d.mistake: d.explains for d in found.diagnosis if d.mistake != "wrong_shape"}
    assert others == {"not_summed": ["W"], "transposed": ["V"]}
    wrong = [d for d in found.diagnosis if d.mistake == "wrong_shape"]
    assert [d.explains for d in wrong] == [["U"], ["b"], ["c"]]
    assert wrong[0].message == "U: has shape [2, 2]; it must be [4, 3]"
    assert all(each.max_error is None and not each.ok for each in found.parameters.values())


def test_what_is_absent_is_not_graded():
    found = grade(*CASE, {"V": RIGHT["V"]})
    assert found.ok
    assert list(found.parameters) == ["V"]
    assert found.ungraded == ["U", "W", "b", "c"]


def test_names_are_checked():
    with pytest.raises(EngineError, match="Whh is unknown; the network has U, W, b, V, c"):
        grade(*CASE, {"Whh": RIGHT["W"]})
    with pytest.raises(EngineError, match="no gradient is given"):
        grade(*CASE, {})


def test_an_explosion_cannot_be_graded():
    parameters = {"U": [[1.0]], "W": [[1e200]], "b": [0.0]}
    network = Network(activation="identity", output="linear", parameters=parameters)
    sequence = from_arrays([[1.0]] * 4, [[0.0]] * 4)
    with pytest.raises(EngineError, match="overflows"):
        grade(network, sequence, {"W": np.ones((1, 1))})


@pytest.mark.parametrize("T", [1, 2])
@pytest.mark.parametrize("wrong", [1.0, -3.0])
def test_the_shortest_sequences_of_the_smallest_network(T, wrong):
    parameters = {"U": [[0.5]], "W": [[0.9]], "b": [0.1]}
    network = Network(output="linear", parameters=parameters)
    sequence = from_arrays([[1.0]] * T, [[0.3]] * T)
    found = grade(network, sequence, {"W": np.full((1, 1), wrong)})
    assert not found.ok
    assert found.diagnosis == []


@pytest.mark.parametrize("normalization", ["layer", "batch"])
def test_normalized_networks_are_graded_too(normalization):
    from app.engine.bptt import run_bptt
    from tests.engine.composed import random_composed, random_data

    rng = np.random.default_rng(1)
    network = random_composed(rng, "rnn", normalization)
    sequence = random_data(rng, network, B=3)
    right = run_bptt(network, sequence).gradients
    assert grade(network, sequence, right).ok
    found = grade(network, sequence, {name: -g for name, g in right.items()})
    assert [d.mistake for d in found.diagnosis] == ["wrong_sign"]
    assert len(found.diagnosis[0].explains) == len(right)


def test_two_numbers_of_two_classes_say_nothing_of_a_factor():
    """∂L/∂c of a softmax over two classes is one number twice, with either sign."""
    assert RIGHT["c"][0] == pytest.approx(-RIGHT["c"][1])
    found = grade(*CASE, RIGHT | {"c": np.array([0.123456789, -0.123456789])})
    assert not found.ok
    assert found.diagnosis == []
