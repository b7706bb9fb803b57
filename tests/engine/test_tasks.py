# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false, reportOptionalIterable=false
# pyright: reportArgumentType=false, reportCallIssue=false
import math

import numpy as np
import pytest

from app.engine.errors import EngineError
from app.engine.initialization import Init, initialize
from app.engine.network import Network
from app.engine.sequences import counted_targets
from app.engine.tasks import RECALLED, SYMBOLS, TASKS, from_task
from app.engine.trace import bptt_trace


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("batch", [1, 3])
def test_every_task_runs_on_a_network_of_its_sizes(name, batch):
    task, sequence = TASKS[name], from_task(name, 12, 4, batch, dtype=np.float32)
    assert sequence.x.shape == (() if batch == 1 else (batch,)) + (12, task.I)
    assert (sequence.output, sequence.loss_at) == (task.output, task.loss_at)
    network = Network(
        cell="gru", output=task.output,
        parameters=initialize("gru", task.I, 3, task.O, dtype=np.float32),
    )  # fmt: skip
    trace = bptt_trace(network, sequence)
    counted = np.zeros(12, bool)
    counted[list(sequence.loss_steps)] = True
    assert np.array_equal(trace.loss.per_step > 0, counted)
    assert np.array_equal(trace.credit.dh_norm.any(axis=1), counted)


