"""One run, forward and back: what `trace` shows and `gradcheck` checks."""

from dataclasses import dataclass
from threading import Event

import numpy as np

from app.engine import unroll
from app.engine.activations import ACTIVATIONS
from app.engine.credit import Band, Credit, band, itemise
from app.engine.network import Network
from app.engine.sequences import Sequence, counted_targets


@dataclass(frozen=True, slots=True, eq=False)
class Bptt:
    """The passes of one run, time first (see `unroll`), and the parameters' gradients."""

    run: unroll.Forward
    losses: unroll.Losses
    states: unroll.StateGradients
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
    """Run forward and back; x and h0 must fit the network (`check_fit`).

    With `truncate` w the loss at t sends its gradient into the last w steps only: its rows of the
    triangle end at column t−w+1, and every gradient is that of the banded sum. x and h0 are
    inputs of the steps they enter, so dh0 = Wᵀ da(1), and w ≥ T changes nothing.
    Raises `EngineError` for targets that do not fit.
    """
    targets = counted_targets(network, sequence)
    run = unroll.forward(network, sequence, cancel)
    losses = unroll.losses(network, run, targets, sequence.loss_steps)
    seed = unroll.seeds(network, losses.do)
    slope = ACTIVATIONS[network.activation].slope(run.a, run.h)
    alive = band(sequence.T, sequence.loss_steps, truncate)
    banded = truncate is not None and truncate < sequence.T
    if credit or vectors or banded:
        items = itemise(
            network, run, seed, slope, alive,
            norms=credit or vectors, vectors=vectors, sums=banded, cancel=cancel,
        )  # fmt: skip
    else:
        items = None
    if banded and items is not None and items.dh is not None and items.da is not None:
        states = unroll.finish(network, items.dh, items.da)
    else:
        states = unroll.backward(network, seed, slope, cancel)
    gradients = unroll.parameter_gradients(network, run, losses.do, states.da)
    return Bptt(run, losses, states, gradients, alive, items.credit if items else None)
