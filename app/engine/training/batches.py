"""The data of every step: a pure function of its number, so that resuming needs no memory.

A pass is one mini-batch; `chunk` cuts it into pieces of so many steps, one a training step.
"""

from abc import ABC, abstractmethod
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from app.engine.errors import EngineError
from app.engine.network import Network
from app.engine.sequences import Sequence
from app.engine.tasks import TASKS
from app.engine.training.sources import Source, Stream, TaskSource

PROBE = 200  # steps at most
PROBE_TEXT, PROBE_SERIES = 60, 100
HELD_OUT = 64  # sequences
HELD_OUT_STEPS = 500  # of a stream


class Piece(NamedTuple):
    """What one step trains on; `fresh` says that no state is carried into it."""

    sequence: Sequence
    fresh: bool


class Batches(ABC):
    """T steps (of the longest piece) of B sequences a step, in `pieces` steps a pass."""

    several = HELD_OUT  # sequences of the evaluation

    def __init__(self, source: Source, length: int, B: int | None, chunk: int | None):
        self.source, self.length, self.B = source, length, B
        self.chunk = None if chunk is None or chunk >= length else chunk
        self.T = self.chunk or length
        self.pieces = -(-length // self.T)

    def piece(self, step: int) -> Piece:
        """Return the data of a step, counted from 1."""
        turn, index = divmod(step - 1, self.pieces)
        start = index * self.T
        stop = min(start + self.T, self.length)
        return Piece(self.cut(turn, start, stop), index == 0)

    @abstractmethod
    def cut(self, turn: int, start: int, stop: int) -> Sequence:
        """Return steps start … stop−1 of pass `turn`, both from 0."""

    def probe(self, network: Network) -> Sequence:
        """Return the fixed sequence that the traces show, at most 200 steps of it.

        It is one sequence; batch normalization gets up to 8.
        """
        return self._probe(self._together(network, 1, 8))

    def held_out(self, network: Network) -> Sequence:
        """Return the fixed data of the evaluation."""
        return self._held_out(self._together(network, self.several, HELD_OUT))

    def _together(self, network: Network, plain: int, normalized: int) -> int:
        if network.normalization == "batch":
            return min(self.B or 1, normalized)
        return plain

    @abstractmethod
    def _probe(self, B: int) -> Sequence: ...

    @abstractmethod
    def _held_out(self, B: int) -> Sequence: ...


class TaskBatches(Batches):
    """A task, drawn afresh for every pass from [data.seed, seed, its first step]."""

    source: TaskSource

    def __init__(self, source: TaskSource, seed: int, chunk: int | None):
        first = source.draw((source.seed,))
        check_chunk(chunk, first)
        super().__init__(source, source.length, first.B, chunk)
        self.seed = seed
        self._drawn = lru_cache(1)(self._draw)

    def _draw(self, turn: int) -> Sequence:
        return self.source.draw((self.source.seed, self.seed, turn * self.pieces + 1))

    def cut(self, turn: int, start: int, stop: int) -> Sequence:
        """As in `Batches`."""
        return window(self._drawn(turn), start, stop)

    def _probe(self, B: int) -> Sequence:
        task, length, delay = TASKS[self.source.name], self.source.length, self.source.delay
        if length > PROBE:
            length, delay = PROBE, min(delay, PROBE // 2) if task.delayed else delay
        return self._fixed((self.source.seed,), batch=B, length=length, delay=delay)

    def _held_out(self, B: int) -> Sequence:
        return self.held_out_at(self.source.length, self.source.delay, B)

    def held_out_at(self, length: int, delay: int, B: int) -> Sequence:
        """Draw sequences that no step draws, of another length or delay."""
        return self._fixed((self.source.seed, 0, 0, 1), batch=B, length=length, delay=delay)

    def _fixed(self, seed: tuple[int, ...], batch: int, length: int, delay: int) -> Sequence:
        rows = np.arange(batch) % (self.B or 1)
        starts = {}
        for name in ("h0", "cell0"):
            start = getattr(self.source, name)
            if start is not None:
                start = np.asarray(start)[..., None, :] if self.B is None else np.asarray(start)
                starts[name] = start[..., rows if batch > 1 else 0, :]
        return self.source.draw(seed, batch=batch, length=length, delay=delay, **starts)


class SequenceBatches(Batches):
    """Sequences as they are: all of them, or so many a pass, in an order shuffled every epoch.

    The order is one long row of shuffled epochs, cut into batches of equal size.
    """

    source: Sequence

    def __init__(self, source: Sequence, batch: int | None, seed: int, chunk: int | None):
        if source.y is None:
            raise EngineError("data.y", "y is missing; training needs targets")
        everything = source.B or 1
        if batch is not None and batch > everything:
            raise EngineError("batch", f"batch is {batch}; the data has {everything} sequence(s)")
        check_chunk(chunk, source)
        self.seed = seed
        self.some = None if batch is None or batch == everything else batch
        super().__init__(source, source.T, self.some or source.B, chunk)
        self._picked = lru_cache(1)(self._pick)

    def _pick(self, turn: int) -> Sequence:
        everything, some = self.source.B or 1, self.some or 1
        places = range(turn * some, (turn + 1) * some)
        order = {
            epoch: np.random.default_rng([self.seed, epoch]).permutation(everything)
            for epoch in range(places[0] // everything, places[-1] // everything + 1)
        }
        rows = [order[place // everything][place % everything] for place in places]
        return pick(self.source, np.array(rows))

    def cut(self, turn: int, start: int, stop: int) -> Sequence:
        """As in `Batches`."""
        whole = self.source if self.some is None else self._picked(turn)
        return window(whole, start, stop)

    def _probe(self, B: int) -> Sequence:
        counted = self.source.loss_steps
        stop = min(self.length, PROBE) if len(counted) == self.length else max(counted) + 1
        return window(self._held_out(B), max(0, stop - PROBE), stop)

    def _held_out(self, B: int) -> Sequence:
        if self.source.B is None or self.source.B <= B > 1:
            return self.source
        return pick(self.source, np.arange(B) if B > 1 else 0)


class StreamBatches(Batches):
    """A text or a series, cut into B streams of equal length that run beside one another."""

    source: Stream
    several = 1

    def __init__(self, source: Stream, batch: int | None, chunk: int | None):
        B = batch or 1
        if B > source.N:
            raise EngineError("batch", f"batch is {B}; the data has {source.N} step(s) to cut")
        check_chunk(chunk, source)
        super().__init__(source, source.N // B, None if B == 1 else B, chunk)
        self._piece = lru_cache(1)(self._cut)

    def cut(self, turn: int, start: int, stop: int) -> Sequence:  # noqa: ARG002
        """As in `Batches`; every pass is the same."""
        return self._piece(start, stop)

    def _cut(self, start: int, stop: int) -> Sequence:
        return self.source.piece(self._rows(self.B or 1, start, stop), start == 0)

    def _rows(self, B: int, start: int, stop: int) -> np.ndarray:
        rows = np.arange(start, stop)
        return rows if B == 1 else np.arange(B)[:, None] * self.length + rows

    def _probe(self, B: int) -> Sequence:
        if self.source.codes is None:
            stop, steps = self.length, PROBE_SERIES
        else:
            stop = min(self.length, self.chunk or PROBE_TEXT, PROBE)
            steps = stop
        start = max(0, stop - steps)
        return self.source.piece(self._rows(B, start, stop), start == 0)

    def _held_out(self, B: int) -> Sequence:
        return self.source.piece(self._rows(B, 0, min(self.length, HELD_OUT_STEPS)), first=True)


def make_batches(
    source: Source, *, chunk: int | None = None, batch: int | None = None, seed: int = 0
) -> Batches:
    """Return the steps' data of a source; `batch` is for what is not a task, which has its own.

    Raises `EngineError` ("chunk", "batch", "seed", "data.…").
    """
    for field, value, least in (("chunk", chunk, 1), ("batch", batch, 1), ("seed", seed, 0)):
        if value is None and field != "seed":
            continue
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise EngineError(field, f"{field} is {value!r}; it must be a whole number ≥ {least}")
    if isinstance(source, TaskSource):
        if batch is not None:
            raise EngineError("batch", f"batch is {batch}; a task's own is data.batch")
        return TaskBatches(source, seed, chunk)
    if isinstance(source, Stream):
        return StreamBatches(source, batch, chunk)
    return SequenceBatches(source, batch, seed, chunk)


def check_chunk(chunk: int | None, data: Sequence | Stream) -> None:
    """Raise `EngineError` unless every piece has a loss at every step."""
    if chunk is None:
        return
    masked = isinstance(data, Sequence) and data.loss_mask is not None
    if data.loss_at != "every" or masked:
        raise EngineError(
            "chunk",
            f"chunk is {chunk}; it needs a loss at every step, this data has it at some",
        )


def window(sequence: Sequence, start: int, stop: int) -> Sequence:
    """Return steps start … stop−1 of every sequence; h0 and cell0 belong to the first."""
    if start == 0 and stop == sequence.T:
        return sequence
    y, axis = sequence.y, len(sequence.batch_shape)
    if y is not None and y.ndim > axis and y.shape[axis] == sequence.T:
        y = y[(slice(None),) * axis + (slice(start, stop),)]
    return replace(
        sequence,
        x=sequence.x[..., start:stop, :],
        y=y,
        loss_mask=None if sequence.loss_mask is None else sequence.loss_mask[start:stop],
        h0=sequence.h0 if start == 0 else None,
        cell0=sequence.cell0 if start == 0 else None,
    )


def pick(sequence: Sequence, rows: np.ndarray | int) -> Sequence:
    """Return some sequences of a batch; one number picks one, without a batch axis."""
    starts = {
        name: None if start is None else start[..., rows, :]
        for name, start in (("h0", sequence.h0), ("cell0", sequence.cell0))
    }
    y = None if sequence.y is None else sequence.y[rows]
    return replace(sequence, x=sequence.x[rows], y=y, **starts)
