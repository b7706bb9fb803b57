"""Trainings that the tests ask for, and the events that come back."""

import json
from typing import Any, NamedTuple

import httpx
import pytest
from starlette.testclient import TestClient

TRAIN = "/api/v1/train"
ADDING = {"kind": "task", "name": "adding", "length": 12, "batch": 4}
RUN = {"network": {"hidden_size": 4}}


class Event(NamedTuple):
    """One event: its id, its name, its data."""

    id: int
    name: str
    data: dict[str, Any]


def body(*runs: dict, **fields: Any) -> dict[str, Any]:
    """Return a small request; without runs one of a small network."""
    return {"runs": list(runs) or [RUN], "data": ADDING, "steps": 12, "trace_every": 5, **fields}


def events_of(text: str) -> list[Event]:
    """Return the events of a stream; NaN and Infinity fail."""
    found = []
    for block in text.split("\n\n"):
        if not block or block.startswith(":"):
            continue
        lines = [line.partition(": ") for line in block.split("\n")]
        assert [name for name, *_ in lines] == ["id", "event", "data"]
        number, name, data = (value for *_, value in lines)
        found.append(Event(int(number), name, json.loads(data, parse_constant=pytest.fail)))
    return found


def train(client: TestClient, request: dict[str, Any]) -> list[Event]:
    """Return every event of a training."""
    response = client.post(TRAIN, json=request)
    assert response.status_code == 200, response.text
    return events_of(response.text)


def data_of(events: list[Event], name: str) -> list[dict[str, Any]]:
    """Return the data of every event of that name."""
    return [event.data for event in events if event.name == name]


def history(events: list[Event], run: int = 0) -> list[tuple[int, Any, Any, bool]]:
    """Return (step, loss, gradient norm, clipped) of each step of a run, as they were told."""
    found = []
    for told in data_of(events, "steps"):
        if told["run"] == run:
            columns = told["loss"], told["gradient_norm"], told["clipped"]
            found += [(told["from"] + i, *row) for i, row in enumerate(zip(*columns, strict=True))]
    return found


def checkpoint_of(events: list[Event], step: int) -> dict[str, Any]:
    """Return the last checkpoint of that step."""
    return [c for c in data_of(events, "checkpoint") if c["step"] == step][-1]


def refused(response: httpx.Response, kind: str = "validation") -> dict[str, Any]:
    """Return the problem that a request was refused with."""
    assert response.headers["content-type"] == "application/problem+json", response.text[:300]
    problem = json.loads(response.content, parse_constant=pytest.fail)
    assert problem["type"] == f"/problems/{kind}", problem
    assert response.status_code == problem["status"]
    assert "Traceback" not in response.text
    return problem
