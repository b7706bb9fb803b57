"""Which mistakes explain the wrong gradients: as few as possible, the usual ones first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from app.exchange.grading.judge import Judge, telling
from app.exchange.grading.mistakes import MISTAKES, ORDER, Candidate
from app.exchange.grading.passes import Gradients
from app.exchange.grading.scales import SCALES, Factor

ALIKE = 1e-4  # relative difference of two factors that count as one


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
class _Match:
    """A mistake, the parameters it explains, and the factor that was made beside it."""

    mistake: str
    values: dict[str, Any]
    generic: bool
    names: frozenset[str]
    factor: float | None = None

    @property
    def rank(self) -> tuple[int, bool, bool, int]:
        """Sort key: what explains most, alone, without being made to measure, and is usual."""
        return -len(self.names), self.factor is not None, self.generic, ORDER[self.mistake]


def explain(
    judge: Judge, given: Gradients, tried: Iterable[Candidate], factors: list[Factor]
) -> list[Diagnosis]:
    """Cover the wrong parameters with mistakes; factors: those that have a name.

    A mistake and a factor beside it are two diagnoses that explain the same parameters.
    """
    matches = [match for candidate in tried for match in _matches(judge, given, candidate)]
    found: list[Diagnosis] = []
    left = set(given)
    while matches := [_within(match, left) for match in matches if match.names & left]:
        best = min(matches, key=lambda match: match.rank)
        names = [name for name in given if name in best.names]
        if best.factor is not None:
            found.append(told(best.mistake, names, best.values))
            found.append(told(*_name(best.factor, factors, names)))
        else:
            equal = [m for m in matches if m.names == best.names and m.factor is None]
            same = {match.mistake for match in equal if not match.generic}
            also = sorted(same - {best.mistake}, key=ORDER.__getitem__)
            found.append(told(best.mistake, names, best.values, also))
        left -= best.names
    return found


def told(
    mistake: str, names: list[str], values: dict[str, Any], also: list[str] | None = None
) -> Diagnosis:
    """Return a mistake with its message."""
    message = f"{', '.join(names)}: {MISTAKES[mistake].format(**values)}"
    return Diagnosis(mistake, names, message, values, also or [])


def _within(match: _Match, names: set[str]) -> _Match:
    return replace(match, names=match.names & names)


def _matches(judge: Judge, given: Gradients, candidate: Candidate) -> Iterator[_Match]:
    """Yield what a candidate explains as it is, then times a factor."""
    told_by = (candidate.mistake, candidate.values, candidate.generic)
    exact = frozenset(n for n, g in given.items() if judge.explains(candidate, n, g))
    if exact:
        yield _Match(*told_by, exact)
    if candidate.mistake in SCALES:
        return
    found = {name: judge.factor(candidate, name, given[name]) for name in given.keys() - exact}
    factors = {name: factor for name, factor in found.items() if factor}
    sure = {name for name in factors if telling(given[name])}
    while sure:
        factor = factors[min(sure, key=list(given).index)]
        names = {name for name, other in factors.items() if abs(other / factor - 1) < ALIKE}
        yield _Match(*told_by, frozenset(names), factor)
        sure -= names


def _name(
    factor: float, factors: list[Factor], names: list[str]
) -> tuple[str, list[str], dict[str, Any]]:
    """Return the factor's own mistake, or that it is any one."""
    for known in factors:
        if abs(known.factor / factor - 1) < ALIKE:
            return known.mistake, names, known.values
    return "scaled", names, {"factor": float(f"{factor:.4g}")}
