"""POST /api/v1/surface: the loss on a plane through the weights, where the cliff is."""

import threading
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.api import answers, limits, training_limits
from app.api.documentation import request_body
from app.api.errors import of_request
from app.api.limits import Price
from app.api.resolve import Plan, plan_bptt
from app.api.schemas.surface import SurfaceAnswer, SurfaceRequest
from app.api.serving import PROBLEMS, Job, serve
from app.api.sizes import sizes_of, where
from app.engine.clipping import Clip
from app.engine.surface import loss_surface
from app.settings import Settings

router = APIRouter(prefix="/api/v1", tags=["training"])

CLIFF = {
    "request": {
        "network": {"hidden_size": 8, "init": {"spectral_radius": 1.8, "seed": 3}},
        "data": {"kind": "task", "name": "adding", "length": 40},
        "clip": {"by": "norm", "threshold": 1.0},
    },
    "resolution": 11,
}
EXAMPLES = {"cliff": {"summary": "a network at the edge, its step clipped", "value": CLIFF}}


@dataclass(frozen=True)
class SurfacePlan:
    """A run ready to be looked around."""

    asked: SurfaceRequest
    plan: Plan
    price: Price


def plan_surface(asked: SurfaceRequest, settings: Settings) -> SurfacePlan:
    """Return the plan of a surface.

    Raises:
        Problem: what /bptt would refuse, its fields within `request`; over budget.
    """
    with of_request():
        request = asked.request.model_copy(update={"include": []})
        plan = plan_bptt(request, settings)
    sizes, fields = sizes_of(request), where(request)
    price = training_limits.surface_price(sizes, asked.resolution)
    advice = f"reduce T = {sizes.T}, B = {sizes.B}, H = {sizes.H}, or the resolution"
    at_fault = (f"request.{fields['T']}", f"request.{fields['H']}", "resolution")
    limits.check_cost(
        price.work, settings.work_budget, "multiply-adds to compute", advice, at_fault
    )
    return SurfacePlan(asked, plan, price)


def answer_surface(surface: SurfacePlan, cancel: threading.Event | None) -> bytes:
    """Return the bytes of the losses and the steps."""
    asked, plan = surface.asked, surface.plan
    clip = plan.request.clip
    with of_request():
        found = loss_surface(
            plan.network,
            plan.sequence,
            **asked.model_dump(exclude={"request"}),
            clip=Clip(clip.by, clip.threshold) if clip else None,
            truncate=plan.request.truncate,
            cancel=cancel,
        )
    return answers.encode(
        {
            "loss": found.loss,
            "first": found.first,
            "second": found.second,
            "here": found.here,
            "step": {"unclipped": found.unclipped, "clipped": found.clipped},
            "gradient_norm": found.gradient_norm,
        }
    )


SURFACE = Job(SurfaceRequest, plan_surface, answer_surface)


@router.post(
    "/surface",
    summary="The loss on a plane through the weights",
    openapi_extra=request_body(EXAMPLES, SurfaceRequest),
    responses={200: {"model": SurfaceAnswer}, **PROBLEMS},
)
async def surface(request: Request) -> Response:
    """Measure the loss around the weights, in two directions, and where one step would lead."""
    return await serve(request, SURFACE)
