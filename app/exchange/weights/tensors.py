"""A named array of a file, and its numbers once they are wanted."""

from dataclasses import dataclass

import numpy as np

from app.exchange.weights.errors import WeightsError

Shape = tuple[int, ...]
LONGEST_LIST = 12


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """One array of a file.

    dtype: as the file names it. values: the numbers in any NumPy type of real numbers; None where
    the type holds none (truth values, texts, 8-bit floats, complex numbers).
    """

    name: str
    dtype: str
    shape: Shape
    values: np.ndarray | None

    @property
    def wide(self) -> bool:
        """Whether float32 would lose digits: float64, and integers of 32 bits and more."""
        if self.values is None:
            return False
        kind, size = self.values.dtype.kind, self.values.dtype.itemsize
        return size > 4 or (kind in "iu" and size > 2)

    def numbers(self) -> np.ndarray:
        """Return the numbers as float64.

        Raises `WeightsError` for a type that cannot be converted, for numbers that are not finite.
        """
        if self.values is None:
            raise WeightsError(f"{self.name} holds {self.dtype}, not real numbers")
        with np.errstate(over="ignore"):
            array = self.values.astype(np.float64)
        finite = np.isfinite(array)
        if not finite.all():
            at = tuple(map(int, np.argwhere(~finite)[0]))
            raise WeightsError(f"{self.name} holds {array[at]} at {at}; numbers must be finite")
        return array


def listed(names: list[str]) -> str:
    """Return the first names, and how many there are where that is not all."""
    more = f", … {len(names)} in all" if len(names) > LONGEST_LIST else ""
    return ", ".join(names[:LONGEST_LIST]) + more


def shape_text(shape: Shape) -> str:
    """Return a shape as prose has it: "(3, 4)", "(3)", "a single number"."""
    return f"({', '.join(map(str, shape))})" if shape else "a single number"


def check_shape(tensor: Tensor, shape: Shape, because: Tensor | None = None) -> None:
    """Raise `WeightsError` unless the tensor has the shape, which follows from another one's."""
    if tensor.shape != shape:
        why = f"with {because.name} {shape_text(because.shape)} " if because else ""
        raise WeightsError(
            f"{tensor.name} has shape {shape_text(tensor.shape)}; "
            f"{why}it must be {shape_text(shape)}"
        )
