"""The readouts: ŷ = σ(o), the loss L(t) of each sequence, and its gradient ∂L(t)/∂o(t).

o and y_hat are (…,O). For softmax y holds class indices (…), else numbers (…,O).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Readout:
    """σ with its loss.

    ``y_hat(o)`` (…,O); ``loss(o, y)`` (…), one number a sequence and step;
    ``do(y_hat, y)`` (…,O), the gradient of that number with respect to o.
    ``classes`` says that y holds class indices; ``y_range`` bounds y's entries.
    """

    name: str
    y_hat: Callable[[np.ndarray], np.ndarray]
    loss: Callable[[np.ndarray, np.ndarray], np.ndarray]
    do: Callable[[np.ndarray, np.ndarray], np.ndarray]
    classes: bool = False
    y_range: tuple[float, float] | None = None


def _softmax(o: np.ndarray) -> np.ndarray:
    e = np.exp(o - o.max(axis=-1, keepdims=True))  # never overflows
    e /= e.sum(axis=-1, keepdims=True)
    return e


def _cross_entropy(o: np.ndarray, y: np.ndarray) -> np.ndarray:
    z = o - o.max(axis=-1, keepdims=True)  # log ŷ from the logits: log(0) cannot occur
    rows = z.reshape(-1, z.shape[-1])
    chosen = rows[np.arange(len(rows)), y.ravel()].reshape(y.shape)
    return np.log(np.exp(z).sum(axis=-1)) - chosen


def _softmax_do(y_hat: np.ndarray, y: np.ndarray) -> np.ndarray:
    do = y_hat.copy()
    rows = do.reshape(-1, do.shape[-1])
    rows[np.arange(len(rows)), y.ravel()] -= 1.0
    return do


def _sigmoid(o: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-o))  # exp may reach inf: then 0, the right limit


def _binary_cross_entropy(o: np.ndarray, y: np.ndarray) -> np.ndarray:
    # −y log ŷ − (1−y) log(1−ŷ), from the logits
    return (np.maximum(o, 0.0) - o * y + np.log1p(np.exp(-np.abs(o)))).sum(axis=-1)


def _half_square(o: np.ndarray, y: np.ndarray) -> np.ndarray:
    return 0.5 * np.square(o - y).sum(axis=-1)


READOUTS: dict[str, Readout] = {
    entry.name: entry
    for entry in (
        Readout("softmax", _softmax, _cross_entropy, _softmax_do, classes=True),
        Readout("sigmoid", _sigmoid, _binary_cross_entropy, np.subtract, y_range=(0.0, 1.0)),
        Readout("linear", np.copy, _half_square, np.subtract),
    )
}
