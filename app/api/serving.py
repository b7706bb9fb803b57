"""From a request's bytes to an answer's: validate, plan, compute, on the event loop or off it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from app.api.documentation import refusal
from app.api.errors import Problem, from_validation
from app.api.limits import Price
from app.api.work import Gate, read_json_body
from app.engine.errors import Cancelled
from app.settings import Settings

PROBLEMS: dict[int | str, dict[str, Any]] = {
    413: refusal("the body is too large"),
    415: refusal("the body is not declared as JSON"),
    422: refusal("refused: each field at fault is named"),
    503: refusal("too many large requests at once"),
}


class Priced(Protocol):
    """A plan, of one network or of several."""

    @property
    def price(self) -> Price:
        """What it costs to carry out."""
        ...


Body = TypeVar("Body", bound=BaseModel)
Planned = TypeVar("Planned", bound=Priced)


def parse(content: bytes, body: type[Body]) -> Body:
    """Return the request in a JSON body.

    Raises:
        Problem: malformed-json or validation.
    """
    try:
        return body.model_validate_json(content)
    except ValidationError as error:
        raise from_validation(error, body) from None


@dataclass(frozen=True)
class Job(Generic[Body, Planned]):
    """How one route turns a body into a plan, and a plan into bytes.

    Args:
        body: the model of the request's JSON.
        plan: validates further, and draws and prices; raises Problem or EngineError.
        answer: computes; the event, where there is one, is set when the client leaves.
    """

    body: type[Body]
    plan: Callable[[Body, Settings], Planned]
    answer: Callable[[Planned, threading.Event | None], bytes]

    def prepare(self, content: bytes, settings: Settings) -> Planned:
        """Return the plan of a JSON body. Raises as `parse` and `plan`."""
        return self.plan(parse(content, self.body), settings)


async def serve(request: Request, job: Job[Any, Any]) -> Response:
    """Answer small requests here on the event loop, large ones in the gate's threads."""
    settings: Settings = request.app.state.settings
    gate: Gate = request.app.state.gate
    body = await read_json_body(request, settings.max_body_bytes)
    try:
        if len(body) <= settings.inline_body_bytes:
            plan = job.prepare(body, settings)
        else:
            plan = await gate.run(request, lambda _: job.prepare(body, settings))
        if plan.price.fits_inline(settings):
            content = job.answer(plan, None)
        else:
            content = await gate.run(request, lambda gone: job.answer(plan, gone))
    except Cancelled:
        raise Problem("client-closed", "The client left before the answer was ready.") from None
    return Response(content, media_type="application/json")
