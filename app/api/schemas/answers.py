"""What the answers hold. For documentation only: answers are encoded as they are computed.

Every number may be null: JSON has neither NaN nor Infinity, and an overflow
is shown, not refused. Arrays have a batch axis only where the request did.
"""

from pydantic import BaseModel

from app.api.schemas.fields import block, doc, example_of
from app.api.schemas.figures import CreditAnswer, HorizonAnswer, JacobiansAnswer, SharesAnswer
from app.api.schemas.nested import (
    INITIAL,
    PER_GATE,
    PER_INPUT,
    PER_OUTPUT,
    PER_UNIT,
    ByParameter,
    Direction,
    Matrix,
    Number,
    Stack,
    Vector,
    gate,
    scalar,
    states,
)
from app.api.schemas.requests import (
    Activation,
    Cell,
    InitRequest,
    InputAt,
    LossAt,
    Normalization,
    Output,
)


class ParametersAnswer(ByParameter):
    """One array for each parameter; other layers and directions as `U_l1`, `W_l0_reverse`, …

    G is the number of gates. V and c are absent where the readout is the identity.
    """

    __pydantic_extra__: dict[str, Matrix | Vector]  # pyright: ignore[reportIncompatibleVariableOverride]

    U: Matrix = doc("input weights", shape="(G·H, I)", example=[[0.5, -0.3], [0.1, 0.8]])
    W: Matrix = doc("recurrent weights", shape="(G·H, H)", example=[[0.9, 0.0], [0.2, 0.7]])
    b: Vector = doc("bias", shape="(G·H)", example=[0.0, 0.1])
    b_hn: Vector | None = doc(
        "recurrent bias of the candidate; GRU only", shape="(H)", example=[0.0, 0.0], default=None
    )
    gamma: Vector | None = doc(
        "scale of U x + W h; layer normalization only",
        shape="(H)",
        example=[1.0, 1.0],
        default=None,
    )
    gamma_U: Vector | None = doc(
        "scale of U x; batch normalization only", shape="(H)", example=[1.0, 1.0], default=None
    )
    gamma_W: Vector | None = doc(
        "scale of W h; batch normalization only", shape="(H)", example=[1.0, 1.0], default=None
    )
    V: Matrix | None = doc(
        "readout weights",
        shape="(O, H); bidirectional (O, 2H)",
        example=[[1.0, -1.0], [0.4, 0.3]],
        default=None,
    )
    c: Vector | None = doc("bias of the readout", shape="(O)", example=[0.0, 0.0], default=None)


class NetworkAnswer(BaseModel):
    """The network as resolved, ready to be posted again."""

    cell: Cell = scalar("recurrent cell", "rnn", "name")
    activation: Activation = scalar("φ in h = φ(a) of the plain cell", "tanh", "name")
    normalization: Normalization = scalar("normalization of the pre-activations", "none", "name")
    layers: int = scalar("layers", 1, "layers")
    bidirectional: bool = scalar("whether each layer runs both ways", False, "true or false")
    output: Output = scalar("readout and its loss", "softmax", "name")
    hidden_size: int = scalar("hidden units H", 2, "units")
    output_size: int = scalar("outputs O", 2, "units")
    parameters: ParametersAnswer = block(ParametersAnswer, "the weights that were used")
    init: InitRequest | None = block(
        InitRequest, "how the weights were drawn; null where they were given"
    )


class ScaleAnswer(BaseModel):
    """How a series was standardised: value = mean + std · x."""

    mean: float = scalar("mean of the values", 49.75, "unit of the series")
    std: float = scalar(
        "standard deviation of the values, 1 where it was 0", 40.4, "unit of the series"
    )


