"""The server's end: long streams and long work are told before the process goes.

uvicorn waits for open connections, and tells the application only after they have closed. So its
signal handlers are chained: ours tells the streams, uvicorn's stops as it always does.
"""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import FrameType
from typing import Any

from fastapi import FastAPI

SIGNALS = (signal.SIGTERM, signal.SIGINT)
GRACE_SECONDS = 0.8  # for streams to say their last; then connections that hang are left


class Stopping:
    """Whether the server is on its way out; any thread may ask."""

    def __init__(self) -> None:
        self._stops = threading.Event()
        self._told: set[threading.Event] = set()

    def is_set(self) -> bool:
        """Return whether the server stops."""
        return self._stops.is_set()

    def set(self) -> None:
        """Say so, on the event loop."""
        self._stops.set()
        for event in self._told:
            event.set()

    @contextmanager
    def tells(self, event: threading.Event) -> Iterator[None]:
        """Set the event too, should the server stop inside this block of the event loop."""
        self._told.add(event)
        if self.is_set():
            event.set()
        try:
            yield
        finally:
            self._told.discard(event)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Chain the signal handlers while the application runs."""
    stopping: Stopping = app.state.stopping
    if threading.current_thread() is threading.main_thread():
        _chain(stopping, asyncio.get_running_loop())
    yield


def _chain(stopping: Stopping, loop: asyncio.AbstractEventLoop) -> None:
    for number in SIGNALS:
        previous = signal.getsignal(number)
        if callable(previous):
            signal.signal(number, _handler(stopping, loop, previous))


def _handler(
    stopping: Stopping, loop: asyncio.AbstractEventLoop, previous: Callable[..., Any]
) -> Callable[[int, FrameType | None], None]:
    def stop(frame: FrameType | None) -> None:
        if not stopping.is_set():
            stopping.set()
            # To uvicorn a second Ctrl-C means: wait no longer for connections that do not close.
            loop.call_later(GRACE_SECONDS, previous, signal.SIGINT, frame)

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop, frame)  # locks are not for signal handlers
        previous(number, frame)

    return handle
