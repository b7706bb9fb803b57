"""The LSTM cell (Hochreiter and Schmidhuber 1997; Gers et al. 2000), in PyTorch's equations.

    [i f g o] = U x(t) + W h(t-1) + b              input, forget, candidate, output
    cell(t)   = σ(f) ⊙ cell(t-1) + σ(i) ⊙ tanh(g)
    h(t)      = σ(o) ⊙ tanh(cell(t))

U (4H,I)  W (4H,H)  b (4H), rows in that order. First one step at a time: the reference that the
fast loops below are held to. `activation` belongs to the plain cell and is not used.
"""

from threading import Event
from typing import Any

import numpy as np

from app.engine.activations import ACTIVATIONS, Activation
from app.engine.errors import check_cancel
from app.engine.layer import CANCEL_EVERY, Adjoint, LayerRun, Parameters, rows, states

GATES = ("input", "forget", "candidate", "output")
STATES = ("h", "cell")
sigmoid = ACTIVATIONS["sigmoid"].f


def parameter_shapes(I: int, H: int) -> dict[str, tuple[int, ...]]:  # noqa: E741
    """Return the shapes of the cell's own parameters; the readout adds V (O,H) and c (O)."""
    return {"U": (4 * H, I), "W": (4 * H, H), "b": (4 * H,)}


