# pyright: reportOptionalSubscript=false
"""The fast pass is held to the engine's own, and that to each cell's plain step."""

from dataclasses import replace
from threading import Event, Thread

import numpy as np
import pytest

from app.engine.activations import ACTIVATIONS
from app.engine.bptt import run_bptt
from app.engine.cells import CELLS
from app.engine.errors import Cancelled
from app.engine.network import Network
from app.engine.plans import gemm, pool
from app.engine.plans.lean import has_plan, lean_pass
from app.engine.readout import READOUTS
from app.engine.sequences import Sequence, counted_targets
from app.engine.unroll import time_first
from tests.engine.composed import random_composed, random_data
from tests.engine.oracle import assert_close

CASES = [("rnn", activation) for activation in ACTIVATIONS]
CASES += [(cell, "tanh") for cell in CELLS if cell != "rnn"]


def run_lean(network: Network, sequence: Sequence, **options):
    x = time_first(sequence.x, sequence.B is not None)
    targets = counted_targets(network, sequence)
    return lean_pass(
        network, x, targets, sequence.loss_steps, sequence.h0, sequence.cell0, **options
    )


def assert_equals_the_reference(network, sequence, tolerance=1e-12):
    done, lean = run_bptt(network, sequence), run_lean(network, sequence)
    total = float(done.losses.per_step.sum())
    assert lean.loss == pytest.approx(total, rel=tolerance)
    assert list(lean.gradients) == list(network.parameters)
    for name, gradient in lean.gradients.items():
        assert gradient.dtype == network.dtype
        assert gradient.flags.c_contiguous
        assert_close(gradient, done.gradients[name], tolerance, name)
    part = done.run.parts[0]
    ends = {"h": part.h, "cell": part.cell}
    assert lean.last.keys() == set(network.code.STATES)
    for name, state in lean.last.items():
        assert_close(state, ends[name][-1], tolerance, name)


def narrowed(network, sequence):
    """The same in float32."""
    parameters = {name: p.astype(np.float32) for name, p in network.parameters.items()}
    y = sequence.y if sequence.y.dtype.kind in "iu" else sequence.y.astype(np.float32)
    starts = {
        name: start if start is None else start.astype(np.float32)
        for name, start in (("h0", sequence.h0), ("cell0", sequence.cell0))
    }
    return (
        replace(network, parameters=parameters),
        replace(sequence, x=sequence.x.astype(np.float32), y=y, **starts),
    )


@pytest.mark.parametrize(("cell", "activation"), CASES)
@pytest.mark.parametrize("output", READOUTS)
@pytest.mark.parametrize("B", [None, 1, 2, 5])
def test_equals_the_engine(cell, activation, output, B):
    rng = np.random.default_rng([len(cell), len(activation), len(output), B or 0])
    for readout in (True, False):
        network = random_composed(
            rng, cell, activation=activation, output=output, H=7, readout=readout
        )
        network = calm(network)
        sequence = random_data(rng, network, B=B, T=9)
        assert_equals_the_reference(network, sequence)
        assert_equals_the_reference(network, replace(sequence, h0=None, cell0=None))
        assert_equals_the_reference(network, replace(sequence, loss_at="last"))
        mask = np.array([0, 1, 0, 0, 1, 1, 0, 1, 0], bool)
        assert_equals_the_reference(network, replace(sequence, loss_mask=mask))


def calm(network: Network) -> Network:
    """Smaller weights: an exploding state would hide how the small numbers agree."""
    parameters = {name: p / 2 for name, p in network.parameters.items()}
    return replace(network, parameters=parameters)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("B", [None, 4])
def test_float32_agrees(cell, B):
    rng = np.random.default_rng(1)
    network, sequence = narrowed(
        *(lambda n: (n, random_data(rng, n, B=B, T=12)))(calm(random_composed(rng, cell, H=6)))
    )
    assert_equals_the_reference(network, sequence, 2e-5)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("B", [None, 3])
def test_many_stretches_make_one_pass(cell, B, monkeypatch):
    monkeypatch.setattr("app.engine.plans.plan.STRETCH_STEPS", 4)
    monkeypatch.setattr(pool, "pool", pool.Pool())
    monkeypatch.setattr("app.engine.plans.lean.pool", pool.pool)
    rng = np.random.default_rng(2)
    network = calm(random_composed(rng, cell, H=5))
    for T in (1, 3, 4, 5, 11):
        assert_equals_the_reference(network, random_data(rng, network, B=B, T=T))


@pytest.mark.parametrize("cell", CELLS)
def test_products_in_pieces_are_the_same_products(cell, monkeypatch):
    monkeypatch.setattr(gemm, "SMALL", 150)
    monkeypatch.setattr(gemm, "LEAST_ROWS", 2)
    monkeypatch.setattr(gemm, "SMALL_KERNELS", (gemm.blas_kernel().lower(),))
    monkeypatch.setattr("app.engine.plans.lean.pool", pool.Pool())
    assert gemm.piece_rows(8, 12, 3) == 4
    rng = np.random.default_rng(3)
    network = calm(random_composed(rng, cell, H=8))
    assert_equals_the_reference(network, random_data(rng, network, B=3, T=6))


