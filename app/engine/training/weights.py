"""All of a network's numbers as one vector, of which its parameters are views."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from app.engine.network import Network


class Weights:
    """One vector (P) and `views`, its parameters by name; writing to one writes to the other."""

    def __init__(self, shapes: Mapping[str, tuple[int, ...]], dtype: np.dtype):
        sizes = [int(np.prod(shape)) for shape in shapes.values()]
        ends = np.cumsum(sizes)
        self.vector = np.zeros(int(ends[-1]), dtype)
        self.views = {
            name: self.vector[end - size : end].reshape(shape)
            for (name, shape), size, end in zip(shapes.items(), sizes, ends, strict=True)
        }

    @classmethod
    def like(cls, parameters: Mapping[str, np.ndarray]) -> "Weights":
        """Return zeros of the same shapes."""
        first = next(iter(parameters.values()))
        return cls({name: p.shape for name, p in parameters.items()}, first.dtype)

    def fill(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Copy arrays of the same names in."""
        for name, view in self.views.items():
            np.copyto(view, arrays[name])

    def copies(self) -> dict[str, np.ndarray]:
        """Return the parameters as arrays of their own."""
        return {name: view.copy() for name, view in self.views.items()}

    def first_broken(self, order: Iterable[str] | None = None) -> str | None:
        """Return the first parameter that holds a number that is not finite."""
        if math.isfinite(np.vdot(self.vector, self.vector)):  # quick; squares may overflow alone
            return None
        names = self.views if order is None else order
        return next((n for n in names if not np.isfinite(self.views[n]).all()), None)


def on_one_vector(network: Network) -> tuple[Network, Weights]:
    """Return the same network on parameters that are views of one vector."""
    weights = Weights.like(network.parameters)
    weights.fill(network.parameters)
    return replace(network, parameters=weights.views), weights
