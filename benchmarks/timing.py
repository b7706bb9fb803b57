"""Interleaved timing: contenders take turns, so that a busy machine disturbs them alike."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from app.engine.plans.gemm import blas_kernel

TURN = 0.005  # seconds: long enough that a contender works from its own warm caches


def medians(
    contenders: Mapping[str, Callable[[], object]],
    seconds: float,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Return each contender's median time of a call, in seconds.

    A turn is as many calls as fit 5 ms, at least one. Rounds of turns go on until they have taken
    `seconds` in all; at least 3 rounds are counted, after one that is not. `time.process_time` as
    the clock counts this process alone: for what runs in one thread, on a machine that is busy.
    """
    times: dict[str, list[float]] = {name: [] for name in contenders}
    calls = {name: max(1, int(TURN / _turn(call, 2, clock))) for name, call in contenders.items()}
    end = clock() + seconds
    while clock() < end or len(next(iter(times.values()))) < 3:
        for name, call in contenders.items():
            times[name].append(_turn(call, calls[name], clock))
    return {name: statistics.median(each) for name, each in times.items()}


def _turn(call: Callable[[], object], calls: int, clock: Callable[[], float]) -> float:
    """Return the mean time of one of `calls` calls."""
    start = clock()
    for _ in range(calls):
        call()
    return (clock() - start) / calls


def machine() -> dict[str, str]:
    """Describe what the numbers were measured on: processor, BLAS kernel, versions."""
    return {
        "cpu": _cpu_name(),
        "cores": str(os.cpu_count()),
        "blas_kernel": blas_kernel(),
        "openblas_coretype": os.environ.get("OPENBLAS_CORETYPE", "not set"),
        "openblas_threads": os.environ.get("OPENBLAS_NUM_THREADS", "not set"),
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


def _cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
