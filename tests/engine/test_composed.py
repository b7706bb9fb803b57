# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false, reportOptionalIterable=false
# pyright: reportArgumentType=false, reportCallIssue=false
"""Every cell, normalization, stack and direction against PyTorch autograd in float64."""

import numpy as np
import pytest
import torch

from app.engine.activations import ACTIVATIONS
from app.engine.cells import CELLS
from app.engine.network import Network
from app.engine.normalization import NORMALIZATIONS
from app.engine.readout import READOUTS
from app.engine.sequences import LOSS_AT, from_arrays
from app.engine.trace import bptt_trace, forward_trace, gradcheck
from tests.engine.composed import VARIANTS, Composed, random_composed, random_data
from tests.engine.oracle import assert_close
from tests.engine.test_bptt import hash_of

ALL = frozenset({"credit", "shares", "credit_vectors"})
STACKS = ((1, False), (2, False), (1, True), (2, True))
CASES = [
    pytest.param(
        *variant, *stack, loss_at, B, id=f"{'-'.join(variant)}-{stack[0]}-{stack[1]}-{loss_at}-B{B}"
    )
    for variant in VARIANTS
    for stack in STACKS
    for loss_at in LOSS_AT
    for B in (None, 1, 3)
    if B == 3 or variant[1] != "batch"
]


def case(cell, normalization, layers, bidirectional, loss_at, B, T=5, **options):
    rng = np.random.default_rng(hash_of(cell, normalization, layers, bidirectional, loss_at, B))
    options = {"output": str(rng.choice(list(READOUTS))), "readout": rng.random() < 0.8} | options
    network = random_composed(
        rng, cell, normalization, layers=layers, bidirectional=bidirectional, **options
    )
    return network, random_data(rng, network, B=B, T=T, loss_at=loss_at)


def test_every_cell_and_normalization_is_among_the_cases():
    assert {cell for cell, _ in VARIANTS} == set(CELLS)
    assert {normalization for _, normalization in VARIANTS} == set(NORMALIZATIONS)


def blocks(trace, name):
    """The layers' blocks, or the only one's."""
    block = getattr(trace, name)
    return block.layers or [block]


@pytest.mark.parametrize(
    ("cell", "normalization", "layers", "bidirectional", "loss_at", "B"), CASES
)
def test_states_losses_and_gradients(cell, normalization, layers, bidirectional, loss_at, B):
    network, sequence = case(cell, normalization, layers, bidirectional, loss_at, B)
    trace = bptt_trace(network, sequence, include=frozenset())
    torch_run = Composed(network, sequence)
    assert trace.loss.total == pytest.approx(torch_run.total.item(), rel=1e-12)
    assert_close(trace.forward.h, torch_run.laid_out(torch_run.top), 1e-9, "h")
    assert_close(trace.forward.o, torch_run.laid_out(torch_run.o), 1e-9, "o")
    for i, (forward, backward) in enumerate(
        zip(blocks(trace, "forward"), blocks(trace, "backward"), strict=True)
    ):
        for name in ("a", "h", "cell"):
            nodes = getattr(torch_run, name)[i]
            if nodes[0] is None:
                assert getattr(forward, name) is None
                continue
            assert_close(getattr(forward, name), torch_run.laid_out(nodes), 1e-9, name)
            into = torch_run.laid_out(torch_run.grad(torch_run.total, nodes))
            assert_close(getattr(backward, f"d{name}"), into, 1e-9, f"d{name}")
        for g, name in enumerate(CELLS[cell].GATES):
            gate = [each[g] for each in torch_run.gates[i]]
            assert_close(forward.gates[name], torch_run.laid_out(gate), 1e-9, name)
    grads = torch_run.grad(torch_run.total, list(torch_run.parameters.values()))
    assert list(trace.gradients) == list(torch_run.parameters)
    for name, expected in zip(torch_run.parameters, grads, strict=True):
        assert_close(trace.gradients[name], expected, 1e-9, f"d{name}")
    dx = torch_run.laid_out(torch_run.grad(torch_run.total, torch_run.x))
    assert_close(trace.backward.dx, dx, 1e-9, "dx")
    dh0 = torch_run.starts(torch_run.grad(torch_run.total, torch_run.h0))
    assert_close(trace.backward.dh0, dh0, 1e-9, "dh0")
    if cell == "lstm":
        dcell0 = torch_run.starts(torch_run.grad(torch_run.total, torch_run.cell0))
        assert_close(trace.backward.dcell0, dcell0, 1e-9, "dcell0")


