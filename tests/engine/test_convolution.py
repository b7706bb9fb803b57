"""The causal convolution against PyTorch's conv1d, its gradients, its receptive field."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.activations import ACTIVATIONS, LEAK
from app.engine.convolution import (
    SCHEMES,
    Convolution,
    convolve,
    draw_parameters,
    parameter_shapes,
    receptive_field,
)
from app.engine.errors import EngineError
from app.engine.initialization import Init
from app.engine.readout import READOUTS
from app.engine.sequences import from_arrays, from_text

PHI = {
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "leaky_relu": lambda a: torch.nn.functional.leaky_relu(a, LEAK),
    "identity": lambda a: a,
}


def drawn(I=3, H=4, O=2, K=3, layers=1, seed=0, dtype=np.float64, **options):  # noqa: E741
    shapes = parameter_shapes(I, H, O, K, layers)
    parameters = draw_parameters(shapes, Init(scheme="xavier", seed=seed), dtype)
    return Convolution(parameters, layers=layers, **options)


def data(T=7, B=None, I=3, O=2, output="softmax", seed=1, **options):  # noqa: E741
    rng = np.random.default_rng(seed)
    batch = () if B is None else (B,)
    x = rng.standard_normal((*batch, T, I))
    y = rng.integers(0, O, (*batch, T))
    if output != "softmax":
        y = rng.uniform(0, 1, (*batch, T, O))
    return from_arrays(x, y, **options)


def grad_of(parameter):
    return parameter.grad.numpy()


def norms_of(network, sequence):
    """Return the triangle."""
    norms = convolve(network, sequence).dx_norm
    assert norms is not None
    return norms


def torch_run(network, sequence):
    """Return o (B,T,O), x and the parameters, as PyTorch computes with its own conv1d."""
    p = {n: torch.tensor(a, requires_grad=True) for n, a in network.parameters.items()}
    x = torch.tensor(sequence.x if sequence.B else sequence.x[None], requires_grad=True)
    h = x.transpose(1, 2)
    for layer in range(network.layers):
        end, apart = f"_l{layer}" if layer else "", network.dilation**layer
        padded = torch.nn.functional.pad(h, ((network.K - 1) * apart, 0))
        a = torch.nn.functional.conv1d(padded, p[f"U{end}"], p[f"b{end}"], dilation=apart)
        h = PHI[network.activation](a)
    return h.transpose(1, 2) @ p["V"].T + p["c"], x, p


def torch_losses(network, sequence, o):
    """Return L(t), a mean over the batch."""
    y = torch.tensor(sequence.y if sequence.B else sequence.y[None])
    if network.output == "softmax":
        each = torch.nn.functional.cross_entropy(o.transpose(1, 2), y, reduction="none")
    elif network.output == "sigmoid":
        logits = torch.nn.functional.binary_cross_entropy_with_logits
        each = logits(o, y, reduction="none").sum(-1)
    else:
        each = 0.5 * ((o - y) ** 2).sum(-1)
    mask = torch.zeros(sequence.T)
    mask[list(sequence.loss_steps)] = 1
    return each.mean(0) * mask


@pytest.mark.parametrize("output", READOUTS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("B", [None, 3])
def test_states_losses_and_gradients_are_pytorchs(output, activation, B):
    network = drawn(layers=2, dilation=2, activation=activation, output=output)
    sequence = data(B=B, output=output)
    found = convolve(network, sequence)
    assert found.per_step is not None
    assert found.dx is not None
    assert found.gradients is not None
    o, x, p = torch_run(network, sequence)
    losses = torch_losses(network, sequence, o)
    losses.sum().backward()
    assert x.grad is not None
    shaped = o.detach().numpy() if B else o.detach().numpy()[0]
    np.testing.assert_allclose(found.o, shaped, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.per_step, losses.detach().numpy(), rtol=0, atol=1e-12)
    for name, gradient in found.gradients.items():
        np.testing.assert_allclose(gradient, grad_of(p[name]), rtol=0, atol=1e-12, err_msg=name)
    dx = x.grad.numpy() if B else x.grad.numpy()[0]
    np.testing.assert_allclose(found.dx, dx, rtol=0, atol=1e-12)


@settings(deadline=None, max_examples=30)
@given(
    T=st.integers(1, 9), K=st.integers(1, 4), layers=st.integers(1, 3), dilation=st.integers(1, 3),
    B=st.sampled_from([None, 1, 3]), loss_at=st.sampled_from(["every", "last"]),
)  # fmt: skip
def test_every_item_is_the_gradient_of_one_loss_at_one_input(T, K, layers, dilation, B, loss_at):
    network = drawn(K=K, layers=layers, dilation=dilation)
    sequence = data(T=T, B=B, loss_at=loss_at)
    found = norms_of(network, sequence)
    o, x, _ = torch_run(network, sequence)
    losses = torch_losses(network, sequence, o)
    for t in range(T):
        (dx,) = torch.autograd.grad(losses[t], x, retain_graph=True)
        expected = dx.norm(dim=(0, 2)).numpy() * (B or 1) ** 0.5
        np.testing.assert_allclose(found[t], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("K", "layers", "dilation"), [(1, 3, 2), (3, 1, 1), (2, 4, 2), (3, 2, 3)])
def test_an_output_sees_its_receptive_field_and_no_more(K, layers, dilation):
    network, sequence = drawn(K=K, layers=layers, dilation=dilation), data(T=20)
    size = receptive_field(K, layers, dilation)
    assert network.receptive_field == size
    norms = norms_of(network, sequence)
    row = norms[19]
    assert (row[: max(0, 20 - size)] == 0).all()
    assert row[19] > 0
    assert row[20 - min(size, 20)] > 0
    assert (np.triu(norms, 1) == 0).all()


def test_nothing_of_the_future_is_seen():
    network, sequence = drawn(layers=2), data(T=9)
    changed = sequence.x.copy()
    changed[5:] += 1
    before = convolve(network, sequence).o
    after = convolve(network, from_arrays(changed, sequence.y)).o
    np.testing.assert_array_equal(before[:5], after[:5])
    assert (before[5:] != after[5:]).any()


def test_without_targets_it_runs_forward_only():
    found = convolve(drawn(), from_arrays(np.ones((4, 3))))
    assert found.h.shape == (4, 4)
    assert found.gradients is None
    assert found.dx_norm is None


def test_a_text_is_convolved_like_any_sequence():
    sequence = from_text("hello world")
    network = drawn(I=sequence.I, O=sequence.I)
    assert norms_of(network, sequence).shape == (10, 10)


def test_an_overflow_is_told_not_raised():
    network = drawn(activation="identity", output="linear")
    network.parameters["U"][...] = 1
    found = convolve(network, from_arrays(np.full((5, 3), 1e308), np.zeros((5, 2))))
    assert found.overflow is not None
    assert (found.overflow.step, found.overflow.what) == (1, "h")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_drawn_kernels_are_reproducible_and_scaled(scheme):
    shapes = parameter_shapes(5, 40, 3, 3)
    one = draw_parameters(shapes, Init(scheme=scheme, seed=4))
    again = draw_parameters(shapes, Init(scheme=scheme, seed=4, gain=2.0))
    np.testing.assert_array_equal(2 * one["U"], again["U"])
    assert not one["b"].any()


@pytest.mark.parametrize(
    ("field", "make"),
    [
        ("network.init.scheme", lambda: draw_parameters({}, Init(scheme="identity"))),
        ("network.layers", lambda: drawn(layers=1).__class__({}, layers=0)),
        ("network.dilation", lambda: drawn(dilation=True)),
        ("network.activation", lambda: drawn(activation="swish")),
        ("network.output", lambda: drawn(output="argmax")),
        ("network.parameters.b_l1", lambda: Convolution(
            {n: p for n, p in drawn(layers=2).parameters.items() if n != "b_l1"}, layers=2)),
        ("network.parameters.W", lambda: Convolution({**drawn().parameters, "W": np.eye(4)})),
        ("network.parameters.b", lambda: Convolution({**drawn().parameters, "b": np.ones(5)})),
        ("network.parameters.U", lambda: Convolution({**drawn().parameters, "U": np.eye(4)})),
        ("data.x", lambda: convolve(drawn(), data(I=5))),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(field, make):
    with pytest.raises(EngineError) as refused:
        make()
    assert refused.value.field == field
