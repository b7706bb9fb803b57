"""How a gradient becomes a step: SGD, momentum, RMSProp, Adagrad, Adam, in PyTorch's formulas.

A rule works in place on one vector of all weights, `weights` (P), with its gradient g (P) and its
own memory, vectors (P) that start at zero. n counts the updates from 1. The constants that are not
settings are PyTorch's defaults.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real

import numpy as np

from app.engine.errors import EngineError, choose

SCHEDULES = ("constant", "decay")
RMSPROP_ALPHA, RMSPROP_EPSILON = 0.99, 1e-8
ADAGRAD_EPSILON = 1e-10
ADAM_BETAS, ADAM_EPSILON = (0.9, 0.999), 1e-8


@dataclass(frozen=True, slots=True)
class Optimizer:
    """A rule's name with its settings; `momentum` is used by "momentum" alone, `decay` by "decay".

    The rate of update n is learning_rate, or with schedule "decay"
    learning_rate / (1 + decay · (n − 1)). Raises `EngineError` ("optimizer.…").
    """

    name: str = "adam"
    learning_rate: float = 0.01
    momentum: float = 0.9
    schedule: str = "constant"
    decay: float = 0.001

    def __post_init__(self):
        choose("optimizer.name", self.name, OPTIMIZERS)
        choose("optimizer.schedule", self.schedule, SCHEDULES)
        rate = _as_number("learning_rate", self.learning_rate)
        if rate <= 0.0:
            raise EngineError("optimizer.learning_rate", f"learning_rate is {rate}; it must be > 0")
        momentum = _as_number("momentum", self.momentum)
        if not 0.0 <= momentum < 1.0:
            raise EngineError(
                "optimizer.momentum", f"momentum is {momentum}; it must be ≥ 0 and < 1"
            )
        if _as_number("decay", self.decay) < 0.0:
            raise EngineError("optimizer.decay", f"decay is {self.decay}; it must be ≥ 0")

    def rate(self, n: int) -> float:
        """Return the learning rate of update n, counted from 1."""
        if self.schedule == "constant":
            return float(self.learning_rate)
        return self.learning_rate / (1.0 + self.decay * (n - 1))

    def memory(self, weights: np.ndarray) -> dict[str, np.ndarray]:
        """Return the rule's memory before the first update: zeros like weights (P), by name."""
        return {name: np.zeros_like(weights) for name in OPTIMIZERS[self.name].memory}

    def update(
        self, weights: np.ndarray, g: np.ndarray, memory: dict[str, np.ndarray], n: int
    ) -> None:
        """Make update n of weights (P) in place; g (P) is used up."""
        OPTIMIZERS[self.name].update(self, weights, g, memory, n)


def _as_number(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise EngineError(f"optimizer.{name}", f"{name} is {value!r}; it must be a finite number")
    return float(value)


Memory = dict[str, np.ndarray]


def _sgd(o: Optimizer, weights: np.ndarray, g: np.ndarray, memory: Memory, n: int) -> None:  # noqa: ARG001
    g *= o.rate(n)
    weights -= g


def _momentum(o: Optimizer, weights: np.ndarray, g: np.ndarray, memory: Memory, n: int) -> None:
    velocity = memory["velocity"]
    velocity *= o.momentum
    velocity += g
    np.multiply(velocity, o.rate(n), out=g)
    weights -= g


def _average(memory: np.ndarray, new: np.ndarray, keep: float) -> None:
    """Let memory ← keep · memory + (1 − keep) · new; new is used up."""
    memory *= keep
    new *= 1.0 - keep
    memory += new


def _rmsprop(o: Optimizer, weights: np.ndarray, g: np.ndarray, memory: Memory, n: int) -> None:
    square = memory["square"]
    _average(square, g * g, RMSPROP_ALPHA)
    scale = np.sqrt(square)
    scale += RMSPROP_EPSILON
    _step(weights, g, scale, o.rate(n))


def _adagrad(o: Optimizer, weights: np.ndarray, g: np.ndarray, memory: Memory, n: int) -> None:
    total = memory["square_sum"]
    total += g * g
    scale = np.sqrt(total)
    scale += ADAGRAD_EPSILON
    _step(weights, g, scale, o.rate(n))


def _adam(o: Optimizer, weights: np.ndarray, g: np.ndarray, memory: Memory, n: int) -> None:
    mean, square = memory["mean"], memory["square"]
    keep_mean, keep_square = ADAM_BETAS
    _average(square, g * g, keep_square)
    _average(mean, g, keep_mean)
    scale = np.sqrt(square)
    scale /= math.sqrt(1.0 - keep_square**n)  # both averages start at zero: undo that
    scale += ADAM_EPSILON
    np.copyto(g, mean)
    _step(weights, g, scale, o.rate(n) / (1.0 - keep_mean**n))


def _step(weights: np.ndarray, g: np.ndarray, scale: np.ndarray, rate: float) -> None:
    g /= scale
    g *= rate
    weights -= g


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: the names of its memory, and its update in place."""

    name: str
    memory: tuple[str, ...]
    update: Callable[[Optimizer, np.ndarray, np.ndarray, Memory, int], None]


OPTIMIZERS: dict[str, Rule] = {
    entry.name: entry
    for entry in (
        # Robbins and Monro 1951; momentum as Sutskever et al. 2013, without Nesterov's look ahead
        Rule("sgd", (), _sgd),
        Rule("momentum", ("velocity",), _momentum),
        # Tieleman and Hinton 2012
        Rule("rmsprop", ("square",), _rmsprop),
        # Duchi, Hazan and Singer 2011
        Rule("adagrad", ("square_sum",), _adagrad),
        # Kingma and Ba 2015
        Rule("adam", ("mean", "square"), _adam),
    )
}
