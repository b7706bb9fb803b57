"""One run of a training: a network that learns, step by step, until it diverges."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Event
from typing import Any

import numpy as np

from app.engine.clipping import Clip
from app.engine.errors import EngineError
from app.engine.network import Network
from app.engine.norms import norm
from app.engine.optimizers import Optimizer
from app.engine.sequences import Sequence
from app.engine.training.passes import Start, run_pass
from app.engine.training.weights import Weights, on_one_vector


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A network and how it is trained; `truncate` as in `bptt.run_bptt`."""

    network: Network
    optimizer: Optimizer
    clip: Clip | None = None
    truncate: int | None = None


@dataclass(frozen=True, slots=True)
class Divergence:
    """The step, and what was the first that is not finite: "loss", "dW", or a weight, "W"."""

    step: int
    what: str


@dataclass(frozen=True, slots=True)
class StepResult:
    """The loss of the mini-batch before the update, ‖∂L/∂θ‖ before clipping, what happened."""

    loss: float
    gradient_norm: float
    clipped: bool
    diverged: Divergence | None = None


class Learner:
    """A run under way: `network` on the present weights, the optimizer's memory, carried states.

    A step is `look` (which can be called off and changes nothing that lasts), then `learn`.
    """

    def __init__(self, run: Run):
        self.run = run
        self.network, self.weights = on_one_vector(run.network)
        self.before = self.weights.vector.copy()
        self.gradient = Weights.like(self.weights.views)
        self.memory = run.optimizer.memory(self.weights.vector)
        self.state: Start = {}
        self.diverged: Divergence | None = None
        self.result: StepResult | None = None
        self._seen: tuple[float, Start] | None = None
        # where several overflow in one step, W is named: the others take from what W carried
        self._order = sorted(self.weights.views, key=lambda name: name[0] != "W")

    def look(self, sequence: Sequence, fresh: bool, cancel: Event | None) -> None:
        """Find loss and gradient of a step's data; states come from the last step unless fresh."""
        start = None if fresh else self.state
        views = self.gradient.views
        self._seen = run_pass(self.network, sequence, start, self.run.truncate, views, cancel)

    def learn(self, n: int) -> StepResult:
        """Make update n from what `look` found; on divergence the weights stay as they were."""
        assert self._seen is not None
        loss, last = self._seen
        length = norm(self.gradient.vector)
        if not math.isfinite(loss):
            return self._stop(n, "loss", loss, length)
        if not math.isfinite(length):
            what = self.gradient.first_broken(self._order)
            return self._stop(n, f"d{what}" if what else "gradient_norm", loss, length)
        clipped = self._clip(length)
        np.copyto(self.before, self.weights.vector)
        self.run.optimizer.update(self.weights.vector, self.gradient.vector, self.memory, n)
        broken = self.weights.first_broken(self._order)
        if broken is not None:
            np.copyto(self.weights.vector, self.before)
            return self._stop(n, broken, loss, length, clipped)
        self.state = last
        self.result = StepResult(loss, length, clipped)
        return self.result

    def _stop(
        self, n: int, what: str, loss: float, length: float, clipped: bool = False
    ) -> StepResult:
        self.diverged = Divergence(n, what)
        self.result = StepResult(loss, length, clipped, self.diverged)
        return self.result

    def _clip(self, length: float) -> bool:
        """Clip the gradient in place, as `clipping.clip_gradients`; say whether that changed it."""
        clip, g = self.run.clip, self.gradient.vector
        if clip is None:
            return False
        if clip.by == "value":
            over = bool(max(g.max(), -g.min()) > clip.threshold)
            if over:
                np.clip(g, -clip.threshold, clip.threshold, out=g)
            return over
        if clip.by == "norm":
            return _shorten(g, length, clip.threshold)
        each = [_shorten(view, norm(view), clip.threshold) for view in self.gradient.views.values()]
        return any(each)

    def snapshot(self) -> dict[str, Any]:
        """Return all that the next step depends on, in arrays of their own."""
        return {
            "parameters": self.weights.copies(),
            "optimizer": {name: vector.copy() for name, vector in self.memory.items()},
            "state": {name: array.copy() for name, array in self.state.items()},
            "diverged": self.diverged and {"step": self.diverged.step, "what": self.diverged.what},
            "loss": self.result and self.result.loss,
        }

    def restore(self, saved: Mapping[str, Any], field: str) -> None:
        """Take up a snapshot. Raises `EngineError` (below `field`) for one of another run."""
        _fill(f"{field}.parameters", saved["parameters"], self.weights.views, finite=True)
        _fill(f"{field}.optimizer", saved["optimizer"], self.memory)
        dtype = self.weights.vector.dtype
        for name, array in saved["state"].items():
            if name not in self.network.code.STATES:
                raise EngineError(f"{field}.state", f"state {name!r} is unknown to this cell")
            if array.dtype != dtype or not np.isfinite(array).all():
                raise EngineError(
                    f"{field}.state.{name}",
                    f"{name} holds {array.dtype}; it must be finite {dtype}",
                )
        self.state = {name: array.copy() for name, array in saved["state"].items()}
        stopped = saved.get("diverged")
        self.diverged = None if stopped is None else Divergence(stopped["step"], stopped["what"])


def _shorten(g: np.ndarray, length: float, threshold: float) -> bool:
    if length <= threshold:
        return False
    g *= threshold / length
    return True


def _fill(
    field: str,
    saved: Mapping[str, np.ndarray],
    own: Mapping[str, np.ndarray],
    finite: bool = False,
) -> None:
    if set(saved) != set(own):
        raise EngineError(
            field, f"it holds {', '.join(sorted(saved)) or 'nothing'}; "
            f"this run has {', '.join(sorted(own)) or 'nothing'}",
        )  # fmt: skip
    for name, array in own.items():
        given = saved[name]
        if given.shape != array.shape or given.dtype != array.dtype:
            raise EngineError(
                f"{field}.{name}",
                f"{name} is {given.dtype} {given.shape}; it must be {array.dtype} {array.shape}",
            )
        if finite and not np.isfinite(given).all():
            raise EngineError(f"{field}.{name}", f"{name} holds numbers that are not finite")
        np.copyto(array, given)
