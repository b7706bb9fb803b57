"""Where requests run: small ones on the event loop, large ones in a gate of few threads."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread
from starlette.requests import Request

from app.api.errors import Problem
from app.engine.errors import Cancelled
from app.stopping import Stopping

Result = TypeVar("Result")

RETRY_AFTER_SECONDS = 2


async def read_json_body(request: Request, limit: int) -> bytes:
    """Return the body's bytes.

    Raises:
        Problem: unsupported-media-type, or too-large before the rest is read.
    """
    content_type = request.headers.get("content-type", "")
    if not _is_json(content_type):
        declared = f"declared as {content_type}" if content_type else "not declared"
        detail = f"The body is {declared}; send content-type: application/json."
        raise Problem("unsupported-media-type", detail)
    return await read_body(request, limit)


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body's bytes, whatever they are.

    Raises:
        Problem: too-large before the rest is read.
    """
    declared_length = request.headers.get("content-length", "0")
    size = int(declared_length) if declared_length.isdigit() else 0
    chunks: list[bytes] = []
    if size <= limit:
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                break
            chunks.append(chunk)
    if size > limit:
        raise Problem("too-large", f"The body is over the limit of {limit:,} bytes.")
    return b"".join(chunks)


class Gate:
    """Runs large work in threads: a few at once, a few waiting, the others told to come again.

    Args:
        threads: how many run at once.
        queue: how many may wait.
        stopping: calls the work off when the server stops.
    """

    def __init__(self, threads: int, queue: int, stopping: Stopping | None = None) -> None:
        self._limiter = anyio.CapacityLimiter(threads)
        self._stopping = stopping or Stopping()
        self._places = threads + queue
        self._taken = 0

    @property
    def taken(self) -> int:
        """How many run or wait."""
        return self._taken

    async def run(self, request: Request, work: Callable[[threading.Event], Result]) -> Result:
        """Return what the work returns; its event is set when the client leaves.

        Raises:
            Problem: busy, when every place is taken; stopping, when the server called it off.
        """
        if self._taken >= self._places:
            headers = {"retry-after": str(RETRY_AFTER_SECONDS)}
            detail = f"{self._places} large requests are running or waiting already."
            raise Problem("busy", detail, headers=headers)
        self._taken += 1
        gone = threading.Event()
        watcher = asyncio.create_task(_watch(request, gone))
        try:
            with self._stopping.calls(gone.set):
                return await anyio.to_thread.run_sync(work, gone, limiter=self._limiter)
        except Cancelled:
            if self._stopping.is_set():
                raise Problem("stopping", "The work was called off.") from None
            raise
        finally:
            watcher.cancel()
            self._taken -= 1


class Turns:
    """Lets a few streams be open, and computes them by turns, a slice at a time, in few threads.

    Args:
        streams: how many may be open.
        threads: how many are computed at once.
        what: what they are, in the plural.
    """

    def __init__(self, streams: int, threads: int, what: str = "trainings") -> None:
        self._limiter = anyio.CapacityLimiter(threads)
        self._streams, self._what = streams, what
        self.open = 0

    def enter(self) -> None:
        """Take a place, until `leave`.

        Raises:
            Problem: busy, when every place is taken.
        """
        if self.open >= self._streams:
            headers = {"retry-after": str(RETRY_AFTER_SECONDS)}
            detail = f"{self._streams} {self._what} are open already."
            raise Problem("busy", detail, headers=headers)
        self.open += 1

    def leave(self) -> None:
        """Give the place back."""
        self.open -= 1

    async def run(self, work: Callable[[], Result]) -> Result:
        """Return what the work returns, once it was its turn."""
        return await anyio.to_thread.run_sync(work, limiter=self._limiter)


async def _watch(request: Request, gone: threading.Event) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        continue
    gone.set()


def _is_json(content_type: str) -> bool:
    essence = content_type.partition(";")[0].strip().lower()
    kind, _, subtype = essence.partition("/")
    return kind == "application" and (subtype == "json" or subtype.endswith("+json"))
