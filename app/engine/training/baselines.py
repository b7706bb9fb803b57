"""Metrics, and what a guess without memory reaches in them."""

from dataclasses import dataclass

import numpy as np

from app.engine.network import Network
from app.engine.readout import READOUTS
from app.engine.sequences import counted_targets
from app.engine.tasks import TASKS
from app.engine.training.batches import Batches, SequenceBatches, StreamBatches, TaskBatches
from app.engine.training.sources import Stream, TaskSource


@dataclass(frozen=True, slots=True)
class Baseline:
    """The loss of the guess, of all counted steps together, and its value in the metric."""

    loss: float
    value: float


def metric(output: str) -> str:
    """Return "mse" for linear, else "accuracy"."""
    return "mse" if output == "linear" else "accuracy"


def score(output: str, o: np.ndarray, targets: np.ndarray) -> float:
    """Return the mean squared error, or the share of right classes (sigmoid: of right sides of ½).

    o (…,O) and targets as `counted_targets` gives them.
    """
    if output == "linear":
        return float(np.square(o - targets).mean(dtype=np.float64))
    right = (o > 0) == (targets > 0.5) if output == "sigmoid" else o.argmax(-1) == targets
    return float(right.mean())


def baseline(network: Network, batches: Batches) -> Baseline | None:
    """Return what a guess without memory reaches on a step's data, one of T steps.

    A task has its own. Of a series the guess is that the next value is like this one; else it is
    always the same: the classes as often as they occur, or the mean. None for a task whose losses
    or inputs are elsewhere than its own.
    """
    if isinstance(batches, TaskBatches):
        found = task_baseline(batches.source, network)
        share = batches.T / batches.length
    elif isinstance(batches, StreamBatches):
        found = _stream_guess(network.output, batches.source)
        share = batches.T if batches.source.loss_at == "every" else 1
    else:
        assert isinstance(batches, SequenceBatches)
        found = guess(network.output, counted_targets(network, batches.source))
        share = batches.T / batches.length
    return found and Baseline(found.loss * share, found.value)


def task_baseline(source: TaskSource, network: Network) -> Baseline | None:
    """Return the task's own baseline, None where losses or inputs are not where it has them."""
    task = TASKS[source.name]
    if not source.own or network.output != task.output:
        return None
    at = source.length, source.delay
    return Baseline(task.baseline(*at), task.chance(*at))


def _stream_guess(output: str, stream: Stream) -> Baseline:
    """Return the loss of one step."""
    if stream.codes is not None:
        found = guess(output, stream.codes[1:])
    else:
        assert stream.values is not None
        found = guess(output, stream.values[1:], stream.values[:-1])
    return Baseline(found.loss / stream.N, found.value)


def guess(output: str, targets: np.ndarray, before: np.ndarray | None = None) -> Baseline:
    """Return what the best constant reaches on targets (S,…); or the values before, like them."""
    if before is not None:
        return Baseline(_total(output, before, targets), score(output, before, targets))
    if output == "softmax":
        often = np.bincount(targets.ravel()) / targets.size
        seen = often[often > 0]
        return Baseline(float(-(seen * np.log(seen)).sum()) * len(targets), float(often.max()))
    each = targets.reshape(-1, targets.shape[-1]).astype(np.float64)
    mean = each.mean(axis=0)
    if output == "sigmoid":
        with np.errstate(divide="ignore"):
            o = np.log(mean) - np.log1p(-mean)
        o = np.clip(o, -40.0, 40.0)  # a certain class: the loss is 0 to 17 digits
    else:
        o = mean
    everywhere = np.broadcast_to(o, targets.shape)
    return Baseline(_total(output, everywhere, targets), score(output, everywhere, targets))


def _total(output: str, o: np.ndarray, targets: np.ndarray) -> float:
    each = READOUTS[output].loss(o, targets)
    return float(each.mean(axis=tuple(range(1, each.ndim))).sum())
