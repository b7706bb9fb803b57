"""The losses of `readout`, units first and in place: o (O,N) becomes do, ∂L/∂o of each sequence.

N counts steps times sequences. Each function takes o and y, class indices (N) or numbers (O,N),
and returns the losses (N).
"""

from collections.abc import Callable

import numpy as np


def softmax(o: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Cross-entropy; do = ŷ − one-hot y."""
    o -= np.maximum.reduce(o, axis=0)  # exp never overflows
    N = o.shape[1]
    flat, chosen = o.reshape(-1), y * N
    chosen += np.arange(N)
    picked = flat.take(chosen)
    np.exp(o, out=o)
    total = np.add.reduce(o, axis=0)
    o /= total
    flat[chosen] -= flat.dtype.type(1)
    np.log(total, out=total)
    total -= picked
    return total


def sigmoid(o: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Binary cross-entropy, summed over O; do = ŷ − y."""
    each = np.maximum(o, 0.0) - o * y + np.log1p(np.exp(-np.abs(o)))
    np.negative(o, out=o)
    np.exp(o, out=o)  # may reach inf: then ŷ = 0, the right limit
    o += 1.0
    np.reciprocal(o, out=o)
    o -= y
    return np.add.reduce(each, axis=0)


def linear(o: np.ndarray, y: np.ndarray) -> np.ndarray:
    """½ ‖o − y‖²; do = o − y."""
    o -= y
    return 0.5 * np.add.reduce(o * o, axis=0)


HEADS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "softmax": softmax,
    "sigmoid": sigmoid,
    "linear": linear,
}
