"""The trace: all that one run of a network shows, in the blocks of the API's answer.

`forward_trace`, `bptt_trace` and `gradcheck` are the engine's entry points. Arrays are laid out as
the caller's: (T,·) or (B,T,·), contiguous. Overflow stays in them as inf and nan, and is reported.
"""

from collections.abc import Set
from dataclasses import dataclass
from threading import Event

import numpy as np

from app.engine import unroll
from app.engine.bptt import Bptt, run_bptt
from app.engine.clipping import Clip, Clipped, clip_gradients
from app.engine.credit import Credit, Shares, shares
from app.engine.errors import choose
from app.engine.gradcheck import GradcheckResult, ParameterCheck, check_truncate, gradcheck
from app.engine.horizon import Horizon, horizon
from app.engine.jacobians import Jacobians, jacobians
from app.engine.network import Network
from app.engine.norms import combine, norm
from app.engine.overflow import Overflow, first_backward, first_forward
from app.engine.sequences import Sequence, check_fit

__all__ = [
    "DEFAULT_INCLUDE",
    "INCLUDE",
    "Backward",
    "Clip",
    "Clipped",
    "Credit",
    "Forward",
    "GradcheckResult",
    "Horizon",
    "Jacobians",
    "Loss",
    "Overflow",
    "ParameterCheck",
    "Shares",
    "Trace",
    "bptt_trace",
    "forward_trace",
    "gradcheck",
]

INCLUDE = ("credit", "jacobians", "shares", "credit_vectors", "jacobian_matrices")
DEFAULT_INCLUDE = frozenset({"credit", "jacobians"})


@dataclass(frozen=True, slots=True, eq=False)
class Forward:
    """a and h (T,H), o and y_hat (T,O); with a batch (B,T,·)."""

    a: np.ndarray
    h: np.ndarray
    o: np.ndarray
    y_hat: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Loss:
    """per_step (T), a mean over the batch, 0 at a step without loss; total is their sum."""

    per_step: np.ndarray
    total: float


@dataclass(frozen=True, slots=True, eq=False)
class Backward:
    """Gradients of L: do (T,O), dh and da (T,H), dx (T,I), with a batch (B,T,·); dh0 (H), (B,H).

    dh holds all later losses. Under `truncate` all are those of the banded sum.
    """

    do: np.ndarray
    dh: np.ndarray
    da: np.ndarray
    dx: np.ndarray
    dh0: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """One run. After `forward_trace` every block from `loss` to `horizon` is None.

    `gradient_norms` has a Frobenius norm for each parameter and their `total`.
    """

    network: Network
    sequence: Sequence
    forward: Forward
    parameter_count: int
    overflow: Overflow | None
    loss: Loss | None = None
    backward: Backward | None = None
    gradients: dict[str, np.ndarray] | None = None
    gradient_norms: dict[str, float] | None = None
    clipped: Clipped | None = None
    credit: Credit | None = None
    shares: Shares | None = None
    jacobians: Jacobians | None = None
    horizon: Horizon | None = None


def forward_trace(network: Network, sequence: Sequence, *, cancel: Event | None = None) -> Trace:
    """Run forward only; y is not needed and not read.

    Raises `EngineError` where x or h0 does not fit the network, `Cancelled` once `cancel` is set.
    """
    check_fit(network, sequence)
    with np.errstate(all="ignore"):
        run = unroll.forward(network, sequence, cancel)
        return Trace(
            network=network,
            sequence=sequence,
            forward=_forward_block(run),
            parameter_count=network.parameter_count,
            overflow=first_forward(_forward_arrays(run)),
        )


