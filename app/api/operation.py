"""GET /healthz, and GET /problems/<kind>, where a problem's type explains itself."""

from dataclasses import asdict
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

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
