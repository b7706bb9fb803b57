"""Gradient clipping: by the norm of all gradients, by each matrix's own, or by value."""

import math
from dataclasses import dataclass
from numbers import Real

import numpy as np

from app.engine.errors import EngineError, choose
from app.engine.norms import combine, norm

Gradients = dict[str, np.ndarray]
CLIP_BY = ("norm", "matrix", "value")


@dataclass(frozen=True, slots=True)
class Clip:
    """How to clip. Raises `EngineError` for an unknown `by`, a threshold that is not > 0."""

    by: str = "norm"
    threshold: float = 1.0

    def __post_init__(self):
        choose("clip.by", self.by, CLIP_BY)
        threshold = self.threshold
        if isinstance(threshold, bool) or not isinstance(threshold, Real):
            raise EngineError("clip.threshold", f"threshold is {threshold!r}; it must be a number")
        if not (0.0 < threshold < math.inf):
            raise EngineError("clip.threshold", f"threshold is {threshold}; it must be > 0, finite")


@dataclass(frozen=True, slots=True, eq=False)
class Clipped:
    """The clipped gradients, and the norm of all together before and after.

    `scale` is the factor by "norm", a factor for each parameter by "matrix", None by "value".
    """

    scale: float | dict[str, float] | None
    norm_before: float
    norm_after: float
    gradients: Gradients


def clip_gradients(gradients: Gradients, clip: Clip) -> Clipped:
    """Clip as Pascanu, Mikolov and Bengio (2013) by norm: g ← g · min(1, threshold / ‖g‖).

    "matrix" does so for each parameter alone; "value" limits each entry to ±threshold.
    """
    norms = {name: norm(g) for name, g in gradients.items()}
    before = combine(norms.values())
    scale: float | dict[str, float] | None = None
    if clip.by == "value":
        clipped = {n: np.clip(g, -clip.threshold, clip.threshold) for n, g in gradients.items()}
    elif clip.by == "matrix":
        scale = {name: _factor(n, clip.threshold) for name, n in norms.items()}
        clipped = {name: g * g.dtype.type(scale[name]) for name, g in gradients.items()}
    else:
        scale = _factor(before, clip.threshold)
        clipped = {name: g * g.dtype.type(scale) for name, g in gradients.items()}
    after = combine(norm(g) for g in clipped.values())
    return Clipped(scale, before, after, clipped)


def _factor(norm_before: float, threshold: float) -> float:
    return threshold / norm_before if norm_before > threshold else 1.0
