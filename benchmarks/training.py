"""Training steps a second against PyTorch, and characters a second against plain NumPy.

Usage: python -m benchmarks.training [--seconds S] [--cell rnn|lstm|gru]

A step is all of it: forward, BPTT, clipping by norm, Adam. PyTorch trains torch.nn.RNN, LSTM or GRU
with a linear readout on the same data. Both run on one thread, take turns, and are timed by the
processor's seconds. The character network (H=100, T=25, clip by value, Adagrad, batch 1) stands
beside `benchmarks.char_rnn` and the same model in PyTorch. Prints tables and writes
build/bench/training.json.
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import torch

from app.engine.cells import CELLS
from app.engine.clipping import Clip
from app.engine.initialization import Init, initialize
from app.engine.network import Network
from app.engine.optimizers import Optimizer
from app.engine.training import Run, Training, make_batches, text_stream
from benchmarks.char_rnn import CharRnn
from benchmarks.engine import DTYPES, PASSES, TorchModule, case, letters, print_table
from benchmarks.timing import machine, medians

RESULT = Path(__file__).resolve().parents[1] / "build" / "bench" / "training.json"
SIZES = ("S1", "S2", "S3", "S4")
CLIP = Clip("norm", 1.0)
TEXT_H, TEXT_T, ALPHABET = 100, 25, 65


class TorchStep(TorchModule):
    """A whole step of torch.nn's module with a readout: `torch.optim` and `clip_grad_…_`."""

    def __init__(self, network: Network, sequence, adagrad: bool = False):
        super().__init__(network, sequence)
        self.learns = [*self.module.parameters(), self.p["V"], self.p["c"]]
        kind = torch.optim.Adagrad if adagrad else torch.optim.Adam
        self.optimizer, self.by_value = kind(self.learns, lr=0.01), adagrad

    def __call__(self) -> None:
        h, _ = self.module(self.x)
        o = h @ self.p["V"].T + self.p["c"]
        loss = torch.nn.functional.cross_entropy(o.flatten(0, 1), self.y.flatten(), reduction="sum")
        self.optimizer.zero_grad()
        (loss / self.x.shape[1]).backward()
        if self.by_value:
            torch.nn.utils.clip_grad_value_(self.learns, 5.0)
        else:
            torch.nn.utils.clip_grad_norm_(self.learns, CLIP.threshold)
        self.optimizer.step()
        loss.item()  # both sides report it


def steps(network: Network, sequence) -> Callable[[], object]:
    """Return the engine's step."""
    run = Run(network, Optimizer("adam", 0.01), CLIP)
    return Training([run], make_batches(sequence)).advance


def measure_step(cell: str, size: str, dtype: str, seconds: float) -> dict:
    """Time one training step of both."""
    T, B, H, I = PASSES[size]  # noqa: E741
    network, sequence = case(cell, T, B, H, I, DTYPES[dtype])
    contenders = {"numpy": steps(network, sequence), "torch": TorchStep(network, sequence)}
    return {
        "cell": cell,
        "size": size,
        "dtype": dtype,
        **medians(contenders, seconds, time.process_time),
    }


def a_text() -> str:
    """Return 100,000 characters out of 65, drawn."""
    codes = np.random.default_rng(0).integers(0, ALPHABET, 100_000)
    return "".join(chr(48 + code) for code in codes)


def measure_characters(dtype: str, seconds: float) -> dict:
    """Time one piece of 25 characters."""
    source = text_stream(a_text(), dtype=DTYPES[dtype])
    assert source.codes is not None
    parameters = initialize("rnn", ALPHABET, TEXT_H, ALPHABET, Init(), DTYPES[dtype])
    network = Network(parameters=parameters)
    batches = make_batches(source, chunk=TEXT_T)
    run = Run(network, Optimizer("adagrad", 0.1), Clip("value", 5.0))
    contenders = {
        "numpy": Training([run], batches).advance,
        "plain": CharRnn(source.codes, ALPHABET, TEXT_H, TEXT_T, DTYPES[dtype]).advance,
        "torch": TorchStep(network, batches.piece(1).sequence, adagrad=True),
    }
    return {"dtype": dtype, **medians(contenders, seconds, time.process_time)}


def report(found: list[dict], texts: list[dict]) -> None:
    """Print both tables; a ratio is how many times more the engine does in a second."""
    print_table(
        "Training steps a second (forward, BPTT, clip, Adam; ratio = NumPy / PyTorch)",
        f"{'cell':5} {'size':23} {'dtype':8} {'NumPy':>8} {'PyTorch':>8} {'ratio':>6}",
        [
            f"{row['cell']:5} {letters(*PASSES[row['size']]):23} {row['dtype']:8}"
            f" {1 / row['numpy']:8.0f} {1 / row['torch']:8.0f} {row['torch'] / row['numpy']:6.2f}"
            for row in found
        ],
    )
    print_table(
        f"Characters a second (H={TEXT_H}, T={TEXT_T}, {ALPHABET} characters, Adagrad)",
        f"{'dtype':8} {'NumPy':>9} {'plain':>9} {'PyTorch':>9} {'to plain':>9} {'to PyTorch':>11}",
        [
            f"{row['dtype']:8} {TEXT_T / row['numpy']:9.0f} {TEXT_T / row['plain']:9.0f}"
            f" {TEXT_T / row['torch']:9.0f} {row['plain'] / row['numpy']:9.2f}"
            f" {row['torch'] / row['numpy']:11.2f}"
            for row in texts
        ],
    )


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--cell", choices=list(CELLS))
    asked = parser.parse_args()
    torch.set_num_threads(1)
    cells = [asked.cell] if asked.cell else list(CELLS)
    found = [
        measure_step(cell, size, dtype, asked.seconds)
        for cell in cells
        for size in SIZES
        for dtype in DTYPES
    ]
    texts = [measure_characters(dtype, asked.seconds) for dtype in DTYPES]
    about = machine() | {"torch": torch.__version__}
    print(*(f"{name}: {value}" for name, value in about.items()), sep="\n")
    report(found, texts)
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    answer = {"machine": about, "steps": found, "characters": texts}
    RESULT.write_text(json.dumps(answer, indent=1) + "\n")


if __name__ == "__main__":
    main()
