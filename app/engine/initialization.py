"""Initial weights, drawn from `numpy.random.default_rng(seed)` in the order U, W, …, V.

U and V are drawn whole; of W every gate's block by itself; layer by layer, forward before reverse.
Drawn in float64 and then rounded, so that float32 starts from the same network.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from types import ModuleType

import numpy as np
from numpy.typing import DTypeLike

from app.engine.cells import CELLS
from app.engine.errors import EngineError, choose
from app.engine.network import check_composition, layer_code, parts
from app.engine.normalization import NORMALIZATIONS

DEFAULT_HIDDEN_SIZE = 8

Draw = Callable[[np.random.Generator, int, int], np.ndarray]


def normal(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """N(0, 1/fan_in), fan_in = columns (LeCun et al. 1998, Efficient BackProp)."""
    return rng.standard_normal((rows, columns)) / math.sqrt(columns)


def xavier(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Uniform in ±√(6/(fan_in+fan_out)) (Glorot and Bengio 2010)."""
    bound = math.sqrt(6.0 / (rows + columns))
    return rng.uniform(-bound, bound, (rows, columns))


def orthogonal(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Orthonormal rows or columns, whichever are fewer (Saxe et al. 2014).

    Q of a Gaussian matrix, its signs fixed by R's diagonal, so that it is uniform (Mezzadri 2007).
    """
    tall = rng.standard_normal((max(rows, columns), min(rows, columns)))
    Q, R = np.linalg.qr(tall)
    Q *= np.where(np.diagonal(R) < 0, -1.0, 1.0)
    return Q if rows >= columns else Q.T


def identity(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:  # noqa: ARG001
    """W = I (Le, Jaitly and Hinton 2015); drawn for W alone, U and V are normal."""
    return np.eye(rows, columns)


@dataclass(frozen=True, slots=True)
class Initializer:
    """How U and V are drawn, and how W is."""

    name: str
    dense: Draw
    recurrent: Draw


INITIALIZERS: dict[str, Initializer] = {
    entry.name: entry
    for entry in (
        Initializer("normal", normal, normal),
        Initializer("xavier", xavier, xavier),
        Initializer("orthogonal", orthogonal, orthogonal),
        Initializer("identity", normal, identity),
    )
}


@dataclass(frozen=True, slots=True)
class Init:
    """What to draw: `gain` scales U and V, `spectral_radius` rescales W (None leaves it).

    `forget_bias` is the forget gate's initial bias where a cell has one. Raises `EngineError`
    for an unknown scheme, a gain or radius that is negative or not finite, a seed below 0.
    """

    scheme: str = "orthogonal"
    gain: float = 1.0
    spectral_radius: float | None = None
    seed: int = 0
    forget_bias: float = 1.0

    def __post_init__(self):
        choose("network.init.scheme", self.scheme, INITIALIZERS)
        _check_number("gain", self.gain, least=0.0)
        if self.spectral_radius is not None:
            _check_number("spectral_radius", self.spectral_radius, least=0.0)
        _check_number("forget_bias", self.forget_bias, least=None)
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or self.seed < 0:
            raise EngineError(
                "network.init.seed", f"seed is {self.seed!r}; it must be a whole number ≥ 0"
            )


def _check_number(name: str, value: float, least: float | None) -> None:
    field = f"network.init.{name}"
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise EngineError(field, f"{name} is {value!r}; it must be a finite number")
    if least is not None and value < least:
        raise EngineError(field, f"{name} is {value}; it must be ≥ {least:g}")


def spectral_radius(W: np.ndarray) -> float:
    """Return the largest |eigenvalue| of W (H,H)."""
    return float(np.abs(np.linalg.eigvals(W)).max())


def with_spectral_radius(W: np.ndarray, target: float) -> np.ndarray:
    """Return W rescaled so that its largest |eigenvalue| is `target`.

    Raises `EngineError` where W's own is 0 and the target is not: no factor leads there.
    """
    radius = spectral_radius(W)
    if radius == 0.0 and target != 0.0:
        raise EngineError(
            "network.init.spectral_radius", f"W has spectral radius 0; no scale makes it {target:g}"
        )
    with np.errstate(over="ignore"):
        return W * (target / radius) if radius else W


def initialize(
    cell: str,
    I: int,  # noqa: E741
    H: int,
    O: int | None,  # noqa: E741
    init: Init | None = None,
    dtype: DTypeLike = np.float64,
    *,
    layers: int = 1,
    bidirectional: bool = False,
    normalization: str = "none",
) -> dict[str, np.ndarray]:
    """Return fresh parameters as `network.parameter_shapes` has them, V and c only with O.

    Biases and c are zero, the LSTM's forget rows `forget_bias`; gains of a normalization start at
    its own value. Raises `EngineError` for an unknown cell or scheme, for sizes below 1.
    """
    init = init or Init()
    choose("network.cell", cell, CELLS)
    choose("network.normalization", normalization, NORMALIZATIONS)
    check_composition(cell, normalization, layers, bidirectional)
    for field, letter, size in (
        ("data.x", "I", I),
        ("network.hidden_size", "H", H),
        ("network.output_size", "O", 1 if O is None else O),
    ):
        if size < 1:
            raise EngineError(field, f"{letter} is {size}; it must be ≥ 1")
    rng, width = np.random.default_rng(init.seed), (1 + bidirectional) * H
    drawn: dict[str, np.ndarray] = {}
    for part in parts(layers, bidirectional):
        fresh = _draw_layer(
            layer_code(cell, normalization), width if part.layer else I, H, init, rng
        )
        drawn |= {f"{name}{part.suffix}": p for name, p in fresh.items()}
    if O is not None:
        drawn |= {"V": _draw("V", (O, width), init, rng), "c": np.zeros(O)}
    with np.errstate(over="ignore"):
        rounded = {name: np.ascontiguousarray(p, dtype=dtype) for name, p in drawn.items()}
    _check_finite(rounded, init)
    return rounded


def _draw_layer(
    code: ModuleType,
    I: int,  # noqa: E741
    H: int,
    init: Init,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    drawn = {}
    for name, shape in code.parameter_shapes(I, H).items():
        if name.startswith("gamma"):
            drawn[name] = np.full(shape, code.INITIAL_GAMMA)
        elif len(shape) == 1:
            drawn[name] = np.zeros(shape)
        else:
            blocks = shape[0] // H if name == "W" else 1
            shape = (shape[0] // blocks, shape[1])
            drawn[name] = np.vstack([_draw(name, shape, init, rng) for _ in range(blocks)])
    if "forget" in code.GATES:
        at = code.GATES.index("forget") * H
        drawn["b"][at : at + H] = init.forget_bias
    return drawn


def _check_finite(parameters: dict[str, np.ndarray], init: Init) -> None:
    for name, p in parameters.items():
        if not np.isfinite(p).all():
            setting = {"W": "spectral_radius", "b": "forget_bias"}.get(name[0], "gain")
            value = getattr(init, setting)
            raise EngineError(
                f"network.init.{setting}", f"{setting} is {value:g}: {name} overflows {p.dtype}"
            )


def _draw(name: str, shape: tuple[int, ...], init: Init, rng: np.random.Generator) -> np.ndarray:
    """Draw U or V, or one gate's block of W."""
    scheme = INITIALIZERS[init.scheme]
    if name == "W":
        W = scheme.recurrent(rng, *shape)
        return W if init.spectral_radius is None else with_spectral_radius(W, init.spectral_radius)
    with np.errstate(over="ignore"):
        return init.gain * scheme.dense(rng, *shape)