class SequenceAnswer(BaseModel):
    """The sequence as it was seen."""

    x: Matrix | Stack = doc("inputs", shape=PER_INPUT, example=[[1.0, 0.0], [0.0, 1.0]])
    y: list[int] | list[list[int]] | Vector | Matrix | Stack | int | None = doc(
        "targets, as class indices for softmax; null where there are none",
        shape="softmax (T) or (B, T); else (T, O) or (B, T, O)",
        example=[1, 0],
    )
    loss_mask: list[bool] | None = doc(
        "which of the steps that loss_at names have a loss; null: all of them",
        shape="(T)",
        example=[False, True],
    )
    labels: list[str] | None = doc(
        "characters that the one-hot inputs stand for, in order; null unless text",
        shape="(I)",
        example=["h", "e"],
    )
    loss_at: LossAt = scalar("steps that have a loss", "every", "name")
    input_at: InputAt = scalar("steps that see x", "every", "name")
    scale: ScaleAnswer | None = block(ScaleAnswer, "null unless a series")


class DataAnswer(SequenceAnswer):
    """The sequence as the network saw it, and where its states started."""

    h0: Vector | Matrix | Stack = doc(
        "state before the first step", shape=INITIAL, example=[0.0, 0.0]
    )
    cell0: Vector | Matrix | Stack | None = doc(
        "cell state before the first step; null unless LSTM", shape=INITIAL, example=[0.0, 0.0]
    )


class GatesAnswer(BaseModel):
    """The values of a gated cell's gates, by the names of its gates: LSTM four, GRU three."""

    input: Matrix | Stack | None = gate("what enters the cell state; LSTM")
    forget: Matrix | Stack | None = gate("what stays of the cell state; LSTM")
    reset: Matrix | Stack | None = gate("what the candidate sees of h(t−1); GRU")
    update: Matrix | Stack | None = gate("what stays of h(t−1); GRU")
    candidate: Matrix | Stack = states("what is offered to the state, −1 to 1", PER_UNIT)
    output: Matrix | Stack | None = gate("what h(t) shows of the cell state; LSTM")


class LayerStates(BaseModel):
    """The states of one layer in one direction."""

    layer: int = scalar("which layer, from 0 at the inputs", 0, "layer")
    direction: Direction = scalar("forward, or reverse: from the last step", "forward", "name")
    a: Matrix | Stack = states("pre-activations, of all gates stacked", PER_GATE)
    h: Matrix | Stack = states("states", PER_UNIT)
    gates: GatesAnswer | None = block(GatesAnswer, "null for the plain cell")
    cell: Matrix | Stack | None = states("cell states; null unless LSTM", PER_UNIT)


class ForwardStates(BaseModel):
    """Pre-activations, states, readouts, predictions; of the top layer where there are more."""

    a: Matrix | Stack = states(
        "pre-activations, a(t) = U x(t) + W h(t−1) + b, of all gates stacked", PER_GATE
    )
    h: Matrix | Stack = states(
        "states, h(t) = φ(a(t)) or what the gates let out; bidirectional both, 2H", PER_UNIT
    )
    o: Matrix | Stack = states("readouts, o(t) = V h(t) + c", PER_OUTPUT)
    y_hat: Matrix | Stack = states("predictions, ŷ(t) = σ(o(t))", PER_OUTPUT, [[0.67, 0.33]])
    gates: GatesAnswer | None = block(GatesAnswer, "null for the plain cell")
    cell: Matrix | Stack | None = states("cell states; null unless LSTM", PER_UNIT)
    layers: list[LayerStates] | None = doc(
        "each layer and direction, from the inputs up; null for a single one",
        shape="(layers · directions)",
        example=[example_of(LayerStates)],
    )


class Overflow(BaseModel):
    """Where the arithmetic first left the finite numbers."""

    step: int = scalar("first such step, counted from 1", 17, "step")
    what: str = scalar("first such array", "h", "name")


class LossAnswer(BaseModel):
    """The loss, averaged over the batch."""

    per_step: Vector = doc("L(t), 0 at a step without loss", shape="(T)", example=[0.69, 0.41])
    total: Number = scalar("L, the sum over steps", 1.1, "nats, or squared units of y")


