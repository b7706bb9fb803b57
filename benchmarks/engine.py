"""The engine against PyTorch, in one run: the training pass, the credit triangle, a whole trace.

Usage: python -m benchmarks.engine [--seconds S] [--cell rnn|lstm|gru]

Both run on one thread. A row is a median over rounds in which NumPy and PyTorch take short turns,
for every cell. PyTorch runs the unrolled loop with U x of all steps in one product, and its own
nn.RNN, nn.LSTM, nn.GRU. "NumPy" is `lean_pass`, forward and BPTT for loss and gradients, which is
what PyTorch is asked for; "full" is `run_bptt`, whose states and gradients of states a trace shows.
The triangle is held against T calls of torch.autograd.grad, one a loss, without their norms, for
all h(k), and for the LSTM all cell(k) too, and against the same block algorithm in PyTorch.
"of peak" is the pass's floating-point work a second over that of NumPy's own matmul, the best of
256 to 1024, same precision. Times are the processor's, so that a busy machine disturbs less. Prints
tables and writes build/bench/engine.json.
"""

import argparse
import json
import math
import os
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import torch

from app.engine.bptt import run_bptt
from app.engine.cells import CELLS
from app.engine.credit import band, itemise
from app.engine.initialization import Init, initialize
from app.engine.network import Network
from app.engine.plans.lean import lean_pass
from app.engine.sequences import Sequence, counted_targets, from_arrays
from app.engine.trace import bptt_trace
from app.engine.unroll import seeds, time_first
from benchmarks.peers import TorchLoop, TorchModule, TorchTriangle
from benchmarks.timing import machine, medians

RESULT = Path(__file__).resolve().parents[1] / "build" / "bench" / "engine.json"
PASSES = {  # T, B (None: no batch), H, I = O
    "S1": (25, None, 16, 8),
    "S2": (25, None, 100, 65),
    "S3": (100, None, 64, 65),
    "S4": (100, 32, 128, 65),
    "S5": (200, 32, 256, 65),
    "S6": (50, 64, 512, 65),
}
TRIANGLES = ((25, 16), (50, 32), (100, 64), (200, 128), (500, 64))
TRACES = ((25, 16), (100, 64), (200, 64))
CLOCK = time.process_time  # one thread: what others do on the machine does not count
DTYPES = {"float32": np.float32, "float64": np.float64}


def case(
    cell: str,
    T: int,
    B: int | None,
    H: int,
    I: int,  # noqa: E741
    dtype,
) -> tuple[Network, Sequence]:
    """Return a network (tanh, if plain) and a random sequence of classes."""
    rng = np.random.default_rng(0)
    network = Network(cell=cell, parameters=initialize(cell, I, H, I, Init(seed=0), dtype))
    batch = () if B is None else (B,)
    x, y = rng.normal(size=(*batch, T, I)), rng.integers(0, I, (*batch, T))
    return network, from_arrays(x, y, dtype=dtype)


def quiet(call: Callable[[], object]) -> Callable[[], object]:
    """As `trace` does it: overflow is shown, not warned of."""

    def silenced() -> object:
        with np.errstate(all="ignore"):
            return call()

    return silenced


def measure_pass(cell: str, name: str, dtype: str, seconds: float) -> dict:
    """Time forward + BPTT of one size."""
    T, B, H, I = PASSES[name]  # noqa: E741
    network, sequence = case(cell, T, B, H, I, DTYPES[dtype])
    x, y = time_first(sequence.x, B is not None), counted_targets(network, sequence)
    contenders: dict[str, Callable[[], object]] = {
        "numpy": quiet(lambda: lean_pass(network, x, y, sequence.loss_steps)),
        "full": quiet(lambda: run_bptt(network, sequence)),
        "module": TorchModule(network, sequence),
    }
    if B is None:  # for batches the loop is slower than the module by far, and takes minutes
        contenders["loop"] = TorchLoop(network, sequence)
    found = medians(contenders, seconds, CLOCK)
    return {
        "cell": cell,
        "size": name,
        "dtype": dtype,
        "of_peak": peak_share(found, network, sequence),
        **found,
    }


def peak_share(found: dict, network: Network, sequence: Sequence) -> float:
    """Return the pass's floating-point work a second over that of NumPy's best matmul."""
    each = sum(p.size for name, p in network.parameters.items() if name in "UWV")
    entering = network.parameters["U"].size  # nothing goes back through U
    work = 2 * (3 * each - entering) * sequence.T * (sequence.B or 1)
    return work / found["numpy"] / matmul_peak(network.dtype)


@cache
def matmul_peak(dtype: np.dtype) -> float:
    """Return the best floating-point operations a second of NumPy's own square matmul."""
    best = 0.0
    for n in (256, 512, 1024):
        A = np.random.default_rng(0).normal(size=(n, n)).astype(dtype)
        for _ in range(8):
            start = CLOCK()
            np.matmul(A, A)
            best = max(best, 2 * n**3 / (CLOCK() - start))
    return best


def measure_triangle(cell: str, T: int, H: int, dtype: str, seconds: float) -> dict:
    """Time the triangle's norms against T autograd calls, both after their forward pass."""
    network, sequence = case(cell, T, None, H, 16, DTYPES[dtype])
    done = run_bptt(network, sequence)
    seed, way = seeds(network, done.losses.do), done.ways[0]
    states, losses = TorchLoop(network, sequence).losses()

    def autograd() -> None:
        for t, loss in enumerate(losses):
            past = states[: t + 1] + states[T : T + t + 1]
            torch.autograd.grad(loss, past, retain_graph=True, allow_unused=True)

    def engine() -> object:
        return itemise(way, seed, band(T, sequence.loss_steps, None))

    block = TorchTriangle(way, seed)
    found = medians({"numpy": quiet(engine), "block": block, "calls": autograd}, seconds, CLOCK)
    return {"cell": cell, "T": T, "H": H, "dtype": dtype, **found}


