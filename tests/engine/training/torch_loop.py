# pyright: reportOptionalSubscript=false
"""A plain training loop in PyTorch: one layer, states carried detached, clipping as in PyTorch."""

import numpy as np
import torch

from app.engine.network import Network
from app.engine.sequences import Sequence
from app.engine.training import Run
from tests.engine.composed import torch_step
from tests.engine.oracle import leaf, torch_losses

OPTIMIZERS = {
    "sgd": torch.optim.SGD,
    "momentum": torch.optim.SGD,
    "rmsprop": torch.optim.RMSprop,
    "adagrad": torch.optim.Adagrad,
    "adam": torch.optim.Adam,
}
CLIP_EPSILON = 1e-6  # clip_grad_norm_ divides by the norm plus this


class TorchTraining:
    """The same run; `advance` takes the same data."""

    def __init__(self, network: Network, run: Run):
        self.network, self.clip = network, run.clip
        self.p = {name: leaf(p) for name, p in network.parameters.items()}
        optimizer = run.optimizer
        momentum = {"momentum": optimizer.momentum} if optimizer.name == "momentum" else {}
        kind = OPTIMIZERS[optimizer.name]
        self.optimizer = kind(list(self.p.values()), lr=optimizer.learning_rate, **momentum)
        self.state: tuple = ()

    def advance(self, sequence: Sequence, fresh: bool) -> tuple[float, float, bool]:
        """Make one step; return loss, gradient norm and whether it was clipped."""
        x, y = (np.asarray(a if sequence.B else a[None]) for a in (sequence.x, sequence.y))
        zero = torch.zeros(len(x), self.network.H, dtype=torch.float64)
        h, cell = (zero, zero) if fresh else (None if s is None else s.detach() for s in self.state)
        losses = []
        for t in range(sequence.T):
            _, _, h, cell = torch_step(self.network, self.p, torch.tensor(x[:, t]), h, cell)
            if t in sequence.loss_steps:
                o = h @ self.p["V"].T + self.p["c"]
                losses.append(torch_losses(self.network, o, torch.tensor(y[:, t])))
        self.state = (h, cell)
        loss = torch.stack(losses).sum()
        self.optimizer.zero_grad()
        loss.backward()
        norm, clipped = self._clip()
        self.optimizer.step()
        return loss.item(), norm, clipped

    def _clip(self) -> tuple[float, bool]:
        each = list(self.p.values())
        gradients = [p.grad for p in each if p.grad is not None]
        norm = torch.cat([g.ravel() for g in gradients]).norm().item()
        if self.clip is None:
            return norm, False
        limit = self.clip.threshold
        if self.clip.by == "value":
            torch.nn.utils.clip_grad_value_(each, limit)
            return norm, any((g.abs() >= limit).any().item() for g in gradients)
        # so that the factor is limit / norm to the last digit
        torch.nn.utils.clip_grad_norm_(each, limit * (norm + CLIP_EPSILON) / norm)
        return norm, norm > limit
