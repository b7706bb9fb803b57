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

from app.logs import configure

SIGNALS = (signal.SIGTERM, signal.SIGINT)
GRACE_SECONDS = 1.0  # for streams to say their last; then connections that hang are closed


class Stopping:
    """Whether the server is on its way out; any thread may ask."""

    def __init__(self) -> None:
        self._stops = threading.Event()
        self._calls: list[Callable[[], object]] = []

    def is_set(self) -> bool:
        """Return whether the server stops."""
        return self._stops.is_set()

    def set(self) -> None:
        """Say so, on the event loop."""
        self._stops.set()
        for call in self._calls:
            call()

    @contextmanager
    def calls(self, call: Callable[[], object]) -> Iterator[None]:
        """Call this, on the event loop, should the server stop inside this block."""
        self._calls.append(call)
        if self.is_set():
            call()
        try:
            yield
        finally:
            self._calls.remove(call)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Set up the log, and chain the signal handlers while the application runs."""
    configure(app.state.settings)
    stopping: Stopping = app.state.stopping
    if threading.current_thread() is threading.main_thread():
        _chain(stopping, asyncio.get_running_loop())
    workers = app.state.workers
    try:
        with stopping.calls(workers.close):
            yield
    finally:
        await asyncio.to_thread(workers.close)


def _chain(stopping: Stopping, loop: asyncio.AbstractEventLoop) -> None:
    for number in SIGNALS:
        previous = signal.getsignal(number)
        if callable(previous):
            signal.signal(number, _handler(stopping, loop, previous))


def _handler(
    stopping: Stopping, loop: asyncio.AbstractEventLoop, previous: Callable[..., Any]
) -> Callable[[int, FrameType | None], None]:
    def stop() -> None:
        if not stopping.is_set():
            stopping.set()
            loop.call_later(GRACE_SECONDS, _drop_connections, previous)

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop)  # locks are not for signal handlers
        previous(number, frame)

    return handle


def _drop_connections(handler: Callable[..., Any]) -> None:
    """Close what is still open, such as to a client that reads no more: uvicorn would wait for it.

    Args:
        handler: a method of uvicorn's server; of any other there is nothing to close.
    """
    state = getattr(getattr(handler, "__self__", None), "server_state", None)
    for connection in list(getattr(state, "connections", ())):
        connection.transport.abort()
