# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false, reportOptionalIterable=false
"""An explosion is reported with its first step; it raises nothing and warns of nothing."""

import numpy as np
import pytest

from app.engine.activations import ACTIVATIONS
from app.engine.initialization import INITIALIZERS, Init, initialize
from app.engine.network import Network
from app.engine.overflow import Overflow, first_backward, first_forward
from app.engine.readout import READOUTS
from app.engine.sequences import from_arrays, from_text
from app.engine.trace import INCLUDE, Clip, bptt_trace, forward_trace

EVERYTHING = frozenset(INCLUDE)
SENTENCE = "the quick brown fox jumps over the lazy dog and " * 5


def scalar(W=1.0, U=1.0, V=1.0, activation="identity", output="linear", dtype: type = np.float64):
    parameters = {"U": [[U]], "W": [[W]], "b": [0.0], "V": [[V]], "c": [0.0]}
    parameters = {name: np.array(p, dtype) for name, p in parameters.items()}
    return Network(activation=activation, output=output, parameters=parameters)


def run(network, x, y, **options):
    x, y = np.array(x, float)[:, None], np.array(y, float)[:, None]
    sequence = from_arrays(x, y, dtype=network.dtype, **options)
    return bptt_trace(network, sequence, include=EVERYTHING, clip=Clip())


