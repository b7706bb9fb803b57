"""What the server counts of itself, for Prometheus, and a line of the log for each request."""

import logging
import time

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.work import Gate, Turns
from app.settings import Settings

log = logging.getLogger("unrolled.access")

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
LEFT = 499  # the client was gone before an answer began, as proxies call it


class Metrics:
    """Counters and gauges of one application, in a registry of its own.

    Args:
        settings: version and commit.
        gate: whose taken places are shown.
        turns: whose open streams are shown.
    """

    def __init__(self, settings: Settings, gate: Gate, turns: Turns) -> None:
        self.registry = registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        build = Info("unrolled_build", "what runs here", registry=registry)
        build.info({"version": settings.version, "commit": settings.commit or ""})
        self.requests = Counter(
            "unrolled_requests",
            "requests answered, by route and status",
            ("method", "route", "status"),
            registry=registry,
        )
        self.seconds = Histogram(
            "unrolled_request_seconds",
            "time until an answer's last byte; of a stream, how long it was open",
            ("route",),
            buckets=SECONDS,
            registry=registry,
        )
        running = Gauge(
            "unrolled_gate_taken", "large requests running or waiting", registry=registry
        )
        running.set_function(lambda: gate.taken)
        streams = Gauge("unrolled_streams_open", "trainings open", registry=registry)
        streams.set_function(lambda: turns.open)

    def text(self) -> bytes:
        """Return everything in Prometheus's text format."""
        return generate_latest(self.registry)

    def observe(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        """Count one request, and log it.

        Args:
            scope: after the routing, so that it holds the route.
            status: HTTP status; `LEFT` where there was no answer.
            seconds: from the request's head to the answer's end.
            request_id: as in the answer's header, "" where there was none.
        """
        route = route_of(scope)
        self.requests.labels(scope["method"], route, str(status)).inc()
        self.seconds.labels(route).observe(seconds)
        said = {
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "milliseconds": round(1000 * seconds, 2),
            "request_id": request_id,
        }
        log.info(
            "%(method)s %(path)s %(status)d %(milliseconds)s ms %(request_id)s", said, extra=said
        )


class Observed:
    """Hands each request's outcome to the metrics: the outermost layer, which sees every answer."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = time.perf_counter()
        status, request_id = LEFT, ""

        async def note(message: Message) -> None:
            nonlocal status, request_id
            if message["type"] == "http.response.start":
                status = message["status"]
                request_id = Headers(raw=message["headers"]).get("x-request-id", "")
            await send(message)

        try:
            await self.app(scope, receive, note)
        finally:
            self.metrics.observe(scope, status, time.perf_counter() - begun, request_id)


def route_of(scope: Scope) -> str:
    """Return the route's pattern: few values, whatever addresses are asked for."""
    if path := getattr(scope.get("route"), "path", None):
        return path
    return "/static" if "/static/" in scope["path"] else "none"
