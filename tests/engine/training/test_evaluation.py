# pyright: reportAttributeAccessIssue=false, reportCallIssue=false
# pyright: reportArgumentType=false, reportOptionalMemberAccess=false, reportOptionalSubscript=false
# pyright: reportOptionalIterable=false
"""Metrics, baselines, delays, predictions and forecasts."""

import math
from threading import Event

import numpy as np
import pytest

from app.engine.errors import Cancelled
from app.engine.initialization import Init, initialize
from app.engine.network import Network
from app.engine.optimizers import Optimizer
from app.engine.sequences import from_arrays
from app.engine.series import SERIES
from app.engine.tasks import RECALLED, SYMBOLS, TASKS, from_task
from app.engine.trace import bptt_trace, forward_trace
from app.engine.training import (
    Run,
    TaskSource,
    Training,
    baseline,
    evaluate,
    make_batches,
    series_stream,
    text_stream,
)
from app.engine.training.baselines import metric, score

SUNSPOTS = SERIES["sunspots"][1]


def fresh(cell, I, O, H=4, output="softmax", seed=0, **options):  # noqa: E741
    parameters = initialize(cell, I, H, O, Init(seed=seed), **options)
    return Network(cell, output=output, parameters=parameters, **options)


def constant(I, c, output):  # noqa: E741
    """A network that says the same whatever it reads."""
    zeros = {n: 0 * p for n, p in initialize("rnn", I, 2, len(c)).items()}
    return Network(output=output, parameters=zeros | {"c": np.array(c, float)})


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_the_loss_is_that_of_the_engine_on_the_same_data(name, cell):
    task, batches = TASKS[name], make_batches(TaskSource(name, 14, 4, 3, seed=1))
    network = fresh(cell, task.I, task.O, output=task.output)
    found, held = evaluate(network, batches), batches.held_out(network)
    trace = bptt_trace(network, held, include=set())
    assert found.loss == pytest.approx(trace.loss.total)
    assert found.metric == metric(task.output)
    if name == "adding":
        assert found.value == pytest.approx(2 * found.loss)
    if task.output == "softmax":
        steps = list(held.loss_steps)
        right = trace.forward.o[:, steps].argmax(-1) == held.y[:, steps]
        assert found.value == pytest.approx(right.mean())


@pytest.mark.parametrize("name", TASKS)
def test_a_tasks_chance_is_what_the_best_guess_without_memory_reaches(name):
    """As its baseline: a network of zeros, its c at the best constant, over many sequences."""
    task, sequence = TASKS[name], from_task(name, 20, 6, 4000)
    c = {"copy": [*[0.0] * SYMBOLS, -50, -50], "adding": [1.0]}.get(name, [0.0] * task.O)
    o = forward_trace(constant(task.I, c, task.output), sequence).forward.o
    steps = list(sequence.loss_steps)
    if task.output == "softmax":  # o is equal: any class, so a random one
        o = np.random.default_rng(0).normal(size=o.shape) + o
        if name == "parity":
            o[:, 0] = -np.eye(2)[1 - sequence.y[:, 0]]
    y = np.moveaxis(sequence.y, 1, 0)[steps]
    value = score(task.output, np.moveaxis(o, 1, 0)[steps], y)
    assert value == pytest.approx(task.chance(20, 6), rel=0.05)


@pytest.mark.parametrize("name", TASKS)
def test_the_baseline_of_a_task_is_its_own(name):
    task, network = (
        TASKS[name],
        fresh("rnn", TASKS[name].I, TASKS[name].O, output=TASKS[name].output),
    )
    batches = make_batches(TaskSource(name, 14, 4))
    found = evaluate(network, batches).baseline
    assert found == baseline(network, batches)
    assert (found.loss, found.value) == (task.baseline(14, 4), task.chance(14, 4))
    elsewhere = "last" if task.loss_at == "every" else "every"
    for changed in ({"loss_at": elsewhere}, {"input_at": "first"}):
        moved = make_batches(TaskSource(name, 30, 0, **changed))
        assert baseline(network, moved) is None
        found = evaluate(network, moved)
        assert (found.baseline, found.by_delay) == (None, None)


