"""Euclidean norms that neither overflow nor underflow where the norm itself does not.

A vanished gradient of 1e-30 in float32 must not look like zero because its square does.
"""

import math

import numpy as np


def row_norms(rows: np.ndarray) -> np.ndarray:
    """Return each row's Frobenius norm: (n,…) → (n). Zeros give 0; inf and nan come through."""
    if rows.ndim != 2:
        rows = rows.reshape(len(rows), math.prod(rows.shape[1:]))
    squares = np.vecdot(rows, rows)
    norms = np.sqrt(squares)
    limits = np.finfo(rows.dtype)
    low = limits.tiny / limits.eps  # below this a square has lost digits
    trusted = (squares > low) & (squares <= limits.max)
    if not trusted.all():
        doubtful = ~trusted
        few = rows[doubtful]
        if few.any():  # else they are zeros, and so are their norms
            norms[doubtful] = _scaled_norms(few)
    return norms


def _scaled_norms(rows: np.ndarray) -> np.ndarray:
    peak = np.abs(rows).max(axis=1)
    usable = (peak > 0) & np.isfinite(peak)
    scale = np.where(usable, peak, 1)
    scaled = rows / scale[:, None]
    return np.where(usable, scale * np.sqrt(np.vecdot(scaled, scaled)), peak)


def norm(array: np.ndarray) -> float:
    """Return the Frobenius norm of an array of any shape."""
    flat = array.ravel()
    square = float(np.vdot(flat, flat))
    limits = np.finfo(array.dtype)
    if limits.tiny / limits.eps < square <= limits.max:
        return math.sqrt(square)
    return float(_scaled_norms(flat[None].astype(np.float64))[0])


def combine(norms) -> float:
    """Return √(Σ n²), the norm of several parts together."""
    return math.hypot(*norms)


def narrow(X: np.ndarray) -> np.ndarray:
    """Return R (…,r,B) with ‖Dᵀ X‖_F = ‖R D‖_F for every D (B,m), given X (…,B,n); r = min(n, B).

    R is Xᵀ itself, or the triangular factor of Xᵀ = Q R where that is smaller: Q keeps norms.
    It costs what the Gram matrix X Xᵀ would, and loses no digits where terms cancel.
    """
    XT = np.swapaxes(X, -1, -2)  # (…,n,B)
    return XT if XT.shape[-2] <= XT.shape[-1] else np.linalg.qr(XT, mode="r")  # type: ignore
