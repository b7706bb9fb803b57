# pyright: reportOptionalSubscript=false, reportArgumentType=false
"""Each usual mistake, made by hand, is named: alone, on one parameter, in several networks."""

from collections import Counter
from typing import Any

import numpy as np
import pytest

from app.api.schemas.grade import MISTAKE_IDS
from app.engine.bptt import run_bptt
from app.engine.clipping import Clip, clip_gradients
from app.exchange.grading import MISTAKES, grade
from tests.engine.composed import Composed, random_composed, random_data
from tests.exchange.grading.homework import bptt, make

BY_HAND = {
    "wrong_sign": ("wrong_sign", "UWbVc"),
    "overwritten": ("missing_sum_over_time", "UWbVc"),
    "stopped_early": ("missing_one_step", "UWbVc"),
    "missing_slope": ("missing_slope", "UWb"),
    "slope_missing_on_the_way": ("missing_slope", "UWb"),
    "slope_of_h": ("wrong_slope", "UWb"),
    "slope_of_sigmoid": ("wrong_slope", "UWb"),
    "current_state_for_previous": ("current_state_for_previous", "W"),
    "previous_state_for_current": ("previous_state_for_current", "V"),
    "initial_state_ignored": ("initial_state_ignored", "W"),
    "transposed": ("transposed", "UWV"),
    "untransposed_path": ("untransposed_path", "UWb"),
    "missing_path_through_time": ("missing_path_through_time", "UWb"),
    "only_last_loss": ("only_last_loss", "UWbVc"),
    "missing_target": ("missing_target", "UWbVc"),
    "averaged_over_time": ("averaged_over_time", "UWbVc"),
    "summed_over_batch": ("summed_over_batch", "UWbVc"),
}
NETWORKS = {
    "tanh": ("tanh", "softmax", 0),
    "sigmoid": ("sigmoid", "linear", 1),
    "tanh-sigmoid": ("tanh", "sigmoid", 2),
}


def told(found) -> list[tuple[str, str]]:
    return [(each.mistake, "".join(each.explains)) for each in found.diagnosis]


def named(found) -> set[str]:
    """Every mistake that is told, or would give the same numbers."""
    return {name for each in found.diagnosis for name in (each.mistake, *each.also)}


@pytest.mark.parametrize("B", [None, 3])
@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("mistake", BY_HAND)
def test_a_mistake_made_by_hand_is_named(mistake, network, B):
    activation, output, seed = NETWORKS[network]
    if (mistake == "summed_over_batch" and B is None) or (
        mistake == "slope_of_sigmoid" and activation == "sigmoid"
    ):
        assert grade(*make(activation, output, B=B), bptt(*make(activation, output, B=B))).ok
        return
    case = make(activation, output, B=B, seed=seed)
    wrong, (expected, explains) = bptt(*case, mistake), BY_HAND[mistake]
    found = grade(*case, wrong)
    assert told(found) == [(expected, explains)]
    assert not found.ok
    assert {name for name, each in found.parameters.items() if not each.ok} == set(explains)
    right = bptt(*case)
    for name in explains:  # alone among right ones, and alone altogether
        one = grade(*case, right | {name: wrong[name]})
        assert expected in named(one), (name, told(one))
        assert [each.explains for each in one.diagnosis] == [[name]]
        assert [n for n, each in one.parameters.items() if not each.ok] == [name]
        alone = grade(*case, {name: wrong[name]})
        assert expected in named(alone), (name, told(alone))
        assert set(alone.ungraded) == set("UWbVc") - {name}


def test_the_slope_of_the_output_held_twice():
    case = make("tanh", "sigmoid")
    assert told(grade(*case, bptt(*case, "extra_output_slope"))) == [
        ("extra_output_slope", "UWbVc")
    ]


