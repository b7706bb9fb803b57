"""Situations worth looking at, each one click away; their words are in the pages' locales.

Seeds are chosen for a typical picture; what each preset claims is tested, not assumed.
"""

from dataclasses import dataclass
from typing import Any

from app.engine.series import SERIES

PROVERB = "What we learn with pleasure we never forget at all."  # 51 characters: T = 50
GROWTH = "Small changes grow large later."  # T = 30
ANALECTS = "学而时习之，不亦说乎？有朋自远方来，不亦乐乎？"
SUNSPOT_YEARS = 60


@dataclass(frozen=True)
class Preset:
    """A named /bptt body, and the picture's scale.

    Args:
        id: stem of the locale keys ``preset.<id>.title`` and ``preset.<id>.note``.
        request: a /bptt body.
        scale: lowest and highest power of ten of the gradient's colours.
    """

    id: str
    request: dict[str, Any]
    scale: tuple[int, int]


def _network(
    activation: str,
    hidden_size: int,
    scheme: str,
    spectral_radius: float,
    gain: float = 1.0,
    seed: int = 0,
) -> dict[str, Any]:
    init = {
        "scheme": scheme,
        "gain": gain,
        "spectral_radius": spectral_radius,
        "seed": seed,
    }
    return {"activation": activation, "hidden_size": hidden_size, "init": init}


def _text(text: str, network: dict[str, Any]) -> dict[str, Any]:
    return {"network": network, "data": {"kind": "text", "text": text}}


def _sunspots(network: dict[str, Any]) -> dict[str, Any]:
    _, values = SERIES["sunspots"]
    return {
        "network": network | {"output": "linear"},
        "data": {"kind": "series", "values": list(values[-SUNSPOT_YEARS:])},
    }


PRESETS: tuple[Preset, ...] = (
    # U and V drawn large, so that tanh saturates: the gradient dies within ten steps.
    Preset(
        "hello",
        _text("hello world", _network("tanh", 8, "orthogonal", 0.95, gain=2.5, seed=2)),
        (-3, 1),
    ),
    # Slopes of at most a quarter: a factor below 0.9/4 at every step.
    Preset(
        "sigmoid-vanishes",
        _text(PROVERB, _network("sigmoid", 16, "orthogonal", 0.9)),
        (-6, 1),
    ),
    # The same sentence and scale, small inputs: slopes stay near 1 and W keeps every length.
    Preset(
        "tanh-carries",
        _text(PROVERB, _network("tanh", 16, "orthogonal", 1.0, gain=0.5)),
        (-6, 1),
    ),
    # tanh-carries with the cell changed and nothing else: the cell state keeps the gradient longer.
    Preset(
        "lstm-remembers",
        _text(PROVERB, _network("tanh", 16, "orthogonal", 1.0, gain=0.5) | {"cell": "lstm"}),
        (-6, 1),
    ),
    # A factor of 1.3 at every step where the units are on: doubles every 2.6 steps.
    Preset(
        "relu-explodes",
        _text(GROWTH, _network("relu", 8, "identity", 1.3, seed=3)),
        (-1, 4),
    ),
    # The same explosion; the threshold keeps its direction and takes its length.
    Preset(
        "relu-clipped",
        _text(GROWTH, _network("relu", 8, "identity", 1.3, seed=3))
        | {"clip": {"by": "norm", "threshold": 1.0}},
        (-1, 4),
    ),
    Preset(
        "identity-explodes",
        _text(GROWTH, _network("identity", 8, "orthogonal", 1.3, seed=1)),
        (-1, 4),
    ),
    Preset(
        "chinese",
        _text(ANALECTS, _network("tanh", 12, "orthogonal", 1.0, gain=1.5, seed=1)),
        (-3, 1),
    ),
    Preset(
        "sunspots",
        _sunspots(_network("tanh", 12, "orthogonal", 0.95, seed=1)),
        (-4, 1),
    ),
)
