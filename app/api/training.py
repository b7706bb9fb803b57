"""From a valid request to /train to a training ready to go: within budget, checked whole."""

from dataclasses import dataclass, replace
from math import prod

import numpy as np

from app.api import limits, training_limits
from app.api.errors import FieldError, Problem, of_checkpoint, of_run
from app.api.limits import Price, Sizes
from app.api.resolve import (
    PRECISIONS,
    Plan,
    build_network,
    data_options,
    drawn_by,
    make_sequence,
    require_targets,
)
from app.api.schemas.requests import BpttRequest, SeriesData, TaskData, TextData
from app.api.schemas.training import TrainRequest
from app.api.sizes import sizes_of, where
from app.engine.clipping import Clip
from app.engine.network import Network
from app.engine.optimizers import OPTIMIZERS, Optimizer
from app.engine.sequences import Sequence, check_fit, counted_targets
from app.engine.tasks import TASKS
from app.engine.training import (
    Batches,
    Run,
    TaskSource,
    Training,
    make_batches,
    series_stream,
    text_stream,
)
from app.engine.training.batches import HELD_OUT, HELD_OUT_STEPS
from app.engine.training.sources import Source
from app.engine.training.stepping import Stepper
from app.settings import Settings


@dataclass(frozen=True)
class TrainPlan:
    """A training made ready; `probes` are what its traces show, a plan of /bptt for each run."""

    request: TrainRequest
    training: Training
    probes: list[Plan]


def plan_train(request: TrainRequest, body_bytes: int, settings: Settings) -> TrainPlan:
    """Return the plan of a training.

    Args:
        body_bytes: length of the request's own body.

    Raises:
        Problem: over budget, or fields that contradict each other.
        EngineError: shapes that do not fit.
    """
    _check_options(request)
    requests, sizes = request.each(), step_sizes(request, settings)
    _check_prices(request, sizes, settings)
    if request.resume is None:
        _check_checkpoint(request, sizes, body_bytes, settings)
    source = _source(request)
    networks = [_network(request, i, sizes[i], source) for i in range(len(requests))]
    batches = make_batches(source, chunk=request.chunk, batch=request.batch, seed=request.seed)
    runs = [_run(request, i, network, batches) for i, network in enumerate(networks)]
    training = Training(runs, batches)
    if request.resume is not None:
        with of_checkpoint():
            training.restore(request.resume.snapshot())
    probes = [
        Plan(each, None, run.network, batches.probe(run.network), Price(0, 0))
        for each, run in zip(requests, runs, strict=True)
    ]
    return TrainPlan(request, training, probes)


def _check_options(request: TrainRequest) -> None:
    """Refuse what this kind of data does not have, and a checkpoint beyond the last step."""
    data = request.data
    if isinstance(data, SeriesData) and len(data.values) < 2:
        raise _refusal("data.values", "is one value; two are needed", "1 value", "2 or more")
    if request.holdout and not isinstance(data, SeriesData):
        raise _refusal("holdout", f"is for a series; the data is a {data.kind}", request.holdout)
    if request.sample and not isinstance(data, TextData):
        raise _refusal("sample", f"is for text; the data is a {data.kind}", "an object", "null")
    if request.sample and isinstance(data, TextData):
        unknown = set(request.sample.prompt) - set("".join(data.text))
        if unknown:
            message = f"has {min(unknown)!r}, which is not in the text"
            raise _refusal("sample.prompt", message, request.sample.prompt[:60], "its characters")
    if request.resume is not None:
        _check_resume(request)


def _check_resume(request: TrainRequest) -> None:
    step = request.resume.step if request.resume else 0
    if step > request.steps:
        message = f"is {step}; the training ends at {request.steps}"
        raise _refusal("resume.step", message, step, f"at most {request.steps}")
    for i, run in enumerate(request.resume.runs if request.resume else ()):
        if run.diverged and run.diverged.step > step:
            message = f"is {run.diverged.step}; the checkpoint is of step {step}"
            field = f"resume.runs.{i}.diverged.step"
            raise _refusal(field, message, run.diverged.step, f"at most {step}")


def _refusal(field: str, message: str, was: object, expected: str = "0") -> Problem:
    error = FieldError(field=field, message=message, was=was, expected=expected)
    return Problem("validation", f"{field}: {message}", [error])


def step_sizes(request: TrainRequest, settings: Settings) -> list[Sizes]:
    """Return the sizes of one step of each run: T and B are those of a piece."""
    found = []
    for index, each in enumerate(request.each()):
        with of_run(index):
            require_targets(each)
            sizes = _of_a_piece(request, sizes_of(each))
            limits.check_sizes(sizes, settings, _where(request, each))
            found.append(sizes)
    return found


