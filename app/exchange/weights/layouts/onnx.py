"""The inputs of ONNX's operators RNN, LSTM and GRU."""

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
from app.exchange.weights.tensors import check_shape


class Onnx:
    """W, R and B of an RNN, LSTM or GRU operator, both directions in one array."""

    name = "onnx"
    recurrent = "R"
    example = "W, R and B"
    pattern = re.compile(r"(|.*[./_:])(W|R|B|P|linear_before_reset)(?:_l(\d{1,3}))?", re.S)
    # Where PyTorch's blocks of rows stand in ONNX's, by their number.
    orders: ClassVar = {1: (0,), 3: (1, 0, 2), 4: (0, 2, 3, 1)}

    def slot(self, name: str) -> Slot | None:
        """Return what a name stands for; None for none of ours."""
        found = self.pattern.fullmatch(name)
        return found and Slot(found[1], int(found[3] or 0), False, found[2])

    def pieces(self, arrays: Arrays) -> list[Piece]:
        """Return the directions of a layer. Raises `WeightsError` as `PyTorch.pieces`."""
        R = take(arrays, "R")
        check_axes(R, 2, 3)
        *dirs, rows, H = R.shape
        G, count = gates_of(R, rows, H), dirs[0] if dirs else 1
        if count not in (1, 2):
            raise WeightsError(f"{R.name} has {count} directions; there are 1 or 2")
        W = take(arrays, "W", R)
        check_axes(W, len(R.shape))
        check_shape(W, (*dirs, rows, W.shape[-1]), R)
        used: Used = [(W, ("U",)), (R, ("W",))]
        notes = self._assumed(arrays, G)
        both = np.zeros((count, 2 * rows))
        if "B" in arrays:
            check_shape(arrays["B"], (*dirs, 2 * rows), R)
            both = arrays["B"].numbers().reshape(both.shape)
            used.append((arrays["B"], bias_letters(G)))
        else:
            notes.append(f"no B beside {R.name}: zeros")
        Us = W.numbers().reshape(count, rows, -1)
        Ws = R.numbers().reshape(count, rows, H)
        pieces = []
        for U, own, biases in zip(Us, Ws, both, strict=True):
            rearranged = [reordered(part, self.orders[G]) for part in (U, own)]
            rearranged += [reordered(bias, self.orders[G]) for bias in np.split(biases, 2)]
            U, own, bias_U, bias_W = rearranged
            pieces.append(Piece(U, own, bias_U, bias_W, used, notes))
        return pieces

    def _assumed(self, arrays: Arrays, G: int) -> list[str]:
        """Refuse what the cell cannot do, and say what a file without attributes leaves open."""
        if "P" in arrays and arrays["P"].numbers().any():
            raise WeightsError(f"{arrays['P'].name}: an LSTM with peepholes is not known")
        if CELLS[G] != "gru":
            return []
        flag = arrays.get("linear_before_reset")
        if flag is None:
            return ["linear_before_reset is taken to be 1, as PyTorch exports it"]
        if not flag.numbers().any():
            raise WeightsError(f"{flag.name} is 0: the reset gate stands behind the product here")
        return []
