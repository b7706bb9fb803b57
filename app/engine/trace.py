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
from app.engine.layer import LayerGradients, LayerRun
from app.engine.network import Network
from app.engine.norms import combine, norm
from app.engine.overflow import Overflow, first_backward, first_forward
from app.engine.sequences import Sequence, check_fit
from app.engine.stack import top_forward, turn

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
class LayerForward:
    """One layer and direction: a (T,G·H), h (T,H), gates and cell (T,H) or None."""

    layer: int
    direction: str
    a: np.ndarray
    h: np.ndarray
    gates: dict[str, np.ndarray] | None
    cell: np.ndarray | None


@dataclass(frozen=True, slots=True, eq=False)
class Forward:
    """a (T,G·H) of all G gates stacked, h (T,H), o and y_hat (T,O); with a batch (B,T,·).

    `gates` (T,H) by name and `cell` (T,H) where the cell has them. They are the top layer's; of a
    bidirectional one both directions stand side by side, h is (T,2H). `layers` has each layer and
    direction of a composed network, None otherwise.
    """

    a: np.ndarray
    h: np.ndarray
    o: np.ndarray
    y_hat: np.ndarray
    gates: dict[str, np.ndarray] | None = None
    cell: np.ndarray | None = None
    layers: list[LayerForward] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Loss:
    """per_step (T), a mean over the batch, 0 at a step without loss; total is their sum."""

    per_step: np.ndarray
    total: float


@dataclass(frozen=True, slots=True, eq=False)
class LayerBackward:
    """One layer and direction: dh (T,H), da (T,G·H), dcell (T,H) or None."""

    layer: int
    direction: str
    dh: np.ndarray
    da: np.ndarray
    dcell: np.ndarray | None


@dataclass(frozen=True, slots=True, eq=False)
class Backward:
    """Gradients of L: do (T,O), dh (T,H), da (T,G·H), dx (T,I), with a batch (B,T,·); dh0 as h0.

    dh holds all later losses. dcell (T,H) and dcell0 where there is a cell state. Blocks are
    the top layer's as in `Forward`; dh0 and dcell0 are those of every layer and direction. Under
    `truncate` all are those of the banded sum.
    """

    do: np.ndarray
    dh: np.ndarray
    da: np.ndarray
    dx: np.ndarray
    dh0: np.ndarray
    dcell: np.ndarray | None = None
    dcell0: np.ndarray | None = None
    layers: list[LayerBackward] | None = None


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
            forward=_forward_block(network, run),
            parameter_count=network.parameter_count,
            overflow=first_forward(_forward_arrays(network, run)),
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
        top = top_forward(network)
        way, states = done.ways[top], done.states.parts[top]
        measured = None
        if matrices or "jacobians" in include:
            last = unroll.seeds(network, done.losses.do[-1])[..., : network.H]
            measured = jacobians(network, way, last, matrices, cancel)
        used = None
        if "shares" in include:
            has_V = "V" in network.parameters
            used = shares(way, states.da, done.run.h, done.losses.do, has_V)
        norms = {name: norm(gradient) for name, gradient in done.gradients.items()}
        norms["total"] = combine(norms.values())
        return Trace(
            network=network,
            sequence=sequence,
            forward=_forward_block(network, done.run),
            parameter_count=network.parameter_count,
            overflow=_first_overflow(network, done, measured, used, norms),
            loss=Loss(done.losses.per_step, float(done.losses.per_step.sum())),
            backward=_backward_block(network, done),
            gradients=done.gradients,
            gradient_norms=norms,
            clipped=clip_gradients(done.gradients, clip) if clip else None,
            credit=done.credit,
            shares=used,
            jacobians=measured,
            horizon=_horizon(done),
        )


def _caller_layout(array: np.ndarray) -> np.ndarray:
    """Return (T,B,·) as (B,T,·), (T,·) as it is, contiguous."""
    return np.ascontiguousarray(array.swapaxes(0, 1) if array.ndim == 3 else array)


def _forward_block(network: Network, run: unroll.Forward) -> Forward:
    each = [_layer_forward(network, i, own) for i, own in enumerate(run.parts)]
    top = [layer for layer in each if layer.layer == network.layers - 1]
    gates = None
    if top[0].gates is not None:
        gates = {name: _beside([(own.gates or {})[name] for own in top]) for name in top[0].gates}
    cell = None if top[0].cell is None else _beside([own.cell for own in top])
    a = _beside([own.a for own in top])
    h, o, y_hat = map(_caller_layout, (run.h, run.o, run.y_hat))
    return Forward(a, h, o, y_hat, gates, cell, each if network.composed else None)


