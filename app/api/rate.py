"""How often one client may ask: a limit that is off unless a setting names it."""

import math
import time

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.errors import Problem, respond

LIMITED = "/api/"
LOOPBACK = ("127.0.0.1", "::1")


class RateLimited:
    """Refuses a client's requests to the API beyond its rate; pages and probes are never counted.

    The client is known by its address: behind a proxy uvicorn has to be told whom to believe
    (``FORWARDED_ALLOW_IPS``). Requests from this machine itself are not limited.

    Args:
        rate: such as "600/minute"; "" for none.
    """

    def __init__(self, app: ASGIApp, rate: str) -> None:
        self.app = app
        self.rate = parse(rate) if rate else None
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        rate = self.rate if scope["type"] == "http" and scope["path"].startswith(LIMITED) else None
        client = (scope.get("client") or ("",))[0]
        if rate is None or client in LOOPBACK or self.limiter.hit(rate, client):
            await self.app(scope, receive, send)
            return
        wait = self.limiter.get_window_stats(rate, client).reset_time - time.time()
        seconds = max(1, math.ceil(wait))
        detail = f"More than {rate.amount} requests in {rate.get_expiry()} seconds from {client}."
        problem = Problem("rate-limited", detail, headers={"retry-after": str(seconds)})
        await respond(Request(scope), problem)(scope, receive, send)