def test_the_baseline_of_a_chunk_is_its_share():
    network = fresh("rnn", 1, 1, output="linear")
    whole, pieces = (make_batches(TaskSource("sine", 12), chunk=chunk) for chunk in (None, 3))
    assert baseline(network, pieces).loss == baseline(network, whole).loss / 4
    assert baseline(network, pieces).value == baseline(network, whole).value


def test_the_baseline_of_a_text_is_how_often_each_character_occurs():
    text = "aaab" * 30
    often = np.bincount([0 if each == "a" else 1 for each in text[1:]]) / 119
    entropy = -(often * np.log(often)).sum()
    network = constant(2, np.log(often), "softmax")
    for chunk, T in ((None, 119), (10, 10)):
        batches = make_batches(text_stream(text), chunk=chunk)
        found = baseline(network, batches)
        assert found.loss == pytest.approx(T * entropy)
        assert found.value == pytest.approx(often.max())
        judged = evaluate(network, batches)
        assert judged.loss == pytest.approx(judged.baseline.loss)
        assert judged.value == pytest.approx(judged.baseline.value)


@pytest.mark.parametrize(
    ("output", "y"),
    [
        ("softmax", [[0, 1, 1], [2, 1, 1]]),
        ("linear", [[[1.0, 2], [0, 4], [5, 6]], [[7, 0], [1, 1], [2, 2]]]),
        ("sigmoid", [[[1.0, 0], [0, 0], [1, 0]], [[1, 0], [1, 0], [1, 0]]]),
    ],
)
def test_the_baseline_of_arrays_is_the_best_constant(output, y):
    batches = make_batches(from_arrays(np.ones((2, 3, 1)), np.array(y)))
    O = 3 if output == "softmax" else 2  # noqa: E741
    training = Training(
        [Run(constant(1, [0.0] * O, output), Optimizer("rmsprop", 0.05, schedule="decay"))], batches
    )
    for _ in range(3000):
        training.advance()
    network = training.network(0)
    frozen = constant(1, forward_trace(network, batches.source).forward.o[0, 0], output)
    learnt, found = evaluate(frozen, batches), baseline(network, batches)
    assert found.loss <= learnt.loss + 1e-9
    assert learnt.loss == pytest.approx(found.loss, rel=0.05, abs=0.05)
    assert learnt.value == pytest.approx(found.value, rel=0.05)


def test_the_baseline_of_a_series_is_its_value_before():
    values = np.array([1.0, 4, 2, 7, 5, 6, 1, 2])
    source = series_stream(values)
    batches, network = make_batches(source, chunk=3), fresh("gru", 1, 1, output="linear")
    z = (values - values.mean()) / values.std()
    moves = np.diff(z) ** 2
    assert baseline(network, batches).value == pytest.approx(moves.mean())
    assert baseline(network, batches).loss == pytest.approx(3 * moves.mean() / 2)
    found = evaluate(network, batches)
    assert found.baseline.loss == pytest.approx(moves.sum() / 2)


@pytest.mark.parametrize("name", ["copy", "delayed_recall"])
def test_accuracy_by_delay_reaches_twice_as_far(name):
    task, batches = TASKS[name], make_batches(TaskSource(name, 13, 5))
    found = evaluate(fresh("gru", task.I, task.O), batches).by_delay
    assert [delay for delay, _ in found] == [1, 2, 4, 5, 6, 8, 10]
    assert all(0 <= value <= 1 for _, value in found)
    for delay, _ in found:
        held = batches.held_out_at(13 - 5 + delay, delay, 3)
        assert len(held.loss_steps) == len(
            batches.held_out(fresh("gru", task.I, task.O)).loss_steps
        )


