# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false, reportOptionalIterable=false
"""The oracle: the same network written plainly in PyTorch, and random cases to hold it against."""

from dataclasses import dataclass, field

import numpy as np
import torch

from app.engine.initialization import INITIALIZERS, Init, initialize
from app.engine.network import Network
from app.engine.readout import READOUTS
from app.engine.sequences import Sequence, from_arrays

TORCH_ACTIVATIONS = {
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "leaky_relu": lambda a: torch.nn.functional.leaky_relu(a, 0.01),
    "identity": lambda a: a,
}


def random_network(
    rng, activation="tanh", output="softmax", *, H=None, readout=True, dtype: type = np.float64
) -> Network:
    I, H, O = rng.integers(1, 6), H or int(rng.integers(1, 8)), int(rng.integers(2, 6))  # noqa: E741
    scheme = rng.choice(list(INITIALIZERS))
    init = Init(str(scheme), float(rng.uniform(0.5, 2)), None, int(rng.integers(1000)))
    parameters = initialize("rnn", int(I), H, O if readout else None, init)
    for name in ("b", "c"):
        if name in parameters:
            parameters[name] = rng.normal(0, 0.5, parameters[name].shape)
    parameters["W"] = parameters["W"] * rng.uniform(0.5, 1.3)
    parameters = {name: p.astype(dtype) for name, p in parameters.items()}
    return Network(activation=activation, output=output, parameters=parameters)


def random_sequence(rng, network, *, B=None, T=None, loss_at="every", h0=None) -> Sequence:
    T = T or int(rng.integers(1, 12))
    batch = () if B is None else (B,)
    steps = (T,) if loss_at == "every" or rng.random() < 0.5 else ()
    x = rng.normal(0, 1, (*batch, T, network.I))
    if READOUTS[network.output].classes:
        y = rng.integers(0, network.O, (*batch, *steps))
    else:
        y = rng.uniform(0, 1, (*batch, *steps, network.O))
    use_h0 = rng.random() < 0.5 if h0 is None else h0
    start = rng.normal(0, 0.7, (*batch, network.H)) if use_h0 else None
    return from_arrays(x, y, start, loss_at, dtype=network.dtype)


def torch_losses(network: Network, o, y):
    """The loss of one step: o (B,O), y (B) or (B,O) → a mean over B."""
    if network.output == "softmax":
        return torch.nn.functional.cross_entropy(o, y)
    if network.output == "sigmoid":
        each = torch.nn.functional.binary_cross_entropy_with_logits(o, y, reduction="none")
        return each.sum(-1).mean()
    return 0.5 * ((o - y) ** 2).sum(-1).mean()


@dataclass
class Oracle:
    """A run in PyTorch float64, states by step, always with a batch axis; `untied` uses by step."""

    network: Network
    sequence: Sequence
    untied: bool = False
    a: list = field(default_factory=list)
    h: list = field(default_factory=list)
    o: list = field(default_factory=list)
    losses: dict = field(default_factory=dict)

    def __post_init__(self):
        s, n = self.sequence, self.network
        self.parameters = {k: leaf(p) for k, p in n.parameters.items()}
        copies = s.T if self.untied else 1
        self.uses = [
            {k: leaf(p) for k, p in n.parameters.items()} if self.untied else self.parameters
            for _ in range(copies)
        ]
        x = s.x if s.B is not None else s.x[None]
        self.B = len(x)
        self.x = [leaf(x[:, t]) for t in range(s.T)]
        h0 = np.zeros((self.B, n.H)) if s.h0 is None else s.h0.reshape(self.B, n.H)
        self.h0 = leaf(h0)
        h = self.h0
        for t in range(s.T):
            h = self.step(t, h)
            if t in s.loss_steps:
                self.losses[t] = torch_losses(n, self.o[t], self.target(t))

    def step(self, t, h_prev):
        p = self.uses[t % len(self.uses)]
        a = self.x[t] @ p["U"].T + h_prev @ p["W"].T + p["b"]
        h = TORCH_ACTIVATIONS[self.network.activation](a)
        o = h @ p["V"].T + p["c"] if "V" in p else h * 1.0
        for kept, value in ((self.a, a), (self.h, h), (self.o, o)):
            kept.append(value)
        return h

    def target(self, t):
        s, y = self.sequence, self.sequence.y
        tail = 0 if self.network.output == "softmax" else 1
        y = y if s.B is not None else y[None]
        with_time = y.ndim == 2 + tail
        chosen = y[:, t] if with_time else y
        return torch.tensor(chosen, dtype=torch.int64 if tail == 0 else torch.float64)

    @property
    def total(self):
        return torch.stack(list(self.losses.values())).sum()

    def grad(self, loss, wanted):
        """Gradients of `loss` for a list of tensors, zeros where nothing flows."""
        found = torch.autograd.grad(
            loss, wanted, retain_graph=True, allow_unused=True, materialize_grads=True
        )
        return [g.numpy() for g in found]

    def states(self, arrays):
        """A list over time of (B,·) → the caller's layout."""
        stacked = np.stack([np.asarray(each) for each in arrays], axis=1)
        return stacked if self.sequence.B is not None else stacked[0]


def leaf(array) -> torch.Tensor:
    return torch.tensor(np.asarray(array, dtype=np.float64), requires_grad=True)


def values(tensors):
    return [t.detach().numpy() for t in tensors]


def assert_close(actual, expected, tolerance, what=""):
    """Largest difference, relative to the largest expected magnitude."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape, f"{what}: {actual.shape} for {expected.shape}"
    scale = max(float(np.abs(expected).max(initial=0)), 1e-12)
    error = float(np.abs(actual - expected).max(initial=0)) / scale
    assert error <= tolerance, f"{what}: relative error {error:.3g}"
