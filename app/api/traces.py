"""POST /api/v1/forward, /bptt and /gradcheck: validate, compute, answer."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from app.api import answers
from app.api.documentation import refusal, request_body
from app.api.errors import Problem, from_validation
from app.api.resolve import Plan, plan_bptt, plan_forward, plan_gradcheck
from app.api.schemas.answers import BpttAnswer, ForwardAnswer, GradcheckAnswer
from app.api.schemas.requests import BpttRequest
from app.api.work import Gate, read_json_body
from app.engine import trace
from app.engine.clipping import Clip
from app.engine.errors import Cancelled
from app.settings import Settings

router = APIRouter(prefix="/api/v1", tags=["traces"])

HELLO = {"data": {"kind": "text", "text": "hello world"}}
NUMBERS = {
    "network": {"hidden_size": 2, "output": "linear", "init": {"scheme": "identity", "seed": 7}},
    "data": {"kind": "arrays", "x": [[1.0], [0.0], [0.0]], "y": [[0.0], [0.0], [1.0]]},
    "clip": {"by": "norm", "threshold": 1.0},
}
EXAMPLES = {
    "text": {"summary": "a text, everything else by default", "value": HELLO},
    "arrays": {"summary": "numbers of your own, gradients clipped", "value": NUMBERS},
}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    413: refusal("the body is too large"),
    415: refusal("the body is not declared as JSON"),
    422: refusal("refused: each field at fault is named"),
    503: refusal("too many large requests at once"),
}


@dataclass(frozen=True)
class Job:
    """How one route turns a request into a plan, and a plan into bytes."""

    plan: Callable[[BpttRequest, Settings], Plan]
    answer: Callable[[Plan, threading.Event | None], bytes]


def parse(body: bytes) -> BpttRequest:
    """Return the request in a JSON body.

    Raises:
        Problem: malformed-json or validation.
    """
    try:
        return BpttRequest.model_validate_json(body)
    except ValidationError as error:
        raise from_validation(error) from None


def answer_forward(plan: Plan, cancel: threading.Event | None) -> bytes:
    """Return the bytes of a forward pass."""
    result = trace.forward_trace(plan.network, plan.sequence, cancel=cancel)
    return answers.forward_bytes(plan, result)


def answer_bptt(plan: Plan, cancel: threading.Event | None) -> bytes:
    """Return the bytes of a forward and a backward pass."""
    request = plan.request
    result = trace.bptt_trace(
        plan.network,
        plan.sequence,
        clip=Clip(request.clip.by, request.clip.threshold) if request.clip else None,
        truncate=request.truncate,
        include=frozenset(request.include),
        cancel=cancel,
    )
    return answers.bptt_bytes(plan, result)


def answer_gradcheck(plan: Plan, cancel: threading.Event | None) -> bytes:
    """Return the bytes of a gradient check."""
    truncate = plan.request.truncate
    result = trace.gradcheck(plan.network, plan.sequence, truncate=truncate, cancel=cancel)
    return answers.gradcheck_bytes(result)


FORWARD = Job(plan_forward, answer_forward)
BPTT = Job(plan_bptt, answer_bptt)
GRADCHECK = Job(plan_gradcheck, answer_gradcheck)


@router.post(
    "/forward",
    summary="States and outputs of a sequence",
    openapi_extra=request_body(EXAMPLES),
    responses={200: {"model": ForwardAnswer}, **PROBLEMS},
)
async def forward(request: Request) -> Response:
    """Run the network over the sequence. Targets, clip, truncate and include have no effect."""
    return await _serve(request, FORWARD)


@router.post(
    "/bptt",
    summary="The same, with losses, gradients, the credit triangle and Jacobians",
    openapi_extra=request_body(EXAMPLES),
    responses={200: {"model": BpttAnswer}, **PROBLEMS},
)
async def bptt(request: Request) -> Response:
    """Run the network forwards and the gradients backwards through time, itemised."""
    return await _serve(request, BPTT)


@router.post(
    "/gradcheck",
    summary="Analytic gradients against central differences",
    openapi_extra=request_body(EXAMPLES),
    responses={200: {"model": GradcheckAnswer}, **PROBLEMS},
)
async def gradcheck(request: Request) -> Response:
    """Check each parameter's gradient, in float64. Clip, precision and include have no effect."""
    return await _serve(request, GRADCHECK)


async def _serve(request: Request, job: Job) -> Response:
    """Answer small requests here on the event loop, large ones in the gate's threads."""
    settings: Settings = request.app.state.settings
    gate: Gate = request.app.state.gate
    body = await read_json_body(request, settings.max_body_bytes)
    try:
        if len(body) <= settings.inline_body_bytes:
            plan = job.plan(parse(body), settings)
        else:
            plan = await gate.run(request, lambda _: job.plan(parse(body), settings))
        if plan.price.fits_inline(settings):
            content = job.answer(plan, None)
        else:
            content = await gate.run(request, lambda gone: job.answer(plan, gone))
    except Cancelled:
        raise Problem("client-closed", "The client left before the answer was ready.") from None
    return Response(content, media_type="application/json")
