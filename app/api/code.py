"""POST /api/v1/code: a request as a program that runs as it stands."""

import threading
from dataclasses import dataclass

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.api.documentation import request_body
from app.api.errors import FieldError, Problem, of_request
from app.api.limits import Price
from app.api.resolve import Plan, plan_bptt
from app.api.schemas.code import CodeAnswer, CodeRequest
from app.api.serving import PROBLEMS, Job, serve
from app.engine.clipping import Clip
from app.exchange.code import (
    MOST_NUMBERS,
    Situation,
    curl_program,
    numpy_program,
    pytorch_program,
)
from app.settings import Settings

router = APIRouter(prefix="/api/v1", tags=["exchange"])

HELLO = {"data": {"kind": "text", "text": "hello world"}}
LSTM = {
    "network": {"cell": "lstm", "hidden_size": 4, "bidirectional": True},
    "data": {"kind": "task", "name": "adding", "length": 10},
    "clip": {"by": "norm", "threshold": 1.0},
}
EXAMPLES = {
    "numpy": {
        "summary": "NumPy, written out",
        "value": {"request": HELLO, "language": "numpy"},
    },
    "pytorch": {
        "summary": "PyTorch, its own LSTM",
        "value": {"request": LSTM, "language": "pytorch"},
    },
    "curl": {
        "summary": "a shell script",
        "value": {"request": HELLO, "language": "curl", "base_url": "http://127.0.0.1:8000"},
    },
}
PROGRAMS = {"numpy": numpy_program, "pytorch": pytorch_program}


@dataclass(frozen=True)
class CodePlan:
    """A run ready to be written down."""

    asked: CodeRequest
    plan: Plan
    situation: Situation

    @property
    def price(self) -> Price:
        """Nothing is computed; the program holds as many numbers as the run."""
        return Price(0, self.situation.count)


def plan_code(asked: CodeRequest, settings: Settings) -> CodePlan:
    """Return the plan of a program.

    Raises:
        Problem: what /bptt would refuse, its fields within `request`; too many numbers to write.
    """
    with of_request():
        request = asked.request
        plan = plan_bptt(request, settings)
        clip = Clip(request.clip.by, request.clip.threshold) if request.clip else None
        situation = Situation.of(plan.network, plan.sequence, clip, request.truncate)
        if asked.language != "curl" and situation.count > MOST_NUMBERS:
            raise _too_long(situation.count)
    return CodePlan(asked, plan, situation)


def _too_long(count: int) -> Problem:
    message = f"makes {count:,} numbers to write down; at most {MOST_NUMBERS:,}"
    fields = ("network.hidden_size", "data")
    errors = [FieldError(field=field, message=message) for field in fields]
    return Problem("over-budget", f"{fields[0]} {message}", errors)


def answer_code(code: CodePlan, cancel: threading.Event | None) -> bytes:  # noqa: ARG001
    """Return the bytes of {"code": …, "filename": …}."""
    language, cell = code.asked.language, code.plan.network.cell
    if language == "curl":
        asked = code.asked.request.model_dump(exclude_unset=True)
        body = orjson.dumps(asked, option=orjson.OPT_SERIALIZE_NUMPY).decode()
        text, ending = curl_program(body, code.asked.base_url), "sh"
    else:
        text, ending = PROGRAMS[language](code.situation), "py"
    return orjson.dumps({"code": text, "filename": f"unrolled-{cell}-{language}.{ending}"})


CODE = Job(CodeRequest, plan_code, answer_code)


@router.post(
    "/code",
    summary="A request as runnable NumPy, PyTorch or curl",
    openapi_extra=request_body(EXAMPLES, CodeRequest),
    responses={200: {"model": CodeAnswer}, **PROBLEMS},
)
async def code(request: Request) -> Response:
    """Write a /bptt request as a program: weights and data in it, printing the same loss."""
    return await serve(request, CODE)
