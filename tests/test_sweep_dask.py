"""The same on a Dask cluster, a worker of which dies."""

import logging
import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from distributed import LocalCluster

from app.sweep import measure, sweep
from app.workers import WorkersLost, dask_workers
from tests.test_sweep import KEYS, build


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address=":0",
        silence_logs=logging.CRITICAL,
    ) as cluster:
        yield cluster


def test_a_dask_cluster_finds_the_same_numbers_though_a_worker_is_killed(cluster):
    workers, found = dask_workers(cluster.scheduler_address), {}
    assert workers.places() == 4
    for key, values in sweep(KEYS, build, workers, threading.Event()):
        found[key] = values
        if len(found) == 3:
            os.kill(cluster.workers[0].pid, signal.SIGKILL)
    assert found == {key: measure(build(key)) for key in KEYS}
    workers.close()
    with pytest.raises(WorkersLost, match="stopped"):
        workers.places()


def test_no_cluster_is_said_so(monkeypatch):
    monkeypatch.setattr("app.workers.CONNECT_SECONDS", 0.3)
    with pytest.raises(WorkersLost, match="no scheduler"):
        dask_workers("tcp://127.0.0.1:9").places()
