# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false, reportOptionalIterable=false
# pyright: reportArgumentType=false, reportCallIssue=false
"""The oracle for every cell, normalization, stack and direction: PyTorch, step by step, as written.

Each state of each layer, direction and step is a tensor of its own, so that gradients can be asked
for it as a node.
"""

from dataclasses import dataclass, field

import numpy as np
import torch

from app.engine.initialization import INITIALIZERS, Init, initialize
from app.engine.network import Network
from app.engine.readout import READOUTS
from app.engine.sequences import Sequence, from_arrays
from tests.engine.oracle import TORCH_ACTIVATIONS, leaf, torch_losses

VARIANTS = (("rnn", "none"), ("lstm", "none"), ("gru", "none"), ("rnn", "layer"), ("rnn", "batch"))
EPS = 1e-5


def random_composed(
    rng,
    cell,
    normalization="none",
    *,
    layers=1,
    bidirectional=False,
    output="softmax",
    activation="tanh",
    H=None,
    readout=True,
) -> Network:
    I, H, O = int(rng.integers(1, 5)), H or int(rng.integers(2, 5)), int(rng.integers(2, 5))  # noqa: E741
    init = Init(str(rng.choice(list(INITIALIZERS))), seed=int(rng.integers(1000)))
    shape = {"layers": layers, "bidirectional": bidirectional, "normalization": normalization}
    parameters = initialize(cell, I, H, O if readout else None, init, **shape)
    parameters = {name: p + rng.normal(0, 0.4, p.shape) for name, p in parameters.items()}
    return Network(cell, activation, normalization, output, parameters, layers, bidirectional)


def random_data(rng, network, *, B=None, T=5, loss_at="every") -> Sequence:
    batch = () if B is None else (B,)
    y = rng.uniform(0, 1, (*batch, T, network.O))
    if READOUTS[network.output].classes:
        y = rng.integers(0, network.O, (*batch, T))
    parts = (len(network.parts),) if network.composed else ()
    h0, cell0 = rng.normal(0, 0.7, (2, *parts, *batch, network.H))
    cell0 = cell0 if network.cell == "lstm" else None
    return from_arrays(rng.normal(size=(*batch, T, network.I)), y, h0, loss_at, cell0=cell0)


def standard(s, dim):
    mean = s.mean(dim, keepdim=True)
    return (s - mean) / torch.sqrt(((s - mean) ** 2).mean(dim, keepdim=True) + EPS)


def torch_step(network, p, x, h, cell):
    """One step as the formulas have it: (a, gates, h, cell)."""
    Ux, Wh = x @ p["U"].T, h @ p["W"].T
    if network.cell == "lstm":
        a = Ux + Wh + p["b"]
        i, f, g, o = a.chunk(4, -1)
        i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
        cell = f * cell + i * g
        return a, (i, f, g, o), o * torch.tanh(cell), cell
    if network.cell == "gru":
        (Ur, Uz, Un), (Wr, Wz, Wn) = (Ux + p["b"]).chunk(3, -1), Wh.chunk(3, -1)
        a_r, a_z = Ur + Wr, Uz + Wz
        r, z = torch.sigmoid(a_r), torch.sigmoid(a_z)
        a_n = Un + r * (Wn + p["b_hn"])
        n = torch.tanh(a_n)
        return (a_r, a_z, a_n), (r, z, n), (1 - z) * n + z * h, None
    if network.normalization == "layer":
        a = p["gamma"] * standard(Ux + Wh, -1) + p["b"]
    elif network.normalization == "batch":
        a = p["gamma_U"] * standard(Ux, 0) + p["gamma_W"] * standard(Wh, 0) + p["b"]
    else:
        a = Ux + Wh + p["b"]
    return a, (), TORCH_ACTIVATIONS[network.activation](a), None


