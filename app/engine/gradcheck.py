"""Analytic gradients against central differences, in float64."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from threading import Event

import numpy as np

from app.engine import unroll
from app.engine.activations import ACTIVATIONS
from app.engine.bptt import run_bptt
from app.engine.errors import EngineError, check_cancel
from app.engine.network import Network
from app.engine.sequences import Sequence, check_fit, counted_targets

STEPS = (3e-4, 1e-5, 2e-6)  # tried in turn until one agrees and crosses no kink
TOLERANCE = 1e-6
FLOOR = 1e-3  # below this part of the loss an error counts as absolute
SAMPLE = 128  # entries checked of a parameter that has more


@dataclass(frozen=True, slots=True)
class ParameterCheck:
    """The worst entry of one parameter.

    max_error and its index `at` are None where every entry lay on a kink; `checked` counts the
    entries compared, `kinks` those left out because φ has no derivative within reach.
    """

    max_error: float | None
    at: tuple[int, ...] | None
    ok: bool
    checked: int
    kinks: int


@dataclass(frozen=True, slots=True)
class GradcheckResult:
    """A check for each parameter; `ok` where all are."""

    parameters: dict[str, ParameterCheck]
    ok: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """A sequence whose loss, times `weight`, is part of the checked sum."""

    sequence: Sequence
    targets: np.ndarray
    weight: float


def gradcheck(
    network: Network,
    sequence: Sequence,
    *,
    truncate: int | None = None,
    cancel: Event | None = None,
) -> GradcheckResult:
    """Compare each parameter's gradient with (8(L₊−L₋) − (L₊₊−L₋₋)) / 12ε, the central difference.

    ε is 3e-4 · max(1,|θ|), and smaller where that disagrees or where a pre-activation changes sign
    under relu or leaky_relu. The error is |analytic − numeric| / (max(|analytic|, |numeric|) +
    1e-3 · max(1,|L|)); ok below 1e-6. Of a parameter with more than 128 entries a sample of 128,
    the same each time, is checked. With `truncate` the loss at t is that of the last w steps, from
    the state before them held fixed. Raises `EngineError` as `bptt_trace`, and `Cancelled`.
    """
    check_fit(network, sequence)
    check_truncate(truncate)
    network, sequence = _in_float64(network, sequence)
    with np.errstate(all="ignore"):
        done = run_bptt(network, sequence, truncate, cancel=cancel)
        pieces = _pieces(network, sequence, done.run, truncate)
        checks = {}
        for name, gradient in done.gradients.items():
            check_cancel(cancel)
            checks[name] = _check(network, pieces, name, gradient, cancel)
    return GradcheckResult(checks, all(check.ok for check in checks.values()))


def check_truncate(truncate: int | None) -> None:
    """Raise `EngineError` unless truncate is None or a whole number ≥ 1."""
    if truncate is None:
        return
    if isinstance(truncate, bool) or not isinstance(truncate, int) or truncate < 1:
        raise EngineError("truncate", f"truncate is {truncate!r}; it must be a whole number ≥ 1")


def _in_float64(network: Network, sequence: Sequence) -> tuple[Network, Sequence]:
    def widen(array: np.ndarray | None) -> np.ndarray | None:
        if array is None or array.dtype.kind != "f":
            return array
        return array.astype(np.float64)

    parameters = {name: p.astype(np.float64) for name, p in network.parameters.items()}
    x = sequence.x.astype(np.float64)
    h0, cell0 = widen(sequence.h0), widen(sequence.cell0)
    wide = replace(sequence, x=x, y=widen(sequence.y), h0=h0, cell0=cell0)
    return replace(network, parameters=parameters), wide


def _pieces(
    network: Network, sequence: Sequence, run: unroll.Forward, truncate: int | None
) -> list[_Piece]:
    """Return sequences whose summed losses have the (banded) gradient as their own."""
    targets = counted_targets(network, sequence)
    if truncate is None or truncate >= sequence.T:
        return [_Piece(sequence, targets, 1.0)]
    steps = np.array(sequence.loss_steps)
    if network.bidirectional or network.normalization == "batch":
        return [
            _window(network, sequence, run, truncate, int(t), targets[i : i + 1])
            for i, t in enumerate(steps)
        ]
    early = int((steps < truncate).sum())  # their band begins with the sequence
    pieces = []
    if early:
        mask = np.isin(np.arange(truncate), steps)
        x = np.ascontiguousarray(sequence.x[..., :truncate, :])
        head = replace(sequence, x=x, y=None, loss_at="every", loss_mask=mask)
        pieces.append(_Piece(head, targets[:early], 1.0))
    if early < len(steps):
        pieces.append(_later_windows(sequence, run, truncate, steps[early:], targets[early:]))
    return pieces


def _later_windows(
    sequence: Sequence, run: unroll.Forward, w: int, ends: np.ndarray, targets: np.ndarray
) -> _Piece:
    """Return the last w steps of each of these losses, all in one batch (n·B)."""
    x = sequence.x if sequence.B is not None else sequence.x[None]
    windows = np.concatenate([x[:, t - w + 1 : t + 1] for t in ends])  # (n·B, w, I)

    def starts(states: list[np.ndarray]) -> np.ndarray:
        kept = [np.concatenate([each[t - w].reshape(len(x), -1) for t in ends]) for each in states]
        return np.stack(kept) if len(kept) > 1 else kept[0]

    h0 = starts([part.h for part in run.parts])
    cells = [part.cell for part in run.parts if part.cell is not None]
    cell0 = starts(cells) if cells else None
    tail = targets.shape[run.h.ndim - 1 :]  # () for classes, (O,) for numbers
    piece = Sequence(windows, None, h0, "last", cell0=cell0)
    return _Piece(piece, targets.reshape(1, len(windows), *tail), float(len(ends)))


def _window(
    network: Network, sequence: Sequence, run: unroll.Forward, w: int, t: int, target: np.ndarray
) -> _Piece:
    """Return the steps nearer than w to one loss, on both sides where there are both directions."""
    start = max(t - w + 1, 0)
    stop = min(t + w, sequence.T) if network.bidirectional else t + 1
    before = {"forward": start - 1, "reverse": sequence.T - stop - 1}  # in the part's own time

    def starts(name: str, given: np.ndarray | None) -> np.ndarray | None:
        found = []
        for i, (part, own) in enumerate(zip(network.parts, run.parts, strict=True)):
            all_states = getattr(own, name)
            if all_states is None:
                return None
            at = before[part.direction]
            first = given if given is None or not network.composed else given[i]
            begun = np.zeros_like(all_states[0]) if first is None else first
            found.append(begun if at < 0 else all_states[at])
        return np.stack(found) if network.composed else found[0]

    mask = np.arange(start, stop) == t
    x = np.ascontiguousarray(sequence.x[..., start:stop, :])
    h0, cell0 = starts("h", sequence.h0), starts("cell", sequence.cell0)
    return _Piece(Sequence(x, None, h0, cell0=cell0, loss_mask=mask), target, 1.0)


def _loss(network: Network, pieces: list[_Piece]) -> tuple[float, list[np.ndarray]]:
    """Return the loss and the signs of all pre-activations."""
    total, signs = 0.0, []
    for piece in pieces:
        run = unroll.forward(network, piece.sequence)
        each = unroll.losses(network, run, piece.targets, piece.sequence.loss_steps)
        total += piece.weight * float(each.per_step.sum())
        signs.extend(part.a > 0 for part in run.parts)
    return total, signs


def _check(
    network: Network,
    pieces: list[_Piece],
    name: str,
    gradient: np.ndarray,
    cancel: Event | None,
) -> ParameterCheck:
    base, signs = _loss(network, pieces)
    kinked = network.cell == "rnn" and ACTIVATIONS[network.activation].kink
    worst, at, checked, kinks = None, None, 0, 0
    for index in _entries(gradient.shape):
        check_cancel(cancel)
        measure = _differences(network, pieces, name, index, signs if kinked else None)
        error = _least_error(float(gradient[index]), measure, base)
        if error is None:
            kinks += 1
            continue
        checked += 1
        if worst is None or error > worst:
            worst, at = error, index
    return ParameterCheck(worst, at, worst is None or worst < TOLERANCE, checked, kinks)


def _entries(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    size = math.prod(shape)
    chosen = np.arange(size)
    if size > SAMPLE:
        chosen = np.sort(np.random.default_rng(0).choice(size, SAMPLE, replace=False))
    return [tuple(int(i) for i in np.unravel_index(flat, shape)) for flat in chosen]


def _differences(
    network: Network,
    pieces: list[_Piece],
    name: str,
    index: tuple[int, ...],
    signs: list[np.ndarray] | None,
) -> Iterator[float]:
    """Yield the central difference for each of STEPS that crosses no kink."""
    for step in STEPS:
        crossed = False

        def loss_at(offset: float) -> float:
            nonlocal crossed
            moved = network.parameters[name].copy()
            moved[index] += offset
            parameters = {**network.parameters, name: moved}
            total, now = _loss(replace(network, parameters=parameters), pieces)
            if signs is not None:
                pairs = zip(signs, now, strict=True)
                crossed = crossed or not all(np.array_equal(a, b) for a, b in pairs)
            return total

        numeric = _central(loss_at, step * max(1.0, abs(network.parameters[name][index])))
        if not crossed:
            yield numeric


def _central(loss_at: Callable[[float], float], step: float) -> float:
    near = loss_at(step) - loss_at(-step)
    far = loss_at(2 * step) - loss_at(-2 * step)
    return (8.0 * near - far) / (12.0 * step)


def _least_error(analytic: float, numerics: Iterator[float], loss: float) -> float | None:
    """Return the error of the best step, inf where nothing is finite, None without any step."""
    best = None
    for numeric in numerics:
        size = max(abs(analytic), abs(numeric)) + FLOOR * max(1.0, abs(loss))
        error = abs(analytic - numeric) / size
        error = error if math.isfinite(error) else math.inf
        best = error if best is None else min(best, error)
        if best < TOLERANCE / 10:
            break
    return best
