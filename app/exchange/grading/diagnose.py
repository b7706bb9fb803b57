"""Grading: each parameter against the right gradient, then what explains the wrong ones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Event

import numpy as np

from app.engine.bptt import run_bptt
from app.engine.clipping import Clip
from app.engine.errors import EngineError, check_cancel
from app.engine.network import Network
from app.engine.sequences import Sequence, check_fit
from app.exchange.grading.explain import Diagnosis, explain, told
from app.exchange.grading.judge import TOLERANCE, Judge, ParameterGrade
from app.exchange.grading.mistakes import Candidate, Case, candidates, of_steps
from app.exchange.grading.passes import Gradients, right_uses
from app.exchange.grading.scales import named_factors, of_scales

MOST_DECIMALS = 7


@dataclass(frozen=True, slots=True)
class Grade:
    """The grades by parameter, those not sent, and what explains the wrong ones."""

    parameters: dict[str, ParameterGrade]
    ungraded: list[str]
    diagnosis: list[Diagnosis]
    tolerance: float
    ok: bool


def grade(
    network: Network,
    sequence: Sequence,
    given: Mapping[str, np.ndarray],
    *,
    truncate: int | None = None,
    clip: Clip | None = None,
    tolerance: float = TOLERANCE,
    cancel: Event | None = None,
) -> Grade:
    """Grade gradients of any shape, by parameter; network and data in float64.

    An entry's error is relative to the largest entry of its right gradient, or to `FLOOR` times
    the largest of all gradients where that is more. Right is what is within the tolerance. `clip`
    is only a hint: gradients are compared before clipping. Raises `EngineError` for a name that the
    network does not have, where nothing is given, and where the right gradients overflow;
    `Cancelled` once `cancel` is set.
    """
    check_names(network, given)
    check_fit(network, sequence)
    with np.errstate(all="ignore"):
        done = run_bptt(network, sequence, truncate, cancel=cancel)
        _check_finite(done.gradients)
        case = Case(network, sequence, truncate, done, right_uses(network, done))
        judge = Judge(case.right, tolerance)
        graded = {name: judge.grade(name, given[name]) for name in network.parameters
                  if name in given}  # fmt: skip
        wrong = {name: given[name] for name, found in graded.items() if not found.ok}
        diagnosis = _diagnose(case, judge, wrong, clip, cancel) if wrong else []
    ungraded = [name for name in network.parameters if name not in given]
    return Grade(graded, ungraded, diagnosis, tolerance, not wrong)


def check_names(network: Network, given: Mapping[str, np.ndarray]) -> None:
    """Raise `EngineError` for a parameter that the network does not have, or for none at all."""
    known = ", ".join(network.parameters)
    if not given:
        raise EngineError("gradients", f"no gradient is given; the network has {known}")
    for name in given:
        if name not in network.parameters:
            raise EngineError(f"gradients.{name}", f"{name} is unknown; the network has {known}")


def _check_finite(right: Gradients) -> None:
    for name, g in right.items():
        if not np.isfinite(g).all():
            raise EngineError("data", f"∂L/∂{name} overflows: there is nothing to compare with")


def _diagnose(
    case: Case, judge: Judge, wrong: Gradients, clip: Clip | None, cancel: Event | None
) -> list[Diagnosis]:
    found = [_of_shape(judge, name, g) for name, g in wrong.items() if _misshapen(judge, name, g)]
    rest = {name: g for name, g in wrong.items() if not _misshapen(judge, name, g)}
    simple = {name: _at_a_glance(judge, name, g) for name, g in rest.items()}
    found += [told for told in simple.values() if told]
    rest = {name: g for name, g in rest.items() if not simple[name]}
    if rest:
        tried = _all_candidates(case, rest, clip, cancel)
        found += explain(judge, rest, tried, named_factors(case))
    return _merged(found, list(wrong))


def _all_candidates(
    case: Case, given: Gradients, clip: Clip | None, cancel: Event | None
) -> Iterable[Candidate]:
    for source in (of_steps(case, given), of_scales(case, given, clip), candidates(case)):
        for candidate in source:
            check_cancel(cancel)
            yield candidate


def _misshapen(judge: Judge, name: str, given: np.ndarray) -> bool:
    return given.shape != judge.right[name].shape


def _of_shape(judge: Judge, name: str, given: np.ndarray) -> Diagnosis:
    """Tell a wrong shape, and whether the right numbers are in it."""
    right = judge.right[name]
    if given.ndim == 2 and judge.same(given.T, right):
        return told("transposed", [name], {})
    shapes = {"shape": list(given.shape), "expected": list(right.shape)}
    if given.ndim == right.ndim + 1 and judge.same(given.sum(axis=0), right):
        return told("not_summed", [name], shapes)
    return told("wrong_shape", [name], shapes)


def _at_a_glance(judge: Judge, name: str, given: np.ndarray) -> Diagnosis | None:
    """Tell zeros, and right numbers with few decimals, which more than one mistake would match."""
    if judge.nothing(given):
        return told("zero", [name], {})
    for decimals in range(1, MOST_DECIMALS + 1):
        if np.abs(given - np.round(given, decimals)).max() < 1e-12:
            half = 0.5 * 10.0**-decimals * (1 + 1e-9)
            if np.abs(given - judge.right[name]).max() <= half:
                return told("rounded", [name], {"decimals": decimals})
            return None
    return None


def _merged(found: list[Diagnosis], order: list[str]) -> list[Diagnosis]:
    """Join what is told of several parameters in the same words, in the parameters' order."""
    joined: list[Diagnosis] = []
    for each in found:
        for place, other in enumerate(joined):
            same = (other.mistake, other.values, other.also) == (
                each.mistake, each.values, each.also,
            )  # fmt: skip
            if same:
                names = sorted(other.explains + each.explains, key=order.index)
                joined[place] = told(other.mistake, names, other.values, other.also)
                break
        else:
            joined.append(each)
    return joined
