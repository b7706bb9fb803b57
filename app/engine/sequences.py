"""What runs through a network: x, the targets y, and the initial states h0 and cell0."""

import math
from collections.abc import Sequence as Values
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from app.engine.errors import EngineError, choose
from app.engine.network import Network
from app.engine.readout import READOUTS

LOSS_AT = ("every", "last")
INPUT_AT = ("every", "first")
Text = str | list[str] | tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Sequence:
    """One sequence, or a batch of equally long ones.

    x (T,I) or (B,T,I), float64 or float32. y has an entry per step: class indices (T) or numbers
    (T,O), with a leading B where x has it; for `loss_at` "last" the axis T may be absent.
    h0, and cell0 of an LSTM: (H) or (B,H), zero where None; for a network of several layers or
    directions they lie along a first axis, bottom up, forward before reverse, as in PyTorch.
    `labels` name the classes of a text, `scale` holds the mean and std of a series, `output` the
    readout that suits the data. `loss_mask` (T) bool says which of the steps that `loss_at` names
    count; None is all. Raises `EngineError`.
    """

    x: np.ndarray
    y: np.ndarray | None = None
    h0: np.ndarray | None = None
    loss_at: str = "every"
    input_at: str = "every"
    labels: tuple[str, ...] | None = None
    scale: dict[str, float] | None = None
    output: str | None = None
    cell0: np.ndarray | None = None
    loss_mask: np.ndarray | None = None

    def __post_init__(self):
        choose("data.loss_at", self.loss_at, LOSS_AT)
        choose("data.input_at", self.input_at, INPUT_AT)
        if self.x.ndim not in (2, 3) or self.x.size == 0:
            raise EngineError("data.x", f"x has shape {self.x.shape}; it must be (T,I) or (B,T,I)")
        if self.x.dtype not in (np.float64, np.float32):
            raise EngineError("data.x", f"x holds {self.x.dtype}; it may be float64 or float32")
        for name in ("x", "y", "h0", "cell0"):
            _check_finite(name, getattr(self, name))
        for name in ("h0", "cell0"):
            self._check_start(name, getattr(self, name))
        self._check_mask()

    def _check_start(self, name: str, start: np.ndarray | None) -> None:
        if start is None:
            return
        batch = self.batch_shape
        one, several = 1 + len(batch), 2 + len(batch)
        if start.ndim not in (one, several) or start.shape[start.ndim - one : -1] != batch:
            wanted = "(H)" if self.B is None else f"({self.B},H)"
            raise EngineError(
                f"data.{name}",
                f"{name} has shape {start.shape}; with x {self.x.shape} it must be {wanted}, "
                f"or one such for each layer and direction",
            )

    def _check_mask(self) -> None:
        mask = self.loss_mask
        if mask is None:
            return
        if mask.shape != (self.T,) or mask.dtype != bool:
            raise EngineError(
                "data.loss_mask",
                f"loss_mask has shape {mask.shape} of {mask.dtype}; it must be ({self.T},) of bool",
            )
        if not self.loss_steps:
            raise EngineError("data.loss_mask", "loss_mask leaves no step with a loss")

    @property
    def T(self) -> int:
        """Time steps."""
        return self.x.shape[-2]

    @property
    def I(self) -> int:  # noqa: E743
        """Inputs a step."""
        return self.x.shape[-1]

    @property
    def B(self) -> int | None:
        """Sequences in the batch; None without a batch axis."""
        return self.x.shape[0] if self.x.ndim == 3 else None

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """(B,) or ()."""
        return self.x.shape[:-2]

    @property
    def loss_steps(self) -> range | tuple[int, ...]:
        """The rows of time that carry a loss, ascending."""
        steps = range(self.T) if self.loss_at == "every" else range(self.T - 1, self.T)
        if self.loss_mask is None or self.loss_mask[steps.start :].all():
            return steps
        return tuple(t for t in steps if self.loss_mask[t])


def from_arrays(
    x,
    y=None,
    h0=None,
    loss_at="every",
    input_at="every",
    dtype: DTypeLike = np.float64,
    cell0=None,
    **described: Any,
) -> Sequence:
    """Return a Sequence from nested lists or arrays (shapes as in `Sequence`).

    With `input_at` "first" only x(1) enters; the rest of x is set to zero. `described` are the
    fields of a Sequence that say what the numbers are, as they are. Raises `EngineError`
    naming data.x, data.y, data.h0 or data.cell0 for ragged rows, wrong shapes, numbers that are
    not finite.
    """
    choose("data.input_at", input_at, INPUT_AT)
    x = _as_floats("x", x, dtype)
    y = None if y is None else _as_numbers("y", y)
    h0 = None if h0 is None else _as_floats("h0", h0, dtype)
    cell0 = None if cell0 is None else _as_floats("cell0", cell0, dtype)
    if y is not None and y.dtype.kind == "f":
        y = y.astype(dtype)
    x = _first_only(x) if input_at == "first" else x
    return Sequence(x, y, h0, loss_at, input_at, cell0=cell0, **described)


