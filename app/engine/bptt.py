"""One run, forward and back: what `trace` shows and `gradcheck` checks."""

from dataclasses import dataclass
from threading import Event

import numpy as np

from app.engine import unroll
from app.engine.credit import Band, Credit, band, itemise
from app.engine.layer import Adjoint
from app.engine.network import Network
from app.engine.sequences import Sequence, counted_targets
from app.engine.stack import StateGradients, adjoints, backward_parts, gradients
from app.engine.stack_credit import itemise_parts


@dataclass(frozen=True, slots=True, eq=False)
class Bptt:
    """The passes of one run, time first (see `unroll`), and the parameters' gradients."""

    run: unroll.Forward
    losses: unroll.Losses
    ways: list[Adjoint]
    states: StateGradients
    gradients: dict[str, np.ndarray]
    band: Band
    credit: Credit | None


def run_bptt(
    network: Network,
    sequence: Sequence,
    truncate: int | None = None,
    *,
    credit: bool = False,
    vectors: bool = False,
    cancel: Event | None = None,
) -> Bptt:
    """Run forward and back; x, h0 and cell0 must fit the network (`check_fit`).

    With `truncate` w the loss at t sends its gradient into the last w steps only: its rows of the
    triangle end at column t−w+1, and every gradient is that of the banded sum. x and h0 are
    inputs of the steps they enter, so dh0 = Wᵀ da(1), and w ≥ T changes nothing. A reverse
    direction keeps k = t … t+w−1.
    Raises `EngineError` for targets that do not fit.
    """
    targets = counted_targets(network, sequence)
    run = unroll.forward(network, sequence, cancel)
    losses = unroll.losses(network, run, targets, sequence.loss_steps)
    seed = unroll.seeds(network, losses.do)
    ways = adjoints(network, run.parts)
    alive = band(sequence.T, sequence.loss_steps, truncate)
    banded = truncate is not None and truncate < sequence.T
    found, states = None, None
    if network.composed and (credit or vectors or banded):
        found, states = itemise_parts(
            network, ways, seed, sequence.loss_steps, truncate, vectors=vectors, cancel=cancel
        )
        found = found if credit or vectors else None
    elif credit or vectors or banded:
        items = itemise(
            ways[0], seed, alive,
            norms=credit or vectors, vectors=vectors, sums=banded, cancel=cancel,
        )  # fmt: skip
        found = items.credit
        if items.sums:
            dh, da, *dcell = items.sums
            done = ways[0].finish(dh, da, dcell[0] if dcell else None)
            states = StateGradients([done], done.dx)
    if states is None:
        states = backward_parts(network, ways, seed, cancel)
    all_gradients = gradients(network, ways, states)
    all_gradients |= unroll.readout_gradients(network, run, losses.do)
    ordered = {name: all_gradients[name] for name in network.parameters}
    return Bptt(run, losses, ways, states, ordered, alive, found)
