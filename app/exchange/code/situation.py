"""What a program writes out: a network, a sequence and the options of a run, time first."""

from dataclasses import dataclass
from textwrap import fill

import numpy as np

from app.engine.clipping import Clip
from app.engine.network import Network
from app.engine.sequences import Sequence, check_fit, counted_targets
from app.exchange.code.literals import written

CELLS = {"rnn": "plain cell", "lstm": "LSTM", "gru": "GRU"}
LOSSES = {
    "softmax": "softmax and cross-entropy",
    "sigmoid": "sigmoid and binary cross-entropy",
    "linear": "half the squared error",
}


@dataclass(frozen=True, eq=False)
class Situation:
    """A run as a program needs it: x (T,B,I) also for one sequence, y (S,B) or (S,B,O).

    S is the number of steps with a loss. ``starts`` holds h0 and cell0 where they were given,
    (B,H), or (parts,B,H) of several layers or directions; ``truncate`` is None where it cuts
    nothing off.
    """

    network: Network
    x: np.ndarray
    y: np.ndarray
    loss_steps: range | tuple[int, ...]
    starts: dict[str, np.ndarray]
    clip: Clip | None = None
    truncate: int | None = None
    labels: tuple[str, ...] | None = None

    @classmethod
    def of(
        cls, network: Network, sequence: Sequence, clip: Clip | None, truncate: int | None
    ) -> "Situation":
        """Lay out a run. Raises `EngineError` where data and network do not fit."""
        check_fit(network, sequence)
        y, alone = counted_targets(network, sequence), sequence.B is None
        given = {"h0": sequence.h0, "cell0": sequence.cell0}
        return cls(
            network,
            x=sequence.x[:, None] if alone else sequence.x.swapaxes(0, 1),
            y=y[:, None] if alone else y,
            loss_steps=sequence.loss_steps,
            starts={n: s[..., None, :] if alone else s for n, s in given.items() if s is not None},
            clip=clip,
            truncate=truncate if truncate is not None and truncate < sequence.T else None,
            labels=sequence.labels,
        )

    @property
    def has_V(self) -> bool:
        """Whether there is a readout; else o = h."""
        return "V" in self.network.parameters

    @property
    def start_names(self) -> tuple[str, ...]:
        """The states that run through time, before the first step."""
        return tuple(f"{name}0" for name in self.network.code.STATES)

    @property
    def layers(self) -> list[list[str]]:
        """The suffixes of each layer's parts, from the bottom up, forward before reverse."""
        parts = self.network.parts
        return [[p.suffix for p in parts if p.layer == i] for i in range(self.network.layers)]

    @property
    def count(self) -> int:
        """Numbers that a program must hold."""
        arrays = (self.x, self.y, *self.starts.values(), *self.network.parameters.values())
        return sum(map(written, arrays))

    def loss_steps_text(self) -> str:
        """Return the steps that have a loss as an expression."""
        steps, T = self.loss_steps, len(self.x)
        if isinstance(steps, tuple):
            return str(list(steps))
        return "range(T)" if len(steps) == T else "[T - 1]"

    def sequence_text(self) -> str:
        """Return the comment above the sequence; of a text the characters by their numbers."""
        if self.labels is None:
            return "# The sequence\n"
        named = ", ".join(f"{i} {label!r}" for i, label in enumerate(self.labels))
        return fill(
            f"The sequence, one-hot characters: {named}", 100,
            initial_indent="# ", subsequent_indent="# ", break_long_words=False,
        ) + "\n"  # fmt: skip

    def describe(self, needs: str) -> str:
        """Return the first lines of a program: what it runs, and what it needs."""
        network = self.network
        T, B, _ = self.x.shape
        phi = f" of {network.activation} units" if network.cell == "rnn" else ""
        norm = network.normalization
        extras = [
            f"{network.layers} layers" if network.layers > 1 else "",
            "both directions" if network.bidirectional else "",
            f"{norm} normalization" if norm != "none" else "",
            f"truncated to {self.truncate} steps" if self.truncate else "",
            f"clipped by {self.clip.by}" if self.clip else "",
        ]
        more = "".join(f", {extra}" for extra in extras if extra)
        return (
            f"A recurrent network's forward pass and its back-propagation through time.\n\n"
            f"{CELLS[network.cell].capitalize() if network.cell == 'rnn' else CELLS[network.cell]}"
            f"{phi}, H = {network.H}{more};\n{LOSSES[network.output]}; "
            f"T = {T} steps, B = {B}, I = {network.I}, O = {network.O}; "
            f"{network.dtype}.\nWritten by Unrolled. Needs {needs} alone. "
            "Arrays have time first: (T, B, ·)."
        )
