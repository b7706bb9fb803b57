"""A checkpoint: exactly what a training needs to go on, given out and taken back."""

import binascii
import math
from base64 import b64decode, b64encode
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from app.api.schemas.fields import Strict, doc
from app.api.schemas.values import refuse, shape_text

MOST_AXES = 4
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


def pack(array: NDArray[Any]) -> dict[str, Any]:
    """Return an array as `PackedArray` takes it."""
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return {
        "shape": list(array.shape),
        "dtype": array.dtype.name,
        "data": b64encode(little).decode(),
    }
