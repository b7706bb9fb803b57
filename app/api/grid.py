"""The grid of a sweep: axes checked value by value, and the request that each cell stands for."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from pydantic import BaseModel, ValidationError

from app.api.errors import FieldError, Problem, from_engine, from_validation
from app.api.schemas.requests import (
    DATA_KINDS,
    AnyData,
    BpttRequest,
    ClipRequest,
    InitRequest,
    NetworkRequest,
    SeriesData,
    TaskData,
    TextData,
)
from app.api.schemas.sweep import AXES, MOST_AXES, SweepRequest, SweepTraining
from app.api.schemas.training import OptimizerRequest
from app.api.schemas.values import show
from app.engine.errors import EngineError

Index = tuple[int, ...]
OWNERS: dict[str, type[BaseModel]] = {
    "": BpttRequest,
    "network": NetworkRequest,
    "network.init": InitRequest,
    "clip": ClipRequest,
    "train": SweepTraining,
    "train.optimizer": OptimizerRequest,
}
SEEDS = ("network.init.seed", "data.seed", "train.seed")  # one draw is as good as another


@dataclass(frozen=True)
class Axis:
    """One axis: the dotted path of a field, and its values as the field's own type has them."""

    name: str
    values: list[Any]


@dataclass(frozen=True)
class Grid:
    """All cells of a sweep; none of them is made before it is asked for."""

    asked: SweepRequest
    axes: list[Axis]

    @property
    def shape(self) -> Index:
        """Values of each axis."""
        return tuple(len(axis.values) for axis in self.axes)

    @property
    def cells(self) -> int:
        """Number of cells."""
        return prod(self.shape)

    def indices(self) -> Iterator[Index]:
        """Yield the index of every cell; the last axis runs fastest."""
        return product(*map(range, self.shape))

    def sorts(self) -> Iterator[Index]:
        """Yield one cell of each sort: cells that only a seed tells apart cost and fit alike."""
        return product(
            *(range(1 if axis.name in SEEDS else len(axis.values)) for axis in self.axes)
        )

    def request(self, index: Index) -> tuple[BpttRequest, SweepTraining | None]:
        """Return what a cell asks of /bptt, and its training.

        Raises:
            Problem: a sequence that is too short for its length.
        """
        request, train = self.asked.base, self.asked.train
        for axis, i in zip(self.axes, index, strict=True):
            first, *path = axis.name.split(".")
            if first == "train":
                assert train is not None
                train = _put(train, path, axis.values[i])
            elif axis.name == "data.length":
                data = _of_length(request.data, axis.values[i])
                request = request.model_copy(update={"data": data})
            else:
                request = _put(request, [first, *path], axis.values[i])
        return request, train

    @contextmanager
    def at(self, index: Index) -> Iterator[None]:
        """Name the fields of what is raised inside as those of the sweep.

        A field that is an axis is `axes.<name>.<i>`. Of another, `base.<field>`, the values of all
        axes are named too: it is their combination that does not fit.

        Raises:
            Problem: in place of a Problem or an EngineError.
        """
        try:
            yield
        except EngineError as error:
            raise self._renamed(from_engine(error), index) from None
        except Problem as problem:
            raise self._renamed(problem, index) from None

    def _renamed(self, problem: Problem, index: Index) -> Problem:
        places = {axis.name: i for axis, i in zip(self.axes, index, strict=True)}
        errors: dict[str, FieldError] = {}
        for error in problem.errors:
            field = _own_name(error["field"])
            if field in places:
                own = f"axes.{field}.{places[field]}"
                errors[own] = {**error, "field": own}
                continue
            own = field if field.startswith("train") else f"base.{field}"
            errors[own] = {**error, "field": own}
            if problem.kind == "validation":
                for name, i in places.items():
                    with_it = f"does not go with {own}: {error['message']}"
                    named = f"axes.{name}.{i}"
                    errors.setdefault(named, FieldError(field=named, message=with_it))
        values = ", ".join(
            f"{axis.name} = {show(axis.values[i])}"
            for axis, i in zip(self.axes, index, strict=True)
        )
        detail = f"cell {list(index)} ({values}): {problem.detail}"
        found = list(errors.values())
        return Problem(problem.kind, detail, found, problem.headers, problem.status)


def read_grid(asked: SweepRequest) -> Grid:
    """Return the grid of a request, each value checked alone.

    Raises:
        Problem: an axis that is unknown or does not apply, a value that its field does not take.
    """
    if not 0 < len(asked.axes) <= MOST_AXES:
        message = f"has {len(asked.axes)} axes"
        raise _refusal("axes", message, show(asked.axes), f"1 to {MOST_AXES} axes")
    for name in asked.axes:
        _check_axis(name, asked)
    axes = [Axis(name, _values(name, asked)) for name in asked.axes]
    grid = Grid(asked, axes)
    _check_known(asked.resume, grid.shape)
    return grid


