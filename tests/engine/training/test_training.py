# pyright: reportArgumentType=false, reportOptionalMemberAccess=false
"""Training against a plain PyTorch loop; to the bit again; restored in the middle; divergence."""

from threading import Event

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.cells import CELLS
from app.engine.clipping import CLIP_BY, Clip
from app.engine.errors import Cancelled, EngineError
from app.engine.initialization import Init, initialize
from app.engine.network import Network
from app.engine.optimizers import OPTIMIZERS, Optimizer
from app.engine.sequences import from_arrays, from_text
from app.engine.tasks import TASKS
from app.engine.training import Run, TaskSource, Training, make_batches, series_stream, text_stream
from tests.engine.oracle import assert_close
from tests.engine.training.torch_loop import TorchTraining

TEXT = "the cat sat on the mat; the dog lay on the log. "


def network(cell, source_I, O, H=5, dtype=np.float64, output="softmax", seed=0, **options):  # noqa: E741
    parameters = initialize(cell, source_I, H, O, Init(seed=seed), dtype, **options)
    return Network(cell=cell, output=output, parameters=parameters, **options)


def text_training(cell="lstm", optimizer=None, clip=None, chunk=7, batch=None, runs=1, **options):
    source = text_stream(TEXT, dtype=options.pop("dtype", np.float64))
    size = len(source.labels)
    batches = make_batches(source, chunk=chunk, batch=batch)
    made = [
        Run(network(cell, size, size, seed=i, dtype=source.dtype, **options),
            optimizer or Optimizer(), clip)
        for i in range(runs)
    ]  # fmt: skip
    return Training(made, batches)


def go(training, steps):
    return [training.advance() for _ in range(steps)]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("clip", [None, Clip("norm", 0.3), Clip("value", 0.05)])
@pytest.mark.parametrize(("chunk", "batch"), [(None, None), (7, None), (7, 3)])
def test_the_same_losses_and_weights_as_a_loop_in_torch(cell, clip, chunk, batch):
    training = text_training(cell, Optimizer("adam", 0.02), clip, chunk, batch)
    assert training.batches.pieces == (1 if chunk is None else 7 if batch is None else 3)
    other = TorchTraining(training.network(0), training.learners[0].run)
    for n in range(1, 21):
        (found,) = training.advance()
        loss, norm, clipped = other.advance(*training.batches.piece(n))
        assert found.loss == pytest.approx(loss, rel=1e-9)
        assert found.gradient_norm == pytest.approx(norm, rel=1e-9)
        assert found.clipped == clipped
    for name, p in training.network(0).parameters.items():
        assert_close(p, other.p[name].detach().numpy(), 1e-8, name)


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_task_with_every_rule_as_in_torch(name, optimizer):
    task = TASKS[name]
    batches = make_batches(TaskSource(name, 9, 3, 4, seed=2))
    run = Run(network("gru", task.I, task.O, output=task.output), Optimizer(optimizer, 0.01))
    training, other = Training([run], batches), TorchTraining(run.network, run)
    for n in range(1, 11):
        (found,) = training.advance()
        loss, norm, _ = other.advance(*batches.piece(n))
        assert found.loss == pytest.approx(loss, rel=1e-8)
        assert found.gradient_norm == pytest.approx(norm, rel=1e-8)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("cell", CELLS)
def test_it_learns_its_sentence_by_heart(cell, dtype):
    training = text_training(
        cell, Optimizer("adam", 0.03), Clip("norm", 5.0), 12, dtype=dtype, H=24
    )
    losses = [result.loss for (result,) in go(training, 400)]
    assert np.mean(losses[-4:]) < 0.1 * np.mean(losses[:4])
    assert {p.dtype for p in training.network(0).parameters.values()} == {np.dtype(dtype)}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("composition", [{}, {"layers": 2}, {"normalization": "layer"}])