@pytest.mark.parametrize(
    ("cell", "normalization", "layers", "bidirectional", "loss_at", "B"), CASES
)
def test_triangles_agree_with_a_call_for_each_loss(
    cell, normalization, layers, bidirectional, loss_at, B
):
    network, sequence = case(cell, normalization, layers, bidirectional, loss_at, B)
    trace = bptt_trace(network, sequence, include=ALL)
    run = Composed(network, sequence, untied=True)
    T, scale = sequence.T, np.sqrt(B or 1)
    credits = trace.credit.layers or [trace.credit]
    assert len(credits) == len(network.parts)
    for i, credit in enumerate(credits):
        expected = {name: np.zeros((T, T)) for name in ("dh", "da", "dcell", "dW", "dU")}
        for t, loss in run.losses.items():
            for name in ("h", "cell"):
                nodes = getattr(run, name)[i]
                if nodes[0] is None:
                    continue
                into = run.grad(loss, nodes)
                expected[f"d{name}"][t] = [scale * np.linalg.norm(each) for each in into]
                vectors = credit.vectors[f"d{name}"][t]
                vectors = vectors if B is not None else vectors[:, None]
                assert_close(vectors, np.stack(into), 1e-9, f"vectors of d{name}")
            for name in "WU":
                shares = run.grad(loss, [use[name] for use in run.uses[i]])
                expected[f"d{name}"][t] = [np.linalg.norm(each) for each in shares]
            into = run.grad(loss, run.a[i])
            expected["da"][t] = [scale * np.linalg.norm(each) for each in into]
        if cell != "lstm":
            assert credit.dcell_norm is None
            del expected["dcell"]
        for name, array in expected.items():
            assert_close(getattr(credit, f"{name}_norm"), array, 1e-9, name)


@pytest.mark.parametrize(
    ("cell", "normalization", "layers", "bidirectional", "loss_at", "B"), CASES
)
def test_vectors_add_up_to_the_gradient(cell, normalization, layers, bidirectional, loss_at, B):
    network, sequence = case(cell, normalization, layers, bidirectional, loss_at, B, T=8)
    trace = bptt_trace(network, sequence, include=ALL)
    credits = trace.credit.layers or [trace.credit]
    for credit, backward in zip(credits, blocks(trace, "backward"), strict=True):
        for name, vectors in credit.vectors.items():
            total = vectors.sum(axis=0)  # (T,·) or (T,B,·)
            total = total if B is None else total.swapaxes(0, 1)
            assert_close(total, getattr(backward, name), 1e-12, name)
        norms = np.linalg.norm(credit.vectors["da"].reshape(8, 8, -1), axis=-1)
        assert_close(credit.da_norm, np.sqrt(B or 1) * norms, 1e-12, "da_norm")
    forward = trace.credit.dh_norm
    assert not np.triu(forward, 1).any()


@pytest.mark.parametrize(("cell", "normalization"), VARIANTS)
@pytest.mark.parametrize(("layers", "bidirectional"), STACKS)
@pytest.mark.parametrize("truncate", [1, 2, 4])
def test_truncated_gradients_are_those_of_the_windows(
    cell, normalization, layers, bidirectional, truncate
):
    """`gradcheck` moves each loss's own window, the states around it held fixed."""
    network, sequence = case(
        cell, normalization, layers, bidirectional, "every", 2, T=5, H=2, output="linear"
    )
    assert gradcheck(network, sequence, truncate=truncate).ok
    trace = bptt_trace(network, sequence, truncate=truncate, include=ALL)
    t, k = np.indices((5, 5))
    for credit in trace.credit.layers or [trace.credit]:
        assert not credit.dh_norm[abs(t - k) >= truncate].any()
        assert credit.dh_norm[t == k].all()
    for credit, backward in zip(
        trace.credit.layers or [trace.credit], blocks(trace, "backward"), strict=True
    ):
        total = credit.vectors["da"].sum(axis=0).swapaxes(0, 1)
        assert_close(total, backward.da, 1e-12, "da")


