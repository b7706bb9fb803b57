"""What each cell learns on the same budget, over several seeds, whatever the table shows.

Usage: python -m benchmarks.learning [--seeds 5] [--task adding|recall|copy|order]

- adding (Hochreiter and Schmidhuber 1997) at T = 50 and 100: mean squared error on 512 sequences
  that were not trained on; guessing 1 gives 0.167.
- copy and delayed recall over 20 steps: accuracy on the recalled symbols alone.
- temporal order at T = 50 for the tanh cell, plain SGD with and without clipping.

Every network of a task gets the same H, batch, steps, optimizer and rate; W starts as its name
says. Means over the seeds stand beside the worst. Prints a table, writes build/bench/learning.json.
"""

import argparse
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from app.engine.clipping import Clip
from app.engine.initialization import Init, initialize
from app.engine.network import Network
from app.engine.optimizers import Optimizer
from app.engine.sequences import counted_targets
from app.engine.tasks import TASKS
from app.engine.training import Run, TaskSource, Training, make_batches
from app.engine.training.baselines import metric, score
from app.engine.unroll import forward
from benchmarks.timing import machine

RESULT = Path(__file__).resolve().parents[1] / "build" / "bench" / "learning.json"
JUDGED = 512  # sequences


@dataclass(frozen=True)
class Start:
    """A cell, how its W is drawn, and the bias of the gate that keeps (GRU: update)."""

    cell: str
    activation: str
    scheme: str
    keep_bias: float = 0.0


NETWORKS = {
    "tanh": Start("rnn", "tanh", "normal"),
    "tanh, orthogonal W": Start("rnn", "tanh", "orthogonal"),
    "ReLU, identity W": Start("rnn", "relu", "identity"),
    "LSTM": Start("lstm", "tanh", "orthogonal", keep_bias=1.0),
    "GRU": Start("gru", "tanh", "orthogonal"),
}
VARIANTS = {  # why a row is as it is
    "LSTM, forget bias 0": Start("lstm", "tanh", "orthogonal"),
    "GRU, update bias 1": Start("gru", "tanh", "orthogonal", keep_bias=1.0),
}
ADAM, CLIP = Optimizer("adam", 0.01, schedule="decay", decay=0.001), Clip("norm", 1.0)
SLOWER = Optimizer("adam", 0.01, schedule="decay", decay=0.0003)


@dataclass(frozen=True)
class Trial:
    """A task, its budget, and the networks that get it."""

    title: str
    group: str
    task: str
    length: int
    delay: int
    H: int
    steps: int
    optimizer: Optimizer = ADAM
    clips: tuple[Clip | None, ...] = (CLIP,)
    networks: tuple[str, ...] = tuple(NETWORKS)
    batch: int = 32


TRIALS = (
    Trial("adding, T=50 (mean squared error)", "adding", "adding", 50, 0, 32, 3000),
    Trial("adding, T=100 (mean squared error)", "adding", "adding", 100, 0, 32, 3000),
    Trial(
        "recall, delay 20, T=24 (accuracy)", "recall", "delayed_recall", 24, 20, 64, 4000,
        networks=(*NETWORKS, *VARIANTS),
    ),
    Trial("copy, delay 20, T=30 (accuracy)", "copy", "copy", 30, 20, 64, 5000, SLOWER),
    Trial(
        "temporal order, T=50 (accuracy)", "order", "temporal_order", 50, 0, 50, 3000,
        Optimizer("sgd", 0.05), (None, CLIP), ("tanh, orthogonal W",), 20,
    ),
)  # fmt: skip


def start(trial: Trial, name: str, seed: int) -> Network:
    """Return the untrained network."""
    chosen, task = (NETWORKS | VARIANTS)[name], TASKS[trial.task]
    init = Init(chosen.scheme, seed=seed, forget_bias=chosen.keep_bias)
    parameters = initialize(chosen.cell, task.I, trial.H, task.O, init, np.float32)
    if chosen.cell == "gru":
        parameters["b"][trial.H : 2 * trial.H] = chosen.keep_bias
    return Network(chosen.cell, chosen.activation, output=task.output, parameters=parameters)


def judge(network: Network, source: TaskSource) -> float:
    """Return the metric on sequences that no step draws."""
    sequence = source.draw((source.seed, 0, 0, 1), batch=JUDGED)
    with np.errstate(all="ignore"):
        o = forward(network, sequence).o[list(sequence.loss_steps)]
    return score(network.output, o, counted_targets(network, sequence))


def learn(trial: Trial, name: str, clip: Clip | None, seed: int) -> dict:
    """Train one network; return what it reaches and how it went."""
    source = TaskSource(trial.task, trial.length, trial.delay, trial.batch, seed, dtype=np.float32)
    batches = make_batches(source, seed=seed)
    training = Training([Run(start(trial, name, seed), trial.optimizer, clip)], batches)
    begun, largest = time.process_time(), 0.0
    while training.step < trial.steps and training.running:
        (result,) = training.advance()
        assert result is not None
        largest = max(largest, result.gradient_norm)
    stopped = training.diverged[0]
    return {
        "seed": seed,
        "value": judge(training.network(0), source),
        "largest_gradient_norm": largest,
        "diverged": None if stopped is None else {"step": stopped.step, "what": stopped.what},
        "cpu_seconds": time.process_time() - begun,
    }


def title(trial: Trial) -> None:
    """Print what a task's table is about."""
    chance, rule = TASKS[trial.task].chance(trial.length, trial.delay), trial.optimizer
    print(f"\n{trial.title}: a guess without memory reaches {chance:.3f}")
    print(
        f"H={trial.H} batch={trial.batch} steps={trial.steps} {rule.name} {rule.learning_rate:g}"
        f" {rule.schedule} {rule.decay if rule.schedule == 'decay' else ''}"
    )
    print(
        f"{'network':20} {'clip':>6} {'mean':>7} {'worst':>7} {'max ‖g‖':>8} {'CPU':>5}  each seed"
    )


def measure(trial: Trial, name: str, clip: Clip | None, seeds: int) -> dict:
    """Train one row of a table, print it."""
    each = [learn(trial, name, clip, seed) for seed in range(seeds)]
    values = [one["value"] for one in each]
    worst = max if metric(TASKS[trial.task].output) == "mse" else min
    largest = max(one["largest_gradient_norm"] for one in each)
    seconds = sum(one["cpu_seconds"] for one in each)
    print(
        f"{name:20} {'norm 1' if clip else 'none':>6} {np.mean(values):7.4f} {worst(values):7.4f}"
        f" {largest:8.2g} {seconds:4.0f}s  " + " ".join(f"{value:.4f}" for value in values),
        flush=True,
    )
    return {"network": name, "clip": clip is not None, "seeds": each}


def main() -> None:
    """Run the trials and write what they found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--task", choices=sorted({trial.group for trial in TRIALS}))
    asked = parser.parse_args()
    found = []
    for trial in TRIALS:
        if asked.task not in (None, trial.group):
            continue
        title(trial)
        rows = [
            measure(trial, name, clip, asked.seeds)
            for name in trial.networks
            for clip in trial.clips
        ]
        found.append({"title": trial.title, "rows": rows})
    print(f"\n{time.process_time():.0f} s of one core in all")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps({"machine": machine(), "trials": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
