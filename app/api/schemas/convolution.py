"""What /convolution takes and answers."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict

from app.api.schemas.answers import LossAnswer, Overflow, SequenceAnswer
from app.api.schemas.fields import Strict, block, doc
from app.api.schemas.nested import (
    PER_INPUT,
    PER_OUTPUT,
    PER_UNIT,
    TRIANGLE,
    ByParameter,
    Matrix,
    Number,
    Stack,
    Vector,
    scalar,
    states,
)
from app.api.schemas.parameters import Array
from app.api.schemas.requests import (
    LARGEST_INTEGER,
    LARGEST_SEED,
    Activation,
    Data,
    Output,
    Precision,
)
from app.api.schemas.values import Numbers, refuse

Scheme = Literal["normal", "xavier", "orthogonal"]

MOST_LAYERS = 8
MOST_TAPS = 64
WIDEST_DILATION = 16
ABOVE = re.compile(r"^[Ub]_l[1-7]$")


def check_name(name: str) -> str:
    """Return the name of a parameter above the first layer.

    Raises:
        PydanticCustomError: any other name.
    """
    if ABOVE.match(name) is None:
        raise refuse("is not a known parameter", name, "U, b, V, c; U_l1, b_l1, … above")
    return name


class ConvolutionInit(Strict):
    """How kernels are drawn where `parameters` are not given."""

    scheme: Scheme = doc(
        "distribution of U and V; a kernel's fan-in counts every tap",
        unit="name",
        example="xavier",
        default="xavier",
    )
    gain: float = doc("scales U and V", unit="1", example=1.0, default=1.0, ge=0)
    seed: int = doc(
        "draws the weights; the same seed, the same weights",
        unit="seed",
        example=7,
        default=0,
        ge=0,
        le=LARGEST_SEED,
    )


class ConvolutionParameters(Strict):
    """The weights: one kernel a layer, as PyTorch's Conv1d has it, and the readout."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[  # pyright: ignore[reportIncompatibleVariableOverride]
        Annotated[str, AfterValidator(check_name)],
        Annotated[Array, Numbers("(H)", "(H, H, K)")],
    ]

    U: Annotated[Array, Numbers("(H, I, K)")] = doc(
        "kernel; its last tap sees x(t), the one before it x(t − dilation), …",
        shape="(H, I, K)",
        example=[[[0.5, -0.3]], [[0.1, 0.8]]],
    )
    b: Annotated[Array, Numbers("(H)")] = doc("bias", shape="(H)", example=[0.0, 0.1])
    V: Annotated[Array, Numbers("(O, H)")] = doc(
        "readout weights: o(t) = V h(t) + c", shape="(O, H)", example=[[1.0, -1.0]]
    )
    c: Annotated[Array, Numbers("(O)")] = doc("bias of the readout", shape="(O)", example=[0.0])

    def given(self) -> dict[str, Array]:
        """Return every array by name."""
        own = {name: getattr(self, name) for name in type(self).model_fields}
        return own | (self.__pydantic_extra__ or {})


class ConvolutionNetwork(Strict):
    """A stack of causal convolutions by its weights, or by how to draw them."""

    activation: Activation = doc("φ in h = φ(a)", unit="name", example="tanh", default="tanh")
    output: Output | None = doc(
        "readout and its loss; null: softmax, or linear for a series",
        unit="name",
        example="softmax",
        default=None,
    )
    hidden_size: int | None = doc(
        "H, channels of every layer; null: U's rows, else the documented default",
        unit="channels",
        example=8,
        default=None,
        ge=1,
        le=LARGEST_INTEGER,
    )
    output_size: int | None = doc(
        "O; null: V's rows, else what the data needs",
        unit="units",
        example=8,
        default=None,
        ge=1,
        le=LARGEST_INTEGER,
    )
    kernel_size: int | None = doc(
        "K, taps of every kernel; null: U's last axis, else 3",
        unit="steps",
        example=3,
        default=None,
        ge=1,
        le=MOST_TAPS,
    )
    layers: int = doc(
        "layers, each reading the one below",
        unit="layers",
        example=2,
        default=1,
        ge=1,
        le=MOST_LAYERS,
    )
    dilation: int = doc(
        "layer l's taps are dilation to the power of l steps apart, l from 0",
        unit="steps",
        example=2,
        default=1,
        ge=1,
        le=WIDEST_DILATION,
    )
    parameters: ConvolutionParameters | None = block(
        ConvolutionParameters, "weights to use as they are; null: drawn by `init`", default=None
    )
    init: ConvolutionInit | None = block(
        ConvolutionInit,
        "how to draw the weights; without effect where `parameters` are given",
        default=None,
    )


