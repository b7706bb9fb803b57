"""Answers: JSON whose lists of numbers are NumPy arrays, made when they are asked for."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from .figure import caption, figure


class Answer(Mapping[str, Any]):
    """A JSON object: `answer.x` and `answer["x"]` are the same, `answer.raw` is the JSON itself.

    Lists of numbers are NumPy arrays, made when asked for; null in them is nan. A triangle's rows
    are filled up with zeros: (T, T). A field that is called like a method of a mapping (values,
    items, keys, get) is reached in brackets alone.
    """

    def __init__(self, raw: dict[str, Any]):
        self.raw = raw
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = view(self.raw[name])
        return self._made[name]

    def __getattr__(self, name: str) -> Any:
        if name in ("raw", "_made") or name not in self.raw:
            raise AttributeError(f"there is no {name!r} here")
        return self[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.raw)

    def __len__(self) -> int:
        return len(self.raw)

    def __eq__(self, other: object) -> bool:
        return self.raw == (other.raw if isinstance(other, Answer) else other)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.raw]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self.raw)})"


class Trace(Answer):
    """What /forward and /bptt answer; a notebook shows its states and its credit triangle."""

    @property
    def h(self) -> np.ndarray:
        """The states, (T, H), or (B, T, H) with a batch."""
        return self["forward"]["h"]

    @property
    def o(self) -> np.ndarray:
        """The readouts, (T, O) or (B, T, O)."""
        return self["forward"]["o"]

    @property
    def y_hat(self) -> np.ndarray:
        """The predictions, (T, O) or (B, T, O)."""
        return self["forward"]["y_hat"]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {caption(self.raw)}>"

    def _repr_html_(self) -> str:
        return figure(self.raw)


def view(value: Any) -> Any:
    """Return a JSON value as it is handed out."""
    if isinstance(value, dict):
        return Answer(value)
    if not isinstance(value, list) or not value:
        return value
    if isinstance(value[0], dict):
        return [Answer(each) for each in value]
    try:
        array = np.array(value)
    except ValueError:  # rows of different lengths
        return square(value)
    if array.dtype.kind == "U":
        return value
    return array if array.dtype.kind in "bif" else np.array(value, float)


def square(rows: list[list[Any]]) -> np.ndarray:
    """Return ragged rows filled up with zeros."""
    longest = np.array(max(rows, key=len), float)
    full = np.zeros((len(rows), *longest.shape))
    for t, row in enumerate(rows):
        full[t, : len(row)] = np.array(row, float)
    return full
