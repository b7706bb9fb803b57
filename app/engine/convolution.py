"""A causal 1-D convolution over a sequence: what a CNN sees where the recurrent network remembers.

    a(t) = Σ_{j=0..K−1} U_j x(t − (K−1−j)·d) + b        U (H,I,K) as PyTorch's, the last tap now
    h(t) = φ(a(t))        o(t) = V h(t) + c             x(t) = 0 before the first step

Layers stack: layer l reads h of the one below, its taps dilation^l steps apart (van den Oord et
al. 2016, WaveNet). The output at t sees the last 1 + (K−1)·Σ_l dilation^l inputs and no others:
its receptive field, where a recurrent network has a memory. Gradients are exact, and itemised as
the recurrent network's are: `dx_norm`[t][k] = ‖∂L(t)/∂x(k)‖.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from threading import Event
from typing import cast

import numpy as np

from app.engine import unroll
from app.engine.activations import ACTIVATIONS
from app.engine.errors import EngineError, check_cancel, choose
from app.engine.initialization import INITIALIZERS, Init
from app.engine.layer import rows
from app.engine.network import Network
from app.engine.norms import combine, norm, row_norms
from app.engine.overflow import Overflow, first_forward
from app.engine.readout import READOUTS
from app.engine.sequences import Sequence, counted_targets

SCHEMES = tuple(name for name in INITIALIZERS if name != "identity")  # which is W's alone


@dataclass(frozen=True, eq=False)
class Convolution:
    """A stack of causal convolutions and a readout.

    parameters: U (H,I,K), b (H) of the first layer; U_l1 (H,H,K), b_l1 (H) … above; V (O,H), c (O).
    Raises `EngineError` naming the field, with both shapes, for whatever does not fit.
    """

    parameters: Mapping[str, np.ndarray]
    activation: str = "tanh"
    output: str = "softmax"
    layers: int = 1
    dilation: int = 1

    def __post_init__(self):
        choose("network.activation", self.activation, ACTIVATIONS)
        choose("network.output", self.output, READOUTS)
        for name in ("layers", "dilation"):
            _check_whole(name, getattr(self, name))
        self._check_names()
        self._check_shapes()

    @property
    def H(self) -> int:
        """Channels of every layer."""
        return self.parameters["U"].shape[0]

    @property
    def I(self) -> int:  # noqa: E743
        """Inputs a step."""
        return self.parameters["U"].shape[1]

    @property
    def K(self) -> int:
        """Taps of every kernel."""
        return self.parameters["U"].shape[2]

    @property
    def O(self) -> int:  # noqa: E743
        """Outputs a step."""
        return len(self.parameters["V"])

    @property
    def dtype(self) -> np.dtype:
        """float64 or float32, that of every parameter."""
        return self.parameters["U"].dtype

    @property
    def parameter_count(self) -> int:
        """Numbers in all parameters together."""
        return sum(p.size for p in self.parameters.values())

    @property
    def receptive_field(self) -> int:
        """How many inputs, its own included, an output sees."""
        return receptive_field(self.K, self.layers, self.dilation)

    def layer(self, index: int) -> tuple[np.ndarray, np.ndarray, int]:
        """Return U, b and the distance of two taps of a layer."""
        end = suffix(index)
        return self.parameters[f"U{end}"], self.parameters[f"b{end}"], self.dilation**index

    def _check_names(self) -> None:
        known = [f"{n}{suffix(i)}" for i in range(self.layers) for n in "Ub"] + ["V", "c"]
        for name in [*known, *self.parameters]:
            if (name in known) != (name in self.parameters):
                state = "missing" if name in known else "unknown"
                raise EngineError(
                    f"network.parameters.{name}",
                    f"{name} is {state}; {self.layers} layer(s) have {', '.join(known)}",
                )

    def _check_shapes(self) -> None:
        U, V = self.parameters["U"], self.parameters["V"]
        for name, p, axes in (("U", U, 3), ("V", V, 2)):
            if p.ndim != axes or p.size == 0:
                raise EngineError(
                    f"network.parameters.{name}", f"{name} has shape {p.shape}; it has {axes} axes"
                )
        expected = parameter_shapes(self.I, self.H, len(V), self.K, self.layers)
        for name, shape in expected.items():
            found = self.parameters[name].shape
            if found != shape:
                raise EngineError(
                    f"network.parameters.{name}",
                    f"{name} has shape {found}; with U {U.shape} it must be {shape}",
                )


@dataclass(frozen=True, slots=True, eq=False)
class ConvolutionTrace:
    """One run, laid out as the caller's (T,·) or (B,T,·): a, h of the top layer, o, y_hat.

    `layers_h` has every layer's h. `dx_norm` (T,T): ‖∂L(t)/∂x(k)‖, the root mean square over a
    batch; zero beyond the receptive field. What needs targets is None where there are none.
    """

    a: np.ndarray
    h: np.ndarray
    o: np.ndarray
    y_hat: np.ndarray
    layers_h: list[np.ndarray]
    overflow: Overflow | None
    per_step: np.ndarray | None = None
    dx: np.ndarray | None = None
    gradients: dict[str, np.ndarray] | None = None
    gradient_norms: dict[str, float] | None = None
    dx_norm: np.ndarray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Pass:
    """What a layer keeps, time first: its input x (T,B,·), a and h (T,B,H)."""

    x: np.ndarray
    a: np.ndarray
    h: np.ndarray


def suffix(layer: int) -> str:
    """Return what the names of a layer's parameters end in."""
    return f"_l{layer}" if layer else ""


