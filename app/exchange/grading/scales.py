"""Gradients that are right but for a factor, or cut off: means, signs, learning rates, clipping."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from app.engine.clipping import Clip, clip_gradients
from app.engine.norms import combine, norm
from app.engine.readout import READOUTS
from app.exchange.grading.judge import telling
from app.exchange.grading.mistakes import Candidate, Case
from app.exchange.grading.passes import Gradients

SCALES = {
    "wrong_sign", "averaged_over_time", "summed_over_batch", "averaged_twice",
    "averaged_over_outputs", "mean_squared_error", "doubled", "halved", "clipped", "scaled",
}  # fmt: skip
THRESHOLDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 50.0, 100.0)


class Factor(NamedTuple):
    """A factor with a name, and the numbers of its message."""

    mistake: str
    factor: float
    values: dict[str, Any]


def of_scales(case: Case, given: Gradients, clip: Clip | None) -> Iterator[Candidate]:
    """Yield named factors, clipping at usual thresholds and the request's, and any one factor."""
    for known in named_factors(case):
        yield Candidate(known.mistake, _scaled(case, known.factor), known.values)
    yield from _clipped(case, given, clip)
    yield from _any_factor(case, given)


def _scaled(case: Case, factor: float) -> Gradients:
    return {name: factor * g for name, g in case.right.items()}


def named_factors(case: Case) -> list[Factor]:
    """Return the factors that have a name, the usual ones first."""
    S, B, T = len(case.sequence.loss_steps), case.sequence.B or 1, case.sequence.T
    O, output = case.network.O, case.network.output  # noqa: E741
    found = [Factor("wrong_sign", -1.0, {})]
    found += [Factor("averaged_over_time", 1 / n, {"count": n}) for n in dict.fromkeys((S, T))]
    found.append(Factor("summed_over_batch", float(B), {"count": B}))
    found.append(Factor("averaged_twice", 1 / B, {"count": B}))
    if not READOUTS[output].classes:
        counts = dict.fromkeys((O, S * O))
        found += [Factor("averaged_over_outputs", 1 / n, {"count": n}) for n in counts]
    if output == "linear":
        for n in dict.fromkeys((S, O, S * O)):
            found.append(Factor("mean_squared_error", 2 / n, {"factor": _short(2 / n)}))
    return [*found, Factor("doubled", 2.0, {}), Factor("halved", 0.5, {})]


def _clipped(case: Case, given: Gradients, clip: Clip | None) -> Iterator[Candidate]:
    tried = [clip] if clip else []
    tried += [Clip(by, limit) for by in ("norm", "matrix", "value") for limit in THRESHOLDS]
    tried += [Clip("value", float(np.abs(g).max())) for g in given.values() if telling(g)]
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
        if not telling(g) or square == 0.0:
            continue
        factor = float(np.vdot(g, right)) / square
        if factor == 0.0:
            continue
        everything = _scaled(case, factor)
        if 0 < factor < 1 and len(given) > 1 and set(given) == set(case.right):
            values = {"by": "norm", "threshold": _short(factor * total)}
            yield Candidate("clipped", everything, values, generic=True)
        yield Candidate("scaled", everything, {"factor": _short(factor)}, generic=True)


def _short(number: float) -> float:
    return float(f"{number:.4g}")
