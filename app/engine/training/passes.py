"""One pass of training, forward and back: the only place where a step meets the engine's loops."""

from dataclasses import replace
from threading import Event

import numpy as np

from app.engine.bptt import run_bptt
from app.engine.layer import LayerRun
from app.engine.network import Network
from app.engine.plans.lean import has_plan, lean_pass
from app.engine.sequences import Sequence, counted_targets
from app.engine.unroll import time_first

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
    says. What has a plan goes that way; the same step takes the same way always.
    """
    h0, cell0 = sequence.h0, sequence.cell0
    if start is not None:
        h0, cell0 = start["h"], start.get("cell")
    if has_plan(network) and (truncate is None or truncate >= sequence.T):
        x = time_first(sequence.x, sequence.B is not None)
        y = counted_targets(network, sequence)
        lean = lean_pass(network, x, y, sequence.loss_steps, h0, cell0, out=out, cancel=cancel)
        return lean.loss, lean.last
    if start is not None:
        sequence = replace(sequence, h0=h0, cell0=cell0)
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
