import numpy as np
import pytest
import torch

from app.engine.readout import READOUTS
from tests.engine.oracle import assert_close

LOSSES = {
    "softmax": lambda o, y: torch.nn.functional.cross_entropy(o, y, reduction="none"),
    "sigmoid": lambda o, y: torch.nn.functional.binary_cross_entropy_with_logits(
        o, y, reduction="none"
    ).sum(-1),
    "linear": lambda o, y: 0.5 * ((o - y) ** 2).sum(-1),
}
OUTPUTS = {
    "softmax": lambda o: torch.softmax(o, -1),
    "sigmoid": torch.sigmoid,
    "linear": lambda o: o,
}


def targets(readout, rng, shape):
    return rng.integers(0, shape[-1], shape[:-1]) if readout.classes else rng.uniform(size=shape)


@pytest.mark.parametrize("name", READOUTS)
@pytest.mark.parametrize("shape", [(4, 3), (4, 2, 3), (1, 1)])
def test_agrees_with_torch(name, shape):
    rng = np.random.default_rng(1)
    readout, o = READOUTS[name], rng.normal(0, 3, shape)
    y = targets(readout, rng, shape)
    flat = torch.tensor(o.reshape(-1, shape[-1]), requires_grad=True)
    loss = LOSSES[name](flat, torch.tensor(y.reshape(len(flat), *y.shape[len(shape) - 1 :])))
    (do,) = torch.autograd.grad(loss.sum(), flat)
    y_hat = readout.y_hat(o)
    assert_close(readout.loss(o, y).ravel(), loss.detach(), 1e-13)
    assert_close(y_hat.reshape(-1, shape[-1]), OUTPUTS[name](flat).detach(), 1e-13)
    assert_close(readout.do(y_hat, y).reshape(-1, shape[-1]), do, 1e-13)


@pytest.mark.parametrize("name", READOUTS)
def test_large_outputs_keep_a_finite_loss(name):
    readout, o = READOUTS[name], np.array([[900.0, -900.0], [-900.0, 900.0]])
    y = np.array([1, 1]) if readout.classes else np.array([[0.0, 1.0], [0.0, 1.0]])
    with np.errstate(over="ignore"):
        y_hat = readout.y_hat(o)
    loss = readout.loss(o, y)
    assert np.isfinite(loss).all()
    assert np.isfinite(y_hat).all()
    assert loss[0] >= 1800
    if name != "linear":
        assert loss[1] == 0


@pytest.mark.parametrize("name", READOUTS)
def test_y_hat_and_do_leave_their_inputs_alone(name):
    readout, o = READOUTS[name], np.array([[0.5, -1.0]])
    y = np.array([0]) if readout.classes else np.array([[0.2, 0.4]])
    y_hat = readout.y_hat(o)
    y_hat_before = y_hat.copy()
    readout.do(y_hat, y)
    y_hat_again = readout.y_hat(o)
    assert np.array_equal(y_hat, y_hat_before)
    y_hat_again += 1
    assert o.tolist() == [[0.5, -1.0]]
