"""A client of Unrolled's API, sync and async, with the names of the API.

It imports nothing of the server: copy the folder; it needs httpx and NumPy.

    from app.client import Client

    with Client("http://127.0.0.1:8000") as unrolled:
        trace = unrolled.bptt({"kind": "text", "text": "hello world"}, {"cell": "lstm"})
        trace.h                 # (T, H)
        trace.credit.dh_norm    # (T, T): row t the loss, column k the step that it reaches

In a notebook a trace shows itself. Bodies are what docs/api.md says; NumPy arrays and parts of
answers may stand in them. A busy server is asked again, a training that was cut off goes on from
its last checkpoint. Refusals are `ProblemError`; where nobody answers, it is httpx's own error.
"""

from .answers import Answer, Trace
from .calls import Client
from .calls_async import AsyncClient
from .events import Cell, Checkpoint, Diverged, Done, Event, Start, Steps, SweepDone, TraceEvent
from .wire import ProblemError

__all__ = [
    "Answer",
    "AsyncClient",
    "Cell",
    "Checkpoint",
    "Client",
    "Diverged",
    "Done",
    "Event",
    "ProblemError",
    "Start",
    "Steps",
    "SweepDone",
    "Trace",
    "TraceEvent",
]
