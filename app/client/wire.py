"""Bodies, refusals and waits: what both clients share."""

import json
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Literal, TypedDict

import httpx
import numpy as np

from .answers import Answer

Body = Mapping[str, Any]
LOCAL = "http://127.0.0.1:8000"
TRAIN = "/api/v1/train"
SWEEP = "/api/v1/sweep"
LONGEST_WAIT = 30.0  # seconds between two tries


class ProblemError(Exception):
    """A refusal: `status`, `type`, `title`, `detail`, `errors` (field, message, was, expected).

    `problem` is all of it as it came.
    """

    def __init__(self, status: int, problem: Mapping[str, Any]):
        super().__init__(status, problem)
        self.status = status
        self.problem = problem
        self.type: str = problem.get("type", "about:blank")
        self.title: str = problem.get("title", "")
        self.detail: str = problem.get("detail", "")
        self.errors: list[dict[str, Any]] = problem.get("errors", [])
        self.request_id: str | None = problem.get("request_id")

    def __str__(self) -> str:
        return f"{self.status} {self.title}: {self.detail}"


class RunOptions(TypedDict, total=False):
    """Options of /bptt and /compare."""

    clip: Body | None
    truncate: int | None
    precision: Literal["float64", "float32"]
    include: Sequence[str]


class TrainOptions(TypedDict, total=False):
    """Options of /train."""

    chunk: int | None
    batch: int | None
    holdout: float
    steps: int
    trace_every: int
    seed: int
    resume: Body | None
    precision: Literal["float64", "float32"]
    include: Sequence[str]
    sample: Body | None


class SweepOptions(TypedDict, total=False):
    """Options of /sweep."""

    train: Body | None
    resume: Sequence[Sequence[int]]


class WeightsOptions(TypedDict, total=False):
    """Options of /weights."""

    layout: Literal["pytorch", "onnx", "keras"]
    prefix: str
    readout: str


class SampleOptions(TypedDict, total=False):
    """Options of /sample."""

    prompt: str
    length: int
    temperature: float
    seed: int


class SurfaceOptions(TypedDict, total=False):
    """Options of /surface."""

    directions: Literal["gradient", "random"]
    span: float
    resolution: int
    learning_rate: float
    seed: int


class Common:
    """What both clients are: an address, how often to try again, how long to wait for an answer."""

    def __init__(self, base_url: str = LOCAL, *, timeout: float = 60.0, retries: int = 3):
        self.base_url = base_url.rstrip("/")
        self.retries = retries
        self._timeout = httpx.Timeout(timeout, connect=min(timeout, 10.0))

    def _wait(self, response: httpx.Response, tried: int) -> float | None:
        """Return the seconds to wait before the next try; None: this answer stands."""
        if response.status_code != 503 or tried >= self.retries:
            return None
        asked = response.headers.get("retry-after", "")
        wait = float(asked) if asked.isdigit() else 0.5 * 2**tried
        return wait if wait <= LONGEST_WAIT else None


def checked(response: httpx.Response) -> httpx.Response:
    """Return the answer, unless it is a refusal.

    Raises:
        ProblemError: a refusal, also of something between us and the server.
    """
    if not response.is_error:
        return response
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict):  # not our server's: a proxy's, say
        problem = {"title": response.reason_phrase, "detail": response.text[:200]}
    raise ProblemError(response.status_code, problem)


def json_body(fields: Body) -> dict[str, Any]:
    """Return what httpx sends for a body; fields that are None are at their default."""
    body = {name: value for name, value in fields.items() if value is not None}
    content = json.dumps(body, default=_plain, allow_nan=False, separators=(",", ":"))
    return {"content": content.encode(), "headers": {"content-type": "application/json"}}


def _plain(value: Any) -> Any:
    if isinstance(value, Answer):
        return value.raw
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot stand in a body")


def form_body(file: str | PathLike[str] | bytes, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what httpx sends for a file of weights."""
    content = file if isinstance(file, bytes) else Path(file).read_bytes()
    return {"files": {"file": ("weights", content)}, "data": dict(options)}