def _of_a_piece(request: TrainRequest, sizes: Sizes) -> Sizes:
    T, B = sizes.T, sizes.B
    if isinstance(request.data, SeriesData):
        T = max(T - int(request.holdout * (T + 1)), 1)
    if _is_stream(request):
        B = request.batch or 1
        T = max(T // B, 1)
    elif not isinstance(request.data, TaskData):
        B = min(request.batch or B, B)
    return replace(sizes, T=min(request.chunk or T, T), B=B)


def _is_stream(request: TrainRequest) -> bool:
    """Whether the data is one long sequence that is cut when it is read."""
    data = request.data
    return isinstance(data, SeriesData) or (
        isinstance(data, TextData) and isinstance(data.text, str)
    )


def _where(request: TrainRequest, each: BpttRequest) -> dict[str, str]:
    fields = where(each)
    fields["T"] = "chunk" if request.chunk else fields["T"]
    if not isinstance(request.data, TaskData):
        fields["B"] = "batch" if request.batch else fields["B"]
    return fields


def _check_prices(request: TrainRequest, sizes: list[Sizes], settings: Settings) -> None:
    """Refuse data, or a step or a trace of all runs together, over its budget."""
    requests = request.each()
    _check_data(request, requests[0], settings)
    steps = [
        training_limits.step_price(s, r.truncate) for s, r in zip(sizes, requests, strict=True)
    ]
    traces = [_trace_price(request, r, s) for s, r in zip(sizes, requests, strict=True)]
    dearest = max(range(len(steps)), key=lambda i: steps[i].work + traces[i].work)
    fields = _where(request, requests[dearest])
    total = sum(steps, Price(0, 0)), sum(traces, Price(0, 0))
    with of_run(dearest):
        training_limits.check_training(*total, sizes[dearest], settings, fields)


def _trace_price(request: TrainRequest, each: BpttRequest, sizes: Sizes) -> Price:
    data, sample = request.data, request.sample
    delayed = isinstance(data, TaskData) and TASKS[data.name].delayed
    evaluated, include = _evaluated(request, each), frozenset(each.include)
    price = training_limits.trace_price(sizes, evaluated, include, each.truncate, delayed)
    if sample:
        written = training_limits.sample_price(sizes, len(sample.prompt), sample.length)
        price += Price(written.work, 0)
    return price


def _evaluated(request: TrainRequest, each: BpttRequest) -> Sizes:
    """Return the sizes of the sequences that an evaluation runs over."""
    sizes = sizes_of(each)
    if _is_stream(request):
        return replace(sizes, T=min(sizes.T, HELD_OUT_STEPS), B=1)
    return replace(sizes, B=HELD_OUT)


def _check_data(request: TrainRequest, each: BpttRequest, settings: Settings) -> None:
    """Refuse sequences too large to be made whole; a task and a stream are made step by step."""
    if _is_stream(request) or isinstance(request.data, TaskData):
        return
    sizes, most = sizes_of(each), settings.step_numbers
    numbers = sizes.T * sizes.B * sizes.I
    if numbers > most:
        field = where(each)["T"]
        message = f"makes {numbers:,} numbers; at most {most:,} here"
        error = FieldError(field=field, message=message, was=numbers, expected=f"≤ {most:,}")
        raise Problem("over-budget", f"{field} {message}", [error])


def _check_checkpoint(
    request: TrainRequest, sizes: list[Sizes], body_bytes: int, settings: Settings
) -> None:
    """Refuse a training whose checkpoint could not be sent back: it would not fit into a body."""
    item = np.dtype(request.precision).itemsize
    numbers = 0
    for run, s in zip(request.runs, sizes, strict=True):
        vectors = 1 + len(OPTIMIZERS[run.optimizer.name].memory)
        numbers += vectors * sum(map(prod, s.shapes)) + s.runs * s.states * s.B * s.H
    size = body_bytes + numbers * item * 4 // 3
    if size > settings.max_body_bytes:
        detail = (
            f"A request with a checkpoint of this training would have {size:,} bytes; a body may "
            f"have {settings.max_body_bytes:,}: reduce H, or take fewer runs, float32, or an "
            "optimizer that remembers less"
        )
        message = f"reduce it: {size:,} bytes to resume, at most {settings.max_body_bytes:,}"
        fields = ("runs.0.network.hidden_size", "runs", "precision")
        raise Problem(
            "over-budget", detail, [FieldError(field=name, message=message) for name in fields]
        )


def _source(request: TrainRequest) -> Source:
    data, dtype = request.data, PRECISIONS[request.precision]
    options = data_options(data, dtype)
    with np.errstate(over="ignore"):
        if isinstance(data, TaskData):
            return TaskSource(**drawn_by(data), **options)
        if isinstance(data, SeriesData):
            return series_stream(data.values, request.holdout, **options)
        if isinstance(data, TextData) and isinstance(data.text, str):
            return text_stream(data.text, **options)
        return make_sequence(data, dtype)


def _network(request: TrainRequest, index: int, sizes: Sizes, source: Source) -> Network:
    """Return a run's network, held against all sequences where they are there already."""
    with of_run(index):
        _, network = build_network(request.each()[index], sizes)
        if isinstance(source, Sequence):
            check_fit(network, source)
            counted_targets(network, source)
        if request.sample:
            Stepper(network)  # refuses a network that cannot write
        return network


def _run(request: TrainRequest, index: int, network: Network, batches: Batches) -> Run:
    """Return a run, held against its first step."""
    asked = request.runs[index]
    with of_run(index):
        first = batches.piece(1).sequence
        check_fit(network, first)
        counted_targets(network, first)
        clip = Clip(asked.clip.by, asked.clip.threshold) if asked.clip else None
        return Run(network, Optimizer(**asked.optimizer.model_dump()), clip, asked.truncate)