def test_softmaxs_jacobian_on_top_of_the_cross_entropy():
    network, sequence = make("tanh", "softmax", B=None)
    done = run_bptt(network, sequence)
    y_hat = done.run.y_hat
    jacobian = [np.diag(p) - np.outer(p, p) for p in y_hat]
    do = np.stack([J @ d for J, d in zip(jacobian, done.losses.do, strict=True)])
    wrong = done.gradients | {"c": do.sum(axis=0), "V": do.T @ done.run.h}
    assert told(grade(network, sequence, wrong)) == [("extra_output_slope", "Vc")]


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "identity"])
@pytest.mark.parametrize("loss_at", ["every", "last"])
@pytest.mark.parametrize("output", ["softmax", "sigmoid", "linear"])
def test_the_homework_without_mistakes_is_right(activation, output, loss_at):
    case = make(activation, output, loss_at=loss_at)
    found = grade(*case, bptt(*case))
    assert found.ok
    assert found.diagnosis == []
    assert all((each.max_error or 0) < 1e-12 for each in found.parameters.values())


FACTORS = {
    "wrong_sign": -1, "doubled": 2, "halved": 0.5, "averaged_over_time": 1 / 6,
    "summed_over_batch": 3, "averaged_twice": 1 / 3, "averaged_over_outputs": 1 / 12,
    "mean_squared_error": 2 / 6, "scaled": -0.01,
}  # fmt: skip


@pytest.mark.parametrize("mistake", FACTORS)
def test_factors_are_named(mistake):
    case = make("tanh", "linear")
    right = bptt(*case)
    wrong = {name: FACTORS[mistake] * g for name, g in right.items()}
    assert mistake in named(grade(*case, wrong))
    one = grade(*case, right | {"W": wrong["W"]})
    assert mistake in named(one)
    assert one.diagnosis[0].explains == ["W"]


@pytest.mark.parametrize("clip", [Clip(by, t) for by in ("norm", "matrix") for t in (0.1, 0.25)])
def test_clipping_by_norm_is_told_with_its_threshold(clip):
    case = make()
    found = grade(*case, clip_gradients(bptt(*case), clip).gradients)
    assert [each.mistake for each in found.diagnosis] == ["clipped"]
    assert found.diagnosis[0].values == {"by": clip.by, "threshold": clip.threshold}


@pytest.mark.parametrize("threshold", [0.05, 0.0123])
def test_clipping_by_value_is_told_with_any_threshold(threshold):
    case = make()
    cut = clip_gradients(bptt(*case), Clip("value", threshold)).gradients
    found = grade(*case, cut)
    assert {each.mistake for each in found.diagnosis} == {"clipped"}
    assert found.diagnosis[0].values == {"by": "value", "threshold": threshold}


def test_clipping_by_any_norm_and_by_the_requests():
    case = make()
    right, own = bptt(*case), Clip("norm", 0.0777)
    cut = clip_gradients(right, own).gradients
    for clip in (None, own):
        found = grade(*case, cut, clip=clip)
        assert found.diagnosis[0].mistake == "clipped"
        assert found.diagnosis[0].values == {"by": "norm", "threshold": 0.0777}
    alone = grade(*case, {"W": cut["W"]})
    assert told(alone) == [("scaled", "W")]
    assert told(grade(*case, {"W": cut["W"]}, clip=own)) == [("clipped", "W")]


def test_gradients_are_compared_before_clipping():
    case = make()
    assert grade(*case, bptt(*case), clip=Clip("norm", 0.01)).ok


@pytest.mark.parametrize("window", [2, 3, 5])
def test_truncation_is_told_with_its_window(window):
    case = make()
    found = grade(*case, run_bptt(*case, window).gradients)
    assert told(found) == [("truncated", "UWb")]
    assert found.diagnosis[0].values == {"steps": window}
    truncated = grade(*case, run_bptt(*case, window).gradients, truncate=window)
    assert truncated.ok
    full = grade(*case, bptt(*case), truncate=window)
    assert told(full) == [("not_truncated", "UWb")]


def test_what_two_mistakes_would_give_is_told_as_both():
    case = make(loss_at="last", B=None)
    found = grade(*case, bptt(*case, "missing_path_through_time"))
    assert named(found) == {"missing_sum_over_time", "missing_path_through_time"}
    assert len(found.diagnosis) == 1
    assert found.diagnosis[0].values == {"step": 6}


