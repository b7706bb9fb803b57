"""What every answer carries: a request id, security headers, and no traceback.

Pure ASGI, the outermost layer: a failure anywhere below becomes a
problem+json 500 here, with the same headers as any other answer.
"""

import logging
import uuid
from collections.abc import Callable, Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.errors import Problem, respond

log = logging.getLogger("unrolled")

FIXED_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
LONGEST_REQUEST_ID = 64


def content_security_policy(script_hashes: Iterable[str]) -> str:
    """Return the policy: this origin only, no inline script or style but the hashed scripts.

    Anyone may embed the pages (``frame-ancestors *``): an embedded picture is a
    feature, and the pages hold no session that a frame could abuse.

    Args:
        script_hashes: such as "sha256-…", of the inline scripts that the pages contain.
    """
    hashes = "".join(f" '{value}'" for value in sorted(script_hashes))
    return (
        f"default-src 'self'; script-src 'self'{hashes}; style-src 'self'; "
        "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors *"
    )


class AnswerHeaders:
    """Gives each request an id and each answer its headers; hides what failed."""

    def __init__(self, app: ASGIApp, policy: Callable[[], str]) -> None:
        self.app = app
        self.policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                headers.setdefault("content-security-policy", self.policy())
                for name, value in FIXED_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:
            log.exception("%s %s failed, request %s", scope["method"], scope["path"], request_id)
            if started:
                raise  # half an answer is out: only closing the connection says so
            detail = f"Something failed while answering; the log knows it as {request_id}."
            response = respond(Request(scope), Problem("internal", detail))
            await response(scope, receive, send_with_headers)


class TrustedHosts:
    """Refuses requests whose Host header is not among the patterns."""

    def __init__(self, app: ASGIApp, patterns: Iterable[str]) -> None:
        self.app = app
        self.patterns = tuple(pattern.lower() for pattern in patterns)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "http" and not self._trusts(scope):
            detail = "The Host header of this request is not among the trusted hosts."
            response = respond(Request(scope), Problem("bad-host", detail))
            await response(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _trusts(self, scope: Scope) -> bool:
        if "*" in self.patterns:
            return True
        host = _without_port(Headers(scope=scope).get("host", "").lower())
        return any(
            host == pattern or (pattern.startswith("*.") and host.endswith(pattern[1:]))
            for pattern in self.patterns
        )


def _without_port(host: str) -> str:
    """Return "example.org" of "example.org:8000", and "[::1]" of "[::1]:8000"."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


def _request_id(scope: Scope) -> str:
    """Return the caller's own id where it is short and plain, else a new one."""
    given = Headers(scope=scope).get("x-request-id", "")
    if 0 < len(given) <= LONGEST_REQUEST_ID and given.isascii() and given.isprintable():
        return given
    return uuid.uuid4().hex
