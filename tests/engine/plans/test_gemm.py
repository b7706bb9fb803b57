"""Products in pieces are the same products, whichever kernel the BLAS has."""

import numpy as np
import pytest

from app.engine import layer
from app.engine.plans import gemm


@pytest.fixture
def small_kernel(monkeypatch):
    monkeypatch.setattr(gemm, "SMALL", 200)
    monkeypatch.setattr(layer, "SMALL", 200)
    monkeypatch.setattr(gemm, "SMALL_KERNELS", (gemm.blas_kernel().lower(),))


@pytest.mark.usefixtures("small_kernel")
def test_pieces_are_small_and_fill_the_rows():
    assert gemm.small_rows(5, 4) == 10
    assert gemm.small_rows(50, 4) == 0  # not even the least rows fit
    assert gemm.piece_rows(12, 5, 4) == 6
    assert gemm.piece_rows(7, 5, 4) == 7
    assert gemm.piece_rows(13, 5, 4) == 13  # no divisor


def test_another_kernel_takes_one_piece(monkeypatch):
    monkeypatch.setattr(gemm, "SMALL_KERNELS", ())
    assert gemm.small_rows(5, 4) == 0
    assert gemm.piece_rows(512, 512, 64) == 512


@pytest.mark.usefixtures("small_kernel")
@pytest.mark.parametrize("shape", [(23, 6), (3, 8, 6), (6,)])
def test_rows_times_a_matrix(shape):
    rng = np.random.default_rng(0)
    block, W = rng.normal(size=shape), rng.normal(size=(6, 5))
    out = np.empty((*shape[:-1], 5))
    layer.product(block, W, out)
    assert np.allclose(out, block @ W, rtol=1e-14, atol=1e-14)


@pytest.mark.usefixtures("small_kernel")
@pytest.mark.parametrize("M", [12, 13])
def test_a_matrix_times_blocks(M):
    rng = np.random.default_rng(1)
    A, blocks, out = rng.normal(size=(M, 5)), rng.normal(size=(3, 5, 4)), np.empty((3, M, 4))
    into, pieces = gemm.prepare(A, out)
    for block, piece in zip(blocks, pieces, strict=True):
        into(block, piece)
    assert np.allclose(out, A @ blocks, rtol=1e-14, atol=1e-14)