@pytest.mark.parametrize("name", TASKS)
def test_the_seed_decides(name):
    one, again, other = (from_task(name, 12, 4, 2, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.x, again.x)
    assert np.array_equal(one.y, again.y)
    assert not np.array_equal(one.x, other.x)


@pytest.mark.parametrize("name", TASKS)
def test_the_baseline_is_what_the_best_guess_without_memory_reaches(name):
    """A network of zeros, its c at the best constant, over many sequences."""
    task, sequence = TASKS[name], from_task(name, 20, 6, 4000)
    zeros = {n: 0 * p for n, p in initialize("rnn", task.I, 2, task.O).items()}
    if name == "copy":
        zeros["c"] = np.where(np.arange(task.O) < SYMBOLS, 0.0, -50.0)
    if name == "adding":
        zeros["c"] = np.ones(1)
    loss = bptt_trace(Network(output=task.output, parameters=zeros), sequence, include=set()).loss
    total = loss.total - (loss.per_step[0] if name == "parity" else 0.0)
    assert total == pytest.approx(task.baseline(20, 6), rel=0.03)


def test_copy_asks_for_what_it_showed_after_the_delay():
    sequence = from_task("copy", 30, 10, 2, seed=3)
    seen = sequence.x.argmax(-1)
    assert np.array_equal(sequence.y[:, 20:], seen[:, :10])
    assert (seen[:, 10:20] == SYMBOLS).all()
    assert (seen[:, 20] == SYMBOLS + 1).all()
    assert sequence.loss_steps == tuple(range(20, 30))


def test_adding_marks_one_of_each_half_and_wants_their_sum():
    x, y = (sequence := from_task("adding", 9, batch=50)).x, sequence.y
    marks = x[..., 1]
    assert (marks[:, :4].sum(axis=1) == 1).all()
    assert (marks[:, 4:].sum(axis=1) == 1).all()
    assert y[:, -1, 0] == pytest.approx((x[..., 0] * marks).sum(axis=1))
    assert 0 <= x[..., 0].min() < x[..., 0].max() < 1


def test_temporal_order_is_that_of_its_two_letters():
    sequence = from_task("temporal_order", 40, batch=60)
    for seen, y in zip(sequence.x.argmax(-1), sequence.y, strict=True):
        places = np.flatnonzero(seen < 2)
        assert len(places) == 2
        assert places[0] < 8 <= 20 <= places[1] < 24
        assert y[-1] == 2 * seen[places[0]] + seen[places[1]]


def test_parity_is_odd_or_even_so_far():
    sequence = from_task("parity", 15, batch=4)
    assert np.array_equal(sequence.y, np.cumsum(sequence.x[..., 0], axis=1) % 2)


@pytest.mark.parametrize("delay", [0, 1, 5])
def test_delayed_recall_wants_what_was_there(delay):
    sequence = from_task("delayed_recall", 12, delay, 3)
    seen = sequence.x.argmax(-1)
    assert np.array_equal(sequence.y[:, delay:], seen[:, : 12 - delay])
    assert list(sequence.loss_steps) == list(range(delay, 12))
    assert seen.max() < RECALLED


def test_sine_wants_its_next_value():
    sequence = from_task("sine", 30, batch=5)
    assert np.array_equal(sequence.x[:, 1:], sequence.y[:, :-1])
    assert np.abs(sequence.y).max() <= 1


@pytest.mark.parametrize("loss_at", ["every", "last"])
def test_the_loss_may_be_asked_for_elsewhere(loss_at):
    sequence = from_task("parity", 6, loss_at=loss_at, input_at="first")
    assert len(sequence.loss_steps) == (6 if loss_at == "every" else 1)
    assert not sequence.x[1:].any()
    network = Network(parameters=initialize("rnn", 1, 2, 2))
    assert len(counted_targets(network, sequence)) == len(sequence.loss_steps)


@pytest.mark.parametrize(
    ("arguments", "field", "words"),
    [
        ({"name": "sorting"}, "data.name", "copy, adding"),
        ({"name": "copy", "length": 11}, "data.length", "≥ 12 for copy with delay 10"),
        ({"name": "delayed_recall", "length": 10}, "data.length", "≥ 11"),
        ({"name": "adding", "length": 1}, "data.length", "≥ 2 for adding"),
        ({"name": "sine", "length": 1.5}, "data.length", "whole number"),
        ({"name": "sine", "delay": -1}, "data.delay", "≥ 0"),
        ({"name": "sine", "batch": 0}, "data.batch", "≥ 1"),
        ({"name": "sine", "batch": True}, "data.batch", "True"),
        ({"name": "sine", "seed": -1}, "data.seed", "≥ 0"),
    ],
)
def test_bad_settings_are_named(arguments, field, words):
    with pytest.raises(EngineError, match=words) as caught:
        from_task(**arguments)
    assert caught.value.field == field


REMEDIES = {
    "sigmoid": ("rnn", "sigmoid", "orthogonal"),
    "tanh": ("rnn", "tanh", "orthogonal"),
    "lstm": ("lstm", "tanh", "orthogonal"),
    "relu": ("rnn", "relu", "identity"),
}


SEEDS = range(12)


def slopes(H, seed):
    """The slope of log ‖gradient‖ over the distance, for each remedy, untrained at T = 100."""
    sequence = from_task("adding", 100, seed=seed)
    found = {}
    for name, (cell, activation, scheme) in REMEDIES.items():
        parameters = initialize(cell, 2, H, 1, Init(scheme, seed=seed))
        network = Network(cell, activation, output="linear", parameters=parameters)
        line = bptt_trace(network, sequence).horizon
        found[name] = math.log(2) * (
            1 / (line.doubling or math.inf) - 1 / (line.half_life or math.inf)
        )
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_half_lives_on_the_adding_task_are_in_the_chapters_order(seed):
    """Sigmoid < tanh < LSTM with forget bias 1; the identity-initialised ReLU is nearly flat."""
    found = slopes(32, seed)
    assert found["sigmoid"] < found["tanh"] < found["lstm"] < 0
    assert abs(found["relu"]) < 0.01


@pytest.mark.parametrize("H", [8, 16])
def test_in_small_networks_the_order_holds_over_the_seeds_together(H):
    """A single small draw may have a slow tanh or a fast LSTM; the mean over the seeds has not."""
    each = [slopes(H, seed) for seed in SEEDS]
    mean = {name: np.mean([found[name] for found in each]) for name in REMEDIES}
    assert mean["sigmoid"] < mean["tanh"] < 0.8 * mean["tanh"] < mean["lstm"] < 0
    assert all(abs(found["relu"]) < 0.01 for found in each)