@dataclass
class Composed:
    """A run in PyTorch float64, always with a batch axis; lists by part, then by step."""

    network: Network
    sequence: Sequence
    untied: bool = False
    a: list = field(default_factory=list)
    h: list = field(default_factory=list)
    cell: list = field(default_factory=list)
    gates: list = field(default_factory=list)
    uses: list = field(default_factory=list)
    losses: dict = field(default_factory=dict)

    def __post_init__(self):
        s, n = self.sequence, self.network
        self.parameters = {k: leaf(p) for k, p in n.parameters.items()}
        x = s.x if s.B is not None else s.x[None]
        self.x = [leaf(x[:, t]) for t in range(s.T)]
        start = (len(n.parts), len(x), n.H)
        self.h0 = [leaf(h) for h in s.h0.reshape(start)]
        cell0 = np.zeros(start) if s.cell0 is None else s.cell0.reshape(start)
        self.cell0 = [leaf(cell) for cell in cell0]
        entering = self.x
        for layer in range(n.layers):
            mine = [i for i, part in enumerate(n.parts) if part.layer == layer]
            for i in mine:
                self.run_part(i, entering)
            entering = [torch.cat([self.h[i][t] for i in mine], -1) for t in range(s.T)]
        self.top = entering
        p = self.parameters
        self.o = [h @ p["V"].T + p["c"] if "V" in p else h * 1.0 for h in entering]
        for t in s.loss_steps:
            self.losses[t] = torch_losses(n, self.o[t], self.target(t))

    def run_part(self, i, entering):
        part, T = self.network.parts[i], self.sequence.T
        plain = {k: self.parameters[k + part.suffix] for k in self.network.layer_parameters(part)}
        copies = [{k: leaf(p.detach()) for k, p in plain.items()} for _ in range(T)]
        self.uses.append(copies if self.untied else [plain] * T)
        lists = [[None] * T for _ in range(4)]
        h, cell = self.h0[i], self.cell0[i]
        for t in range(T) if part.direction == "forward" else reversed(range(T)):
            a, gates, h, cell = self.step(i, t, entering[t], h, cell)
            for kept, value in zip(lists, (a, gates, h, cell), strict=True):
                kept[t] = value
        for kept, mine in zip((self.a, self.gates, self.h, self.cell), lists, strict=True):
            kept.append(mine)

    def step(self, i, t, x, h, cell):
        return torch_step(self.network, self.uses[i][t], x, h, cell)

    def target(self, t):
        y = self.sequence.y if self.sequence.B is not None else self.sequence.y[None]
        classes = READOUTS[self.network.output].classes
        return torch.tensor(y[:, t], dtype=torch.int64 if classes else torch.float64)

    @property
    def total(self):
        return torch.stack(list(self.losses.values())).sum()

    def grad(self, loss, wanted):
        """Gradients of `loss` for a list of tensors, zeros where nothing flows.

        An entry may be several tensors that stand side by side.
        """
        if isinstance(wanted[0], tuple):
            columns = [self.grad(loss, each) for each in zip(*wanted, strict=True)]
            return [np.concatenate(each, axis=-1) for each in zip(*columns, strict=True)]
        found = torch.autograd.grad(
            loss, wanted, retain_graph=True, allow_unused=True, materialize_grads=True
        )
        return [g.numpy() for g in found]

    def laid_out(self, arrays):
        """A list over time of (B,·) → the caller's layout."""
        arrays = [torch.cat(each, -1) if isinstance(each, tuple) else each for each in arrays]
        detached = [each.detach() if isinstance(each, torch.Tensor) else each for each in arrays]
        stacked = np.stack([np.asarray(each) for each in detached], axis=1)
        return stacked if self.sequence.B is not None else stacked[0]

    def starts(self, arrays):
        """A list over parts of (B,H) → the layout of h0."""
        stacked = np.stack(arrays)
        stacked = stacked if self.sequence.B is not None else stacked[:, 0]
        return stacked if self.network.composed else stacked[0]
