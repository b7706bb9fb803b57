# pyright: reportArgumentType=false, reportOptionalMemberAccess=false
"""Text drawn from a network: against its own forward pass, its temperature, its seed."""

from threading import Event

import numpy as np
import pytest

from app.engine.errors import Cancelled, EngineError
from app.engine.initialization import Init, initialize
from app.engine.network import Network
from app.engine.sequences import from_arrays
from app.engine.trace import forward_trace
from app.engine.training import sample_text

LABELS = list("ab你😀 ")


def network(cell="gru", seed=0, dtype=np.float64, **options):
    parameters = initialize(cell, 5, 7, 5, Init(gain=2.0, seed=seed), dtype, **options)
    return Network(cell, parameters=parameters, **options)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
@pytest.mark.parametrize(
    ("cell", "options"),
    [("rnn", {}), ("lstm", {"layers": 2}), ("gru", {}), ("rnn", {"normalization": "layer"})],
)
def test_each_character_is_drawn_from_the_forward_pass_of_all_before(cell, options, temperature):
    model, prompt = network(cell, **options), "b你a"
    sample = sample_text(model, LABELS, prompt, 20, temperature, seed=3)
    assert len(sample.text) == 20
    read = [LABELS.index(each) for each in prompt + sample.text[:-1]]
    o = forward_trace(model, from_arrays(np.eye(5)[read])).forward.o[len(prompt) - 1 :]
    p = np.exp(o / temperature)
    assert sample.probabilities == pytest.approx(p / p.sum(axis=1, keepdims=True))


def test_characters_come_as_often_as_probable():
    zeros = {name: 0 * p for name, p in network().parameters.items()}
    zeros["c"] = np.log([0.5, 0.25, 0.125, 0.125, 1e-30])
    sample = sample_text(Network("gru", parameters=zeros), LABELS, "", 4000, 1.0)
    often = [sample.text.count(label) / 4000 for label in LABELS]
    assert often == pytest.approx([0.5, 0.25, 0.125, 0.125, 0], abs=0.03)


def test_the_seed_decides():
    one, again, other = (sample_text(network(), LABELS, "a", 50, 1.0, seed) for seed in (1, 1, 2))
    assert one.text == again.text != other.text
    assert np.array_equal(one.probabilities, again.probabilities)


def test_cold_it_always_takes_the_most_probable():
    sample = sample_text(network(), LABELS, "a", 30, 1e-9)
    assert [LABELS.index(each) for each in sample.text] == list(sample.probabilities.argmax(-1))
    assert sample.probabilities.max(axis=-1) == pytest.approx(1)


def test_hot_all_are_alike():
    sample = sample_text(network(), LABELS, "a", 5, 1e9)
    assert sample.probabilities == pytest.approx(0.2)


def test_without_a_prompt_the_first_label_is_read():
    bare, given = (sample_text(network(), LABELS, prompt, 9, 1.0, 5) for prompt in ("", "a"))
    assert bare.text == given.text


def test_float32_draws_too():
    assert len(sample_text(network(dtype=np.float32), LABELS, "a", 5).text) == 5


def test_it_can_be_called_off():
    cancel = Event()
    cancel.set()
    with pytest.raises(Cancelled):
        sample_text(network(), LABELS, "", 5, cancel=cancel)


def overflowing():
    huge = {name: p.copy() for name, p in network().parameters.items()}
    huge["c"][:] = 1e308
    return Network("gru", parameters=huge | {"V": np.full((5, 7), -1e308)})


@pytest.mark.parametrize(
    ("model", "settings", "field", "words"),
    [
        (network(), {"prompt": "abz"}, "prompt", "'z'"),
        (network(), {"labels": list("abc")}, "labels", "3, 3 different; the network has 5"),
        (network(), {"labels": list("aabcd")}, "labels", "4 different"),
        (network(), {"length": 0}, "length", "≥ 1"),
        (network(), {"seed": -1}, "seed", "≥ 0"),
        (network(), {"temperature": 0}, "temperature", "> 0"),
        (network(), {"temperature": np.nan}, "temperature", "> 0"),
        (network(), {"temperature": None}, "temperature", "number"),
        (network(bidirectional=True), {}, "network.bidirectional", "to come"),
        (network("rnn", normalization="batch"), {}, "network.normalization", "batch"),
        (Network(output="linear", parameters=network("rnn").parameters), {}, "network.output",
         "softmax"),
        (Network(parameters=initialize("rnn", 4, 3, 5)), {}, "network.parameters", "I is 4"),
        (overflowing(), {"temperature": 0.1}, "network.parameters", "overflows"),
    ],
)  # fmt: skip
def test_bad_input_is_named(model, settings, field, words):
    with pytest.raises(EngineError, match=words) as caught:
        sample_text(model, **({"labels": LABELS} | settings))
    assert caught.value.field == field
