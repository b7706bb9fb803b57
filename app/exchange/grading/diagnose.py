"""Grading: each parameter against the right gradient, then what explains the wrong ones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Event
from typing import Any

import numpy as np

from app.engine.bptt import run_bptt
from app.engine.clipping import Clip
from app.engine.errors import EngineError, check_cancel
from app.engine.network import Network
from app.engine.sequences import Sequence, check_fit
from app.exchange.grading.mistakes import MISTAKES, ORDER, Candidate, Case, candidates, of_steps
from app.exchange.grading.passes import Gradients, right_uses
from app.exchange.grading.scales import of_scales

TOLERANCE = 1e-5
FLOOR = 1e-3  # below this part of the largest entry of all an error counts as absolute
MOST_DECIMALS = 7


@dataclass(frozen=True, slots=True)
class ParameterGrade:
    """One parameter. max_error is relative; it, its index and both numbers are None where the
    shapes differ."""

    ok: bool
    max_error: float | None
    at: tuple[int, ...] | None
    given: float | None
    expected: float | None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A mistake that gives exactly what was sent for the parameters that it explains.

    values: the numbers of its message. also: mistakes that would give the same numbers here.
    """

    mistake: str
    explains: list[str]
    message: str
    values: dict[str, Any]
    also: list[str]


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
        judge = _Judge(case.right, tolerance)
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


class _Judge:
    """Errors relative to the size of what is wanted."""

    def __init__(self, right: Gradients, tolerance: float):
        self.right, self.tolerance = right, tolerance
        largest = max(float(np.abs(g).max()) for g in right.values())
        self.floor = FLOOR * largest or 1.0

    def errors(self, given: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        return np.abs(given - wanted) / max(float(np.abs(wanted).max()), self.floor)

    def same(self, given: np.ndarray, wanted: np.ndarray) -> bool:
        return given.shape == wanted.shape and bool(
            self.errors(given, wanted).max() <= self.tolerance
        )

    def explains(self, candidate: Candidate, name: str, given: np.ndarray) -> bool:
        """Whether a candidate gives these numbers, and is told apart from the right ones."""
        wanted, right = candidate.gradients.get(name), self.right[name]
        if wanted is None or not np.isfinite(wanted).all() or not self.same(given, wanted):
            return False
        return wanted.shape != right.shape or bool(
            self.errors(wanted, right).max() > 2 * self.tolerance
        )

    def grade(self, name: str, given: np.ndarray) -> ParameterGrade:
        right = self.right[name]
        if given.shape != right.shape:
            return ParameterGrade(False, None, None, None, None)
        errors = self.errors(given, right)
        at = tuple(map(int, np.unravel_index(int(errors.argmax()), errors.shape)))
        worst = float(errors[at])
        return ParameterGrade(
            worst <= self.tolerance, worst, at, float(given[at]), float(right[at])
        )


def _diagnose(
    case: Case, judge: _Judge, wrong: Gradients, clip: Clip | None, cancel: Event | None
) -> list[Diagnosis]:
    found = [_of_shape(judge, name, g) for name, g in wrong.items() if _misshapen(judge, name, g)]
    rest = {name: g for name, g in wrong.items() if not _misshapen(judge, name, g)}
    simple = {name: _at_a_glance(judge, name, g) for name, g in rest.items()}
    found += [told for told in simple.values() if told]
    rest = {name: g for name, g in rest.items() if not simple[name]}
    if rest:
        found += _explained(judge, rest, _all_candidates(case, rest, clip, cancel))
    return _merged(found, list(wrong))


def _all_candidates(
    case: Case, given: Gradients, clip: Clip | None, cancel: Event | None
) -> Iterable[Candidate]:
    for source in (of_steps(case, given), of_scales(case, given, clip), candidates(case)):
        for candidate in source:
            check_cancel(cancel)
            yield candidate


def _explained(judge: _Judge, given: Gradients, tried: Iterable[Candidate]) -> list[Diagnosis]:
    """Cover the wrong parameters with as few mistakes as possible, the usual ones first."""
    matches: list[tuple[Candidate, frozenset[str]]] = []
    for candidate in tried:
        names = frozenset(n for n, g in given.items() if judge.explains(candidate, n, g))
        if names:
            matches.append((candidate, names))
    found, left = [], set(given)
    while True:
        open_matches = [(c, names & left) for c, names in matches if names & left]
        if not open_matches:
            return found
        best, names = min(open_matches, key=_rank)
        same = {c.mistake for c, other in open_matches if other == names and not c.generic}
        also = sorted(same - {best.mistake}, key=ORDER.__getitem__)
        ordered = [name for name in given if name in names]
        found.append(_told(best.mistake, ordered, best.values, also))
        left -= names


def _rank(match: tuple[Candidate, frozenset[str]]) -> tuple[int, bool, int]:
    candidate, names = match
    return -len(names), candidate.generic, ORDER[candidate.mistake]


def _told(
    mistake: str, names: list[str], values: dict[str, Any], also: list[str] | None = None
) -> Diagnosis:
    message = f"{', '.join(names)}: {MISTAKES[mistake].format(**values)}"
    return Diagnosis(mistake, names, message, values, also or [])


def _misshapen(judge: _Judge, name: str, given: np.ndarray) -> bool:
    return given.shape != judge.right[name].shape


def _of_shape(judge: _Judge, name: str, given: np.ndarray) -> Diagnosis:
    """Tell a wrong shape, and whether the right numbers are in it."""
    right = judge.right[name]
    if given.ndim == 2 and judge.same(given.T, right):
        return _told("transposed", [name], {})
    shapes = {"shape": list(given.shape), "expected": list(right.shape)}
    if given.ndim == right.ndim + 1 and judge.same(given.sum(axis=0), right):
        return _told("not_summed", [name], shapes)
    return _told("wrong_shape", [name], shapes)


def _at_a_glance(judge: _Judge, name: str, given: np.ndarray) -> Diagnosis | None:
    """Tell zeros, and right numbers with few decimals, which more than one mistake would match."""
    if not given.any():
        return _told("zero", [name], {})
    for decimals in range(1, MOST_DECIMALS + 1):
        if np.abs(given - np.round(given, decimals)).max() < 1e-12:
            half = 0.5 * 10.0**-decimals * (1 + 1e-9)
            if np.abs(given - judge.right[name]).max() <= half:
                return _told("rounded", [name], {"decimals": decimals})
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
                joined[place] = _told(other.mistake, names, other.values, other.also)
                break
        else:
            joined.append(each)
    return joined
