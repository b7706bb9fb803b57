"""The activations φ of the plain cell, each with its slope φ' (elementwise, any shape)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

LEAK = 0.01  # slope of leaky_relu below zero, as in PyTorch


@dataclass(frozen=True, slots=True)
class Activation:
    """φ and φ'.

    ``f(a, out=None)`` gives h = φ(a); ``slope(a, h)`` gives φ'(a), from the output h where that
    is possible. ``slope_range`` and ``output_range`` bound φ' and φ; None means unbounded.
    ``kink`` says that φ' jumps at a = 0 (where the slope of the left side is taken, as PyTorch).
    """

    name: str
    f: Callable[..., np.ndarray]
    slope: Callable[[np.ndarray, np.ndarray], np.ndarray]
    slope_range: tuple[float, float]
    output_range: tuple[float | None, float | None]
    kink: bool = False


def _sigmoid(a: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    z = np.negative(a, out=out)
    np.exp(z, out=z)  # may reach inf, whose reciprocal 0 is the right limit
    z += 1.0
    return np.reciprocal(z, out=z)


def _relu(a: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    return np.maximum(a, 0.0, out=out)


def _leaky_relu(a: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    return np.maximum(a, LEAK * a, out=out)


def _identity(a: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    return np.positive(a, out=out)


def _tanh_slope(a: np.ndarray, h: np.ndarray) -> np.ndarray:  # noqa: ARG001
    return 1.0 - h * h


def _sigmoid_slope(a: np.ndarray, h: np.ndarray) -> np.ndarray:  # noqa: ARG001
    return h * (1.0 - h)


def _identity_slope(a: np.ndarray, h: np.ndarray) -> np.ndarray:  # noqa: ARG001
    return np.ones_like(h)


def _step_between(low: float) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    def slope(a: np.ndarray, h: np.ndarray) -> np.ndarray:  # noqa: ARG001
        return np.where(a > 0, a.dtype.type(1), a.dtype.type(low))

    return slope


ACTIVATIONS: dict[str, Activation] = {
    entry.name: entry
    for entry in (
        Activation("tanh", np.tanh, _tanh_slope, (0.0, 1.0), (-1.0, 1.0)),
        Activation("sigmoid", _sigmoid, _sigmoid_slope, (0.0, 0.25), (0.0, 1.0)),
        Activation("relu", _relu, _step_between(0.0), (0.0, 1.0), (0.0, None), kink=True),
        Activation(
            "leaky_relu", _leaky_relu, _step_between(LEAK), (LEAK, 1.0), (None, None), kink=True
        ),
        Activation("identity", _identity, _identity_slope, (1.0, 1.0), (None, None)),
    )
}
