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


def horizon(norms: np.ndarray, alive: np.ndarray | None = None) -> Horizon:
    """Fit the horizon of a triangle (T,T) of norms.

    For each distance d = t−k the geometric mean over t of the positive norms, then a least-squares
    line through its logarithm. `alive` (T,T) says which pairs exist (a loss at t, within the
    band); by default the whole lower triangle. Pairs that do not exist are neither fitted nor
    counted as zeros; norms that overflowed are left out.
    """
    T = len(norms)
    alive = np.tri(T, dtype=bool) if alive is None else alive
    t, k = np.nonzero(alive & (norms > 0) & np.isfinite(norms))
    zeros = int(np.count_nonzero(norms[alive] == 0))
    logs = np.log(norms[t, k].astype(np.float64))
    counts = np.bincount(t - k, minlength=T)
    distances = np.flatnonzero(counts)
    if len(distances) < 2:
        return Horizon(None, None, None, zeros)
    means = np.bincount(t - k, weights=logs, minlength=T)[distances] / counts[distances]
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
