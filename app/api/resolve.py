"""From a valid request to what the engine computes with: sizes, price, network, sequence."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from app.api import limits
from app.api.errors import FieldError, Problem
from app.api.limits import Price, Sizes
from app.api.schemas.requests import (
    ArraysData,
    BpttRequest,
    NetworkRequest,
    Parameters,
    SeriesData,
    TextData,
)
from app.engine.initialization import DEFAULT_HIDDEN_SIZE, Init, initialize
from app.engine.network import Network
from app.engine.readout import READOUTS
from app.engine.sequences import Sequence, from_arrays, from_series, from_text
from app.settings import Settings

CONTENT = {"arrays": "data.x", "text": "data.text", "series": "data.values"}
PRECISIONS: dict[str, type] = {"float64": np.float64, "float32": np.float32}
SUITS = {"text": ("softmax",), "series": ("linear",)}


@dataclass(frozen=True)
class Plan:
    """A request made ready: within budget, its weights drawn, its data as arrays."""

    request: BpttRequest
    init: Init | None
    network: Network
    sequence: Sequence
    price: Price


def plan_forward(request: BpttRequest, settings: Settings) -> Plan:
    """Return the plan of a forward pass; targets are not needed.

    Raises:
        Problem: over budget, or sizes that contradict each other.
        EngineError: shapes that do not fit.
    """
    sizes = _sizes(request, settings)
    return _plan(request, settings, sizes, limits.forward_price(sizes))


def plan_bptt(request: BpttRequest, settings: Settings) -> Plan:
    """Return the plan of a forward and a backward pass. Raises as `plan_forward`."""
    _require_targets(request)
    sizes = _sizes(request, settings)
    include, clips = frozenset(request.include), request.clip is not None
    price = limits.bptt_price(sizes, include, request.truncate, clips)
    return _plan(request, settings, sizes, price)


def plan_gradcheck(request: BpttRequest, settings: Settings) -> Plan:
    """Return the plan of a gradient check. Raises as `plan_forward`."""
    _require_targets(request)
    sizes = _sizes(request, settings)
    return _plan(request, settings, sizes, limits.gradcheck_price(sizes, request.truncate))


def output_name(request: BpttRequest) -> str:
    """Return the readout: as asked for, else linear for a series and softmax for the rest."""
    return request.network.output or ("linear" if request.data.kind == "series" else "softmax")


def _plan(request: BpttRequest, settings: Settings, sizes: Sizes, price: Price) -> Plan:
    limits.check_price(price, sizes, settings, _where(request))
    dtype = PRECISIONS[request.precision]
    with np.errstate(over="ignore"):  # too large for float32: the engine names the number
        sequence = _sequence(request.data, dtype)
        init, parameters = _parameters(request.network, sizes, dtype)
    network = Network(
        cell=request.network.cell,
        activation=request.network.activation,
        normalization=request.network.normalization,
        output=output_name(request),
        parameters=parameters,
    )
    return Plan(request, init, network, sequence, price)


def _sequence(data: ArraysData | TextData | SeriesData, dtype: type) -> Sequence:
    options: dict[str, Any] = {
        "h0": data.h0,
        "loss_at": data.loss_at,
        "input_at": data.input_at,
        "dtype": dtype,
    }
    if isinstance(data, TextData):
        return from_text(data.text, **options)
    if isinstance(data, SeriesData):
        return from_series(data.values.tolist(), **options)
    return from_arrays(data.x, data.y, **options)


def _parameters(
    network: NetworkRequest, sizes: Sizes, dtype: type
) -> tuple[Init | None, dict[str, np.ndarray]]:
    """Return how the weights were drawn (None where they were given), and the weights."""
    given = network.parameters
    if given is not None:
        named = ((name, getattr(given, name)) for name in Parameters.model_fields)
        return None, {name: array.astype(dtype) for name, array in named if array is not None}
    init = Init(**network.init.model_dump()) if network.init else Init()
    return init, initialize(network.cell, sizes.I, sizes.H, sizes.O, init, dtype)


def _sizes(request: BpttRequest, settings: Settings) -> Sizes:
    T, B, I = _data_sizes(request.data)  # noqa: E741
    H = _hidden_size(request.network)
    sizes = Sizes(T=T, B=B, I=I, H=H, O=_output_size(request, H, I))
    limits.check_sizes(sizes, settings, _where(request))
    return sizes


def _data_sizes(data: ArraysData | TextData | SeriesData) -> tuple[int, int, int]:
    """Return T, B and I without making anything of their size."""
    if isinstance(data, SeriesData):
        return max(len(data.values) - 1, 1), 1, 1
    if isinstance(data, ArraysData):
        B = len(data.x) if data.x.ndim == 3 else 1
        return data.x.shape[-2], B, data.x.shape[-1]
    texts = [data.text] if isinstance(data.text, str) else data.text
    return max(len(texts[0]) - 1, 1), len(texts), max(len(set().union(*texts)), 1)


def _hidden_size(network: NetworkRequest) -> int:
    if network.parameters is None:
        return network.hidden_size or DEFAULT_HIDDEN_SIZE
    W = network.parameters.W
    H = W.shape[0]
    _agree("network.hidden_size", "H", network.hidden_size, H, f"W has shape {W.shape}")
    return H


def _output_size(request: BpttRequest, H: int, I: int) -> int:  # noqa: E741
    """Return O: V's rows, else as asked for, else what the data needs, else H."""
    network = request.network
    if network.parameters is not None:
        V = network.parameters.V
        O = H if V is None else V.shape[0]  # noqa: E741
        why = f"without V, O is H = {H}" if V is None else f"V has shape {V.shape}"
        _agree("network.output_size", "O", network.output_size, O, why)
        return O
    if network.output_size is not None:
        return network.output_size
    if isinstance(request.data, ArraysData):
        return _target_size(request.data.y, READOUTS[output_name(request)].classes, H)
    return I  # the alphabet, or a series' one column


