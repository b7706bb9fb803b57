"""What a request to /grade may say, and its answer."""

from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import BaseModel

from app.api.schemas.fields import Strict, block, doc, example_of
from app.api.schemas.nested import ByParameter, scalar
from app.api.schemas.parameters import Array
from app.api.schemas.requests import BpttRequest
from app.api.schemas.values import Numbers

# Of any shape: a wrong one is something to tell, not to refuse.
AnyShape: TypeAlias = Annotated[
    Array, Numbers("a single number", "(n)", "(n, m)", "(k, n, m)", "(j, k, n, m)")
]

Mistake = Literal[
    "wrong_shape",
    "not_summed",
    "zero",
    "rounded",
    "wrong_sign",
    "missing_sum_over_time",
    "initial_state_ignored",
    "missing_one_step",
    "only_last_loss",
    "missing_path_through_time",
    "missing_slope",
    "wrong_slope",
    "current_state_for_previous",
    "previous_state_for_current",
    "transposed",
    "untransposed_path",
    "missing_target",
    "extra_output_slope",
    "missing_memory_path",
    "missing_reset_gate",
    "gate_order",
    "averaged_over_time",
    "summed_over_batch",
    "averaged_twice",
    "averaged_over_outputs",
    "mean_squared_error",
    "doubled",
    "halved",
    "truncated",
    "not_truncated",
    "clipped",
    "scaled",
]
MISTAKE_IDS: tuple[str, ...] = get_args(Mistake)


class GradeRequest(Strict):
    """A /bptt request, and the caller's own gradients of it."""

    request: BpttRequest = doc(
        "what the gradients belong to, as /bptt takes it; precision and include have no effect, "
        "and gradients are compared before clipping",
        unit="object",
        example={"data": {"kind": "text", "text": "hello world"}, "network": {"hidden_size": 1}},
    )
    gradients: dict[str, AnyShape | None] = doc(
        "gradients by the parameters' names; those that are absent or null are not graded",
        shape="each as its parameter; another shape is told as a mistake",
        example={"W": [[0.12]], "b": [0.3]},
    )
    tolerance: float = doc(
        "largest error that passes, relative to the largest entry of the right gradient, or to "
        "a thousandth of the largest of all gradients where that is more; loosen it for numbers "
        "with few digits",
        unit="1",
        example=1e-5,
        default=1e-5,
        gt=0,
        le=0.1,
    )


class ParameterGradeAnswer(BaseModel):
    """One parameter's grade; null where the shapes differ."""

    ok: bool = scalar("whether the error is within the tolerance", False, "true or false")
    max_error: float | None = scalar("largest error, relative as the tolerance", 0.5)
    at: list[int] | None = doc("index of that entry", shape="(axes)", example=[0, 1])
    given: float | None = scalar("what was sent there", 0.1)
    expected: float | None = scalar("what it must be", 0.2)


class ParameterGrades(ByParameter):
    """A grade for each parameter that was sent."""

    __pydantic_extra__: dict[str, ParameterGradeAnswer]  # pyright: ignore[reportIncompatibleVariableOverride]


class DiagnosisAnswer(BaseModel):
    """A mistake that gives exactly the numbers that were sent."""

    mistake: Mistake = doc(
        "its id, the same in every language", unit="name", example="missing_slope"
    )
    explains: list[str] = doc(
        "the parameters whose numbers it gives", shape="(names)", example=["U", "W", "b"]
    )
    message: str = doc(
        "in plain English",
        unit="words",
        example="W: holds step 5 alone: the same weights are used at every step, …",
    )
    values: dict[str, Any] = doc(
        "the numbers of the message, by name", unit="object", example={"step": 5}
    )
    also: list[str] = doc(
        "other mistakes that would give the same numbers here",
        shape="(names)",
        example=["missing_path_through_time"],
    )


class GradeAnswer(BaseModel):
    """Answer of /api/v1/grade."""

    parameters: ParameterGrades = block(
        ParameterGrades,
        "a grade for each parameter that was sent",
        example={"W": example_of(ParameterGradeAnswer)},
    )
    ungraded: list[str] = doc(
        "the network's parameters that were not sent", shape="(names)", example=["V", "c"]
    )
    diagnosis: list[DiagnosisAnswer] = doc(
        "what explains the wrong ones, the mistake that explains most first; none where nothing "
        "usual does",
        shape="(mistakes)",
        example=[example_of(DiagnosisAnswer)],
    )
    tolerance: float = scalar("largest error that passed", 1e-5)
    ok: bool = scalar("whether everything that was sent is right", False, "true or false")
