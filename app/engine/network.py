"""A network: its names and its parameters, checked once here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.engine.activations import ACTIVATIONS
from app.engine.cells import CELLS
from app.engine.errors import EngineError, choose
from app.engine.readout import READOUTS

NORMALIZATIONS = ("none",)


@dataclass(frozen=True, eq=False)
class Network:
    """A recurrent network in the chapter's letters.

    parameters: U (H,I), W (H,H), b (H), V (O,H), c (O), all float64 or all float32; V and c may be
    absent together, the readout is then the identity, o = h. Raises `EngineError` naming the
    field, with both shapes, for whatever does not fit.
    """

    cell: str = "rnn"
    activation: str = "tanh"
    normalization: str = "none"
    output: str = "softmax"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    layers: int = 1
    bidirectional: bool = False

    def __post_init__(self):
        choose("network.cell", self.cell, CELLS)
        choose("network.activation", self.activation, ACTIVATIONS)
        choose("network.normalization", self.normalization, NORMALIZATIONS)
        choose("network.output", self.output, READOUTS)
        if self.layers != 1:
            raise EngineError("network.layers", f"layers is {self.layers}; it may be 1")
        if self.bidirectional:
            raise EngineError("network.bidirectional", "bidirectional is true; it may be false")
        _check_names(self.cell, self.parameters)
        parameters = {name: _as_array(name, p) for name, p in self.parameters.items()}
        _check_shapes(self.cell, parameters)
        _check_dtypes(parameters)
        object.__setattr__(self, "parameters", parameters)

    @property
    def H(self) -> int:
        """Hidden units."""
        return self.parameters["W"].shape[-1]

    @property
    def I(self) -> int:  # noqa: E743
        """Inputs."""
        return self.parameters["U"].shape[-1]

    @property
    def O(self) -> int:  # noqa: E743
        """Outputs: V's rows, or H where there is no V."""
        return len(self.parameters["V"]) if "V" in self.parameters else self.H

    @property
    def dtype(self) -> np.dtype:
        """float64 or float32, that of every parameter."""
        return self.parameters["W"].dtype

    @property
    def parameter_count(self) -> int:
        """Numbers in all parameters together."""
        return sum(p.size for p in self.parameters.values())


def _path(name: str) -> str:
    return f"network.parameters.{name}"


def _check_names(cell: str, parameters: Mapping | None) -> None:
    if not isinstance(parameters, Mapping):
        raise EngineError("network.parameters", "parameters must map names to arrays")
    own = tuple(CELLS[cell].parameter_shapes(1, 1))
    for name in parameters:
        if name not in (*own, "V", "c"):
            raise EngineError(_path(name), f"{name} is unknown; {cell} has {', '.join(own)}, V, c")
    for name in own:
        if name not in parameters:
            raise EngineError(_path(name), f"{name} is missing; {cell} has {', '.join(own)}, V, c")
    if ("V" in parameters) != ("c" in parameters):
        name, other = ("c", "V") if "V" in parameters else ("V", "c")
        raise EngineError(_path(name), f"{name} is missing while {other} is given: both or neither")


def _as_array(name: str, value) -> np.ndarray:
    try:
        array = np.ascontiguousarray(value) if np.ndim(value) else np.asarray(value)
    except ValueError:
        raise EngineError(_path(name), f"{name} has rows of different lengths") from None
    if array.dtype.kind in "iu":
        array = array.astype(np.float64)
    if array.dtype not in (np.float64, np.float32):
        raise EngineError(_path(name), f"{name} holds {array.dtype}; it may be float64 or float32")
    if array.size == 0:
        raise EngineError(_path(name), f"{name} {array.shape} is empty")
    if not np.isfinite(array).all():
        at = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise EngineError(_path(name), f"{name} holds {array[at]} at {at}; numbers must be finite")
    return array


def _check_shapes(cell: str, parameters: dict[str, np.ndarray]) -> None:
    U, W = parameters["U"], parameters["W"]
    for name in ("W", "U", "V"):
        if name in parameters and parameters[name].ndim != 2:
            raise EngineError(
                _path(name),
                f"{name} has {parameters[name].ndim} axes, {parameters[name].shape}; "
                "a matrix has 2",
            )
    expected = dict(CELLS[cell].parameter_shapes(U.shape[1], W.shape[1]))
    if "V" in parameters:
        O = len(parameters["V"])  # noqa: E741
        expected |= {"V": (O, W.shape[1]), "c": (O,)}
    for name in ("W", *(n for n in expected if n != "W")):
        shape = parameters[name].shape
        if shape != expected[name]:
            because = f"V {parameters['V'].shape}" if name == "c" else f"W {W.shape}"
            because = "a square W" if name == "W" else because
            raise EngineError(
                _path(name), f"{name} has shape {shape}; with {because} it must be {expected[name]}"
            )


def _check_dtypes(parameters: dict[str, np.ndarray]) -> None:
    dtype = parameters["W"].dtype
    for name, p in parameters.items():
        if p.dtype != dtype:
            raise EngineError(
                _path(name), f"{name} is {p.dtype} and W is {dtype}: use one precision"
            )
