# pyright: reportArgumentType=false, reportOptionalSubscript=false, reportOptionalMemberAccess=false
"""The loss on a plane, against one network after another."""

import math
from dataclasses import replace
from threading import Event

import numpy as np
import pytest

from app.engine import surface as surfaces
from app.engine.clipping import CLIP_BY, Clip, clip_gradients
from app.engine.errors import Cancelled, EngineError
from app.engine.initialization import Init, initialize
from app.engine.network import Network
from app.engine.sequences import from_arrays
from app.engine.surface import DIRECTIONS, loss_surface
from app.engine.tasks import TASKS, from_task
from app.engine.trace import bptt_trace
from tests.engine.composed import VARIANTS, random_composed, random_data

rng = np.random.default_rng(0)


def shifted(network, vector):
    """The network with a vector of all weights added."""
    parameters, start = {}, 0
    for name, p in network.parameters.items():
        parameters[name] = p + vector[start : start + p.size].reshape(p.shape)
        start += p.size
    return replace(network, parameters=parameters)


def flat(gradients):
    return np.concatenate([g.ravel() for g in gradients.values()])


def plane(network, sequence, directions, seed):
    g = flat(bptt_trace(network, sequence, include=set()).gradients)
    first = -g / np.linalg.norm(g) if directions == "gradient" else None
    return surfaces._plane(first, g.size, seed)


@pytest.mark.parametrize("directions", DIRECTIONS)
@pytest.mark.parametrize(("cell", "normalization"), VARIANTS)
@pytest.mark.parametrize(
    ("layers", "bidirectional", "B", "readout"),
    [(1, False, None, True), (2, False, 3, True), (1, True, 2, False), (2, True, None, True)],
)
def test_every_point_is_that_network(
    directions, cell, normalization, layers, bidirectional, B, readout
):
    B = 3 if normalization == "batch" else B
    shape = {"layers": layers, "bidirectional": bidirectional, "readout": readout}
    network = random_composed(rng, cell, normalization, **shape)
    sequence = random_data(rng, network, B=B)
    found = loss_surface(network, sequence, directions=directions, span=0.3, resolution=5, seed=4)
    first, second = plane(network, sequence, directions, 4)
    for row, beta in enumerate(found.second):
        for column, alpha in enumerate(found.first):
            there = shifted(network, alpha * first + beta * second)
            loss = bptt_trace(there, sequence, include=set()).loss.total
            assert found.loss[row, column] == pytest.approx(loss, rel=1e-9)


@pytest.mark.parametrize("name", TASKS)
def test_in_pieces_the_surface_is_the_same(name, monkeypatch):
    task, sequence = TASKS[name], from_task(name, 12, 4, 3)
    network = Network("gru", output=task.output, parameters=initialize("gru", task.I, 4, task.O))
    whole = loss_surface(network, sequence, resolution=7)
    monkeypatch.setattr(surfaces, "TOGETHER", 100)
    pieces = loss_surface(network, sequence, resolution=7)
    assert pieces.loss == pytest.approx(whole.loss, rel=1e-12)
    total = bptt_trace(network, sequence, include=set()).loss.total
    assert whole.loss[3, 3] == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("directions", DIRECTIONS)
@pytest.mark.parametrize("by", CLIP_BY)
def test_the_step_is_where_sgd_goes(directions, by):
    network = random_composed(rng, "lstm")
    sequence, clip = random_data(rng, network), Clip(by, 0.05)
    found = loss_surface(network, sequence, directions=directions, resolution=3,
                         learning_rate=0.2, clip=clip, seed=9)  # fmt: skip
    gradients = bptt_trace(network, sequence, include=set()).gradients
    first, second = plane(network, sequence, directions, 9)
    for step, used in (
        (found.unclipped, gradients),
        (found.clipped, clip_gradients(gradients, clip).gradients),
    ):
        move = -0.2 * flat(used)
        assert step == pytest.approx((move @ first, move @ second), abs=1e-12)
    assert found.gradient_norm == pytest.approx(np.linalg.norm(flat(gradients)))
    assert first @ second == pytest.approx(0, abs=1e-12)
    assert np.linalg.norm(second) == pytest.approx(1)
    if directions == "gradient":
        assert found.unclipped == pytest.approx((0.2 * found.gradient_norm, 0), abs=1e-12)
    if directions == "gradient" and by == "norm":
        assert found.clipped == pytest.approx((0.2 * 0.05, 0), abs=1e-12)


