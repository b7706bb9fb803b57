"""The plain cell, one step at a time: the reference that the loops of `unroll` are held to.

    a(t) = U x(t) + W h(t-1) + b        h(t) = φ(a(t))

U (H,I)  W (H,H)  b (H). States are rows: x (I) or (B,I), h (H) or (B,H).
"""

import numpy as np

from app.engine.activations import Activation

Parameters = dict[str, np.ndarray]


def parameter_shapes(I: int, H: int) -> dict[str, tuple[int, ...]]:  # noqa: E741
    """Return the shapes of the cell's own parameters; the readout adds V (O,H) and c (O)."""
    return {"U": (H, I), "W": (H, H), "b": (H,)}


def step(
    parameters: Parameters, activation: Activation, x: np.ndarray, h_prev: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return a(t) and h(t), both (H) or (B,H)."""
    U, W, b = parameters["U"], parameters["W"], parameters["b"]
    a = x @ U.T + h_prev @ W.T + b  # (B, H)
    return a, activation.f(a)


def step_backward(
    parameters: Parameters,
    activation: Activation,
    x: np.ndarray,
    h_prev: np.ndarray,
    a: np.ndarray,
    h: np.ndarray,
    dh: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, Parameters]:
    """Return da(t), dx(t), dh(t-1) and this step's share of the gradients of U, W and b.

    dh = ∂L/∂h(t), all later losses included. The shares are summed over the batch.
    """
    H = h.shape[-1]
    da = dh * activation.slope(a, h)  # (B, H)
    da_rows = da.reshape(-1, H)
    share = {
        "U": da_rows.T @ x.reshape(len(da_rows), -1),
        "W": da_rows.T @ h_prev.reshape(-1, H),
        "b": da_rows.sum(axis=0),
    }
    return da, da @ parameters["U"], da @ parameters["W"], share


def jacobian(
    parameters: Parameters, activation: Activation, a: np.ndarray, h: np.ndarray
) -> np.ndarray:
    """Return ∂h(t)/∂h(t-1) = diag(φ'(a(t))) W, (H,H); for a (…,H) it is (…,H,H)."""
    return activation.slope(a, h)[..., :, None] * parameters["W"]
