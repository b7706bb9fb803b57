"""What a network has learnt, on data that no step trains on where there is such data.

Held out are other sequences of a task, or the last values of a series. Arrays and a text have
nothing of the kind: they are judged on what they are trained on, at most 64 sequences or 500 steps.
"""

from dataclasses import dataclass
from threading import Event

import numpy as np

from app.engine import unroll
from app.engine.network import Network
from app.engine.readout import READOUTS
from app.engine.sequences import Sequence, counted_targets
from app.engine.tasks import TASKS
from app.engine.training.baselines import Baseline, guess, metric, score, task_baseline
from app.engine.training.batches import Batches, StreamBatches, TaskBatches
from app.engine.training.stepping import Stepper

SHOWN, SHOWN_STEPS = 512, 200  # predictions in all, and of one sequence
DELAYS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)  # times the task's own
BY_DELAY = 32  # sequences for each
FORECAST, CONTEXT = 500, 500  # values ahead at most, and values read before them


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """Targets and predictions (n) or (n,S) of n sequences at their S counted steps.

    Classes are the most probable ones, for sigmoid ŷ, for linear o; (n,S,O) with several outputs.
    """

    target: np.ndarray
    predicted: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """The values (M) from number `start` on, in the series' own units.

    `predicted` goes on from its own predictions, `one_step` always from the value before.
    """

    start: int
    actual: np.ndarray
    predicted: np.ndarray
    one_step: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """The loss, the metric ("accuracy" or "mse") with its value, and the same of a simple guess.

    `by_delay` are (delay, value) of tasks that have a delay; `forecast` is of a series with values
    held out.
    """

    loss: float
    metric: str
    value: float
    baseline: Baseline | None
    predictions: Predictions
    by_delay: list[tuple[int, float]] | None = None
    forecast: Forecast | None = None


def evaluate(network: Network, batches: Batches, cancel: Event | None = None) -> Evaluation:
    """Measure a network; overflow stays in the numbers as inf and nan.

    Raises `EngineError` where network and data do not fit, `Cancelled` once `cancel` is set.
    """
    with np.errstate(all="ignore"):
        sequence = held_out(network, batches)
        o, targets, loss = _run(network, sequence, cancel)
        return Evaluation(
            loss=loss,
            metric=metric(network.output),
            value=score(network.output, o, targets),
            baseline=_baseline(network, batches, sequence, targets),
            predictions=_predictions(network, sequence, o, targets),
            by_delay=_by_delay(network, batches, cancel),
            forecast=_forecast(network, batches, cancel),
        )


def held_out(network: Network, batches: Batches) -> Sequence:
    """Return what a network is judged on."""
    if not isinstance(batches, StreamBatches) or network.normalization == "batch":
        return batches.held_out(network)
    own = batches.source
    if own.values is None or own.ahead is None:
        return batches.held_out(network)
    context = own.values[-CONTEXT:]
    z = np.concatenate([context, own.ahead[:FORECAST]])
    mask = np.arange(len(z) - 1) >= len(context) - 1
    return Sequence(z[:-1], z[1:], scale=own.scale, output=own.output, loss_mask=mask)


def _run(
    network: Network, sequence: Sequence, cancel: Event | None
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return o and the targets of the counted steps, time first, and the loss."""
    targets = counted_targets(network, sequence)
    run = unroll.forward(network, sequence, cancel)
    losses = unroll.losses(network, run, targets, sequence.loss_steps)
    return run.o[list(sequence.loss_steps)], targets, float(losses.per_step.sum())


def _baseline(
    network: Network, batches: Batches, sequence: Sequence, targets: np.ndarray
) -> Baseline | None:
    if isinstance(batches, TaskBatches):
        return task_baseline(batches.source, network)
    if sequence.scale is None:
        return guess(network.output, targets)
    x = sequence.x.swapaxes(0, 1) if sequence.B is not None else sequence.x
    return guess(network.output, targets, x[list(sequence.loss_steps)])


def _predictions(
    network: Network, sequence: Sequence, o: np.ndarray, targets: np.ndarray
) -> Predictions:
    """Take the first sequences, the last steps of each."""
    if network.output == "softmax":
        predicted = o.argmax(-1)
    else:
        predicted = READOUTS[network.output].y_hat(o)
        if network.O == 1:
            predicted, targets = predicted[..., 0], targets[..., 0]
    both = []
    for each in (targets, predicted):
        each = np.moveaxis(each, 1, 0) if sequence.B is not None else each[None]  # (B, S, …)
        each = each[: max(1, SHOWN // each.shape[1]), -SHOWN_STEPS:]
        both.append(np.ascontiguousarray(each[:, 0] if each.shape[1] == 1 else each))
    return Predictions(*both)


def _by_delay(
    network: Network, batches: Batches, cancel: Event | None
) -> list[tuple[int, float]] | None:
    """Measure at other delays, with as many symbols to recall."""
    if not isinstance(batches, TaskBatches) or task_baseline(batches.source, network) is None:
        return None
    if not TASKS[batches.source.name].delayed:
        return None
    found, own = [], batches.source.delay
    for delay in sorted({max(1, round(factor * own)) for factor in DELAYS}):
        length = batches.source.length - own + delay
        o, targets, _ = _run(network, batches.held_out_at(length, delay, BY_DELAY), cancel)
        found.append((delay, score(network.output, o, targets)))
    return found


def _forecast(network: Network, batches: Batches, cancel: Event | None) -> Forecast | None:
    """Read the end of what is known, then go on alone."""
    if not isinstance(batches, StreamBatches) or network.normalization == "batch":
        return None
    own = batches.source
    if own.values is None or own.ahead is None or own.scale is None:
        return None
    if network.bidirectional or network.O != 1:
        return None
    ahead, context = own.ahead[:FORECAST], own.values[-CONTEXT:]
    reading, guessing = Stepper(network), Stepper(network)
    reading.feed(context[:-1], cancel)  # the training part has 2 values at least
    guessing.state = reading.state
    one_step = reading.feed(np.concatenate([context[-1:], ahead[:-1]]), cancel)
    predicted, value = np.empty_like(ahead), context[-1:]
    for n in range(len(ahead)):
        value = guessing.feed(value, cancel)
        predicted[n] = value[0]
    mean, std = own.scale["mean"], own.scale["std"]
    units = (mean + std * z[:, 0].astype(np.float64) for z in (ahead, predicted, one_step))
    return Forecast(len(own.values), *units)
