"""The engine against PyTorch, in one run: forward + BPTT, the credit triangle, a whole trace.

Usage: python -m benchmarks.engine [--seconds S] [--cell rnn|lstm|gru]

Both run on one thread. A row is a median over rounds in which NumPy and PyTorch take short turns,
for every cell. PyTorch runs the unrolled loop with U x of all steps in one product, and its own
nn.RNN, nn.LSTM, nn.GRU; the engine's time includes ∂L/∂x and ∂L/∂h, which PyTorch is not asked
for. The triangle is held against T calls of torch.autograd.grad, one a loss, without their norms,
for all h(k), and for the LSTM all cell(k) too; the engine's has its norms.
Prints tables and writes build/bench/engine.json.
"""

import argparse
import json
import os
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import torch

from app.engine.bptt import run_bptt
from app.engine.cells import CELLS
from app.engine.credit import band, itemise
from app.engine.initialization import Init, initialize
from app.engine.network import Network
from app.engine.sequences import Sequence, from_arrays
from app.engine.trace import bptt_trace
from app.engine.unroll import seeds
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


class TorchLoop:
    """The same network as a plain PyTorch loop over time."""

    def __init__(self, network: Network, sequence: Sequence):
        self.p = {name: torch.tensor(p).requires_grad_() for name, p in network.parameters.items()}
        batched = sequence.x if sequence.B is not None else sequence.x[None]
        self.x = torch.tensor(np.ascontiguousarray(batched.swapaxes(0, 1)))  # (T, B, I)
        y = sequence.y if sequence.B is not None else np.asarray(sequence.y)[None]
        self.y = torch.tensor(np.ascontiguousarray(np.asarray(y).T))  # (T, B)

        self.cell = network.cell

    def losses(self) -> tuple[list[torch.Tensor], torch.Tensor]:
        """Return the states by step (for the LSTM also its cells), and L(t) averaged over B."""
        p, (T, B, _) = self.p, self.x.shape
        Ux, WT = self.x @ p["U"].T + p["b"], p["W"].T
        h, states = torch.zeros(B, len(WT), dtype=self.x.dtype), []
        cell, cells = h, []
        for t in range(T):
            h, cell = self.step(Ux[t], WT, h, cell)
            states.append(h)
            cells.append(cell)
        o = torch.stack(states) @ p["V"].T + p["c"]
        each = torch.nn.functional.cross_entropy(
            o.flatten(0, 1), self.y.flatten(), reduction="none"
        )
        return states + (cells if self.cell == "lstm" else []), each.view(T, B).mean(1)

    def step(
        self, Ux: torch.Tensor, WT: torch.Tensor, h: torch.Tensor, cell: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return h(t) and, for the LSTM, cell(t)."""
        if self.cell == "rnn":
            return torch.tanh(torch.addmm(Ux, h, WT)), cell
        if self.cell == "lstm":
            i, f, g, o = torch.addmm(Ux, h, WT).chunk(4, 1)
            cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(g)
            return torch.sigmoid(o) * torch.tanh(cell), cell
        (Ur, Uz, Un), (Wr, Wz, Wn) = Ux.chunk(3, 1), (h @ WT).chunk(3, 1)
        r, z = torch.sigmoid(Ur + Wr), torch.sigmoid(Uz + Wz)
        n = torch.tanh(Un + r * (Wn + self.p["b_hn"]))
        return n + z * (h - n), cell

    def __call__(self) -> None:
        _, losses = self.losses()
        torch.autograd.grad(losses.sum(), list(self.p.values()))


class TorchModule(TorchLoop):
    """The same network with torch.nn.RNN, LSTM or GRU, whose loop over time is compiled."""

    def __init__(self, network: Network, sequence: Sequence):
        super().__init__(network, sequence)
        kind = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[network.cell]
        self.module = kind(network.I, network.H, dtype=self.x.dtype)
        own = {"weight_ih_l0": "U", "weight_hh_l0": "W", "bias_ih_l0": "b"}
        state = {name: self.p[letter].detach() for name, letter in own.items()}
        state["bias_hh_l0"] = torch.zeros_like(state["bias_ih_l0"])
        self.module.load_state_dict(state)

    def __call__(self) -> None:
        h, _ = self.module(self.x)
        o = h @ self.p["V"].T + self.p["c"]
        loss = torch.nn.functional.cross_entropy(o.flatten(0, 1), self.y.flatten(), reduction="sum")
        wanted = [*self.module.parameters(), self.p["V"], self.p["c"]]
        torch.autograd.grad(loss / self.x.shape[1], wanted)


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
    found = medians(
        {
            "numpy": quiet(lambda: run_bptt(network, sequence)),
            "loop": TorchLoop(network, sequence),
            "module": TorchModule(network, sequence),
        },
        seconds,
    )
    return {"cell": cell, "size": name, "dtype": dtype, **found}


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

    found = medians({"numpy": quiet(engine), "calls": autograd}, seconds)
    return {"cell": cell, "T": T, "H": H, "dtype": dtype, **found}


def measure_trace(cell: str, T: int, H: int, dtype: str, seconds: float) -> dict:
    """Time `bptt_trace` alone: bare, with the triangle, and with all that /bptt shows."""
    network, sequence = case(cell, T, None, H, 8, DTYPES[dtype])

    def trace(*include: str) -> Callable[[], object]:
        return lambda: bptt_trace(network, sequence, include=frozenset(include))

    contenders = {"bare": trace(), "credit": trace("credit")}
    contenders["default"] = trace("credit", "jacobians")
    return {"cell": cell, "T": T, "H": H, "dtype": dtype, **medians(contenders, seconds)}


def letters(T: int, B: int | None, H: int, I: int) -> str:  # noqa: E741
    """Return a size in words."""
    return f"T={T} B={B or 1} H={H} I={I}"


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
        f" {'NumPy':>9} {'loop':>9} {'nn':>9} {'loop':>6} {'nn':>6}",
        [
            f"{row['cell']:5} {row['size']} {letters(*PASSES[row['size']]):20} {row['dtype']:8}"
            f" {row['numpy'] * 1e6:9.0f} {row['loop'] * 1e6:9.0f} {row['module'] * 1e6:9.0f}"
            f" {row['loop'] / row['numpy']:6.1f} {row['module'] / row['numpy']:6.1f}"
            for row in passes
        ],
    )
    print_table(
        "Credit triangle against T autograd calls (milliseconds)",
        f"{'cell':5} {'T':>4} {'H':>4} {'dtype':8} {'NumPy':>10} {'T calls':>10} {'ratio':>7}",
        [
            f"{row['cell']:5} {row['T']:4} {row['H']:4} {row['dtype']:8} {row['numpy'] * 1e3:10.2f}"
            f" {row['calls'] * 1e3:10.1f} {row['calls'] / row['numpy']:7.0f}"
            for row in triangles
        ],
    )
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
