"""Backward passes, right and with slips: what each usual mistake would give.

A gradient is a sum over time of products: ∂L/∂U = Σ_t δ(t) x(t)ᵀ. `Uses` keeps the factors of every
step, so that a sum over other steps, or with another factor, is a line. Arrays are time first, as
in `app.engine.unroll`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from app.engine import unroll
from app.engine.activations import ACTIVATIONS
from app.engine.bptt import Bptt
from app.engine.layer import LayerRun, rows
from app.engine.network import Network
from app.engine.stack import backward_parts, own_seed, turn

Gradients = dict[str, np.ndarray]
SlopeOf = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]  # of a, h and h_prev
Factors = tuple[np.ndarray, np.ndarray | None]  # (T,…,n) and (T,…,m); None where that is 1


@dataclass(frozen=True, slots=True, eq=False)
class Deltas:
    """What U, W and b of one part see at each step, (T,…,G·H), in the part's own order of time."""

    U: np.ndarray
    W: np.ndarray
    b: np.ndarray


@dataclass(frozen=True, slots=True)
class Slip:
    """What a pass gets wrong; by default nothing.

    own_slope: φ' where a step's own use of the weights is reached. path_slope: φ' on the way to
    the step before. slope: another φ' of (a, h, h_prev). transposed: Wᵀ on the way back, as it
    must be. through: any way to the step before. memory: that of the LSTM's cell, of the GRU's
    z ⊙ h(t-1). reset: the GRU's r before what W's candidate rows see.
    """

    own_slope: bool = True
    path_slope: bool = True
    slope: SlopeOf | None = None
    transposed: bool = True
    through: bool = True
    memory: bool = True
    reset: bool = True


class Uses:
    """The factors of every parameter's gradient, in the sequence's order of time."""

    def __init__(self, factors: Mapping[str, Factors]):
        self.factors = dict(factors)

    def sum(self, name: str, steps: slice = slice(None)) -> np.ndarray:
        """Return a parameter's gradient, over some steps only."""
        left, right = self.factors[name]
        if right is None:
            return rows(left[steps]).sum(axis=0)
        return rows(left[steps]).T @ rows(right[steps])

    def gradients(self) -> Gradients:
        """Return all gradients."""
        return {name: self.sum(name) for name in self.factors}

    def with_right(self, changed: Mapping[str, np.ndarray]) -> "Uses":
        """Return uses with other right factors of some parameters, and those parameters alone."""
        return Uses({name: (self.factors[name][0], right) for name, right in changed.items()})

    def find_step(self, name: str, wanted: np.ndarray) -> int:
        """Return the step whose share of the gradient is nearest, by a projection: O(T (n + m))."""
        left, right = self.factors[name]
        if right is None:
            shares = left.reshape(len(left), -1, left.shape[-1]).sum(axis=1)  # (T, n)
            return int(np.abs(shares - wanted).max(axis=1).argmin())
        along = np.random.default_rng(0).normal(size=right.shape[-1])
        weighted = left * (right @ along)[..., None]
        shares = weighted.reshape(len(left), -1, left.shape[-1]).sum(axis=1)
        return int(np.abs(shares - wanted @ along).max(axis=1).argmin())


def uses_of(network: Network, run: unroll.Forward, deltas: list[Deltas], do: np.ndarray) -> Uses:
    """Return the factors that a pass found. A normalization's gains are not among them."""
    factors: dict[str, Factors] = {}
    for part, own, found in zip(network.parts, run.parts, deltas, strict=True):
        dU, dW, db = (turn(delta, part) for delta in (found.U, found.W, found.b))
        factors[f"U{part.suffix}"] = (dU, turn(own.x, part))
        factors[f"W{part.suffix}"] = (dW, turn(own.h_prev, part))
        factors[f"b{part.suffix}"] = (db, None)
        if network.cell == "gru":
            factors[f"b_hn{part.suffix}"] = (dW[..., 2 * network.H :], None)
    if "V" in network.parameters:
        factors |= {"V": (do, run.h), "c": (do, None)}
    return Uses(factors)


def right_uses(network: Network, done: Bptt) -> Uses:
    """Return the factors of the right gradients, as the engine found them."""
    deltas = [
        Deltas(*way.deltas(states.da), states.da)
        for way, states in zip(done.ways, done.states.parts, strict=True)
    ]
    return uses_of(network, done.run, deltas, done.losses.do)


def with_do(network: Network, done: Bptt, do: np.ndarray) -> Gradients:
    """Return the gradients that another ∂L/∂o would give, everything behind it right."""
    states = backward_parts(network, done.ways, unroll.seeds(network, do))
    deltas = [
        Deltas(*way.deltas(found.da), found.da)
        for way, found in zip(done.ways, states.parts, strict=True)
    ]
    return uses_of(network, done.run, deltas, do).gradients()


