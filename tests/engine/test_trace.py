# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false, reportOptionalIterable=false
"""The entry points: what they refuse, what they can be told, when they stop."""

import threading

import numpy as np
import pytest

from app.engine import credit, jacobians, unroll
from app.engine.errors import Cancelled, EngineError
from app.engine.trace import DEFAULT_INCLUDE, INCLUDE, Clip, bptt_trace, forward_trace
from tests.engine.oracle import random_network, random_sequence


def case(T=6, B=None):
    rng = np.random.default_rng(T)
    network = random_network(rng)
    return network, random_sequence(rng, network, T=T, B=B)


@pytest.mark.parametrize("truncate", [0, -3, 1.0, True, "2"])
def test_bad_truncate(truncate):
    with pytest.raises(EngineError, match="whole number ≥ 1") as caught:
        bptt_trace(*case(), truncate=truncate)
    assert caught.value.field == "truncate"


@pytest.mark.parametrize("name", ["Credit", "", "jacobian"])
def test_unknown_include(name):
    with pytest.raises(EngineError, match="credit, jacobians, shares") as caught:
        bptt_trace(*case(), include={name})
    assert caught.value.field == "include"


@pytest.mark.parametrize("name", INCLUDE)
def test_each_block_can_be_asked_for_alone(name):
    trace = bptt_trace(*case(), include={name})
    present = {
        "credit": trace.credit is not None,
        "shares": trace.shares is not None,
        "jacobians": trace.jacobians is not None,
    }
    kind = {"credit_vectors": "credit", "jacobian_matrices": "jacobians"}.get(name, name)
    assert present == {block: block == kind for block in present}
    assert (trace.horizon is not None) == (kind == "credit")
    assert (trace.credit is not None and trace.credit.vectors is not None) == (
        name == "credit_vectors"
    )


def test_defaults():
    trace = bptt_trace(*case())
    assert {"credit", "jacobians"} == DEFAULT_INCLUDE
    assert trace.credit.vectors is trace.shares is trace.clipped is trace.overflow is None
    assert trace.jacobians.matrices is None


def test_clip_is_carried_out_beside_the_gradients():
    trace = bptt_trace(*case(), clip=Clip("norm", 1e-3))
    assert trace.clipped.norm_before == pytest.approx(trace.gradient_norms["total"])
    assert trace.clipped.norm_after == pytest.approx(1e-3)


class SetLater(threading.Event):
    """An event that is found set at its n-th reading."""

    def __init__(self, readings):
        super().__init__()
        self.left = readings

    def is_set(self):
        self.left -= 1
        return self.left < 0


@pytest.mark.parametrize("reading", range(12))
def test_cancel_stops_every_stage(reading):
    """A hundred steps are read often enough that each stage can be stopped."""
    network, sequence = case(T=100)
    with pytest.raises(Cancelled):
        bptt_trace(network, sequence, cancel=SetLater(reading))


def test_an_event_that_is_never_set_changes_nothing():
    network, sequence = case(T=40)
    calm = bptt_trace(network, sequence, cancel=threading.Event())
    assert np.array_equal(calm.backward.dh, bptt_trace(network, sequence).backward.dh)
    with pytest.raises(Cancelled):
        forward_trace(network, sequence, cancel=SetLater(1))


def test_inputs_are_left_alone():
    network, sequence = case(T=8, B=2)
    x = sequence.x.copy()
    parameters = {name: p.copy() for name, p in network.parameters.items()}
    trace = bptt_trace(network, sequence, include=set(INCLUDE), clip=Clip("value", 1e-9))
    assert np.array_equal(sequence.x, x)
    for name, p in parameters.items():
        assert np.array_equal(network.parameters[name], p)
        assert not np.shares_memory(trace.gradients[name], network.parameters[name])


def test_two_runs_share_nothing():
    network, sequence = case(T=8)
    first = bptt_trace(network, sequence)
    kept = first.credit.dh_norm.copy()
    second = bptt_trace(network, sequence)
    second.credit.dh_norm[:] = 0
    second.forward.h[:] = 0
    assert np.array_equal(first.credit.dh_norm, kept)
    assert np.array_equal(bptt_trace(network, sequence).credit.dh_norm, kept)


@pytest.mark.parametrize("module", [unroll, credit, jacobians])
def test_public_functions_tell_their_shapes(module):
    own = [f for f in vars(module).values() if getattr(f, "__module__", "") == module.__name__]
    for function in own:
        if not getattr(function, "__name__", "_").startswith("_"):
            assert function.__doc__, function
