"""The loss on a plane through all the weights, around where they are: the cliff, and clipping.

Directions are vectors of all weights of length 1, at right angles. A point (α, β) is the network
with α times the first and β times the second added: both are distances in weight space. All points
run together, step by step: with W = W₀ + α D + β E, the product W h of every point is three GEMMs,
and no point's own W is ever made.
"""

import math
from dataclasses import dataclass
from threading import Event
from typing import Any

import numpy as np

from app.engine.activations import ACTIVATIONS
from app.engine.bptt import run_bptt
from app.engine.clipping import Clip, clip_gradients
from app.engine.errors import EngineError, check_cancel, choose
from app.engine.layer import CANCEL_EVERY
from app.engine.network import Network, Part
from app.engine.norms import norm
from app.engine.readout import READOUTS
from app.engine.sequences import Sequence, check_fit, counted_targets

DIRECTIONS = ("gradient", "random")
RESOLUTION = (3, 101)
TOGETHER = 1 << 20  # numbers of one step's pre-activations, of all points that run at once
HELD = 1 << 24  # numbers of all steps' states, of the same points
Vectors = dict[str, np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """loss (n,n): rows the second direction, columns the first; inf or nan where it overflows.

    `first`, `second` (n) are the points' coordinates, `here` the present weights. One step of SGD
    at the learning rate, as it falls on the plane: `unclipped`, and `clipped` where there is a
    clip; None where the gradient is not finite.
    """

    loss: np.ndarray
    first: np.ndarray
    second: np.ndarray
    gradient_norm: float
    unclipped: tuple[float, float] | None
    clipped: tuple[float, float] | None
    here: tuple[float, float] = (0.0, 0.0)


def loss_surface(
    network: Network,
    sequence: Sequence,
    *,
    directions: str = "gradient",
    span: float = 1.0,
    resolution: int = 41,
    learning_rate: float = 0.1,
    clip: Clip | None = None,
    truncate: int | None = None,
    seed: int = 0,
    cancel: Event | None = None,
) -> Surface:
    """Measure the loss from −span to span in both directions.

    "gradient": the first leads straight downhill, −∂L/∂θ, the second is drawn from the seed at a
    right angle to it. "random": both are drawn; so they are where the gradient is zero or not
    finite. Raises `EngineError` for whatever does not fit, `Cancelled` once `cancel` is set.
    """
    _check(directions, span, resolution, learning_rate, seed)
    check_fit(network, sequence)
    with np.errstate(all="ignore"):
        done = run_bptt(network, sequence, truncate, cancel=cancel)
        g = _flat(done.gradients)
        length = norm(g)
        downhill = directions == "gradient" and 0.0 < length < math.inf
        first, second = _plane(-g / length if downhill else None, g.size, seed)
        along = np.linspace(-span, span, resolution)
        alpha, beta = (each.ravel() for each in np.meshgrid(along, along))
        loss = _losses(network, sequence, first, second, alpha, beta, cancel)

        def fall(gradient: np.ndarray) -> tuple[float, float] | None:
            if not math.isfinite(length):
                return None
            step = -learning_rate * gradient
            return float(step @ first), float(step @ second)

        clipped = fall(_flat(clip_gradients(done.gradients, clip).gradients)) if clip else None
        return Surface(
            loss.reshape(resolution, resolution), along, along.copy(), length, fall(g), clipped
        )


def _check(directions: str, span: float, resolution: int, learning_rate: float, seed: int) -> None:
    choose("directions", directions, DIRECTIONS)
    for field, value in (("span", span), ("learning_rate", learning_rate)):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise EngineError(field, f"{field} is {value!r}; it must be a number")
        if not 0.0 < value < math.inf:
            raise EngineError(field, f"{field} is {value}; it must be > 0, finite")
    low, high = RESOLUTION
    if isinstance(resolution, bool) or not isinstance(resolution, int):
        raise EngineError("resolution", f"resolution is {resolution!r}; it must be a whole number")
    if not low <= resolution <= high:
        raise EngineError("resolution", f"resolution is {resolution}; it may be {low}..{high}")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise EngineError("seed", f"seed is {seed!r}; it must be a whole number ≥ 0")


def _flat(gradients: Vectors) -> np.ndarray:
    return np.concatenate([g.ravel() for g in gradients.values()]).astype(np.float64)


def _plane(first: np.ndarray | None, P: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return two vectors (P) of length 1 at right angles, drawn where they are not given."""
    rng = np.random.default_rng(seed)
    if first is None:
        first = rng.standard_normal(P)
        first /= norm(first)
    second = rng.standard_normal(P)
    for _ in range(2):  # the second time takes away what rounding left
        second -= (second @ first) * first
        second /= norm(second)
    return first, second


class Sheet:
    """A matrix at K points of a plane, D₀ + α D₁ + β D₂: `x @ sheet.T` for x (B,n) or (K,B,n)."""

    __array_ufunc__ = None  # so that NumPy leaves x @ sheet to __rmatmul__

    def __init__(self, three: np.ndarray, alpha: np.ndarray, beta: np.ndarray):
        self.three, self.alpha, self.beta = three, alpha, beta

    @property
    def T(self) -> "Sheet":
        """The sheet itself: it is only ever used transposed."""
        return self

    def __getitem__(self, rows: slice) -> "Sheet":
        return Sheet(self.three[:, rows], self.alpha, self.beta)

    def __rmatmul__(self, x: np.ndarray) -> np.ndarray:
        at_zero, along_first, along_second = (x @ matrix.T for matrix in self.three)
        return at_zero + self.alpha * along_first + self.beta * along_second  # (K, B, m)


def _sheets(
    network: Network, first: np.ndarray, second: np.ndarray, alpha: np.ndarray, beta: np.ndarray
) -> dict[str, Any]:
    """Return every parameter at K points: a `Sheet` of a matrix, (K,1,n) of a vector."""
    sheets, start = {}, 0
    alpha, beta = (each.astype(network.dtype)[:, None, None] for each in (alpha, beta))
    for name, p in network.parameters.items():
        own = slice(start, start + p.size)
        three = np.stack([p, *(d[own].reshape(p.shape) for d in (first, second))])
        three = three.astype(network.dtype)
        if p.ndim == 2:
            sheets[name] = Sheet(three, alpha, beta)
        else:
            sheets[name] = three[0] + alpha * three[1] + beta * three[2]
        start = own.stop
    return sheets


def _losses(
    network: Network,
    sequence: Sequence,
    first: np.ndarray,
    second: np.ndarray,
    alpha: np.ndarray,
    beta: np.ndarray,
    cancel: Event | None,
) -> np.ndarray:
    """Return the loss (K) at every point, some thousands of numbers at a time."""
    one = len(network.parameters["W"]) * len(network.parts) * (sequence.B or 1)
    states = sequence.T * network.width * (sequence.B or 1)
    at_once = max(1, min(TOGETHER // one, HELD // states))
    found = []
    for start in range(0, len(alpha), at_once):
        some = slice(start, start + at_once)
        sheets = _sheets(network, first, second, alpha[some], beta[some])
        found.append(_loss_of_each(network, sequence, sheets, cancel))
    return np.concatenate(found).astype(np.float64)


def _loss_of_each(
    network: Network, sequence: Sequence, sheets: dict[str, Any], cancel: Event | None
) -> np.ndarray:
    """Run K networks over the same data, by the cells' plain steps; return their losses (K)."""
    K = len(sheets["b"])
    x = sequence.x.swapaxes(0, 1) if sequence.B is not None else sequence.x[:, None]  # (T, B, I)
    targets = counted_targets(network, sequence)
    if sequence.B is None:
        targets = targets[:, None]
    entering: list[np.ndarray] = list(x)
    for layer in range(network.layers):
        both = [
            _run_part(network, i, sequence, sheets, entering, K, cancel)
            for i, part in enumerate(network.parts)
            if part.layer == layer
        ]
        entering = both[0] if len(both) == 1 else [np.concatenate(h, -1) for h in zip(*both)]  # noqa: B905
    readout, total = READOUTS[network.output], np.zeros(K)
    for place, t in enumerate(sequence.loss_steps):
        h = entering[t]  # (K, B, ·)
        o = h @ sheets["V"].T + sheets["c"] if "V" in sheets else h
        y = np.broadcast_to(targets[place], (K, *targets[place].shape))
        total += readout.loss(o, y).mean(axis=1)
    return total


def _run_part(
    network: Network,
    i: int,
    sequence: Sequence,
    sheets: dict[str, Any],
    entering: list[np.ndarray],
    K: int,
    cancel: Event | None,
) -> list[np.ndarray]:
    """Return h(t) of one layer and direction, (K,B,H) for every step."""
    part: Part = network.parts[i]
    code, activation = network.code, ACTIVATIONS[network.activation]
    parameters = {name: sheets[name + part.suffix] for name in code.parameter_shapes(1, 1)}
    states = _starts(network, i, sequence, K)
    turn = -1 if part.direction == "reverse" else 1
    found = []
    for t, x in enumerate(entering[::turn]):
        if t % CANCEL_EVERY == 0:
            check_cancel(cancel)
        _, *states = code.step(parameters, activation, x, *states)
        found.append(states[0])
    return found[::turn]


def _starts(network: Network, i: int, sequence: Sequence, K: int) -> list[np.ndarray]:
    starts = []
    for name in network.code.STATES:
        given = sequence.h0 if name == "h" else sequence.cell0
        own = np.zeros((sequence.B or 1, network.H), network.dtype)
        if given is not None:
            own[:] = given[i] if network.composed else given
        starts.append(np.broadcast_to(own, (K, *own.shape)))
    return starts
