"""What a request to /surface may say, and its answer."""

from typing import Literal

from pydantic import BaseModel

from app.api.schemas.fields import Strict, block, doc
from app.api.schemas.nested import Matrix, Number, Vector
from app.api.schemas.requests import LARGEST_SEED, BpttRequest

Directions = Literal["gradient", "random"]

RESOLUTIONS = (3, 101)
DISTANCE = "distance in weight space"


class SurfaceRequest(Strict):
    """A /bptt request, and the plane through its weights to look at."""

    request: BpttRequest = block(
        BpttRequest,
        "what /bptt takes; its clip decides the clipped step, `include` has no effect",
        example={
            "data": {"kind": "text", "text": "hello"},
            "clip": {"by": "norm", "threshold": 1.0},
        },
    )
    directions: Directions = doc(
        "gradient: the first leads straight downhill, the second is drawn at a right angle to it; "
        "random: both are drawn",
        unit="name",
        example="gradient",
        default="gradient",
    )
    span: float = doc(
        "how far to look, from −span to span", unit=DISTANCE, example=1.0, default=1.0, gt=0
    )
    resolution: int = doc(
        "points in each direction",
        unit="points",
        example=11,
        default=41,
        ge=RESOLUTIONS[0],
        le=RESOLUTIONS[1],
    )
    learning_rate: float = doc(
        "of the step of gradient descent that is shown", unit="1", example=0.1, default=0.1, gt=0
    )
    seed: int = doc(
        "draws the directions; the same seed, the same plane",
        unit="seed",
        example=0,
        default=0,
        ge=0,
        le=LARGEST_SEED,
    )


class StepAnswer(BaseModel):
    """One step of gradient descent, as it falls on the plane."""

    unclipped: list[float] | None = doc(
        "where it leads; null where the gradient overflows", shape="(2)", example=[0.05, 0.0]
    )
    clipped: list[float] | None = doc(
        "where it leads once clipped; null without clip and where the gradient overflows",
        shape="(2)",
        example=[0.02, 0.0],
    )


class SurfaceAnswer(BaseModel):
    """Answer of /api/v1/surface."""

    loss: Matrix = doc(
        "L at every point: rows the second direction, columns the first; null where it overflows",
        shape="(resolution, resolution)",
        example=[[8.1, 7.9, 7.8], [8.0, 7.7, 7.6], [8.2, 8.0, 7.9]],
    )
    first: Vector = doc(
        "coordinates in the first direction", shape="(resolution)", example=[-1.0, 0.0, 1.0]
    )
    second: Vector = doc(
        "coordinates in the second direction", shape="(resolution)", example=[-1.0, 0.0, 1.0]
    )
    here: list[float] = doc("the weights themselves", shape="(2)", example=[0.0, 0.0])
    step: StepAnswer = block(StepAnswer, "one step of gradient descent from there")
    gradient_norm: Number = doc("norm of all gradients together", unit="1", example=0.5)
