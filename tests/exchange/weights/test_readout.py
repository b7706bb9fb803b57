"""A linear layer is the readout where it can be nothing else."""

import numpy as np
import pytest
import torch

from app.exchange.weights import WeightsError
from tests.exchange.weights.models import load, state_of


def state(**modules: torch.nn.Module) -> dict[str, np.ndarray]:
    """A GRU of 3 inputs and 5 units beside other modules."""
    return state_of(torch.nn.ModuleDict({"rnn": torch.nn.GRU(3, 5), **modules}))


def linear(reads: int, gives: int, bias: bool = True) -> torch.nn.Linear:
    return torch.nn.Linear(reads, gives, bias)


def reasons(weights) -> dict[str, str]:
    return {entry["name"]: entry["why"] for entry in weights.ignored}


@pytest.mark.parametrize("name", ["fc", "linear", "decoder", "0", "output_layer"])
def test_the_only_one_that_fits_is_taken_whatever_its_name(name):
    file = state(**{name: linear(5, 2)})
    found = load(file).network
    np.testing.assert_array_equal(found.parameters["V"], file[f"{name}.weight"])
    np.testing.assert_array_equal(found.parameters["c"], file[f"{name}.bias"])


def test_without_a_bias_c_is_zero():
    found = load(state(fc=linear(5, 2, bias=False)))
    assert not found.network.parameters["c"].any()
    assert "no bias beside fc.weight: c is zero" in found.notes


def test_without_one_the_output_is_the_state():
    found = load(state())
    assert "V" not in found.network.parameters
    assert any("h itself" in note for note in found.notes)


def test_a_layer_in_front_is_not_the_readout():
    found = load(state(front=linear(7, 3), fc=linear(5, 2)))
    assert found.network.O == 2
    assert reasons(found)["front.weight"] == "reads 7 values; the states have 5"


def test_several_that_fit_are_ambiguous_until_one_is_named():
    file = state(mean=linear(5, 2), variance=linear(5, 4))
    found = load(file)
    assert "V" not in found.network.parameters
    assert "several fit (mean, variance)" in reasons(found)["mean.weight"]
    assert load(file, readout="variance").network.O == 4


def test_one_that_another_follows_is_no_single_readout():
    file = state(fc1=linear(5, 8), fc2=linear(8, 2))
    assert "fc2.weight seems to follow it" in reasons(load(file))["fc1.weight"]
    assert load(file, readout="fc1.").network.O == 8


def test_an_embedding_is_not_taken_for_a_readout():
    model = torch.nn.ModuleDict({"rnn": torch.nn.GRU(5, 5), "tokens": torch.nn.Embedding(9, 5)})
    assert "may be an embedding" in reasons(load(state_of(model)))["tokens.weight"]
    model["fc"] = linear(5, 9)
    found = load(state_of(model))
    assert [e["parameters"] for e in found.recognised if e["name"] == "fc.weight"] == [["V"]]


def test_no_readout_may_be_wanted():
    found = load(state(fc=linear(5, 2)), readout="none")
    assert "V" not in found.network.parameters
    assert reasons(found)["fc.weight"] == "no readout was wanted"


@pytest.mark.parametrize(
    ("readout", "message"), [("head", "no linear layer"), ("front", "reads 7 values")]
)
def test_a_readout_that_cannot_be_is_refused(readout, message):
    with pytest.raises(WeightsError, match=message) as caught:
        load(state(front=linear(7, 3), fc=linear(5, 2)), readout=readout)
    assert caught.value.field == "readout"
