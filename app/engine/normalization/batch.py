"""Recurrent batch normalization of the plain cell (Cooijmans et al. 2017).

    a(t) = γ_U ⊙ BN(U x(t)) + γ_W ⊙ BN(W h(t-1)) + b        h(t) = φ(a(t))

BN standardises each unit over the B sequences, with statistics of its own at every step, so B ≥ 2.
It couples the sequences: the loss of one reaches the states of all. There is no Jacobian of one
sequence's state. U (H,I)  W (H,H)  b, gamma_U, gamma_W (H). Both gains start at 0.1, as in the
paper: small pre-activations keep φ' near 1.
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
INITIAL_GAMMA = 0.1
OVER_BATCH = -2  # the axis of B in (T,B,H), (B,H) and blocks (n,B,H)


def parameter_shapes(I: int, H: int) -> dict[str, tuple[int, ...]]:  # noqa: E741
    """Return the shapes of the cell's own parameters; the readout adds V (O,H) and c (O)."""
    return {"U": (H, I), "W": (H, H), "b": (H,), "gamma_U": (H,), "gamma_W": (H,)}


def step(
    parameters: Parameters, activation: Activation, x: np.ndarray, h_prev: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return a(t) and h(t), both (B,H)."""
    u_hat, _ = standardize(x @ parameters["U"].T, OVER_BATCH)
    w_hat, _ = standardize(h_prev @ parameters["W"].T, OVER_BATCH)
    a = parameters["gamma_U"] * u_hat + parameters["gamma_W"] * w_hat + parameters["b"]
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
    u_hat, u_inverse = standardize(x @ parameters["U"].T, OVER_BATCH)
    w_hat, w_inverse = standardize(h_prev @ parameters["W"].T, OVER_BATCH)
    da = dh * activation.slope(a, h)  # (B, H)
    du = standardize_backward(parameters["gamma_U"] * da, u_hat, u_inverse, OVER_BATCH)
    dw = standardize_backward(parameters["gamma_W"] * da, w_hat, w_inverse, OVER_BATCH)
    share = {
        "U": du.T @ x,
        "W": dw.T @ h_prev,
        "b": da.sum(axis=0),
        "gamma_U": (da * u_hat).sum(axis=0),
        "gamma_W": (da * w_hat).sum(axis=0),
    }
    return da, du @ parameters["U"], dw @ parameters["W"], share


def run(
    parameters: Parameters,
    activation: Activation,
    x: np.ndarray,
    h0: np.ndarray | None,
    cell0: np.ndarray | None = None,  # noqa: ARG001
    cancel: Event | None = None,
) -> LayerRun:
    """Run all steps: x (T,B,I)."""
    WT, gamma_W = np.ascontiguousarray(parameters["W"].T), parameters["gamma_W"]
    all_h = states(x, len(WT), h0)
    u_hat, u_inverse = standardize(x @ parameters["U"].T, OVER_BATCH)  # all steps at once
    a = parameters["gamma_U"] * u_hat + parameters["b"]
    w_hat, w_inverse = np.empty_like(a), np.empty_like(u_inverse)
    for t in range(len(x)):
        if t % CANCEL_EVERY == 0:
            check_cancel(cancel)
        w_hat[t], w_inverse[t] = standardize(all_h[t].dot(WT), OVER_BATCH)
        a[t] += gamma_W * w_hat[t]  # (B, H)
        activation.f(a[t], out=all_h[t + 1])
    kept = {"u_hat": u_hat, "u_inverse": u_inverse, "w_hat": w_hat, "w_inverse": w_inverse}
    return LayerRun(x, a, all_h[1:], all_h[:-1], kept=kept)


class BatchNormAdjoint(PlainAdjoint):
    """U and W see what is left of γ ⊙ da behind each one's own statistics."""

    split = True
    total = Adjoint.total

    def deltas(self, da, at=slice(None)):
        """Return what U and W see; the batch is coupled."""
        return self._behind("U", da, at), self._behind("W", da, at)

    def _behind(self, letter: str, da: np.ndarray, at) -> np.ndarray:
        kept, d = self.run.kept, self.parameters[f"gamma_{letter}"] * da
        hat, inverse = (kept[f"{letter.lower()}_{name}"][at] for name in ("hat", "inverse"))
        return standardize_backward(d, hat, inverse, OVER_BATCH)

    def carry(self, t, dh, dcell, da, dh_prev, dcell_prev):  # noqa: ARG002
        """Send Wᵀ (what W sees) into h(t−1) of every sequence."""
        product(self._behind("W", da, t), self.W, dh_prev)

    def own_gradients(self, da, dW):  # noqa: ARG002
        """Return ∂L/∂b, ∂L/∂γ_U and ∂L/∂γ_W."""
        kept = self.run.kept
        return {
            "b": rows(da).sum(axis=0),
            "gamma_U": rows(da * kept["u_hat"]).sum(axis=0),
            "gamma_W": rows(da * kept["w_hat"]).sum(axis=0),
        }


adjoint = BatchNormAdjoint