def gates(a: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the gates i, f, g, o of pre-activations a (…,4H), each (…,H)."""
    i, f, g, o = np.split(a, 4, axis=-1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


def step(
    parameters: Parameters,
    activation: Activation,  # noqa: ARG001
    x: np.ndarray,
    h_prev: np.ndarray,
    cell_prev: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a(t) (4H), h(t) and cell(t) (H); with a batch (B,·)."""
    U, W, b = parameters["U"], parameters["W"], parameters["b"]
    a = x @ U.T + h_prev @ W.T + b  # (B, 4H)
    i, f, g, o = gates(a)
    cell = f * cell_prev + i * g  # (B, H)
    return a, o * np.tanh(cell), cell


def step_backward(
    parameters: Parameters,
    activation: Activation,  # noqa: ARG001
    x: np.ndarray,
    h_prev: np.ndarray,
    cell_prev: np.ndarray,
    a: np.ndarray,
    h: np.ndarray,  # noqa: ARG001
    cell: np.ndarray,
    dh: np.ndarray,
    dcell: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, Parameters]:
    """Return da(t), dx(t), dh(t-1), dcell(t-1) and this step's share of the gradients.

    dh = ∂L/∂h(t); dcell is what cell(t+1) sent. Both hold all later losses.
    """
    i, f, g, o = gates(a)
    tanh_cell = np.tanh(cell)
    dcell = dcell + dh * o * (1 - tanh_cell**2)  # the cell feeds h(t) and cell(t+1)
    da = np.concatenate(
        [
            dcell * g * i * (1 - i),
            dcell * cell_prev * f * (1 - f),
            dcell * i * (1 - g**2),
            dh * tanh_cell * o * (1 - o),
        ],
        axis=-1,
    )  # (B, 4H)
    share = {
        "U": rows(da).T @ rows(x),
        "W": rows(da).T @ rows(h_prev),
        "b": rows(da).sum(axis=0),
    }
    return da, da @ parameters["U"], da @ parameters["W"], dcell * f, share


def jacobian(
    parameters: Parameters,
    activation: Activation,  # noqa: ARG001
    x: np.ndarray,  # noqa: ARG001
    h_prev: np.ndarray,  # noqa: ARG001
    cell_prev: np.ndarray,
    a: np.ndarray,
    h: np.ndarray,  # noqa: ARG001
    cell: np.ndarray,
) -> np.ndarray:
    """Return ∂[h, cell](t)/∂[h, cell](t-1), (2H,2H); for a (…,4H) it is (…,2H,2H)."""
    Wi, Wf, Wg, Wo = np.split(parameters["W"], 4)  # (H, H) each
    i, f, g, o = (gate[..., :, None] for gate in gates(a))
    tanh_cell, before = np.tanh(cell)[..., :, None], cell_prev[..., :, None]
    cell_h = before * f * (1 - f) * Wf + g * i * (1 - i) * Wi + i * (1 - g**2) * Wg
    cell_cell = f * np.eye(len(Wi), dtype=a.dtype)
    into_h = o * (1 - tanh_cell**2)
    upper = [into_h * cell_h + tanh_cell * o * (1 - o) * Wo, into_h * cell_cell]
    return np.concatenate(
        [np.concatenate(upper, axis=-1), np.concatenate([cell_h, cell_cell], axis=-1)], axis=-2
    )


def _halves(H: int, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray]:
    """Return what makes one tanh serve every gate: σ(a) = ½ tanh(a/2) + ½."""
    scale = np.repeat(np.array([0.5, 0.5, 1.0, 0.5], dtype), H)
    return scale, 1 - scale


def run(
    parameters: Parameters,
    activation: Activation,  # noqa: ARG001
    x: np.ndarray,
    h0: np.ndarray | None,
    cell0: np.ndarray | None = None,
    cancel: Event | None = None,
) -> LayerRun:
    """Run all steps: x (T,I) or (T,B,I)."""
    H = parameters["W"].shape[1]
    scale, shift = _halves(H, x.dtype)
    WT = np.ascontiguousarray((scale[:, None] * parameters["W"]).T)
    a = x @ (scale[:, None] * parameters["U"]).T  # one GEMM for all steps, sigmoid rows halved
    a += scale * parameters["b"]
    all_h, all_cell = states(x, H, h0), states(x, H, cell0)
    z, tanh_cell = np.empty_like(a), np.empty_like(all_h[1:])
    i, f, g, o = np.split(z, 4, axis=-1)  # views
    Wh, ig = np.empty_like(a[0]), np.empty_like(all_h[0])
    tanh, multiply, add = np.tanh, np.multiply, np.add
    h_prev, cell_prev = all_h[0], all_cell[0]
    steps = zip(a, z, i, f, g, o, all_cell[1:], tanh_cell, all_h[1:], strict=True)
    for t, (a_t, z_t, i_t, f_t, g_t, o_t, cell, tanh_c, h) in enumerate(steps):
        if t % CANCEL_EVERY == 0:
            check_cancel(cancel)
        h_prev.dot(WT, Wh)
        add(a_t, Wh, a_t)  # (B, 4H)
        tanh(a_t, z_t)
        multiply(z_t, scale, z_t)
        add(z_t, shift, z_t)
        multiply(i_t, g_t, ig)
        multiply(f_t, cell_prev, cell)
        add(cell, ig, cell)  # (B, H)
        tanh(cell, tanh_c)
        multiply(o_t, tanh_c, h)
        h_prev, cell_prev = h, cell
    a /= scale  # a power of two: no rounding
    named: dict[str, np.ndarray] = dict(zip(GATES, (i, f, g, o), strict=True))
    before = all_cell[:-1]
    kept = {"z": z, "tanh_cell": tanh_cell, "cell_prev": before}
    return LayerRun(x, a, all_h[1:], all_h[:-1], named, all_cell[1:], before, kept)


class LstmAdjoint(Adjoint):
    """dcell(t) takes dh(t) ⊙ into_cell; the gates follow by coefficients K (T,…,4,H)."""

    has_cell = True

    def __init__(self, parameters: Parameters, activation: Activation, run: LayerRun):  # noqa: ARG002
        super().__init__(parameters, run)
        z, tanh_cell = run.kept["z"], run.kept["tanh_cell"]
        i, f, g, o = np.split(z, 4, axis=-1)
        self.f = f
        self.into_cell = o * (1 - tanh_cell**2)
        H = f.shape[-1]
        K = z * (1 - z)
        K[..., :H] *= g
        K[..., H : 2 * H] *= run.kept["cell_prev"]
        K[..., 2 * H : 3 * H] = i * (1 - g**2)
        K[..., 3 * H :] *= tanh_cell
        self.K = K.reshape(*K.shape[:-1], 4, H)

    def back(self, t, dh, dcell: Any, da):
        """Complete dcell(t), fill da(t)."""
        K, da = self.K[t], da.reshape(*dh.shape[:-1], 4, dh.shape[-1])
        dcell += dh * self.into_cell[t]  # the cell feeds h(t) and cell(t+1)
        np.multiply(dcell[..., None, :], K[..., :3, :], out=da[..., :3, :])
        np.multiply(dh, K[..., 3, :], out=da[..., 3, :])

    def carry(self, t, dh, dcell: Any, da, dh_prev, dcell_prev):
        """Send Wᵀ da into h(t−1), dcell ⊙ f into cell(t−1)."""
        super().carry(t, dh, dcell, da, dh_prev, dcell_prev)
        np.multiply(dcell, self.f[t], out=dcell_prev)


adjoint = LstmAdjoint