def receptive_field(K: int, layers: int, dilation: int) -> int:
    """Return how many inputs an output sees: 1 + (K−1)·Σ_l dilation^l."""
    return 1 + (K - 1) * sum(dilation**layer for layer in range(layers))


def parameter_shapes(
    I: int,  # noqa: E741
    H: int,
    O: int,  # noqa: E741
    K: int,
    layers: int = 1,
) -> dict[str, tuple[int, ...]]:
    """Return the shape of every parameter by name, layer by layer, then V and c."""
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in range(layers):
        shapes[f"U{suffix(layer)}"] = (H, H if layer else I, K)
        shapes[f"b{suffix(layer)}"] = (H,)
    return shapes | {"V": (O, H), "c": (O,)}


def draw_parameters(
    shapes: Mapping[str, tuple[int, ...]], init: Init, dtype: type = np.float64
) -> dict[str, np.ndarray]:
    """Return fresh parameters: a kernel as its matrix (H, I·K), so that fan-in counts every tap.

    Biases are zero; `gain` scales U and V. Raises `EngineError` for the scheme identity.
    """
    choose("network.init.scheme", init.scheme, SCHEMES)
    rng, draw = np.random.default_rng(init.seed), INITIALIZERS[init.scheme].dense
    drawn = {}
    with np.errstate(over="ignore"):
        for name, (size, *inputs) in shapes.items():
            flat = init.gain * draw(rng, size, prod(inputs)) if inputs else np.zeros(size)
            drawn[name] = np.ascontiguousarray(flat.reshape(size, *inputs), dtype=dtype)
    if not all(np.isfinite(p).all() for p in drawn.values()):
        raise EngineError("network.init.gain", f"gain is {init.gain:g}: it overflows")
    return drawn


def convolve(
    network: Convolution, sequence: Sequence, *, credit: bool = True, cancel: Event | None = None
) -> ConvolutionTrace:
    """Run forward; with targets also back, and with `credit` itemise.

    Raises `EngineError` for data that does not fit, `Cancelled` once `cancel` is set.
    """
    if sequence.I != network.I:
        shape = network.parameters["U"].shape
        raise EngineError("data.x", f"x has {sequence.I} columns; U {shape} expects {network.I}")
    with np.errstate(all="ignore"):
        x = sequence.x.swapaxes(0, 1) if sequence.B is not None else sequence.x[:, None]
        passes = _forward(network, x)
        o = unroll.read(_reader(network), passes[-1].h)
        run = unroll.Forward(x, passes[-1].h, o, READOUTS[network.output].y_hat(o), [])
        states = {f"h{suffix(layer)}": each.h for layer, each in enumerate(passes)}

        def out(array: np.ndarray) -> np.ndarray:
            laid = array.swapaxes(0, 1) if sequence.B is not None else array[:, 0]
            return np.ascontiguousarray(laid)

        forward = ConvolutionTrace(
            a=out(passes[-1].a),
            h=out(run.h),
            o=out(o),
            y_hat=out(run.y_hat),
            layers_h=[out(h) for h in states.values()],
            overflow=first_forward({**states, "o": o}),
        )
        if sequence.y is None:
            return forward
        losses = _losses(network, sequence, run)
        gradients, dx = _backward(network, passes, losses.do)
        norms = {name: norm(gradient) for name, gradient in gradients.items()}
        return replace(
            forward,
            per_step=losses.per_step,
            dx=out(dx),
            gradients=gradients,
            gradient_norms=norms | {"total": combine(norms.values())},
            dx_norm=_itemise(network, passes, losses.do, cancel) if credit else None,
        )


