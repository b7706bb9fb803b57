"""A network fed little by little: what it answers decides what it is fed next."""

from threading import Event

import numpy as np

from app.engine.errors import EngineError
from app.engine.network import Network
from app.engine.stack import run_parts, side_by_side
from app.engine.training.passes import Start, last_states
from app.engine.unroll import read


class Stepper:
    """One sequence under way; its state starts at zero, or at `start` as h0 and cell0.

    Raises `EngineError` for a network that needs the future or a batch.
    """

    def __init__(self, network: Network, start: Start | None = None):
        if network.bidirectional:
            raise EngineError(
                "network.bidirectional", "a bidirectional network needs the characters to come"
            )
        if network.normalization == "batch":
            raise EngineError("network.normalization", "batch normalization needs a batch, not one")
        self.network, self.state = network, start or {}

    def feed(self, x: np.ndarray, cancel: Event | None = None) -> np.ndarray:
        """Read x (n,I); return o (n,O)."""
        network, state = self.network, self.state
        runs = run_parts(network, x, state.get("h"), state.get("cell"), cancel)
        self.state = last_states(network, runs)
        return read(network, side_by_side(network, runs, "h"))
