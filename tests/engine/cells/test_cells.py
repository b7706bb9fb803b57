# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false, reportOptionalIterable=false
# pyright: reportArgumentType=false, reportCallIssue=false
"""Each cell's plain step is the reference: its fast loops and its Jacobian are held to it."""

import numpy as np
import pytest
import torch

from app.engine.activations import ACTIVATIONS
from app.engine.cells import CELLS
from app.engine.network import layer_code
from app.engine.trace import bptt_trace
from tests.engine.composed import VARIANTS, random_composed, random_data, torch_step
from tests.engine.oracle import assert_close


def run_by_steps(network, sequence):
    """Forward and back with the cell's own functions."""
    code, activation = network.code, ACTIVATIONS[network.activation]
    trace = bptt_trace(network, sequence)
    do, x = (np.moveaxis(each, -2, 0) for each in (trace.backward.do, sequence.x))
    state, tape = [sequence.h0, sequence.cell0][: len(code.STATES)], []
    for x_t in x:
        before = state
        a, *state = code.step(network.parameters, activation, x_t, *before)
        tape.append((x_t, *before, a, *state))
    back, total, found = [np.zeros_like(each) for each in state], {}, []
    for t in reversed(range(len(x))):
        dh = back[0] + do[t] @ network.parameters["V"]
        da, dx, *back, share = code.step_backward(
            network.parameters, activation, *tape[t], dh, *back[1:]
        )
        found.append((tape[t][-len(state)], dh, da, dx))
        total = {name: total.get(name, 0) + g for name, g in share.items()}
    return trace, [np.stack(each) for each in zip(*reversed(found), strict=True)], back, total


@pytest.mark.parametrize(("cell", "normalization"), VARIANTS)
@pytest.mark.parametrize("B", [None, 3])
def test_fast_loops_equal_the_plain_step(cell, normalization, B):
    rng = np.random.default_rng(3)
    network = random_composed(rng, cell, normalization, H=6)
    sequence = random_data(rng, network, B=B or (5 if normalization == "batch" else None), T=9)
    trace, states, back, total = run_by_steps(network, sequence)
    ours = (trace.forward.h, trace.backward.dh, trace.backward.da, trace.backward.dx)
    for each, expected in zip(ours, states, strict=True):
        assert_close(np.moveaxis(each, -2, 0), expected, 1e-12)
    assert_close(trace.backward.dh0, back[0], 1e-12)
    if cell == "lstm":
        assert_close(trace.backward.dcell0, back[1], 1e-12)
    for name, expected in total.items():
        assert_close(trace.gradients[name], expected, 1e-12, name)


@pytest.mark.parametrize(("cell", "normalization"), [v for v in VARIANTS if v[1] != "batch"])
def test_jacobian_is_that_of_the_full_state(cell, normalization):
    rng = np.random.default_rng(4)
    network = random_composed(rng, cell, normalization, H=4)
    sequence = random_data(rng, network, T=6)
    found = bptt_trace(network, sequence, include={"jacobian_matrices"}).jacobians
    p = {name: torch.tensor(value) for name, value in network.parameters.items()}
    two = cell == "lstm"
    state = torch.tensor(np.concatenate([sequence.h0, *([sequence.cell0] if two else [])]))
    product, expected = torch.eye(len(state), dtype=torch.float64), []
    for x in torch.tensor(sequence.x):

        def step(state, x=x):
            h, cell_prev = (state[:4], state[4:]) if two else (state, None)
            _, _, h, after = torch_step(network, p, x, h, cell_prev)
            return torch.cat([h, after]) if two else h

        expected.append(torch.autograd.functional.jacobian(step, state))
        state = step(state)
    J = torch.stack(expected)
    assert_close(found.matrices, J, 1e-12)
    assert_close(found.spectral_norm, torch.linalg.matrix_norm(J, ord=2), 1e-12)
    for k in reversed(range(6)):
        norm = torch.linalg.matrix_norm(product, ord=2).item()
        assert found.product_norm[k] == pytest.approx(norm, rel=1e-10)
        product = product @ J[k]


@pytest.mark.parametrize("cell", [cell for cell in CELLS if CELLS[cell].GATES])
def test_each_recurrent_block_has_its_figures(cell):
    rng = np.random.default_rng(5)
    network = random_composed(rng, cell, H=4)
    found = bptt_trace(network, random_data(rng, network, B=2)).jacobians
    gates = CELLS[cell].GATES
    assert found.slope_mean is None
    assert tuple(found.blocks) == gates
    for gate, W in zip(gates, np.split(network.parameters["W"], len(gates)), strict=True):
        radius = np.abs(np.linalg.eigvals(W)).max()
        assert found.blocks[gate].spectral_radius == pytest.approx(radius)
        assert_close(found.blocks[gate].singular_values, np.linalg.svd(W)[1], 1e-12)
    largest = max(found.blocks.values(), key=lambda block: block.spectral_radius)
    assert found.spectral_radius == largest.spectral_radius
    assert np.array_equal(found.singular_values, largest.singular_values)


def test_batch_normalization_shows_the_last_losses_own_path():
    rng = np.random.default_rng(6)
    network = random_composed(rng, "rnn", "batch", H=3)
    trace = bptt_trace(
        network, random_data(rng, network, B=4, T=6), include={"credit", "jacobians"}
    )
    last, found = trace.credit.dh_norm[-1], trace.jacobians
    assert_close(found.product_norm, last / last[-1], 1e-12)
    assert_close(found.spectral_norm[1:], last[:-1] / last[1:], 1e-12)
    assert found.matrices is None
    assert found.slope_mean.shape == (6,)


@pytest.mark.parametrize(("cell", "normalization"), VARIANTS)
def test_shapes_grow_with_the_sizes_they_name(cell, normalization):
    code = layer_code(cell, normalization)
    shapes, gates = code.parameter_shapes(3, 5), len(code.GATES) or 1
    assert shapes["U"] == (gates * 5, 3)
    assert shapes["W"] == (gates * 5, 5)
    assert list(shapes)[:3] == ["U", "W", "b"]
    assert code.STATES[0] == "h"
