"""Server-Sent Events: how they look, how often they come, and their end when the client leaves."""

import logging
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable

import anyio
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.api.errors import Problem, from_engine, problem_body
from app.engine.errors import Cancelled, EngineError
from app.stopping import Stopping

log = logging.getLogger("unrolled")

MEDIA_TYPE = "text/event-stream"
EVENTS_A_SECOND = 20
AT_ONCE = 8  # events that nothing delays: enough to answer a single step
HEARTBEAT_SECONDS = 10
HEARTBEAT = b": still at work\n\n"
HURRY_SECONDS = 0.05
# Nobody keeps the events, and a proxy hands each on at once.
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}

Emit = Callable[[str, bytes], Awaitable[None]]
Produce = Callable[[Emit, threading.Event], Awaitable[None]]


def frame(number: int, name: str, data: bytes) -> bytes:
    """Return one event: its id, its name, and one line of JSON."""
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (number, name.encode(), data)


class Pace:
    """Lets at most `most` events through in any second: a few at once, more of them evenly.

    Args:
        most: events a second.
        clock: the time in seconds.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._spacing = 1 / most
        self._last = deque[float](maxlen=most)

    def delay(self) -> float:
        """Return the seconds until the next event may go."""
        last, now = self._last, self._clock()
        due = last[0] + 1.0 if len(last) == last.maxlen else now
        if len(last) >= AT_ONCE and last[-AT_ONCE] > now - 1.0:
            due = max(due, last[-1] + self._spacing)
        return max(0.0, due - now)

    def count(self) -> None:
        """Count an event as gone."""
        self._last.append(self._clock())


class EventStream(Response):
    """An answer of events, for as long as `produce` runs or the client stays.

    Events go out as fast as the client reads them, and no faster than the pace: `emit` waits, and
    what waits for it computes nothing, so nothing piles up. What `produce` raises is told in a
    last event, `error`, whose data is a problem.

    Args:
        produce: sends the events; its `threading.Event` is set when the client leaves.
        release: called once at the end, whichever way it comes.
        stopping: when the server stops the pace no longer matters.
        most: events a second.
    """

    media_type = MEDIA_TYPE

    def __init__(
        self,
        produce: Produce,
        release: Callable[[], None],
        stopping: Stopping,
        most: int = EVENTS_A_SECOND,
    ) -> None:
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]
        self._produce = produce
        self._release = release
        self._stopping = stopping
        self._pace = Pace(most)
        self._sent = 0
        self._quiet_since = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        gone = threading.Event()
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        try:
            await send(start)
            async with anyio.create_task_group() as group:
                group.start_soon(self._watch, receive, gone, group.cancel_scope)
                group.start_soon(self._beat, send)
                await self._run(scope, send, gone)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                group.cancel_scope.cancel()
        finally:
            gone.set()
            self._release()

    async def _run(self, scope: Scope, send: Send, gone: threading.Event) -> None:
        async def emit(name: str, data: bytes) -> None:
            await self._emit(send, name, data)

        try:
            await self._produce(emit, gone)
        except Exception as error:
            if not isinstance(error, Cancelled):
                await emit("error", _last_words(error, scope))

    async def _emit(self, send: Send, name: str, data: bytes) -> None:
        while (delay := self._pace.delay()) and not self._stopping.is_set():
            await anyio.sleep(min(delay, HURRY_SECONDS))
        self._pace.count()
        self._sent += 1
        await self._write(send, frame(self._sent, name, data))

    async def _write(self, send: Send, content: bytes) -> None:
        await send({"type": "http.response.body", "body": content, "more_body": True})
        self._quiet_since = time.monotonic()

    async def _beat(self, send: Send) -> None:
        while True:
            quiet = time.monotonic() - self._quiet_since
            if quiet < HEARTBEAT_SECONDS:
                await anyio.sleep(HEARTBEAT_SECONDS - quiet)
            else:
                await self._write(send, HEARTBEAT)

    async def _watch(
        self, receive: Receive, gone: threading.Event, scope: anyio.CancelScope
    ) -> None:
        while (await receive())["type"] != "http.disconnect":
            continue
        gone.set()
        scope.cancel()


def _last_words(error: Exception, scope: Scope) -> bytes:
    """Return the problem that ends a stream; of a failure of ours only the log knows more."""
    request_id = scope.get("state", {}).get("request_id")
    if isinstance(error, Problem):
        problem = error
    elif isinstance(error, EngineError):
        problem = from_engine(error)
    else:
        log.error("%s failed, request %s", scope["path"], request_id, exc_info=error)
        detail = f"Something failed while answering; the log knows it as {request_id}."
        problem = Problem("internal", detail)
    return problem_body(problem, scope["path"], request_id)
