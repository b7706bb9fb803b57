"""The credit triangles of stacked and bidirectional networks: one a layer and direction.

As in `credit` all losses travel together, but layer by layer from the top: what the losses send
out of a layer's inputs, itemised, is what enters the layer below. A reverse direction carries them
the other way in time, so a lower layer of a bidirectional network hears from every loss: the
blocks here are rectangular, (T, losses, …), steps first.
"""

from threading import Event

import numpy as np

from app.engine.credit import Credit, LayerCredit
from app.engine.errors import check_cancel
from app.engine.layer import CANCEL_EVERY, Adjoint, LayerGradients
from app.engine.network import Network
from app.engine.norms import narrow, row_norms
from app.engine.stack import StateGradients, input_gradient, own_seed, top_forward, turn

Blocks = dict[str, np.ndarray]  # "dh", "da" and, with a cell state, "dcell": (T, losses, …)


def itemise_parts(
    network: Network,
    ways: list[Adjoint],
    seed: np.ndarray,
    loss_steps: range | tuple[int, ...],
    truncate: int | None,
    *,
    vectors: bool = False,
    cancel: Event | None = None,
) -> tuple[Credit, StateGradients]:
    """Return every part's triangle, and the gradients summed over the losses.

    seed (T,·) is what each loss sends into the top layer's states at its own step. With `truncate`
    w the gradient of the loss at t passes only through steps nearer than w, in every part.
    """
    times, T = np.array(loss_steps), len(seed)
    entering = np.zeros((T, len(times), *seed.shape[1:]), seed.dtype)
    entering[times, np.arange(len(times))] = seed[times]
    near = np.abs(np.arange(T)[:, None] - times) < (truncate or T)  # (T, losses)
    triangles: list[LayerCredit] = []
    sums: list[LayerGradients] = []
    for layer in reversed(range(network.layers)):
        below = np.zeros(0)
        found, totals = [], []
        for part, way in zip(network.parts, ways, strict=True):
            if part.layer != layer:
                continue
            blocks = _carry(way, own_seed(network, entering, part), turn(near, part), cancel)
            sent = turn(_into_inputs(way, blocks["da"]), part)
            below = below + sent if below.size else sent
            norms = _norms(way, blocks)
            kept = blocks if vectors else {}
            placed = {n: _by_pair(turn(b, part), times) for n, b in (norms | kept).items()}
            own = {name: placed.pop(name) for name in kept} or None
            found.append(LayerCredit(part.layer, part.direction, **placed, vectors=own))
            totals.append(_sum(way, blocks))
        triangles, sums, entering = found + triangles, totals + sums, below
    top = triangles[top_forward(network)]
    credit = Credit(
        top.dh_norm, top.da_norm, top.dW_norm, top.dU_norm, top.dcell_norm, top.vectors, triangles
    )
    return credit, StateGradients(sums, input_gradient(network, sums, 0))


def _carry(way: Adjoint, seed: np.ndarray, near: np.ndarray, cancel: Event | None) -> Blocks:
    """Carry all losses from the layer's last step to its first; seed (T,losses,…,H)."""
    far = ~near
    dh, da = seed, np.empty((*seed.shape[:-1], way.run.a.shape[-1]), seed.dtype)
    dcell = np.zeros_like(seed) if way.has_cell else None
    sent = np.empty_like(seed[0])
    for k in range(len(seed) - 1, -1, -1):
        if k % CANCEL_EVERY == 0:
            check_cancel(cancel)
        now, before = (None, None) if dcell is None else (dcell[k], dcell[k - 1])
        dh[k][far[k]] = 0
        if now is not None:
            now[far[k]] = 0
        way.back(k, dh[k], now, da[k])
        if k:
            way.carry(k, dh[k], now, da[k], sent, before)
            dh[k - 1] += sent
    return {"dh": dh, "da": da} | ({} if dcell is None else {"dcell": dcell})


def _into_inputs(way: Adjoint, da: np.ndarray) -> np.ndarray:
    """Return ∂L(t)/∂x(k), (T,losses,…,I)."""
    U = way.parameters["U"]
    return np.stack([way.deltas(block, k)[0] @ U for k, block in enumerate(da)])


def _norms(way: Adjoint, blocks: Blocks) -> Blocks:
    """Return every norm, (T,losses), as `Credit` defines them."""
    batch = way.run.h.ndim == 3
    T, n = blocks["dh"].shape[:2]
    scale = np.sqrt(way.run.h.shape[1]).astype(way.run.h.dtype) if batch else 1
    found = {
        f"{name}_norm": row_norms(block.reshape(T * n, *block.shape[2:])).reshape(T, n) * scale
        for name, block in blocks.items()
    }
    shares = np.empty((2, T, n), way.run.h.dtype)
    entering = [narrow(each) if batch else row_norms(each) for each in (way.run.x, way.run.h_prev)]
    for k, block in enumerate(blocks["da"]):
        for norms, delta, each in zip(shares, way.deltas(block, k), entering, strict=True):
            norms[k] = row_norms(each[k] @ delta) if batch else row_norms(delta) * each[k]
    return found | {"dU_norm": shares[0], "dW_norm": shares[1]}


def _by_pair(block: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Spread (T,losses,…) over (T,T,…): row t the loss, column k the step."""
    full = np.zeros((len(block), *block.shape[:1], *block.shape[2:]), block.dtype)
    full[times] = block.swapaxes(0, 1)
    return full


def _sum(way: Adjoint, blocks: Blocks) -> LayerGradients:
    summed = {name: block.sum(axis=1) for name, block in blocks.items()}
    return way.finish(summed["dh"], summed["da"], summed.get("dcell"))
