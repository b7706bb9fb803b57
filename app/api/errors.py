"""Every refusal and failure as problem+json (RFC 9457), and nothing of the inside in any of them.

An answer looks like this; ``was`` and ``expected`` are there where they are known:

    {"type": "/problems/validation", "title": "…", "status": 422, "detail": "…",
     "instance": "/api/v1/bptt", "request_id": "…",
     "errors": [{"field": "data.x", "message": "…", "was": …, "expected": "…"}]}
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.api.schemas.requests import DATA_KINDS, BpttRequest
from app.api.schemas.values import show
from app.engine.errors import EngineError

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 20


@dataclass(frozen=True)
class Kind:
    """One kind of problem: what its `type` address stands for."""

    status: int
    title: str
    meaning: str


KINDS: dict[str, Kind] = {
    "validation": Kind(
        422,
        "The request does not hold together",
        "A field is missing, unknown, of the wrong type, shape or range. `errors` names each.",
    ),
    "malformed-json": Kind(
        422, "The body is not JSON", "`detail` says where reading stopped. JSON is UTF-8 here."
    ),
    "over-budget": Kind(
        422,
        "The request asks for too much",
        "Its price in multiply-adds, the size of its answer, or one of its dimensions is over "
        "the limit. `errors` names what to reduce; the limits are in /api/v1/catalog.",
    ),
    "too-large": Kind(
        413, "The body is too large", "The limit in bytes is in /api/v1/catalog, under limits."
    ),
    "unsupported-media-type": Kind(
        415,
        "The body is declared as something else",
        "Send `content-type: application/json`; to /api/v1/weights `multipart/form-data`.",
    ),
    "malformed-form": Kind(
        422, "The body is not a multipart form", "`detail` says what is wrong with it."
    ),
    "unreadable-weights": Kind(
        422,
        "The file holds no weights that can be read",
        "It is damaged, cut short, or neither safetensors nor npz. `detail` says which.",
    ),
    "pickled": Kind(
        422,
        "The file is pickled",
        "Unpickling can run any code, so it is never done here. `detail` has five lines that save "
        "the weights as safetensors; docs/weights.md has them too.",
    ),
    "bad-host": Kind(
        400, "The host is not served here", "The Host header is not among the trusted hosts."
    ),
    "not-found": Kind(404, "There is nothing here", "No page and no resource has this address."),
    "method-not-allowed": Kind(
        405, "The method is not allowed here", "The `allow` header lists those that are."
    ),
    "rate-limited": Kind(
        429,
        "Too many requests from one client",
        "Nothing is wrong with the request: try again after the seconds of `retry-after`.",
    ),
    "busy": Kind(
        503,
        "Too many large requests at once",
        "Nothing is wrong with the request: try again after the seconds of `retry-after`.",
    ),
    "stopping": Kind(
        503,
        "The server is being stopped",
        "Nothing is wrong with the request. A training goes on from its last checkpoint, a sweep "
        "from its last cell: send it as `resume`, here once the server is back, or to another.",
    ),
    "no-workers": Kind(
        503,
        "Nobody is there to compute",
        "The cluster does not answer, or workers were lost over one cell again and again. The "
        "cells that were told are right: send them as `resume`.",
    ),
    "client-closed": Kind(499, "The client left", "The work was stopped; nobody reads this."),
    "http": Kind(400, "The request cannot be served", "`status` and `detail` say why."),
    "internal": Kind(
        500,
        "The server failed",
        "A fault of ours. `request_id` finds it in the server's log.",
    ),
}
BY_STATUS = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}


class FieldError(TypedDict):
    """One field at fault: its dotted path, what is wrong, what it was, what it may be."""

    field: str
    message: str
    was: NotRequired[Any]
    expected: NotRequired[str]


class Problem(Exception):
    """A refusal on its way to the client."""

    def __init__(
        self,
        kind: str,
        detail: str,
        errors: list[FieldError] | None = None,
        headers: Mapping[str, str] | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.errors = errors or []
        self.headers = dict(headers or {})
        self.status = status or KINDS[kind].status


def problem_body(problem: Problem, instance: str, request_id: str | None) -> bytes:
    """Return the problem as JSON bytes."""
    return orjson.dumps(
        {
            "type": f"/problems/{problem.kind}",
            "title": KINDS[problem.kind].title,
            "status": problem.status,
            "detail": problem.detail,
            "instance": instance,
            "request_id": request_id,
            "errors": problem.errors,
        }
    )


def respond(request: Request, problem: Problem) -> Response:
    """Return the problem as the answer to this request."""
    request_id = request.scope.get("state", {}).get("request_id")
    return Response(
        problem_body(problem, request.url.path, request_id),
        problem.status,
        headers=problem.headers,
        media_type=MEDIA_TYPE,
    )


def from_validation(error: ValidationError, model: type[BaseModel] = BpttRequest) -> Problem:
    """Return what pydantic found as a problem, with our field paths and no unsafe echo.

    Args:
        model: what the body was read as; it knows the names that could stand instead.
    """
    details = error.errors(include_url=False)
    if details[0]["type"] == "json_invalid":
        return Problem("malformed-json", details[0]["msg"])
    errors = [_field_error(detail, model) for detail in details[:MOST_ERRORS]]
    left = len(details) - len(errors)
    more = f" ({left} more not listed)" if left else ""
    return Problem("validation", f"{_sentence(errors)}{more}", errors)


def from_engine(error: EngineError) -> Problem:
    """Return the engine's refusal, which already carries field and numbers."""
    errors = [FieldError(field=error.field, message=str(error))]
    return Problem("validation", _sentence(errors), errors)


