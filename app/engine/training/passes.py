"""One pass of training, forward and back: the only place where a step meets the engine's loops."""

from dataclasses import replace
from threading import Event

import numpy as np

from app.engine.bptt import run_bptt
from app.engine.layer import LayerRun
from app.engine.network import Network
from app.engine.sequences import Sequence

Start = dict[str, np.ndarray]  # h, and cell where there is one: laid out as h0 and cell0


def run_pass(
    network: Network,
    sequence: Sequence,
    start: Start | None,
    truncate: int | None,
    out: dict[str, np.ndarray],
    cancel: Event | None = None,
) -> tuple[float, Start]:
    """Fill `out` with ∂L/∂ every parameter; return the total loss and the last states.

    `start` stands in for the sequence's own h0 and cell0. All must fit the network, as `check_fit`
    says.
    """
    if start is not None:
        sequence = replace(sequence, h0=start["h"], cell0=start.get("cell"))
    done = run_bptt(network, sequence, truncate, cancel=cancel)
    for name, gradient in done.gradients.items():
        np.copyto(out[name], gradient)
    return float(done.losses.per_step.sum()), last_states(network, done.run.parts)


def last_states(network: Network, parts: list[LayerRun]) -> Start:
    """Return h(T), and cell(T) where there is one, laid out as h0 and cell0."""
    ends = {"h": [part.h[-1] for part in parts]}
    if parts[0].cell is not None:
        ends["cell"] = [part.cell[-1] for part in parts if part.cell is not None]
    return {name: np.stack(e) if network.composed else e[0].copy() for name, e in ends.items()}
