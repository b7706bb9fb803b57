"""The product that a loop repeats, A · block: prepared once for a shape, the quickest call."""

import ctypes
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import numpy as np

SMALL = 10**6  # M·N·K up to which OpenBLAS's AVX-512 kernels work without packing
SMALL_KERNELS = ("skylakex", "cooperlake", "sapphirerapids")
LEAST_ROWS = 8  # of a piece: below, the kernel starves

Product = Callable[[np.ndarray, np.ndarray], object]


@cache
def blas_kernel() -> str:
    """Ask the OpenBLAS inside NumPy's wheel which kernel it chose; "unknown" for another BLAS."""
    root = Path(np.__file__).parents[1] / "numpy.libs"
    for library in sorted(root.glob("*openblas*")):
        loaded = ctypes.CDLL(str(library))
        for name in ("scipy_openblas_get_corename64_", "openblas_get_corename"):
            corename = getattr(loaded, name, None)
            if corename is not None:
                corename.restype = ctypes.c_char_p
                return corename().decode()
    return "unknown"


def piece_rows(M: int, K: int, N: int) -> int:
    """Return the rows of a piece of A (M,K), such that A · (K,N) goes fastest; M is one piece.

    The choice rests on the kernel's name, not on a timing: the same request gives the same bits.
    """
    if M * K * N <= SMALL or blas_kernel().lower() not in SMALL_KERNELS:
        return M
    rows = [m for m in range(LEAST_ROWS, M) if M % m == 0 and m * K * N <= SMALL]
    return max(rows, default=M)


def prepare(A: np.ndarray, out: np.ndarray) -> tuple[Product, np.ndarray]:
    """Return a function (block, out) that writes A · block, and `out` as it must be given to it.

    A is (M,K) or a transposed (K,M); it may be refilled later. `out` (…,M) takes products with
    vectors (K), (…,M,N) those with blocks (K,N); blocks are contiguous.
    """
    M, K = A.shape
    if out.shape[-1] == M and out.ndim == 2:
        return A.dot, out  # half the call cost of np.matmul
    N = out.shape[-1]
    m = piece_rows(M, K, N)
    if m == M:
        return A.dot, out
    pieces = A.reshape(-1, m, K) if A.flags.c_contiguous else _column_pieces(A, m)
    return partial(np.matmul, pieces), out.reshape(*out.shape[:-2], -1, m, N)


def _column_pieces(A: np.ndarray, m: int) -> np.ndarray:
    """Return the pieces (M/m,m,K) of a transposed A without a copy."""
    M, K = A.shape
    return A.T.reshape(K, M // m, m).transpose(1, 2, 0)
