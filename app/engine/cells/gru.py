"""The GRU cell (Cho et al. 2014), in PyTorch's equations: reset after the recurrent product.

    r = σ(U_r x(t) + W_r h(t-1) + b_r)                  reset
    z = σ(U_z x(t) + W_z h(t-1) + b_z)                  update
    n = tanh(U_n x(t) + b_n + r ⊙ (W_n h(t-1) + b_hn))  candidate
    h(t) = (1 - z) ⊙ n + z ⊙ h(t-1)

U (3H,I)  W (3H,H)  b (3H)  b_hn (H), rows in that order; a(t) holds what stands in the three
brackets. So the candidate rows of U see ∂L/∂a, those of W see it times r. First one step at a
time: the reference that the fast loops below are held to. `activation` is not used.
"""

from threading import Event

import numpy as np

from app.engine.activations import ACTIVATIONS, Activation
from app.engine.errors import check_cancel
from app.engine.layer import (
    CANCEL_EVERY,
    Adjoint,
    LayerRun,
    Parameters,
    product,
    rows,
    states,
)

GATES = ("reset", "update", "candidate")
STATES = ("h",)
sigmoid = ACTIVATIONS["sigmoid"].f


def parameter_shapes(I: int, H: int) -> dict[str, tuple[int, ...]]:  # noqa: E741
    """Return the shapes of the cell's own parameters; the readout adds V (O,H) and c (O)."""
    return {"U": (3 * H, I), "W": (3 * H, H), "b": (3 * H,), "b_hn": (H,)}


