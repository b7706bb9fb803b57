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
from app.engine.network import Network
from app.engine.norms import narrow, row_norms
from app.engine.unroll import CANCEL_EVERY, Forward

STRETCH = 1 << 18  # numbers a buffer may hold: stays in the cache


@dataclass(frozen=True, slots=True, eq=False)
class Credit:
    """Norms by pair: row t is the loss, column k the step; (T,T), zero above the diagonal.

    With a batch, dh_norm and da_norm are √B · ‖∂L(t)/∂h(k)‖_F, the root mean square over
    sequences of each one's own norm; dW_norm and dU_norm are Frobenius norms of the pair's share
    of ∂L/∂W and ∂L/∂U. `vectors`, on request: "dh" and "da", (T,T,H) or (T,T,B,H).
    """

    dh_norm: np.ndarray
    da_norm: np.ndarray
    dW_norm: np.ndarray
    dU_norm: np.ndarray
    vectors: dict[str, np.ndarray] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Norms (T) of what the use of U, W (and V) at each step adds to the total gradient."""

    U: np.ndarray
    W: np.ndarray
    V: np.ndarray | None


@dataclass(frozen=True, slots=True, eq=False)
class Itemised:
    """The triangle, and for a band the sums over its losses: dh and da (T,H) or (T,B,H)."""

    credit: Credit | None
    dh: np.ndarray | None
    da: np.ndarray | None


class Band:
    """Which losses are alive at which step; read-only, made once for a shape (`band`).

    Losses are numbered from the latest: number 0 is the last step with a loss. Step k hears the
    losses first[k] … stop[k]−1 of that numbering. `pairs` holds all (t, k) alive, as two index
    arrays in the order in which the loop computes them.
    """

    def __init__(self, T: int, loss_steps: range, truncate: int | None):
        steps = np.arange(T)
        last = loss_steps[-1]
        self.T = T
        self.times = np.array(loss_steps[::-1])
        self.stop = np.clip(last + 1 - np.maximum(steps, loss_steps[0]), 0, len(loss_steps))
        width = T if truncate is None else min(truncate, T)
        self.first = np.clip(last + 1 - (steps + width), 0, self.stop)
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
    W: np.ndarray, seed: np.ndarray, slope: np.ndarray, band: Band, cancel: Event | None
) -> Iterator[tuple[range, np.ndarray, np.ndarray]]:
    """Yield (steps, dh, da) for each stretch, blocks packed; valid until the next one."""
    H, state = seed.shape[-1], seed.shape[1:]
    first, sizes = band.first.tolist(), band.sizes.tolist()
    stretches = list(band.stretches(seed[0].size))
    most = max(sum(sizes[k] for k in steps) for steps in stretches)
    all_dh, all_da = np.empty((2, most, *state), seed.dtype)
    da_next, first_next = all_da[:0], 0
    multiply = np.multiply
    for steps in stretches:
        da_next, at = da_next.copy(), 0  # its buffer is written again
        for k in steps:
            if k % CANCEL_EVERY == 0:
                check_cancel(cancel)
            end = at + sizes[k]
            dh, da = all_dh[at:end], all_da[at:end]
            kept = da_next[first[k] - first_next :]
            if len(kept):
                kept.reshape(-1, H).dot(W, dh[: len(kept)].reshape(-1, H))
            if len(dh) > len(kept):
                dh[-1] = seed[k]  # the loss of this very step
            multiply(dh, slope[k], out=da)
            da_next, first_next, at = da, first[k], end
        yield steps, all_dh[:at], all_da[:at]


def itemise(
    network: Network,
    run: Forward,
    seed: np.ndarray,
    slope: np.ndarray,
    band: Band,
    *,
    norms: bool = True,
    vectors: bool = False,
    sums: bool = False,
    cancel: Event | None = None,
) -> Itemised:
    """Compute the triangle's `norms`, its `vectors`, and the `sums` over the band's losses.

    seed = ∂L(t)/∂h(t) of each loss alone and slope = φ'(a) are (T,H) or (T,B,H).
    """
    collect = _Norms(run, band) if norms else None
    pieces: list[np.ndarray] = []
    totals = np.zeros((2, *seed.shape), seed.dtype)
    for steps, dh, da in _carry(network.parameters["W"], seed, slope, band, cancel):
        if collect:
            collect.add(steps, dh, da)
        if vectors:
            pieces.append(np.stack([dh, da]))
        if sums:
            for total, packed in zip(totals, (dh, da), strict=True):
                for k, block in band.split(packed, steps):
                    total[k] = block.sum(axis=0)
    kept = None
    if vectors:
        both = band.triangles(np.concatenate(pieces, axis=1))
        kept = {"dh": both[0], "da": both[1]}
    credit = collect.result(kept) if collect else None
    return Itemised(credit, totals[0] if sums else None, totals[1] if sums else None)


class _Norms:
    """Gathers the four norms of every pair, packed in the order of the loop."""

    def __init__(self, run: Forward, band: Band):
        self.band, self.batch = band, run.h.ndim == 3
        self.norms = np.empty((4, int(band.sizes.sum())), run.h.dtype)
        self.at = 0
        entering = (run.h_prev, run.x)
        if self.batch:
            self.narrowed = [narrow(each) for each in entering]
        else:  # the share of a use is rank 1: its norm is ‖da‖·‖h(k-1)‖
            self.lengths = [row_norms(each) for each in entering]

    def add(self, steps: range, dh: np.ndarray, da: np.ndarray) -> None:
        here = self.norms[:, self.at : self.at + len(dh)]
        self.at += len(dh)
        for norms, packed in zip(here, (dh, da), strict=False):
            norms[:] = row_norms(packed)
        if self.batch:
            here[:2] *= np.sqrt(dh.shape[1]).astype(dh.dtype)
            self._add_batch_shares(steps, da, here[2:])
        else:
            sizes = self.band.sizes[list(steps)]
            for norms, lengths in zip(here[2:], self.lengths, strict=True):
                np.multiply(here[1], np.repeat(lengths[list(steps)], sizes), out=norms)

    def _add_batch_shares(self, steps: range, da: np.ndarray, here: np.ndarray) -> None:
        for norms, narrowed in zip(here, self.narrowed, strict=True):
            at = 0
            for k, block in self.band.split(da, steps):
                shares = narrowed[k] @ block  # (losses, r, H)
                norms[at : at + len(block)] = row_norms(shares)
                at += len(block)

    def result(self, vectors: dict[str, np.ndarray] | None) -> Credit:
        return Credit(*self.band.triangles(self.norms), vectors=vectors)


def shares(run: Forward, do: np.ndarray, da: np.ndarray, has_V: bool) -> Shares:
    """Return the norm of each use's part of ∂L/∂U, ∂L/∂W and ∂L/∂V, all losses together.

    They are the gradients that an untied network, with its own U, W, V at every step, would have;
    their matrices (not their norms) add up to the tied gradient. do (T,O) and da (T,H) are total.
    """
    return Shares(
        U=_share_norms(da, run.x),
        W=_share_norms(da, run.h_prev),
        V=_share_norms(do, run.h) if has_V else None,
    )


def _share_norms(delta: np.ndarray, entering: np.ndarray) -> np.ndarray:
    if delta.ndim == 2:
        return row_norms(delta) * row_norms(entering)
    parts = narrow(entering) @ delta  # (T, r, H)
    return row_norms(parts)
