# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false, reportOptionalIterable=false
# pyright: reportArgumentType=false, reportCallIssue=false
from dataclasses import replace

import numpy as np
import pytest

from app.engine.errors import EngineError
from app.engine.initialization import initialize
from app.engine.network import Network
from app.engine.sequences import (
    LOSS_AT,
    Sequence,
    check_fit,
    from_arrays,
    from_series,
    from_text,
)
from app.engine.trace import bptt_trace, forward_trace


def network(I=3, H=4, O=2, output="softmax", dtype=np.float64):  # noqa: E741
    return Network(output=output, parameters=initialize("rnn", I, H, O, dtype=dtype))


class TestArrays:
    def test_sizes(self):
        one, batch = from_arrays(np.zeros((5, 3))), from_arrays(np.zeros((2, 5, 3)))
        assert (one.T, one.I, one.B) == (5, 3, None)
        assert (batch.T, batch.I, batch.B) == (5, 3, 2)
        assert list(one.loss_steps) == [0, 1, 2, 3, 4]
        assert list(from_arrays(np.zeros((5, 3)), loss_at="last").loss_steps) == [4]

    @pytest.mark.parametrize("dtype", [np.float64, np.float32])
    def test_precision(self, dtype):
        sequence = from_arrays([[1, 2]], [[1.5]], [0.5], dtype=dtype)
        assert sequence.x.dtype == sequence.y.dtype == sequence.h0.dtype == dtype
        assert from_arrays([[1, 2]], [1], dtype=dtype).y.dtype.kind == "i"

    def test_input_at_first_keeps_only_the_first_step(self):
        x = np.arange(1.0, 13).reshape(2, 3, 2)
        sequence = from_arrays(x, input_at="first")
        assert np.array_equal(sequence.x[:, 0], x[:, 0])
        assert not sequence.x[:, 1:].any()
        assert x.all()

    @pytest.mark.parametrize(
        ("arguments", "field", "words"),
        [
            ({"x": [[1.0], [1.0, 2.0]]}, "data.x", ["different lengths"]),
            ({"x": [1.0, 2.0]}, "data.x", ["(2,)", "(T,I)"]),
            ({"x": 3.0}, "data.x", ["()"]),
            ({"x": np.zeros((0, 3))}, "data.x", ["(0, 3)"]),
            ({"x": []}, "data.x", ["(0,)"]),
            ({"x": np.zeros((1, 1, 1, 1))}, "data.x", ["(1, 1, 1, 1)"]),
            ({"x": [["a"]]}, "data.x", ["numbers"]),
            ({"x": [[True]]}, "data.x", ["bool"]),
            ({"x": [[10**400]]}, "data.x", ["object"]),
            ({"x": [[1.0, np.nan]]}, "data.x", ["nan", "(0, 1)"]),
            ({"x": [[1e39]], "dtype": np.float32}, "data.x", ["inf"]),
            ({"x": [[1.0]], "y": [np.inf]}, "data.y", ["inf", "(0,)"]),
            ({"x": [[1.0]], "y": ["a"]}, "data.y", ["numbers"]),
            ({"x": [[1.0]], "y": [[1], [1, 2]]}, "data.y", ["different lengths"]),
            ({"x": [[1.0]], "h0": [np.nan]}, "data.h0", ["nan"]),
            ({"x": [[1.0]], "h0": 1.0}, "data.h0", ["()", "(H)"]),
            ({"x": [[1.0]], "h0": [[[1.0]]]}, "data.h0", ["(1, 1, 1)", "(H)", "each layer"]),
            ({"x": [[[1.0]]] * 3, "h0": [1.0]}, "data.h0", ["(1,)", "(3,H)"]),
            ({"x": [[[1.0]]] * 3, "h0": [[1.0]] * 2}, "data.h0", ["(2, 1)", "(3,H)"]),
            ({"x": [[1.0]], "loss_at": "first"}, "data.loss_at", ["every, last"]),
            ({"x": [[1.0]], "input_at": "last"}, "data.input_at", ["every, first"]),
        ],
    )
    def test_what_does_not_fit_is_named(self, arguments, field, words):
        with pytest.raises(EngineError) as caught:
            from_arrays(**arguments)
        assert caught.value.field == field
        for word in words:
            assert word in str(caught.value)

    def test_a_sequence_made_by_hand_is_checked_too(self):
        with pytest.raises(EngineError, match="int64"):
            Sequence(np.zeros((2, 2), int))


