# pyright: reportAttributeAccessIssue=false, reportCallIssue=false
# pyright: reportArgumentType=false, reportOptionalMemberAccess=false, reportOptionalSubscript=false
"""What each step is given, for every kind of data."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.errors import EngineError
from app.engine.initialization import initialize
from app.engine.network import Network
from app.engine.sequences import Sequence, from_arrays, from_series, from_text
from app.engine.tasks import TASKS, from_task
from app.engine.training import TaskSource, make_batches, series_stream, text_stream

TEXT = "abcdefghij" * 3 + "k"  # 30 steps
ALL = 64  # sequences of an evaluation


def letters(sequence, labels):
    """One-hot rows as text."""
    return ["".join(labels[i] for i in row) for row in np.atleast_2d(sequence.x.argmax(-1))]


def plain(I, O, output="softmax", **options):  # noqa: E741
    return Network(output=output, parameters=initialize("rnn", I, 2, O, **options), **options)


class TestTasks:
    @pytest.mark.parametrize("name", TASKS)
    def test_every_step_is_drawn_from_its_number(self, name):
        batches = make_batches(TaskSource(name, 12, 4, 3, seed=5), seed=7)
        for step in (1, 2, 900):
            piece = batches.piece(step)
            again = from_task(name, 12, 4, 3, (5, 7, step))
            assert piece.fresh
            assert np.array_equal(piece.sequence.x, again.x)
            assert np.array_equal(piece.sequence.y, again.y)
            assert piece.sequence.loss_steps == again.loss_steps
        assert (batches.T, batches.B, batches.pieces) == (12, 3, 1)

    def test_no_step_draws_what_the_traces_and_the_evaluation_show(self):
        batches, network = make_batches(TaskSource("parity", 40, batch=64)), plain(1, 2)
        drawn = {row.tobytes() for n in range(1, 40) for row in batches.piece(n).sequence.x}
        held = batches.held_out(network).x
        assert len(held) == ALL
        assert not drawn & {row.tobytes() for row in held}
        assert batches.probe(network).x.tobytes() not in drawn

    def test_the_probe_is_what_bptt_shows_of_the_same_data(self):
        probe = make_batches(TaskSource("copy", 30, 10, 8, seed=3)).probe(plain(10, 10))
        assert np.array_equal(probe.x, from_task("copy", 30, 10, 1, 3).x)

    @pytest.mark.parametrize("name", TASKS)
    @pytest.mark.parametrize("delay", [1, 150, 999])
    def test_a_probe_has_at_most_200_steps_and_a_loss(self, name, delay):
        task = TASKS[name]
        batches = make_batches(TaskSource(name, 1001, delay))
        probe = batches.probe(plain(task.I, task.O, task.output))
        assert probe.T == 200
        assert probe.loss_steps

    def test_chunks_are_of_one_drawing(self):
        batches = make_batches(TaskSource("sine", 10, batch=2), chunk=4, seed=1)
        pieces = [batches.piece(n) for n in range(1, 7)]
        assert [piece.fresh for piece in pieces] == [True, False, False] * 2
        assert [piece.sequence.T for piece in pieces] == [4, 4, 2] * 2
        whole = np.concatenate([piece.sequence.x for piece in pieces[:3]], axis=1)
        assert np.array_equal(whole, from_task("sine", 10, batch=2, seed=(0, 1, 1)).x)
        other = from_task("sine", 10, batch=2, seed=(0, 1, 4))
        assert np.array_equal(pieces[3].sequence.x, other.x[:, :4])

    @pytest.mark.parametrize("batch", [1, 3])
    def test_initial_states_stay_with_them(self, batch):
        h0 = np.arange(2.0 * batch).reshape(batch, 2)
        source = TaskSource("sine", 8, batch=batch, h0=h0[0] if batch == 1 else h0)
        batches, network = make_batches(source, chunk=5), plain(1, 1, "linear")
        assert np.array_equal(batches.piece(1).sequence.h0, source.h0)
        assert batches.piece(2).sequence.h0 is None
        assert np.array_equal(batches.probe(network).h0, h0[0])
        assert np.array_equal(batches.held_out(network).h0, h0[np.arange(ALL) % batch])


class TestStreams:
    def test_a_text_is_cut_side_by_side_and_into_pieces(self):
        source = text_stream(TEXT)
        batches = make_batches(source, chunk=6, batch=2)
        pieces = [batches.piece(n) for n in range(1, 5)]
        assert (batches.length, batches.T, batches.B, batches.pieces) == (15, 6, 2, 3)
        assert [piece.fresh for piece in pieces] == [True, False, False, True]
        shown = [letters(piece.sequence, source.labels) for piece in pieces]
        first, second = ("".join(each) for each in zip(*shown[:3], strict=True))
        assert (first, second) == (TEXT[:15], TEXT[15:30])
        assert shown[3] == shown[0]
        for piece in pieces:
            y = piece.sequence.y
            assert np.array_equal(y[:, :-1], piece.sequence.x.argmax(-1)[:, 1:])

    def test_without_chunk_and_batch_it_is_the_sequence_itself(self):
        for source, sequence in (
            (text_stream(TEXT), from_text(TEXT)),
            (series_stream([1.0, 3, 2, 8]), from_series([1.0, 3, 2, 8])),
        ):
            batches = make_batches(source)
            (piece, fresh), (again, _) = (batches.piece(n) for n in (1, 77))
            assert fresh
            assert piece is again
            for name in ("x", "y", "labels", "scale", "output"):
                assert np.array_equal(getattr(piece, name), getattr(sequence, name))

    def test_a_long_text_is_not_made_one_hot(self):
        source = text_stream("".join(chr(0x4E00 + i % 3000) for i in range(300_000)))
        piece = make_batches(source, chunk=20).piece(15_000)  # whole: 7 GB
        assert piece.sequence.x.shape == (19, 3000)
        assert piece.sequence.x.sum() == 19

    @settings(deadline=None)
    @given(st.integers(1, 30), st.integers(1, 40), st.integers(1, 200))
    def test_every_character_is_read_once_a_pass(self, batch, chunk, turn):
        source = text_stream(TEXT)
        batches = make_batches(source, chunk=chunk, batch=batch)
        start = turn * batches.pieces
        pieces = [batches.piece(start + n + 1) for n in range(batches.pieces)]
        assert [piece.fresh for piece in pieces] == [n == 0 for n in range(batches.pieces)]
        rows = [letters(piece.sequence, source.labels) for piece in pieces]
        read = "".join("".join(stream) for stream in zip(*rows, strict=True))
        assert read == TEXT[: 30 // batch * batch]

    def test_the_first_input_alone(self):
        batches = make_batches(text_stream(TEXT, input_at="first"), chunk=4, batch=2)
        assert batches.piece(1).sequence.x.sum(axis=(1, 2)).tolist() == [1, 1]
        assert not batches.piece(1).sequence.x[:, 1:].any()
        assert not batches.piece(2).sequence.x.any()

    @pytest.mark.parametrize("batch", [None, 3])
    def test_the_initial_state_is_that_of_every_stream(self, batch):
        batches = make_batches(text_stream(TEXT, h0=[1.0, 2.0]), chunk=4, batch=batch)
        h0 = np.array([1.0, 2.0]) if batch is None else np.array([[1.0, 2.0]] * 3)
        assert np.array_equal(batches.piece(1).sequence.h0, h0)
        assert batches.piece(2).sequence.h0 is None

    def test_values_held_out_are_in_no_step_and_in_no_scale(self):
        values = np.r_[np.arange(8.0), 1e6, -1e6]
        source = series_stream(values, 0.2, dtype=np.float32)
        assert source.N == 7
        assert source.scale == {"mean": 3.5, "std": pytest.approx(np.arange(8).std())}
        assert source.ahead.ravel() == pytest.approx((values[8:] - 3.5) / source.scale["std"])
        assert make_batches(source).piece(1).sequence.y.max() < 2
        assert series_stream(values).ahead is None

    @pytest.mark.parametrize(
        ("chunk", "steps"), [(None, 60), (25, 25), (250, 200)]
    )  # fmt: skip
    def test_probes_of_a_text_and_a_series(self, chunk, steps):
        labels = text_stream(TEXT * 20).labels
        probe = make_batches(text_stream(TEXT * 20), chunk=chunk).probe(plain(11, 11))
        assert letters(probe, labels) == [(TEXT * 20)[:steps]]
        series = make_batches(series_stream(np.arange(400.0)), chunk=chunk)
        last = series.probe(plain(1, 1, "linear"))
        assert last.T == 100
        assert np.array_equal(last.y, series.source.values[-100:])


class TestSequences:
    def arrays(self, B=5, T=4, **options):
        x = np.arange(B)[:, None, None] + np.zeros((B, T, 2))
        return from_arrays(x, np.tile(np.arange(B)[:, None] % 2, T), **options)

    def test_all_of_them_as_they_are(self):
        source = self.arrays()
        for batch in (None, 5):
            assert make_batches(source, batch=batch).piece(3).sequence is source

    @settings(deadline=None)
    @given(st.integers(1, 4), st.integers(0, 2**33))
    def test_an_epoch_has_everyone_once(self, batch, seed):
        h0 = np.arange(5.0)[:, None] * np.ones(2)
        batches = make_batches(self.arrays(h0=h0), batch=batch, seed=seed)
        rows = [batches.piece(n).sequence for n in range(1, 26)]
        assert {row.x.shape for row in rows} == {(batch, 4, 2)}
        assert all(np.array_equal(row.x[:, 0], row.h0) for row in rows)
        order = np.concatenate([row.x[:, 0, 0] for row in rows])
        for epoch in range(len(order) // 5):
            assert sorted(order[epoch * 5 : epoch * 5 + 5]) == [0, 1, 2, 3, 4]
        again = make_batches(self.arrays(h0=h0), batch=batch, seed=seed)
        assert np.array_equal(again.piece(20).sequence.x, batches.piece(20).sequence.x)

    def test_epochs_and_seeds_differ(self):
        def order(seed):
            batches = make_batches(self.arrays(50), batch=50 // 5, seed=seed)
            return [tuple(batches.piece(n).sequence.x[:, 0, 0]) for n in range(1, 11)]

        one = order(1)
        assert one[:5] != one[5:]
        assert one != order(2)

    @pytest.mark.parametrize("B", [None, 3])
    def test_chunks_of_the_same_sequences(self, B):
        rng = np.random.default_rng(0)
        shape = () if B is None else (B,)
        x, y = rng.normal(size=(*shape, 11, 2)), rng.normal(size=(*shape, 11, 1))
        batches = make_batches(from_arrays(x, y, np.ones((*shape, 2))), chunk=4)
        pieces = [batches.piece(n).sequence for n in range(4, 7)]
        assert np.array_equal(np.concatenate([p.x for p in pieces], axis=-2), x)
        assert np.array_equal(np.concatenate([p.y for p in pieces], axis=-2), y)
        assert [p.h0 is None for p in pieces] == [False, True, True]

    def test_several_texts_are_a_batch(self):
        source = from_text(["abc", "bca", "cab"])
        batches = make_batches(source, batch=2, seed=3)
        drawn = [batches.piece(n).sequence for n in range(1, 4)]
        assert sorted(text for piece in drawn for text in letters(piece, source.labels)) == [
            "ab",
            "ab",
            "bc",
            "bc",
            "ca",
            "ca",
        ]

    def test_the_probe_is_the_first_with_its_loss(self):
        x = np.arange(1200.0).reshape(2, 300, 2)
        every = from_arrays(x, np.zeros((2, 300), int))
        probe = make_batches(every).probe(plain(2, 2))
        assert np.array_equal(probe.x, x[0, :200])
        last = from_arrays(x, [0, 1], loss_at="last")
        probe = make_batches(last).probe(plain(2, 2))
        assert np.array_equal(probe.x, x[0, 100:])
        mask = np.arange(300) == 250
        masked = Sequence(x, np.ones((2, 300), int), loss_mask=mask)
        probe = make_batches(masked).probe(plain(2, 2))
        assert np.array_equal(probe.x, x[0, 51:251])
        assert list(probe.loss_steps) == [199]

    def test_batch_normalization_is_shown_a_batch(self):
        network = plain(2, 2, normalization="batch")
        batches = make_batches(self.arrays(20))
        assert batches.probe(network).B == 8
        assert batches.held_out(network).B == 20
        task = make_batches(TaskSource("temporal_order", 12, batch=4))
        normalized = plain(6, 4, normalization="batch")
        assert task.probe(normalized).B == task.held_out(normalized).B == 4
        text = make_batches(text_stream(TEXT), batch=3)
        assert text.probe(plain(11, 11, normalization="batch")).B == 3


def test_pieces_of_a_pass_follow_one_another():
    """The state carried out of one piece is that which enters the next: no step between is lost."""
    batches = make_batches(series_stream(np.arange(100.0)), chunk=7)
    for one, after in pairwise(batches.piece(n).sequence for n in range(1, batches.pieces + 1)):
        assert one.y[-1] == after.x[0]


@pytest.mark.parametrize(
    ("source", "asked", "field", "words"),
    [
        (TaskSource("adding"), {"chunk": 5}, "chunk", "every step"),
        (TaskSource("copy"), {"chunk": 5}, "chunk", "every step"),
        (TaskSource("sine"), {"batch": 5}, "batch", "data.batch"),
        (TaskSource("copy", 3), {}, "data.length", "copy"),
        (text_stream("abc", loss_at="last"), {"chunk": 5}, "chunk", "every step"),
        (text_stream("abc"), {"batch": 3}, "batch", "2 step"),
        (text_stream("abc"), {"chunk": 0}, "chunk", "≥ 1"),
        (text_stream("abc"), {"chunk": True}, "chunk", "True"),
        (text_stream("abc"), {"seed": None}, "seed", "None"),
        (text_stream("abc"), {"seed": -1}, "seed", "≥ 0"),
        (from_arrays([[1.0]]), {}, "data.y", "missing"),
        (from_arrays([[1.0]], [0]), {"batch": 2}, "batch", r"1 sequence"),
        (from_arrays([[1.0], [2.0]], [0], loss_at="last"), {"chunk": 1}, "chunk", "every step"),
    ],
)
def test_what_cannot_be_is_named(source, asked, field, words):
    with pytest.raises(EngineError, match=words) as caught:
        make_batches(source, **asked)
    assert caught.value.field == field


@pytest.mark.parametrize("holdout", [-0.1, 1, 0.9, True, "0.1", float("nan")])
def test_a_holdout_that_leaves_too_little(holdout):
    with pytest.raises(EngineError) as caught:
        series_stream([1.0, 2.0, 3.0], holdout)
    assert caught.value.field == "holdout"
