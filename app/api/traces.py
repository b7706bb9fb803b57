"""POST /api/v1/forward, /bptt and /gradcheck: validate, compute, answer."""

import threading

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.api import answers
from app.api.documentation import request_body
from app.api.resolve import Plan, plan_bptt, plan_forward, plan_gradcheck
from app.api.schemas.answers import BpttAnswer, ForwardAnswer
from app.api.schemas.gradcheck import GradcheckAnswer
from app.api.schemas.requests import BpttRequest
from app.api.serving import PROBLEMS, Job, serve
from app.engine import trace
from app.engine.clipping import Clip

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


FORWARD = Job(BpttRequest, plan_forward, answer_forward)
BPTT = Job(BpttRequest, plan_bptt, answer_bptt)
GRADCHECK = Job(BpttRequest, plan_gradcheck, answer_gradcheck)


@router.post(
    "/forward",
    summary="States and outputs of a sequence",
    openapi_extra=request_body(EXAMPLES),
    responses={200: {"model": ForwardAnswer}, **PROBLEMS},
)
async def forward(request: Request) -> Response:
    """Run the network over the sequence. Targets, clip, truncate and include have no effect."""
    return await serve(request, FORWARD)


@router.post(
    "/bptt",
    summary="The same, with losses, gradients, the credit triangle and Jacobians",
    openapi_extra=request_body(EXAMPLES),
    responses={200: {"model": BpttAnswer}, **PROBLEMS},
)
async def bptt(request: Request) -> Response:
    """Run the network forwards and the gradients backwards through time, itemised."""
    return await serve(request, BPTT)


@router.post(
    "/gradcheck",
    summary="Analytic gradients against central differences",
    openapi_extra=request_body(EXAMPLES),
    responses={200: {"model": GradcheckAnswer}, **PROBLEMS},
)
async def gradcheck(request: Request) -> Response:
    """Check each parameter's gradient, in float64. Clip, precision and include have no effect."""
    return await serve(request, GRADCHECK)
