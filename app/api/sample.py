"""POST /api/v1/sample: text that a character network writes."""

import threading
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.api import answers, limits, training_limits
from app.api.documentation import request_body
from app.api.errors import FieldError, Problem
from app.api.limits import Price
from app.api.resolve import build_network
from app.api.schemas.requests import BpttRequest, TextData
from app.api.schemas.sampling import SampleAnswer, SampleRequest
from app.api.serving import PROBLEMS, Job, serve
from app.api.sizes import sizes_of, where
from app.engine.network import Network
from app.engine.training import sample_text
from app.settings import Settings

router = APIRouter(prefix="/api/v1", tags=["training"])

UNTRAINED = {"labels": ["h", "e", "l", "o"], "prompt": "hel", "length": 20}
EXAMPLES = {"untrained": {"summary": "a network that has learnt nothing yet", "value": UNTRAINED}}


@dataclass(frozen=True)
class SamplePlan:
    """A network ready to write."""

    request: SampleRequest
    network: Network
    price: Price


def plan_sample(request: SampleRequest, settings: Settings) -> SamplePlan:
    """Return the plan of a text.

    Raises:
        Problem: over budget, labels given twice, or sizes that contradict each other.
        EngineError: weights that do not fit.
    """
    labels = request.labels
    twice = next((label for label in labels if labels.count(label) > 1), None)
    if twice is not None:
        error = FieldError(field="labels", message=f"has {twice!r} twice", was=twice)
        raise Problem("validation", f"labels: has {twice!r} twice", [error])
    text = TextData.model_construct(kind="text", text="".join(labels))
    reader = BpttRequest.model_construct(network=request.network, data=text, precision="float64")
    sizes = sizes_of(reader)
    fields = {
        letter: "labels" if field == "data.text" else field
        for letter, field in where(reader).items()
    }
    limits.check_sizes(sizes, settings, fields)
    price = training_limits.sample_price(sizes, len(request.prompt), request.length)
    advice, at_fault = f"reduce length, or H = {sizes.H}", ("length", fields["H"])
    for cost, budget, what in (
        (price.work, settings.work_budget, "multiply-adds to compute"),
        (price.numbers, settings.answer_budget, "numbers in the answer"),
    ):
        limits.check_cost(cost, budget, what, advice, at_fault)
    _, network = build_network(reader, sizes)
    return SamplePlan(request, network, price)


def answer_sample(plan: SamplePlan, cancel: threading.Event | None) -> bytes:
    """Return the bytes of {"text", "probabilities"}."""
    asked = plan.request.model_dump(exclude={"network"})
    return answers.encode(answers.named(sample_text(plan.network, **asked, cancel=cancel)))


SAMPLE = Job(SampleRequest, plan_sample, answer_sample)


@router.post(
    "/sample",
    summary="Text from a character network",
    openapi_extra=request_body(EXAMPLES, SampleRequest),
    responses={200: {"model": SampleAnswer}, **PROBLEMS},
)
async def sample(request: Request) -> Response:
    """Read the prompt, then draw each character from softmax(o / temperature) and feed it back."""
    return await serve(request, SAMPLE)
