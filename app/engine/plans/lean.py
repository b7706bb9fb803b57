"""The lean pass: what a training step needs of a network, and nothing to look at."""

from collections.abc import Sequence as Steps
from dataclasses import dataclass
from threading import Event

import numpy as np

from app.engine.network import Network
from app.engine.plans.plan import Arrays, Shape
from app.engine.plans.pool import pool


@dataclass(frozen=True, slots=True, eq=False)
class Lean:
    """The total loss (a mean over B), ∂L/∂ every parameter, the last states laid out as h0."""

    loss: float
    gradients: Arrays
    last: dict[str, np.ndarray]


def has_plan(network: Network) -> bool:
    """Say whether `lean_pass` takes this network: one layer, one direction, no normalization."""
    return not network.composed and network.normalization == "none"


def lean_pass(
    network: Network,
    x: np.ndarray,
    targets: np.ndarray,
    loss_steps: Steps[int],
    h0: np.ndarray | None = None,
    cell0: np.ndarray | None = None,
    *,
    out: Arrays | None = None,
    cancel: Event | None = None,
) -> Lean:
    """Run forward and back; all must fit the network, as `check_fit` and `counted_targets` say.

    x (T,I) or (T,B,I), h0 and cell0 (H) or (B,H); targets (S), (S,B), (S,O) or (S,B,O), those of
    the `loss_steps`. Gradients are written into `out` where it is given: C-contiguous arrays like
    the parameters, by name. Nothing that is returned belongs to a plan. The same arguments give
    the same bits. Callers silence NumPy's warnings; overflow runs on as inf and nan. Raises
    `Cancelled`.
    """
    p = network.parameters
    batch = x.shape[1:-1]
    x = np.ascontiguousarray(x).reshape(len(x), -1, x.shape[-1])  # (T,B,I)
    outputs = len(p["V"]) if "V" in p else None
    T, B, I = x.shape  # noqa: E741
    activation = network.activation if network.cell == "rnn" else ""
    shape = Shape(
        network.cell, activation, network.output, T, B, I, network.H, outputs, network.dtype
    )
    if out is None:
        out = {name: np.empty_like(each) for name, each in p.items()}
    with pool.borrow(shape) as plan:
        loss = plan.run(p, x, targets, loss_steps, (h0, cell0), out, cancel)
        return Lean(loss, out, plan.last(batch))
