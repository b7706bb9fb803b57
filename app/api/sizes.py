"""The sizes of a request, before anything of their size is made, and the fields they come from."""

import numpy as np

from app.api import limits
from app.api.errors import FieldError, Problem
from app.api.limits import Sizes
from app.api.schemas.requests import (
    AnyData,
    ArraysData,
    BpttRequest,
    NetworkRequest,
    SeriesData,
    TaskData,
)
from app.engine.initialization import DEFAULT_HIDDEN_SIZE
from app.engine.network import check_composition
from app.engine.readout import READOUTS
from app.engine.tasks import TASKS
from app.settings import Settings

CONTENT = {"arrays": "data.x", "text": "data.text", "series": "data.values", "task": "data.length"}


def find_sizes(request: BpttRequest, settings: Settings) -> Sizes:
    """Return the sizes of a request, within the limits.

    Raises:
        Problem: as `sizes_of`, and for a size over its limit.
        EngineError: as `sizes_of`.
    """
    sizes = sizes_of(request)
    limits.check_sizes(sizes, settings, where(request))
    return sizes


def sizes_of(request: BpttRequest) -> Sizes:
    """Return the sizes of a request, however large.

    Raises:
        Problem: sizes that contradict each other.
        EngineError: a normalization that the cell does not have.
    """
    network = request.network
    check_composition(network.cell, network.normalization, network.layers, network.bidirectional)
    T, B, I = _data_sizes(request.data)  # noqa: E741
    H = _hidden_size(network)
    return Sizes(
        T=T,
        B=B,
        I=I,
        H=H,
        O=_output_size(request, H, I),
        cell=network.cell,
        normalization=network.normalization,
        layers=network.layers,
        bidirectional=network.bidirectional,
    )


def where(request: BpttRequest) -> dict[str, str]:
    """Return the field that decides each letter."""
    content = CONTENT[request.data.kind]
    given = request.network.parameters is not None
    hidden = "network.parameters.W" if given else "network.hidden_size"
    O = "network.parameters.V" if given else _output_field(request)  # noqa: E741
    B = "data.batch" if isinstance(request.data, TaskData) else content
    return {"T": content, "B": B, "I": content, "H": hidden, "O": O}


def output_name(request: BpttRequest) -> str:
    """Return the readout: as asked for, else what suits the data, else softmax."""
    if request.network.output:
        return request.network.output
    if isinstance(request.data, TaskData):
        return TASKS[request.data.name].output
    return "linear" if isinstance(request.data, SeriesData) else "softmax"


def _data_sizes(data: AnyData) -> tuple[int, int, int]:
    """Return T, B and I without making anything of their size."""
    if isinstance(data, TaskData):
        return data.length, data.batch, TASKS[data.name].I
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
    H = W.shape[-1]
    _agree("network.hidden_size", "H", network.hidden_size, H, f"W has shape {W.shape}")
    return H


def _output_size(request: BpttRequest, H: int, I: int) -> int:  # noqa: E741
    """Return O: V's rows, else as asked for, else what the data needs, else the states' size."""
    network, data = request.network, request.data
    states = 2 * H if network.bidirectional else H
    if network.parameters is not None:
        V = network.parameters.V
        O = states if V is None else V.shape[0]  # noqa: E741
        why = f"without V, O is {states}, the states" if V is None else f"V has shape {V.shape}"
        _agree("network.output_size", "O", network.output_size, O, why)
        return O
    if network.output_size is not None:
        return network.output_size
    classes = READOUTS[output_name(request)].classes
    if isinstance(data, TaskData):
        return TASKS[data.name].O
    if isinstance(data, ArraysData):
        return _target_size(data.y, classes, states)
    return I  # the alphabet, or a series' one column


def _target_size(y: np.ndarray | None, classes: bool, states: int) -> int:
    if y is None:
        return states
    if classes:
        return max(int(y.max()) + 1, 1)
    return y.shape[-1] if y.ndim else 1


def _agree(field: str, letter: str, asked: int | None, found: int, why: str) -> None:
    if asked is not None and asked != found:
        message = f"makes {letter} = {asked}; {why}"
        error = FieldError(field=field, message=message, was=asked, expected=f"{found}, or nothing")
        raise Problem("validation", f"{field} {message}", [error])


def _output_field(request: BpttRequest) -> str:
    if request.network.output_size is not None:
        return "network.output_size"
    if isinstance(request.data, ArraysData):
        return "data.y" if request.data.y is not None else "network.hidden_size"
    return CONTENT[request.data.kind]
