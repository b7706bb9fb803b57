import numpy as np
import pytest

from app.engine.horizon import Horizon, horizon

t, k = np.indices((6, 6))
LOWER = k <= t


def test_by_hand():
    """Distances 0, 1, 2 with geometric means 1, 1/2, 1/8: slope −(3/2) log 2 by least squares."""
    norms = np.array([[2.0, 0, 0], [0.25, 0.5, 0], [0.125, 1.0, 1.0]])
    found = horizon(norms)
    assert found.half_life == pytest.approx(1 / 1.5)
    assert found.doubling is None
    assert found.r2 == pytest.approx(1 - (1 / 6) / (14 / 3))
    assert found.zeros == 0


@pytest.mark.parametrize("factor", [0.25, 0.9, 1.1, 3.0])
def test_exact_decay_and_growth(factor):
    found = horizon(np.where(LOWER, 7.0 * factor ** (t - k), 0))
    steps = abs(np.log(2) / np.log(factor))
    assert found.r2 == pytest.approx(1)
    assert (found.half_life, found.doubling) == (
        (pytest.approx(steps), None) if factor < 1 else (None, pytest.approx(steps))
    )


def test_zeros_are_left_out_and_counted():
    norms = np.where(LOWER, 0.5 ** (t - k), 0)
    norms[3, 1] = norms[5, 0] = 0
    found = horizon(norms)
    assert found.half_life == pytest.approx(1)
    assert found.zeros == 2


def test_overflow_is_left_out_and_not_a_zero():
    norms = np.where(LOWER, 2.0 ** (t - k), 0)
    norms[5, 0], norms[4, 0] = np.inf, np.nan
    found = horizon(norms)
    assert found.doubling == pytest.approx(1)
    assert found.zeros == 0


def test_pairs_that_do_not_exist_are_no_zeros():
    norms = np.zeros((6, 6))
    norms[5] = 0.5 ** (5 - np.arange(6))
    last = (np.full(6, 5), np.arange(6))
    assert horizon(norms, last) == horizon(norms, last)
    assert horizon(norms, last).half_life == pytest.approx(1)
    assert horizon(norms, last).zeros == 0
    assert horizon(norms).zeros == 15


@pytest.mark.parametrize("norms", [np.ones((1, 1)), np.zeros((4, 4)), np.eye(3)])
def test_undefined_is_none(norms):
    found = horizon(norms)
    assert (found.half_life, found.doubling, found.r2) == (None, None, None)


def test_flat_has_neither():
    norms = np.where(LOWER, 0.3, 0)
    assert horizon(norms) == Horizon(None, None, None, 0)


def test_float32_is_fitted_in_float64():
    norms = np.where(LOWER, 1e-30 * 0.5 ** (t - k), 0).astype(np.float32)
    assert horizon(norms).half_life == pytest.approx(1, rel=1e-5)
