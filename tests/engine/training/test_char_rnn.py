# pyright: reportOptionalMemberAccess=false
"""The benchmark's plain character network is the engine's own model."""

import numpy as np
import pytest

from app.engine.network import Network
from app.engine.sequences import from_arrays
from app.engine.trace import bptt_trace
from benchmarks.char_rnn import CharRnn
from tests.engine.oracle import assert_close


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_loss_gradients_and_states_are_those_of_the_engine(dtype):
    codes = np.random.default_rng(1).integers(0, 9, 40)
    plain = CharRnn(codes, 9, 6, 12, dtype)
    for _ in range(5):
        plain.advance()  # so that h0 and the weights are something
    assert plain.at == 24  # the third piece was the last of the text
    parameters = {name: p[:, 0] if name in "bc" else p for name, p in plain.p.items()}
    x, y = np.eye(9)[codes[24:36]], codes[25:37]
    network = Network(parameters={name: p.copy() for name, p in parameters.items()})
    trace = bptt_trace(network, from_arrays(x, y, plain.h[:, 0], dtype=dtype), include=set())
    loss, gradients, last = plain.pass_through(codes[24:36], y)
    tolerance = 1e-12 if dtype == np.float64 else 1e-5
    assert loss == pytest.approx(trace.loss.total, rel=tolerance)
    assert_close(last[:, 0], trace.forward.h[-1], tolerance)
    for name, gradient in trace.gradients.items():
        assert_close(gradients[name].reshape(gradient.shape), gradient, tolerance, name)


def test_it_learns():
    plain = CharRnn(np.tile(np.arange(5), 40), 5, 16, 10, np.float64)
    losses = [plain.advance() for _ in range(200)]
    assert losses[-1] < 0.1 * losses[0]
