import numpy as np
import pytest
import torch

from app.engine.activations import ACTIVATIONS
from tests.engine.oracle import TORCH_ACTIVATIONS, assert_close

A = np.array([-800.0, -40, -3, -0.5, -1e-9, 0, 1e-9, 0.7, 4, 30, 800])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_value_and_slope_agree_with_torch(name):
    activation = ACTIVATIONS[name]
    a = torch.tensor(A, requires_grad=True)
    expected = TORCH_ACTIVATIONS[name](a)
    with np.errstate(over="ignore"):
        h = activation.f(A)
    assert_close(h, expected.detach().numpy(), 1e-14)
    (slope,) = torch.autograd.grad(expected.sum(), a)
    assert_close(activation.slope(A, h), slope.numpy(), 1e-14)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_out_is_filled_and_dtype_kept(name, dtype):
    activation, a = ACTIVATIONS[name], np.linspace(-2, 2, 7).astype(dtype)
    before, out = a.copy(), np.empty_like(a)
    assert activation.f(a, out=out) is out
    assert out.dtype == activation.slope(a, out).dtype == dtype
    assert np.array_equal(out, activation.f(a))
    assert np.array_equal(a, before)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_ranges_bound_what_is_computed(name):
    activation = ACTIVATIONS[name]
    a = np.linspace(-30, 30, 2001)
    h = activation.f(a)
    slope = activation.slope(a, h)
    low, high = activation.slope_range
    assert slope.min() >= low
    assert slope.max() == pytest.approx(high, abs=1e-12)
    low, high = activation.output_range
    assert low is None or h.min() >= low
    assert high is None or h.max() <= high


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_kink_is_declared_where_the_slope_jumps(name):
    activation, beside = ACTIVATIONS[name], np.array([-1e-9, 1e-9])
    jump = np.ptp(activation.slope(beside, activation.f(beside)))
    assert activation.kink == (jump > 0.5)
    assert activation.name == name
