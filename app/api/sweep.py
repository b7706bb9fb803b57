"""POST /api/v1/sweep: a grid of networks, cell by cell, as Server-Sent Events."""

import threading
from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.api import answers
from app.api.documentation import refusal, request_body
from app.api.errors import Problem
from app.api.schemas.sweep import SweepRequest
from app.api.serving import PROBLEMS, parse
from app.api.streaming import MEDIA_TYPE, Emit, EventStream
from app.api.sweep_plan import SweepPlan, plan_sweep
from app.api.work import RETRY_AFTER_SECONDS, Gate, Turns, read_json_body
from app.engine.errors import Cancelled
from app.settings import Settings
from app.stopping import Stopping
from app.sweep import sweep as run_sweep
from app.workers import Workers, WorkersLost

router = APIRouter(prefix="/api/v1", tags=["sweeps"])

CELLS_A_SECOND = 200  # a cell is a few numbers; a reader keeps up

VANISHING = {
    "base": {"data": {"kind": "task", "name": "adding", "length": 30}},
    "axes": {
        "network.activation": ["tanh", "relu"],
        "network.init.spectral_radius": [0.5, 1, 1.5],
        "data.length": [10, 30],
    },
    "measure": ["half_life", "doubling", "gradient_norm", "loss"],
}
LEARNING = {
    "base": {
        "network": {"hidden_size": 4},
        "data": {"kind": "task", "name": "sine", "length": 10, "batch": 4},
    },
    "axes": {"network.cell": ["rnn", "lstm"], "network.init.seed": [0, 1]},
    "measure": ["final_loss"],
    "train": {"steps": 20},
}
EXAMPLES = {
    "vanishing": {"summary": "where gradients vanish, live and explode", "value": VANISHING},
    "learning": {"summary": "what two cells learn, over two seeds", "value": LEARNING},
}
STREAM = {
    "description": "a stream of events; their data by name",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/SweepEvents"}}},
}


@router.post(
    "/sweep",
    summary="A grid of networks, cell by cell, as Server-Sent Events",
    openapi_extra=request_body(EXAMPLES, SweepRequest),
    responses={
        200: STREAM,
        **PROBLEMS,
        413: refusal("the body is too large, or all cells together are over the budget"),
        503: refusal("too many sweeps are open, or nobody is there to compute"),
    },
    response_class=Response,
)
async def sweep(request: Request) -> Response:
    """Measure a network for every combination of values of some of its settings.

    Every cell is checked and priced before the first event. `cell` tells one when it is done, in
    no order; `done` comes last, or `error`, a problem. Leave, and no further cell begins. To go
    on later, or elsewhere, send the indices that came as `resume`: the numbers are the same.
    """
    settings: Settings = request.app.state.settings
    places: Turns = request.app.state.sweeps
    body = await read_json_body(request, settings.max_body_bytes)
    places.enter()
    try:
        plan = await _prepare(request, body, settings, places)
    except BaseException:
        places.leave()
        raise

    async def produce(emit: Emit, gone: threading.Event) -> None:
        await _tell(plan, emit, gone, request)

    return EventStream(produce, places.leave, request.app.state.stopping, CELLS_A_SECOND)


async def _prepare(request: Request, body: bytes, settings: Settings, turns: Turns) -> SweepPlan:
    """Return the plan, once it is known that somebody is there to compute it."""
    gate: Gate = request.app.state.gate
    workers: Workers = request.app.state.workers

    def plan(gone: threading.Event) -> SweepPlan:
        return plan_sweep(parse(body, SweepRequest), settings, gone)

    try:
        planned = await gate.run(request, plan)
        await turns.run(workers.places)
    except Cancelled:
        raise Problem("client-closed", "The client left before the first cell.") from None
    except WorkersLost as error:
        raise _nobody(error, request.app.state.stopping) from None
    return planned


async def _tell(plan: SweepPlan, emit: Emit, gone: threading.Event, request: Request) -> None:
    """Emit the events of a sweep.

    Raises:
        Problem: stopping, or the workers are lost.
        Cancelled: the client left.
    """
    state = request.app.state
    turns, stopping = state.sweeps, state.stopping
    cells = run_sweep(plan.todo, plan.cell, state.workers, gone)
    with stopping.calls(gone.set):
        try:
            while told := await turns.run(partial(next, cells, None)):
                index, values = told
                await emit("cell", answers.encode({"index": index, "values": values}))
            await emit("done", answers.encode({"cells": plan.grid.cells}))
        except (Cancelled, WorkersLost) as error:
            if isinstance(error, Cancelled) and not stopping.is_set():
                raise
            raise _nobody(error, stopping) from None
        finally:
            cells.close()


def _nobody(error: Exception, stopping: Stopping) -> Problem:
    if stopping.is_set():
        return Problem("stopping", "The cells told so far are right: send them as `resume`.")
    headers = {"retry-after": str(RETRY_AFTER_SECONDS)}
    return Problem("no-workers", f"Nobody computes: {error}.", headers=headers)
