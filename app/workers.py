"""Where the cells of a sweep are computed: processes of this machine, or a Dask cluster.

This module imports no NumPy: a new process sets its variables here, and imports NumPy after that.
"""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from concurrent.futures.process import ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
CONNECT_SECONDS = 5
PLACES_A_WORKER = 2  # one cell computed, one waiting, so that no worker idles


class WorkersLost(Exception):
    """There is nobody to compute: no cluster answers, or the server is on its way out."""


class Workers:
    """Somebody to compute: started when first needed, and again when they broke.

    Args:
        start: returns a new executor.
        places: how many cells of one sweep may be with this executor at once.
        lost: what a future raises whose worker is gone; the work may be handed in again.
    """

    def __init__(
        self,
        start: Callable[[], Executor],
        places: Callable[[Any], int],
        lost: tuple[type[BaseException], ...] = (BrokenExecutor, CancelledError),
    ) -> None:
        self.lost = lost
        self._start, self._places = start, places
        self._executor: Executor | None = None
        self._closed = False
        self._lock = threading.Lock()

    def places(self) -> int:
        """Return how many cells a sweep may hand in at once.

        Raises:
            WorkersLost: nobody can be reached.
        """
        with self._lock:
            return self._places(self._ready())

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have it computed. Raises as `places`."""
        with self._lock:
            try:
                return self._ready().submit(work, *arguments)
            except BrokenExecutor:
                self._drop()
                return self._ready().submit(work, *arguments)

    def close(self) -> None:
        """Let everybody go, in the middle of their work; nobody starts again."""
        self._closed = True  # whoever has the lock sees it
        self._drop()

    def _ready(self) -> Executor:
        if self._executor is None and not self._closed:
            self._executor = self._start()
        if self._closed or self._executor is None:
            self._drop()
            raise WorkersLost("the server is being stopped")
        return self._executor

    def _drop(self) -> None:
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=False, cancel_futures=True)


class Processes(ProcessPoolExecutor):
    """Processes of this machine that end with whoever started them, however that ends.

    Each holds the reading end of a pipe that nobody writes to: it closes when this executor is
    shut down, and when the process that holds the other end is killed.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        context = get_context("spawn")  # a fork would copy the server's threads and their locks
        end, self._leash = context.Pipe(duplex=False)
        super().__init__(size, context, initializer=_begin, initargs=(end,))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes at once."""
        self._leash.close()
        super().shutdown(wait, cancel_futures=cancel_futures)


def local_workers(size: int) -> Workers:
    """Return so many processes of this machine, each started when there is work for it."""
    return Workers(lambda: Processes(size), lambda pool: pool.size * PLACES_A_WORKER)


def dask_workers(address: str) -> Workers:
    """Return the workers of a Dask cluster, by its scheduler's address; they need this package.

    Raises:
        ImportError: the extra `dask` is not installed.
    """
    from distributed import Client, KilledWorker
    from distributed.client import FutureCancelledError

    def start() -> Executor:
        try:
            client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise WorkersLost(f"no scheduler answers: {type(error).__name__}") from error
        return Cluster(client)

    lost = (BrokenExecutor, CancelledError, KilledWorker, FutureCancelledError)
    return Workers(start, lambda cluster: cluster.places(), lost)


class Cluster(Executor):
    """A Dask client as an executor that knows its size, and closes its connection."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._executor: Executor = client.get_executor(pure=False)

    def places(self) -> int:
        """Return how many cells keep the cluster busy."""
        return max(1, sum(self._client.nthreads().values())) * PLACES_A_WORKER

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Have it computed there.

        Raises:
            BrokenExecutor: the connection has ended.
        """
        if self._client.status not in ("running", "connecting"):
            raise BrokenExecutor(f"the client is {self._client.status}")
        return self._executor.submit(work, *arguments, **named)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Close the connection; the cluster is not ours to stop."""
        self._client.close()


def _begin(leash: Connection) -> None:
    """Make ready a new process, before it imports NumPy."""
    os.environ.update(dict.fromkeys(THREADS, "1"))  # a core each, and the same digits everywhere
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which lets go of us
    threading.Thread(target=_until_let_go, args=(leash,), daemon=True).start()


def _until_let_go(leash: Connection) -> None:
    try:
        leash.recv_bytes()
    except (EOFError, OSError):
        os._exit(0)
