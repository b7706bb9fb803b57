# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false, reportOptionalIterable=false
import threading
from dataclasses import replace

import numpy as np
import pytest

from app.engine import bptt
from app.engine import gradcheck as module
from app.engine.activations import ACTIVATIONS
from app.engine.errors import Cancelled, EngineError
from app.engine.network import Network
from app.engine.readout import READOUTS
from app.engine.sequences import LOSS_AT, from_arrays
from app.engine.trace import gradcheck
from tests.engine.oracle import random_network, random_sequence


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("output", READOUTS)
@pytest.mark.parametrize("B", [None, 2])
@pytest.mark.parametrize("truncate", [None, 1, 3])
def test_correct_gradients_pass(activation, output, B, truncate):
    rng = np.random.default_rng(len(activation) * 10 + len(output))
    network = random_network(rng, activation, output, H=3)
    for loss_at in LOSS_AT:
        sequence = random_sequence(rng, network, B=B, T=6, loss_at=loss_at)
        result = gradcheck(network, sequence, truncate=truncate)
        assert result.ok
        assert set(result.parameters) == set(network.parameters)
        for name, check in result.parameters.items():
            assert check.checked + check.kinks == network.parameters[name].size
            assert check.checked > 0
            assert check.max_error is not None
            assert check.max_error < 1e-6
            assert network.parameters[name][check.at].shape == ()


def wrong(name):
    """`run_bptt` with one entry of one gradient off by a thousandth."""
    right = bptt.run_bptt

    def run(*arguments, **options):
        done = right(*arguments, **options)
        gradient = done.gradients[name].copy()
        gradient[(-1,) * gradient.ndim] *= 1.001
        return replace(done, gradients={**done.gradients, name: gradient})

    return run


@pytest.mark.parametrize("name", ["U", "W", "b", "V", "c"])
def test_a_wrong_gradient_is_found_and_placed(monkeypatch, name):
    rng = np.random.default_rng(1)
    network = random_network(rng, H=3)
    sequence = random_sequence(rng, network, T=5, h0=True)
    monkeypatch.setattr(module, "run_bptt", wrong(name))
    result = gradcheck(network, sequence)
    assert not result.ok
    assert [n for n, check in result.parameters.items() if not check.ok] == [name]
    shape = network.parameters[name].shape
    assert result.parameters[name].at == tuple(size - 1 for size in shape)


def test_full_gradient_is_not_that_of_the_band(monkeypatch):
    """The numeric side really is banded: against it the full gradient fails."""
    rng = np.random.default_rng(2)
    network = random_network(rng, "identity", "linear", H=3)
    sequence = random_sequence(rng, network, T=6)
    right = bptt.run_bptt
    monkeypatch.setattr(module, "run_bptt", lambda n, s, _, **options: right(n, s, None, **options))
    assert not gradcheck(network, sequence, truncate=2).parameters["W"].ok


@pytest.mark.parametrize("activation", [name for name, a in ACTIVATIONS.items() if a.kink])
def test_entries_on_a_kink_are_left_out_and_counted(activation):
    """Without input, state and bias every a(t) is 0: U and W cannot move it, b must cross."""
    parameters = {
        "U": np.ones((2, 1)), "W": np.eye(2), "b": np.array([0.0, 0.5]),
        "V": np.ones((1, 2)), "c": np.zeros(1),
    }  # fmt: skip
    network = Network(activation=activation, output="linear", parameters=parameters)
    result = gradcheck(network, from_arrays(np.zeros((4, 1)), np.ones((4, 1))))
    assert result.ok
    assert (result.parameters["b"].checked, result.parameters["b"].kinks) == (1, 1)
    assert result.parameters["b"].at == (1,)
    assert result.parameters["W"].kinks == 1  # W[0,1] lets the second unit push the first


def test_all_on_a_kink_has_no_error_to_show():
    parameters = {"U": np.ones((1, 1)), "W": np.ones((1, 1)), "b": np.zeros(1)}
    network = Network(activation="relu", output="linear", parameters=parameters)
    check = gradcheck(network, from_arrays(np.zeros((2, 1)), np.ones((2, 1)))).parameters["b"]
    assert (check.max_error, check.at, check.ok, check.checked, check.kinks) == (
        None, None, True, 0, 1,
    )  # fmt: skip


def test_large_parameters_are_sampled_the_same_way_each_time():
    rng = np.random.default_rng(3)
    network = random_network(rng, H=12)
    sequence = random_sequence(rng, network, T=3)
    first, again = (gradcheck(network, sequence) for _ in range(2))
    assert first == again
    assert first.parameters["W"].checked == module.SAMPLE < 144
    assert first.parameters["b"].checked == 12


def test_float32_is_checked_in_float64():
    rng = np.random.default_rng(4)
    network = random_network(rng, "tanh", "linear", H=3, dtype=np.float32)
    sequence = random_sequence(rng, network, T=5, B=2, h0=True)
    assert sequence.x.dtype == np.float32
    assert gradcheck(network, sequence).ok


def test_overflow_is_not_ok_but_no_exception():
    parameters = {"U": np.ones((1, 1)), "W": np.full((1, 1), 1e3), "b": np.zeros(1)}
    network = Network(activation="identity", output="linear", parameters=parameters)
    result = gradcheck(network, from_arrays(np.ones((200, 1)), np.ones((200, 1))))
    assert not result.ok
    assert result.parameters["W"].max_error == np.inf


def test_cancel_and_bad_input():
    rng = np.random.default_rng(5)
    network = random_network(rng)
    sequence = random_sequence(rng, network)
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        gradcheck(network, sequence, cancel=cancel)
    with pytest.raises(EngineError, match="truncate is 0"):
        gradcheck(network, sequence, truncate=0)
    with pytest.raises(EngineError, match="y is missing"):
        gradcheck(network, replace(sequence, y=None))