def of_network(index: int) -> AbstractContextManager[None]:
    """Name the fields of what is raised inside as those of one network of a comparison.

    Raises:
        Problem: in place of a Problem or an EngineError; ``network.x`` is ``networks.<i>.x``.
    """
    return _renaming(lambda field: re.sub(r"^network(?=\.|$)", f"networks.{index}", field))


def of_run(index: int) -> AbstractContextManager[None]:
    """Name the fields as those of one run of a training: ``network.x`` is ``runs.<i>.network.x``.

    Raises:
        Problem: in place of a Problem or an EngineError.
    """
    own = r"^(network|optimizer|clip|truncate)(?=\.|$)"
    return _renaming(lambda field: re.sub(own, rf"runs.{index}.\1", field))


def of_checkpoint() -> AbstractContextManager[None]:
    """Name the states as those of the checkpoint that a training goes on from.

    Raises:
        Problem: in place of a Problem or an EngineError.
    """
    return _renaming(lambda field: re.sub(r"^data\.\w+", "resume.runs", field))


def of_request() -> AbstractContextManager[None]:
    """Name the fields of what is raised inside as those of a body within the body: `request.x`.

    Raises:
        Problem: in place of a Problem or an EngineError.
    """
    return _renaming("request.{}".format)


@contextmanager
def _renaming(rename: Callable[[str], str]) -> Iterator[None]:
    try:
        yield
    except EngineError as error:
        raise _renamed(from_engine(error), rename) from None
    except Problem as problem:
        raise _renamed(problem, rename) from None


def _renamed(problem: Problem, rename: Callable[[str], str]) -> Problem:
    errors, detail = [], problem.detail
    for error in problem.errors:
        field = rename(error["field"])
        if not errors:
            detail = detail.replace(error["field"], field, 1)  # it tells of the first
        errors.append(error | {"field": field})
    return Problem(problem.kind, detail, errors, problem.headers, problem.status)


def install(app: FastAPI) -> None:
    """Answer everything that is raised while handling a request with problem+json."""

    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return respond(request, error)

    async def on_engine(request: Request, error: Exception) -> Response:
        assert isinstance(error, EngineError)
        return respond(request, from_engine(error))

    async def on_validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        errors = [_field_error(detail) for detail in error.errors()[:MOST_ERRORS]]
        return respond(request, Problem("validation", _sentence(errors), errors))

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        kind = BY_STATUS.get(error.status_code, "http")
        detail = f"{request.method} {request.url.path}: {KINDS[kind].meaning}"
        headers = error.headers
        return respond(request, Problem(kind, detail, headers=headers, status=error.status_code))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(EngineError, on_engine)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(HTTPException, on_http)


def _sentence(errors: list[FieldError]) -> str:
    first = errors[0]
    others = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
    return f"{first['field']}: {first['message']}{others}"


def _field_error(detail: ErrorDetails | Any, model: type[BaseModel] = BpttRequest) -> FieldError:
    path = _path(detail["loc"])
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "value":
        known = {"was": context["was"], "expected": context["expected"]}
        return FieldError(field=".".join(path), message=context["message"], **known)
    if kind == "missing":
        return FieldError(field=".".join(path), message="is required")
    if kind.startswith("union_tag"):
        was = show(context.get("tag"))
        expected = " or ".join(f"'{name}'" for name in DATA_KINDS)
        message = "names no known form of data" if was else "is required"
        field = ".".join([*path, "kind"])
        return FieldError(field=field, message=message, was=was, expected=expected)
    message, expected = _words(kind, context, detail, model)
    return FieldError(
        field=".".join(path) or "(body)",
        message=message,
        was=show(detail["input"]),
        expected=expected,
    )


def _words(
    kind: str, context: dict[str, Any], detail: Any, model: type[BaseModel]
) -> tuple[str, str]:
    """Return what is wrong and what may be, in plain words."""
    fixed = {
        "bool_type": ("is not true or false", "true or false"),
        "int_type": ("is not an integer", "an integer"),
        "float_type": ("is not a number", "a finite number"),
        "finite_number": ("is not a finite number", "a finite number"),
        "string_type": ("is not a text", "a text"),
        "list_type": ("is not a list", "a list"),
        "dict_type": ("is not an object", "an object"),
        "model_type": ("is not an object", "an object"),
    }
    if kind in fixed:
        return fixed[kind]
    if kind == "extra_forbidden":
        return "is not a known field", _siblings(detail["loc"], model)
    if kind == "literal_error":
        return "is not a known name", context["expected"]
    allowed = detail["msg"].removeprefix("Input should be ")
    return f"must be {allowed}", allowed


def _path(loc: tuple[int | str, ...]) -> list[str]:
    """Return the dotted path's parts, without pydantic's tag of the union member."""
    parts = list(map(str, loc))
    if "data" in parts:  # at the top, or within `request`
        tag = parts.index("data") + 1
        if len(parts) > tag + 1 and parts[tag] in DATA_KINDS:
            del parts[tag]
    return parts


def _siblings(loc: tuple[int | str, ...], model: Any) -> str:
    """Return the names that could stand where an unknown field was."""
    for part in loc[:-1]:
        if part == "data" or isinstance(part, int):
            continue
        model = DATA_KINDS.get(str(part)) or _model_of(model, str(part))
    return ", ".join(model.model_fields)


def _model_of(model: type[BaseModel], name: str) -> type[BaseModel]:
    """Return the model that a field holds, alone, in a list or an object, or beside null."""
    if name not in model.model_fields:  # a key of an object that holds this model
        return model
    return next(_models_in(model.model_fields[name].annotation))


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _models_in(part)