def _layer_forward(network: Network, i: int, own: LayerRun) -> LayerForward:
    part = network.parts[i]

    def out(array: np.ndarray) -> np.ndarray:
        return _caller_layout(turn(array, part))

    return LayerForward(
        part.layer,
        part.direction,
        a=out(own.a),
        h=out(own.h),
        gates=own.gates and {name: out(gate) for name, gate in own.gates.items()},
        cell=None if own.cell is None else out(own.cell),
    )


def _layer_backward(network: Network, i: int, own: LayerGradients) -> LayerBackward:
    part = network.parts[i]
    dh, da = (_caller_layout(turn(array, part)) for array in (own.dh, own.da))
    dcell = None if own.dcell is None else _caller_layout(turn(own.dcell, part))
    return LayerBackward(part.layer, part.direction, dh, da, dcell)


def _backward_block(network: Network, done: Bptt) -> Backward:
    parts = done.states.parts
    each = [_layer_backward(network, i, own) for i, own in enumerate(parts)]
    top = [layer for layer in each if layer.layer == network.layers - 1]
    do, dx = _caller_layout(done.losses.do), _caller_layout(done.states.dx)
    dh, da = _beside([own.dh for own in top]), _beside([own.da for own in top])
    dcell = dcell0 = None
    if top[0].dcell is not None:
        dcell = _beside([own.dcell for own in top])
        dcell0 = _starts(network, [own.dcell0 for own in parts])
    dh0 = _starts(network, [own.dh0 for own in parts])
    return Backward(do, dh, da, dx, dh0, dcell, dcell0, each if network.composed else None)


def _beside(arrays: list) -> np.ndarray:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays, axis=-1)


def _starts(network: Network, arrays: list) -> np.ndarray:
    return np.stack(arrays) if network.composed else arrays[0]


def _horizon(done: Bptt) -> Horizon | None:
    """Fit the LSTM's at its cell state, the others' at h."""
    if done.credit is None:
        return None
    norms = done.credit.dh_norm if done.credit.dcell_norm is None else done.credit.dcell_norm
    return horizon(norms, done.band.pairs)


def _forward_arrays(network: Network, run: unroll.Forward) -> dict[str, np.ndarray]:
    """Return what is computed step by step; a reverse part runs from the last step down."""
    arrays = {}
    for part, own in zip(network.parts, run.parts, strict=True):
        arrays[f"a{part.suffix}"] = turn(own.a, part)
        if own.cell is not None:
            arrays[f"cell{part.suffix}"] = turn(own.cell, part)
        arrays[f"h{part.suffix}"] = turn(own.h, part)
    return {**arrays, "o": run.o, "y_hat": run.y_hat}


def _backward_arrays(network: Network, done: Bptt) -> dict[str, np.ndarray]:
    arrays = {"do": done.losses.do}
    for part, own in reversed([*zip(network.parts, done.states.parts, strict=True)]):
        arrays[f"dh{part.suffix}"] = turn(own.dh, part)
        if own.dcell is not None:
            arrays[f"dcell{part.suffix}"] = turn(own.dcell, part)
        arrays[f"da{part.suffix}"] = turn(own.da, part)
    return {**arrays, "dx": done.states.dx}


def _first_overflow(
    network: Network,
    done: Bptt,
    measured: Jacobians | None,
    used: Shares | None,
    norms: dict[str, float],
) -> Overflow | None:
    """Look in the order of computation: forward, back to step 1, the sums, then the figures."""
    running_loss = np.cumsum(done.losses.per_step)
    parts = zip(network.parts, done.states.parts, strict=True)
    sums = {f"dh0{part.suffix}": own.dh0 for part, own in parts}
    sums |= {f"d{name}": g for name, g in done.gradients.items()}
    sums["gradient_norms"] = np.array([*norms.values()])
    return (
        first_forward({**_forward_arrays(network, done.run), "loss": running_loss})
        or first_backward(_backward_arrays(network, done))
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
        cells = () if credit.dcell_norm is None else (credit.dcell_norm,)
        figures["credit"] = np.hstack([norms.T for norms in (*triangles, *cells)])
    if used:
        uses = [norms for norms in (used.U, used.W, used.V) if norms is not None]
        figures["shares"] = np.stack(uses, axis=1)
    if measured:
        figures["spectral_norm"] = measured.spectral_norm
        figures["product_norm"] = measured.product_norm
        figures["singular_values"] = measured.singular_values[None]
    return figures
