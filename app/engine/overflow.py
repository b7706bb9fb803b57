"""Where the arithmetic first left the finite numbers: something to show, not an error."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Overflow:
    """The first value that is not finite: its step, counted from 1, and its name."""

    step: int
    what: str


def first_forward(arrays: Mapping[str, np.ndarray]) -> Overflow | None:
    """Find the earliest step at which one of these arrays (T,…) is not finite.

    Within a step the arrays count in the order given.
    """
    found = [Overflow(int(steps[0]) + 1, what) for what, steps in _broken(arrays)]
    return min(found, key=lambda overflow: overflow.step, default=None)


def first_backward(arrays: Mapping[str, np.ndarray]) -> Overflow | None:
    """Find the same for arrays (T,…) that are computed from the last step to the first."""
    found = [Overflow(int(steps[-1]) + 1, what) for what, steps in _broken(arrays)]
    return max(found, key=lambda overflow: overflow.step, default=None)


def _broken(arrays: Mapping[str, np.ndarray]):
    for what, array in arrays.items():
        if not math.isfinite(np.vdot(array, array)):  # quick; squares may overflow alone
            finite = np.isfinite(array).reshape(len(array), -1).all(axis=1)
            if not finite.all():
                yield what, np.flatnonzero(~finite)