@pytest.mark.parametrize("activation", ["relu", "identity"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_radius_beyond_one_over_200_steps(activation, dtype):
    sequence = from_text(SENTENCE[:201], dtype=dtype)
    O = sequence.I  # noqa: E741
    parameters = initialize("rnn", O, 16, O, Init(spectral_radius=1.3, seed=1), dtype)
    trace = bptt_trace(
        Network(activation=activation, parameters=parameters), sequence,
        include=EVERYTHING, clip=Clip(),
    )  # fmt: skip
    assert trace.overflow is None
    assert np.isfinite(trace.jacobians.product_norm).all()
    if activation == "identity":
        assert trace.jacobians.product_norm[0] == pytest.approx(1.3**199, rel=1e-3)
        assert trace.credit.dh_norm.max() > 1e20
        assert trace.horizon.doubling == pytest.approx(np.log(2) / np.log(1.3), rel=0.01)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("output", READOUTS)
@pytest.mark.parametrize("scheme", INITIALIZERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("truncate", [None, 5])
def test_nothing_raises_however_large(activation, output, scheme, dtype, truncate):
    parameters = initialize("rnn", 2, 3, 2, Init(scheme, 50.0, 1e4, 3), dtype)
    network = Network(activation=activation, output=output, parameters=parameters)
    rng = np.random.default_rng(0)
    x = 1e3 * rng.normal(size=(2, 60, 2))
    y = rng.integers(0, 2, (2, 60)) if READOUTS[output].classes else rng.uniform(size=(2, 60, 2))
    trace = bptt_trace(
        network, from_arrays(x, y, dtype=dtype), truncate=truncate, include=EVERYTHING, clip=Clip()
    )
    unbounded = ACTIVATIONS[activation].output_range[1] is None
    if unbounded and dtype == np.float32 and activation != "relu":
        assert trace.overflow.what in ("a", "o", "loss")
        assert 2 <= trace.overflow.step <= 20
        forward = forward_trace(network, from_arrays(x, dtype=dtype)).overflow
        assert forward.what in ("a", "o")
        assert forward.step >= trace.overflow.step


def test_the_first_state_to_overflow():
    trace = run(scalar(W=1e100), [1, 0, 0, 0, 0, 0], [0] * 6, loss_at="last")
    assert trace.overflow == Overflow(5, "a")  # (1e100)^3 fits, its 4th power does not
    assert np.isfinite(trace.forward.h[:4]).all()
    assert not np.isfinite(trace.forward.h[4:]).any()


def test_the_output_may_overflow_alone():
    assert run(scalar(U=1e200, V=1e200), [1, 1], [0, 0]).overflow == Overflow(1, "o")


def test_the_loss_may_overflow_alone():
    trace = run(scalar(W=0.0, U=1e160), [0, 1, 1], [0, 0, 0])
    assert trace.overflow == Overflow(2, "loss")
    assert trace.loss.total == np.inf


def test_the_sum_of_losses_may_overflow_alone():
    trace = run(scalar(W=0.0, U=1.3e154), [1, 1, 1], [0, 0, 0])
    assert np.isfinite(trace.loss.per_step).all()
    assert trace.overflow == Overflow(3, "loss")


def test_the_backward_pass_is_searched_from_its_own_start():
    """A state that stays at 0 while its gradient grows a hundred orders a step."""
    trace = run(scalar(W=1e100), [0] * 6, [1] * 6)
    assert trace.overflow == Overflow(2, "dh")
    assert np.isfinite(trace.backward.dh[2:]).all()
    assert not np.isfinite(trace.backward.dh[:2]).any()


def test_sums_after_the_pass_belong_to_step_one():
    trace = run(scalar(W=0.0, U=1e-200, V=1e100), [1e150, 1e150], [1e150, 1e150])
    assert trace.overflow == Overflow(1, "dU")
    assert np.isfinite(trace.backward.da).all()


def test_a_norm_may_overflow_where_every_number_fits():
    H = 64
    parameters = {
        "U": np.zeros((H, 1)), "W": np.zeros((H, H)), "b": np.zeros(H),
        "V": np.full((1, H), 1e30), "c": np.zeros(1),
    }  # fmt: skip
    parameters = {name: p.astype(np.float32) for name, p in parameters.items()}
    trace = run(Network(activation="identity", output="linear", parameters=parameters), [0], [1e8])
    assert np.isfinite(trace.backward.dh).all()
    assert trace.credit.dh_norm[0, 0] == np.inf
    assert trace.overflow == Overflow(1, "credit")


def test_the_norm_of_a_gradient_may_overflow_alone():
    parameters = {
        "U": np.zeros((2, 1)), "W": np.zeros((2, 2)), "b": np.zeros(2),
        "V": np.full((1, 2), 1.5e300), "c": np.zeros(1),
    }  # fmt: skip
    trace = run(Network(activation="identity", output="linear", parameters=parameters), [0], [1e8])
    assert np.isfinite(trace.gradients["b"]).all()
    assert trace.gradient_norms["b"] == np.inf
    assert trace.overflow == Overflow(1, "gradient_norms")


def test_singular_values_may_overflow_alone():
    trace = run(scalar(W=3e38, dtype=np.float32), [0, 0], [0, 0])
    assert trace.overflow is None
    parameters = {
        "U": np.ones((2, 1), np.float32), "W": np.full((2, 2), 3e38, np.float32),
        "b": np.zeros(2, np.float32),
    }  # fmt: skip
    network = Network(activation="relu", output="linear", parameters=parameters)
    silence = from_arrays(np.zeros((2, 1)), np.zeros((2, 2)), dtype=np.float32)
    assert bptt_trace(network, silence).overflow == Overflow(1, "singular_values")


def test_finite_runs_report_nothing():
    assert run(scalar(W=0.5), [1, 2, 3], [0, 0, 0]).overflow is None


def test_squares_may_overflow_without_alarm():
    trace = run(scalar(W=0.0, U=1e200, activation="tanh"), [1, 1], [0, 0])
    assert trace.overflow is None


def test_order_within_a_step():
    good, bad = np.zeros((3, 2)), np.array([[0, 0], [0, np.nan], [np.inf, 0]])
    assert first_forward({"a": good, "h": bad, "o": bad}) == Overflow(2, "h")
    assert first_backward({"do": good, "dh": bad, "da": bad}) == Overflow(3, "dh")
    assert first_forward({"a": good}) is first_backward({}) is None
