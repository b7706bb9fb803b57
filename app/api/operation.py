"""GET /healthz, /readyz, /metrics, and /problems/<kind>, where a problem's type explains itself."""

from dataclasses import asdict
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app.api.documentation import refusal
from app.api.errors import KINDS, Problem
from app.api.schemas.operation import HealthAnswer, ProblemKind

router = APIRouter()


@router.get(
    "/healthz",
    tags=["operation"],
    summary="Whether the server answers",
    responses={200: {"model": HealthAnswer}},
)
async def healthz(request: Request) -> Response:
    """Return status and version; nothing is computed."""
    settings = request.app.state.settings
    return _json({"status": "ok", "version": settings.version, "commit": settings.commit})


@router.get(
    "/readyz",
    tags=["operation"],
    summary="Whether the server takes new requests",
    responses={200: {"model": HealthAnswer}, 503: refusal("it is about to stop")},
)
async def readyz(request: Request) -> Response:
    """Return what /healthz does, but 503 once the server was told to stop.

    Health says that the process lives, readiness that a balancer may send it work.
    """
    if request.app.state.stopping.is_set():
        raise Problem("stopping", "The server was told to stop; it takes nothing new.")
    return await healthz(request)


@router.get(
    "/metrics",
    tags=["operation"],
    summary="What the server counts, for Prometheus",
    response_class=PlainTextResponse,
    responses={200: {"description": "counters and gauges in Prometheus's text format"}},
)
async def metrics(request: Request) -> Response:
    """Return requests by route and status, their times, large work and streams under way."""
    return Response(request.app.state.metrics.text(), media_type=CONTENT_TYPE_LATEST)


@router.get(
    "/problems/{kind}",
    tags=["operation"],
    summary="What a problem's type stands for",
    responses={
        200: {"model": ProblemKind},
        404: refusal("no such kind"),
        422: refusal("never: any text is looked up"),
    },
)
async def problem(
    kind: Annotated[
        str,
        Path(
            description="last part of a problem's type",
            examples=["validation"],
            json_schema_extra={"x-unit": "name"},
        ),
    ],
) -> Response:
    """Return title, usual status and meaning of one kind of problem."""
    if kind not in KINDS:
        raise Problem("not-found", f"{kind!r} is no kind of problem; there are {', '.join(KINDS)}.")
    return _json({"type": f"/problems/{kind}", **asdict(KINDS[kind])})


def _json(content: dict[str, Any]) -> Response:
    return Response(orjson.dumps(content), media_type="application/json")
