"""What a request to /sweep may say, and what its events hold."""

from typing import Any, Literal

from pydantic import BaseModel

from app.api.schemas.checkpoints import MOST_STEPS
from app.api.schemas.fields import Strict, block, doc
from app.api.schemas.nested import Number, scalar
from app.api.schemas.operation import ProblemAnswer
from app.api.schemas.requests import LARGEST_INTEGER, LARGEST_SEED, BpttRequest
from app.api.schemas.training import OptimizerRequest

MeasureName = Literal[
    "loss",
    "gradient_norm",
    "half_life",
    "doubling",
    "r2",
    "product_norm",
    "overflow",
    "final_loss",
]

MOST_AXES = 6
AXES = (
    "network.cell",
    "network.activation",
    "network.normalization",
    "network.layers",
    "network.bidirectional",
    "network.hidden_size",
    "network.init.scheme",
    "network.init.gain",
    "network.init.spectral_radius",
    "network.init.forget_bias",
    "network.init.seed",
    "data.name",
    "data.length",
    "data.delay",
    "data.batch",
    "data.seed",
    "data.loss_at",
    "data.input_at",
    "clip.threshold",
    "truncate",
    "precision",
    "train.optimizer.name",
    "train.optimizer.learning_rate",
    "train.steps",
    "train.seed",
)


class SweepTraining(Strict):
    """How each cell's network is trained where `measure` asks for final_loss, as /train does it."""

    steps: int = doc("updates", unit="steps", example=200, ge=1, le=MOST_STEPS)
    optimizer: OptimizerRequest = block(
        OptimizerRequest, "how gradients become steps", default_factory=OptimizerRequest
    )
    chunk: int | None = doc(
        "train on pieces of this many steps; null: whole sequences",
        unit="steps",
        example=25,
        default=None,
        ge=1,
        le=LARGEST_INTEGER,
    )
    batch: int | None = doc(
        "sequences a step; a task has `data.batch` instead; null: all",
        unit="sequences",
        example=8,
        default=None,
        ge=1,
        le=LARGEST_INTEGER,
    )
    seed: int = doc(
        "draws the batches and their order",
        unit="seed",
        example=0,
        default=0,
        ge=0,
        le=LARGEST_SEED,
    )


class SweepRequest(Strict):
    """A /bptt request and what is varied in it: a cell for each combination of the values."""

    base: BpttRequest = block(
        BpttRequest,
        "what /bptt takes; the axes replace their fields in it. `include` has no effect; "
        "clip has one on a training alone",
        example={"data": {"kind": "task", "name": "adding", "length": 30}},
    )
    axes: dict[str, list[Any]] = doc(
        f"values by the dotted path of their field: {', '.join(AXES)}. Their order is that of a "
        "cell's index. data.length of a text or a series takes its first steps",
        shape="(1 to 6 axes), each of any number of values",
        example={"network.init.spectral_radius": [0.5, 1, 1.5], "data.length": [10, 50]},
    )
    measure: list[MeasureName] = doc(
        "what is told of a cell, by /bptt's names: gradient_norm is that of all gradients, "
        "product_norm ‖J(T) … J(2)‖₂, overflow the first; final_loss is the last of a training",
        shape="(any number of names)",
        example=["half_life", "gradient_norm", "loss"],
        min_length=1,
        max_length=20,
    )
    train: SweepTraining | None = block(
        SweepTraining, "a training of every cell, for final_loss; null: none", default=None
    )
    resume: list[list[int]] = doc(
        "indices of cells that are known already, as `cell` events gave them; they are left out",
        shape="(known cells, axes)",
        example=[[0, 0], [0, 1]],
        default_factory=list,
    )


class OverflowValue(BaseModel):
    """Where numbers first left the finite ones."""

    step: int = scalar("the step, from 1", 17, "step")
    what: str = scalar("which value", "h", "name")


class CellEvent(BaseModel):
    """`cell`: one cell, told when it is done; the order is not that of the grid."""

    index: list[int] = doc(
        "which value of each axis, from 0, in the order of the request's axes",
        shape="(axes)",
        example=[0, 1],
    )
    values: dict[str, Number | OverflowValue] = doc(
        "each measure by name; null where it is not finite, or does not exist",
        unit="object",
        example={"half_life": 3.2, "gradient_norm": 0.8, "loss": 0.31},
    )


class SweepDoneEvent(BaseModel):
    """`done`: the last event of a sweep that came to its end."""

    cells: int = scalar("cells of the grid, those of `resume` included", 6, "cells")


class SweepErrorEvent(ProblemAnswer):
    """`error`: the last event where something came in between; a problem like any other."""


class SweepEvents(BaseModel):
    """The data of each event of /sweep, by the event's name."""

    cell: CellEvent = block(CellEvent, "what one cell comes to")
    done: SweepDoneEvent = block(SweepDoneEvent, "the end, last")
    error: SweepErrorEvent = block(SweepErrorEvent, "what came in between, last")
