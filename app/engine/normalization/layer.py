"""Layer normalization of the plain cell (Ba, Kiros and Hinton 2016).

    a(t) = γ ⊙ LN(U x(t) + W h(t-1)) + b        h(t) = φ(a(t))

LN standardises over the H units of one sequence at one step. U (H,I)  W (H,H)  b, gamma (H).
"""

from threading import Event

import numpy as np

from app.engine.activations import Activation
from app.engine.cells.rnn import PlainAdjoint
from app.engine.errors import check_cancel
from app.engine.layer import CANCEL_EVERY, Adjoint, LayerRun, Parameters, product, rows, states
from app.engine.normalization.statistics import standardize, standardize_backward

GATES: tuple[str, ...] = ()
STATES = ("h",)
INITIAL_GAMMA = 1.0


def parameter_shapes(I: int, H: int) -> dict[str, tuple[int, ...]]:  # noqa: E741
    """Return the shapes of the cell's own parameters; the readout adds V (O,H) and c (O)."""
    return {"U": (H, I), "W": (H, H), "b": (H,), "gamma": (H,)}


def step(
    parameters: Parameters, activation: Activation, x: np.ndarray, h_prev: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return a(t) and h(t), both (H) or (B,H)."""
    s_hat, _ = standardize(x @ parameters["U"].T + h_prev @ parameters["W"].T, -1)
    a = parameters["gamma"] * s_hat + parameters["b"]
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
    """Return da(t), dx(t), dh(t-1) and this step's share of the gradients."""
    s_hat, inverse = standardize(x @ parameters["U"].T + h_prev @ parameters["W"].T, -1)
    da = dh * activation.slope(a, h)
    ds = standardize_backward(parameters["gamma"] * da, s_hat, inverse, -1)
    share = {
        "U": rows(ds).T @ rows(x),
        "W": rows(ds).T @ rows(h_prev),
        "b": rows(da).sum(axis=0),
        "gamma": rows(da * s_hat).sum(axis=0),
    }
    return da, ds @ parameters["U"], ds @ parameters["W"], share


def jacobian(
    parameters: Parameters,
    activation: Activation,
    x: np.ndarray,
    h_prev: np.ndarray,
    a: np.ndarray,
    h: np.ndarray,
) -> np.ndarray:
    """Return ∂h(t)/∂h(t-1) = diag(φ') diag(γ) LN' W, LN' = (I − 1/H − ŝ ŝᵀ/H) / σ; (…,H,H)."""
    W, gamma = parameters["W"], parameters["gamma"]
    s_hat, inverse = standardize(x @ parameters["U"].T + h_prev @ W.T, -1)
    W_along = (s_hat @ W)[..., None, :] / len(W)  # ŝᵀ W / H
    through = (W - W.mean(axis=0) - s_hat[..., :, None] * W_along) * inverse[..., None]
    return (activation.slope(a, h) * gamma)[..., :, None] * through


def run(
    parameters: Parameters,
    activation: Activation,
    x: np.ndarray,
    h0: np.ndarray | None,
    cell0: np.ndarray | None = None,  # noqa: ARG001
    cancel: Event | None = None,
) -> LayerRun:
    """Run all steps: x (T,I) or (T,B,I)."""
    WT, gamma, b = np.ascontiguousarray(parameters["W"].T), parameters["gamma"], parameters["b"]
    all_h = states(x, len(WT), h0)
    Ux = x @ parameters["U"].T  # one GEMM for all steps
    a, s_hat = np.empty_like(Ux), np.empty_like(Ux)
    inverse = np.empty((*Ux.shape[:-1], 1), Ux.dtype)
    for t in range(len(x)):
        if t % CANCEL_EVERY == 0:
            check_cancel(cancel)
        s_hat[t], inverse[t] = standardize(Ux[t] + all_h[t].dot(WT), -1)
        np.multiply(gamma, s_hat[t], out=a[t])
        a[t] += b
        activation.f(a[t], out=all_h[t + 1])
    kept = {"s_hat": s_hat, "inverse": inverse}
    return LayerRun(x, a, all_h[1:], all_h[:-1], kept=kept)


class LayerNormAdjoint(PlainAdjoint):
    """U and W both see ds, what is left of γ ⊙ da behind the statistics."""

    split = True
    total = Adjoint.total

    def deltas(self, da, at=slice(None)):
        """U and W see ds."""
        d, kept = self.parameters["gamma"] * da, self.run.kept
        ds = standardize_backward(d, kept["s_hat"][at], kept["inverse"][at], -1)
        return ds, ds

    def carry(self, t, dh, dcell, da, dh_prev, dcell_prev):  # noqa: ARG002
        """Send Wᵀ ds into h(t−1)."""
        product(self.deltas(da, t)[1], self.W, dh_prev)

    def own_gradients(self, da, dW):  # noqa: ARG002
        """Return ∂L/∂b and ∂L/∂γ."""
        along = da * self.run.kept["s_hat"]
        return {"b": rows(da).sum(axis=0), "gamma": rows(along).sum(axis=0)}


adjoint = LayerNormAdjoint
