# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false, reportOptionalIterable=false
"""The triangle against T separate autograd calls; its sums, bands and shares."""

import numpy as np
import pytest
import torch

from app.engine import credit as credit_module
from app.engine.activations import ACTIVATIONS
from app.engine.readout import READOUTS
from app.engine.sequences import LOSS_AT
from app.engine.trace import bptt_trace
from tests.engine.oracle import (
    Oracle,
    assert_close,
    random_network,
    random_sequence,
    torch_losses,
)
from tests.engine.test_bptt import hash_of

ALL = frozenset({"credit", "shares", "credit_vectors"})


def case(activation="tanh", output="softmax", loss_at="every", B=None, T=None, H=None):
    rng = np.random.default_rng(hash_of(activation, output, loss_at, B, T))
    network = random_network(rng, activation, output, H=H, readout=rng.random() < 0.8)
    return network, random_sequence(rng, network, B=B, T=T, loss_at=loss_at)


def norms(arrays):
    return [np.linalg.norm(each) for each in arrays]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("output", READOUTS)
@pytest.mark.parametrize("loss_at", LOSS_AT)
@pytest.mark.parametrize("B", [None, 1, 2, 9])
def test_agrees_with_a_call_for_each_loss(activation, output, loss_at, B):
    network, sequence = case(activation, output, loss_at, B, T=7)
    credit = bptt_trace(network, sequence, include=ALL).credit
    untied = Oracle(network, sequence, untied=True)
    T, scale = sequence.T, np.sqrt(untied.B)
    expected = {name: np.zeros((T, T)) for name in ("dh", "da", "dW", "dU")}
    for t, loss in untied.losses.items():
        past = range(t + 1)
        dh = untied.grad(loss, [untied.h[k] for k in past])
        da = untied.grad(loss, [untied.a[k] for k in past])
        expected["dh"][t, : t + 1] = scale * np.array(norms(dh))
        expected["da"][t, : t + 1] = scale * np.array(norms(da))
        for name in "WU":
            shares = untied.grad(loss, [untied.uses[k][name] for k in past])
            expected[f"d{name}"][t, : t + 1] = norms(shares)
        for name, arrays in (("dh", dh), ("da", da)):
            ours = credit.vectors[name][t, : t + 1]
            batched = np.stack(arrays)
            assert_close(ours, batched if B is not None else batched[:, 0], 1e-9, name)
            assert not credit.vectors[name][t, t + 1 :].any()
    for name, array in expected.items():
        assert_close(getattr(credit, f"{name}_norm"), array, 1e-9, name)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss_at", LOSS_AT)
@pytest.mark.parametrize("B", [None, 3])
def test_vectors_add_up_to_the_gradient(activation, loss_at, B):
    network, sequence = case(activation, "softmax", loss_at, B, T=11, H=5)
    trace = bptt_trace(network, sequence, include=ALL)
    for name in ("dh", "da"):
        total = trace.credit.vectors[name].sum(axis=0)  # (T,H) or (T,B,H)
        total = total if B is None else total.swapaxes(0, 1)
        assert_close(total, getattr(trace.backward, name), 1e-12, name)
    da = trace.credit.vectors["da"].reshape(11, 11, -1, 5)
    h, h0 = trace.forward.h, sequence.h0
    h = h if B is not None else h[None]
    start = np.zeros((len(h), 1, 5)) if h0 is None else h0.reshape(len(h), 1, 5)
    h_prev = np.concatenate([start, h[:, :-1]], axis=1)
    dW = np.einsum("tkbi,bkj->ij", da, h_prev)
    assert_close(dW, trace.gradients["W"], 1e-12, "dW")


def windows(network, sequence, truncate):
    """The banded sum in PyTorch: each loss from the state w steps before it, held fixed."""
    full = Oracle(network, sequence)
    for t in full.losses:
        start = t - truncate + 1
        h = full.h0 if start <= 0 else full.h[start - 1].detach()
        steps = range(max(start, 0), t + 1)
        count = len(full.h)
        for k in steps:
            h = full.step(k, h)
        states = dict(zip(steps, zip(full.h[count:], full.a[count:], strict=True), strict=True))
        yield full, torch_losses(network, full.o[-1], full.target(t)), states


@pytest.mark.parametrize("B", [None, 2])
@pytest.mark.parametrize("loss_at", LOSS_AT)
@pytest.mark.parametrize("truncate", [1, 2, 3, 7, 8, 20])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_truncated_band_is_the_sum_of_windows(activation, truncate, loss_at, B):
    network, sequence = case(activation, "linear", loss_at, B, T=8)
    trace = bptt_trace(network, sequence, truncate=truncate, include=ALL)
    sums = {name: np.zeros_like(p) for name, p in network.parameters.items()}
    dh = [0.0 * each for each in np.zeros((8, B or 1, network.H))]
    da = [0.0 * each for each in dh]
    dx = [np.zeros((B or 1, network.I)) for _ in range(8)]
    dh0 = np.zeros((B or 1, network.H))
    for oracle, loss, states in windows(network, sequence, truncate):
        wanted = list(oracle.parameters.values())
        for name, g in zip(oracle.parameters, oracle.grad(loss, wanted), strict=True):
            sums[name] += g
        for k, (h, a) in states.items():
            into_h, into_a = oracle.grad(loss, [h, a])
            dh[k] += into_h
            da[k] += into_a
        for k, g in enumerate(oracle.grad(loss, oracle.x)):
            dx[k] += g
        dh0 += oracle.grad(loss, [oracle.h0])[0]
    for name, expected in sums.items():
        assert_close(trace.gradients[name], expected, 1e-9, name)
    layout = Oracle(network, sequence).states
    for name, expected in (("dh", dh), ("da", da), ("dx", dx)):
        assert_close(getattr(trace.backward, name), layout(expected), 1e-9, name)
    assert_close(trace.backward.dh0, dh0 if B is not None else dh0[0], 1e-9, "dh0")
    t, k = np.indices((8, 8))
    outside = (k > t) | (k < t - truncate + 1)
    for name in ("dh_norm", "da_norm", "dW_norm", "dU_norm"):
        assert not getattr(trace.credit, name)[outside].any()
    full = bptt_trace(network, sequence, include=ALL).credit
    for name in ("dh_norm", "dW_norm", "dU_norm"):
        expected = np.where(outside, 0, getattr(full, name))
        assert_close(getattr(trace.credit, name), expected, 1e-12, name)


