"""A sweep: what a grid of networks comes to, cell by cell, on any `concurrent.futures` executor.

`measure` is a pure function of a picklable cell, so that it gives the same numbers wherever it
runs; `sweep` hands the cells out, a few at a time, and hands in again what a lost worker had.
"""

from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import asdict, dataclass
from threading import Event
from typing import Any, TypeVar

from app.engine.errors import check_cancel
from app.engine.network import Network
from app.engine.sequences import Sequence
from app.engine.trace import Trace, bptt_trace
from app.engine.training import Run, Training, make_batches
from app.engine.training.sources import Source
from app.workers import Workers, WorkersLost

MOST_LOSSES = 3  # workers that may be lost over one cell before it counts as deadly
LOOK_SECONDS = 0.05  # between two looks whether anybody still wants the numbers

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of a trace, and the block of /bptt that it needs."""

    of: Callable[[Trace], Any]
    include: str | None = None


def _overflow(trace: Trace) -> dict[str, Any] | None:
    return trace.overflow and asdict(trace.overflow)


MEASURES: dict[str, Measure] = {
    "loss": Measure(lambda trace: trace.loss.total),  # type: ignore
    "gradient_norm": Measure(lambda trace: trace.gradient_norms["total"]),  # type: ignore
    "half_life": Measure(lambda trace: trace.horizon.half_life, "credit"),  # type: ignore
    "doubling": Measure(lambda trace: trace.horizon.doubling, "credit"),  # type: ignore
    "r2": Measure(lambda trace: trace.horizon.r2, "credit"),  # type: ignore
    "product_norm": Measure(lambda trace: trace.jacobians.product_norm[0], "jacobians"),  # type: ignore
    "overflow": Measure(_overflow),
}
FINAL_LOSS = "final_loss"  # of a training; all others are of one pass


def needed(measures: Iterable[str]) -> frozenset[str]:
    """Return what /bptt's `include` must name to measure these."""
    known = (MEASURES[name].include for name in measures if name in MEASURES)
    return frozenset(name for name in known if name)


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A training of `steps` steps, whose last loss is asked for; the rest as for `make_batches`."""

    run: Run
    source: Source
    steps: int
    chunk: int | None = None
    batch: int | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One cell of a grid, all that its numbers depend on."""

    network: Network
    sequence: Sequence
    measures: tuple[str, ...]
    truncate: int | None = None
    lesson: Lesson | None = None


def measure(cell: Cell) -> dict[str, Any]:
    """Return the cell's values by name; what is not finite stays so."""
    values: dict[str, Any] = dict.fromkeys(cell.measures)
    ours = [name for name in cell.measures if name in MEASURES]
    if ours:
        include = needed(ours)
        trace = bptt_trace(cell.network, cell.sequence, truncate=cell.truncate, include=include)
        values |= {name: MEASURES[name].of(trace) for name in ours}
    if FINAL_LOSS in values and cell.lesson is not None:
        values[FINAL_LOSS] = final_loss(cell.lesson)
    return values


def final_loss(lesson: Lesson) -> float | None:
    """Train; return the loss of the last step's batch, None where the training diverged."""
    batches = make_batches(lesson.source, chunk=lesson.chunk, batch=lesson.batch, seed=lesson.seed)
    training, last = Training([lesson.run], batches), None
    while training.running and training.step < lesson.steps:
        last = training.advance()[0]
    return None if last is None or last.diverged else last.loss


def sweep(
    keys: Iterable[Key], build: Callable[[Key], Cell], workers: Workers, cancel: Event
) -> Generator[tuple[Key, dict[str, Any]]]:
    """Yield each key with its cell's values, in the order in which they are done.

    Only a few cells are built and under way at once. When the iterator is closed or cancelled,
    what waits is called off; what a process has begun it ends.

    Raises:
        Cancelled: the event was set.
        WorkersLost: nobody can be reached, or one cell's workers were lost again and again.
    """
    waiting, losses = deque(keys), Counter[Key]()
    under_way: dict[Future[dict[str, Any]], Key] = {}
    places = workers.places()
    try:
        while waiting or under_way:
            check_cancel(cancel)
            while waiting and len(under_way) < places:
                key = waiting.popleft()
                under_way[workers.submit(measure, build(key))] = key
            for future in wait(under_way, LOOK_SECONDS, FIRST_COMPLETED).done:
                key = under_way.pop(future)
                try:
                    values = future.result()
                except workers.lost:
                    _count_loss(losses, key)
                    waiting.appendleft(key)
                else:
                    yield key, values
    finally:
        for future in under_way:
            future.cancel()


def _count_loss(losses: Counter[Key], key: Key) -> None:
    losses[key] += 1
    if losses[key] > MOST_LOSSES:
        raise WorkersLost(f"{losses[key]} workers were lost over one cell")