@pytest.mark.parametrize("at", [1, 7, 10])
def test_a_restored_training_goes_on_to_the_bit(optimizer, composition, at):
    cell = "rnn" if "normalization" in composition else "lstm"
    settings = {"cell": cell, "optimizer": Optimizer(optimizer, schedule="decay", decay=0.1)}
    settings |= {"clip": Clip("matrix", 0.2), "runs": 2, **composition}
    whole = text_training(**settings)
    first = go(whole, at)
    saved = whole.snapshot()
    rest = go(whole, 16 - at)
    assert saved["step"] == at
    resumed = text_training(**settings)
    go(resumed, 3)  # whatever it did before is forgotten
    resumed.restore(saved)
    assert go(resumed, 16 - at) == rest
    again = text_training(**settings)
    assert go(again, 16) == first + rest
    for i in range(2):
        for name, p in whole.network(i).parameters.items():
            assert np.array_equal(p, resumed.network(i).parameters[name])
            assert np.array_equal(p, again.network(i).parameters[name])


def test_a_snapshot_is_not_touched_by_what_follows():
    training = text_training(optimizer=Optimizer("adam"))
    go(training, 3)
    saved, kept = training.snapshot()["runs"][0], training.network(0)
    copies = {name: p.copy() for name, p in saved["parameters"].items()}
    moments = {name: p.copy() for name, p in saved["optimizer"].items()}
    go(training, 3)
    for name, p in copies.items():
        assert np.array_equal(p, saved["parameters"][name])
        assert np.array_equal(p, kept.parameters[name])
        assert not np.array_equal(p, training.network(0).parameters[name])
    assert all(np.array_equal(moments[name], saved["optimizer"][name]) for name in moments)


def test_a_run_does_not_depend_on_its_neighbours():
    both, alone = text_training(runs=2), text_training()
    assert [pair[0] for pair in go(both, 9)] == [one[0] for one in go(alone, 9)]


def exploding(learning_rate, clip=None, dtype=np.float64):
    """A tanh network at rest: its states stay 0, its gradient grows by 4 a step, to 4^100."""
    parameters = initialize("rnn", 2, 6, 1, Init(spectral_radius=4.0), dtype)
    sequence = from_arrays(np.zeros((100, 2)), np.ones(1), loss_at="last", dtype=dtype)
    model = Network(output="linear", parameters=parameters)
    return Training([Run(model, Optimizer("sgd", learning_rate), clip)] * 2, make_batches(sequence))


def test_divergence_stops_one_run_and_keeps_its_last_weights():
    calm = text_training().learners[0].run
    source = text_stream(TEXT)
    size = len(source.labels)
    huge = {name: p.copy() for name, p in network("rnn", size, size).parameters.items()}
    huge["V"] *= 1e200
    runs = [Run(Network(parameters=huge), Optimizer("sgd", 1e300)), calm]
    training = Training(runs, make_batches(source, chunk=7))
    first, *later = go(training, 5)
    assert first[0].diverged.step == 1
    assert first[0].diverged.what in ("W", "dW", "loss", "gradient_norm")
    assert first[1].diverged is None
    assert all(pair[0] is None and pair[1].diverged is None for pair in later)
    assert training.running
    for name, p in training.network(0).parameters.items():
        assert np.array_equal(p, huge[name])
    assert training.snapshot()["runs"][0]["diverged"]["step"] == 1


@pytest.mark.parametrize(
    ("learning_rate", "dtype", "what"),
    [(1e-9, np.float32, "dW"), (1e280, np.float64, "b")],
)
def test_what_overflows_first_is_named(learning_rate, dtype, what):
    training = exploding(learning_rate, dtype=dtype)
    results = [pair[0] for pair in go(training, 30)]
    stopped = [result for result in results if result and result.diverged]
    assert len(stopped) == 1
    assert stopped[0].diverged.what == what
    assert not training.running
    assert all(np.isfinite(p).all() for p in training.network(0).parameters.values())


@pytest.mark.parametrize("by", CLIP_BY)
def test_an_infinite_gradient_is_never_clipped_into_weights_silently(by):
    training = exploding(1e-9, Clip(by, 1.0), np.float32)
    (found, _) = training.advance()
    assert not np.isfinite(found.gradient_norm)
    assert found.diverged.what == "dW"
    assert training.advance() == [None, None]


def test_a_diverged_run_stays_stopped_when_restored():
    training = exploding(1e300)
    go(training, 3)
    again = exploding(1e300)
    again.restore(training.snapshot())
    assert again.diverged == training.diverged
    assert again.advance() == [None, None]


