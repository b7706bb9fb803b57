"""What a training reads: a task drawn afresh, a text, a series, or arrays as they are."""

from collections.abc import Sequence as Values
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from app.engine.errors import EngineError
from app.engine.sequences import Sequence, characters, standardised
from app.engine.tasks import TASKS, from_task


@dataclass(frozen=True, slots=True, eq=False)
class TaskSource:
    """A task and its settings, as `from_task` takes them; `batch` sequences are drawn a step."""

    name: str
    length: int = 30
    delay: int = 10
    batch: int = 1
    seed: int = 0
    loss_at: str | None = None
    input_at: str = "every"
    dtype: DTypeLike = np.float64
    h0: Any = None
    cell0: Any = None

    def draw(self, seed: tuple[int, ...], **changed: Any) -> Sequence:
        """Draw sequences from a seed; `changed` replaces settings."""
        names = ("name", "length", "delay", "batch", "loss_at", "input_at", "dtype", "h0", "cell0")
        return from_task(**({name: getattr(self, name) for name in names} | changed), seed=seed)

    @property
    def own(self) -> bool:
        """Whether losses and inputs are where the task has them, so that its baseline holds."""
        return self.loss_at in (None, TASKS[self.name].loss_at) and self.input_at == "every"


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """One long sequence of N steps, cut when it is asked for: x one-hot of codes, or numbers.

    codes (N+1) of a text, or values (N+1,1) of a series, each predicting the next; `ahead` (M,1)
    are values that follow and are not trained on.
    """

    N: int
    output: str
    codes: np.ndarray | None = None
    values: np.ndarray | None = None
    labels: tuple[str, ...] | None = None
    scale: dict[str, float] | None = None
    loss_at: str = "every"
    input_at: str = "every"
    dtype: DTypeLike = np.float64
    start: dict[str, Any] = field(default_factory=dict)
    ahead: np.ndarray | None = None

    def cut(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return x (…,I) and y of the steps in rows (…)."""
        if self.codes is not None and self.labels is not None:
            codes, O = self.codes[rows], len(self.labels)  # noqa: E741
            x = np.zeros((*rows.shape, O), self.dtype)
            x.reshape(-1)[np.arange(codes.size) * O + codes.reshape(-1)] = 1
            return x, self.codes[rows + 1]
        assert self.values is not None
        return self.values[rows], self.values[rows + 1]

    def piece(self, rows: np.ndarray, first: bool) -> Sequence:
        """Return the steps in rows, (n) or (B,n), as a Sequence; `first` says a pass starts here.

        Only then h0 and cell0 are given, and with `input_at` "first" x(1) is there.
        """
        x, y = self.cut(rows)
        if self.input_at == "first":
            x[..., 1 if first else 0 :, :] = 0
        return Sequence(
            x, y, loss_at=self.loss_at, input_at=self.input_at, labels=self.labels,
            scale=self.scale, output=self.output,
            **(self._start(rows.shape[:-1]) if first else {}),
        )  # fmt: skip

    def _start(self, batch: tuple[int, ...]) -> dict[str, np.ndarray]:
        """Return h0 and cell0 for every stream; several layers lie along the first axis."""
        each = {name: np.asarray(s, self.dtype) for name, s in self.start.items() if s is not None}
        if not batch:
            return each
        return {name: np.repeat(s[..., None, :], batch[0], axis=-2) for name, s in each.items()}


def text_stream(
    text: str,
    h0=None,
    loss_at="every",
    input_at="every",
    dtype: DTypeLike = np.float64,
    cell0=None,
) -> Stream:
    """Return a text of any length; its characters become one-hot rows when they are read."""
    codes, labels = characters(text)
    return Stream(
        len(codes) - 1, "softmax", codes=codes, labels=labels, loss_at=loss_at, input_at=input_at,
        dtype=dtype, start={"h0": h0, "cell0": cell0},
    )  # fmt: skip


def series_stream(
    values: Values[float] | np.ndarray,
    holdout: float = 0.0,
    h0=None,
    loss_at="every",
    input_at="every",
    dtype: DTypeLike = np.float64,
    cell0=None,
) -> Stream:
    """Return a series whose last `holdout` (a fraction) is kept from the training.

    It is standardised with mean and std of the part that is trained on. Raises `EngineError`
    ("holdout") for a fraction that leaves fewer than 2 values.
    """
    if isinstance(holdout, bool) or not isinstance(holdout, int | float) or not 0 <= holdout < 1:
        raise EngineError("holdout", f"holdout is {holdout!r}; it must be ≥ 0 and < 1")
    known = len(values) - int(holdout * len(values))
    if known < 2:
        raise EngineError(
            "holdout", f"holdout {holdout} leaves {known} of {len(values)} values; 2 are needed"
        )
    z, scale = standardised(values, known)
    z = z.astype(dtype)
    return Stream(
        known - 1, "linear", values=z[:known], scale=scale, loss_at=loss_at,
        input_at=input_at, dtype=dtype, start={"h0": h0, "cell0": cell0},
        ahead=z[known:] if known < len(z) else None,
    )  # fmt: skip


Source = TaskSource | Stream | Sequence