class ConvolutionRequest(Strict):
    """A convolution and a sequence. Only `data` is required; targets are optional."""

    data: Data = doc(
        "the sequence, by `kind`, as /bptt takes it",
        unit="object",
        example={"kind": "text", "text": "hello world"},
    )
    network: ConvolutionNetwork = block(
        ConvolutionNetwork, "the convolution; all of it has defaults",
        default_factory=ConvolutionNetwork,
        example={"kernel_size": 3, "layers": 2, "dilation": 2},
    )  # fmt: skip
    precision: Precision = doc(
        "floating-point type of every array", unit="name", example="float64", default="float64"
    )
    include: list[Literal["credit"]] = doc(
        "optional blocks of the answer: the triangle of ‖∂L(t)/∂x(k)‖",
        shape="(any number of names)",
        example=["credit"],
        default_factory=lambda: ["credit"],
        max_length=20,
    )


class Kernels(ByParameter):
    """One array for each parameter; layers above the first as `U_l1`, `b_l1`, …"""

    __pydantic_extra__: dict[str, Stack | Vector]  # pyright: ignore[reportIncompatibleVariableOverride]

    U: Stack = doc("kernel", shape="(H, I, K)", example=[[[0.5, -0.3]], [[0.1, 0.8]]])
    b: Vector = doc("bias", shape="(H)", example=[0.0, 0.1])
    V: Matrix = doc("readout weights", shape="(O, H)", example=[[1.0, -1.0]])
    c: Vector = doc("bias of the readout", shape="(O)", example=[0.0])


class ConvolutionNetworkAnswer(BaseModel):
    """The convolution as resolved, ready to be posted again."""

    activation: Activation = scalar("φ in h = φ(a)", "tanh", "name")
    output: Output = scalar("readout and its loss", "softmax", "name")
    hidden_size: int = scalar("channels H", 8, "channels")
    output_size: int = scalar("outputs O", 8, "units")
    kernel_size: int = scalar("taps K of every kernel", 3, "steps")
    layers: int = scalar("layers", 1, "layers")
    dilation: int = scalar("layer l's taps are dilation^l steps apart", 1, "steps")
    parameters: Kernels = block(Kernels, "the weights that were used")
    init: ConvolutionInit | None = block(
        ConvolutionInit, "how the weights were drawn; null where they were given"
    )


class LayerChannels(BaseModel):
    """The outputs of one layer."""

    layer: int = scalar("which layer, from 0 at the inputs", 0, "layer")
    h: Matrix | Stack = states("its channels", PER_UNIT)


class ConvolutionStates(BaseModel):
    """The top layer's pre-activations and channels, readouts, predictions."""

    a: Matrix | Stack = states("pre-activations", PER_UNIT)
    h: Matrix | Stack = states("channels, h(t) = φ(a(t))", PER_UNIT)
    o: Matrix | Stack = states("readouts, o(t) = V h(t) + c", PER_OUTPUT)
    y_hat: Matrix | Stack = states("predictions, ŷ(t) = σ(o(t))", PER_OUTPUT)
    layers: list[LayerChannels] = doc(
        "every layer, from the inputs up", shape="(layers)", example=[{"layer": 0, "h": [[0.4]]}]
    )


class ReceptiveField(BaseModel):
    """What each output can see."""

    size: int = scalar(
        "inputs an output sees, its own included: 1 + (K−1)·Σ dilation^l", 7, "steps"
    )
    first: list[int] = doc(
        "the first step that the output at t sees, counted from 1", shape="(T)", example=[1, 1, 2]
    )


class ConvolutionBackward(BaseModel):
    """Gradients of the total loss at the inputs."""

    dx: Matrix | Stack = states("∂L/∂x(t)", PER_INPUT)


class ConvolutionCredit(BaseModel):
    """The triangle of a convolution: its rows end at the receptive field."""

    dx_norm: Matrix = doc(
        "‖∂L(t)/∂x(k)‖, 0 beyond the receptive field", shape=TRIANGLE, example=[[0.5], [0.3, 0.6]]
    )


class KernelNorms(ByParameter):
    """The Frobenius norm of each parameter's gradient."""

    __pydantic_extra__: dict[str, Number]  # pyright: ignore[reportIncompatibleVariableOverride]

    total: Number = scalar("norm of all gradients together", 0.5)


class ConvolutionAnswer(BaseModel):
    """Answer of /api/v1/convolution; what needs targets is null where the data has none."""

    network: ConvolutionNetworkAnswer = block(ConvolutionNetworkAnswer, "as resolved")
    data: SequenceAnswer = block(SequenceAnswer, "the sequence as the convolution saw it")
    forward: ConvolutionStates = block(ConvolutionStates, "the forward pass")
    receptive_field: ReceptiveField = block(ReceptiveField, "what each output can see")
    loss: LossAnswer | None = block(LossAnswer, "the losses")
    backward: ConvolutionBackward | None = block(ConvolutionBackward, "gradients at the inputs")
    gradients: Kernels | None = block(Kernels, "∂L/∂ each parameter")
    gradient_norms: KernelNorms | None = block(KernelNorms, "their norms")
    credit: ConvolutionCredit | None = block(ConvolutionCredit, "null unless asked for")
    parameter_count: int = scalar("numbers in all parameters together", 61, "count")
    overflow: Overflow | None = block(Overflow, "null while every number is finite")