def test_by_delay_knows_a_network_that_repeats_what_it_sees():
    """A network whose output is its input recalls at delay 0, and one shifted by 1 at delay 1."""
    n = RECALLED
    shift = {
        "U": np.vstack([np.eye(n), np.zeros((n, n))]),
        "W": np.block([[np.zeros((n, 2 * n))], [np.eye(n), np.zeros((n, n))]]),
        "b": np.zeros(2 * n), "V": np.hstack([np.zeros((n, n)), np.eye(n)]), "c": np.zeros(n),
    }  # fmt: skip
    network = Network("rnn", "identity", parameters=shift)
    found = evaluate(network, make_batches(TaskSource("delayed_recall", 12, 1)))
    assert found.value == 1.0
    assert found.by_delay[0] == (1, 1.0)
    assert found.by_delay[1][1] < 0.6


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("adding", (64,)),
        ("temporal_order", (64,)),
        ("copy", (64, 5)),
        ("parity", (1, 200)),
        ("sine", (1, 200)),
    ],
)
def test_predictions_are_the_first_sequences_last_steps(name, shape):
    task = TASKS[name]
    length = 600 if shape[-1] == 200 else 15
    batches = make_batches(TaskSource(name, length, 5, 2))
    network = fresh("rnn", task.I, task.O, output=task.output)
    found, held = evaluate(network, batches).predictions, batches.held_out(network)
    assert found.target.shape == found.predicted.shape == shape
    y = held.y if task.output == "softmax" else held.y[..., 0]
    y = y[:, list(held.loss_steps)][: shape[0], -200:]
    assert np.array_equal(found.target.reshape(y.shape), y)
    o = forward_trace(network, held).forward.o[:, list(held.loss_steps)][: shape[0], -200:]
    wanted = o.argmax(-1) if task.output == "softmax" else o[..., 0]
    assert found.predicted.reshape(y.shape) == pytest.approx(wanted)


class TestForecast:
    def batches(self, **options):
        return make_batches(series_stream(SUNSPOTS, 0.1), **options)

    def test_it_goes_on_alone_from_what_it_knows(self):
        batches = self.batches(chunk=20)
        network = fresh("lstm", 1, 1, output="linear", seed=2)
        found, source = evaluate(network, batches).forecast, batches.source
        M = int(0.1 * len(SUNSPOTS))
        assert found.start == len(SUNSPOTS) - M
        assert found.actual == pytest.approx(SUNSPOTS[-M:])
        known = source.values
        for n in range(5):  # from the start again with all that was said so far
            o = forward_trace(network, from_arrays(known)).forward.o
            value = source.scale["mean"] + source.scale["std"] * o[-1, 0]
            assert found.predicted[n] == pytest.approx(value)
            known = np.concatenate([known, o[-1:]])
        read = np.concatenate([source.values, source.ahead[:-1]])
        o = forward_trace(network, from_arrays(read)).forward.o[-M:, 0]
        assert found.one_step == pytest.approx(source.scale["mean"] + source.scale["std"] * o)

    def test_the_metric_is_that_of_the_values_ahead_alone(self):
        batches, network = self.batches(), fresh("gru", 1, 1, output="linear")
        found, std = evaluate(network, batches), batches.source.scale["std"]
        ahead = found.forecast
        missed = ((ahead.one_step - ahead.actual) / std) ** 2
        assert found.value == pytest.approx(missed.mean())
        assert found.loss == pytest.approx(missed.sum() / 2)
        before = np.r_[SUNSPOTS[ahead.start - 1], ahead.actual[:-1]]
        naive = ((before - ahead.actual) / std) ** 2
        assert found.baseline.value == pytest.approx(naive.mean())

    def test_a_trained_network_beats_the_value_before(self):
        batches = self.batches(chunk=25)
        run = Run(fresh("gru", 1, 1, 12, output="linear"), Optimizer("adam", 0.01))
        training = Training([run], batches)
        for _ in range(800):
            training.advance()
        found = evaluate(training.network(0), batches)
        assert found.value < 0.7 * found.baseline.value

    def test_there_is_none_without_values_ahead_or_with_a_look_ahead(self):
        network = fresh("gru", 1, 1, output="linear")
        assert evaluate(network, make_batches(series_stream(SUNSPOTS))).forecast is None
        both = fresh("gru", 1, 1, output="linear", bidirectional=True)
        assert evaluate(both, self.batches()).forecast is None
        normalized = fresh("rnn", 1, 1, output="linear", normalization="batch")
        assert evaluate(normalized, self.batches(batch=3)).forecast is None


def test_overflow_stays_in_the_numbers():
    parameters = initialize("rnn", 2, 4, 1, Init(spectral_radius=1e10))
    network = Network("rnn", "identity", output="linear", parameters=parameters)
    found = evaluate(network, make_batches(TaskSource("adding", 80)))
    assert not math.isfinite(found.loss)
    assert not math.isfinite(found.value)


def test_it_can_be_called_off():
    cancel = Event()
    cancel.set()
    with pytest.raises(Cancelled):
        evaluate(fresh("rnn", 2, 1, output="linear"), make_batches(TaskSource("adding")), cancel)