def _forward(network: Convolution, x: np.ndarray) -> list[_Pass]:
    passes = []
    for index in range(network.layers):
        U, b, apart = network.layer(index)
        a = np.broadcast_to(b, (*x.shape[:-1], network.H)).copy()
        for tap, back in _taps(network.K, apart, len(x)):
            a[back:] += x[: len(x) - back] @ U[..., tap].T
        passes.append(_Pass(x, a, ACTIVATIONS[network.activation].f(a)))
        x = passes[-1].h
    return passes


def _taps(K: int, apart: int, T: int) -> list[tuple[int, int]]:
    """Return each tap and how many steps back it looks, but for those that only see zeros."""
    backs = [(tap, (K - 1 - tap) * apart) for tap in range(K)]
    return [(tap, back) for tap, back in backs if back < T]


def _losses(network: Convolution, sequence: Sequence, run: unroll.Forward) -> unroll.Losses:
    """Return the losses and do (T,B,O); a sequence alone counts as a batch of one."""
    targets = counted_targets(_reader(network), sequence)
    if sequence.B is None:
        targets = targets[:, None]
    return unroll.losses(_reader(network), run, targets, sequence.loss_steps)


def _reader(network: Convolution) -> Network:
    """Return it as what the readout asks: output, O, dtype, V and c are named alike."""
    return cast(Network, network)


def _slope(network: Convolution, kept: _Pass) -> np.ndarray:
    return ACTIVATIONS[network.activation].slope(kept.a, kept.h)


def _backward(
    network: Convolution, passes: list[_Pass], do: np.ndarray
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return every parameter's gradient and ∂L/∂x (T,B,I)."""
    found = {"V": rows(do).T @ rows(passes[-1].h), "c": rows(do).sum(axis=0)}
    dh = unroll.seeds(_reader(network), do)
    for index in reversed(range(network.layers)):
        U, _, apart = network.layer(index)
        kept, T = passes[index], len(dh)
        da, dU, dx = dh * _slope(network, kept), np.zeros_like(U), np.zeros_like(kept.x)
        for tap, back in _taps(network.K, apart, T):
            dU[..., tap] = rows(da[back:]).T @ rows(kept.x[: T - back])
            dx[: T - back] += da[back:] @ U[..., tap]
        found |= {f"U{suffix(index)}": dU, f"b{suffix(index)}": rows(da).sum(axis=0)}
        dh = dx
    return {name: found[name] for name in network.parameters}, dh


def _itemise(
    network: Convolution, passes: list[_Pass], do: np.ndarray, cancel: Event | None
) -> np.ndarray:
    """Return ‖∂L(t)/∂x(k)‖ (T,T), all losses carried down the layers together.

    travelling[n] (T,B,·) is, for every loss t, its gradient at the step n before it.
    """
    T, B = do.shape[:2]
    travelling = {0: unroll.seeds(_reader(network), do)}
    for index in reversed(range(network.layers)):
        U, _, apart = network.layer(index)
        slope, below = _slope(network, passes[index]), {}
        for back, gradient in travelling.items():
            check_cancel(cancel)
            da = np.zeros_like(gradient)
            da[back:] = gradient[back:] * slope[: T - back]
            for tap, further in _taps(network.K, apart, T - back):
                at = back + further
                below[at] = below.get(at, 0.0) + da @ U[..., tap]
        travelling = below
    norms = np.zeros((T, T), do.dtype)
    for back, gradient in travelling.items():
        later = np.arange(back, T)
        norms[later, later - back] = row_norms(gradient[back:].reshape(T - back, -1)) * B**0.5
    return norms


def _check_whole(name: str, value: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise EngineError(f"network.{name}", f"{name} is {value!r}; it must be a whole number ≥ 1")
