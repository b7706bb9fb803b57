# pyright: reportArgumentType=false
"""Every rule against torch.optim, and what a rate may be."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.errors import EngineError
from app.engine.optimizers import OPTIMIZERS, SCHEDULES, Optimizer

IN_TORCH = {
    "sgd": lambda p, o: torch.optim.SGD(p, lr=o.learning_rate),
    "momentum": lambda p, o: torch.optim.SGD(p, lr=o.learning_rate, momentum=o.momentum),
    "rmsprop": lambda p, o: torch.optim.RMSprop(p, lr=o.learning_rate),
    "adagrad": lambda p, o: torch.optim.Adagrad(p, lr=o.learning_rate),
    "adam": lambda p, o: torch.optim.Adam(p, lr=o.learning_rate),
}


def gradient(weights, n):
    """Something bent, of very different sizes, now and then exactly zero."""
    sizes = 10.0 ** np.arange(1 - len(weights), 1)
    g = sizes * np.sin(3 * weights + n)
    g[n % len(g)] = 0
    return g.astype(weights.dtype)


def ours(optimizer, weights, steps):
    weights, memory = weights.copy(), optimizer.memory(weights)
    for n in range(1, steps + 1):
        optimizer.update(weights, gradient(weights, n), memory, n)
    return weights


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 1e-4)])
def test_twenty_steps_as_in_torch(name, schedule, dtype, tolerance):
    optimizer = Optimizer(name, 0.03, momentum=0.8, schedule=schedule, decay=0.2)
    start = np.random.default_rng(0).normal(size=8).astype(dtype)
    leaf = torch.tensor(start, requires_grad=True)
    other = IN_TORCH[name]([leaf], optimizer)
    for n in range(1, 21):
        for group in other.param_groups:
            group["lr"] = optimizer.rate(n)
        leaf.grad = torch.tensor(gradient(leaf.detach().numpy(), n))
        other.step()
    found = ours(optimizer, start, 20)
    assert found.dtype == dtype
    assert found == pytest.approx(leaf.detach().numpy(), rel=tolerance, abs=tolerance)
    assert not np.array_equal(found, start)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_update_is_in_place(name):
    optimizer, weights = Optimizer(name), np.ones(3)
    memory = optimizer.memory(weights)
    arrays = [weights, *memory.values()]
    optimizer.update(weights, np.ones(3), memory, 1)
    assert all(now is then for now, then in zip([weights, *memory.values()], arrays, strict=True))
    assert (weights < 1).all()
    assert set(memory) == set(OPTIMIZERS[name].memory)


@settings(deadline=None)
@given(st.floats(1e-6, 10), st.floats(0, 10), st.integers(1, 100_000), st.sampled_from(SCHEDULES))
def test_the_rate_starts_as_asked_and_never_grows(learning_rate, decay, n, schedule):
    optimizer = Optimizer("sgd", learning_rate, schedule=schedule, decay=decay)
    assert optimizer.rate(1) == learning_rate
    assert 0 < optimizer.rate(n + 1) <= optimizer.rate(n) <= learning_rate
    if schedule == "decay":
        assert optimizer.rate(n) == pytest.approx(learning_rate / (1 + decay * (n - 1)))


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        ({"name": "adamw"}, "name", "sgd, momentum, rmsprop, adagrad, adam"),
        ({"schedule": "cosine"}, "schedule", "constant, decay"),
        ({"learning_rate": 0}, "learning_rate", "> 0"),
        ({"learning_rate": np.inf}, "learning_rate", "finite"),
        ({"learning_rate": True}, "learning_rate", "True"),
        ({"learning_rate": "0.1"}, "learning_rate", "number"),
        ({"momentum": 1}, "momentum", "< 1"),
        ({"momentum": -0.1}, "momentum", "≥ 0"),
        ({"decay": -1}, "decay", "≥ 0"),
        ({"decay": np.nan}, "decay", "nan"),
    ],
)
def test_bad_settings_are_named(asked, field, words):
    with pytest.raises(EngineError, match=words) as caught:
        Optimizer(**asked)
    assert caught.value.field == f"optimizer.{field}"