def _target_size(y: np.ndarray | None, classes: bool, H: int) -> int:
    if y is None:
        return H
    if classes:
        return max(int(y.max()) + 1, 1)
    return y.shape[-1] if y.ndim else 1


def _agree(field: str, letter: str, asked: int | None, found: int, why: str) -> None:
    if asked is not None and asked != found:
        message = f"makes {letter} = {asked}; {why}"
        error = FieldError(field=field, message=message, was=asked, expected=f"{found}, or nothing")
        raise Problem("validation", f"{field} {message}", [error])


def _require_targets(request: BpttRequest) -> None:
    """Refuse data without targets, and a readout whose targets the data cannot give."""
    kind, output = request.data.kind, output_name(request)
    suits = SUITS.get(kind, (output,))
    if output not in suits:
        message = f"is {output}; the targets of a {kind} need {suits[0]}"
        error = FieldError(
            field="network.output", message=message, was=output, expected=" or ".join(suits)
        )
        raise Problem("validation", f"network.output {message}", [error])
    if isinstance(request.data, ArraysData) and request.data.y is None:
        message = "is required: a loss needs targets"
        raise Problem(
            "validation", f"data.y {message}", [FieldError(field="data.y", message=message)]
        )


def _where(request: BpttRequest) -> dict[str, str]:
    """Return the field that decides each letter."""
    content = CONTENT[request.data.kind]
    given = request.network.parameters is not None
    hidden = "network.parameters.W" if given else "network.hidden_size"
    O = "network.parameters.V" if given else _output_field(request)  # noqa: E741
    return {"T": content, "B": content, "I": content, "H": hidden, "O": O}


def _output_field(request: BpttRequest) -> str:
    if request.network.output_size is not None:
        return "network.output_size"
    if isinstance(request.data, ArraysData):
        return "data.y" if request.data.y is not None else "network.hidden_size"
    return CONTENT[request.data.kind]
