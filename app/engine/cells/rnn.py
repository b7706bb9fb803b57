"""The plain cell. First one step at a time: the reference that the fast loops below are held to.

    a(t) = U x(t) + W h(t-1) + b        h(t) = φ(a(t))

U (H,I)  W (H,H)  b (H). States are rows: x (I) or (B,I), h (H) or (B,H).
"""

from threading import Event

import numpy as np

from app.engine.activations import Activation
from app.engine.errors import check_cancel
from app.engine.layer import (
    CANCEL_EVERY,
    Adjoint,
    LayerGradients,
    LayerRun,
    Parameters,
    rows,
    states,
)

GATES: tuple[str, ...] = ()
STATES = ("h",)


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
    da = dh * activation.slope(a, h)  # (B, H)
    share = {
        "U": rows(da).T @ rows(x),
        "W": rows(da).T @ rows(h_prev),
        "b": rows(da).sum(axis=0),
    }
    return da, da @ parameters["U"], da @ parameters["W"], share


def jacobian(
    parameters: Parameters,
    activation: Activation,
    x: np.ndarray,  # noqa: ARG001
    h_prev: np.ndarray,  # noqa: ARG001
    a: np.ndarray,
    h: np.ndarray,
) -> np.ndarray:
    """Return ∂h(t)/∂h(t-1) = diag(φ'(a(t))) W, (H,H); for a (…,H) it is (…,H,H)."""
    return activation.slope(a, h)[..., :, None] * parameters["W"]


def run(
    parameters: Parameters,
    activation: Activation,
    x: np.ndarray,
    h0: np.ndarray | None,
    cell0: np.ndarray | None = None,  # noqa: ARG001
    cancel: Event | None = None,
) -> LayerRun:
    """Run all steps: x (T,I) or (T,B,I)."""
    f, WT = activation.f, np.ascontiguousarray(parameters["W"].T)
    all_h = states(x, len(WT), h0)
    a = x @ parameters["U"].T  # one GEMM for all steps
    a += parameters["b"]
    Wh, h_prev = np.empty_like(all_h[0]), all_h[0]
    for t, (a_t, h) in enumerate(zip(a, all_h[1:], strict=True)):
        if t % CANCEL_EVERY == 0:
            check_cancel(cancel)
        h_prev.dot(WT, Wh)  # half the call cost of np.matmul; both must be contiguous
        a_t += Wh  # (B, H)
        f(a_t, out=h)
        h_prev = h
    return LayerRun(x, a, all_h[1:], all_h[:-1])


class PlainAdjoint(Adjoint):
    """da = φ' ⊙ dh, and dh(t−1) receives Wᵀ da."""

    def __init__(self, parameters: Parameters, activation: Activation, run: LayerRun):
        super().__init__(parameters, run)
        self.slope = activation.slope(run.a, run.h)

    def back(self, t, dh, dcell, da):  # noqa: ARG002
        """Fill da(t)."""
        np.multiply(dh, self.slope[t], out=da)

    def total(self, seed: np.ndarray, cancel: Event | None = None) -> LayerGradients:
        """As in `Adjoint`, without a call a step."""
        W, slope = self.W, self.slope
        dh, da = seed.copy(), np.empty_like(seed)
        multiply, sent = np.multiply, np.empty_like(seed[0])
        multiply(dh[-1], slope[-1], out=da[-1])
        da_next = da[-1]
        steps = zip(dh[-2::-1], slope[-2::-1], da[-2::-1], strict=True)
        for done, (dh_t, slope_t, da_t) in enumerate(steps):
            if done % CANCEL_EVERY == 0:
                check_cancel(cancel)
            da_next.dot(W, sent)
            dh_t += sent  # (B, H)
            multiply(dh_t, slope_t, out=da_t)
            da_next = da_t
        return self.finish(dh, da, None)


adjoint = PlainAdjoint
