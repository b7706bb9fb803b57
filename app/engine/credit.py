"""The credit triangle: ∂L(t)/∂h(k) for every pair k ≤ t, by one backward loop.

    ∂L(t)/∂h(k) = ( Π_{j=k+1..t} ∂h(j)/∂h(j-1) )ᵀ ∂L(t)/∂h(t)

All losses travel together. At step k the living block holds one row for each loss that reaches
it, latest loss first, so that a new loss joins at its end and `truncate` drops its front; one GEMM
takes the block to step k−1. The blocks of a stretch of steps lie packed in one buffer, whose norms
are then taken at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from threading import Event

import numpy as np

from app.engine.errors import check_cancel
from app.engine.layer import CANCEL_EVERY, Adjoint
from app.engine.norms import narrow, row_norms

STRETCH = 1 << 17  # numbers a buffer may hold: stays in the cache


@dataclass(frozen=True, slots=True, eq=False)
class Credit:
    """Norms by pair: row t is the loss, column k the step; (T,T), zero above the diagonal.

    With a batch, dh_norm and da_norm are √B · ‖∂L(t)/∂h(k)‖_F, the root mean square over
    sequences of each one's own norm; dW_norm and dU_norm are Frobenius norms of the pair's share
    of ∂L/∂W and ∂L/∂U; dcell_norm is that of ∂L(t)/∂cell(k) where there is a cell state.
    `vectors`, on request: "dh", "da" (and "dcell"), (T,T,H) or (T,T,B,H), da with all gates.
    `layers`, for stacked and bidirectional networks: one triangle a layer and direction.
    """

    dh_norm: np.ndarray
    da_norm: np.ndarray
    dW_norm: np.ndarray
    dU_norm: np.ndarray
    dcell_norm: np.ndarray | None = None
    vectors: dict[str, np.ndarray] | None = None
    layers: list["LayerCredit"] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class LayerCredit:
    """The norms of one layer and direction as in `Credit`: row t the loss, column k the step.

    A reverse direction hears step k from losses t ≤ k; a lower layer of a bidirectional network
    from all: these are full (T,T).
    """

    layer: int
    direction: str
    dh_norm: np.ndarray
    da_norm: np.ndarray
    dW_norm: np.ndarray
    dU_norm: np.ndarray
    dcell_norm: np.ndarray | None = None
    vectors: dict[str, np.ndarray] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Norms (T) of what the use of U, W (and V) at each step adds to the total gradient.

    U and W are those of the top layer's forward direction.
    """

    U: np.ndarray
    W: np.ndarray
    V: np.ndarray | None


@dataclass(frozen=True, slots=True, eq=False)
class Itemised:
    """The triangle, and for a band the sums over its losses: dh, da, dcell, (T,·) or (T,B,·)."""

    credit: Credit | None
    sums: list[np.ndarray] | None


