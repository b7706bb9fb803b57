"""/openapi.json with the request bodies in it, and /docs, which needs no other host."""

from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.api.errors import MEDIA_TYPE as PROBLEM_JSON
from app.api.schemas.code import CodeRequest
from app.api.schemas.convolution import ConvolutionRequest
from app.api.schemas.events import TrainEvents
from app.api.schemas.grade import GradeRequest
from app.api.schemas.operation import ProblemAnswer
from app.api.schemas.requests import BpttRequest, CompareRequest
from app.api.schemas.sampling import SampleRequest
from app.api.schemas.surface import SurfaceRequest
from app.api.schemas.sweep import SweepEvents, SweepRequest
from app.api.schemas.training import TrainRequest
from app.api.schemas.weights import WeightsForm

BODIES: tuple[type[BaseModel], ...] = (
    BpttRequest,
    CompareRequest,
    CodeRequest,
    ConvolutionRequest,
    GradeRequest,
    TrainRequest,
    SampleRequest,
    SurfaceRequest,
    SweepRequest,
)
FORMS: tuple[type[BaseModel], ...] = (WeightsForm,)
STREAMS: tuple[type[BaseModel], ...] = (TrainEvents, SweepEvents)

DESCRIPTION = """\
A recurrent network's forward pass and its back-propagation through time, itemised.

Letters: T steps, B sequences, I inputs, H hidden units, O outputs. Arrays carry a batch axis
only where the request did. Numbers that are not finite are null, and `overflow` says where first.
Every refusal is `application/problem+json` (RFC 9457); its `type` is an address that explains it.
Bodies must be declared `content-type: application/json`. Of a key given twice, the last counts.
"""

DOCS_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} API</title>
<link rel="icon" href="{icon}" type="image/svg+xml">
<link rel="stylesheet" href="{style}">
</head>
<body>
<header><nav><a href="{root}/">← {title}</a> · <a href="{root}/docs/api">Guide</a></nav></header>
<main><div id="swagger-ui" data-openapi="{root}/openapi.json"></div></main>
<script src="{library}"></script>
<script src="{script}"></script>
</body>
</html>
"""
DOCS_FILES = {
    "icon": "favicon.svg",
    "style": "vendor/swagger-ui/swagger-ui.css",
    "library": "vendor/swagger-ui/swagger-ui-bundle.js",
    "script": "js/docs.js",
}

router = APIRouter()


@router.get("/docs", include_in_schema=False)
async def docs(request: Request) -> HTMLResponse:
    """Return the page that shows the API: Swagger UI from our own files."""
    root = escape(request.scope.get("root_path", "").rstrip("/"))
    files = request.app.state.assets.now()
    names = {key: f"{root}/static/{files.file(name)}" for key, name in DOCS_FILES.items()}
    return HTMLResponse(DOCS_PAGE.format(title=escape(request.app.title), root=root, **names))


def request_body(
    examples: dict[str, dict[str, Any]], body: type[BaseModel] = BpttRequest
) -> dict[str, Any]:
    """Return what documents a body that the route reads itself, as bytes.

    Args:
        examples: bodies by name, each with a ``summary`` and a ``value``.
        body: the model of the body, one of `BODIES`.
    """
    schema = {"$ref": f"#/components/schemas/{body.__name__}"}
    content = {"application/json": {"schema": schema, "examples": examples}}
    return {"requestBody": {"required": True, "content": content}}


def refusal(description: str) -> dict[str, Any]:
    """Return what documents an answer that is a problem."""
    schema = {"$ref": "#/components/schemas/ProblemAnswer"}
    return {"description": description, "content": {PROBLEM_JSON: {"schema": schema}}}


def install(app: FastAPI) -> None:
    """Make ``app.openapi()`` describe the request bodies too."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    template = "#/components/schemas/{model}"
    own: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (model, "validation") for model in (*BODIES, *FORMS, *STREAMS, ProblemAnswer)
    ]
    _, schema = models_json_schema(own, ref_template=template)
    document["components"]["schemas"] |= schema["$defs"]
    return document