def from_text(
    text: Text,
    h0=None,
    loss_at="every",
    input_at="every",
    dtype: DTypeLike = np.float64,
    cell0=None,
) -> Sequence:
    """Return one-hot characters, each with the next as its target: T = length − 1.

    The alphabet is every code point in order of first appearance (`labels`). A list of texts of
    one length makes a batch. Raises `EngineError` ("data.text") below 2 characters, for unequal
    lengths and for half a surrogate pair.
    """
    codes, labels = characters(text)
    x = np.eye(len(labels), dtype=dtype)[codes[..., :-1]]
    y, described = codes[..., 1:], {"labels": labels, "output": "softmax"}
    return from_arrays(x, y, h0, loss_at, input_at, dtype, cell0, **described)


def characters(text: Text) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return a text's characters as places in its alphabet, (N) or (B,N), and the alphabet.

    Raises `EngineError` as `from_text`.
    """
    texts = [text] if isinstance(text, str) else list(text)
    _check_texts(texts, batch=not isinstance(text, str))
    labels = tuple(dict.fromkeys("".join(texts)))
    place = {label: i for i, label in enumerate(labels)}
    codes = np.array([[place[character] for character in each] for each in texts])
    return (codes[0] if isinstance(text, str) else codes), labels


def _check_texts(texts: list[str], batch: bool) -> None:
    if not texts:
        raise EngineError("data.text", "text is an empty list; it needs at least 1 text")
    for i, each in enumerate(texts):
        name = f"text {i + 1}" if batch else "text"
        if not isinstance(each, str):
            raise EngineError("data.text", f"{name} is {type(each).__name__}; it must be a string")
        if len(each) < 2:
            raise EngineError(
                "data.text", f"{name} has length {len(each)}; at least 2 characters are needed"
            )
        if len(each) != len(texts[0]):
            raise EngineError(
                "data.text",
                f"{name} has length {len(each)} and text 1 has {len(texts[0])}: "
                "texts of a batch have one length",
            )
        if any("\ud800" <= character <= "\udfff" for character in each):
            raise EngineError("data.text", f"{name} holds half of a surrogate pair")


def from_series(
    values: Values[float] | np.ndarray,
    h0=None,
    loss_at="every",
    input_at="every",
    dtype: DTypeLike = np.float64,
    cell0=None,
) -> Sequence:
    """Return a series standardised to mean 0 and std 1, each value with the next as its target.

    x (T,1), y (T,1), T = number of values − 1; `scale` keeps mean and std, so that
    value = mean + std · x. A constant series becomes zeros with std 1. Raises `EngineError`
    ("data.values") below 2 values, and where they are not finite or too large to scale.
    """
    z, scale = standardised(values)
    described = {"scale": scale, "output": "linear"}
    return from_arrays(z[:-1], z[1:], h0, loss_at, input_at, dtype, cell0, **described)


def standardised(
    values: Values[float] | np.ndarray, known: int | None = None
) -> tuple[np.ndarray, dict[str, float]]:
    """Return (value − mean) / std, (N,1), and the scale: mean and std of the first `known` values.

    Raises `EngineError` as `from_series`.
    """
    v = _as_floats("values", values, np.float64)
    if v.ndim != 1 or len(v) < 2:
        raise EngineError("data.values", f"values has shape {v.shape}; it must be (N), N ≥ 2")
    _check_finite("values", v)
    mean, std = _mean_and_std(v[:known])
    return ((v - mean) / std)[:, None], {"mean": mean, "std": std}


def _mean_and_std(v: np.ndarray) -> tuple[float, float]:
    if v.min() == v.max():  # a rounded mean would leave a tiny std
        return float(v[0]), 1.0
    with np.errstate(over="ignore", invalid="ignore"):
        mean, std = float(v.mean()), float(v.std())
    if not (math.isfinite(mean) and math.isfinite(std)) or std == 0.0:
        raise EngineError(
            "data.values", f"values from {v.min():g} to {v.max():g} cannot be standardised"
        )
    return mean, std


def _as_numbers(name: str, value) -> np.ndarray:
    field = f"data.{name}"
    try:
        array = np.asarray(value)
    except ValueError:
        raise EngineError(field, f"{name} has rows of different lengths") from None
    if array.dtype.kind not in "iuf":
        raise EngineError(field, f"{name} holds {array.dtype}; it must hold numbers")
    return array


def _as_floats(name: str, value, dtype) -> np.ndarray:
    with np.errstate(over="ignore"):  # a number too large for float32 is named by _check_finite
        return np.asarray(_as_numbers(name, value), dtype=dtype, order="C")


def _check_finite(name: str, array: np.ndarray | None) -> None:
    if array is None or np.isfinite(array).all():
        return
    at = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
    raise EngineError(f"data.{name}", f"{name} holds {array[at]} at {at}; numbers must be finite")


def _first_only(x: np.ndarray) -> np.ndarray:
    masked = np.zeros_like(x)
    masked[..., :1, :] = x[..., :1, :]
    return masked


def check_fit(network: Network, sequence: Sequence) -> None:
    """Raise `EngineError` unless x, h0 and cell0 suit the network, with both shapes."""
    if sequence.I != network.I:
        shape = network.parameters["U"].shape
        raise EngineError("data.x", f"x has {sequence.I} columns; U {shape} expects {network.I}")
    if network.normalization == "batch" and (sequence.B or 1) < 2:
        raise EngineError(
            "network.normalization",
            f"batch normalization needs at least 2 sequences; the data has {sequence.B or 1}",
        )
    if sequence.cell0 is not None and "cell" not in network.code.STATES:
        raise EngineError("data.cell0", f"cell0 is given; {network.cell} has no cell state")
    starts = {"h0": sequence.h0, "cell0": sequence.cell0}
    for name, start in starts.items():
        if start is not None:
            _check_start_fits(network, sequence, name, start)
    for name, array in {"x": sequence.x, **starts}.items():
        if array is not None and array.dtype != network.dtype:
            raise EngineError(
                "precision", f"{name} is {array.dtype} and the parameters are {network.dtype}"
            )


def _check_start_fits(network: Network, sequence: Sequence, name: str, start: np.ndarray) -> None:
    field = f"data.{name}"
    if start.shape[-1] != network.H:
        raise EngineError(field, f"{name} has {start.shape[-1]} units; W expects {network.H}")
    first = (len(network.parts),) if network.composed else ()
    expected = (*first, *sequence.batch_shape, network.H)
    if start.shape != expected:
        raise EngineError(
            field,
            f"{name} has shape {start.shape}; with {network.layers} layer(s), bidirectional "
            f"{str(network.bidirectional).lower()} it must be {expected}",
        )


def counted_targets(network: Network, sequence: Sequence) -> np.ndarray:
    """Return the targets that count, time first: (S), (S,B), (S,O) or (S,B,O).

    S is the number of steps with a loss. Raises `EngineError` ("data.y") for a missing y, a wrong
    shape, a class that is not 0..O−1, a number outside the readout's range.
    """
    readout, y = READOUTS[network.output], sequence.y
    if y is None:
        raise EngineError("data.y", "y is missing; a loss needs targets")
    tail = () if readout.classes else (network.O,)
    y = _with_time_axis(y, sequence, tail, network.output)
    y = y if sequence.B is None else y.swapaxes(0, 1)
    steps = sequence.loss_steps
    y = y[-1:] if len(y) == 1 else y[steps.start :] if isinstance(steps, range) else y[list(steps)]
    if readout.classes:
        return _as_classes(y, network.O)
    low, high = readout.y_range or (-math.inf, math.inf)
    if y.min() < low or y.max() > high:
        raise EngineError(
            "data.y",
            f"y runs from {y.min():g} to {y.max():g}; {network.output} takes {low:g}..{high:g}",
        )
    return np.ascontiguousarray(y, dtype=network.dtype)


def _with_time_axis(
    y: np.ndarray, sequence: Sequence, tail: tuple[int, ...], output: str
) -> np.ndarray:
    batch, full = sequence.batch_shape, (*sequence.batch_shape, sequence.T, *tail)
    if y.shape == full:
        return y
    single = (*batch, 1, *tail)
    if sequence.loss_at == "last" and y.shape in ((*batch, *tail), single):
        return y.reshape(single)
    or_single = f" or {(*batch, *tail)}" if sequence.loss_at == "last" else ""
    raise EngineError(
        "data.y",
        f"y has shape {y.shape}; with x {sequence.x.shape}, {output} "
        f"and O={tail[0] if tail else 'classes'} it must be {full}{or_single}",
    )


def _as_classes(y: np.ndarray, O: int) -> np.ndarray:  # noqa: E741
    if y.min() < 0 or y.max() >= O:
        wrong = y.min() if y.min() < 0 else y.max()
        raise EngineError("data.y", f"y holds class {wrong}; with {O} outputs it may be 0..{O - 1}")
    classes = np.ascontiguousarray(y, dtype=np.int64)
    if y.dtype.kind == "f" and not (classes == y).all():
        raise EngineError("data.y", f"y holds {y[classes != y][0]:g}; a class is a whole number")
    return classes
