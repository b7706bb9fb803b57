"""POST /api/v1/grade: the caller's own gradients against ours, and what went wrong."""

import threading
from dataclasses import asdict, dataclass

import numpy as np
import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.api import limits
from app.api.documentation import request_body
from app.api.errors import of_request
from app.api.limits import Price, Sizes
from app.api.resolve import Plan, plan_bptt
from app.api.schemas.grade import GradeAnswer, GradeRequest
from app.api.schemas.requests import BpttRequest
from app.api.serving import PROBLEMS, Job, serve
from app.api.sizes import find_sizes, where
from app.engine.clipping import Clip
from app.exchange.grading import WINDOWS, check_names, grade
from app.settings import Settings

router = APIRouter(prefix="/api/v1", tags=["exchange"])

PASSES = 25  # backward passes that the mistakes take together, those of truncation aside

SMALL = {
    "network": {
        "output": "linear",
        "parameters": {"U": [[0.5]], "W": [[0.9]], "b": [0.0], "V": [[1.0]], "c": [0.0]},
    },
    "data": {"kind": "arrays", "x": [[1.0], [0.0]], "y": [[0.0], [1.0]]},
}
EXAMPLES = {
    "wrong": {
        "summary": "a gradient of W that nothing usual explains",
        "value": {"request": SMALL, "gradients": {"W": [[0.5]]}},
    },
    "zero": {
        "summary": "two parameters, one of them forgotten",
        "value": {"request": SMALL, "gradients": {"W": [[0.0]], "b": [0.25]}, "tolerance": 1e-3},
    },
}


@dataclass(frozen=True)
class GradePlan:
    """A run to grade, ready, and what was sent."""

    asked: GradeRequest
    given: dict[str, np.ndarray]
    plan: Plan
    price: Price


def plan_grade(asked: GradeRequest, settings: Settings) -> GradePlan:
    """Return the plan of a grading, in float64.

    Raises:
        Problem: what /bptt would refuse, its fields within `request`; over budget.
        EngineError: a gradient of no parameter, or none at all.
    """
    request = asked.request.model_copy(update={"precision": "float64", "include": []})
    with of_request():
        sizes = find_sizes(request, settings)
        price = _price(request, sizes)
        limits.check_price(price, sizes, settings, where(request))
        plan = plan_bptt(request, settings)
    given = {name: array for name, array in asked.gradients.items() if array is not None}
    check_names(plan.network, given)
    return GradePlan(asked, given, plan, price)


def _price(request: BpttRequest, sizes: Sizes) -> Price:
    """Return the price of all passes; the answer is small."""
    credit = frozenset({"credit"})
    own = credit if request.truncate else frozenset()
    passes = PASSES * limits.bptt_price(sizes, own, request.truncate, clips=False).work
    windows = sum(limits.bptt_price(sizes, credit, w, clips=False).work for w in (1, *WINDOWS))
    return Price(passes + windows, 10 * len(sizes.parameters))


def answer_grade(plan: GradePlan, cancel: threading.Event | None) -> bytes:
    """Return the bytes of the grades and the diagnosis."""
    request = plan.asked.request
    with of_request():
        found = grade(
            plan.plan.network,
            plan.plan.sequence,
            plan.given,
            truncate=request.truncate,
            clip=Clip(request.clip.by, request.clip.threshold) if request.clip else None,
            tolerance=plan.asked.tolerance,
            cancel=cancel,
        )
    return orjson.dumps(asdict(found))


GRADE = Job(GradeRequest, plan_grade, answer_grade)


@router.post(
    "/grade",
    summary="Your own gradients against ours: which are right, and what went wrong",
    openapi_extra=request_body(EXAMPLES, GradeRequest),
    responses={200: {"model": GradeAnswer}, **PROBLEMS},
)
async def grade_gradients(request: Request) -> Response:
    """Compare in float64, and name the usual mistakes by computing what each would give."""
    return await serve(request, GRADE)
