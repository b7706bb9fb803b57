"""What the answers hold. For documentation only: answers are encoded as they are computed.

Every number may be null: JSON has neither NaN nor Infinity, and an overflow
is shown, not refused. Arrays have a batch axis only where the request did.
"""

from typing import Any, TypeAlias

from pydantic import BaseModel

from app.api.schemas.fields import block, doc
from app.api.schemas.requests import (
    Activation,
    InitRequest,
    InputAt,
    LossAt,
    Output,
)

Number: TypeAlias = float | None
Vector: TypeAlias = list[Number]
Matrix: TypeAlias = list[Vector]
Stack: TypeAlias = list[Matrix]

PER_UNIT = "(T, H) or (B, T, H)"
PER_OUTPUT = "(T, O) or (B, T, O)"
PER_INPUT = "(T, I) or (B, T, I)"
TRIANGLE = "T rows, row t of t + 1 numbers, t from 0"


def _states(description: str, shape: str, example: Any = None) -> Any:
    return doc(description, shape=shape, example=example or [[0.42, -0.31]])


def _scalar(description: str, example: Any, unit: str = "1") -> Any:
    return doc(description, unit=unit, example=example)


class ParametersAnswer(BaseModel):
    """One array for each parameter. V and c are absent where the readout is the identity."""

    U: Matrix = doc("input weights", shape="(H, I)", example=[[0.5, -0.3], [0.1, 0.8]])
    W: Matrix = doc("recurrent weights", shape="(H, H)", example=[[0.9, 0.0], [0.2, 0.7]])
    b: Vector = doc("bias of the hidden units", shape="(H)", example=[0.0, 0.1])
    V: Matrix | None = doc(
        "readout weights", shape="(O, H)", example=[[1.0, -1.0], [0.4, 0.3]], default=None
    )
    c: Vector | None = doc("bias of the readout", shape="(O)", example=[0.0, 0.0], default=None)


class NetworkAnswer(BaseModel):
    """The network as resolved, ready to be posted again."""

    cell: str = _scalar("recurrent cell", "rnn", "name")
    activation: Activation = _scalar("φ in h = φ(a)", "tanh", "name")
    normalization: str = _scalar("normalization of the pre-activations", "none", "name")
    output: Output = _scalar("readout and its loss", "softmax", "name")
    hidden_size: int = _scalar("hidden units H", 2, "units")
    output_size: int = _scalar("outputs O", 2, "units")
    parameters: ParametersAnswer = block(ParametersAnswer, "the weights that were used")
    init: InitRequest | None = block(
        InitRequest, "how the weights were drawn; null where they were given"
    )


class ScaleAnswer(BaseModel):
    """How a series was standardised: value = mean + std · x."""

    mean: float = _scalar("mean of the values", 49.75, "unit of the series")
    std: float = _scalar(
        "standard deviation of the values, 1 where it was 0", 40.4, "unit of the series"
    )


class DataAnswer(BaseModel):
    """The sequence as the network saw it."""

    x: Matrix | Stack = doc("inputs", shape=PER_INPUT, example=[[1.0, 0.0], [0.0, 1.0]])
    y: list[int] | list[list[int]] | Vector | Matrix | Stack | int | None = doc(
        "targets, as class indices for softmax; null where there are none",
        shape="softmax (T) or (B, T); else (T, O) or (B, T, O)",
        example=[1, 0],
    )
    h0: Vector | Matrix = doc(
        "state before the first step", shape="(H) or (B, H)", example=[0.0, 0.0]
    )
    labels: list[str] | None = doc(
        "characters that the one-hot inputs stand for, in order; null unless text",
        shape="(I)",
        example=["h", "e"],
    )
    loss_at: LossAt = _scalar("steps that have a loss", "every", "name")
    input_at: InputAt = _scalar("steps that see x", "every", "name")
    scale: ScaleAnswer | None = block(ScaleAnswer, "null unless a series")


class ForwardStates(BaseModel):
    """Pre-activations, states, readouts, predictions."""

    a: Matrix | Stack = _states("pre-activations, a(t) = U x(t) + W h(t−1) + b", PER_UNIT)
    h: Matrix | Stack = _states("states, h(t) = φ(a(t))", PER_UNIT)
    o: Matrix | Stack = _states("readouts, o(t) = V h(t) + c", PER_OUTPUT)
    y_hat: Matrix | Stack = _states("predictions, ŷ(t) = σ(o(t))", PER_OUTPUT, [[0.67, 0.33]])


