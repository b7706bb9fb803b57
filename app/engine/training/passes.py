"""One pass of training, forward and back: the only place where a step meets the engine's loops."""

from dataclasses import dataclass
from threading import Event

import numpy as np

from app.engine.bptt import run_bptt
from app.engine.layer import LayerRun
from app.engine.network import Network
from app.engine.sequences import Sequence

Start = dict[str, np.ndarray]  # h, and cell where there is one: laid out as h0 and cell0


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """The total loss, ∂L/∂ every parameter, and the states after the last step, as h0 and cell0."""

    loss: float
    gradients: dict[str, np.ndarray]
    last: Start


def run_pass(
    network: Network, sequence: Sequence, truncate: int | None, cancel: Event | None = None
) -> Pass:
    """Return loss and gradients of one sequence or batch; shapes must have been checked."""
    done = run_bptt(network, sequence, truncate, cancel=cancel)
    return Pass(
        float(done.losses.per_step.sum()), done.gradients, last_states(network, done.run.parts)
    )


def last_states(network: Network, parts: list[LayerRun]) -> Start:
    """Return h(T), and cell(T) where there is one, laid out as h0 and cell0."""
    ends = {"h": [part.h[-1] for part in parts]}
    if parts[0].cell is not None:
        ends["cell"] = [part.cell[-1] for part in parts if part.cell is not None]
    return {name: np.stack(e) if network.composed else e[0].copy() for name, e in ends.items()}