def _check_axis(name: str, asked: SweepRequest) -> None:
    base, field = asked.base, f"axes.{name}"
    if name not in AXES:
        raise _refusal(f"axes.{show(name)}", "is not a known axis", show(name), ", ".join(AXES))
    if not asked.axes[name]:
        raise _refusal(field, "has no values", "an empty list", "at least one value")
    if name.startswith("train.") and asked.train is None:
        raise _refusal(field, "varies a training; train is null", None, "train")
    if name.startswith("network.init.") and base.network.parameters is not None:
        raise _refusal(field, "varies how weights are drawn; base.network.parameters are given")
    if name.startswith("clip.") and base.clip is None:
        raise _refusal(field, "varies a clipping; base.clip is null", None, "base.clip")
    if name.startswith("data.") and not _has(base.data, name.removeprefix("data.")):
        raise _refusal(field, f"does not apply: base.data is of kind {base.data.kind}")


def _has(data: AnyData, field: str) -> bool:
    if field == "length":
        return data.kind != "arrays"
    return field in DATA_KINDS[data.kind].model_fields


def _values(name: str, asked: SweepRequest) -> list[Any]:
    """Return an axis' values as their field takes them, strictly."""
    place, _, field = name.rpartition(".")
    owner = OWNERS.get(place) or DATA_KINDS[asked.base.data.kind]
    if name == "data.length":
        owner = TaskData
    values, problems = [], []
    for i, value in enumerate(asked.axes[name]):
        one = owner.model_construct()
        try:
            owner.__pydantic_validator__.validate_assignment(one, field, value)
        except ValidationError as error:
            found = from_validation(error, owner).errors
            problems += [{**each, "field": f"axes.{name}.{i}"} for each in found]
        else:
            values.append(getattr(one, field))
    if problems:
        detail = f"{problems[0]['field']}: {problems[0]['message']}"
        raise Problem("validation", detail, problems[:20])
    return values


def _check_known(known: list[list[int]], shape: Index) -> None:
    if len(known) > prod(shape):
        message = f"has {len(known):,} cells; the grid has {prod(shape):,}"
        raise _refusal("resume", message, show(known), f"at most {prod(shape):,} cells")
    for n, index in enumerate(known):
        inside = len(index) == len(shape) and all(
            0 <= i < size for i, size in zip(index, shape, strict=False)
        )
        if not inside:
            largest = [size - 1 for size in shape]
            raise _refusal(
                f"resume.{n}",
                "is no cell of this grid",
                show(str(index)),
                f"{[0] * len(shape)} to {largest}",
            )


def _put(model: Any, path: list[str], value: Any) -> Any:
    """Return a copy of a request with one field replaced; what is validated stays so."""
    name, *rest = path
    if rest:
        inner = getattr(model, name)
        value = _put(InitRequest() if inner is None else inner, rest, value)
    return model.model_copy(update={name: value})


def _of_length(data: AnyData, length: int) -> AnyData:
    """Return data of so many steps: a task that is drawn so long, the first of a text or series."""
    if isinstance(data, TaskData):
        return data.model_copy(update={"length": length})
    assert isinstance(data, TextData | SeriesData)
    if isinstance(data, SeriesData):
        name, content, steps = "values", data.values[: length + 1], len(data.values) - 1
    elif isinstance(data.text, str):
        name, content, steps = "text", data.text[: length + 1], len(data.text) - 1
    else:
        name, content = "text", [each[: length + 1] for each in data.text]
        steps = min(map(len, data.text)) - 1
    if length > steps:
        message = f"is {length}; the {data.kind} has {steps} steps"
        raise _refusal("data.length", message, length, f"at most {steps}")
    return data.model_copy(update={name: content})


def _own_name(field: str) -> str:
    """Return the field of the sweep that stands for a field of /train."""
    field = re.sub(r"^runs\.0\.(network|clip|truncate)(?=\.|$)", r"\1", field)
    field = re.sub(r"^runs\.0\.optimizer(?=\.|$)", "train.optimizer", field)
    return re.sub(r"^(chunk|batch|steps|seed)$", r"train.\1", field)


def _refusal(field: str, message: str, was: Any = None, expected: str = "") -> Problem:
    error = FieldError(field=field, message=message)
    if expected:
        error = FieldError(field=field, message=message, was=was, expected=expected)
    return Problem("validation", f"{field}: {message}", [error])
