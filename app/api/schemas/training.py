"""What a request to /train may say."""

from typing import Literal

from app.api.schemas.checkpoints import MOST_RUNS, MOST_STEPS, Checkpoint
from app.api.schemas.fields import Strict, block, doc, example_of
from app.api.schemas.requests import (
    LARGEST_INTEGER,
    LARGEST_SEED,
    BpttRequest,
    ClipRequest,
    Data,
    Include,
    NetworkRequest,
    Precision,
)

OptimizerName = Literal["sgd", "momentum", "rmsprop", "adagrad", "adam"]
Schedule = Literal["constant", "decay"]

LONGEST_SAMPLE = 1000
DEFAULT_INCLUDE: tuple[Include, ...] = ("credit",)


class OptimizerRequest(Strict):
    """How gradients become steps."""

    name: OptimizerName = doc("the rule", unit="name", example="adam", default="adam")
    learning_rate: float = doc("size of a step", unit="1", example=0.01, default=0.01, gt=0)
    momentum: float = doc(
        "what stays of the velocity from step to step; only momentum has one",
        unit="1",
        example=0.9,
        default=0.9,
        ge=0,
        lt=1,
    )
    schedule: Schedule = doc(
        "constant, or decay: step n takes learning_rate / (1 + decay · (n − 1))",
        unit="name",
        example="constant",
        default="constant",
    )
    decay: float = doc(
        "how fast the rate falls; only the schedule decay uses it",
        unit="1",
        example=0.001,
        default=0.001,
        ge=0,
    )


class RunRequest(Strict):
    """One of the networks that are trained side by side."""

    network: NetworkRequest = block(
        NetworkRequest,
        "the network before the first step: its weights, or how to draw them",
        default_factory=NetworkRequest,
        example={"cell": "lstm", "hidden_size": 16},
    )
    optimizer: OptimizerRequest = block(
        OptimizerRequest, "how gradients become steps", default_factory=OptimizerRequest
    )
    clip: ClipRequest | None = block(
        ClipRequest, "clipping of the gradients; null: none", default=None
    )
    truncate: int | None = doc(
        "backpropagate each loss over at most this many steps, its own included; null: all",
        unit="steps",
        example=10,
        default=None,
        ge=1,
        le=LARGEST_INTEGER,
    )


class SampleOptions(Strict):
    """Text to write at every trace, by a network that learns text."""

    length: int = doc(
        "characters to write",
        unit="characters",
        example=100,
        default=100,
        ge=1,
        le=LONGEST_SAMPLE,
    )
    temperature: float = doc(
        "divides o before the softmax: below 1 bolder, above 1 more varied",
        unit="1",
        example=0.8,
        default=0.8,
        gt=0,
    )
    prompt: str = doc(
        "what the network reads first, of the text's own characters; may be empty",
        unit="characters",
        example="hel",
        default="",
        max_length=LONGEST_SAMPLE,
    )


class TrainRequest(Strict):
    """One to four runs on the same data. Only `runs` and `data` are required."""

    runs: list[RunRequest] = doc(
        "what is trained side by side, on the same batches in the same order",
        shape="(1 to 4 runs)",
        example=[example_of(RunRequest)],
        min_length=1,
        max_length=MOST_RUNS,
    )
    data: Data = doc(
        "what to learn, by `kind`; of a task every step draws a batch of its own",
        unit="object",
        example={"kind": "task", "name": "adding", "length": 30, "batch": 16},
    )
    chunk: int | None = doc(
        "train on pieces of this many steps, the state carried from piece to piece without "
        "gradient; needs a loss at every step; null: whole sequences",
        unit="steps",
        example=25,
        default=None,
        ge=1,
        le=LARGEST_INTEGER,
    )
    batch: int | None = doc(
        "sequences a step: so many of arrays or texts, shuffled; one text or series is cut into "
        "so many streams; a task has `data.batch` instead; null: all",
        unit="sequences",
        example=8,
        default=None,
        ge=1,
        le=LARGEST_INTEGER,
    )
    holdout: float = doc(
        "the last fraction of a series' values, forecast instead of learnt; series only",
        unit="1",
        example=0.1,
        default=0.0,
        ge=0,
        lt=1,
    )
    steps: int = doc(
        "updates in total, numbered from 1, those before a checkpoint included",
        unit="steps",
        example=500,
        default=500,
        ge=1,
        le=MOST_STEPS,
    )
    trace_every: int = doc(
        "steps from one trace to the next",
        unit="steps",
        example=50,
        default=50,
        ge=1,
        le=MOST_STEPS,
    )
    seed: int = doc(
        "draws the batches, their order and the samples; the same seed, the same training",
        unit="seed",
        example=0,
        default=0,
        ge=0,
        le=LARGEST_SEED,
    )
    resume: Checkpoint | None = block(
        Checkpoint,
        "data of a checkpoint event, verbatim, to go on from; the rest of the body as it was, "
        "but for rate, clipping, steps and trace_every, which may change; null: from the start",
        default=None,
    )
    precision: Precision = doc(
        "floating-point type of every array", unit="name", example="float64", default="float64"
    )
    include: list[Include] = doc(
        "optional blocks of the traces, as for /bptt",
        shape="(any number of names)",
        example=["credit"],
        default_factory=lambda: list(DEFAULT_INCLUDE),
        max_length=20,
    )
    sample: SampleOptions | None = block(
        SampleOptions, "text to write at every trace; text only; null: none", default=None
    )

    def each(self) -> list[BpttRequest]:
        """Return the /bptt request that each run's trace stands for; already validated."""
        shared = {"data": self.data, "precision": self.precision, "include": self.include}
        return [
            BpttRequest.model_construct(
                network=run.network, clip=run.clip, truncate=run.truncate, **shared
            )
            for run in self.runs
        ]
