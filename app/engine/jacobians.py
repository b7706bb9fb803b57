"""The Jacobians ∂h(j)/∂h(j-1) = diag(φ'(a(j))) W: their norms, and their running product."""

from dataclasses import dataclass
from threading import Event

import numpy as np

from app.engine.activations import ACTIVATIONS
from app.engine.cells import CELLS
from app.engine.errors import check_cancel
from app.engine.initialization import spectral_radius
from app.engine.network import Network
from app.engine.unroll import Forward

RESCALE_EVERY = 8  # steps of a product: few enough for float64's range


@dataclass(frozen=True, slots=True, eq=False)
class Jacobians:
    """Figures of J(j) = ∂h(j)/∂h(j-1), one for each step j = 1..T, and of W.

    spectral_norm ‖J(j)‖₂ and slope_mean (mean of φ' over the units), both (T);
    product_norm[k] = ‖J(T) … J(k+1)‖₂, (T), 1 at k = T; it shows inf where it overflows.
    spectral_radius and singular_values (H), descending, of W. With a batch all but W's are those
    of its first sequence. `matrices` (T,H,H), on request.
    """

    spectral_norm: np.ndarray
    slope_mean: np.ndarray
    product_norm: np.ndarray
    spectral_radius: float
    singular_values: np.ndarray
    matrices: np.ndarray | None = None


def jacobians(
    network: Network, run: Forward, matrices: bool = False, cancel: Event | None = None
) -> Jacobians:
    """Measure the Jacobians along a forward pass."""
    activation = ACTIVATIONS[network.activation]
    a, h = (run.a, run.h) if run.a.ndim == 2 else (run.a[:, 0], run.h[:, 0])
    J = CELLS[network.cell].jacobian(network.parameters, activation, a, h)  # (T, H, H)
    wide = J.astype(np.float64)  # float32 would save no time, and lose range
    products, exponents = _products(wide, cancel)
    check_cancel(cancel)
    spectral_norm = spectral_norms(wide)
    check_cancel(cancel)
    product_norm = np.ldexp(spectral_norms(products), exponents)
    W = network.parameters["W"]
    return Jacobians(
        spectral_norm=spectral_norm.astype(W.dtype),
        slope_mean=activation.slope(a, h).mean(axis=1),
        product_norm=product_norm.astype(W.dtype),
        spectral_radius=spectral_radius(W),
        singular_values=np.linalg.svd(W, compute_uv=False),
        matrices=J if matrices else None,
    )


def _products(J: np.ndarray, cancel: Event | None) -> tuple[np.ndarray, np.ndarray]:
    """Return P[k] = J[T-1] … J[k+1] as P · 2^exponent, so that nothing over- or underflows."""
    P, exponents = np.empty_like(J), np.zeros(len(J), np.int64)
    P[-1] = np.eye(J.shape[-1])
    for k in range(len(J) - 2, -1, -1):
        P[k + 1].dot(J[k + 1], P[k])
        exponents[k] = exponents[k + 1]
        if k % RESCALE_EVERY == 0:
            check_cancel(cancel)
            _, shift = np.frexp(np.abs(P[k]).max())
            P[k] = np.ldexp(P[k], -shift)  # a power of two: no rounding
            exponents[k] += shift
    return P, exponents


def spectral_norms(matrices: np.ndarray) -> np.ndarray:
    """Return ‖M‖₂ of each matrix (n,H,H), nan where one is not finite.

    √λ_max of MᵀM: its largest eigenvalue has full precision, and costs half an SVD. Each matrix
    is scaled to entries below 1 first, so that squares neither overflow nor underflow.
    """
    peak = np.abs(matrices).max(axis=(1, 2))
    usable = np.isfinite(peak) & (peak > 0)
    scale = np.where(usable, peak, 1)
    scaled = np.where(usable[:, None, None], matrices / scale[:, None, None], 0)
    largest = np.linalg.eigvalsh(scaled.swapaxes(1, 2) @ scaled)[:, -1]
    return np.where(usable, scale * np.sqrt(np.maximum(largest, 0)), peak * 0)
