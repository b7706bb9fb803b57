import numpy as np
import pytest

from app.engine.norms import combine, narrow, norm, row_norms
from tests.engine.oracle import assert_close


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", [(5, 3), (4, 2, 3), (0, 2, 3), (3, 1)])
def test_row_norms(dtype, shape):
    rows = np.random.default_rng(0).normal(size=shape).astype(dtype)
    expected = np.linalg.norm(rows.reshape(shape[0], int(np.prod(shape[1:]))), axis=1)
    assert row_norms(rows).dtype == dtype
    assert_close(row_norms(rows), expected, 1e-6 if dtype is np.float32 else 1e-15)


@pytest.mark.parametrize(("dtype", "size"), [(np.float64, 1e-300), (np.float64, 1e300),
                                             (np.float32, 1e-36), (np.float32, 1e36)])  # fmt: skip
def test_squares_may_leave_the_range_the_norm_may_not(dtype, size):
    rows = (np.array([[3.0, 4.0], [0.0, 0.0], [0.3, 0.4]]) * size).astype(dtype)
    with np.errstate(over="ignore", under="ignore"):
        assert row_norms(rows) == pytest.approx(np.array([5, 0, 0.5]) * size, rel=1e-6)
        assert norm(rows) == pytest.approx(np.sqrt(25.25) * size, rel=1e-6)


def test_non_finite_values_come_through():
    rows = np.array([[1.0, np.inf], [np.nan, 1.0], [3.0, 4.0]])
    with np.errstate(invalid="ignore"):
        norms = row_norms(rows)
    assert norms[0] == np.inf
    assert np.isnan(norms[1])
    assert norms[2] == 5
    assert np.isnan(norm(rows))
    assert norm(np.zeros((2, 2))) == 0.0


def test_combine_is_the_norm_of_the_parts():
    assert combine([3.0, 4.0]) == 5.0
    assert combine([]) == 0.0
    assert combine([1e300, 1e300]) == pytest.approx(np.sqrt(2) * 1e300)


@pytest.mark.parametrize(("B", "n"), [(2, 7), (7, 2), (3, 3), (1, 4)])
def test_narrow_keeps_the_norm_of_every_product(B, n):
    rng = np.random.default_rng(B)
    X, D = rng.normal(size=(5, B, n)), rng.normal(size=(B, 6))
    R = narrow(X)
    assert R.shape == (5, min(B, n), B)
    expected = np.linalg.norm(D.T @ X, axis=(1, 2))
    assert_close(np.linalg.norm(R @ D, axis=(1, 2)), expected, 1e-14)


def test_narrow_loses_nothing_where_terms_cancel():
    X = np.array([[1.0, 1, 1, 1], [1.0, 1, 1, 1 + 1e-9]])
    D = np.array([[1.0], [-1.0]])
    assert np.linalg.norm(narrow(X[None])[0] @ D) == pytest.approx(1e-9, rel=1e-6)
