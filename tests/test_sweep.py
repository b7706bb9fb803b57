"""The grid on executors: the same numbers everywhere, whatever becomes of the workers."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import product
from typing import Any

import numpy as np
import pytest

from app.engine.errors import Cancelled, EngineError
from app.engine.initialization import Init, initialize
from app.engine.network import Network
from app.engine.optimizers import Optimizer
from app.engine.sequences import from_text
from app.engine.trace import bptt_trace
from app.engine.training import Run, TaskSource, Training, make_batches
from app.sweep import FINAL_LOSS, MEASURES, MOST_LOSSES, Cell, Lesson, final_loss, measure, sweep
from app.workers import THREADS, Workers, WorkersLost, local_workers

RADII, CELLS = (0.5, 1.0, 1.5), ("rnn", "lstm")
KEYS = list(product(range(len(CELLS)), range(len(RADII)), range(2)))
EVERYTHING = (*MEASURES, FINAL_LOSS)
ADDING = TaskSource("adding", length=6, batch=3)


def network(key: tuple[int, ...], I: int, O: int, output: str) -> Network:  # noqa: E741
    cell, radius, seed = key
    init = Init(spectral_radius=RADII[radius], seed=seed)
    parameters = initialize(CELLS[cell], I, 5, O, init, np.float64)
    return Network(cell=CELLS[cell], output=output, parameters=parameters)


def build(key: tuple[int, ...]) -> Cell:
    text = from_text("hello world")
    run = Run(network(key, 2, 1, "linear"), Optimizer("adam", 0.01))
    lesson = Lesson(run, ADDING, steps=4, seed=key[2])
    return Cell(network(key, text.I, text.I, "softmax"), text, EVERYTHING, 4, lesson)


def threads(size: int = 2) -> Workers:
    return Workers(lambda: ThreadPoolExecutor(size), lambda _: size)


def run(workers: Workers, cancel: threading.Event | None = None) -> dict[Any, dict[str, Any]]:
    return dict(sweep(KEYS, build, workers, cancel or threading.Event()))


@pytest.fixture(scope="module")
def inline() -> dict[Any, dict[str, Any]]:
    return {key: measure(build(key)) for key in KEYS}


@pytest.fixture(scope="module")
def processes() -> Iterator[Workers]:
    workers = local_workers(2)
    yield workers
    workers.close()


def test_a_cell_s_values_are_those_of_its_trace(inline):
    for key, values in inline.items():
        cell = build(key)
        trace = bptt_trace(cell.network, cell.sequence, truncate=4)
        assert trace.loss
        assert trace.gradient_norms
        assert trace.horizon
        assert trace.jacobians
        assert values["loss"] == trace.loss.total
        assert values["gradient_norm"] == trace.gradient_norms["total"]
        assert values["half_life"] == trace.horizon.half_life
        assert values["doubling"] == trace.horizon.doubling
        assert values["r2"] == trace.horizon.r2
        assert values["product_norm"] == trace.jacobians.product_norm[0]
        assert values["overflow"] is trace.overflow is None
        assert list(values) == list(EVERYTHING)


def test_the_final_loss_is_the_last_step_s(inline):
    lesson = build(KEYS[3]).lesson
    assert lesson
    training = Training([lesson.run], make_batches(ADDING, seed=lesson.seed))
    losses = [training.advance()[0].loss for _ in range(lesson.steps)]  # type: ignore
    assert inline[KEYS[3]][FINAL_LOSS] == losses[-1]
    assert len({values[FINAL_LOSS] for values in inline.values()}) == len(KEYS)


def test_a_training_that_diverges_has_no_final_loss():
    run = Run(network((0, 0, 0), 2, 1, "linear"), Optimizer("sgd", 1e300))
    assert final_loss(Lesson(run, ADDING, steps=20)) is None


def test_an_overflow_is_told_by_step_and_name():
    text = from_text("hello world" * 4)
    parameters = initialize("rnn", text.I, 5, text.I, Init(spectral_radius=1e60), np.float64)
    grown = Network(activation="identity", parameters=parameters)
    values = measure(Cell(grown, text, ("overflow", "loss")))
    trace = bptt_trace(grown, text, include=frozenset())
    assert trace.overflow
    assert values["overflow"] == {"step": trace.overflow.step, "what": trace.overflow.what}
    assert not np.isfinite(values["loss"])


def test_processes_threads_and_this_process_find_the_same_numbers(inline, processes):
    assert run(threads()) == inline
    assert run(processes) == inline


def test_a_process_has_one_thread_a_product_and_nothing_of_the_web(processes):
    assert processes.submit(variables).result() == ["1"] * len(THREADS)
    assert processes.submit(loaded, ("fastapi", "pydantic", "starlette")).result() == []


def variables() -> list[str | None]:
    return [os.environ.get(name) for name in THREADS]


def loaded(names: tuple[str, ...]) -> list[str]:
    return [name for name in names if name in sys.modules]


def test_the_order_of_the_cells_changes_nothing(inline):
    backwards = dict(sweep(reversed(KEYS), build, threads(3), threading.Event()))
    assert backwards == inline


def test_only_a_few_cells_are_built_at_once():
    built = []

    def counted(key: tuple[int, ...]) -> Cell:
        built.append(key)
        return build(key)

    cells = sweep(KEYS, counted, threads(), threading.Event())
    assert built == []
    next(cells)
    assert len(built) <= 3
    cells.close()
    assert len(built) <= 3


def test_a_killed_process_loses_nothing(inline, processes):
    found, victims = {}, set()
    for key, values in sweep(KEYS, build, processes, threading.Event()):
        found[key] = values
        if len(found) in (1, 6):
            victim = processes.submit(os.getpid).result()
            victims.add(victim)
            os.kill(victim, signal.SIGKILL)
    assert found == inline
    assert len(victims) == 2
    assert processes.submit(os.getpid).result() not in victims


class Deadly(Executor):
    """Loses whoever takes one certain cell."""

    def __init__(self, deadly: Any) -> None:
        self.deadly, self.tried = deadly, 0

    def submit(self, work: Any, /, *arguments: Any, **_: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if arguments[0].lesson.seed == self.deadly:
            self.tried += 1
            future.set_exception(BrokenProcessPool("gone"))
        else:
            future.set_result(work(*arguments))
        return future


def test_a_cell_that_kills_its_workers_again_and_again_ends_the_sweep():
    executor = Deadly(1)
    found = []
    with pytest.raises(WorkersLost, match=f"{MOST_LOSSES + 1} workers were lost"):
        found.extend(
            sweep(KEYS[:2], build, Workers(lambda: executor, lambda _: 1), threading.Event())
        )
    assert executor.tried == MOST_LOSSES + 1
    assert [key for key, _ in found] == KEYS[:1]


def test_a_cancelled_sweep_ends_and_calls_off_what_waits():
    cancel, workers = threading.Event(), Workers(lambda: Slow(), lambda _: 4)
    cells = sweep(KEYS, build, workers, cancel)
    threading.Timer(0.1, cancel.set).start()
    with pytest.raises(Cancelled):
        next(cells)
    assert [future.cancelled() for future in Slow.futures] == [True] * 4


class Slow(Executor):
    """Never comes to an end."""

    futures: list[Future[Any]] = []  # noqa: RUF012

    def submit(self, *_: Any, **__: Any) -> Future[Any]:  # type: ignore
        self.futures.append(Future())
        return self.futures[-1]


def test_workers_that_are_closed_end_and_do_not_start_again():
    workers = local_workers(1)
    pid = workers.submit(os.getpid).result()
    endless = workers.submit(time.sleep, 60)
    workers.close()
    assert isinstance(endless.exception(20), BrokenProcessPool)
    wait_until_gone(pid)
    with pytest.raises(WorkersLost, match="stopped"):
        workers.submit(os.getpid)
    with pytest.raises(WorkersLost):
        next(sweep(KEYS, build, workers, threading.Event()))


def wait_until_gone(pid: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    pytest.fail("the process outlives its executor")


def test_what_the_engine_refuses_comes_back_from_a_process_with_its_field(processes):
    with pytest.raises(EngineError, match="b is wrong") as refused:
        processes.submit(refuse).result()
    assert refused.value.field == "a.b"


def refuse() -> None:
    raise EngineError("a.b", "b is wrong")
