"""A checkpoint: exactly what a training needs to go on, given out and taken back."""

import binascii
import math
from base64 import b64decode, b64encode
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from app.api.schemas.fields import Strict, block, doc, example_of
from app.api.schemas.values import refuse, shape_text

MOST_RUNS = 4
MOST_STEPS = 100_000
MOST_AXES = 4
MOST_ARRAYS = 200
LONGEST_NAME = 40
ARRAYS = ("parameters", "optimizer", "state")
LARGEST_COUNT = 2**31
ONE = "AAAAAAAA8D8="  # the float64 1.0


class PackedArray(Strict):
    """An array to the last bit: the base64 of its numbers, row by row, little-endian."""

    shape: list[int] = doc(
        "length of each axis", shape="(axes)", example=[1, 1], max_length=MOST_AXES
    )
    dtype: Literal["float64", "float32"] = doc(
        "type of the numbers", unit="name", example="float64"
    )
    data: str = doc("the numbers' bytes", unit="base64", example=ONE)

    @model_validator(mode="after")
    def _check(self) -> "PackedArray":
        if any(not 0 < length < LARGEST_COUNT for length in self.shape):
            raise refuse("has an axis that cannot be", shape_text(tuple(self.shape)), "lengths ≥ 1")
        expected = math.prod(self.shape) * np.dtype(self.dtype).itemsize
        try:
            found = len(b64decode(self.data, validate=True))
        except (binascii.Error, ValueError):
            raise refuse("data is not base64", "another text", "base64") from None
        if found != expected:
            message = f"data holds {found} bytes; {self.dtype} of shape "
            message += f"{shape_text(tuple(self.shape))} has {expected}"
            raise refuse(message, f"{found} bytes", f"{expected} bytes")
        return self

    def array(self) -> NDArray[Any]:
        """Return the numbers as an array of their own."""
        numbers = np.frombuffer(b64decode(self.data), np.dtype(self.dtype).newbyteorder("<"))
        return numbers.reshape(self.shape).astype(self.dtype)


class Divergence(Strict):
    """Where a run left the finite numbers."""

    step: int = doc("the step", unit="step", example=17, ge=1, le=MOST_STEPS)
    what: str = doc(
        "what overflowed first: `loss`, a gradient as `dW`, a weight as `W`",
        unit="name",
        example="dW",
        max_length=LONGEST_NAME,
    )


def _arrays(description: str, example: str) -> Any:
    return doc(
        description,
        unit="object",
        example={example: example_of(PackedArray)},
        max_length=MOST_ARRAYS,
    )


class CheckpointRun(Strict):
    """One run at that moment."""

    parameters: dict[str, PackedArray] = _arrays("its weights by name", "W")
    optimizer: dict[str, PackedArray] = _arrays(
        "what its optimizer remembers by name, a vector of all weights each", "mean"
    )
    state: dict[str, PackedArray] = _arrays(
        "the states that the next piece of a sequence starts from; may be empty", "h"
    )
    diverged: Divergence | None = block(Divergence, "null where it goes on")
    loss: float | None = doc(
        "L of its last step; null before the first and where it overflowed",
        unit="nats, or squared units of y",
        example=0.31,
    )


class Checkpoint(Strict):
    """A training at one moment, to the last bit."""

    step: int = doc("steps done", unit="steps", example=50, ge=0, le=MOST_STEPS)
    runs: list[CheckpointRun] = doc(
        "each run", shape="(runs)", example=[example_of(CheckpointRun)], max_length=MOST_RUNS
    )

    def snapshot(self) -> dict[str, Any]:
        """Return it as the engine takes it, with arrays."""
        return {"step": self.step, "runs": [_unpacked(run) for run in self.runs]}


def _unpacked(run: CheckpointRun) -> dict[str, Any]:
    arrays = {
        name: {n: packed.array() for n, packed in getattr(run, name).items()} for name in ARRAYS
    }
    return {**arrays, "diverged": run.diverged and run.diverged.model_dump(), "loss": run.loss}


def checkpoint(snapshot: dict[str, Any]) -> dict[str, Any]:
    """Return the engine's snapshot as `Checkpoint` takes it."""
    return {
        "step": snapshot["step"],
        "runs": [
            run | {name: {n: pack(a) for n, a in run[name].items()} for name in ARRAYS}
            for run in snapshot["runs"]
        ],
    }


def pack(array: NDArray[Any]) -> dict[str, Any]:
    """Return an array as `PackedArray` takes it."""
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return {
        "shape": list(array.shape),
        "dtype": array.dtype.name,
        "data": b64encode(little.tobytes()).decode(),
    }
