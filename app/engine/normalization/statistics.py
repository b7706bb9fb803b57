"""Standardising along one axis, forwards and backwards."""

import numpy as np

EPSILON = 1e-5


def standardize(s: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Return ŝ = (s − mean) / √(variance + ε) along an axis, and 1/√(variance + ε), axis kept."""
    centred = s - s.mean(axis=axis, keepdims=True)
    variance = np.square(centred).mean(axis=axis, keepdims=True)
    inverse = 1 / np.sqrt(variance + s.dtype.type(EPSILON))
    return centred * inverse, inverse


def standardize_backward(
    d: np.ndarray, s_hat: np.ndarray, inverse: np.ndarray, axis: int
) -> np.ndarray:
    """Return ∂L/∂s from d = ∂L/∂ŝ: mean and variance see every s, so each takes its part back."""
    along = (d * s_hat).mean(axis=axis, keepdims=True)
    return (d - d.mean(axis=axis, keepdims=True) - s_hat * along) * inverse
