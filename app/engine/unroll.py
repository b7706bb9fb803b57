"""The unrolled network: the forward pass and back-propagation through time (BPTT).

Time comes first in here: states are (T,H), or (T,B,H) with a batch, so that a step is contiguous
and a sum over time and batch is one GEMM. `trace` hands out the caller's (B,T,H).

    a(t) = U x(t) + W h(t-1) + b      h(t) = φ(a(t))      o(t) = V h(t) + c      ŷ(t) = σ(o(t))

The loops are the fast twin of `cells.rnn.step` and `step_backward`, held equal by tests. Callers
silence NumPy's floating-point warnings; overflow runs on as inf and nan.
"""

from dataclasses import dataclass
from threading import Event

import numpy as np

from app.engine.activations import ACTIVATIONS
from app.engine.errors import check_cancel
from app.engine.network import Network
from app.engine.readout import READOUTS
from app.engine.sequences import Sequence

CANCEL_EVERY = 32  # steps between two looks at the cancel event


@dataclass(frozen=True, slots=True, eq=False)
class Forward:
    """The forward pass, time first: x (T,I), a (T,H), h (T,H), h_prev (T,H), o and y_hat (T,O).

    With a batch each has B as its second axis. h_prev[t] is h[t-1], h_prev[0] is h0.
    """

    x: np.ndarray
    a: np.ndarray
    h: np.ndarray
    h_prev: np.ndarray
    o: np.ndarray
    y_hat: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Losses:
    """L(t), averaged over the batch, (T); and do = ∂L/∂o, (T,O) or (T,B,O)."""

    per_step: np.ndarray
    do: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class StateGradients:
    """∂L/∂h(t) with all later losses, ∂L/∂a(t), ∂L/∂x(t), time first, and ∂L/∂h0."""

    dh: np.ndarray
    da: np.ndarray
    dx: np.ndarray
    dh0: np.ndarray


def time_first(array: np.ndarray, batch: bool) -> np.ndarray:
    """Return (B,T,·) as contiguous (T,B,·); (T,·) as it is."""
    return np.ascontiguousarray(array.swapaxes(0, 1)) if batch else array


def forward(network: Network, sequence: Sequence, cancel: Event | None = None) -> Forward:
    """Run the network over the sequence; shapes must have been checked (`check_fit`)."""
    U, W, b = (network.parameters[name] for name in ("U", "W", "b"))
    f, WT = ACTIVATIONS[network.activation].f, np.ascontiguousarray(W.T)
    x = time_first(sequence.x, sequence.B is not None)
    states = np.empty((len(x) + 1, *x.shape[1:-1], network.H), x.dtype)
    states[0] = 0.0 if sequence.h0 is None else sequence.h0
    a = x @ U.T  # one GEMM for all steps
    a += b
    Wh, h_prev = np.empty_like(states[0]), states[0]
    for t, (a_t, h) in enumerate(zip(a, states[1:], strict=True)):
        if t % CANCEL_EVERY == 0:
            check_cancel(cancel)
        h_prev.dot(WT, Wh)  # half the call cost of np.matmul; both must be contiguous
        a_t += Wh  # (B, H)
        f(a_t, out=h)
        h_prev = h
    h = states[1:]
    o = read(network, h)
    return Forward(x, a, h, states[:-1], o, READOUTS[network.output].y_hat(o))


def read(network: Network, h: np.ndarray) -> np.ndarray:
    """Return o = V h + c, or h itself where the network has no V."""
    if "V" not in network.parameters:
        return h.copy()
    o = h @ network.parameters["V"].T
    o += network.parameters["c"]
    return o


def losses(network: Network, run: Forward, targets: np.ndarray, loss_steps: range) -> Losses:
    """Return the losses at `loss_steps` against targets (S,…), and their gradients do.

    The mean over the batch is taken here: do carries the factor 1/B.
    """
    readout = READOUTS[network.output]
    steps = slice(loss_steps.start, loss_steps.stop)
    each = readout.loss(run.o[steps], targets)  # (S) or (S, B)
    do = readout.do(run.y_hat[steps], targets)
    if each.ndim == 2:
        each = each.mean(axis=1)
        do /= run.o.shape[1]
    if len(each) == len(run.o):
        return Losses(each, do)
    per_step, all_do = np.zeros(len(run.o), each.dtype), np.zeros_like(run.o)
    per_step[steps], all_do[steps] = each, do
    return Losses(per_step, all_do)


def seeds(network: Network, do: np.ndarray) -> np.ndarray:
    """Return ∂L(t)/∂h(t), what each step's own loss sends into its state: Vᵀ do, (T,H)."""
    return do @ network.parameters["V"] if "V" in network.parameters else do


def backward(
    network: Network,
    seed: np.ndarray,
    slope: np.ndarray,
    cancel: Event | None = None,
) -> StateGradients:
    """Carry the gradient from T to 1: dh(t) = Vᵀ do(t) + Wᵀ da(t+1), da = φ' ⊙ dh.

    seed and slope = φ'(a) are (T,H) or (T,B,H).
    """
    W = network.parameters["W"]
    dh, da = seed.copy(), np.empty_like(seed)
    multiply, back = np.multiply, np.empty_like(seed[0])
    multiply(dh[-1], slope[-1], out=da[-1])
    da_next = da[-1]
    steps = zip(dh[-2::-1], slope[-2::-1], da[-2::-1], strict=True)
    for done, (dh_t, slope_t, da_t) in enumerate(steps):
        if done % CANCEL_EVERY == 0:
            check_cancel(cancel)
        da_next.dot(W, back)
        dh_t += back  # (B, H)
        multiply(dh_t, slope_t, out=da_t)
        da_next = da_t
    return finish(network, dh, da)


def finish(network: Network, dh: np.ndarray, da: np.ndarray) -> StateGradients:
    """Complete dh and da, (T,H), with what step by step enters and starts the network."""
    W, U = network.parameters["W"], network.parameters["U"]
    return StateGradients(dh, da, dx=da @ U, dh0=da[0] @ W)


def parameter_gradients(
    network: Network, run: Forward, do: np.ndarray, da: np.ndarray
) -> dict[str, np.ndarray]:
    """Return ∂L/∂U, W, b, V, c from do and da of all steps: one GEMM each."""
    da_rows, do_rows = _rows(da), _rows(do)
    gradients = {
        "U": da_rows.T @ _rows(run.x),
        "W": da_rows.T @ _rows(run.h_prev),
        "b": da_rows.sum(axis=0),
    }
    if "V" in network.parameters:
        gradients |= {"V": do_rows.T @ _rows(run.h), "c": do_rows.sum(axis=0)}
    return {name: gradients[name] for name in network.parameters}


def _rows(array: np.ndarray) -> np.ndarray:
    return array.reshape(-1, array.shape[-1])
