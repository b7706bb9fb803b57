"""Gradients that are right but for a factor, or cut off: means, signs, learning rates, clipping."""

from collections.abc import Iterator

import numpy as np

from app.engine.clipping import Clip, clip_gradients
from app.engine.norms import combine, norm
from app.engine.readout import READOUTS
from app.exchange.grading.mistakes import Candidate, Case
from app.exchange.grading.passes import Gradients

THRESHOLDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 50.0, 100.0)


def of_scales(case: Case, given: Gradients, clip: Clip | None) -> Iterator[Candidate]:
    """Yield named factors, clipping at usual thresholds and the request's, and any one factor."""
    yield from _named(case)
    yield from _clipped(case, given, clip)
    yield from _any_factor(case, given)


def _scaled(case: Case, factor: float) -> Gradients:
    return {name: factor * g for name, g in case.right.items()}


def _named(case: Case) -> Iterator[Candidate]:
    S, B = len(case.sequence.loss_steps), case.sequence.B or 1
    O = case.network.O  # noqa: E741
    yield Candidate("wrong_sign", _scaled(case, -1.0))
    for count in dict.fromkeys((S, case.sequence.T)):
        yield Candidate("averaged_over_time", _scaled(case, 1 / count), {"count": count})
    yield Candidate("summed_over_batch", _scaled(case, B), {"count": B})
    yield Candidate("averaged_twice", _scaled(case, 1 / B), {"count": B})
    if not READOUTS[case.network.output].classes:
        for count in dict.fromkeys((O, S * O)):
            yield Candidate("averaged_over_outputs", _scaled(case, 1 / count), {"count": count})
    if case.network.output == "linear":
        for count in dict.fromkeys((S, O, S * O)):
            yield _factor(case, "mean_squared_error", 2 / count)
    yield Candidate("doubled", _scaled(case, 2.0))
    yield Candidate("halved", _scaled(case, 0.5))


def _factor(case: Case, mistake: str, factor: float) -> Candidate:
    return Candidate(mistake, _scaled(case, factor), {"factor": float(f"{factor:.4g}")})


def _clipped(case: Case, given: Gradients, clip: Clip | None) -> Iterator[Candidate]:
    tried = [clip] if clip else []
    tried += [Clip(by, limit) for by in ("norm", "matrix", "value") for limit in THRESHOLDS]
    tried += [Clip("value", float(np.abs(g).max())) for g in given.values() if _telling(g)]
    for each in tried:
        cut = clip_gradients(case.right, each).gradients
        yield Candidate("clipped", cut, {"by": each.by, "threshold": _short(each.threshold)})
    part = {name: case.right[name] for name in given}  # clipped without the others
    for limit in THRESHOLDS:
        cut = clip_gradients(part, Clip("norm", limit)).gradients
        yield Candidate("clipped", cut, {"by": "norm", "threshold": limit})


def _any_factor(case: Case, given: Gradients) -> Iterator[Candidate]:
    """Yield any one factor that an array of several numbers suggests."""
    total = combine(norm(g) for g in case.right.values())
    for name, g in given.items():
        right, square = case.right[name], float(np.vdot(case.right[name], case.right[name]))
        if not _telling(g) or square == 0.0:
            continue
        factor = float(np.vdot(g, right)) / square
        if factor == 0.0:
            continue
        everything = _scaled(case, factor)
        if 0 < factor < 1 and len(given) > 1 and set(given) == set(case.right):
            values = {"by": "norm", "threshold": _short(factor * total)}
            yield Candidate("clipped", everything, values, generic=True)
        yield Candidate("scaled", everything, {"factor": _short(factor)}, generic=True)


def _telling(g: np.ndarray) -> bool:
    """Whether an array says more than one number does."""
    return int(np.count_nonzero(g)) > 1


def _short(number: float) -> float:
    return float(f"{number:.4g}")