@pytest.mark.parametrize("truncate", [6, 7, None])
def test_a_band_as_long_as_the_sequence_changes_nothing(truncate):
    network, sequence = case(B=2, T=6)
    plain = bptt_trace(network, sequence, include=ALL)
    trace = bptt_trace(network, sequence, truncate=truncate, include=ALL)
    assert np.array_equal(trace.backward.dh0, plain.backward.dh0)
    assert np.array_equal(trace.credit.dh_norm, plain.credit.dh_norm)


@pytest.mark.parametrize("truncate", [None, 2])
@pytest.mark.parametrize("B", [None, 1, 4])
@pytest.mark.parametrize("output", READOUTS)
def test_shares_are_those_of_an_untied_network(output, B, truncate):
    network, sequence = case("tanh", output, "every", B, T=6)
    trace = bptt_trace(network, sequence, truncate=truncate, include=ALL)
    if truncate is None:
        untied = Oracle(network, sequence, untied=True)
        for name in "UWV":
            if name not in network.parameters:
                assert trace.shares.V is None
                continue
            parts = untied.grad(untied.total, [use[name] for use in untied.uses])
            assert_close(getattr(trace.shares, name), norms(parts), 1e-9, name)
            assert_close(sum(parts), trace.gradients[name], 1e-12, f"sum of {name}")
    da, h = trace.backward.da, trace.forward.h
    da, x = (a if B is not None else a[None] for a in (da, sequence.x))
    assert h.shape == trace.backward.dh.shape
    parts = np.einsum("bth,bti->thi", da, x)
    assert_close(trace.shares.U, norms(parts), 1e-12, "U")
    assert_close(parts.sum(axis=0), trace.gradients["U"], 1e-12, "sum of U")


def test_batch_norm_is_the_root_mean_square_of_each_sequence():
    network, batch = case(B=5, T=6)
    credit = bptt_trace(network, batch).credit
    alone = []
    for i in range(5):
        h0 = None if batch.h0 is None else batch.h0[i]
        single = type(batch)(batch.x[i], batch.y[i], h0)
        alone.append(bptt_trace(network, single).credit.dh_norm)
    assert_close(credit.dh_norm, np.sqrt(np.mean(np.square(alone), axis=0)), 1e-12)


@pytest.mark.parametrize("truncate", [None, 3])
@pytest.mark.parametrize("B", [None, 2])
def test_short_stretches_give_the_same_triangle(monkeypatch, B, truncate):
    network, sequence = case(B=B, T=12, H=3)
    expected = bptt_trace(network, sequence, truncate=truncate, include=ALL).credit
    monkeypatch.setattr(credit_module, "STRETCH", 1)
    credit_module.band.cache_clear()
    credit = bptt_trace(network, sequence, truncate=truncate, include=ALL).credit
    for name in ("dh_norm", "da_norm", "dW_norm", "dU_norm"):
        assert_close(getattr(credit, name), getattr(expected, name), 1e-14, name)
    assert_close(credit.vectors["dh"], expected.vectors["dh"], 1e-14)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_vanished_is_small_but_not_zero(dtype):
    """Norms far below the square root of the smallest number are still themselves."""
    rng = np.random.default_rng(0)
    network = random_network(rng, "identity", "linear", H=3)
    shrink = 1e-3 if dtype is np.float64 else 1e-1
    parameters = {name: p.astype(dtype) for name, p in network.parameters.items()}
    parameters["W"] = np.eye(3, dtype=dtype) * dtype(shrink)
    network = type(network)(activation="identity", output="linear", parameters=parameters)
    T = 90 if dtype is np.float64 else 32
    trace = bptt_trace(network, random_sequence(rng, network, T=T, loss_at="last"))
    row = trace.credit.dh_norm[-1]
    assert (row > 0).all()
    assert_close(row[:-1] / row[1:], np.full(T - 1, shrink), 1e-5)
    assert trace.horizon.half_life == pytest.approx(np.log(0.5) / np.log(shrink), rel=1e-5)
    assert trace.horizon.zeros == 0


def test_norms_are_the_norms_of_the_vectors():
    network, sequence = case(B=3, T=9)
    credit = bptt_trace(network, sequence, include=ALL).credit
    vectors = torch.tensor(credit.vectors["da"])
    expected = np.sqrt(3) * torch.linalg.vector_norm(vectors, dim=(2, 3)).numpy()
    assert_close(credit.da_norm, expected, 1e-13)


def test_vectors_alone_bring_the_triangle():
    network, sequence = case(T=4)
    trace = bptt_trace(network, sequence, include={"credit_vectors"})
    assert trace.credit is not None
    assert trace.horizon is not None
    assert bptt_trace(network, sequence, include=frozenset()).credit is None