@pytest.mark.parametrize("cell", CELLS)
def test_states_carried_from_chunk_to_chunk(cell):
    """Two halves, the second from where the first ended, see the states of the whole."""
    rng = np.random.default_rng(4)
    network = calm(random_composed(rng, cell, H=4))
    whole = random_data(rng, network, B=2, T=10)
    first = replace(whole, x=whole.x[:, :6], y=whole.y[:, :6])
    ends = run_lean(network, first).last
    second = replace(whole, x=whole.x[:, 6:], y=whole.y[:, 6:], h0=ends["h"])
    second = replace(second, cell0=ends.get("cell"))
    assert_equals_the_reference(network, second)
    for name, end in run_lean(network, second).last.items():
        assert_close(end, run_lean(network, whole).last[name], 1e-12, name)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("B", [None, 2])
def test_results_belong_to_the_caller_and_repeat_to_the_bit(cell, B, monkeypatch):
    monkeypatch.setattr("app.engine.plans.lean.pool", pool.Pool())
    rng = np.random.default_rng(5)
    network = random_composed(rng, cell, H=6)
    ours, other = (random_data(rng, network, B=B, T=7) for _ in range(2))
    first = run_lean(network, ours)
    kept = {n: a.copy() for n, a in {**first.gradients, **first.last}.items()}
    run_lean(network, other)
    again = run_lean(network, ours)
    for result in (first, again):
        assert result.loss == first.loss
        for name, array in {**result.gradients, **result.last}.items():
            assert np.array_equal(array, kept[name]), name
    room = {name: np.full_like(p, 9) for name, p in network.parameters.items()}
    assert run_lean(network, ours, out=room).gradients["W"] is room["W"]
    assert all(np.array_equal(room[name], kept[name]) for name in room)


def test_a_pass_gives_back_what_it_borrowed_and_the_pool_is_bounded():
    small = pool.Pool(limit=20_000)
    shapes = [
        pool.Shape("rnn", "tanh", "softmax", T, 1, 2, 8, 3, np.dtype(float)) for T in (20, 30, 40)
    ]
    with small.borrow(shapes[0]) as first, small.borrow(shapes[0]) as second:
        assert first is not second
    with small.borrow(shapes[0]) as again:
        assert again in (first, second)
    for shape in shapes:
        with small.borrow(shape):
            pass
        waiting = [plan for plans in small.idle.values() for plan in plans]
        assert small.nbytes == sum(plan.nbytes for plan in waiting) <= small.limit
    assert shapes[-1] in small.idle
    assert shapes[0] not in small.idle


def test_threads_do_not_disturb_one_another():
    rng = np.random.default_rng(6)
    network = random_composed(rng, "lstm", H=16)
    data = [random_data(rng, network, B=3, T=30) for _ in range(4)]
    expected, wrong = [run_lean(network, each) for each in data], []

    def work(i: int) -> None:
        for _ in range(20):
            found = run_lean(network, data[i])
            if found.loss != expected[i].loss or not np.array_equal(
                found.gradients["W"], expected[i].gradients["W"]
            ):
                wrong.append(i)

    threads = [Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("cell", CELLS)
def test_cancel_is_looked_at(cell):
    rng = np.random.default_rng(7)
    network = random_composed(rng, cell)
    called_off = Event()
    called_off.set()
    with pytest.raises(Cancelled):
        run_lean(network, random_data(rng, network), cancel=called_off)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("B", [None, 2])
def test_overflow_runs_on(cell, B):
    rng = np.random.default_rng(8)
    network = random_composed(rng, cell, activation="identity", output="linear")
    parameters = {**network.parameters, "V": network.parameters["V"] * 1e200}
    network = replace(network, parameters=parameters)
    sequence = random_data(rng, network, B=B, T=6)
    with np.errstate(all="ignore"):
        lean, done = run_lean(network, sequence), run_bptt(network, sequence)
    assert lean.loss == float(done.losses.per_step.sum()) == np.inf
    assert not np.isfinite(lean.gradients["W"]).all()


def test_an_exploding_state_is_infinite_at_the_same_step():
    grow = {"U": [[1.0]], "W": [[1e100]], "b": [0.0], "V": [[1.0]], "c": [0.0]}
    network = Network(
        activation="identity",
        output="linear",
        parameters={name: np.array(p) for name, p in grow.items()},
    )
    for T, finite in ((4, True), (5, False)):  # (1e100)^3 fits, its 4th power does not
        x = np.eye(1, T).T
        with np.errstate(all="ignore"):
            found = lean_pass(network, x, np.zeros((1, 1)), range(T - 1, T))
        assert np.isfinite(found.last["h"]).all() == finite


def test_which_networks_have_a_plan():
    rng = np.random.default_rng(9)
    assert has_plan(random_composed(rng, "gru"))
    assert not has_plan(random_composed(rng, "gru", layers=2))
    assert not has_plan(random_composed(rng, "lstm", bidirectional=True))
    assert not has_plan(random_composed(rng, "rnn", "layer"))
