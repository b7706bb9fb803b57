"""When two gradients count as the same."""

from dataclasses import dataclass

import numpy as np

from app.exchange.grading.mistakes import Candidate
from app.exchange.grading.passes import Gradients

TOLERANCE = 1e-5
FLOOR = 1e-3  # below this part of the largest entry of all an error counts as absolute
ENOUGH = 3  # numbers that say more than their common factor does; two classes are one number twice


@dataclass(frozen=True, slots=True)
class ParameterGrade:
    """One parameter. max_error is relative; it, its index and both numbers are None where the
    shapes differ."""

    ok: bool
    max_error: float | None
    at: tuple[int, ...] | None
    given: float | None
    expected: float | None


class Judge:
    """Errors relative to the size of what is wanted."""

    def __init__(self, right: Gradients, tolerance: float):
        self.right, self.tolerance = right, tolerance
        largest = max(float(np.abs(g).max()) for g in right.values())
        self.floor = FLOOR * largest or 1.0

    def nothing(self, given: np.ndarray) -> bool:
        """Whether a gradient is zero, or too small to be told from it."""
        return float(np.abs(given).max()) <= self.tolerance * self.floor

    def errors(self, given: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        """Return each entry's error, relative to the largest entry that is wanted."""
        return np.abs(given - wanted) / max(float(np.abs(wanted).max()), self.floor)

    def same(self, given: np.ndarray, wanted: np.ndarray) -> bool:
        """Whether shapes agree, and numbers within the tolerance."""
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

    def factor(self, candidate: Candidate, name: str, given: np.ndarray) -> float | None:
        """Return how many times a candidate's numbers these are; None where they are not.

        Nor where the candidate is itself the right gradient times a factor, unless it has so few
        numbers that it cannot help it (`telling`).
        """
        wanted = candidate.gradients.get(name)
        if wanted is None or wanted.shape != given.shape or not np.isfinite(wanted).all():
            return None
        if telling(wanted) and self._ratio(wanted, self.right[name]):
            return None
        return self._ratio(given, wanted)

    def _ratio(self, given: np.ndarray, wanted: np.ndarray) -> float | None:
        square = float(np.vdot(wanted, wanted))
        ratio = float(np.vdot(given, wanted)) / square if square else 0.0
        off = float(np.abs(given - ratio * wanted).max())
        return ratio if off <= self.tolerance * float(np.abs(given).max()) else None

    def grade(self, name: str, given: np.ndarray) -> ParameterGrade:
        """Return one parameter's grade."""
        right = self.right[name]
        if given.shape != right.shape:
            return ParameterGrade(False, None, None, None, None)
        errors = self.errors(given, right)
        at = tuple(map(int, np.unravel_index(int(errors.argmax()), errors.shape)))
        worst = float(errors[at])
        return ParameterGrade(
            worst <= self.tolerance, worst, at, float(given[at]), float(right[at])
        )


def telling(g: np.ndarray) -> bool:
    """Whether a gradient has so many numbers that a common factor can be read from it."""
    return int(np.count_nonzero(g)) >= ENOUGH