def test_downhill_is_to_the_right():
    network = random_composed(rng, "rnn")
    found = loss_surface(network, random_data(rng, network), span=1e-4, resolution=3)
    left, here, right = found.loss[1]
    assert left > here > right
    assert (here - right) / 1e-4 == pytest.approx(found.gradient_norm, rel=1e-2)
    assert found.here == (0.0, 0.0)
    assert found.clipped is None


def test_the_same_seed_the_same_plane():
    network = random_composed(rng, "gru")
    sequence = random_data(rng, network)
    one, again, other = (loss_surface(network, sequence, resolution=3, seed=s) for s in (1, 1, 2))
    assert np.array_equal(one.loss, again.loss)
    assert not np.array_equal(one.loss, other.loss)


def test_float32_stays_close():
    parameters = initialize("rnn", 2, 6, 1, Init(seed=3), np.float32)
    network = Network(output="linear", parameters=parameters)
    sequence = from_task("adding", 20, batch=4, dtype=np.float32)
    wide = replace(network, parameters={n: p.astype(float) for n, p in parameters.items()})
    found = loss_surface(network, sequence, resolution=5)
    exact = loss_surface(wide, from_task("adding", 20, batch=4), resolution=5)
    assert found.loss == pytest.approx(exact.loss, rel=1e-3)


def test_overflow_is_shown():
    parameters = initialize("rnn", 2, 6, 1, Init(spectral_radius=1e4))
    network = Network("rnn", "relu", output="linear", parameters=parameters)
    sequence = from_arrays(np.ones((90, 2)), np.ones((90, 1)))
    found = loss_surface(network, sequence, resolution=3, clip=Clip())
    assert not math.isfinite(found.gradient_norm)
    assert (found.unclipped, found.clipped) == (None, None)
    assert not np.isfinite(found.loss).all()


def test_without_a_gradient_the_plane_is_drawn():
    zeros = {n: 0 * p for n, p in initialize("rnn", 1, 3, 1).items()}
    network = Network(output="linear", parameters=zeros)
    found = loss_surface(network, from_arrays(np.zeros((4, 1)), np.zeros((4, 1))), resolution=5)
    assert found.gradient_norm == 0
    assert found.unclipped == (0, 0)
    assert found.loss[2, 2] == 0 < found.loss[0, 0]


def test_it_can_be_called_off():
    cancel = Event()
    cancel.set()
    network = random_composed(rng, "rnn")
    with pytest.raises(Cancelled):
        loss_surface(network, random_data(rng, network), cancel=cancel)


@pytest.mark.parametrize(
    ("settings", "field", "words"),
    [
        ({"directions": "hessian"}, "directions", "gradient, random"),
        ({"span": 0}, "span", "> 0"),
        ({"span": "1"}, "span", "number"),
        ({"learning_rate": math.nan}, "learning_rate", "finite"),
        ({"resolution": 2}, "resolution", "3..101"),
        ({"resolution": 5.0}, "resolution", "whole number"),
        ({"seed": -1}, "seed", "≥ 0"),
    ],
)
def test_bad_settings_are_named(settings, field, words):
    network = random_composed(rng, "rnn")
    with pytest.raises(EngineError, match=words) as caught:
        loss_surface(network, random_data(rng, network), **settings)
    assert caught.value.field == field
