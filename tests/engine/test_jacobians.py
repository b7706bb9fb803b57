# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false, reportOptionalIterable=false
import numpy as np
import pytest
import torch

from app.engine.activations import ACTIVATIONS
from app.engine.jacobians import spectral_norms
from app.engine.network import Network
from app.engine.sequences import Sequence, from_arrays
from app.engine.trace import bptt_trace
from tests.engine.oracle import TORCH_ACTIVATIONS, assert_close, random_network, random_sequence

ALL = frozenset({"jacobians", "jacobian_matrices"})


def torch_jacobians(network, sequence):
    """∂h(j)/∂h(j-1) of an unbatched sequence by autograd, (T,H,H)."""
    p = {name: torch.tensor(value) for name, value in network.parameters.items()}
    phi = TORCH_ACTIVATIONS[network.activation]
    h = torch.zeros(network.H, dtype=torch.float64)
    h = h if sequence.h0 is None else torch.tensor(sequence.h0)
    found = []
    for x in torch.tensor(sequence.x):

        def step(h_prev, x=x):
            return phi(p["U"] @ x + p["W"] @ h_prev + p["b"])

        found.append(torch.autograd.functional.jacobian(step, h))
        h = step(h)
    return torch.stack(found)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("T", "H"), [(1, 1), (1, 4), (5, 1), (9, 4), (20, 7)])
def test_norms_agree_with_torch(activation, T, H):
    rng = np.random.default_rng([T, H])
    network = random_network(rng, activation, H=H)
    sequence = random_sequence(rng, network, T=T)
    found = bptt_trace(network, sequence, include=ALL).jacobians
    J = torch_jacobians(network, sequence)
    assert_close(found.matrices, J, 1e-12)
    assert_close(found.spectral_norm, torch.linalg.matrix_norm(J, ord=2), 1e-12)
    product, norms = torch.eye(H, dtype=torch.float64), []
    for k in reversed(range(T)):
        norms.insert(0, torch.linalg.matrix_norm(product, ord=2).item())
        product = product @ J[k]
    assert found.product_norm == pytest.approx(np.array(norms), rel=1e-10, abs=1e-300)
    assert found.product_norm[-1] == 1
    W = torch.tensor(network.parameters["W"])
    assert_close(found.singular_values, torch.linalg.svdvals(W), 1e-12)
    assert found.spectral_radius == pytest.approx(torch.linalg.eigvals(W).abs().max().item())
    slopes = ACTIVATIONS[activation].slope(*states(network, sequence))
    assert_close(found.slope_mean, slopes.mean(axis=1), 1e-12)


def states(network, sequence):
    forward = bptt_trace(network, sequence).forward
    return forward.a, forward.h


def test_a_batch_shows_its_first_sequence():
    rng = np.random.default_rng(2)
    network = random_network(rng, H=3)
    batch = random_sequence(rng, network, B=4, T=6, h0=True)
    first = Sequence(batch.x[0], batch.y[0], batch.h0[0])
    ours, expected = (bptt_trace(network, s, include=ALL).jacobians for s in (batch, first))
    for name in ("spectral_norm", "slope_mean", "product_norm", "matrices"):
        assert_close(getattr(ours, name), getattr(expected, name), 1e-13, name)


def identity_network(W, dtype: type = np.float64):
    H = len(W)
    parameters = {"U": np.ones((H, 1)), "W": W, "b": np.zeros(H)}
    parameters = {name: p.astype(dtype) for name, p in parameters.items()}
    return Network(activation="identity", output="linear", parameters=parameters)


def silent(T, H, dtype: type = np.float64):
    """No input at all: only the Jacobians are large or small."""
    return from_arrays(np.zeros((T, 1)), np.zeros((T, H)), dtype=dtype)


@pytest.mark.parametrize("radius", [1e-5, 0.1, 1.3, 1e3, 1e30])
def test_long_products_neither_over_nor_underflow_early(radius):
    T = 200
    found = bptt_trace(identity_network(radius * np.eye(3)), silent(T, 3)).jacobians
    exponents = (T - 1 - np.arange(T)) * np.log10(radius)
    shown = np.abs(exponents) < 300
    assert np.log10(found.product_norm[shown]) == pytest.approx(exponents[shown], abs=1e-9)
    assert (found.product_norm[exponents > 309] == np.inf).all()
    assert (found.product_norm[exponents < -330] == 0).all()


def test_float32_products_overflow_to_inf_and_say_so():
    trace = bptt_trace(identity_network(4.0 * np.eye(2), np.float32), silent(100, 2, np.float32))
    assert trace.jacobians.product_norm.dtype == np.float32
    first = 100 - 1 - 64  # 4^64 = 2^128 is the first power beyond float32
    assert np.isinf(trace.jacobians.product_norm[: first + 1]).all()
    assert np.isfinite(trace.jacobians.product_norm[first + 1 :]).all()
    assert (trace.overflow.step, trace.overflow.what) == (first + 1, "product_norm")


def test_matrices_alone_bring_the_figures():
    rng = np.random.default_rng(3)
    network = random_network(rng)
    sequence = random_sequence(rng, network)
    assert bptt_trace(network, sequence, include={"jacobian_matrices"}).jacobians is not None
    assert bptt_trace(network, sequence).jacobians.matrices is None
    assert bptt_trace(network, sequence, include=set()).jacobians is None


def test_spectral_norms_of_awkward_matrices():
    rng = np.random.default_rng(4)
    usual = rng.normal(size=(3, 3))
    awkward = np.stack([usual, 1e-250 * usual, 1e250 * usual, 0 * usual, usual, usual])
    awkward[4, 0, 0], awkward[5, 1, 1] = np.inf, np.nan
    with np.errstate(all="ignore"):
        found = spectral_norms(awkward)
    expected = np.linalg.norm(usual, 2)
    assert found[:4] == pytest.approx([expected, 1e-250 * expected, 1e250 * expected, 0])
    assert np.isnan(found[4:]).all()