class TestFit:
    def test_columns(self):
        with pytest.raises(EngineError, match=r"x has 5 columns; U \(4, 3\) expects 3") as caught:
            forward_trace(network(), from_arrays(np.zeros((2, 5))))
        assert caught.value.field == "data.x"

    @pytest.mark.parametrize("batch", [(), (2,)])
    def test_units_of_h0(self, batch):
        sequence = from_arrays(np.zeros((*batch, 2, 3)), None, np.zeros((*batch, 5)))
        with pytest.raises(EngineError, match="h0 has 5 units; W expects 4") as caught:
            forward_trace(network(), sequence)
        assert caught.value.field == "data.h0"

    def test_precision(self):
        with pytest.raises(EngineError, match=r"x is float32 .* float64") as caught:
            forward_trace(network(), from_arrays(np.zeros((2, 3)), dtype=np.float32))
        assert caught.value.field == "precision"

    @pytest.mark.parametrize(
        ("output", "batch", "y", "words"),
        [
            ("softmax", (), [0, 1], ["(2,)", "(3,)"]),
            ("softmax", (), [[0, 1, 0]], ["(1, 3)", "(3,)"]),
            ("softmax", (), 1, ["()", "(3,)"]),
            ("softmax", (2,), [0, 1], ["(2,)", "(2, 3)"]),
            ("softmax", (), [0, 1, 2], ["class 2", "2 outputs", "0..1"]),
            ("softmax", (), [0, -1, 1], ["class -1"]),
            ("softmax", (), [0, 0.5, 1], ["0.5", "whole"]),
            ("softmax", (), [0, 1e30, 1], ["1e+30"]),
            ("linear", (), [0.0, 1.0, 2.0], ["(3,)", "(3, 2)"]),
            ("linear", (), np.zeros((3, 5)), ["(3, 5)", "(3, 2)", "O=2"]),
            ("sigmoid", (), np.full((3, 2), 1.5), ["1.5", "0..1"]),
            ("sigmoid", (), np.full((3, 2), -0.5), ["-0.5", "0..1"]),
        ],
    )
    def test_targets(self, output, batch, y, words):
        sequence = from_arrays(np.zeros((*batch, 3, 3)), y)
        with pytest.raises(EngineError) as caught:
            bptt_trace(network(output=output), sequence)
        assert caught.value.field == "data.y"
        for word in words:
            assert word in str(caught.value)

    def test_targets_at_the_last_step_may_lack_time(self):
        sequence = from_arrays(np.zeros((3, 3)), np.zeros((2, 2)), loss_at="last")
        with pytest.raises(EngineError, match=r"\(2, 2\).*\(3, 2\) or \(2,\)"):
            bptt_trace(network(output="linear"), sequence)

    def test_whole_numbers_are_classes_however_written(self):
        x = np.ones((3, 3))
        a, b = (bptt_trace(network(), from_arrays(x, y)) for y in ([0, 1, 1], [0.0, 1.0, 1.0]))
        assert a.loss.total == b.loss.total

    def test_whole_numbers_are_numbers_for_a_linear_readout(self):
        trace = bptt_trace(network(output="linear"), from_arrays(np.ones((1, 3)), [[1, 2]]))
        assert trace.loss.per_step.dtype == np.float64


