"""The variables of keras.layers.SimpleRNN, LSTM and GRU."""

import re
from typing import ClassVar

import numpy as np

from app.exchange.weights.errors import WeightsError
from app.exchange.weights.layouts.common import (
    CELLS,
    Arrays,
    Piece,
    Slot,
    Used,
    bias_letters,
    check_axes,
    gates_of,
    reordered,
    take,
)
from app.exchange.weights.tensors import Tensor, check_shape, shape_text


class Keras:
    """kernel, recurrent_kernel, bias; Bidirectional's layers begin with forward_ and backward_."""

    name = "keras"
    recurrent = "recurrent_kernel"
    example = "kernel and recurrent_kernel"
    pattern = re.compile(
        r"(|.*[./])(kernel|recurrent_kernel|bias)(?::0)?(?:_l(\d{1,3})(_reverse)?)?", re.S
    )
    # Where PyTorch's blocks of rows stand in Keras's, by their number.
    orders: ClassVar = {1: (0,), 3: (1, 0, 2), 4: (0, 1, 2, 3)}
    way = re.compile(r"(?:(?<=[./])|^)(forward|backward)_([^./]+[./])")

    def slot(self, name: str) -> Slot | None:
        """Return what a name stands for; None for none of ours."""
        found = self.pattern.fullmatch(name)
        if found is None:
            return None
        way, prefix = self.way.search(found[1]), found[1]
        if way:  # below it the cells of the two directions may have numbers of their own
            prefix = prefix[: way.start()] + way[2]
        reverse = bool(found[4]) or (way is not None and way[1] == "backward")
        return Slot(prefix, int(found[3] or 0), reverse, found[2])

    def pieces(self, arrays: Arrays) -> list[Piece]:
        """Return one direction of a layer. Raises `WeightsError` as `PyTorch.pieces`."""
        W = take(arrays, "recurrent_kernel")
        check_axes(W, 2)
        H, columns = W.shape
        G = gates_of(W, columns, H)
        U = take(arrays, "kernel", W)
        check_axes(U, 2)
        check_shape(U, (U.shape[0], columns), W)
        used: Used = [(U, ("U",)), (W, ("W",))]
        notes: list[str] = []
        biases = np.zeros((2, columns))
        if "bias" in arrays:
            biases = self._biases(arrays["bias"], W, G)
            used.append((arrays["bias"], bias_letters(G)))
        else:
            notes.append(f"no bias beside {W.name}: zeros")
            if CELLS[G] == "gru":
                notes.append("reset_after is taken to be true, as is Keras's default")
        parts = (U.numbers().T, W.numbers().T, *biases)
        U_rows, W_rows, bias_U, bias_W = (reordered(part, self.orders[G]) for part in parts)
        return [Piece(U_rows, W_rows, bias_U, bias_W, used, notes)]

    def _biases(self, bias: Tensor, W: Tensor, G: int) -> np.ndarray:
        """Return the input's and the recurrent bias, (2, G·H)."""
        columns = W.shape[1]
        if CELLS[G] != "gru":
            check_shape(bias, (columns,), W)
            return np.stack([bias.numbers(), np.zeros(columns)])
        if bias.shape == (columns,):
            raise WeightsError(
                f"{bias.name} has shape {shape_text(bias.shape)}: a GRU with reset_after=False; "
                "here the reset gate stands behind the product, reset_after=True"
            )
        check_shape(bias, (2, columns), W)
        return bias.numbers()