def measure_trace(cell: str, T: int, H: int, dtype: str, seconds: float) -> dict:
    """Time `bptt_trace` alone: bare, with the triangle, and with all that /bptt shows."""
    network, sequence = case(cell, T, None, H, 8, DTYPES[dtype])

    def trace(*include: str) -> Callable[[], object]:
        return lambda: bptt_trace(network, sequence, include=frozenset(include))

    contenders = {"bare": trace(), "credit": trace("credit")}
    contenders["default"] = trace("credit", "jacobians")
    return {"cell": cell, "T": T, "H": H, "dtype": dtype, **medians(contenders, seconds, CLOCK)}


def letters(T: int, B: int | None, H: int, I: int) -> str:  # noqa: E741
    """Return a size in words."""
    return f"T={T} B={B or 1} H={H} I={I}"


def geometric_mean(ratios: list[float]) -> float:
    """Return the geometric mean."""
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def print_table(title: str, head: str, rows: list[str]) -> None:
    """Print one table under its title."""
    print(f"\n{title}\n{head}")
    for row in rows:
        print(row)


def report(passes: list[dict], triangles: list[dict], traces: list[dict]) -> None:
    """Print all tables; a ratio is PyTorch ÷ NumPy."""
    print_table(
        "Forward + BPTT (microseconds; ratio = PyTorch / NumPy)",
        f"{'cell':5} {'size':23} {'dtype':8}"
        f" {'NumPy':>9} {'full':>9} {'nn':>9} {'nn':>6} {'loop':>6} {'of peak':>8}",
        [
            f"{row['cell']:5} {row['size']} {letters(*PASSES[row['size']]):20} {row['dtype']:8}"
            f" {row['numpy'] * 1e6:9.0f} {row['full'] * 1e6:9.0f}"
            f" {row['module'] * 1e6:9.0f} {row['module'] / row['numpy']:6.2f}"
            f" {row['loop'] / row['numpy'] if 'loop' in row else math.nan:6.1f}"
            f" {row['of_peak']:8.2f}"
            for row in passes
        ],
    )
    for dtype in DTYPES:
        of = [row["module"] / row["numpy"] for row in passes if row["dtype"] == dtype]
        print(f"geometric mean of nn / NumPy, {dtype}: {geometric_mean(of):.2f}")
    print_table(
        "Credit triangle: T autograd calls, the block algorithm in PyTorch (milliseconds)",
        f"{'cell':5} {'T':>4} {'H':>4} {'dtype':8} {'NumPy':>10} {'T calls':>10} {'block':>8}"
        f" {'T calls':>8} {'block':>6}",
        [
            f"{row['cell']:5} {row['T']:4} {row['H']:4} {row['dtype']:8} {row['numpy'] * 1e3:10.2f}"
            f" {row['calls'] * 1e3:10.1f} {row['block'] * 1e3:8.1f}"
            f" {row['calls'] / row['numpy']:8.0f} {row['block'] / row['numpy']:6.1f}"
            for row in triangles
        ],
    )
    for peer in ("calls", "block"):
        of = [row[peer] / row["numpy"] for row in triangles]
        print(f"geometric mean of {peer} / NumPy: {geometric_mean(of):.1f}")
    print_table(
        "A whole trace (milliseconds)",
        f"{'cell':5} {'T':>4} {'H':>4} {'dtype':8} {'bare':>8} {'+ credit':>9} {'+ Jacobians':>12}",
        [
            f"{row['cell']:5} {row['T']:4} {row['H']:4} {row['dtype']:8} {row['bare'] * 1e3:8.2f}"
            f" {row['credit'] * 1e3:9.2f} {row['default'] * 1e3:12.2f}"
            for row in traces
        ],
    )


def main() -> None:
    """Measure, print, and keep the numbers."""
    parser = argparse.ArgumentParser(description="The engine against PyTorch.")
    parser.add_argument("--seconds", type=float, default=1.0, help="time for each row")
    parser.add_argument("--cell", choices=CELLS, action="append", help="only this cell")
    arguments = parser.parse_args()
    seconds, cells = arguments.seconds, arguments.cell or list(CELLS)
    torch.set_num_threads(1)
    about = {**machine(), "torch": torch.__version__, "torch_threads": "1"}
    for name, value in about.items():
        print(f"{name:18} {value}")
    runs = [(cell, dtype) for cell in cells for dtype in DTYPES]
    passes = [measure_pass(cell, name, d, seconds) for name in PASSES for cell, d in runs]
    triangles = [measure_triangle(c, T, H, d, seconds) for T, H in TRIANGLES for c, d in runs]
    traces = [measure_trace(c, T, H, d, seconds) for T, H in TRACES for c, d in runs]
    report(passes, triangles, traces)
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    found = {"machine": about, "passes": passes, "triangles": triangles, "traces": traces}
    RESULT.write_text(json.dumps(found, indent=2) + "\n")
    print(f"\nWritten to {RESULT.relative_to(RESULT.parents[2])}; times there are seconds.")


if __name__ == "__main__":
    main()
