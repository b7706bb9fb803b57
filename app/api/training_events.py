"""The events of a training, one after the other: an iterator that computes between them.

It runs in a thread, a slice of time at once: at a pause others may have their turn.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from app.api import answers
from app.api.resolve import Plan
from app.api.schemas.checkpoints import checkpoint
from app.api.streaming import EVENTS_A_SECOND
from app.api.training import TrainPlan
from app.engine.clipping import Clip
from app.engine.errors import EngineError, check_cancel
from app.engine.trace import bptt_trace
from app.engine.training import Evaluation, StepResult, baseline, evaluate, sample_text

SLICE_SECONDS = 0.04
CHECKPOINT_SECONDS = 1.0
CHECKPOINT_BYTES_A_SECOND = 2_000_000  # a large one comes less often
STEPS_SHARE = 0.6  # of the events: `steps`; the rest is left for traces and checkpoints


class Event(NamedTuple):
    """A name, and its data as one line of JSON."""

    name: str
    data: bytes


PAUSE = Event("", b"")  # nothing to tell, but the slice of time is over


class History:
    """The steps of each run that no event has told yet."""

    def __init__(self, runs: int) -> None:
        self._waiting: list[list[StepResult]] = [[] for _ in range(runs)]

    def add(self, results: list[StepResult | None]) -> None:
        """Take up what one step of each run saw."""
        for waiting, result in zip(self._waiting, results, strict=True):
            if result is not None:
                waiting.append(result)

    def tell(self, step: int) -> Iterator[Event]:
        """Yield them, and forget them; `step` is the last step made."""
        for run, waiting in enumerate(self._waiting):
            if not waiting:
                continue
            stopped = waiting[-1].diverged
            content = {
                "run": run,
                "from": (stopped.step if stopped else step) - len(waiting) + 1,
                "loss": [result.loss for result in waiting],
                "gradient_norm": [result.gradient_norm for result in waiting],
                "clipped": [result.clipped for result in waiting],
            }
            self._waiting[run] = []
            yield Event("steps", answers.encode(content))


class Narrator:
    """Trains, and tells of it.

    Args:
        plan: the training; it is advanced.
        cancel: ends the work at once; what was done by then is told by `last_words`.
        clock: the time in seconds.
    """

    def __init__(
        self,
        plan: TrainPlan,
        cancel: threading.Event,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._plan, self._request, self._training = plan, plan.request, plan.training
        self._cancel = cancel
        self._clock = clock
        resumed = plan.request.resume
        self._losses: list[float | None] = [None] * len(plan.probes)
        if resumed:
            self._losses = [run.loss for run in resumed.runs]
        self._history = History(len(plan.probes))
        self._between_tales = len(plan.probes) / (STEPS_SHARE * EVENTS_A_SECOND)
        self._between_checkpoints = CHECKPOINT_SECONDS
        self._told = self._saved = clock()

    def events(self) -> Iterator[Event]:
        """Yield every event of the training, and PAUSE where a slice of time is over.

        Raises:
            Cancelled: the event was set; the training stands at the end of a step.
        """
        yield self._start()
        for run, stopped in enumerate(self._training.diverged):
            yield self._trace(run)
            if stopped:
                yield self._divergence(run)
        yield self._checkpoint()
        while self._training.step < self._request.steps and self._training.running:
            yield from self._slice()
        yield self._done()

    def last_words(self) -> Iterator[Event]:
        """Yield what a client needs to go on from here, at another time or place."""
        yield from self._tell()
        yield self._checkpoint()

    def _slice(self) -> Iterator[Event]:
        """Train until there is something to tell, or the slice of time is over."""
        end = self._clock() + SLICE_SECONDS
        while True:
            check_cancel(self._cancel)
            fallen = self._step()
            if fallen:
                yield from self._tell()
            for run in fallen:
                yield self._trace(run)
                yield self._divergence(run)
            now = self._clock()
            if self._at_trace():
                return (yield from self._milestone())
            if now - self._saved >= self._between_checkpoints:
                return (yield from self.last_words())
            if now - self._told >= self._between_tales:
                return (yield from self._tell())
            if now >= end:
                return (yield PAUSE)

    def _step(self) -> list[int]:
        """Make one step; return the runs that diverged in it."""
        results = self._training.advance(self._cancel)
        self._history.add(results)
        for run, result in enumerate(results):
            if result is not None:
                self._losses[run] = result.loss
        return [run for run, result in enumerate(results) if result and result.diverged]

    def _at_trace(self) -> bool:
        step = self._training.step
        last = step == self._request.steps or not self._training.running
        return last or step % self._request.trace_every == 0

    def _milestone(self) -> Iterator[Event]:
        yield from self._tell()
        for run, stopped in enumerate(self._training.diverged):
            if stopped is None:
                yield self._trace(run)
        yield self._checkpoint()

    def _tell(self) -> Iterator[Event]:
        self._told = self._clock()
        yield from self._history.tell(self._training.step)

    def _start(self) -> Event:
        batches, request = self._training.batches, self._request
        first = baseline(self._plan.probes[0].network, batches)
        content = {
            "runs": [{"parameter_count": p.network.parameter_count} for p in self._plan.probes],
            "step": self._training.step,
            "steps": request.steps,
            "T": batches.T,
            "batch": batches.B or 1,
            "labels": self._plan.probes[0].sequence.labels,
            "baseline": first and {"loss": first.loss, "value": first.value},
        }
        return Event("start", answers.encode(content))

    def _trace(self, run: int) -> Event:
        """Return what /bptt answers of a run's weights as they are, the last finite ones."""
        asked, stopped = self._request.runs[run], self._training.diverged[run]
        plan = replace(self._plan.probes[run], network=self._training.network(run))
        trace = bptt_trace(
            plan.network,
            plan.sequence,
            clip=Clip(asked.clip.by, asked.clip.threshold) if asked.clip else None,
            truncate=asked.truncate,
            include=frozenset(self._request.include),
            cancel=self._cancel,
        )
        content = {
            "run": run,
            "step": stopped.step - 1 if stopped else self._training.step,
            **answers.bptt_answer(plan, trace),
            "evaluation": _evaluation(evaluate(plan.network, self._training.batches, self._cancel)),
            "sample": self._sample(plan),
        }
        return Event("trace", answers.encode(content))

    def _sample(self, plan: Plan) -> dict[str, str] | None:
        """Return what the network writes now; runs of one step draw alike."""
        asked, labels = self._request.sample, plan.sequence.labels
        if asked is None or labels is None:
            return None
        seed = self._request.seed + self._training.step
        try:
            drawn = sample_text(
                plan.network, labels, **asked.model_dump(), seed=seed, cancel=self._cancel
            )
        except EngineError:  # the network overflows
            return None
        return {"text": drawn.text}

    def _checkpoint(self) -> Event:
        event = Event("checkpoint", answers.encode(checkpoint(self._training.snapshot())))
        self._saved = self._clock()
        seconds = len(event.data) / CHECKPOINT_BYTES_A_SECOND
        self._between_checkpoints = max(CHECKPOINT_SECONDS, seconds)
        return event

    def _divergence(self, run: int) -> Event:
        stopped = self._training.diverged[run]
        assert stopped is not None
        content = {"run": run, "step": stopped.step, "what": stopped.what}
        return Event("diverged", answers.encode(content))

    def _done(self) -> Event:
        runs = []
        for run, stopped in enumerate(self._training.diverged):
            step = stopped.step if stopped else self._training.step
            parameters = self._training.network(run).parameters
            told = stopped and {"step": stopped.step, "what": stopped.what}
            runs.append(
                {
                    "parameters": parameters,
                    "loss": self._losses[run],
                    "step": step,
                    "diverged": told,
                }
            )
        return Event("done", answers.encode({"runs": runs}))


def _evaluation(found: Evaluation) -> dict[str, Any]:
    guess, forecast = found.baseline, found.forecast
    return {
        "loss": found.loss,
        "baseline": guess and guess.loss,
        "metric": found.metric,
        "value": found.value,
        "baseline_value": guess and guess.value,
        "by_delay": found.by_delay
        and [{"delay": delay, "value": value} for delay, value in found.by_delay],
        "predictions": answers.named(found.predictions),
        "forecast": forecast
        and {
            "from": forecast.start,
            "actual": forecast.actual,
            "predicted": forecast.predicted,
            "one_step": forecast.one_step,
        },
    }