class Band:
    """Which losses are alive at which step; read-only, made once for a shape (`band`).

    Losses are numbered from the latest: number 0 is the last step with a loss. Step k hears the
    losses first[k] … stop[k]−1 of that numbering. `pairs` holds all (t, k) alive, as two index
    arrays in the order in which the loop computes them.
    """

    def __init__(self, T: int, loss_steps: range | tuple[int, ...], truncate: int | None):
        steps, losses = np.arange(T), np.array(loss_steps)
        self.T = T
        self.times = losses[::-1]
        self.stop = len(losses) - np.searchsorted(losses, steps)  # losses at k or later
        width = T if truncate is None else min(truncate, T)
        self.first = len(losses) - np.searchsorted(losses, steps + width)
        self.sizes = self.stop - self.first
        number = np.arange(len(loss_steps))
        alive = (number >= self.first[:, None]) & (number < self.stop[:, None])  # (T, losses)
        back, living = np.nonzero(alive[::-1])  # steps descending, then losses descending
        self.pairs = (self.times[living], T - 1 - back)  # (t, k) in the order of the loop

    def stretches(self, row_size: int) -> Iterator[range]:
        """Yield descending runs of steps whose blocks fit a buffer together."""
        start, rows = self.T - 1, 0
        limit = max(STRETCH // row_size, int(self.sizes.max()))
        for k in range(self.T - 1, -1, -1):
            if rows + self.sizes[k] > limit:
                yield range(start, k, -1)
                start, rows = k, 0
            rows += int(self.sizes[k])
        yield range(start, -1, -1)

    def triangles(self, packed: np.ndarray) -> np.ndarray:
        """Spread packed blocks (n,pairs,…) over (n,T,T,…): row t, column k, zero elsewhere."""
        full = np.zeros((len(packed), self.T, self.T, *packed.shape[2:]), packed.dtype)
        full[:, *self.pairs] = packed
        return full

    def split(self, packed: np.ndarray, steps: range) -> Iterator[tuple[int, np.ndarray]]:
        """Yield each step of a stretch with its block (losses, …)."""
        at = 0
        for k in steps:
            yield k, packed[at : at + self.sizes[k]]
            at += self.sizes[k]


band = lru_cache(maxsize=8)(Band)


def _carry(
    way: Adjoint, seed: np.ndarray, band: Band, cancel: Event | None
) -> Iterator[tuple[range, list[np.ndarray]]]:
    """Yield (steps, [dh, da] or [dh, da, dcell]) for each stretch, packed; valid until the next."""
    state, gates = seed.shape[1:], way.run.a.shape[1:]
    first, sizes = band.first.tolist(), band.sizes.tolist()
    stretches = list(band.stretches(way.run.a[0].size))
    most = max(sum(sizes[k] for k in steps) for steps in stretches)
    buffers = [np.empty((most, *shape), seed.dtype) for shape in (state, gates)]
    if way.has_cell:
        buffers.append(np.empty((most, *state), seed.dtype))
    later = [buffer[:0] for buffer in buffers]
    for steps in stretches:
        later, at = [block.copy() for block in later], 0  # their buffers are written again
        for k in steps:
            if k % CANCEL_EVERY == 0:
                check_cancel(cancel)
            end = at + sizes[k]
            blocks = [buffer[at:end] for buffer in buffers]
            gone = first[k] - first[k + 1] if k + 1 < band.T else 0
            if gone:
                later = [block[gone:] for block in later]
            _to_step(way, k, later, blocks, seed[k])
            later, at = blocks, end
        yield steps, [buffer[:at] for buffer in buffers]


def _to_step(
    way: Adjoint, k: int, kept: list[np.ndarray], blocks: list[np.ndarray], seed: np.ndarray
) -> None:
    """Fill the blocks of step k from what is kept of those of step k+1."""
    dh, da = blocks[:2]
    n = len(kept[0])
    dcell, later_cell = (blocks[2], kept[2]) if way.has_cell else (None, None)
    if n:
        sent = None if dcell is None else dcell[:n]
        way.carry(k + 1, kept[0], later_cell, kept[1], dh[:n], sent)
    if len(dh) > n:
        dh[-1] = seed  # the loss of this very step
        if dcell is not None:
            dcell[-1] = 0
    if len(dh):
        way.back(k, dh, dcell, da)


def itemise(
    way: Adjoint,
    seed: np.ndarray,
    band: Band,
    *,
    norms: bool = True,
    vectors: bool = False,
    sums: bool = False,
    cancel: Event | None = None,
) -> Itemised:
    """Carry all losses back together through one layer; seed (T,H) is each loss at its own state.

    `norms` asks for the triangle, `vectors` for its vectors too, `sums` for ∂L/∂h(k), ∂L/∂a(k)
    (and ∂L/∂cell(k)) summed over the losses of the band.
    """
    names: list[str] = ["dh", "da", "dcell"][: 2 + way.has_cell]
    collect = _Norms(way, band) if norms else None
    shapes = {"dh": seed.shape, "da": way.run.a.shape, "dcell": seed.shape}
    totals = [np.zeros(shapes[name], seed.dtype) for name in names] if sums else None
    pieces: list[list[np.ndarray]] = [[] for _ in names]
    for steps, packed in _carry(way, seed, band, cancel):
        if collect:
            collect.add(steps, packed)
        if vectors:
            for piece, each in zip(pieces, packed, strict=True):
                piece.append(each.copy())
        for total, each in zip(totals or [], packed, strict=False):
            for k, block in band.split(each, steps):
                block.sum(axis=0, out=total[k])
    kept: dict[str, np.ndarray] | None = None
    if vectors:
        full = (band.triangles(np.concatenate(piece)[None])[0] for piece in pieces)
        kept = dict(zip(names, full, strict=True))
    return Itemised(collect.result(kept) if collect else None, totals)


class _Norms:
    """Gathers the norms of every pair, packed in the order of the loop: dh, da, dW, dU, dcell."""

    def __init__(self, way: Adjoint, band: Band):
        self.way, self.band, self.batch = way, band, way.run.h.ndim == 3
        self.norms = np.empty((4 + way.has_cell, int(band.sizes.sum())), way.run.h.dtype)
        self.at = 0
        entering = (way.run.h_prev, way.run.x)
        if self.batch:
            self.entering = [narrow(each) for each in entering]
        else:  # the share of a use is rank 1: its norm is ‖δ‖·‖h(k-1)‖
            self.entering = [row_norms(each) for each in entering]

    def add(self, steps: range, packed: list[np.ndarray]) -> None:
        dh, da = packed[:2]
        here = self.norms[:, self.at : self.at + len(dh)]
        self.at += len(dh)
        here[0], here[1] = row_norms(dh), row_norms(da)
        if self.way.has_cell:
            here[4] = row_norms(packed[2])
        if self.batch:
            self._add_batch_shares(steps, da, here[2:4])
            here[[0, 1, *range(4, len(here))]] *= np.sqrt(dh.shape[1]).astype(dh.dtype)
        else:
            self._add_shares(steps, da, here)

    def _add_shares(self, steps: range, da: np.ndarray, here: np.ndarray) -> None:
        at = np.repeat(list(steps), self.band.sizes[list(steps)])  # the step of each pair
        W_norms, U_norms = here[1], here[1]
        if self.way.split:
            U_norms, W_norms = (row_norms(delta) for delta in self.way.deltas(da, at))
        for norms, own, lengths in zip(here[2:4], (W_norms, U_norms), self.entering, strict=True):
            np.multiply(own, lengths[at], out=norms)

    def _add_batch_shares(self, steps: range, da: np.ndarray, here: np.ndarray) -> None:
        at = 0
        for k, block in self.band.split(da, steps):
            dU, dW = self.way.deltas(block, k)
            for norms, delta, narrowed in zip(here, (dW, dU), self.entering, strict=True):
                shares = narrowed[k] @ delta  # (losses, r, G·H)
                norms[at : at + len(block)] = row_norms(shares)
            at += len(block)

    def result(self, vectors: dict[str, np.ndarray] | None) -> Credit:
        dh, da, dW, dU, *dcell = self.band.triangles(self.norms)
        return Credit(dh, da, dW, dU, dcell[0] if dcell else None, vectors)


def shares(way: Adjoint, da: np.ndarray, h: np.ndarray, do: np.ndarray, has_V: bool) -> Shares:
    """Return the norm of each use's part of ∂L/∂U, ∂L/∂W and ∂L/∂V, all losses together.

    They are the gradients that an untied network, with its own U, W, V at every step, would have;
    their matrices (not their norms) add up to the tied gradient. da (T,G·H) of the layer and
    do (T,O) are total; h is what V reads.
    """
    dU, dW = way.deltas(da)
    return Shares(
        U=_share_norms(dU, way.run.x),
        W=_share_norms(dW, way.run.h_prev),
        V=_share_norms(do, h) if has_V else None,
    )


def _share_norms(delta: np.ndarray, entering: np.ndarray) -> np.ndarray:
    if delta.ndim == 2:
        return row_norms(delta) * row_norms(entering)
    parts = narrow(entering) @ delta  # (T, r, H)
    return row_norms(parts)
