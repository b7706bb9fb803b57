"""The tasks that recurrent networks are known by, drawn from a seed.

`length` is T, the steps of every sequence. Each task's `baseline` is the loss (of L as the engine
defines it, all counted steps together) that the best guess without memory reaches: a network that
is better has learnt something over time. `chance` is that guess in the task's metric.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from app.engine.errors import EngineError, choose
from app.engine.sequences import Sequence, from_arrays

SYMBOLS = 8  # of copy
RECALLED = 4  # symbols of delayed_recall
PERIODS = (8.0, 24.0)  # steps of a sine


class Drawn(NamedTuple):
    """x (B,T,I), y (B,T) or (B,T,O), and which steps (T) carry a loss, None for all."""

    x: np.ndarray
    y: np.ndarray
    loss_mask: np.ndarray | None = None


Draw = Callable[[np.random.Generator, int, int, int], Drawn]


def _copy(rng: np.random.Generator, B: int, T: int, delay: int) -> Drawn:
    S = copied(T, delay)
    symbols = rng.integers(0, SYMBOLS, (B, S))
    seen = np.full((B, T), SYMBOLS)  # blank
    seen[:, :S] = symbols
    seen[:, T - S] = SYMBOLS + 1  # go
    wanted = np.full((B, T), SYMBOLS)
    wanted[:, T - S :] = symbols
    return Drawn(np.eye(SYMBOLS + 2)[seen], wanted, np.arange(T) >= T - S)


def copied(length: int, delay: int) -> int:
    """Return how many symbols copy shows: what fits twice beside the delay."""
    return (length - delay) // 2


def _adding(rng: np.random.Generator, B: int, T: int, delay: int) -> Drawn:  # noqa: ARG001
    values, marks = rng.uniform(0, 1, (B, T)), np.zeros((B, T))
    everyone = np.arange(B)
    marks[everyone, rng.integers(0, T // 2, B)] = 1
    marks[everyone, rng.integers(T // 2, T, B)] = 1
    so_far = (values * marks).cumsum(axis=1)
    return Drawn(np.stack([values, marks], axis=-1), so_far[..., None])


def _temporal_order(rng: np.random.Generator, B: int, T: int, delay: int) -> Drawn:  # noqa: ARG001
    seen = rng.integers(2, 6, (B, T))  # distractors c, d, e, f
    first = rng.integers(T // 10, max(T // 10 + 1, T // 5), B)
    second = rng.integers(T // 2, max(T // 2 + 1, 3 * T // 5), B)
    one, other = rng.integers(0, 2, (2, B))  # X or Y
    everyone = np.arange(B)
    seen[everyone, first], seen[everyone, second] = one, other
    return Drawn(np.eye(6)[seen], np.repeat(2 * one + other, T).reshape(B, T))


def _parity(rng: np.random.Generator, B: int, T: int, delay: int) -> Drawn:  # noqa: ARG001
    bits = rng.integers(0, 2, (B, T))
    return Drawn(bits[..., None].astype(np.float64), bits.cumsum(axis=1) % 2)


def _delayed_recall(rng: np.random.Generator, B: int, T: int, delay: int) -> Drawn:
    symbols = rng.integers(0, RECALLED, (B, T))
    y = np.zeros_like(symbols)
    y[:, delay:] = symbols[:, : T - delay]
    return Drawn(np.eye(RECALLED)[symbols], y, np.arange(T) >= delay)


def _sine(rng: np.random.Generator, B: int, T: int, delay: int) -> Drawn:  # noqa: ARG001
    period, phase = rng.uniform(*PERIODS, (B, 1)), rng.uniform(0, 2 * math.pi, (B, 1))
    wave = np.sin(2 * math.pi * np.arange(T + 1) / period + phase)[..., None]
    return Drawn(wave[:, :-1], wave[:, 1:])


@dataclass(frozen=True, slots=True)
class Task:
    """A task: its readout, sizes I and O, where its loss is, and how it is drawn.

    ``baseline(length, delay)`` is the expected loss of the best guess without memory, ``chance``
    its accuracy (softmax) or mean squared error (linear) over the counted steps.
    ``shortest(delay)`` is the least length. ``delayed`` says that `delay` counts.
    """

    name: str
    draw: Draw
    output: str
    I: int  # noqa: E741
    O: int  # noqa: E741
    loss_at: str
    baseline: Callable[[int, int], float]
    chance: Callable[[int, int], float]
    shortest: Callable[[int], int]
    delayed: bool = False


TASKS: dict[str, Task] = {
    entry.name: entry
    for entry in (
        # Hochreiter and Schmidhuber 1997; Arjovsky et al. 2016. Guess among 8 at each recalled step
        Task(
            "copy", _copy, "softmax", SYMBOLS + 2, SYMBOLS + 2, "every",
            lambda T, delay: copied(T, delay) * math.log(SYMBOLS), lambda *_: 1 / SYMBOLS,
            lambda delay: delay + 2, True,
        ),
        # Hochreiter and Schmidhuber 1997. Guess 1: half the variance 1/6 of two uniform numbers
        Task(
            "adding", _adding, "linear", 2, 1, "last",
            lambda *_: 1 / 12, lambda *_: 1 / 6, lambda _: 2,
        ),
        # Hochreiter and Schmidhuber 1997, places as Pascanu et al. 2013. One of XX, XY, YX, YY
        Task(
            "temporal_order", _temporal_order, "softmax", 6, 4, "last",
            lambda *_: math.log(4), lambda *_: 1 / 4, lambda _: 2,
        ),
        # odd or even so far: the guess is a coin, every step but the first, whose bit is in sight
        Task(
            "parity", _parity, "softmax", 1, 2, "every",
            lambda T, _: (T - 1) * math.log(2), lambda T, _: (T + 1) / (2 * T), lambda _: 2,
        ),
        # the symbol shown `delay` steps ago; none is asked for before there is one
        Task(
            "delayed_recall", _delayed_recall, "softmax", RECALLED, RECALLED, "every",
            lambda T, delay: (T - delay) * math.log(RECALLED) if delay else 0.0,
            lambda _, delay: 1 / RECALLED if delay else 1.0, lambda delay: delay + 1, True,
        ),
        # the next value of a sine of unknown period; the guess 0 misses by half the variance 1/2
        Task(
            "sine", _sine, "linear", 1, 1, "every",
            lambda T, _: T / 4, lambda *_: 1 / 2, lambda _: 1,
        ),
    )
}  # fmt: skip


def from_task(
    name: str,
    length: int = 30,
    delay: int = 10,
    batch: int = 1,
    seed: int | tuple[int, ...] = 0,
    *,
    h0=None,
    cell0=None,
    loss_at: str | None = None,
    input_at: str = "every",
    dtype: DTypeLike = np.float64,
) -> Sequence:
    """Draw a task as a Sequence of `length` steps; a batch of 1 has no batch axis.

    `loss_at` None takes the task's own. `seed` may be several whole numbers, as
    `numpy.random.SeedSequence` takes them. Drawn in float64 and then rounded. Raises `EngineError`
    (data.name, data.length, data.delay, data.batch, data.seed).
    """
    choose("data.name", name, TASKS)
    task = TASKS[name]
    for field, value, least in (("delay", delay, 0), ("batch", batch, 1)):
        _check_whole(field, value, least, "")
    for each in seed if isinstance(seed, tuple) else (seed,):
        _check_whole("seed", each, 0, "")
    why = f" with delay {delay}" if task.delayed else ""
    _check_whole("length", length, task.shortest(delay), f" for {name}{why}")
    x, y, mask = task.draw(np.random.default_rng(seed), batch, length, delay)
    if batch == 1:
        x, y = x[0], y[0]
    place = task.loss_at if loss_at is None else loss_at
    described = {"output": task.output, "loss_mask": mask}
    return from_arrays(x, y, h0, place, input_at, dtype, cell0, **described)


def _check_whole(field: str, value: int, least: int, why: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise EngineError(
            f"data.{field}", f"{field} is {value!r}; it must be a whole number ≥ {least}{why}"
        )
