"""Prices are known before the work, and refused with what to reduce."""

import json
from typing import Any

import pytest

from app.api import limits, training_limits
from app.api.errors import Problem
from app.api.limits import Price, Sizes
from app.api.resolve import plan_bptt
from app.api.schemas.requests import BpttRequest
from app.engine.cells import CELLS
from app.engine.initialization import initialize
from app.settings import Settings
from tests.api.streams import body, data_of, train

DEFAULT = frozenset({"credit", "jacobians"})
COMPOSED: dict[str, dict[str, Any]] = {
    **{cell: {"cell": cell} for cell in CELLS},
    "batch-norm": {"normalization": "batch"},
    "lstm-two-layers": {"cell": "lstm", "layers": 2},
    "gru-both-ways": {"cell": "gru", "bidirectional": True},
    "rnn-two-layers-both-ways": {"layers": 2, "bidirectional": True},
}
WHERE = {
    "T": "data.x",
    "B": "data.x",
    "I": "data.x",
    "H": "network.hidden_size",
    "O": "data.y",
}


def price(T: int, H: int, include=DEFAULT, B=1, I=65, O=65, truncate=None, clips=True) -> Price:  # noqa: E741
    return limits.bptt_price(Sizes(T=T, B=B, I=I, H=H, O=O), include, truncate, clips)


@pytest.mark.parametrize(("T", "H"), [(25, 16), (200, 64), (1000, 128)])
def test_what_must_be_served_is_within_the_default_budget(T, H):
    found, settings = price(T, H), Settings()
    limits.check_price(found, Sizes(T=T, B=1, I=65, H=H, O=65), settings, WHERE)
    assert found.work < settings.work_budget
    assert found.numbers < settings.answer_budget


def test_small_requests_run_inline_and_large_ones_do_not():
    settings = Settings()
    assert price(25, 16, I=8, O=8).fits_inline(settings)
    assert not price(200, 64).fits_inline(settings)


def test_more_asked_for_costs_more():
    base = price(50, 16, frozenset())
    for name in ("credit", "jacobians", "shares"):
        assert price(50, 16, frozenset({name})).work > base.work
    for name in ("credit", "credit_vectors", "jacobian_matrices"):
        assert price(50, 16, frozenset({name})).numbers > base.numbers


def test_truncating_makes_the_triangle_cheaper():
    assert price(500, 64, truncate=10).work < price(500, 64).work


def test_a_window_longer_than_the_sequence_is_the_sequence():
    assert price(20, 8, truncate=99) == price(20, 8)


def test_gradcheck_costs_passes_for_each_entry_that_is_checked():
    sizes = Sizes(T=10, B=1, I=3, H=4, O=2)
    assert sizes.parameters == (12, 16, 4, 8, 2)
    forward = limits.forward_price(sizes)
    cost = limits.gradcheck_price(sizes, None).work
    assert cost > 4 * sum(sizes.parameters) * forward.work
    assert limits.gradcheck_price(sizes, 99).work == cost
    assert limits.gradcheck_price(Sizes(T=100, B=1, I=30, H=40, O=20), 20).work > cost


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_sizes_count_every_parameter_of_the_network(cell, layers, bidirectional):
    composed: dict[str, Any] = {"layers": layers, "bidirectional": bidirectional}
    sizes = Sizes(T=5, B=1, I=3, H=4, O=2, cell=cell, **composed)
    drawn = initialize(cell, 3, 4, 2, **composed)
    assert list(sizes.parameters) == [array.size for array in drawn.values()]
    assert sizes.products == sum(array.size for array in drawn.values() if array.ndim == 2)


@pytest.mark.parametrize("include", [frozenset(), frozenset({"credit"}), DEFAULT])
def test_gates_layers_and_directions_cost_more(include):
    def cost(**network: Any) -> Price:
        sizes = Sizes(T=50, B=1, I=8, H=16, O=8, **network)
        return limits.bptt_price(sizes, include, None, False)

    plain = cost()
    for network in ({"cell": "gru"}, {"cell": "lstm"}, {"layers": 3}, {"bidirectional": True}):
        assert cost(**network).work > plain.work, network
        assert cost(**network).numbers > plain.numbers, network
    assert cost(cell="lstm").work > cost(cell="gru").work