def with_slip(network: Network, done: Bptt, slip: Slip) -> Gradients:
    """Return the gradients of a pass with a slip; the network must not be normalized."""
    seed = unroll.seeds(network, done.losses.do)
    found: dict[int, Deltas] = {}
    for layer in reversed(range(network.layers)):
        below: list[np.ndarray] = []
        for i, part in enumerate(network.parts):
            if part.layer != layer:
                continue
            parameters = network.layer_parameters(part)
            back = BACK[network.cell]
            own = own_seed(network, seed, part)
            found[i] = back(network, parameters, done.run.parts[i], own, slip)
            below.append(turn(found[i].U @ parameters["U"], part))
        seed = np.sum(below, axis=0)
    deltas = [found[i] for i in range(len(network.parts))]
    return uses_of(network, done.run, deltas, done.losses.do).gradients()


def _back_plain(
    network: Network, parameters: Gradients, run: LayerRun, seed: np.ndarray, slip: Slip
) -> Deltas:
    phi = ACTIVATIONS[network.activation].slope
    slope = slip.slope(run.a, run.h, run.h_prev) if slip.slope else phi(run.a, run.h)
    W = parameters["W"] if slip.transposed else parameters["W"].T
    da, carried = np.empty_like(run.a), np.zeros_like(seed[0])
    for t in reversed(range(len(seed))):
        dh = seed[t] + carried
        da[t] = dh * slope[t] if slip.own_slope else dh
        through = dh * slope[t] if slip.path_slope else dh
        if slip.through:
            carried = through @ W
    return Deltas(da, da, da)


def _sigmoid_slope(gate: np.ndarray, keep: bool) -> np.ndarray:
    return gate * (1 - gate) if keep else np.ones_like(gate)


def _tanh_slope(value: np.ndarray, keep: bool) -> np.ndarray:
    return 1 - value * value if keep else np.ones_like(value)


def _back_lstm(
    network: Network,  # noqa: ARG001
    parameters: Gradients,
    run: LayerRun,
    seed: np.ndarray,
    slip: Slip,
) -> Deltas:
    assert run.gates is not None
    assert run.cell is not None
    assert run.cell_prev is not None
    i, f, g, o = run.gates.values()
    tanh_cell, keep = np.tanh(run.cell), slip.own_slope
    da, carried = np.empty_like(run.a), np.zeros_like(seed[0])
    dcell = np.zeros_like(seed[0])
    for t in reversed(range(len(seed))):
        dh = seed[t] + carried
        dcell = dcell + dh * o[t] * _tanh_slope(tanh_cell[t], keep)
        da[t] = np.concatenate(
            [
                dcell * g[t] * _sigmoid_slope(i[t], keep),
                dcell * run.cell_prev[t] * _sigmoid_slope(f[t], keep),
                dcell * i[t] * _tanh_slope(g[t], keep),
                dh * tanh_cell[t] * _sigmoid_slope(o[t], keep),
            ],
            axis=-1,
        )
        carried = da[t] @ parameters["W"] if slip.through else carried
        dcell = dcell * f[t] if slip.through and slip.memory else np.zeros_like(dcell)
    return Deltas(da, da, da)


def _back_gru(
    network: Network, parameters: Gradients, run: LayerRun, seed: np.ndarray, slip: Slip
) -> Deltas:
    assert run.gates is not None
    r, z, n = run.gates.values()
    inner = run.h_prev @ parameters["W"][2 * network.H :].T + parameters["b_hn"]
    keep = slip.own_slope
    da, dq = np.empty_like(run.a), np.empty_like(run.a)
    carried = np.zeros_like(seed[0])
    for t in reversed(range(len(seed))):
        dh = seed[t] + carried
        dn = dh * (1 - z[t]) * _tanh_slope(n[t], keep)
        dz = dh * (run.h_prev[t] - n[t]) * _sigmoid_slope(z[t], keep)
        dr = dn * inner[t] * _sigmoid_slope(r[t], keep)
        da[t] = np.concatenate([dr, dz, dn], axis=-1)
        dq[t] = np.concatenate([dr, dz, dn * r[t] if slip.reset else dn], axis=-1)
        if slip.through:
            carried = dq[t] @ parameters["W"]
            carried = carried + dh * z[t] if slip.memory else carried
    return Deltas(da, dq, da)


BACK = {"rnn": _back_plain, "lstm": _back_lstm, "gru": _back_gru}
