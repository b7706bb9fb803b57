"""Text from a character network: each character drawn from its ŷ, then fed back."""

import math
from dataclasses import dataclass
from numbers import Real
from threading import Event

import numpy as np

from app.engine.errors import EngineError, check_cancel
from app.engine.network import Network
from app.engine.readout import READOUTS
from app.engine.training.stepping import Stepper

Labels = list[str] | tuple[str, ...]
CANCEL_EVERY = 16  # characters between two looks at the cancel event


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The characters drawn, without the prompt, and what each was drawn from, (length,O)."""

    text: str
    probabilities: np.ndarray


def sample_text(
    network: Network,
    labels: Labels,
    prompt: str = "",
    length: int = 100,
    temperature: float = 1.0,
    seed: int = 0,
    *,
    cancel: Event | None = None,
) -> Sample:
    """Draw `length` characters from softmax(o / temperature), after reading the prompt.

    Without a prompt the first label is read, unseen: the character that a text began with. The
    state starts at zero. Raises `EngineError` ("labels", "prompt", "length", "temperature", "seed",
    "network.…").
    """
    _check(network, labels, length, temperature, seed)
    place = {label: i for i, label in enumerate(labels)}
    unknown = next((character for character in prompt if character not in place), None)
    if unknown is not None:
        raise EngineError("prompt", f"prompt holds {unknown!r}; the labels do not")
    stepper, one_hot = Stepper(network), np.eye(network.I, dtype=network.dtype)
    rng, probabilities = np.random.default_rng(seed), np.empty((length, network.O))
    drawn: list[int] = []
    reads = [place[character] for character in prompt] or [0]
    with np.errstate(all="ignore"):
        for n in range(length):
            if n % CANCEL_EVERY == 0:
                check_cancel(cancel)
            o = stepper.feed(one_hot[reads], cancel)[-1].astype(np.float64)
            p = probabilities[n] = READOUTS["softmax"].y_hat(o / temperature)
            if not np.isfinite(p).all():
                raise EngineError("network.parameters", f"o overflows at character {n + 1}")
            drawn.append(min(int(p.cumsum().searchsorted(rng.random(), "right")), len(p) - 1))
            reads = drawn[-1:]
    return Sample("".join([labels[i] for i in drawn]), probabilities)


def _check(
    network: Network,
    labels: Labels,
    length: int,
    temperature: float,
    seed: int,
) -> None:
    if network.output != "softmax":
        raise EngineError(
            "network.output", f"output is {network.output}; characters are drawn from softmax"
        )
    if network.I != network.O:
        raise EngineError(
            "network.parameters", f"I is {network.I} and O is {network.O}; text needs them equal"
        )
    if len(labels) != network.O or len(set(labels)) != len(labels):
        raise EngineError(
            "labels",
            f"labels has {len(labels)}, {len(set(labels))} different; the network has {network.O}",
        )
    for field, value, least in (("length", length, 1), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise EngineError(field, f"{field} is {value!r}; it must be a whole number ≥ {least}")
    if isinstance(temperature, bool) or not isinstance(temperature, Real):
        raise EngineError("temperature", f"temperature is {temperature!r}; it must be a number")
    if not 0.0 < temperature < math.inf:
        raise EngineError("temperature", f"temperature is {temperature}; it must be > 0, finite")
