# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false, reportOptionalIterable=false
"""Forward and BPTT against PyTorch autograd in float64, and against central differences."""

from dataclasses import replace

import numpy as np
import pytest

from app.engine.activations import ACTIVATIONS
from app.engine.errors import EngineError
from app.engine.network import Network
from app.engine.readout import READOUTS
from app.engine.sequences import LOSS_AT, from_arrays
from app.engine.trace import bptt_trace, forward_trace
from tests.engine.oracle import Oracle, assert_close, random_network, random_sequence, values

CASES = [
    pytest.param(activation, output, loss_at, B, id=f"{activation}-{output}-{loss_at}-B{B}")
    for activation in ACTIVATIONS
    for output in READOUTS
    for loss_at in LOSS_AT
    for B in (None, 1, 3)
]


def cases(activation, output, loss_at, B, count=4):
    rng = np.random.default_rng(hash_of(activation, output, loss_at, B))
    for i in range(count):
        network = random_network(rng, activation, output, readout=i != 3)
        yield network, random_sequence(rng, network, B=B, loss_at=loss_at), rng


def hash_of(*words):
    return [ord(letter) for word in words for letter in str(word)]


@pytest.mark.parametrize(("activation", "output", "loss_at", "B"), CASES)
def test_agrees_with_autograd(activation, output, loss_at, B):
    for network, sequence, _ in cases(activation, output, loss_at, B):
        trace = bptt_trace(network, sequence, include=frozenset())
        torch = Oracle(network, sequence)
        for name, ours in (("a", trace.forward.a), ("h", trace.forward.h), ("o", trace.forward.o)):
            assert_close(ours, torch.states(values(getattr(torch, name))), 1e-9, name)
        per_step = [torch.losses[t].item() if t in torch.losses else 0 for t in range(sequence.T)]
        assert_close(trace.loss.per_step, per_step, 1e-9, "loss")
        assert trace.loss.total == pytest.approx(torch.total.item(), rel=1e-12)
        grads = torch.grad(torch.total, list(torch.parameters.values()))
        for name, expected in zip(torch.parameters, grads, strict=True):
            assert_close(trace.gradients[name], expected, 1e-9, f"d{name}")
        back = trace.backward
        for name, ours, tensors in (
            ("do", back.do, torch.o),
            ("dh", back.dh, torch.h),
            ("da", back.da, torch.a),
            ("dx", back.dx, torch.x),
        ):
            assert_close(ours, torch.states(torch.grad(torch.total, tensors)), 1e-9, name)
        dh0 = torch.grad(torch.total, [torch.h0])[0]
        assert_close(back.dh0, dh0 if B is not None else dh0[0], 1e-9, "dh0")


@pytest.mark.parametrize(("activation", "output", "loss_at", "B"), CASES)
def test_agrees_with_central_differences_along_a_random_direction(activation, output, loss_at, B):
    for network, sequence, rng in cases(activation, output, loss_at, B):
        gradients = bptt_trace(network, sequence, include=frozenset()).gradients
        direction = {name: rng.normal(size=p.shape) for name, p in network.parameters.items()}
        slope = sum(float((gradients[name] * d).sum()) for name, d in direction.items())

        def loss(step, network=network, sequence=sequence, direction=direction):
            moved = {name: p + step * direction[name] for name, p in network.parameters.items()}
            moved_network = replace(network, parameters=moved)
            return bptt_trace(moved_network, sequence, include=frozenset()).loss.total

        step = 1e-5
        numeric = (loss(step) - loss(-step)) / (2 * step)
        assert numeric == pytest.approx(slope, rel=1e-6, abs=1e-6 * max(1, loss(0)))


