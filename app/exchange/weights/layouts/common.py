"""What the three layouts share: slots, pieces, and the checks of shapes."""

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np

from app.exchange.weights.errors import WeightsError
from app.exchange.weights.tensors import Tensor, shape_text

CELLS = {1: "rnn", 3: "gru", 4: "lstm"}  # by the number of row blocks in W


class Slot(NamedTuple):
    """What a name stands for: prefix, then layer, direction and array within it."""

    prefix: str
    layer: int
    reverse: bool
    array: str


@dataclass(frozen=True, eq=False)
class Piece:
    """One layer in one direction, rows in PyTorch's order: U (G·H,I), W (G·H,H), biases (G·H).

    used: the file's tensors and the letters that each became. notes: what was assumed.
    """

    U: np.ndarray
    W: np.ndarray
    bias_U: np.ndarray
    bias_W: np.ndarray
    used: "Used"
    notes: list[str] = field(default_factory=list)

    @property
    def H(self) -> int:
        """Hidden units."""
        return self.W.shape[1]

    @property
    def cell(self) -> str:
        """The cell, which W's shape tells: its columns are H, its rows H, 3H or 4H."""
        return CELLS[len(self.W) // self.H]

    def parameters(self) -> dict[str, np.ndarray]:
        """Return U, W, b; the two biases are one, but for a GRU's candidate, which keeps b_hn."""
        named = {"U": self.U, "W": self.W}
        if self.cell != "gru":
            return named | {"b": self.bias_U + self.bias_W}
        inner = self.bias_W.copy()
        inner[2 * self.H :] = 0.0  # reset and update add theirs outside
        return named | {"b": self.bias_U + inner, "b_hn": self.bias_W[2 * self.H :]}


Arrays = dict[str, Tensor]
Used = list[tuple[Tensor, tuple[str, ...]]]


class Layout(Protocol):
    """One library's way to name and arrange a layer.

    recurrent: the array that only a recurrent layer has. example: names to tell the caller.
    """

    name: str
    recurrent: str
    example: str

    def slot(self, name: str) -> Slot | None:
        """Return what a name stands for; None for none of this layout's."""
        ...

    def pieces(self, arrays: Arrays) -> list[Piece]:
        """Return a layer's directions that these arrays hold.

        Raises `WeightsError` for what is missing or has another shape than W's demands.
        """
        ...


def take(arrays: Arrays, array: str, beside: Tensor | None = None) -> Tensor:
    """Return one of a layer's arrays. Raises `WeightsError` where it is missing."""
    if array not in arrays:
        has = beside or next(iter(arrays.values()))
        raise WeightsError(f"{array} is missing beside {has.name}: the layer is not whole")
    return arrays[array]


def gates_of(tensor: Tensor, rows: int, H: int) -> int:
    """Return G of a W with G·H rows. Raises `WeightsError` where no cell has so many."""
    if H == 0 or rows % H or rows // H not in CELLS:
        raise WeightsError(
            f"{tensor.name} has shape {shape_text(tensor.shape)}; of H = {H} units a plain cell "
            "has H rows, a GRU 3H, an LSTM 4H"
        )
    return rows // H


def reordered(rows: np.ndarray, order: tuple[int, ...]) -> np.ndarray:
    """Return blocks of rows in another order: (G·H,…)."""
    blocks = np.split(rows, len(order))
    return np.concatenate([blocks[place] for place in order])


def bias_letters(G: int) -> tuple[str, ...]:
    """Return the parameters that a recurrent bias becomes part of."""
    return ("b", "b_hn") if CELLS[G] == "gru" else ("b",)


def check_axes(tensor: Tensor, *allowed: int) -> None:
    """Raise `WeightsError` unless the tensor has as many axes as one of those allowed."""
    if len(tensor.shape) not in allowed:
        wanted = " or ".join(map(str, allowed))
        raise WeightsError(
            f"{tensor.name} has shape {shape_text(tensor.shape)}; it must have {wanted} axes"
        )