class LayerGradients(BaseModel):
    """The gradients at the nodes of one layer in one direction."""

    layer: int = scalar("which layer, from 0 at the inputs", 0, "layer")
    direction: Direction = scalar("forward, or reverse: from the last step", "forward", "name")
    dh: Matrix | Stack = states("∂L/∂h(t)", PER_UNIT)
    da: Matrix | Stack = states("∂L/∂a(t), of all gates stacked", PER_GATE)
    dcell: Matrix | Stack | None = states("∂L/∂cell(t); null unless LSTM", PER_UNIT)


class BackwardAnswer(BaseModel):
    """Gradients of the total loss L with respect to every node, all later losses included.

    At states they are the top layer's where there are more.
    """

    do: Matrix | Stack = states("∂L/∂o(t)", PER_OUTPUT)
    dh: Matrix | Stack = states("∂L/∂h(t)", PER_UNIT)
    da: Matrix | Stack = states("∂L/∂a(t), of all gates stacked", PER_GATE)
    dx: Matrix | Stack = states("∂L/∂x(t)", PER_INPUT)
    dh0: Vector | Matrix | Stack = doc("∂L/∂h(0)", shape=INITIAL, example=[0.01, -0.02])
    dcell: Matrix | Stack | None = states("∂L/∂cell(t); null unless LSTM", PER_UNIT)
    dcell0: Vector | Matrix | Stack | None = doc(
        "∂L/∂cell(0); null unless LSTM", shape=INITIAL, example=[0.01, -0.02]
    )
    layers: list[LayerGradients] | None = doc(
        "each layer and direction, from the inputs up; null for a single one",
        shape="(layers · directions)",
        example=[example_of(LayerGradients)],
    )


class GradientNorms(ByParameter):
    """Frobenius norms of the gradients, of every parameter that the network has."""

    __pydantic_extra__: dict[str, Number]  # pyright: ignore[reportIncompatibleVariableOverride]

    U: Number = scalar("‖∂L/∂U‖", 0.1)
    W: Number = scalar("‖∂L/∂W‖", 0.2)
    b: Number = scalar("‖∂L/∂b‖", 0.1)
    b_hn: Number = doc("‖∂L/∂b_hn‖", unit="1", example=0.1, default=None)
    gamma: Number = doc("‖∂L/∂gamma‖", unit="1", example=0.1, default=None)
    gamma_U: Number = doc("‖∂L/∂gamma_U‖", unit="1", example=0.1, default=None)
    gamma_W: Number = doc("‖∂L/∂gamma_W‖", unit="1", example=0.1, default=None)
    V: Number = doc("‖∂L/∂V‖", unit="1", example=0.3, default=None)
    c: Number = doc("‖∂L/∂c‖", unit="1", example=0.1, default=None)
    total: Number = scalar("norm of all gradients together", 0.5)


class ClippedAnswer(BaseModel):
    """The gradients after clipping."""

    scale: float | dict[str, Number] | None = scalar(
        "factor of every gradient; by matrix one for each parameter; by value null", 0.7
    )
    norm_before: Number = scalar("norm of all gradients before", 1.4)
    norm_after: Number = scalar("norm of all gradients after", 1.0)
    gradients: ParametersAnswer = block(ParametersAnswer, "the clipped gradients")


class ForwardAnswer(BaseModel):
    """Answer of /api/v1/forward."""

    network: NetworkAnswer = block(NetworkAnswer, "the network as resolved")
    data: DataAnswer = block(DataAnswer, "the sequence as the network saw it")
    forward: ForwardStates = block(ForwardStates, "the forward pass")
    parameter_count: int = scalar("number of weights", 12, "count")
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


class CompareAnswer(BaseModel):
    """Answer of /api/v1/compare."""

    traces: list[BpttAnswer] = doc(
        "what /bptt answers for each network, in the order of the request",
        shape="(networks)",
        example=[example_of(BpttAnswer)],
    )