def bptt_trace(
    network: Network,
    sequence: Sequence,
    *,
    clip: Clip | None = None,
    truncate: int | None = None,
    include: Set[str] = DEFAULT_INCLUDE,
    cancel: Event | None = None,
) -> Trace:
    """Run forward and back through time, and itemise.

    `include` names the blocks beyond the gradients: "credit" (with the horizon), "jacobians",
    "shares", "credit_vectors", "jacobian_matrices"; the latter two bring credit and jacobians.
    `truncate` w keeps the last w steps of each loss (see `bptt.run_bptt`). Raises `EngineError` for
    whatever does not fit, `Cancelled` once `cancel` is set. Overflow raises nothing.
    """
    for name in include:
        choose("include", name, INCLUDE)
    check_truncate(truncate)
    check_fit(network, sequence)
    vectors, matrices = "credit_vectors" in include, "jacobian_matrices" in include
    with np.errstate(all="ignore"):
        done = run_bptt(
            network, sequence, truncate,
            credit="credit" in include, vectors=vectors, cancel=cancel,
        )  # fmt: skip
        measured = None
        if matrices or "jacobians" in include:
            measured = jacobians(network, done.run, matrices, cancel)
        used = None
        if "shares" in include:
            used = shares(done.run, done.losses.do, done.states.da, "V" in network.parameters)
        norms = {name: norm(gradient) for name, gradient in done.gradients.items()}
        norms["total"] = combine(norms.values())
        return Trace(
            network=network,
            sequence=sequence,
            forward=_forward_block(done.run),
            parameter_count=network.parameter_count,
            overflow=_first_overflow(done, measured, used, norms),
            loss=Loss(done.losses.per_step, float(done.losses.per_step.sum())),
            backward=_backward_block(done),
            gradients=done.gradients,
            gradient_norms=norms,
            clipped=clip_gradients(done.gradients, clip) if clip else None,
            credit=done.credit,
            shares=used,
            jacobians=measured,
            horizon=horizon(done.credit.dh_norm, done.band.pairs) if done.credit else None,
        )


def _caller_layout(array: np.ndarray) -> np.ndarray:
    """Return (T,B,·) as contiguous (B,T,·); (T,·) as it is."""
    return np.ascontiguousarray(array.swapaxes(0, 1)) if array.ndim == 3 else array


def _forward_block(run: unroll.Forward) -> Forward:
    return Forward(*(_caller_layout(each) for each in (run.a, run.h, run.o, run.y_hat)))


def _backward_block(done: Bptt) -> Backward:
    states = done.states
    do, dh, da, dx = map(_caller_layout, (done.losses.do, states.dh, states.da, states.dx))
    return Backward(do, dh, da, dx, states.dh0)


def _forward_arrays(run: unroll.Forward) -> dict[str, np.ndarray]:
    return {"a": run.a, "h": run.h, "o": run.o, "y_hat": run.y_hat}


def _first_overflow(
    done: Bptt, measured: Jacobians | None, used: Shares | None, norms: dict[str, float]
) -> Overflow | None:
    """Look in the order of computation: forward, back to step 1, the sums, then the figures."""
    running_loss = np.cumsum(done.losses.per_step)
    states = done.states
    passing = {"do": done.losses.do, "dh": states.dh, "da": states.da, "dx": states.dx}
    sums = {"dh0": states.dh0, **{f"d{name}": g for name, g in done.gradients.items()}}
    sums["gradient_norms"] = np.array([*norms.values()])
    return (
        first_forward({**_forward_arrays(done.run), "loss": running_loss})
        or first_backward(passing)
        or first_backward({what: array[None] for what, array in sums.items()})  # done at step 1
        or first_backward(_figures(done.credit, measured, used))
    )


def _figures(
    credit: Credit | None, measured: Jacobians | None, used: Shares | None
) -> dict[str, np.ndarray]:
    """Return the norms by step, (T,…): they may overflow where the numbers themselves do not."""
    figures: dict[str, np.ndarray] = {}
    if credit:
        triangles = (credit.dh_norm, credit.da_norm, credit.dW_norm, credit.dU_norm)
        figures["credit"] = np.hstack([norms.T for norms in triangles])
    if used:
        uses = [norms for norms in (used.U, used.W, used.V) if norms is not None]
        figures["shares"] = np.stack(uses, axis=1)
    if measured:
        figures["spectral_norm"] = measured.spectral_norm
        figures["product_norm"] = measured.product_norm
        figures["singular_values"] = measured.singular_values[None]
    return figures
