"""The same on a Dask cluster, a worker of which dies."""

import logging
import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from distributed import LocalCluster
from pydantic import ValidationError
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.sweep import measure, sweep
from app.workers import WorkersLost, dask_workers
from tests.api.test_sweep import BASE, values_of
from tests.api.test_sweep import sweep as sweep_of
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


def test_a_server_answers_the_same_by_a_cluster(client, cluster):
    axes = {"network.cell": ["rnn", "gru"], "network.init.seed": [0, 1]}
    request = {"base": BASE, "axes": axes, "measure": ["half_life", "gradient_norm"]}
    with TestClient(create_app(Settings(dask=cluster.scheduler_address))) as other:
        found = values_of(sweep_of(other, request))
    assert found == values_of(sweep_of(client, request))


def test_a_cluster_without_its_package_is_refused_at_start(monkeypatch):
    monkeypatch.setattr("app.settings.find_spec", lambda _: None)
    with pytest.raises(ValidationError, match="needs the package distributed"):
        Settings(dask="tcp://127.0.0.1:9")
