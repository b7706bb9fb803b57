"""What the health check and the problems hold. For documentation only."""

from typing import Any

from pydantic import BaseModel

from app.api.schemas.fields import doc, example_of


class HealthAnswer(BaseModel):
    """Answer of /healthz."""

    status: str = doc("ok while the server answers", unit="name", example="ok")
    version: str = doc("version of the server", unit="version", example="0.2.0")
    commit: str | None = doc("source revision, where known", unit="revision", example="1a2b3c4")


class FieldProblem(BaseModel):
    """One field at fault."""

    field: str = doc("its dotted path", unit="path", example="data.x")
    message: str = doc("what is wrong", unit="words", example="is ragged: [0] has 3, [1] has 2")
    was: Any = doc(
        "what it was, shortened; absent where unknown",
        unit="any",
        example="rows of 3 and 2",
        default=None,
    )
    expected: str | None = doc(
        "what it may be; absent where unknown",
        unit="words",
        example="(T, I) or (B, T, I)",
        default=None,
    )


class ProblemAnswer(BaseModel):
    """Any refusal or failure (RFC 9457), as application/problem+json."""

    type: str = doc(
        "stable address of this kind of problem; it explains itself there",
        unit="path",
        example="/problems/validation",
    )
    title: str = doc("the kind in words", unit="words", example="The body is not JSON")
    status: int = doc("HTTP status", unit="status", example=422)
    detail: str = doc(
        "what happened here", unit="words", example="data.x: is ragged: [0] has 3, [1] has 2"
    )
    instance: str = doc("path of the request", unit="path", example="/api/v1/bptt")
    request_id: str | None = doc(
        "also in the x-request-id header and the server's log",
        unit="name",
        example="0c9e3b0f5d1f4a4c8a6d2f6f5b1f7a11",
    )
    errors: list[FieldProblem] = doc(
        "fields at fault, the first twenty",
        shape="(fields)",
        example=[example_of(FieldProblem)],
    )


class ProblemKind(BaseModel):
    """What a problem's type stands for."""

    type: str = doc("its address", unit="path", example="/problems/validation")
    title: str = doc("the kind in words", unit="words", example="The body is not JSON")
    status: int = doc("usual HTTP status", unit="status", example=422)
    meaning: str = doc("what it means", unit="words", example="JSON is UTF-8 here.")