@pytest.mark.parametrize("output", READOUTS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("B", [None, 2])
def test_float32_stays_float32_and_agrees(activation, output, B):
    rng = np.random.default_rng(hash_of(activation, output, B))
    wide = random_network(rng, activation, output)
    sequence = random_sequence(rng, wide, B=B, h0=True)
    narrow = replace(
        wide, parameters={name: p.astype(np.float32) for name, p in wide.parameters.items()}
    )
    y = sequence.y if sequence.y.dtype.kind == "i" else sequence.y.astype(np.float32)
    short = replace(
        sequence, x=sequence.x.astype(np.float32), h0=sequence.h0.astype(np.float32), y=y
    )
    include = {"credit", "jacobians", "shares", "credit_vectors", "jacobian_matrices"}
    expected = bptt_trace(wide, sequence, include=include)
    trace = bptt_trace(narrow, short, include=include)
    for block in ("forward", "backward", "credit", "shares", "jacobians"):
        for name in getattr(trace, block).__dataclass_fields__:
            ours = getattr(getattr(trace, block), name)
            if isinstance(ours, np.ndarray):
                assert ours.dtype == np.float32, f"{block}.{name}"
                assert_close(ours, getattr(getattr(expected, block), name), 1e-4, name)
    assert trace.loss.per_step.dtype == np.float32
    for name, gradient in trace.gradients.items():
        assert gradient.dtype == np.float32
        assert_close(gradient, expected.gradients[name], 1e-4, name)
    assert all(v.dtype == np.float32 for v in trace.credit.vectors.values())


@pytest.mark.parametrize("B", [None, 3])
def test_layout_is_the_callers(B):
    rng = np.random.default_rng(5)
    network = random_network(rng, H=4)
    sequence = random_sequence(rng, network, B=B, T=6)
    trace = bptt_trace(network, sequence)
    batch = () if B is None else (B,)
    assert trace.forward.h.shape == (*batch, 6, 4)
    assert trace.backward.dx.shape == sequence.x.shape
    assert trace.backward.dh0.shape == (*batch, 4)
    assert trace.loss.per_step.shape == (6,)
    assert trace.credit.dh_norm.shape == (6, 6)
    for block in (trace.forward, trace.backward):
        for name in block.__dataclass_fields__:
            array = getattr(block, name)
            assert array is None or array.flags.c_contiguous, name


def test_forward_needs_no_y_and_agrees_with_bptt():
    rng = np.random.default_rng(6)
    network = random_network(rng)
    sequence = random_sequence(rng, network, B=2)
    full = bptt_trace(network, sequence)
    trace = forward_trace(network, replace(sequence, y=None))
    assert np.array_equal(trace.forward.h, full.forward.h)
    assert np.array_equal(trace.forward.y_hat, full.forward.y_hat)
    assert trace.loss is trace.gradients is trace.credit is None
    assert trace.parameter_count == sum(p.size for p in network.parameters.values())


@pytest.mark.parametrize("output", READOUTS)
@pytest.mark.parametrize("B", [None, 2])
def test_last_takes_one_target_or_all(output, B):
    rng = np.random.default_rng(7)
    network = random_network(rng, output=output)
    every = random_sequence(rng, network, B=B, T=5)
    axis = 0 if B is None else 1
    assert every.y is not None
    last = np.take(every.y, -1, axis=axis)
    given = [every.y, last, np.expand_dims(last, axis)]
    losses = [bptt_trace(network, from_arrays(every.x, y, every.h0, "last")).loss for y in given]
    assert losses[0].total == losses[1].total == losses[2].total
    assert (losses[0].per_step[:-1] == 0).all()
    whole = bptt_trace(network, every).loss
    assert losses[0].total == pytest.approx(whole.per_step[-1], rel=1e-12)


def test_only_the_last_target_has_to_be_a_class_when_only_it_counts():
    network = random_network(np.random.default_rng(8))
    x = np.ones((3, network.I))
    assert bptt_trace(network, from_arrays(x, [-1, -1, 0], None, "last")).loss.total > 0
    with pytest.raises(EngineError, match="class -1"):
        bptt_trace(network, from_arrays(x, [-1, -1, 0]))


def test_without_V_the_output_is_the_state():
    rng = np.random.default_rng(9)
    network = random_network(rng, output="linear", readout=False)
    trace = bptt_trace(network, random_sequence(rng, network, T=4))
    assert network.O == network.H
    assert np.array_equal(trace.forward.o, trace.forward.h)
    assert (trace.gradients or {}).keys() == {"U", "W", "b"}


def test_gradient_norms_combine_to_their_total():
    rng = np.random.default_rng(10)
    network = random_network(rng)
    trace = bptt_trace(network, random_sequence(rng, network, T=7))
    for name, gradient in trace.gradients.items():
        assert trace.gradient_norms[name] == pytest.approx(np.linalg.norm(gradient), rel=1e-12)
    flat = np.concatenate([g.ravel() for g in trace.gradients.values()])
    assert trace.gradient_norms["total"] == pytest.approx(np.linalg.norm(flat), rel=1e-12)


def test_missing_y_is_named():
    network = random_network(np.random.default_rng(11))
    with pytest.raises(EngineError, match="y is missing") as caught:
        bptt_trace(network, from_arrays(np.ones((3, network.I))))
    assert caught.value.field == "data.y"


def test_one_unit_one_step_by_hand():
    network = Network(
        output="linear",
        parameters={
            "U": np.array([[2.0]]), "W": np.array([[0.5]]), "b": np.array([0.1]),
            "V": np.array([[3.0]]), "c": np.array([-1.0]),
        },
    )  # fmt: skip
    trace = bptt_trace(network, from_arrays([[0.3]], [[0.5]], [0.2]))
    h = np.tanh(2 * 0.3 + 0.5 * 0.2 + 0.1)
    do = 3 * h - 1 - 0.5
    assert trace.loss.total == pytest.approx(0.5 * do**2)
    assert trace.gradients["W"][0, 0] == pytest.approx(do * 3 * (1 - h * h) * 0.2)
    assert trace.jacobians.spectral_norm[0] == pytest.approx((1 - h * h) * 0.5)
    assert trace.jacobians.product_norm.tolist() == [1.0]
    assert trace.horizon.half_life is trace.horizon.doubling is trace.horizon.r2 is None
