"""The unrolled network: the forward pass, the losses, and back-propagation through time (BPTT).

Time comes first in here: states are (T,H), or (T,B,H) with a batch, so that a step is contiguous
and a sum over time and batch is one GEMM. `trace` hands out the caller's (B,T,H).

    h(t) = cell(x(t), h(t-1))      o(t) = V h(t) + c      ŷ(t) = σ(o(t))

The loops over time are each cell's own (`run`, `Adjoint`), held equal to its plain step by tests.
Callers silence NumPy's floating-point warnings; overflow runs on as inf and nan.
"""

from collections.abc import Sequence as Steps
from dataclasses import dataclass
from threading import Event

import numpy as np

from app.engine.layer import LayerRun, rows
from app.engine.network import Network
from app.engine.readout import READOUTS
from app.engine.sequences import Sequence
from app.engine.stack import run_parts, side_by_side


@dataclass(frozen=True, slots=True, eq=False)
class Forward:
    """The forward pass, time first: x (T,I), the top layer's h (T,H), o and y_hat (T,O).

    With a batch each has B as its second axis. `parts` holds every layer and direction.
    """

    x: np.ndarray
    h: np.ndarray
    o: np.ndarray
    y_hat: np.ndarray
    parts: list[LayerRun]


@dataclass(frozen=True, slots=True, eq=False)
class Losses:
    """L(t), averaged over the batch, (T); and do = ∂L/∂o, (T,O) or (T,B,O)."""

    per_step: np.ndarray
    do: np.ndarray


def time_first(array: np.ndarray, batch: bool) -> np.ndarray:
    """Return (B,T,·) as contiguous (T,B,·); (T,·) as it is."""
    return np.ascontiguousarray(array.swapaxes(0, 1)) if batch else array


def forward(network: Network, sequence: Sequence, cancel: Event | None = None) -> Forward:
    """Run the network over the sequence; shapes must have been checked (`check_fit`)."""
    x = time_first(sequence.x, sequence.B is not None)
    runs = run_parts(network, x, sequence.h0, sequence.cell0, cancel)
    h = side_by_side(network, runs, "h")
    o = read(network, h)
    return Forward(x, h, o, READOUTS[network.output].y_hat(o), runs)


def read(network: Network, h: np.ndarray) -> np.ndarray:
    """Return o = V h + c, or h itself where the network has no V."""
    if "V" not in network.parameters:
        return h.copy()
    o = h @ network.parameters["V"].T
    o += network.parameters["c"]
    return o


def losses(network: Network, run: Forward, targets: np.ndarray, loss_steps: Steps[int]) -> Losses:
    """Return the losses at `loss_steps` against targets (S,…), and their gradients do.

    The mean over the batch is taken here: do carries the factor 1/B.
    """
    readout, every = READOUTS[network.output], len(loss_steps) == len(run.o)
    steps = slice(None) if every else list(loss_steps)
    each = readout.loss(run.o[steps], targets)  # (S) or (S, B)
    do = readout.do(run.y_hat[steps], targets)
    if each.ndim == 2:
        each = each.mean(axis=1)
        do /= run.o.shape[1]
    if every:
        return Losses(each, do)
    per_step, all_do = np.zeros(len(run.o), each.dtype), np.zeros_like(run.o)
    per_step[steps], all_do[steps] = each, do
    return Losses(per_step, all_do)


def seeds(network: Network, do: np.ndarray) -> np.ndarray:
    """Return ∂L(t)/∂h(t), what each step's own loss sends into its state: Vᵀ do, (T,H)."""
    return do @ network.parameters["V"] if "V" in network.parameters else do


def readout_gradients(network: Network, run: Forward, do: np.ndarray) -> dict[str, np.ndarray]:
    """Return ∂L/∂V and ∂L/∂c from do of all steps; nothing where there is no V."""
    if "V" not in network.parameters:
        return {}
    return {"V": rows(do).T @ rows(run.h), "c": rows(do).sum(axis=0)}