class Overflow(BaseModel):
    """Where the arithmetic first left the finite numbers."""

    step: int = _scalar("first such step, counted from 1", 17, "step")
    what: str = _scalar("first such array", "h", "name")


class LossAnswer(BaseModel):
    """The loss, averaged over the batch."""

    per_step: Vector = doc("L(t), 0 at a step without loss", shape="(T)", example=[0.69, 0.41])
    total: Number = _scalar("L, the sum over steps", 1.1, "nats, or squared units of y")


class BackwardAnswer(BaseModel):
    """Gradients of the total loss L with respect to every node, all later losses included."""

    do: Matrix | Stack = _states("∂L/∂o(t)", PER_OUTPUT)
    dh: Matrix | Stack = _states("∂L/∂h(t)", PER_UNIT)
    da: Matrix | Stack = _states("∂L/∂a(t)", PER_UNIT)
    dx: Matrix | Stack = _states("∂L/∂x(t)", PER_INPUT)
    dh0: Vector | Matrix = doc("∂L/∂h(0)", shape="(H) or (B, H)", example=[0.01, -0.02])


class GradientNorms(BaseModel):
    """Frobenius norms of the gradients. V and c are absent where the readout is the identity."""

    U: Number = _scalar("‖∂L/∂U‖", 0.1)
    W: Number = _scalar("‖∂L/∂W‖", 0.2)
    b: Number = _scalar("‖∂L/∂b‖", 0.1)
    V: Number = doc("‖∂L/∂V‖", unit="1", example=0.3, default=None)
    c: Number = doc("‖∂L/∂c‖", unit="1", example=0.1, default=None)
    total: Number = _scalar("norm of all gradients together", 0.5)


class ClippedAnswer(BaseModel):
    """The gradients after clipping."""

    scale: float | dict[str, Number] | None = _scalar(
        "factor of every gradient; by matrix one for each parameter; by value null", 0.7
    )
    norm_before: Number = _scalar("norm of all gradients before", 1.4)
    norm_after: Number = _scalar("norm of all gradients after", 1.0)
    gradients: ParametersAnswer = block(ParametersAnswer, "the clipped gradients")


class CreditVectors(BaseModel):
    """The vectors behind the triangle."""

    dh: Stack | list[Stack] = doc(
        "∂L(t)/∂h(k), itself, not its norm",
        shape="T rows, row t of t + 1 vectors (H), or of (B, H) with a batch",
        example=[[[0.1, -0.2]], [[0.02, 0.01], [0.3, -0.1]]],
    )
    da: Stack | list[Stack] = doc(
        "∂L(t)/∂a(k)",
        shape="T rows, row t of t + 1 vectors (H), or of (B, H) with a batch",
        example=[[[0.1, -0.1]], [[0.02, 0.01], [0.2, -0.1]]],
    )


class CreditAnswer(BaseModel):
    """The credit triangle: the gradient that the loss at step t sends to step k ≤ t.

    With a batch, √B times the Frobenius norm: the root mean square over
    sequences of each sequence's own norm.
    """

    dh_norm: Matrix = doc("‖∂L(t)/∂h(k)‖", shape=TRIANGLE, example=[[0.5], [0.3, 0.6]])
    da_norm: Matrix = doc(
        "‖∂L(t)/∂a(k)‖; the slope's factor at k is da_norm / dh_norm",
        shape=TRIANGLE,
        example=[[0.4], [0.2, 0.5]],
    )
    dW_norm: Matrix = doc(
        "norm of step k's term in ∂L(t)/∂W", shape=TRIANGLE, example=[[0.0], [0.1, 0.3]]
    )
    dU_norm: Matrix = doc(
        "norm of step k's term in ∂L(t)/∂U", shape=TRIANGLE, example=[[0.4], [0.2, 0.5]]
    )
    vectors: CreditVectors | None = block(CreditVectors, "null unless credit_vectors was included")


class SharesAnswer(BaseModel):
    """Norm of what each single use of a weight contributes to its gradient."""

    U: Vector = doc("use of U at step t", shape="(T)", example=[0.1, 0.2])
    W: Vector = doc("use of W at step t", shape="(T)", example=[0.0, 0.2])
    V: Vector | None = doc(
        "use of V at step t; absent where the readout is the identity",
        shape="(T)",
        example=[0.3, 0.1],
        default=None,
    )


