"""POST /api/v1/compare: several networks on the same data, one answer."""

import threading

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.api.documentation import request_body
from app.api.errors import of_network
from app.api.resolve import Comparison, plan_compare
from app.api.schemas.answers import CompareAnswer
from app.api.schemas.requests import CompareRequest
from app.api.serving import PROBLEMS, Job, serve
from app.api.traces import answer_bptt

router = APIRouter(prefix="/api/v1", tags=["traces"])

REMEDIES = {
    "networks": [
        {"activation": "sigmoid"},
        {"activation": "tanh"},
        {
            "activation": "relu",
            "init": {"scheme": "identity"},
            "clip": {"by": "norm", "threshold": 1.0},
        },
        {"cell": "lstm"},
        {"cell": "gru"},
    ],
    "data": {"kind": "task", "name": "adding", "length": 30},
}
TEXT = {
    "networks": [{"cell": "rnn"}, {"cell": "lstm"}],
    "data": {"kind": "text", "text": "hello world"},
    "include": ["credit"],
}
EXAMPLES = {
    "remedies": {"summary": "cells and activations on the adding task", "value": REMEDIES},
    "text": {"summary": "two cells on a text, only the triangles", "value": TEXT},
}


def answer_compare(comparison: Comparison, cancel: threading.Event | None) -> bytes:
    """Return the bytes of {"traces": [...]}, each encoded as soon as it is computed."""
    traces = []
    for index, plan in enumerate(comparison.plans):
        with of_network(index):
            traces.append(answer_bptt(plan, cancel))
    return b'{"traces":[%b]}' % b",".join(traces)


COMPARE = Job(CompareRequest, plan_compare, answer_compare)


@router.post(
    "/compare",
    summary="Up to 8 networks on the same data",
    openapi_extra=request_body(EXAMPLES, CompareRequest),
    responses={200: {"model": CompareAnswer}, **PROBLEMS},
)
async def compare(request: Request) -> Response:
    """Answer what /bptt would for each network: horizons, norms and counts side by side.

    The data is drawn once. What is refused for one network is named `networks.<i>.…`.
    """
    return await serve(request, COMPARE)
