"""One layer in one direction over a whole sequence: what its pass keeps, and the way back.

A cell's file has its plain step and, for all steps at once, `run` (forward) and `Adjoint` (back).
Everything else (stacks, directions, losses, the triangle) is composed from these two. Time comes
first: arrays are (T,·), or (T,B,·) with a batch.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import numpy as np

from app.engine.errors import check_cancel
from app.engine.plans.gemm import SMALL, small_rows

CANCEL_EVERY = 32  # steps between two looks at the cancel event

Parameters = dict[str, np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class LayerRun:
    """A layer's pass: x (T,I), a (T,G·H) of all G gates stacked, h and h_prev (T,H).

    `gates` (T,H) by name and `cell`, `cell_prev` (T,H) where the cell has them, else None. `kept`
    is what the cell's own way back needs besides.
    """

    x: np.ndarray
    a: np.ndarray
    h: np.ndarray
    h_prev: np.ndarray
    gates: dict[str, np.ndarray] | None = None
    cell: np.ndarray | None = None
    cell_prev: np.ndarray | None = None
    kept: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class LayerGradients:
    """∂L/∂h(t), ∂L/∂a(t), ∂L/∂x(t), (T,·), ∂L/∂h0; with a cell state ∂L/∂cell(t), ∂L/∂cell0."""

    dh: np.ndarray
    da: np.ndarray
    dx: np.ndarray
    dh0: np.ndarray
    dcell: np.ndarray | None = None
    dcell0: np.ndarray | None = None


class Adjoint(ABC):
    """A layer's step read backwards: linear in the gradients, its coefficients ready for all t.

    A block is (H), (B,H), or with losses in front (n,H), (n,B,H): all losses travel alike.
    `W` is the layer's W (G·H,H); `split` says that U or W see another gradient than da itself.
    """

    has_cell = False
    split = False

    def __init__(self, parameters: Parameters, run: LayerRun):
        self.parameters, self.run = parameters, run
        self.W = parameters["W"]

    @abstractmethod
    def back(self, t: int, dh: np.ndarray, dcell: np.ndarray | None, da: np.ndarray) -> None:
        """Fill da(t) from dh(t). dcell comes in as what step t+1 sent and leaves complete."""

    def carry(
        self,
        t: int,  # noqa: ARG002
        dh: np.ndarray,  # noqa: ARG002
        dcell: np.ndarray | None,  # noqa: ARG002
        da: np.ndarray,
        dh_prev: np.ndarray,
        dcell_prev: np.ndarray | None,  # noqa: ARG002
    ) -> None:
        """Fill what step t sends into the states of t−1 (its own loss is not in it)."""
        product(da, self.W, dh_prev)

    def deltas(
        self,
        da: np.ndarray,
        at: Any = slice(None),  # noqa: ARG002
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return what U and what W see of da: the gradients of U x(t) and of W h(t−1).

        da is (T,·) for all steps, or a block of the step `at`.
        """
        return da, da

    def own_gradients(self, da: np.ndarray, dW: np.ndarray) -> Parameters:  # noqa: ARG002
        """Return ∂L/∂b and whatever the cell has beside U and W; dW is what W sees."""
        return {"b": rows(da).sum(axis=0)}

    def total(self, seed: np.ndarray, cancel: Event | None = None) -> LayerGradients:
        """Carry the gradient of all losses together from T to 1; seed (T,H) is what enters h(t)."""
        dh, da = seed.copy(), np.empty_like(self.run.a)
        dcell = np.zeros_like(seed) if self.has_cell else None
        sent = np.empty_like(seed[0])
        for t in range(len(dh) - 1, 0, -1):
            if t % CANCEL_EVERY == 0:
                check_cancel(cancel)
            now = dcell[t] if dcell is not None else None
            before = dcell[t - 1] if dcell is not None else None
            self.back(t, dh[t], now, da[t])
            self.carry(t, dh[t], now, da[t], sent, before)
            dh[t - 1] += sent
        self.back(0, dh[0], None if dcell is None else dcell[0], da[0])
        return self.finish(dh, da, dcell)

    def finish(self, dh: np.ndarray, da: np.ndarray, dcell: np.ndarray | None) -> LayerGradients:
        """Complete dh, da (and dcell) of all steps with what enters and starts the layer."""
        dU, _ = self.deltas(da)
        dh0, dcell0 = np.empty_like(dh[0]), None
        if dcell is None:
            self.carry(0, dh[0], None, da[0], dh0, None)
        else:
            dcell0 = np.empty_like(dh0)
            self.carry(0, dh[0], dcell[0], da[0], dh0, dcell0)
        return LayerGradients(dh, da, dU @ self.parameters["U"], dh0, dcell, dcell0)

    def gradients(self, da: np.ndarray) -> Parameters:
        """Return ∂L/∂ every parameter of the layer from da of all steps: one GEMM a matrix."""
        dU, dW = self.deltas(da)
        found = {
            "U": rows(dU).T @ rows(self.run.x),
            "W": rows(dW).T @ rows(self.run.h_prev),
            **self.own_gradients(da, dW),
        }
        return {name: found[name] for name in self.parameters}


def rows(array: np.ndarray) -> np.ndarray:
    """Return (…,n) as (rows,n)."""
    return array.reshape(-1, array.shape[-1])


def product(block: np.ndarray, W: np.ndarray, out: np.ndarray) -> None:
    """Write block · W into out, as one GEMM whatever axes lie in front; out is contiguous.

    Where the BLAS is quicker with small ones (`gemm.piece_rows`), by pieces of rows.
    """
    if block.ndim > 2:
        block, out = rows(block), rows(out)
    if block.ndim == 1 or block.size * W.shape[1] <= SMALL:
        block.dot(W, out)
        return
    m = small_rows(*W.shape)
    for at in range(0, len(block), m or len(block)):
        piece = slice(at, at + m) if m else slice(None)
        block[piece].dot(W, out[piece])


def states(x: np.ndarray, H: int, start: np.ndarray | None) -> np.ndarray:
    """Return room for a state at 0..T, (T+1,H) or (T+1,B,H), its start filled in."""
    room = np.empty((len(x) + 1, *x.shape[1:-1], H), x.dtype)
    room[0] = 0.0 if start is None else start
    return room