class JacobiansAnswer(BaseModel):
    """The factors ∂h(t)/∂h(t−1) = diag(φ'(a(t))) W; with a batch, of its first sequence."""

    spectral_norm: Vector = doc("‖∂h(t)/∂h(t−1)‖₂", shape="(T)", example=[0.8, 0.7])
    slope_mean: Vector = doc("mean of φ'(a(t)) over the units", shape="(T)", example=[0.6, 0.5])
    product_norm: Vector = doc(
        "‖∂h(T)/∂h(k)‖₂, the product of all factors after step k", shape="(T)", example=[0.7, 1.0]
    )
    spectral_radius: Number = _scalar("largest |eigenvalue| of W", 0.9)
    singular_values: Vector = doc("of W, largest first", shape="(H)", example=[0.95, 0.66])
    matrices: Stack | None = doc(
        "∂h(t)/∂h(t−1) themselves; null unless jacobian_matrices was included",
        shape="(T, H, H)",
        example=[[[0.5, 0.1], [0.0, 0.4]]],
    )


class HorizonAnswer(BaseModel):
    """How ‖∂L(t)/∂h(k)‖ changes with the distance t − k: a line through its logarithm."""

    half_life: Number = _scalar(
        "distance that halves it; null where it does not fall", 6.3, "steps"
    )
    doubling: Number = _scalar(
        "distance that doubles it; null where it does not grow", None, "steps"
    )
    r2: Number = _scalar("the fit's coefficient of determination; null without a fit", 0.98)
    zeros: int = _scalar("norms that are 0 and left out of the fit", 0, "count")


class ForwardAnswer(BaseModel):
    """Answer of /api/v1/forward."""

    network: NetworkAnswer = block(NetworkAnswer, "the network as resolved")
    data: DataAnswer = block(DataAnswer, "the sequence as the network saw it")
    forward: ForwardStates = block(ForwardStates, "the forward pass")
    parameter_count: int = _scalar("number of weights", 12, "count")
    overflow: Overflow | None = block(Overflow, "null where every number is finite")


class BpttAnswer(ForwardAnswer):
    """Answer of /api/v1/bptt. Blocks that `include` did not ask for are null."""

    loss: LossAnswer = block(LossAnswer, "the loss")
    backward: BackwardAnswer = block(BackwardAnswer, "gradients at the nodes")
    gradients: ParametersAnswer = block(ParametersAnswer, "∂L/∂ each parameter, of its shape")
    gradient_norms: GradientNorms = block(GradientNorms, "norms of the gradients")
    clipped: ClippedAnswer | None = block(ClippedAnswer, "null without clip")
    credit: CreditAnswer | None = block(CreditAnswer, "the credit triangle")
    shares: SharesAnswer | None = block(SharesAnswer, "norms of each use of a weight")
    jacobians: JacobiansAnswer | None = block(JacobiansAnswer, "Jacobians along the sequence")
    horizon: HorizonAnswer | None = block(HorizonAnswer, "reach of the gradient, with credit")


class ParameterCheck(BaseModel):
    """One parameter's gradient against central differences."""

    max_error: Number = _scalar("largest error, relative to the gradient and the loss", 1e-9)
    at: list[int] | None = doc(
        "index of that entry; null where no entry could be compared",
        shape="(axes)",
        example=[0, 1],
    )
    ok: bool = _scalar("whether the error is below 1e-6", True, "true or false")
    checked: int = _scalar("entries compared; of a large parameter a fixed sample", 4, "count")
    kinks: int = _scalar("entries left out, at a kink of φ", 0, "count")


class ParameterChecks(BaseModel):
    """A check for each parameter. V and c are absent where the readout is the identity."""

    U: ParameterCheck = block(ParameterCheck, "check of ∂L/∂U")
    W: ParameterCheck = block(ParameterCheck, "check of ∂L/∂W")
    b: ParameterCheck = block(ParameterCheck, "check of ∂L/∂b")
    V: ParameterCheck | None = block(ParameterCheck, "check of ∂L/∂V", default=None)
    c: ParameterCheck | None = block(ParameterCheck, "check of ∂L/∂c", default=None)


class GradcheckAnswer(BaseModel):
    """Answer of /api/v1/gradcheck."""

    parameters: ParameterChecks = block(ParameterChecks, "one check for each parameter")
    ok: bool = _scalar("whether every check is", True, "true or false")