def gates(a: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gates r, z, n of pre-activations a (…,3H), each (…,H)."""
    r, z, n = np.split(a, 3, axis=-1)
    return sigmoid(r), sigmoid(z), np.tanh(n)


def inner(parameters: Parameters, h_prev: np.ndarray) -> np.ndarray:
    """Return q = W_n h(t-1) + b_hn, what the reset gate multiplies, (…,H)."""
    Wn = parameters["W"][-h_prev.shape[-1] :]
    return h_prev @ Wn.T + parameters["b_hn"]


def step(
    parameters: Parameters,
    activation: Activation,  # noqa: ARG001
    x: np.ndarray,
    h_prev: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return a(t) (3H) and h(t) (H); with a batch (B,·)."""
    H = h_prev.shape[-1]
    U, W, b = parameters["U"], parameters["W"], parameters["b"]
    a = x @ U.T + b  # (B, 3H)
    a[..., : 2 * H] += h_prev @ W[: 2 * H].T
    a[..., 2 * H :] += sigmoid(a[..., :H]) * inner(parameters, h_prev)
    _, z, n = gates(a)
    return a, (1 - z) * n + z * h_prev


def step_backward(
    parameters: Parameters,
    activation: Activation,  # noqa: ARG001
    x: np.ndarray,
    h_prev: np.ndarray,
    a: np.ndarray,
    h: np.ndarray,  # noqa: ARG001
    dh: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, Parameters]:
    """Return da(t), dx(t), dh(t-1) and this step's share of the gradients.

    dh = ∂L/∂h(t), all later losses included.
    """
    r, z, n = gates(a)
    dn = dh * (1 - z) * (1 - n**2)  # (B, H)
    dz = dh * (h_prev - n) * z * (1 - z)
    dr = dn * inner(parameters, h_prev) * r * (1 - r)
    da = np.concatenate([dr, dz, dn], axis=-1)  # (B, 3H): what U sees
    dq = np.concatenate([dr, dz, dn * r], axis=-1)  # what W sees
    share = {
        "U": rows(da).T @ rows(x),
        "W": rows(dq).T @ rows(h_prev),
        "b": rows(da).sum(axis=0),
        "b_hn": rows(dn * r).sum(axis=0),
    }
    return da, da @ parameters["U"], dq @ parameters["W"] + dh * z, share


def jacobian(
    parameters: Parameters,
    activation: Activation,  # noqa: ARG001
    x: np.ndarray,  # noqa: ARG001
    h_prev: np.ndarray,
    a: np.ndarray,
    h: np.ndarray,  # noqa: ARG001
) -> np.ndarray:
    """Return ∂h(t)/∂h(t-1), (H,H); for a (…,3H) it is (…,H,H)."""
    Wr, Wz, Wn = np.split(parameters["W"], 3)  # (H, H) each
    q, before = inner(parameters, h_prev)[..., :, None], h_prev[..., :, None]
    r, z, n = (gate[..., :, None] for gate in gates(a))
    into_n = (1 - z) * (1 - n**2)
    through = into_n * (q * r * (1 - r) * Wr + r * Wn) + (before - n) * z * (1 - z) * Wz
    return through + z * np.eye(len(Wr), dtype=a.dtype)


def run(
    parameters: Parameters,
    activation: Activation,  # noqa: ARG001
    x: np.ndarray,
    h0: np.ndarray | None,
    cell0: np.ndarray | None = None,  # noqa: ARG001
    cancel: Event | None = None,
) -> LayerRun:
    """Run all steps: x (T,I) or (T,B,I)."""
    H, half = parameters["W"].shape[1], x.dtype.type(0.5)
    scale = np.repeat(np.array([0.5, 0.5, 1.0], x.dtype), H)  # σ(a) = ½ tanh(a/2) + ½
    WT = np.ascontiguousarray((scale[:, None] * parameters["W"]).T)
    a = x @ (scale[:, None] * parameters["U"]).T  # one GEMM for all steps, sigmoid rows halved
    a += scale * parameters["b"]
    all_h, b_hn = states(x, H, h0), parameters["b_hn"]
    rz = np.empty((*a.shape[:-1], 2 * H), a.dtype)
    q, n = np.empty_like(all_h[1:]), np.empty_like(all_h[1:])
    r, z = rz[..., :H], rz[..., H:]
    Wh, h_prev = np.empty_like(a[0]), all_h[0]
    Wh_rz, Wh_n = Wh[..., : 2 * H], Wh[..., 2 * H :]
    tanh, multiply, add, subtract = np.tanh, np.multiply, np.add, np.subtract
    steps = zip(a[..., : 2 * H], a[..., 2 * H :], rz, r, z, q, n, all_h[1:], strict=True)
    for t, (a_rz, a_n, rz_t, r_t, z_t, q_t, n_t, h) in enumerate(steps):
        if t % CANCEL_EVERY == 0:
            check_cancel(cancel)
        h_prev.dot(WT, Wh)
        add(a_rz, Wh_rz, a_rz)
        tanh(a_rz, rz_t)
        multiply(rz_t, half, rz_t)
        add(rz_t, half, rz_t)
        add(Wh_n, b_hn, q_t)
        multiply(r_t, q_t, n_t)
        add(a_n, n_t, a_n)
        tanh(a_n, n_t)
        subtract(h_prev, n_t, h)
        multiply(h, z_t, h)
        add(h, n_t, h)  # (1 − z) n + z h(t−1)
        h_prev = h
    a[..., : 2 * H] *= 2
    named: dict[str, np.ndarray] = dict(zip(GATES, (r, z, n), strict=True))
    return LayerRun(x, a, all_h[1:], all_h[:-1], named, kept={"q": q, "rz": rz})


class GruAdjoint(Adjoint):
    """Every gate's gradient is dh times a coefficient: K (T,…,3,H) for U, Q for W."""

    split = True

    def __init__(self, parameters: Parameters, activation: Activation, run: LayerRun):  # noqa: ARG002
        super().__init__(parameters, run)
        gates = run.gates or {}
        r, z, n = (gates[name] for name in GATES)
        self.r, self.z = r, z
        H = r.shape[-1]
        K = np.empty((*r.shape[:-1], 3, H), r.dtype)
        dn, rz = (1 - z) * (1 - n**2), run.kept["rz"]
        slope = rz * (1 - rz)
        K[..., 2, :] = dn
        np.multiply(run.h_prev - n, slope[..., H:], out=K[..., 1, :])
        np.multiply(dn * run.kept["q"], slope[..., :H], out=K[..., 0, :])
        self.K, self.Q = K, K.copy()
        self.Q[..., 2, :] *= r

    def back(self, t, dh, dcell, da):  # noqa: ARG002
        """Fill da(t)."""
        da = da.reshape(*dh.shape[:-1], 3, dh.shape[-1])
        np.multiply(dh[..., None, :], self.K[t], out=da)

    def carry(self, t, dh, dcell, da, dh_prev, dcell_prev):  # noqa: ARG002
        """Send Wᵀ (what W sees) and dh ⊙ z into h(t−1)."""
        dq = dh[..., None, :] * self.Q[t]
        product(dq.reshape(da.shape), self.W, dh_prev)
        dh_prev += dh * self.z[t]

    def deltas(self, da, at=slice(None)):
        """U sees da, W sees its candidate rows times r."""
        dq, H = da.copy(), self.r.shape[-1]
        dq[..., 2 * H :] *= self.r[at]
        return da, dq

    def own_gradients(self, da, dW):
        """Return ∂L/∂b and ∂L/∂b_hn."""
        H = self.r.shape[-1]
        return {"b": rows(da).sum(axis=0), "b_hn": rows(dW)[:, 2 * H :].sum(axis=0)}


adjoint = GruAdjoint