def test_two_mistakes_at_once_are_both_named():
    case = make()
    right = bptt(*case)
    wrong = right | {"U": -right["U"], "W": bptt(*case, "current_state_for_previous")["W"]}
    assert set(told(grade(*case, wrong))) == {
        ("wrong_sign", "U"), ("current_state_for_previous", "W"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("mistake", "factor", "beside", "values"),
    [
        ("missing_slope", 1 / 6, "averaged_over_time", {"count": 6}),
        ("missing_path_through_time", 3, "summed_over_batch", {"count": 3}),
        ("untransposed_path", -1, "wrong_sign", {}),
        ("current_state_for_previous", -0.07, "scaled", {"factor": -0.07}),
        ("only_last_loss", 2, "doubled", {}),
    ],
)
def test_a_mistake_and_a_factor_beside_it_are_both_named(mistake, factor, beside, values):
    case = make()
    right, wrong = bptt(*case), bptt(*case, mistake)
    explains = BY_HAND[mistake][1]
    found = grade(*case, right | {name: factor * wrong[name] for name in explains})
    assert told(found) == [(mistake, explains), (beside, explains)]
    assert found.diagnosis[1].values == values
    alone = grade(*case, {"W": factor * wrong["W"]})
    assert told(alone) == [(mistake, "W"), (beside, "W")]


@pytest.mark.parametrize("step", [1, 4, 6])
def test_a_single_step_is_told_which(step):
    network, sequence = make(B=None)
    done = run_bptt(network, sequence)
    states, h_prev = done.states.parts[0], done.run.parts[0].h_prev
    one = np.outer(states.da[step - 1], h_prev[step - 1])
    for mistake, W in (
        ("missing_sum_over_time", one),
        ("missing_one_step", done.gradients["W"] - one),
    ):
        found = grade(network, sequence, {"W": W})
        assert mistake in named(found)
        if found.diagnosis[0].mistake == mistake:  # at step 1 it may be the initial state's
            assert found.diagnosis[0].values == {"step": step}


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize(
    ("layers", "bidirectional"), [(1, False), (2, False), (1, True), (2, True)]
)
def test_pytorchs_gradients_are_right(cell, layers, bidirectional):
    rng = np.random.default_rng(layers)
    network = random_composed(rng, cell, layers=layers, bidirectional=bidirectional)
    sequence = random_data(rng, network, B=2)
    torch_run = Composed(network, sequence)
    names = list(network.parameters)
    found = torch_run.grad(torch_run.total, [torch_run.parameters[name] for name in names])
    result = grade(network, sequence, dict(zip(names, found, strict=True)))
    assert result.ok
    assert result.ungraded == []


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("seed", range(3))
def test_noise_is_wrong_without_a_diagnosis(cell, seed):
    rng = np.random.default_rng(seed)
    network = random_composed(rng, cell, layers=2, bidirectional=True)
    sequence = random_data(rng, network)
    noise = {name: rng.normal(size=p.shape) for name, p in network.parameters.items()}
    found = grade(network, sequence, noise)
    assert not found.ok
    assert found.diagnosis == []


def gated(cell: str):
    rng = np.random.default_rng(3)
    network = random_composed(rng, cell, H=3)
    return network, random_data(rng, network, B=2)


def step_by_step(cell: str, mistake: str = "") -> dict[str, np.ndarray]:
    """The gated cells' own steps, one after the other, with a mistake between them."""
    network, sequence = gated(cell)
    done = run_bptt(network, sequence)
    run, p = done.run.parts[0], dict(network.parameters)
    seed = done.losses.do @ p["V"]
    sums: Any = Counter()
    carried = [np.zeros_like(seed[0]) for _ in network.code.STATES]
    for t in reversed(range(sequence.T)):
        before = [run.h_prev[t]] + ([run.cell_prev[t]] if cell == "lstm" else [])
        after = [run.h[t]] + ([run.cell[t]] if cell == "lstm" else [])
        incoming = [seed[t] + carried[0], *carried[1:]]
        _, _, *carried, share = network.code.step_backward(
            p, None, run.x[t], *before, run.a[t], *after, *incoming
        )
        if mistake == "missing_memory_path" and cell == "lstm":
            carried[1] = np.zeros_like(carried[1])
        if mistake == "missing_memory_path" and cell == "gru":
            carried[0] = carried[0] - incoming[0] * run.gates["update"][t]
        if mistake == "missing_path_through_time":
            carried = [np.zeros_like(each) for each in carried]
        for name, g in share.items():
            if mistake == "missing_sum_over_time":
                sums[name] = g
            else:
                sums[name] = sums[name] + g
    return {**done.gradients, **sums}


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize(
    "mistake", ["", "missing_memory_path", "missing_path_through_time", "missing_sum_over_time"]
)
def test_mistakes_in_a_gated_cell(cell, mistake):
    found = grade(*gated(cell), step_by_step(cell, mistake))
    assert found.ok is not bool(mistake)
    assert [each.mistake for each in found.diagnosis] == ([mistake] if mistake else [])


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_gates_in_the_order_of_keras(cell):
    network, sequence = gated(cell)
    right = run_bptt(network, sequence).gradients
    order = {"lstm": (0, 1, 3, 2), "gru": (1, 0, 2)}[cell]
    moved = {n: np.concatenate([np.split(right[n], len(order))[k] for k in order]) for n in "UWb"}
    found = grade(network, sequence, right | moved)
    assert told(found) == [("gate_order", "UWb")]
    gates = network.code.GATES
    assert found.diagnosis[0].values["order"] == ", ".join(gates[k] for k in order)


def test_a_gru_without_its_reset_gate():
    network, sequence = gated("gru")
    done = run_bptt(network, sequence)
    run, p = done.run.parts[0], dict(network.parameters)
    sums: Any = Counter()
    carried = np.zeros_like(run.h[0])
    for t in reversed(range(sequence.T)):
        dh = done.losses.do[t] @ p["V"] + carried
        da, _, _, share = network.code.step_backward(
            p, None, run.x[t], run.h_prev[t], run.a[t], run.h[t], dh
        )
        carried = da @ p["W"] + dh * run.gates["update"][t]
        share |= {"W": da.T @ run.h_prev[t], "b_hn": da[:, 6:].sum(axis=0)}
        for name, g in share.items():
            sums[name] = sums[name] + g
    found = grade(network, sequence, {**done.gradients, **sums})
    assert [(d.mistake, set(d.explains)) for d in found.diagnosis] == [
        ("missing_reset_gate", {"U", "W", "b", "b_hn"})
    ]


def test_a_gated_cell_without_its_gates_slopes():
    """Of one step the formulas fit in a line each: no way back, whatever the slopes."""
    for cell in ("lstm", "gru"):
        rng = np.random.default_rng(5)
        network = random_composed(rng, cell, H=3)
        sequence = random_data(rng, network, T=1)
        done = run_bptt(network, sequence)
        run, dh = done.run.parts[0], done.losses.do[0] @ network.parameters["V"]
        h_prev = run.h_prev[0]
        if cell == "lstm":
            i, _, g, o = (run.gates[name][0] for name in network.code.GATES)
            dcell = dh * o
            da = [dcell * g, dcell * run.cell_prev[0], dcell * i, dh * np.tanh(run.cell[0])]
        else:
            _, z, n = (run.gates[name][0] for name in network.code.GATES)
            W, b_hn = network.parameters["W"], network.parameters["b_hn"]
            dn = dh * (1 - z)
            da = [dn * (W[6:] @ h_prev + b_hn), dh * (h_prev - n), dn]
        b = np.concatenate(da)
        wrong = done.gradients | {"b": b, "U": np.outer(b, sequence.x[0])}
        found = grade(network, sequence, wrong)
        assert [(d.mistake, set(d.explains)) for d in found.diagnosis] == [
            ("missing_slope", {"U", "b"})
        ], cell


def test_every_mistake_has_an_id_and_words():
    assert tuple(MISTAKES) == MISTAKE_IDS
    assert all(words and words[0].islower() for words in MISTAKES.values())
