# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false, reportOptionalIterable=false
"""The plain step is the reference: the fast loops of `unroll` must equal it."""

import numpy as np
import pytest
import torch

from app.engine.activations import ACTIVATIONS
from app.engine.cells import CELLS
from app.engine.trace import bptt_trace
from tests.engine.oracle import TORCH_ACTIVATIONS, assert_close, random_network, random_sequence


def run_by_steps(network, sequence):
    """Forward and back with the cell's own functions: states, gradients of U, W, b and x."""
    cell, activation = CELLS[network.cell], ACTIVATIONS[network.activation]
    trace = bptt_trace(network, sequence)
    do = np.moveaxis(trace.backward.do, -2, 0)
    x = np.moveaxis(sequence.x, -2, 0)
    h_prev = np.zeros((*x.shape[1:-1], network.H)) if sequence.h0 is None else sequence.h0
    tape = []
    for x_t in x:
        a, h = cell.step(network.parameters, activation, x_t, h_prev)
        tape.append((x_t, h_prev, a, h))
        h_prev = h
    back, total, states = np.zeros_like(h_prev), {}, []
    for t in reversed(range(len(x))):
        dh = back + do[t] @ network.parameters["V"]
        da, dx, back, share = cell.step_backward(network.parameters, activation, *tape[t], dh)
        states.append((tape[t][3], dh, da, dx))
        total = {name: total.get(name, 0) + g for name, g in share.items()}
    return trace, [np.stack(each) for each in zip(*reversed(states), strict=True)], back, total


@pytest.mark.parametrize("cell", ["rnn"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("B", [None, 3])
def test_fast_loops_equal_the_plain_step(cell, activation, B):
    rng = np.random.default_rng(3)
    network = random_network(rng, activation)
    assert network.cell == cell
    sequence = random_sequence(rng, network, B=B, T=9)
    trace, states, dh0, total = run_by_steps(network, sequence)
    back = trace.backward
    for ours, expected in zip((trace.forward.h, back.dh, back.da, back.dx), states, strict=True):
        assert_close(np.moveaxis(ours, -2, 0), expected, 1e-13)
    assert_close(back.dh0, dh0, 1e-13)
    for name, expected in total.items():
        assert_close(trace.gradients[name], expected, 1e-13, name)


@pytest.mark.parametrize("cell", ["rnn"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_jacobian_is_that_of_the_step(cell, activation):
    rng = np.random.default_rng(4)
    network = random_network(rng, activation, H=5)
    x, h_prev = rng.normal(size=network.I), rng.normal(size=5)
    p = {name: torch.tensor(value) for name, value in network.parameters.items()}

    def step(h):
        return TORCH_ACTIVATIONS[activation](p["U"] @ torch.tensor(x) + p["W"] @ h + p["b"])

    expected = torch.autograd.functional.jacobian(step, torch.tensor(h_prev))
    phi = ACTIVATIONS[activation]
    a, h = CELLS[cell].step(network.parameters, phi, x, h_prev)
    assert_close(CELLS[cell].jacobian(network.parameters, phi, x, h_prev, a, h), expected, 1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_shapes_grow_with_the_sizes_they_name(cell):
    shapes = CELLS[cell].parameter_shapes(3, 5)
    assert shapes["U"][1] == 3
    assert shapes["W"][1] == 5
    assert list(shapes)[:2] == ["U", "W"]