class TestText:
    def test_each_character_predicts_the_next(self):
        sequence = from_text("hello")
        assert sequence.labels == ("h", "e", "l", "o")
        assert sequence.x.argmax(1).tolist() == [0, 1, 2, 2]
        assert (sequence.x.sum(1) == 1).all()
        assert sequence.y.tolist() == [1, 2, 2, 3]
        assert sequence.output == "softmax"

    @pytest.mark.parametrize(
        ("text", "labels"),
        [
            ("你好，世界", ("你", "好", "，", "世", "界")),
            ("🙂a🙂", ("🙂", "a")),
            ("👩‍🚀", ("👩", "\u200d", "🚀")),
            ("a\n b", ("a", "\n", " ", "b")),
            ("é\u0301", ("é", "\u0301")),
            ("\x00\uffff", ("\x00", "\uffff")),
        ],
    )
    def test_any_unicode(self, text, labels):
        sequence = from_text(text)
        assert sequence.labels == labels
        assert len(text) - 1 == sequence.T
        O = len(labels)  # noqa: E741
        assert bptt_trace(network(O, 4, O), sequence).overflow is None

    def test_texts_of_one_length_make_a_batch(self):
        sequence = from_text(["ab你", "b你a"], loss_at="last")
        assert sequence.x.shape == (2, 2, 3)
        assert sequence.labels == ("a", "b", "你")
        assert sequence.y.tolist() == [[1, 2], [2, 0]]
        assert from_text(["ab"]).B == 1

    def test_input_at_first_and_h0(self):
        sequence = from_text("abc", h0=[0.5, 0.5], input_at="first", dtype=np.float32)
        assert sequence.x.sum() == 1
        assert sequence.x.dtype == sequence.h0.dtype == np.float32

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", ["length 0", "at least 2"]),
            ("你", ["length 1"]),
            ([], ["empty list"]),
            (["abc", "ab"], ["text 2 has length 2", "text 1 has 3"]),
            (["abc", 3], ["text 2 is int"]),
            ("a\ud83d", ["surrogate"]),
        ],
    )
    def test_bad_text(self, text, words):
        with pytest.raises(EngineError) as caught:
            from_text(text)
        assert caught.value.field == "data.text"
        for word in words:
            assert word in str(caught.value)


class TestSeries:
    def test_standardised_and_shifted(self):
        values = np.array([1.0, 4.0, 2.0, 9.0])
        sequence = from_series(values)
        assert sequence.x.shape == sequence.y.shape == (3, 1)
        assert np.array_equal(sequence.x[1:], sequence.y[:-1])
        restored = sequence.scale["mean"] + sequence.scale["std"] * sequence.y[:, 0]
        assert restored == pytest.approx(values[1:])
        assert sequence.scale == {"mean": 4.0, "std": pytest.approx(values.std())}
        assert sequence.output == "linear"

    def test_constant_is_zero_with_std_one(self):
        sequence = from_series([0.1] * 7)
        assert not sequence.x.any()
        assert sequence.scale == {"mean": 0.1, "std": 1.0}

    def test_float32(self):
        assert from_series([1, 2, 3], dtype=np.float32).x.dtype == np.float32

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ([], ["(0,)", "N ≥ 2"]),
            ([1.0], ["(1,)"]),
            ([[1.0, 2.0]], ["(1, 2)"]),
            ([1.0, np.nan], ["nan"]),
            ([1.0, "a"], ["numbers"]),
            ([1.7e308, -1.7e308], ["cannot be standardised"]),
            ([0.0, 1e-320], ["cannot be standardised"]),
        ],
    )
    def test_bad_series(self, values, words):
        with pytest.raises(EngineError) as caught:
            from_series(values)
        assert caught.value.field == "data.values"
        for word in words:
            assert word in str(caught.value)


def network_of(cell="rnn", **options):
    parameters = initialize(cell, 3, 4, 2, **options)
    return Network(cell=cell, parameters=parameters, **options)


