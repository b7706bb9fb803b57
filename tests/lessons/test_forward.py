"""Lesson 6.8: what its text says of the forward pass, computed."""

import numpy as np
import pytest
from fastapi.testclient import TestClient

from tests.lessons.small import ask, constant

TEXTS = ("abca", "aabc", "abac")


@pytest.mark.parametrize("text", TEXTS)
def test_the_three_equations_give_every_number(client: TestClient, text: str) -> None:
    answer = ask(client, text=text)
    U, W, b, V, c = (np.array(constant("PARAMETERS")[name]) for name in ("U", "W", "b", "V", "c"))
    h = np.array(constant("FIRST"))
    losses = []
    for t, character in enumerate(text[:-1]):
        x = np.eye(3)["abc".index(character)]
        h = np.tanh(U @ x + W @ h + b)
        o = V @ h + c
        y_hat = np.exp(o) / np.exp(o).sum()
        losses.append(-np.log(y_hat["abc".index(text[t + 1])]))
        for name, value in (("h", h), ("o", o), ("y_hat", y_hat)):
            np.testing.assert_allclose(answer["forward"][name][t], value, rtol=1e-12)
    np.testing.assert_allclose(answer["loss"]["per_step"], losses, rtol=1e-12)
    assert answer["loss"]["total"] == pytest.approx(sum(losses))


def test_every_text_of_the_figure_has_the_same_alphabet(client: TestClient) -> None:
    assert {tuple(ask(client, text=text)["data"]["labels"]) for text in TEXTS} == {("a", "b", "c")}


def test_an_input_picks_its_column_of_the_weights(client: TestClient) -> None:
    answer = ask(client)
    U = np.array(answer["network"]["parameters"]["U"])
    x = np.array(answer["data"]["x"])
    assert x.sum(axis=1).tolist() == [1, 1, 1]
    np.testing.assert_array_equal(U @ x[0], U[:, 0])


def test_states_are_within_one_and_probabilities_add_up(client: TestClient) -> None:
    forward = ask(client)["forward"]
    a, h, y_hat = (np.array(forward[name]) for name in ("a", "h", "y_hat"))
    assert (np.abs(h) < 1).all()
    assert (np.abs(h) <= np.abs(a)).all()
    assert (np.abs(h[0]) / np.abs(a[0])).argmin() == np.abs(a[0]).argmax()  # large: flattened most
    assert (y_hat > 0).all()
    np.testing.assert_allclose(y_hat.sum(axis=1), 1)


def test_logits_are_no_probabilities(client: TestClient) -> None:
    o = np.array(ask(client)["forward"]["o"][0])
    assert o.min() < 0
    assert abs(o.sum() - 1) > 0.1


def test_the_first_state_reaches_every_loss(client: TestClient) -> None:
    with_memory, without = (ask(client, zero=zero)["loss"]["per_step"] for zero in (False, True))
    assert (np.abs(np.subtract(with_memory, without)) > 1e-3).all()