@pytest.mark.parametrize("truncate", [None, 4])
@pytest.mark.parametrize("name", list(COMPOSED))
def test_the_answer_holds_about_as_many_numbers_as_its_price_says(client, name, truncate):
    include = ["credit", "jacobians", "shares", "credit_vectors", "jacobian_matrices"]
    body = {
        "network": {"hidden_size": 6, **COMPOSED[name]},
        "data": {"kind": "task", "name": "adding", "length": 20, "batch": 2},
        "include": include,
        "truncate": truncate,
    }
    plan = plan_bptt(BpttRequest.model_validate(body), Settings())
    held = client.post("/api/v1/bptt", json=body).text.count(",") + 1
    assert 0.8 < held / plan.price.numbers < 1.25


def test_over_budget_names_price_budget_and_what_to_reduce():
    sizes = Sizes(T=5000, B=1, I=65, H=1024, O=65)
    cost = limits.bptt_price(sizes, DEFAULT, None, False)
    with pytest.raises(Problem) as caught:
        limits.check_price(cost, sizes, Settings(), WHERE)
    problem = caught.value
    assert problem.kind == "over-budget"
    assert problem.status == 422
    assert f"{cost.work:,} multiply-adds" in problem.detail
    assert "60,000,000,000" in problem.detail
    assert "T = 5000" in problem.detail
    assert [error["field"] for error in problem.errors] == [
        "data.x",
        "network.hidden_size",
        "include",
    ]


def test_an_answer_too_large_is_refused_too():
    sizes = Sizes(T=400, B=8, I=4, H=64, O=4)
    cost = limits.bptt_price(sizes, frozenset({"credit_vectors"}), None, False)
    with pytest.raises(Problem, match="numbers in the answer"):
        limits.check_price(cost, sizes, Settings(), WHERE)


def test_each_dimension_has_its_limit_and_its_field():
    settings = Settings(max_T=10, max_O=3)
    with pytest.raises(Problem) as caught:
        limits.check_sizes(Sizes(T=11, B=1, I=1, H=1, O=4), settings, WHERE)
    assert caught.value.errors == [
        {
            "field": "data.x",
            "message": "makes T = 11; at most 10 here",
            "was": 11,
            "expected": "T ≤ 10",
        },
        {
            "field": "data.y",
            "message": "makes O = 4; at most 3 here",
            "was": 4,
            "expected": "O ≤ 3",
        },
    ]


# Trainings


@pytest.mark.parametrize("name", list(COMPOSED))
def test_a_trace_of_a_training_holds_about_as_many_numbers_as_its_price_says(client, name):
    run = {"network": {"hidden_size": 6, **COMPOSED[name]}}
    data = {"kind": "task", "name": "adding", "length": 40, "batch": 8}
    events = train(client, body(run, data=data, steps=1, include=["credit", "jacobians"]))
    trace = data_of(events, "trace")[0]
    held = json.dumps({k: v for k, v in trace.items() if k != "evaluation"}).count(",") + 1
    sizes = Sizes(T=40, B=8, I=2, H=6, O=1, **COMPOSED[name])
    price = training_limits.trace_price(sizes, sizes, DEFAULT, None, False)
    assert 0.6 < held / price.numbers < 1.3


def test_a_step_costs_more_for_more_of_everything():
    def cost(T: int = 20, B: int = 4, H: int = 8, truncate: int | None = None, **network) -> int:
        sizes = Sizes(T=T, B=B, I=3, H=H, O=3, **network)
        return training_limits.step_price(sizes, truncate).work

    one = cost()
    for more in ({"T": 40}, {"B": 400}, {"H": 80}, {"cell": "lstm"}, {"truncate": 5}):
        assert cost(**more) > one, more  # pyright: ignore[reportArgumentType]
    assert cost(truncate=20) == one


def test_a_surface_costs_a_pass_at_each_point():
    sizes = Sizes(T=20, B=1, I=2, H=8, O=1)
    small, large = (training_limits.surface_price(sizes, n) for n in (11, 22))
    assert large.numbers == 4 * small.numbers == 4 * 121
    assert 2 < large.work / small.work < 4