def test_called_off_no_run_has_made_the_step():
    training, cancel = text_training(runs=2), Event()
    go(training, 2)
    before = training.snapshot()
    cancel.set()
    with pytest.raises(Cancelled):
        training.advance(cancel)
    assert training.step == 2
    for was, now in zip(before["runs"], training.snapshot()["runs"], strict=True):
        assert all(np.array_equal(p, now["parameters"][n]) for n, p in was["parameters"].items())
    untouched = text_training(runs=2)
    go(untouched, 2)
    assert training.advance() == untouched.advance()


@settings(max_examples=25, deadline=None)
@given(
    steps=st.integers(1, 12),
    chunk=st.none() | st.integers(1, 60),
    batch=st.none() | st.integers(1, 3),
    cell=st.sampled_from(list(CELLS)),
    by=st.sampled_from(CLIP_BY),
    seed=st.integers(0, 2**40),
)
def test_any_training_restores_to_the_bit(steps, chunk, batch, cell, by, seed):
    def fresh():
        texts = ["abracadabra", "barbarabcda", "caradabbrac"]
        source = from_text(texts) if seed % 2 else text_stream(TEXT)
        size = len(source.labels)
        made = make_batches(source, chunk=chunk, batch=batch and min(batch, 3), seed=seed)
        return Training(
            [Run(network(cell, size, size), Optimizer("momentum"), Clip(by, 0.5))], made
        )

    whole, resumed = fresh(), fresh()
    go(whole, steps)
    resumed.restore(whole.snapshot())
    assert go(resumed, 4) == go(whole, 4)


def spoil(saved, path, value):
    """Return a snapshot with another value at a path of its first run."""
    run = dict(saved["runs"][0])
    name, key = path
    run[name] = dict(run[name]) | {key: value}
    return {"step": saved["step"], "runs": [run]}


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("parameters", "W"), np.zeros((2, 2)), "must be float64"),
        (("parameters", "W"), np.full((20, 5), np.nan), "not finite"),
        (("parameters", "X"), np.zeros(1), "this run has"),
        (("optimizer", "square"), np.zeros(3), r"\(3,\)"),
        (("optimizer", "mean"), np.zeros(415, np.float32), "float32"),
        (("optimizer", "velocity"), np.zeros(3), "this run has"),
        (("state", "h"), np.zeros(4), "4 units"),
        (("state", "h"), np.zeros(5, np.float32), "float32"),
        (("state", "cell"), np.full(5, np.inf), "finite"),
        (("state", "q"), np.zeros(5), "unknown"),
    ],
)
def test_a_wrong_snapshot_is_refused(path, value, words):
    training = text_training()
    go(training, 3)
    with pytest.raises(EngineError, match=words) as caught:
        training.restore(spoil(training.snapshot(), path, value))
    assert caught.value.field.startswith(("resume.runs.0.", "data.h0"))


def test_a_snapshot_without_states_or_runs_is_refused():
    training = text_training()
    go(training, 3)
    saved = training.snapshot()
    bare = {**saved["runs"][0], "state": {}}
    for snapshot, field in (
        ({"step": 3, "runs": [bare]}, "resume.runs.0.state"),
        ({"step": 3, "runs": []}, "resume.runs"),
        ({"step": -1, "runs": saved["runs"]}, "resume.step"),
    ):
        with pytest.raises(EngineError) as caught:
            training.restore(snapshot)
        assert caught.value.field == field


def test_what_does_not_fit_is_refused_at_once():
    source = text_stream(TEXT)
    size = len(source.labels)
    batches = make_batches(source, chunk=5)
    normalized = network("rnn", size, size, normalization="batch")
    for made, field in (
        (Run(network("rnn", size + 1, size), Optimizer()), "data.x"),
        (Run(network("rnn", size, 2), Optimizer()), "data.y"),
        (Run(network("rnn", size, size, bidirectional=True), Optimizer()), "chunk"),
        (
            Run(normalized, Optimizer()),
            "network.normalization",
        ),
        (Run(network("rnn", size, size), Optimizer(), truncate=0), "truncate"),
        (Run(network("rnn", size, size, dtype=np.float32), Optimizer()), "precision"),
    ):
        with pytest.raises(EngineError) as caught:
            Training([made], batches)
        assert caught.value.field == field
    assert series_stream([1.0, 2.0, 3.0]).N == 2