@pytest.mark.parametrize("normalization", ["layer", "batch"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_normalization_with_every_activation(activation, normalization):
    rng = np.random.default_rng(hash_of(activation, normalization))
    network = random_composed(rng, "rnn", normalization, activation=activation)
    sequence = random_data(rng, network, B=4, T=6)
    trace, run = bptt_trace(network, sequence), Composed(network, sequence)
    grads = run.grad(run.total, list(run.parameters.values()))
    for name, expected in zip(run.parameters, grads, strict=True):
        assert_close(trace.gradients[name], expected, 1e-9, name)


def copied_from(module, cell):
    """torch.nn.RNN, LSTM or GRU → our parameters: two biases become one, the GRU's b_hn apart."""
    state = {name: p.detach().numpy() for name, p in module.state_dict().items()}
    parameters, H = {}, module.hidden_size
    for layer in range(module.num_layers):
        for reverse in ["", "_reverse"][: 1 + module.bidirectional]:
            theirs = f"_l{layer}{reverse}"
            ours = theirs if layer or reverse else ""
            parameters[f"U{ours}"] = state[f"weight_ih{theirs}"]
            parameters[f"W{ours}"] = state[f"weight_hh{theirs}"]
            b, recurrent = state[f"bias_ih{theirs}"], state[f"bias_hh{theirs}"]
            if cell == "gru":
                parameters[f"b_hn{ours}"] = recurrent[2 * H :]
                recurrent = np.concatenate([recurrent[: 2 * H], np.zeros(H)])
            parameters[f"b{ours}"] = b + recurrent
    return parameters


@pytest.mark.parametrize("module", [torch.nn.RNN, torch.nn.LSTM, torch.nn.GRU])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_weights_of_torch_give_the_same_output(module, layers, bidirectional):
    torch.manual_seed(layers)
    cell, H, B = module.__name__.lower(), 4, 3
    shape = {"num_layers": layers, "bidirectional": bidirectional, "batch_first": True}
    theirs = module(5, H, dtype=torch.float64, **shape)
    network = Network(
        cell=cell, output="linear", parameters=copied_from(theirs, cell),
        layers=layers, bidirectional=bidirectional,
    )  # fmt: skip
    x = torch.randn(B, 9, 5, dtype=torch.float64)
    starts = torch.randn(2, layers * (1 + bidirectional), B, H, dtype=torch.float64)
    h0, cell0 = (each.numpy() if network.composed else each[0].numpy() for each in starts)
    if cell == "lstm":
        output, (last_h, last_cell) = theirs(x, tuple(starts))
    else:
        (output, last_h), last_cell, cell0 = theirs(x, starts[0]), None, None
    trace = forward_trace(network, from_arrays(x.numpy(), None, h0, cell0=cell0))
    assert_close(trace.forward.o, output.detach(), 1e-12, "output")
    for i, layer in enumerate(trace.forward.layers or [trace.forward]):
        end = 0 if i % 2 and bidirectional else -1
        assert_close(layer.h[:, end], last_h[i].detach(), 1e-12, "last h")
        if last_cell is not None:
            assert_close(layer.cell[:, end], last_cell[i].detach(), 1e-12, "last cell")


@pytest.mark.parametrize(("cell", "normalization"), VARIANTS)
@pytest.mark.parametrize("stack", [(1, False), (2, True)])
def test_float32_stays_float32_and_agrees(cell, normalization, stack):
    wide, data = case(cell, normalization, *stack, "every", 4, output="linear", H=8)
    narrow = Network(
        cell, "tanh", normalization, "linear",
        {name: p.astype(np.float32) for name, p in wide.parameters.items()}, *stack,
    )  # fmt: skip
    short = from_arrays(data.x, data.y, data.h0, dtype=np.float32, cell0=data.cell0)
    expected, trace = bptt_trace(wide, data), bptt_trace(narrow, short)
    for block in ("forward", "backward", "credit"):
        for name in getattr(trace, block).__dataclass_fields__:
            ours = getattr(getattr(trace, block), name)
            if isinstance(ours, np.ndarray):
                assert ours.dtype == np.float32, f"{block}.{name}"
                assert_close(ours, getattr(getattr(expected, block), name), 1e-3, name)
    for name, gradient in trace.gradients.items():
        assert gradient.dtype == np.float32
        assert_close(gradient, expected.gradients[name], 1e-3, name)
