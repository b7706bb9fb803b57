"""PyTorch as the engine's peer: the network as a loop, as torch.nn's module, the same triangle."""

import numpy as np
import torch

from app.engine.layer import Adjoint
from app.engine.network import Network
from app.engine.sequences import Sequence


class TorchLoop:
    """The same network as a plain PyTorch loop over time."""

    def __init__(self, network: Network, sequence: Sequence):
        self.p = {name: torch.tensor(p).requires_grad_() for name, p in network.parameters.items()}
        batched = sequence.x if sequence.B is not None else sequence.x[None]
        self.x = torch.tensor(np.ascontiguousarray(batched.swapaxes(0, 1)))  # (T, B, I)
        y = sequence.y if sequence.B is not None else np.asarray(sequence.y)[None]
        self.y = torch.tensor(np.ascontiguousarray(np.asarray(y).T))  # (T, B)

        self.cell = network.cell

    def losses(self) -> tuple[list[torch.Tensor], torch.Tensor]:
        """Return the states by step (for the LSTM also its cells), and L(t) averaged over B."""
        p, (T, B, _) = self.p, self.x.shape
        Ux, WT = self.x @ p["U"].T + p["b"], p["W"].T
        h, states = torch.zeros(B, len(WT), dtype=self.x.dtype), []
        cell, cells = h, []
        for t in range(T):
            h, cell = self.step(Ux[t], WT, h, cell)
            states.append(h)
            cells.append(cell)
        o = torch.stack(states) @ p["V"].T + p["c"]
        each = torch.nn.functional.cross_entropy(
            o.flatten(0, 1), self.y.flatten(), reduction="none"
        )
        return states + (cells if self.cell == "lstm" else []), each.view(T, B).mean(1)

    def step(
        self, Ux: torch.Tensor, WT: torch.Tensor, h: torch.Tensor, cell: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return h(t) and, for the LSTM, cell(t)."""
        if self.cell == "rnn":
            return torch.tanh(torch.addmm(Ux, h, WT)), cell
        if self.cell == "lstm":
            i, f, g, o = torch.addmm(Ux, h, WT).chunk(4, 1)
            cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(g)
            return torch.sigmoid(o) * torch.tanh(cell), cell
        (Ur, Uz, Un), (Wr, Wz, Wn) = Ux.chunk(3, 1), (h @ WT).chunk(3, 1)
        r, z = torch.sigmoid(Ur + Wr), torch.sigmoid(Uz + Wz)
        n = torch.tanh(Un + r * (Wn + self.p["b_hn"]))
        return n + z * (h - n), cell

    def __call__(self) -> None:
        _, losses = self.losses()
        torch.autograd.grad(losses.sum(), list(self.p.values()))


class TorchModule(TorchLoop):
    """The same network with torch.nn.RNN, LSTM or GRU, whose loop over time is compiled."""

    def __init__(self, network: Network, sequence: Sequence):
        super().__init__(network, sequence)
        kind = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[network.cell]
        self.module = kind(network.I, network.H, dtype=self.x.dtype)
        own = {"weight_ih_l0": "U", "weight_hh_l0": "W", "bias_ih_l0": "b"}
        state = {name: self.p[letter].detach() for name, letter in own.items()}
        state["bias_hh_l0"] = torch.zeros_like(state["bias_ih_l0"])
        self.module.load_state_dict(state)

    def __call__(self) -> None:
        h, _ = self.module(self.x)
        o = h @ self.p["V"].T + self.p["c"]
        loss = torch.nn.functional.cross_entropy(o.flatten(0, 1), self.y.flatten(), reduction="sum")
        wanted = [*self.module.parameters(), self.p["V"], self.p["c"]]
        torch.autograd.grad(loss / self.x.shape[1], wanted)


class TorchTriangle:
    """The credit triangle of one sequence by the engine's own block algorithm, written in PyTorch.

    All losses travel together, a growing block of rows; norms of dh, da and both shares, step by
    step. The coefficients of the way back are the engine's, ready before the clock starts.
    """

    def __init__(self, way: Adjoint, seed: np.ndarray):
        self.cell, self.seed = type(way).__name__, torch.tensor(seed)
        run, names = way.run, ("slope", "K", "Q", "f", "z", "r", "into_cell", "W")
        self.c = {
            name: torch.tensor(np.ascontiguousarray(getattr(way, name)))
            for name in names
            if hasattr(way, name)
        }
        entering = (torch.tensor(run.h_prev), torch.tensor(run.x))
        self.lengths = [torch.linalg.vector_norm(each, dim=1) for each in entering]

    def __call__(self) -> list[torch.Tensor]:
        T, H = self.seed.shape
        dh, dcell, norms = self.seed[:0], self.seed[:0], []
        for k in reversed(range(T)):
            dh = torch.cat([dh, self.seed[k : k + 1]])
            if "into_cell" in self.c:
                dcell = torch.cat([dcell, torch.zeros(1, H, dtype=dh.dtype)])
                dcell = torch.addcmul(dcell, dh, self.c["into_cell"][k])
            da, dq = self.gates(k, dh, dcell)
            found = [dh, da, dq] if dq is not da else [dh, da]
            sizes = [torch.linalg.vector_norm(each, dim=1) for each in found]
            shares = [sizes[-1] * self.lengths[0][k], sizes[1] * self.lengths[1][k]]
            norms += [*sizes[:2], *shares]
            if "into_cell" in self.c:
                norms.append(torch.linalg.vector_norm(dcell, dim=1))
                dcell = dcell * self.c["f"][k]
            sent = dq @ self.c["W"]
            dh = torch.addcmul(sent, dh, self.c["z"][k]) if "z" in self.c else sent
        return norms

    def gates(
        self, k: int, dh: torch.Tensor, dcell: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return da(k) of all losses, and what W sees of it."""
        c = self.c
        if "slope" in c:
            da = dh * c["slope"][k]
            return da, da
        if "into_cell" in c:
            K = c["K"][k]
            cells = dcell[:, None] * K[:3]
            da = torch.cat([cells.flatten(1), dh * K[3]], dim=1)
            return da, da
        return (dh[:, None] * c["K"][k]).flatten(1), (dh[:, None] * c["Q"][k]).flatten(1)
