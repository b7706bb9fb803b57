"""What the plans of all cells share: the buffers of one shape, the readout, the sums at the end.

Arrays are steps first, then units, then sequences: (T,·,B), for one sequence (T,·). So a step's
block is contiguous, one product does all gates, and the elementwise work runs over plain memory.

    S[t] = [h(t-1), x(t), 1]        M = [W U b]        all gates of step t: M S[t]

In M the rows of sigmoid gates are halved, σ(a) = ½ tanh(a/2) + ½: one tanh serves every gate.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from collections.abc import Sequence as Steps
from functools import cached_property
from threading import Event
from typing import NamedTuple

import numpy as np

from app.engine.errors import check_cancel
from app.engine.plans.gemm import in_pieces, prepare
from app.engine.plans.heads import HEADS

STRETCH_BYTES = 1 << 18  # of one array, for the steps worked through together: stays in the cache
STRETCH_STEPS = 128  # at most, between two looks at the cancel event

Arrays = Mapping[str, np.ndarray]


class Shape(NamedTuple):
    """All that a plan depends on; O is None where there is no V."""

    cell: str
    activation: str
    output: str
    T: int
    B: int
    I: int  # noqa: E741
    H: int
    O: int | None  # noqa: E741
    dtype: np.dtype


class Plan(ABC):
    """Buffers and views of one shape; a pass fills them anew. Not for two threads at once."""

    gates = 1  # blocks of W

    def __init__(self, shape: Shape):
        self.shape = shape
        T, B, I, H = shape.T, shape.B, shape.I, shape.H  # noqa: E741
        self.tail = () if B == 1 else (B,)
        self.S = self.empty(T + 1, H + I + 1)
        self.S[:, -1] = 1
        self.S[T, H:] = 0  # no step T+1: only h(T) stands there
        self.h, self.h_prev = self.S[1:, :H], self.S[:-1, :H]
        self.M = np.empty((self.gates * H, H + I + 1), shape.dtype)
        self.columns_of = {"W": slice(None, H), "U": slice(H, -1), "b": -1}  # in M and G
        self.G = np.empty_like(self.M)  # ∂L/∂[W U b]
        # W lies in memory as it is for vectors, transposed for blocks: so Wᵀ · block runs best
        self.WT = np.empty((H, self.gates * H), shape.dtype, order="C" if self.tail else "F")
        self.W = self.WT.T
        self.dh = self.empty(T, H)
        # S as columns (·,(T+1)·B): for one sequence S itself, seen so
        self.columns = self.S.T if B == 1 else np.empty((H + I + 1, (T + 1) * B), shape.dtype)
        self.stretches = [range(at, min(at + self.pace, T)) for at in range(0, T, self.pace)]
        self.half, self.one = (np.array(number, shape.dtype) for number in (0.5, 1.0))
        self.sent = self.empty(H)

    def empty(self, *sizes: int) -> np.ndarray:
        """Return room for an array of these sizes for every sequence."""
        return np.empty((*sizes, *self.tail), self.shape.dtype)

    @property
    def pace(self) -> int:
        """Steps of a stretch."""
        step = self.gates * self.shape.H * self.shape.B * self.shape.dtype.itemsize
        return min(max(STRETCH_BYTES // step, 1), STRETCH_STEPS)

    @cached_property
    def nbytes(self) -> int:
        """Bytes of all buffers together."""
        arrays = [each for each in vars(self).values() if isinstance(each, np.ndarray)]
        owners = {
            id(a if a.base is None else a.base): a if a.base is None else a.base for a in arrays
        }
        return sum(owner.nbytes for owner in owners.values())  # type: ignore

    def products(self, gates: np.ndarray) -> np.ndarray:
        """Prepare `into`, M · block, and `back`, Wᵀ · block; return `gates` as `into` wants it."""
        self.into, gates_out = prepare(self.M, gates)
        self.back, sent_out = prepare(self.WT, self.sent[None])
        self.sent_out = sent_out[0]
        return gates_out

    # one pass, in this order

    def run(
        self,
        parameters: Arrays,
        x: np.ndarray,
        targets: np.ndarray,
        loss_steps: Steps[int],
        starts: tuple[np.ndarray | None, np.ndarray | None],
        out: Arrays,
        cancel: Event | None,
    ) -> float:
        """Fill `out` with every gradient, return the loss; x (T,B,I), targets time first."""
        self.load(parameters, x, starts)
        self.forward(cancel)
        loss = self.readout(parameters, targets, loss_steps, out)
        self.backward(cancel)
        self.gradients(out)
        return loss

    def load(self, parameters: Arrays, x: np.ndarray, starts) -> None:
        """Take in the weights, x and the initial states."""
        H = self.shape.H
        self.join(parameters)
        np.copyto(self.S[:-1, H:-1], x[:, 0] if not self.tail else x.transpose(0, 2, 1))
        self.enter(starts[0], self.S[0, :H])

    def enter(self, start: np.ndarray | None, state: np.ndarray) -> None:
        """Fill a first state (H,B) with one laid out as h0, or with zeros."""
        state[...] = 0 if start is None else start.reshape(-1, len(state)).T.reshape(state.shape)

    @abstractmethod
    def join(self, parameters: Arrays) -> None:
        """Fill M = [W U b] and W, in the plan's own order and scale of rows."""

    @abstractmethod
    def forward(self, cancel: Event | None) -> None:
        """Run all steps."""

    @abstractmethod
    def backward(self, cancel: Event | None) -> None:
        """Carry the gradient of all losses together from T to 1; dh holds each step's own."""

    @abstractmethod
    def gradients(self, out: Arrays) -> None:
        """Fill `out` with ∂L/∂ the cell's parameters."""

    def readout(
        self, parameters: Arrays, targets: np.ndarray, loss_steps: Steps[int], out: Arrays
    ) -> float:
        """Return the loss; fill dh with Vᵀ do, and ∂L/∂V and ∂L/∂c."""
        T, B, H = self.shape.T, self.shape.B, self.shape.H
        if self.tail:
            np.copyto(self.columns.reshape(-1, T + 1, B), self.S.swapaxes(0, 1))
        at = slice(None) if len(loss_steps) == T else list(loss_steps)
        h = self.columns[:H, B:]  # (H, T·B)
        if not isinstance(at, slice):
            h = h.reshape(H, T, B)[:, at].reshape(H, -1)
        o = h.copy() if "V" not in parameters else parameters["V"] @ h  # (O, N)
        if "V" in parameters:
            o += parameters["c"][:, None]
        classes = self.shape.output == "softmax"
        y = targets.reshape(-1) if classes else targets.reshape(-1, len(o)).T
        losses = HEADS[self.shape.output](o, y)
        if B > 1:
            o *= self.shape.dtype.type(1 / B)
        by_step = o.T if not self.tail else o.reshape(len(o), -1, B).swapaxes(0, 1)  # (S,O,B)
        if "V" in parameters:
            np.matmul(o, h.T, out=out["V"])
            np.add.reduce(o, axis=1, out=out["c"])
        self.seed(parameters.get("V"), by_step, at)
        return float(np.add.reduce(losses)) / B

    def seed(self, V: np.ndarray | None, do: np.ndarray, at) -> None:
        """Fill dh with what each step's own loss sends into its state; do (S,O,B) at steps `at`."""
        everywhere = isinstance(at, slice)
        if not everywhere:
            self.dh.fill(0)
        if V is None:
            self.dh[at] = do
            return
        if not self.tail:
            self.dh[at] = do @ V
        elif everywhere:
            pieces, dh = in_pieces(np.ascontiguousarray(V.T), self.dh)
            np.matmul(pieces, do[:, None] if dh.ndim == 4 else do, out=dh)
        else:
            self.dh[at] = V.T @ do

    def last(self, batch: tuple[int, ...]) -> dict[str, np.ndarray]:
        """Return copies of the states after the last step, laid out as h0."""
        return {"h": self.leave(self.h[-1], batch)}

    def leave(self, state: np.ndarray, batch: tuple[int, ...]) -> np.ndarray:
        """Return a copy of a state (H,B) as (H) or (B,H)."""
        return state.T.reshape(*batch, self.shape.H).copy()

    def as_columns(self, blocks: np.ndarray) -> np.ndarray:
        """Return (T,n,B) as (n,T·B): a view for one sequence, else room that is still empty."""
        T, n = blocks.shape[:2]
        return blocks.T if not self.tail else np.empty((n, T * self.shape.B), blocks.dtype)

    def copies(self, columns: np.ndarray, blocks: np.ndarray, steps: range):
        """Return (to, from) for a stretch of what `as_columns` made room for, None where a view."""
        if not self.tail:
            return None
        at = slice(steps.start, steps.stop)
        room = columns.reshape(len(columns), -1, self.shape.B)
        return room[:, at].swapaxes(0, 1), blocks[at]


def each(stretches: Iterable, cancel: Event | None):
    """Yield the stretches, with a look at the cancel event before each."""
    for stretch in stretches:
        check_cancel(cancel)
        yield stretch
