"""From a valid request to what the engine computes with: price, network, sequence."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.api import limits
from app.api.errors import FieldError, Problem, of_network
from app.api.limits import Price, Sizes
from app.api.schemas.requests import (
    AnyData,
    ArraysData,
    BpttRequest,
    CompareRequest,
    NetworkRequest,
    SeriesData,
    TaskData,
    TextData,
)
from app.api.sizes import find_sizes, output_name, where
from app.engine.initialization import Init, initialize
from app.engine.network import Network
from app.engine.sequences import Sequence, from_arrays, from_series, from_text
from app.engine.tasks import TASKS, from_task
from app.settings import Settings

PRECISIONS: dict[str, type] = {"float64": np.float64, "float32": np.float32}
SUITS = {"text": ("softmax",), "series": ("linear",)}

PriceOf = Callable[[BpttRequest, Sizes], Price]


@dataclass(frozen=True)
class Plan:
    """A request made ready: within budget, its weights drawn, its data as arrays."""

    request: BpttRequest
    init: Init | None
    network: Network
    sequence: Sequence
    price: Price


@dataclass(frozen=True)
class Comparison:
    """The plans of several networks on the same data, and their price together."""

    plans: list[Plan]
    price: Price


def plan_forward(request: BpttRequest, settings: Settings) -> Plan:
    """Return the plan of a forward pass; targets are not needed.

    Raises:
        Problem: over budget, or sizes that contradict each other.
        EngineError: shapes that do not fit.
    """
    return _plan(request, settings, lambda _, sizes: limits.forward_price(sizes))


def plan_bptt(request: BpttRequest, settings: Settings) -> Plan:
    """Return the plan of a forward and a backward pass. Raises as `plan_forward`."""
    require_targets(request)
    return _plan(request, settings, _bptt_price)


def plan_gradcheck(request: BpttRequest, settings: Settings) -> Plan:
    """Return the plan of a gradient check. Raises as `plan_forward`."""
    require_targets(request)
    return _plan(
        request, settings, lambda _, sizes: limits.gradcheck_price(sizes, request.truncate)
    )


def plan_compare(request: CompareRequest, settings: Settings) -> Comparison:
    """Return the plan of /bptt for each network; the data is made once.

    Raises:
        Problem: as `plan_bptt`, with ``networks.<i>`` for ``network``; all together over budget.
    """
    requests = request.each()
    sizes: list[Sizes] = []
    for index, each in enumerate(requests):
        with of_network(index):
            require_targets(each)
            sizes.append(find_sizes(each, settings))
    prices = [_bptt_price(each, size) for each, size in zip(requests, sizes, strict=True)]
    total = sum(prices, Price(0, 0))
    dearest = max(range(len(prices)), key=lambda i: prices[i].work)
    with of_network(dearest):
        fields = where(requests[dearest])
        limits.check_price(total, sizes[dearest], settings, fields, ("networks",))
    sequence = make_sequence(request.data, PRECISIONS[request.precision])
    plans: list[Plan] = []
    for index, each in enumerate(requests):
        with of_network(index):
            plans.append(_build(each, sizes[index], prices[index], sequence))
    return Comparison(plans, total)


def _bptt_price(request: BpttRequest, sizes: Sizes) -> Price:
    include, clips = frozenset(request.include), request.clip is not None
    return limits.bptt_price(sizes, include, request.truncate, clips)


def _plan(request: BpttRequest, settings: Settings, price_of: PriceOf) -> Plan:
    sizes = find_sizes(request, settings)
    price = price_of(request, sizes)
    limits.check_price(price, sizes, settings, where(request))
    sequence = make_sequence(request.data, PRECISIONS[request.precision])
    return _build(request, sizes, price, sequence)


def _build(request: BpttRequest, sizes: Sizes, price: Price, sequence: Sequence) -> Plan:
    init, network = build_network(request, sizes)
    return Plan(request, init, network, sequence, price)


def build_network(request: BpttRequest, sizes: Sizes) -> tuple[Init | None, Network]:
    """Return how the weights were drawn, None where they were given, and the network.

    Raises:
        EngineError: weights that do not fit each other.
    """
    asked = request.network
    init, parameters = _parameters(asked, sizes, PRECISIONS[request.precision])
    network = Network(
        cell=asked.cell,
        activation=asked.activation,
        normalization=asked.normalization,
        output=output_name(request),
        parameters=parameters,
        layers=asked.layers,
        bidirectional=asked.bidirectional,
    )
    return init, network


def data_options(data: AnyData, dtype: type) -> dict[str, Any]:
    """Return what all kinds of data have, as the engine takes it."""
    return {
        "h0": data.h0,
        "cell0": data.cell0,
        "loss_at": data.loss_at,
        "input_at": data.input_at,
        "dtype": dtype,
    }


def make_sequence(data: AnyData, dtype: type) -> Sequence:
    """Return the data as arrays; a number too large for float32 is the engine's to name."""
    options = data_options(data, dtype)
    with np.errstate(over="ignore"):
        if isinstance(data, TaskData):
            return from_task(**drawn_by(data), **options)
        if isinstance(data, TextData):
            return from_text(data.text, **options)
        if isinstance(data, SeriesData):
            return from_series(data.values.tolist(), **options)
        return replace(
            from_arrays(data.x, data.y, **options),
            loss_mask=None if data.loss_mask is None else np.array(data.loss_mask),
        )


def drawn_by(data: TaskData) -> dict[str, Any]:
    """Return what decides the sequences of a task."""
    return data.model_dump(include={"name", "length", "delay", "batch", "seed"})


def _parameters(
    network: NetworkRequest, sizes: Sizes, dtype: type
) -> tuple[Init | None, dict[str, np.ndarray]]:
    """Return how the weights were drawn (None where they were given), and the weights."""
    with np.errstate(over="ignore"):
        if network.parameters is not None:
            given = network.parameters.given()
            return None, {name: array.astype(dtype) for name, array in given.items()}
        init = Init(**network.init.model_dump()) if network.init else Init()
        return init, initialize(
            network.cell,
            sizes.I,
            sizes.H,
            sizes.O,
            init,
            dtype,
            normalization=network.normalization,
            layers=network.layers,
            bidirectional=network.bidirectional,
        )


def require_targets(request: BpttRequest) -> None:
    """Refuse data without targets, and a readout whose targets the data cannot give.

    Raises:
        Problem: validation.
    """
    output, what = output_name(request), f"a {request.data.kind}"
    suits = SUITS.get(request.data.kind, (output,))
    if isinstance(request.data, TaskData):
        suits, what = (TASKS[request.data.name].output,), request.data.name
    if output not in suits:
        message = f"is {output}; the targets of {what} need {suits[0]}"
        error = FieldError(
            field="network.output", message=message, was=output, expected=" or ".join(suits)
        )
        raise Problem("validation", f"network.output {message}", [error])
    if isinstance(request.data, ArraysData) and request.data.y is None:
        message = "is required: a loss needs targets"
        raise Problem(
            "validation", f"data.y {message}", [FieldError(field="data.y", message=message)]
        )
