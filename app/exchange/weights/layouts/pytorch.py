"""The names of torch.nn.RNN, LSTM and GRU, and of their cells; everything else is PyTorch's too."""

import re

import numpy as np

from app.exchange.weights.errors import WeightsError
from app.exchange.weights.layouts.common import (
    Arrays,
    Piece,
    Slot,
    Used,
    bias_letters,
    check_axes,
    gates_of,
    take,
)
from app.exchange.weights.tensors import check_shape


class PyTorch:
    """weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, …_reverse; cells without _l0."""

    name = "pytorch"
    recurrent = "weight_hh"
    example = "weight_ih_l0 and weight_hh_l0"
    pattern = re.compile(r"(.*?)((?:weight|bias)_(?:ih|hh|hr))(?:_l(\d{1,3})(_reverse)?)?", re.S)

    def slot(self, name: str) -> Slot | None:
        """Return what a name stands for; None for none of ours."""
        found = self.pattern.fullmatch(name)
        return found and Slot(found[1], int(found[3] or 0), bool(found[4]), found[2])

    def pieces(self, arrays: Arrays) -> list[Piece]:
        """Return one direction of a layer. Raises `WeightsError` for what is missing or misfits."""
        W = take(arrays, "weight_hh")
        if "weight_hr" in arrays:
            raise WeightsError(
                f"{arrays['weight_hr'].name}: an LSTM with a projection (proj_size) is not known"
            )
        check_axes(W, 2)
        rows, H = W.shape
        G = gates_of(W, rows, H)
        U = take(arrays, "weight_ih", W)
        check_axes(U, 2)
        check_shape(U, (rows, U.shape[1]), W)
        used: Used = [(U, ("U",)), (W, ("W",))]
        biases = np.zeros((2, rows))
        names = {"bias_ih": ("b",), "bias_hh": bias_letters(G)}
        for row, (array, letters) in enumerate(names.items()):
            if array in arrays:
                check_shape(arrays[array], (rows,), W)
                biases[row] = arrays[array].numbers()
                used.append((arrays[array], letters))
        missing = " and ".join(array for array in names if array not in arrays)
        notes = [f"no {missing} beside {W.name}: zeros"] if missing else []
        return [Piece(U.numbers(), W.numbers(), biases[0], biases[1], used, notes)]
