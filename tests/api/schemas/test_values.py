"""Nested lists become arrays, or one message that says what is wrong."""

import numpy as np
import pytest
from pydantic_core import PydanticCustomError

from app.api.schemas.values import show, to_array, to_texts

X = ("(T, I)", "(B, T, I)")


@pytest.mark.parametrize(
    ("value", "shape"),
    [([[1, 2.5]], (1, 2)), ([[1], [2], [3]], (3, 1)), ([[[1, 2], [3, 4]]], (1, 2, 2))],
)
def test_even_lists_keep_shape_and_numbers(value, shape):
    array = to_array(value, X)
    assert array.shape == shape
    assert array.dtype == np.float64
    assert array.tolist() == value


def test_integers_stay_integers_only_where_asked():
    assert to_array([1, 2], ("(T)",), keep_integers=True).dtype == np.int64
    assert to_array([1, 2.0], ("(T)",), keep_integers=True).dtype == np.float64
    assert to_array([1, 2], ("(T)",)).dtype == np.float64


def test_a_single_number_is_an_array_without_axes():
    assert to_array(3, ("a single number", "(T)"), keep_integers=True) == np.array(3)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([[1, 2], [3]], "is ragged: [0] has 2, [1] has 1"),
        ([[[1], [2]], [[3], [4, 5]]], "is ragged: [0][0] has 1, [1][1] has 2"),
        ([[1, 2], 3], "is ragged: [0] is a list, [1] is a number"),
        ([[1, 2], None], "is ragged: [0] is a list, [1] is null"),
        ([1, 2], "has shape (2)"),
        (5, "has shape a single number"),
        ([[[[1]]]], "has shape (1, 1, 1, 1)"),
        ([], "is empty: shape (0)"),
        ([[], []], "is empty: shape (2, 0)"),
        ([[1, True]], "element [0][1] is a boolean, not a finite number"),
        ([[1, 2], [3, "4"]], "element [1][1] is a text, not a finite number"),
        ([[None, 1]], "element [0][0] is null, not a finite number"),
        ([[{}, 1]], "element [0][0] is an object, not a finite number"),
        ([[1, [2]]], "element [0][1] is a list, not a finite number"),
        ([[1, float("nan")]], "element [0][1] is NaN, not a finite number"),
        ([[float("-inf")]], "element [0][0] is -Infinity, not a finite number"),
        ([[1, 10**400]], "element [0][1] is an integer too large, not a finite number"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(value, message):
    with pytest.raises(PydanticCustomError) as caught:
        to_array(value, X)
    assert caught.value.message() == message


def test_the_message_carries_what_it_may_be():
    with pytest.raises(PydanticCustomError) as caught:
        to_array([1], X)
    assert caught.value.context == {
        "message": "has shape (1)",
        "was": "(1)",
        "expected": "(T, I) or (B, T, I)",
    }


def test_a_class_beyond_64_bits_is_refused():
    with pytest.raises(PydanticCustomError, match=r"\[1\] is an integer too large"):
        to_array([1, 2**70], ("(T)",), keep_integers=True)


@pytest.mark.parametrize("value", ["hello", ["ab", "cd"], ["学而时习之"]])
def test_texts_pass_as_they_are(value):
    assert to_texts(value) == value


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (5, "is a number, not a text"),
        ([], "is a list, not a text"),
        (["a", 1], "element [1] is a number, not a text"),
        (None, "is null, not a text"),
    ],
)
def test_other_things_are_no_texts(value, message):
    with pytest.raises(PydanticCustomError) as caught:
        to_texts(value)
    assert caught.value.message() == message


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (0.5, 0.5),
        (float("nan"), "NaN"),
        (float("inf"), "Infinity"),
        ([1, 2], "a list of 2"),
        ({"a": 1}, "an object of 1"),
        (2**60, str(2**60)),
        ("x" * 100, "x" * 59 + "…"),
    ],
)
def test_inputs_are_shown_short_and_safe(value, shown):
    assert show(value) == shown
