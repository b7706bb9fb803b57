"""The product that a loop repeats, prepared once for a shape; which sizes suit the BLAS."""

import ctypes
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import numpy as np

SMALL = 10**6  # M·N·K up to which OpenBLAS's AVX-512 kernels work without packing
SMALL_KERNELS = ("skylakex", "cooperlake", "sapphirerapids")
LEAST_ROWS = 4  # of a piece: below, the kernel starves

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
    if M * K * N <= SMALL:
        return M
    rows = [m for m in range(LEAST_ROWS, small_rows(K, N) + 1) if M % m == 0]
    return max(rows, default=M)


def small_rows(K: int, N: int) -> int:
    """Return how many rows times (K,N) are a small product; 0 where the kernel has no use of it."""
    fast = blas_kernel().lower() in SMALL_KERNELS
    m = SMALL // (K * N)
    return m if fast and m >= LEAST_ROWS else 0


def prepare(A: np.ndarray, out: np.ndarray) -> tuple[Product, np.ndarray]:
    """Return a function (block, out) that writes A · block, and `out` as it must be given to it.

    A (M,K) may be refilled later. `out` (T,M) takes products with vectors (K), (T,M,N) those with
    blocks (K,N), for which A is contiguous.
    """
    if out.ndim == 2:
        return A.dot, out  # half the call cost of np.matmul
    pieces, split = in_pieces(A, out)
    return (A.dot if len(pieces) == 1 else partial(np.matmul, pieces)), split


def in_pieces(A: np.ndarray, out: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return A as (n,m,K), out (T,M,N) as (T,n,m,N): np.matmul then goes piece by piece.

    Where one piece is best, out stays (T,M,N).
    """
    (M, K), N = A.shape, out.shape[-1]
    m = piece_rows(M, K, N)
    return A.reshape(-1, m, K), out if m == M else out.reshape(len(out), -1, m, N)