class TestStarts:
    @pytest.mark.parametrize(
        ("options", "B", "shape"),
        [
            ({}, None, (4,)),
            ({}, 2, (2, 4)),
            ({"layers": 2}, None, (2, 4)),
            ({"layers": 2, "bidirectional": True}, 3, (4, 3, 4)),
        ],
    )
    def test_h0_and_cell0_lie_by_layer_and_direction(self, options, B, shape):
        x = np.ones((*(() if B is None else (B,)), 5, 3))
        network = network_of("lstm", **options)
        check_fit(network, from_arrays(x, h0=np.ones(shape), cell0=np.ones(shape)))
        for name in ("h0", "cell0"):
            with pytest.raises(EngineError) as caught:
                check_fit(network, from_arrays(x, **{name: np.ones((7, *shape[-2:]))[..., :2]}))
            assert caught.value.field == f"data.{name}"

    @pytest.mark.parametrize(
        ("network", "starts", "field", "words"),
        [
            ({"layers": 2}, {"h0": np.ones(4)}, "data.h0", ["(4,)", "(2, 4)", "2 layer(s)"]),
            ({}, {"h0": np.ones((2, 4))}, "data.h0", ["(2, 4)", "(4,)"]),
            ({}, {"cell0": np.ones(4)}, "data.cell0", ["rnn has no cell state"]),
            ({"cell": "gru"}, {"cell0": np.ones(4)}, "data.cell0", ["gru"]),
            ({"cell": "lstm"}, {"cell0": np.ones(5)}, "data.cell0", ["5 units"]),
            ({"cell": "lstm"}, {"cell0": np.full(4, np.nan)}, "data.cell0", ["nan"]),
        ],
    )
    def test_what_does_not_fit_is_named(self, network, starts, field, words):
        with pytest.raises(EngineError) as caught:
            check_fit(network_of(**network), from_arrays(np.ones((5, 3)), **starts))
        assert caught.value.field == field
        for word in words:
            assert word in str(caught.value)

    @pytest.mark.parametrize("x", [np.ones((5, 3)), np.ones((1, 5, 3))])
    def test_batch_normalization_needs_a_batch(self, x):
        words = "batch normalization needs at least 2 sequences; the data has 1"
        with pytest.raises(EngineError, match=words) as caught:
            check_fit(network_of(normalization="batch"), from_arrays(x))
        assert caught.value.field == "network.normalization"
        check_fit(network_of(normalization="batch"), from_arrays(np.ones((2, 5, 3))))

    @pytest.mark.parametrize(
        "made", [from_text("abcab", cell0=[1.0]), from_series([1, 2], cell0=[1])]
    )
    def test_every_kind_of_data_takes_a_cell0(self, made):
        assert made.cell0.tolist() == [1.0]


class TestLossMask:
    def masked(self, mask, **options):
        sequence = from_arrays(np.ones((4, 3)), [0, 1, 0, 1], **options)
        return replace(sequence, loss_mask=np.array(mask))

    def test_only_its_steps_count(self):
        sequence = self.masked([True, False, False, True])
        trace = bptt_trace(network_of(), sequence)
        assert sequence.loss_steps == (0, 3)
        assert (trace.loss.per_step > 0).tolist() == [True, False, False, True]
        assert trace.credit.dh_norm.any(axis=1).tolist() == [True, False, False, True]
        parts = [self.masked([i == t for i in range(4)]) for t in (0, 3)]
        gradients = [bptt_trace(network_of(), part).gradients["W"] for part in parts]
        assert np.allclose(sum(gradients), trace.gradients["W"], rtol=1e-12)

    @pytest.mark.parametrize("loss_at", LOSS_AT)
    def test_a_mask_of_everything_changes_nothing(self, loss_at):
        assert isinstance(self.masked([True] * 4, loss_at=loss_at).loss_steps, range)

    @pytest.mark.parametrize(
        ("mask", "options", "words"),
        [
            ([True], {}, r"\(1,\) of bool; it must be \(4,\)"),
            ([1, 1, 1, 1], {}, "of int64"),
            ([False] * 4, {}, "no step"),
            ([True, True, True, False], {"loss_at": "last"}, "no step"),
        ],
    )
    def test_what_does_not_fit_is_named(self, mask, options, words):
        with pytest.raises(EngineError, match=words) as caught:
            self.masked(mask, **options)
        assert caught.value.field == "data.loss_mask"
