"""POST /api/v1/train: a live training as Server-Sent Events."""

import threading
from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.api.documentation import refusal, request_body
from app.api.errors import Problem
from app.api.schemas.training import TrainRequest
from app.api.serving import PROBLEMS, parse
from app.api.streaming import MEDIA_TYPE, Emit, EventStream
from app.api.training import TrainPlan, plan_train
from app.api.training_events import PAUSE, Narrator
from app.api.work import Turns, read_json_body
from app.engine.errors import Cancelled
from app.settings import Settings
from app.stopping import Stopping

router = APIRouter(prefix="/api/v1", tags=["training"])

ADDING = {
    "runs": [
        {"network": {"cell": "lstm", "hidden_size": 16}},
        {"network": {"cell": "rnn", "hidden_size": 16}, "clip": {"by": "norm", "threshold": 1.0}},
    ],
    "data": {"kind": "task", "name": "adding", "length": 20, "batch": 16},
    "steps": 100,
}
TEXT = {
    "runs": [{"network": {"hidden_size": 32}, "optimizer": {"name": "adagrad"}}],
    "data": {"kind": "text", "text": "hello world, hello again"},
    "chunk": 8,
    "steps": 60,
}
EXAMPLES = {
    "adding": {"summary": "two cells side by side on a task", "value": ADDING},
    "text": {"summary": "the next character, in chunks", "value": TEXT},
}
STREAM = {
    "description": "a stream of events; their data by name",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/TrainEvents"}}},
}


@router.post(
    "/train",
    summary="A live training, as Server-Sent Events",
    openapi_extra=request_body(EXAMPLES, TrainRequest),
    responses={200: STREAM, **PROBLEMS, 503: refusal("too many trainings are open")},
    response_class=Response,
)
async def train(request: Request) -> Response:
    """Train one to four networks on the same data, and tell of it while it happens.

    Every event has an id, a name and one line of JSON. `steps` holds the losses, every step of a
    run in exactly one; `trace` what /bptt answers for a fixed sequence, every `trace_every`
    steps; `checkpoint` what `resume` takes, bit for bit; `diverged` a run that overflowed; `done`
    comes last, or `error`, a problem. At most 20 events come in a second, and the training waits
    for its reader. A comment line comes every ten seconds that have no event.
    """
    settings: Settings = request.app.state.settings
    turns: Turns = request.app.state.turns
    body = await read_json_body(request, settings.max_body_bytes)
    turns.enter()
    try:
        plan = await turns.run(partial(_prepare, body, settings))
    except BaseException:
        turns.leave()
        raise
    stopping: Stopping = request.app.state.stopping

    async def produce(emit: Emit, gone: threading.Event) -> None:
        await _tell(plan, emit, gone, turns, stopping)

    return EventStream(produce, turns.leave, stopping)


def _prepare(body: bytes, settings: Settings) -> TrainPlan:
    return plan_train(parse(body, TrainRequest), len(body), settings)


async def _tell(
    plan: TrainPlan, emit: Emit, gone: threading.Event, turns: Turns, stopping: Stopping
) -> None:
    """Emit the events of a training, by turns with the other trainings.

    Raises:
        Problem: stopping, after a last checkpoint.
        Cancelled: the client left.
    """
    narrator = Narrator(plan, gone)
    events = narrator.events()
    with stopping.calls(gone.set):
        try:
            while event := await turns.run(partial(next, events, None)):
                if event is not PAUSE:
                    await emit(*event)
        except Cancelled:
            if not stopping.is_set():
                raise
            for event in narrator.last_words():
                await emit(*event)
            raise Problem("stopping", "The training goes on from its last checkpoint.") from None
