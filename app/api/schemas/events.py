"""What the events of /train hold. For documentation only: they are encoded as they are computed."""

from typing import Literal

from pydantic import BaseModel

from app.api.schemas.answers import BpttAnswer, ParametersAnswer
from app.api.schemas.checkpoints import Checkpoint, Divergence
from app.api.schemas.fields import block, doc, example_of
from app.api.schemas.nested import Matrix, Number, Stack, Vector, scalar
from app.api.schemas.operation import ProblemAnswer

PREDICTED = "(n sequences) or (n, steps with a loss); (n, steps, O) with several outputs"
LOSS_UNIT = "nats, or squared units of y"


class StartedRun(BaseModel):
    """A run before it moves."""

    parameter_count: int = scalar("number of weights", 61, "count")


class BaselineAnswer(BaseModel):
    """What the best guess without memory reaches on one step's batch."""

    loss: Number = scalar("expected L", 0.0833, LOSS_UNIT)
    value: Number = scalar("mean squared error where the readout is linear, else accuracy", 0.167)


class StartEvent(BaseModel):
    """`start`, the first event: what is going to happen."""

    runs: list[StartedRun] = doc("each run", shape="(runs)", example=[example_of(StartedRun)])
    step: int = scalar("steps done already: 0, or those of the checkpoint", 0, "steps")
    steps: int = scalar("steps in the end", 500, "steps")
    T: int = scalar("steps of time in one step's batch", 30, "steps")
    batch: int = scalar("sequences in one step's batch", 16, "sequences")
    labels: list[str] | None = doc(
        "characters that the outputs stand for, in order; null unless text",
        shape="(O)",
        example=["h", "e"],
    )
    baseline: BaselineAnswer | None = block(
        BaselineAnswer, "of the first run's readout; null where unknown"
    )


class StepsEvent(BaseModel):
    """`steps`: some steps of one run; each of its steps is in exactly one such event."""

    run: int = scalar("which run, from 0", 0, "run")
    # Spelled as the wire has it, a word that Python keeps for itself.
    from_: int = doc("number of the first of them", unit="step", example=101, alias="from")
    loss: Vector = doc(
        "L of each step's batch, before its update", shape="(steps)", example=[0.69, 0.66]
    )
    gradient_norm: Vector = doc(
        "norm of all gradients together, before clipping", shape="(steps)", example=[0.5, 0.4]
    )
    clipped: list[bool] = doc(
        "whether clipping changed them", shape="(steps)", example=[False, False]
    )


class DelayValue(BaseModel):
    """How well a task goes at one delay."""

    delay: int = scalar("steps to remember over", 10, "steps")
    value: Number = scalar("the metric there", 0.98)


class Predictions(BaseModel):
    """Targets beside what the network makes of them."""

    target: Vector | Matrix | Stack = doc("targets", shape=PREDICTED, example=[0.7, 1.2])
    predicted: Vector | Matrix | Stack = doc(
        "the most probable classes, or ŷ", shape=PREDICTED, example=[0.8, 1.1]
    )


class ForecastAnswer(BaseModel):
    """The held-out end of a series, in its own units."""

    from_: int = doc("index of the first held-out value", unit="index", example=278, alias="from")
    actual: Vector = doc("the values", shape="(held out)", example=[5.0, 11.0])
    predicted: Vector = doc(
        "foretold from the network's own predictions", shape="(held out)", example=[6.1, 9.8]
    )
    one_step: Vector = doc(
        "foretold from the value before", shape="(held out)", example=[6.1, 10.4]
    )


class EvaluationAnswer(BaseModel):
    """How good the network is: on other sequences of a task, on a series' held-out end.

    Arrays and texts have nothing of the kind; there it is what the network was trained on.
    """

    loss: Number = scalar("L there", 0.31, LOSS_UNIT)
    baseline: Number = scalar("loss of the best guess without memory", 0.0833, LOSS_UNIT)
    metric: Literal["mse", "accuracy"] = scalar("what `value` is", "mse", "name")
    value: Number = scalar("mean squared error, or the share of right steps", 0.05)
    baseline_value: Number = scalar("the same of the best guess without memory", 0.167)
    by_delay: list[DelayValue] | None = doc(
        "the metric at other delays; null unless the task has one",
        shape="(delays)",
        example=[example_of(DelayValue)],
    )
    predictions: Predictions = block(Predictions, "of the first sequences")
    forecast: ForecastAnswer | None = block(ForecastAnswer, "null unless a series is held out")


class SampledText(BaseModel):
    """What the network writes at this moment."""

    text: str = scalar("the text, without the prompt", "lo wor", "characters")


class TraceEvent(BpttAnswer):
    """`trace`: a run at one moment, by what /bptt answers for one fixed sequence."""

    run: int = scalar("which run, from 0", 0, "run")
    step: int = scalar("steps done; 0 is before the first", 50, "step")
    evaluation: EvaluationAnswer = block(EvaluationAnswer, "how good it is")
    sample: SampledText | None = block(
        SampledText, "null unless asked for, and where the network overflows"
    )


class CheckpointEvent(Checkpoint):
    """`checkpoint`: what `resume` takes, verbatim."""


class DivergedEvent(BaseModel):
    """`diverged`: the numbers of a run left the finite ones; it stops, the others go on."""

    run: int = scalar("which run, from 0", 1, "run")
    step: int = scalar("the step at which it happened", 17, "step")
    what: str = scalar("what overflowed first: the loss, or a parameter", "W", "name")


class FinishedRun(BaseModel):
    """A run after its last step."""

    parameters: ParametersAnswer = block(ParametersAnswer, "its weights")
    loss: Number = scalar("L of its last step's batch; null where it diverged", 0.02, LOSS_UNIT)
    step: int = scalar("its last step", 500, "step")
    diverged: Divergence | None = block(Divergence, "null where it did not")


class DoneEvent(BaseModel):
    """`done`: the last event of a training that came to its end."""

    runs: list[FinishedRun] = doc("each run", shape="(runs)", example=[example_of(FinishedRun)])


class ErrorEvent(ProblemAnswer):
    """`error`: the last event where something came in between; a problem like any other."""


class TrainEvents(BaseModel):
    """The data of each event of /train, by the event's name."""

    start: StartEvent = block(StartEvent, "what is going to happen; first")
    steps: StepsEvent = block(StepsEvent, "losses and gradient norms of some steps of a run")
    trace: TraceEvent = block(TraceEvent, "a run at one moment")
    checkpoint: CheckpointEvent = block(CheckpointEvent, "what `resume` takes")
    diverged: DivergedEvent = block(DivergedEvent, "a run that overflowed and stops")
    done: DoneEvent = block(DoneEvent, "the end, last")
    error: ErrorEvent = block(ErrorEvent, "what came in between, last")
