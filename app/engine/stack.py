"""Layers above each other, in one direction or both: compositions of single layers.

A part is one layer in one direction (`network.parts`). A reverse part runs on the sequence turned
round: its arrays are in its own order of time, `turn` brings them back. The next layer reads the
states of both directions side by side.
"""

from dataclasses import dataclass
from threading import Event

import numpy as np

from app.engine.activations import ACTIVATIONS
from app.engine.layer import Adjoint, LayerGradients, LayerRun
from app.engine.network import Network, Part


def turn(array: np.ndarray, part: Part) -> np.ndarray:
    """Turn (T,…) round for a reverse part; applied twice it changes nothing."""
    return array[::-1] if part.direction == "reverse" else array


def run_parts(
    network: Network,
    x: np.ndarray,
    h0: np.ndarray | None,
    cell0: np.ndarray | None,
    cancel: Event | None = None,
) -> list[LayerRun]:
    """Run every part; x (T,I) or (T,B,I), h0 and cell0 with the parts as first axis if composed."""
    activation, runs = ACTIVATIONS[network.activation], []
    for i, part in enumerate(network.parts):
        if part.direction == "forward" and part.layer:
            x = side_by_side(network, runs, "h", part.layer - 1)
        starts = (
            start[i] if network.composed and start is not None else start for start in (h0, cell0)
        )
        entering = np.ascontiguousarray(turn(x, part))
        parameters = network.layer_parameters(part)
        runs.append(network.code.run(parameters, activation, entering, *starts, cancel=cancel))
    return runs


def side_by_side(network: Network, results: list, name: str, layer: int = -1) -> np.ndarray:
    """Return an array (T,·) of one layer's parts, by default the top's, forward then reverse."""
    layer %= network.layers
    both = [
        turn(getattr(result, name), part)
        for part, result in zip(network.parts, results, strict=False)
        if part.layer == layer
    ]
    return both[0] if len(both) == 1 else np.concatenate(both, axis=-1)


def adjoints(network: Network, runs: list[LayerRun]) -> list[Adjoint]:
    """Return each part's way back."""
    activation = ACTIVATIONS[network.activation]
    return [
        network.code.adjoint(network.layer_parameters(part), activation, run)
        for part, run in zip(network.parts, runs, strict=True)
    ]


def own_seed(network: Network, seed: np.ndarray, part: Part) -> np.ndarray:
    """Return a part's own columns of seed (T,…,·), which holds those of both directions, turned."""
    if network.bidirectional:
        start = network.H * (part.direction == "reverse")
        seed = seed[..., start : start + network.H]
    return np.ascontiguousarray(turn(seed, part))


@dataclass(frozen=True, slots=True, eq=False)
class StateGradients:
    """Every part's gradients in its own order of time, and ∂L/∂x of the network (T,I)."""

    parts: list[LayerGradients]
    dx: np.ndarray


def backward_parts(
    network: Network, ways: list[Adjoint], seed: np.ndarray, cancel: Event | None = None
) -> StateGradients:
    """Carry the gradient of all losses together down the layers; seed (T,·) enters the top."""
    found: list[LayerGradients] = []
    for layer in reversed(range(network.layers)):
        done = [
            way.total(own_seed(network, seed, part), cancel)
            for part, way in zip(network.parts, ways, strict=True)
            if part.layer == layer
        ]
        found = done + found
        seed = input_gradient(network, found, layer)
    return StateGradients(found, seed)


def input_gradient(network: Network, found: list[LayerGradients], layer: int) -> np.ndarray:
    """Return ∂L/∂ what one layer reads, (T,·), both directions together.

    `found` ends with the top layer's parts and reaches at least down to this layer.
    """
    mine = [
        turn(each.dx, part)
        for part, each in zip(reversed(network.parts), reversed(found), strict=False)
        if part.layer == layer
    ]
    return mine[0] if len(mine) == 1 else mine[0] + mine[1]


def gradients(network: Network, ways: list[Adjoint], states: StateGradients) -> dict:
    """Return ∂L/∂ every parameter below the readout, by its full name."""
    return {
        f"{name}{part.suffix}": gradient
        for part, way, each in zip(network.parts, ways, states.parts, strict=True)
        for name, gradient in way.gradients(each.da).items()
    }


def top_forward(network: Network) -> int:
    """Return the number of the top layer's forward part."""
    return len(network.parts) - 1 - network.bidirectional
