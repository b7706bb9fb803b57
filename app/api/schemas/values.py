"""Nested lists of JSON become arrays: strictly, fast, and with messages that carry the shapes.

Pydantic's own ``list[list[float]]`` would need one union member for every
depth, and answer a wrong row with one message for each member. One pass over
the leaves is as fast and says one thing.
"""

import math
import sys
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

LONGEST_SHOWN = 60


def refuse(message: str, was: Any, expected: str) -> PydanticCustomError:
    """Return the validation error that says what a value was and what it may be."""
    context = {"message": message, "was": was, "expected": expected}
    return PydanticCustomError("value", "{message}", context)


def show(value: Any) -> Any:
    """Return a short JSON-safe likeness of an input: never a non-finite number."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return f"an object of {len(value)}"
    if isinstance(value, float):
        return value if math.isfinite(value) else _spell(value)
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    text = str(value)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def shape_text(shape: tuple[int, ...]) -> str:
    """Return a shape as it is written in prose: "(3, 4)", "(3)", "a single number"."""
    return f"({', '.join(map(str, shape))})" if shape else "a single number"


def to_array(value: Any, shapes: tuple[str, ...], *, keep_integers: bool = False) -> NDArray[Any]:
    """Return nested lists of finite numbers as a new array.

    Args:
        value: what JSON held.
        shapes: the accepted shapes, as "(T, I)"; their lengths are the accepted depths.
        keep_integers: give int64 where every number was written as an integer.

    Returns:
        float64 (or int64) of the nested lists' shape, at least one element.

    Raises:
        PydanticCustomError: empty, ragged, wrong depth, or an element that is no finite number.
    """
    expected = " or ".join(shapes)
    shape, leaves = _flatten(value, expected)
    kinds = set(map(type, leaves))
    if not kinds <= {int, float}:
        index = next(i for i, leaf in enumerate(leaves) if type(leaf) not in (int, float))
        raise _bad_element(leaves[index], index, shape)
    if len(shape) not in {_depth(text) for text in shapes}:
        raise refuse(f"has shape {shape_text(shape)}", shape_text(shape), expected)
    dtype = np.int64 if keep_integers and kinds == {int} else np.float64
    return _finite(leaves, shape, dtype)


def to_texts(value: Any) -> str | list[str]:
    """Return a text or a list of texts.

    Raises:
        PydanticCustomError: anything else, with the place of the first that is no text.
    """
    expected = "a text, or a list of texts of one length"
    if isinstance(value, str):
        return value
    if not isinstance(value, list) or not value:
        raise refuse(f"is {_name(value)}, not a text", show(value), expected)
    for index, item in enumerate(value):
        if not isinstance(item, str):
            raise refuse(f"element [{index}] is {_name(item)}, not a text", show(item), expected)
    return value


class Numbers:
    """Annotates an array field: nested lists of numbers in one of the given shapes."""

    def __init__(self, *shapes: str, keep_integers: bool = False) -> None:
        self.shapes = shapes
        self.keep_integers = keep_integers

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._validate)

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, __: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        depths = dict.fromkeys(map(_depth, self.shapes))
        choices = [_nested(depth) for depth in depths]
        return choices[0] if len(choices) == 1 else {"anyOf": choices}

    def _validate(self, value: Any) -> NDArray[Any]:
        return to_array(value, self.shapes, keep_integers=self.keep_integers)


class Texts:
    """Annotates a field that holds a text or a list of texts."""

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(to_texts)

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, __: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        text = {"type": "string", "minLength": 2}
        return {"anyOf": [text, {"type": "array", "items": text, "minItems": 1}]}


def _flatten(value: Any, expected: str) -> tuple[tuple[int, ...], list[Any]]:
    """Return the shape and the leaves of evenly nested lists."""
    shape: tuple[int, ...] = ()
    level = [value]
    while type(level[0]) is list:
        _even(level, shape, expected)
        shape = (*shape, len(level[0]))
        if shape[-1] == 0:
            raise refuse(f"is empty: shape {shape_text(shape)}", shape_text(shape), expected)
        level = list(chain.from_iterable(level))
    return shape, level


def _even(level: list[Any], shape: tuple[int, ...], expected: str) -> None:
    """Refuse a level whose members are not all lists of one length."""
    if set(map(type, level)) != {list}:
        index = next(i for i, item in enumerate(level) if type(item) is not list)
        place = _place(index, shape)
        message = f"is ragged: {_place(0, shape)} is a list, {place} is {_name(level[index])}"
        raise refuse(message, show(level[index]), expected)
    if len(set(map(len, level))) > 1:
        first = len(level[0])
        index = next(i for i, item in enumerate(level) if len(item) != first)
        other = len(level[index])
        message = f"is ragged: {_place(0, shape)} has {first}, {_place(index, shape)} has {other}"
        raise refuse(message, f"rows of {first} and {other}", expected)


def _finite(leaves: list[Any], shape: tuple[int, ...], dtype: type) -> NDArray[Any]:
    try:
        array = np.array(leaves, dtype=dtype)
    except OverflowError:  # an integer of hundreds of digits
        limit = 2**63 - 1 if dtype is np.int64 else sys.float_info.max
        index = next(i for i, leaf in enumerate(leaves) if abs(leaf) > limit)
        raise _bad_element(leaves[index], index, shape) from None
    finite = np.isfinite(array)
    if not finite.all():
        index = int(np.argmin(finite))
        raise _bad_element(leaves[index], index, shape)
    return array.reshape(shape)


def _bad_element(leaf: Any, index: int, shape: tuple[int, ...]) -> PydanticCustomError:
    what = _spell(leaf) if isinstance(leaf, float) else _name(leaf)
    if type(leaf) is int:
        what = "an integer too large"
    place = f"element {_place(index, shape)}" if shape else "the value"
    return refuse(f"{place} is {what}, not a finite number", show(leaf), "finite numbers")


def _place(index: int, shape: tuple[int, ...]) -> str:
    if not shape:
        return "it"
    return "".join(f"[{i}]" for i in np.unravel_index(index, shape))


def _spell(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"


def _name(value: Any) -> str:
    names = {bool: "a boolean", str: "a text", dict: "an object", list: "a list"}
    if value is None:
        return "null"
    return names.get(type(value), "a number")


def _depth(shape: str) -> int:
    """Return the number of axes of "(B, T, I)"; "number" has none."""
    return shape.count(",") + 1 if shape.startswith("(") else 0


def _nested(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "number"}
    for _ in range(depth):
        schema = {"type": "array", "items": schema, "minItems": 1}
    return schema
