"""The Jacobians of a layer's state, ∂h(j)/∂h(j-1): their norms, and their running product.

Of the plain cell diag(φ'(a(j))) W; of gated cells that of the full state, [h] or [h, cell]. Of a
network with several layers or directions it is the top layer's forward direction, what comes from
below held fixed.
"""

from dataclasses import dataclass
from threading import Event

import numpy as np

from app.engine.activations import ACTIVATIONS
from app.engine.errors import check_cancel
from app.engine.initialization import spectral_radius
from app.engine.layer import Adjoint, LayerRun
from app.engine.network import Network
from app.engine.norms import row_norms

RESCALE_EVERY = 8  # steps of a product: few enough for float64's range


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The figures of one gate's own block (H,H) of W."""

    spectral_radius: float
    singular_values: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Jacobians:
    """Figures of J(j) = ∂h(j)/∂h(j-1), one for each step j = 1..T, and of W.

    spectral_norm ‖J(j)‖₂ and slope_mean (mean of φ' over the units, None for gated cells), (T);
    product_norm[k] = ‖J(T) … J(k+1)‖₂, (T), 1 at k = T; it shows inf where it overflows.
    spectral_radius and singular_values (H), descending, of W; for gated cells those of each block
    are in `blocks` by gate, and here stand those of the block with the largest radius. With a
    batch all but W's are those of its first sequence. `matrices` (T,n,n), on request.

    Batch normalization couples the sequences: there the norms are those of one vector on its
    path, the gradient of the last loss: ‖∂L(T)/∂h(j-1)‖ / ‖∂L(T)/∂h(j)‖ and, for product_norm[k],
    ‖∂L(T)/∂h(k)‖ / ‖∂L(T)/∂h(T)‖, over the whole batch; there are no matrices.
    """

    spectral_norm: np.ndarray
    slope_mean: np.ndarray | None
    product_norm: np.ndarray
    spectral_radius: float
    singular_values: np.ndarray
    blocks: dict[str, Block] | None = None
    matrices: np.ndarray | None = None


def jacobians(
    network: Network,
    way: Adjoint,
    last_seed: np.ndarray,
    matrices: bool = False,
    cancel: Event | None = None,
) -> Jacobians:
    """Measure the Jacobians along a layer's pass.

    last_seed (H) or (B,H) is what the last loss sends into h(T).
    """
    W, code = way.W, network.code
    blocks = {
        gate: Block(spectral_radius(block), np.linalg.svd(block, compute_uv=False))
        for gate, block in zip(code.GATES or ("",), np.split(W, len(code.GATES) or 1), strict=True)
    }
    largest = max(blocks.values(), key=lambda block: block.spectral_radius)
    slope, J = None, None
    if not code.GATES:
        slope = ACTIVATIONS[network.activation].slope(way.run.a, way.run.h)
        slope = (slope[:, 0] if slope.ndim == 3 else slope).mean(axis=1)
    if network.normalization == "batch":
        spectral_norm, product_norm = _path_ratios(way, last_seed, cancel)
    else:
        J = _matrices(network, way)
        spectral_norm, product_norm = _norms(J, cancel)
    return Jacobians(
        spectral_norm=spectral_norm.astype(W.dtype),
        slope_mean=slope,
        product_norm=product_norm.astype(W.dtype),
        spectral_radius=largest.spectral_radius,
        singular_values=largest.singular_values,
        blocks=blocks if code.GATES else None,
        matrices=J if matrices else None,
    )


def _matrices(network: Network, way: Adjoint) -> np.ndarray:
    """Return J (T,n,n) of the first sequence."""

    def first(array: np.ndarray) -> np.ndarray:
        return array[:, 0] if array.ndim == 3 else array

    run: LayerRun = way.run
    before, after = [first(run.h_prev)], [first(run.h)]
    if run.cell is not None and run.cell_prev is not None:
        before.append(first(run.cell_prev))
        after.append(first(run.cell))
    states = (*before, first(run.a), *after)
    activation = ACTIVATIONS[network.activation]
    return network.code.jacobian(way.parameters, activation, first(run.x), *states)


def _norms(J: np.ndarray, cancel: Event | None) -> tuple[np.ndarray, np.ndarray]:
    wide = J.astype(np.float64)  # float32 would save no time, and lose range
    products, exponents = _products(wide, cancel)
    check_cancel(cancel)
    spectral_norm = spectral_norms(wide)
    check_cancel(cancel)
    return spectral_norm, np.ldexp(spectral_norms(products), exponents)


def _path_ratios(
    way: Adjoint, last_seed: np.ndarray, cancel: Event | None
) -> tuple[np.ndarray, np.ndarray]:
    seed = np.zeros_like(way.run.h)
    seed[-1] = last_seed
    found = way.total(seed, cancel)
    norms = row_norms(np.concatenate([found.dh0[None], found.dh])).astype(np.float64)
    return norms[:-1] / norms[1:], norms[1:] / norms[-1]


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
