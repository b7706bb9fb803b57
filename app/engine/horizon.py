"""The horizon: how far back the gradient still reaches, as a half-life in steps."""

import math
from dataclasses import dataclass

import numpy as np

FLAT = 1e-12  # a slope of the logarithm below this is rounding, not decay


@dataclass(frozen=True, slots=True)
class Horizon:
    """The line fitted to log ‖∂L(t)/∂h(k)‖ over the distance t − k.

    `half_life` in steps where it falls, `doubling` in steps where it grows, the other None; both
    None where it is flat or there is no line (fewer than two distances). `r2` of the fit, None
    where nothing varies. `zeros` counts the norms left out for being exactly 0.
    """

    half_life: float | None
    doubling: float | None
    r2: float | None
    zeros: int


def horizon(norms: np.ndarray, pairs: tuple[np.ndarray, np.ndarray] | None = None) -> Horizon:
    """Fit the horizon of a triangle (T,T) of norms.

    For each distance d = t−k the geometric mean over t of the positive norms, then a least-squares
    line through its logarithm. `pairs` are the index arrays (t, k) of the pairs that exist (a loss
    at t, k within its band), by default the whole lower triangle: other pairs are neither fitted
    nor counted as zeros. Norms that overflowed are left out.
    """
    T = len(norms)
    t, k = np.tril_indices(T) if pairs is None else pairs
    values = norms[t, k].astype(np.float64)
    zeros = int(np.count_nonzero(values == 0))
    fitted = (values > 0) & (values < np.inf)
    distance, logs = (t - k)[fitted], np.log(values[fitted])
    counts = np.bincount(distance, minlength=T)
    distances = np.flatnonzero(counts)
    if len(distances) < 2:
        return Horizon(None, None, None, zeros)
    means = np.bincount(distance, weights=logs, minlength=T)[distances] / counts[distances]
    return _fit(distances - distances.mean(), means - means.mean(), zeros)


def _fit(d: np.ndarray, z: np.ndarray, zeros: int) -> Horizon:
    """Fit z = slope · d, both centred."""
    slope = float(d @ z / (d @ d))
    if abs(slope) < FLAT:
        return Horizon(None, None, None, zeros)
    residual = z - slope * d
    r2 = 1.0 - float(residual @ residual / (z @ z))
    steps = math.log(2.0) / abs(slope)
    return Horizon(
        steps if slope < 0 else None, steps if slope > 0 else None, min(max(r2, 0.0), 1.0), zeros
    )
