"""The events of trainings and sweeps, and their story over as many connections as it takes."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np

from .answers import Answer, Trace
from .wire import LONGEST_WAIT, ProblemError, checked, json_body


class Start(Answer):
    """`start`: what is going to happen."""

    step: int
    steps: int


class Steps(Answer):
    """`steps`: some steps of one run, `first` the number of the first of them."""

    run: int
    loss: np.ndarray
    gradient_norm: np.ndarray
    clipped: np.ndarray

    @property
    def first(self) -> int:
        """The number of the first step told here, counted from 1."""
        return self["from"]


class TraceEvent(Trace):
    """`trace`: one run at one step, by a fixed sequence."""

    run: int
    step: int


class Checkpoint(Answer):
    """`checkpoint`: what `resume` takes."""

    step: int


class Diverged(Answer):
    """`diverged`: a run that overflowed and stopped."""

    run: int
    step: int
    what: str


class Done(Answer):
    """`done`: the last event; `runs` with parameters and loss."""

    runs: list[Answer]


Event = Start | Steps | TraceEvent | Checkpoint | Diverged | Done
EVENTS: dict[str, type[Event]] = {
    "start": Start,
    "steps": Steps,
    "trace": TraceEvent,
    "checkpoint": Checkpoint,
    "diverged": Diverged,
    "done": Done,
}


class Cell(Answer):
    """`cell`: one cell of a sweep; its values by measure are in brackets, `cell["values"]`."""

    @property
    def index(self) -> tuple[int, ...]:
        """Which value of each axis, from 0."""
        return tuple(self.raw["index"])


class SweepDone(Answer):
    """`done`: the last event of a sweep; `cells` in the grid."""

    cells: int


class Cut(Exception):
    """A stream that broke off and may be taken up again: after `wait`, or because of `cause`."""

    def __init__(self, cause: Exception | None = None, wait: float | None = None):
        super().__init__(cause)
        self.cause, self.wait = cause, wait


class Story:
    """A training as its client sees it, over as many connections as it takes."""

    def __init__(self, body: dict[str, Any], reconnects: int):
        self.over = False
        self.busy = 0
        self._body, self._reconnects = body, reconnects
        self._buffer = b""
        self._failures = 0
        self._told: dict[str, int] = {}  # the last step, by kind of event and run
        self._floor: dict[str, int] = {}  # the same when the connection broke: told already
        self._checkpoint: dict[str, Any] | None = None

    def request(self) -> dict[str, Any]:
        """Return what to post: from the last checkpoint, where there is one."""
        self._buffer, self._floor = b"", dict(self._told)
        resume = {"resume": self._checkpoint} if self._checkpoint else {}
        return json_body(self._body | resume)

    def refused(self, response: httpx.Response, wait: float | None) -> None:
        """Raise what a refusal is: a problem, or a wait."""
        if wait is None:
            checked(response)
        self.busy += 1
        raise Cut(wait=wait)

    def ended(self) -> None:
        """Raise where the stream ended before its last event."""
        if not self.over:
            raise Cut(httpx.RemoteProtocolError("the stream ended before its last event"))

    def lost(self, error: Exception) -> float:
        """Return the seconds to wait before going on; raises where there is no going on."""
        wait, cause = getattr(error, "wait", None), getattr(error, "cause", None)
        if wait is not None:
            return wait
        self._failures += 1
        if not self._told or self._failures > self._reconnects:
            raise cause or error
        return min(0.25 * 2**self._failures, LONGEST_WAIT)

    def read(self, chunk: bytes) -> Iterator[Any]:
        """Yield the events that are complete, and were not told before the connection broke."""
        *whole, self._buffer = (self._buffer + chunk).split(b"\n\n")
        for block in whole:
            fields = dict(line.split(b": ", 1) for line in block.split(b"\n") if b": " in line)
            if b"event" not in fields:
                continue  # a comment: the server is still at work
            name, data = fields[b"event"].decode(), json.loads(fields[b"data"])
            if name == "error":
                problem = ProblemError(data.get("status", 500), data)
                raise Cut(problem) if problem.status == 503 else problem
            event = self._take(name, data)
            if event is not None:
                yield event

    def _take(self, name: str, data: dict[str, Any]) -> Any:
        if name not in EVENTS:
            return None  # a later server may tell more
        self.over = name == "done"
        key = f"{name} {data.get('run')}"
        told = self._floor.get(key)
        if name == "steps":
            data = _after(data, told or 0)
            if not data["loss"]:
                return None
            self._told[key] = data["from"] + len(data["loss"]) - 1
        elif name != "done":
            if told is not None and (name == "start" or data["step"] <= told):
                return None
            self._told[key] = data["step"]
        if name == "checkpoint":
            self._checkpoint, self._failures, self.busy = data, 0, 0
        return EVENTS[name](data)


class SweepStory(Story):
    """A sweep as its client sees it: what was told is not asked for again."""

    def __init__(self, body: dict[str, Any], reconnects: int):
        super().__init__(body, reconnects)
        self._known = [list(map(int, index)) for index in body.get("resume") or ()]

    def request(self) -> dict[str, Any]:
        """Return what to post: without the cells that are known."""
        self._buffer = b""
        return json_body(self._body | {"resume": self._known})

    def _take(self, name: str, data: dict[str, Any]) -> Cell | SweepDone | None:
        self.over = name == "done"
        if name == "cell":
            self._known.append(data["index"])
            self._told[name], self._failures, self.busy = len(self._known), 0, 0
            return Cell(data)
        return SweepDone(data) if self.over else None


def _after(data: dict[str, Any], told: int) -> dict[str, Any]:
    """Return a `steps` event without the steps up to `told`."""
    skip = max(told - data["from"] + 1, 0)
    lists = {name: data[name][skip:] for name in ("loss", "gradient_norm", "clipped")}
    return data | lists | {"from": data["from"] + skip}
