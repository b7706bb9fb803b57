"""Numbers as program text: written out while a reader can follow them, encoded where not."""

import base64
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

MOST_WRITTEN = 400  # numbers of an array that are written out; a larger one is base64
WIDTH = 100
BESIDE = 56  # a name before the array and a comment behind it


@dataclass(frozen=True)
class Dialect:
    """How a library spells an array.

    ``array(lists, dtype)`` from nested lists, ``eye(size, dtype)`` the identity,
    ``packed(text, shape, dtype)`` from base64 of its bytes.
    """

    array: Callable[[str, str], str]
    eye: Callable[[int, str], str]
    packed: Callable[[str, str, str], str]


def literal(array: np.ndarray, dialect: Dialect, indent: str = "") -> str:
    """Return an expression for the array, exact to the last bit; one-hot rows as their places."""
    places = _one_hot(array)
    if places is None:
        return _plain(array, dialect, indent)
    return f"{dialect.eye(array.shape[-1], array.dtype.name)}[{_plain(places, dialect, indent)}]"


def written(array: np.ndarray) -> int:
    """Return how many numbers the array's literal holds."""
    places = _one_hot(array)
    return array.size if places is None else places.size


def _plain(array: np.ndarray, dialect: Dialect, indent: str) -> str:
    name = array.dtype.name
    if array.dtype.kind == "i" and array.ndim == 2 and array.shape[1] == 1:  # one sequence
        return f"{_plain(array[:, 0], dialect, indent)}[:, None]"
    if array.size <= MOST_WRITTEN:
        return dialect.array(_nested(array, indent + "    ", BESIDE), name)
    text = base64.encodebytes(np.ascontiguousarray(array).tobytes()).decode().strip()
    return dialect.packed(text, f"({', '.join(map(str, array.shape))},)", name)


def _one_hot(array: np.ndarray) -> np.ndarray | None:
    """Return the place of the 1 in each row, (T,B) of (T,B,I), or None."""
    if array.ndim != 3 or array.shape[-1] < 2:
        return None
    places = array.argmax(axis=-1)
    ones = np.take_along_axis(array, places[..., None], axis=-1)
    alone = np.count_nonzero(array) == places.size
    return places if alone and (ones == 1).all() else None


def _nested(array: np.ndarray, indent: str, beside: int = 2) -> str:
    """Return nested lists over as few lines as fit: a short array on one, else a row a line.

    ``beside`` characters must fit on the line with it.
    """
    flat = _flat(array)
    if len(indent) + len(flat) < WIDTH - beside:
        return flat
    rows = _wrapped(array, WIDTH - len(indent))
    if array.ndim > 1:
        rows = [_nested(row, indent + "    ") for row in array]
    return "[\n" + "".join(f"{indent}{row},\n" for row in rows) + f"{indent[4:]}]"


def _flat(array: np.ndarray) -> str:
    if array.ndim:
        return f"[{', '.join(map(_flat, array))}]"
    return str(array)  # the shortest text that gives the number back


def _wrapped(row: np.ndarray, width: int) -> list[str]:
    lines = [""]
    for number in map(_flat, row):
        if lines[-1] and len(lines[-1]) + len(number) + 3 > width:
            lines.append("")
        lines[-1] += f"{', ' if lines[-1] else ''}{number}"
    return lines
