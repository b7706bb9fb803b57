"""A network: its names and its parameters, checked once here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from app.engine.activations import ACTIVATIONS
from app.engine.cells import CELLS
from app.engine.errors import EngineError, choose
from app.engine.normalization import NORMALIZATIONS
from app.engine.readout import READOUTS

DIRECTIONS = ("forward", "reverse")


class Part(NamedTuple):
    """One layer in one direction, and what its parameters' names end in."""

    layer: int
    direction: str
    suffix: str


def parts(layers: int = 1, bidirectional: bool = False) -> list[Part]:
    """Return the parts from the bottom up, forward before reverse, with PyTorch's suffixes.

    The first layer's forward direction has none: U, W, b; then U_l0_reverse, U_l1, U_l1_reverse.
    """
    found = []
    for layer in range(layers):
        found.append(Part(layer, "forward", f"_l{layer}" if layer else ""))
        if bidirectional:
            found.append(Part(layer, "reverse", f"_l{layer}_reverse"))
    return found


def layer_code(cell: str, normalization: str) -> ModuleType:
    """Return the functions that one layer runs on: the cell's, or those of its normalized twin."""
    return NORMALIZATIONS[normalization] or CELLS[cell]


def parameter_shapes(
    cell: str,
    I: int,  # noqa: E741
    H: int,
    O: int | None = None,  # noqa: E741
    *,
    layers: int = 1,
    bidirectional: bool = False,
    normalization: str = "none",
) -> dict[str, tuple[int, ...]]:
    """Return the shape of every parameter by name: layer by layer, then V and c with an O."""
    width = (1 + bidirectional) * H
    own = layer_code(cell, normalization).parameter_shapes
    shapes = {
        f"{name}{part.suffix}": shape
        for part in parts(layers, bidirectional)
        for name, shape in own(width if part.layer else I, H).items()
    }
    return shapes if O is None else shapes | {"V": (O, width), "c": (O,)}


@dataclass(frozen=True, eq=False)
class Network:
    """A recurrent network in the chapter's letters.

    parameters: as `parameter_shapes` says, all float64 or all float32; V and c may be absent
    together, the readout is then the identity, o = h. `activation` is the plain cell's and unused
    by the others. Raises `EngineError` naming the field, with both shapes, for whatever does not
    fit.
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
        check_composition(self.cell, self.normalization, self.layers, self.bidirectional)
        self._check_names()
        parameters = {name: _as_array(name, p) for name, p in self.parameters.items()}
        self._check_shapes(parameters)
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
        """Outputs: V's rows; where there is no V, the top layer's units of all directions."""
        return len(self.parameters["V"]) if "V" in self.parameters else self.width

    @property
    def width(self) -> int:
        """Units of one layer, all directions together: what V and the next layer read."""
        return (1 + self.bidirectional) * self.H

    @property
    def parts(self) -> list[Part]:
        """The layers and directions, from the bottom up."""
        return parts(self.layers, self.bidirectional)

    @property
    def composed(self) -> bool:
        """Whether there is more than one layer and direction."""
        return self.layers > 1 or self.bidirectional

    @property
    def code(self) -> ModuleType:
        """The functions that a layer runs on."""
        return layer_code(self.cell, self.normalization)

    def layer_parameters(self, part: Part) -> dict[str, np.ndarray]:
        """Return one part's parameters by their plain names."""
        return {n: self.parameters[n + part.suffix] for n in self.code.parameter_shapes(1, 1)}

    @property
    def dtype(self) -> np.dtype:
        """float64 or float32, that of every parameter."""
        return self.parameters["W"].dtype

    @property
    def parameter_count(self) -> int:
        """Numbers in all parameters together."""
        return sum(p.size for p in self.parameters.values())

    def _check_names(self) -> None:
        if not isinstance(self.parameters, Mapping):
            raise EngineError("network.parameters", "parameters must map names to arrays")
        options = {"layers": self.layers, "bidirectional": self.bidirectional}
        known = parameter_shapes(self.cell, 1, 1, 1, normalization=self.normalization, **options)
        has = f"{self.cell} has {', '.join(known)}"
        for name in self.parameters:
            if name not in known:
                raise EngineError(_path(str(name)), f"{name} is unknown; {has}")
        for name in known:
            if name not in self.parameters and name not in ("V", "c"):
                raise EngineError(_path(name), f"{name} is missing; {has}")
        if ("V" in self.parameters) != ("c" in self.parameters):
            name, other = ("c", "V") if "V" in self.parameters else ("V", "c")
            raise EngineError(
                _path(name), f"{name} is missing while {other} is given: both or neither"
            )

    def _check_shapes(self, parameters: dict[str, np.ndarray]) -> None:
        for name, p in parameters.items():
            if name[0] in "UWV" and p.ndim != 2:
                raise EngineError(
                    _path(name), f"{name} has {p.ndim} axes, {p.shape}; a matrix has 2"
                )
        U, W = parameters["U"], parameters["W"]
        O = len(parameters["V"]) if "V" in parameters else None  # noqa: E741
        expected = parameter_shapes(
            self.cell, U.shape[1], W.shape[1], O, layers=self.layers,
            bidirectional=self.bidirectional, normalization=self.normalization,
        )  # fmt: skip
        for name in ("W", *(n for n in expected if n != "W")):
            shape = parameters[name].shape
            if shape != expected[name]:
                because = f"V {parameters['V'].shape}" if name == "c" else f"W {W.shape}"
                because = self._w_rule if name == "W" else because
                raise EngineError(
                    _path(name),
                    f"{name} has shape {shape}; with {because} it must be {expected[name]}",
                )

    @property
    def _w_rule(self) -> str:
        rows = self.code.parameter_shapes(1, 1)["W"][0]
        return "a square W" if rows == 1 else f"a square block for each of {rows} gates"


def _path(name: str) -> str:
    return f"network.parameters.{name}"


def check_composition(cell: str, normalization: str, layers: int, bidirectional: bool) -> None:
    """Raise `EngineError` for a cell that cannot be normalized, a wrong number of layers."""
    if normalization != "none" and cell != "rnn":
        raise EngineError(
            "network.normalization", f"normalization is {normalization!r} with {cell}; rnn has it"
        )
    if isinstance(layers, bool) or not isinstance(layers, int) or layers < 1:
        raise EngineError("network.layers", f"layers is {layers!r}; it must be a whole number ≥ 1")
    if not isinstance(bidirectional, bool):
        raise EngineError(
            "network.bidirectional", f"bidirectional is {bidirectional!r}; it may be true or false"
        )


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


def _check_dtypes(parameters: dict[str, np.ndarray]) -> None:
    dtype = parameters["W"].dtype
    for name, p in parameters.items():
        if p.dtype != dtype:
            raise EngineError(
                _path(name), f"{name} is {p.dtype} and W is {dtype}: use one precision"
            )
