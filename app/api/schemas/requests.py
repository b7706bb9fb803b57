"""What a request may say: one body for forward, bptt and gradcheck."""

from typing import Annotated, Any, Literal

from numpy.typing import NDArray
from pydantic import Field

from app.api.schemas.fields import Strict, block, doc
from app.api.schemas.values import Numbers, Texts

Array = NDArray[Any]
Activation = Literal["tanh", "sigmoid", "relu", "leaky_relu", "identity"]
Output = Literal["softmax", "sigmoid", "linear"]
Scheme = Literal["normal", "xavier", "orthogonal", "identity"]
LossAt = Literal["every", "last"]
InputAt = Literal["every", "first"]
ClipBy = Literal["norm", "matrix", "value"]
Precision = Literal["float64", "float32"]
Include = Literal["credit", "jacobians", "shares", "credit_vectors", "jacobian_matrices"]

LARGEST_SEED = 2**53 - 1  # the largest integer that every JSON reader holds exactly

DEFAULT_INCLUDE: tuple[Include, ...] = ("credit", "jacobians")


class Parameters(Strict):
    """The weights of a plain cell and its readout. V and c may be absent together: then o = h."""

    U: Annotated[Array, Numbers("(H, I)")] = doc(
        "input weights: a(t) = U x(t) + W h(t−1) + b",
        shape="(H, I)",
        example=[[0.5, -0.3], [0.1, 0.8]],
    )
    W: Annotated[Array, Numbers("(H, H)")] = doc(
        "recurrent weights, shared by every step", shape="(H, H)", example=[[0.9, 0.0], [0.2, 0.7]]
    )
    b: Annotated[Array, Numbers("(H)")] = doc(
        "bias of the hidden units", shape="(H)", example=[0.0, 0.1]
    )
    V: Annotated[Array, Numbers("(O, H)")] | None = doc(
        "readout weights: o(t) = V h(t) + c",
        shape="(O, H)",
        example=[[1.0, -1.0], [0.4, 0.3]],
        default=None,
    )
    c: Annotated[Array, Numbers("(O)")] | None = doc(
        "bias of the readout", shape="(O)", example=[0.0, 0.0], default=None
    )


class InitRequest(Strict):
    """How weights are drawn where `parameters` are not given."""

    scheme: Scheme = doc(
        "distribution of U, W and V", unit="name", example="orthogonal", default="orthogonal"
    )
    gain: float = doc("scales U and V", unit="1", example=1.0, default=1.0, ge=0)
    spectral_radius: float | None = doc(
        "rescales W to this spectral radius; null leaves W as the scheme drew it",
        unit="1",
        example=0.9,
        default=None,
        ge=0,
    )
    forget_bias: float = doc(
        "initial bias of an LSTM's forget gate; without effect on the plain cell",
        unit="1",
        example=1.0,
        default=1.0,
    )
    seed: int = doc(
        "draws the weights; the same seed, the same weights",
        unit="seed",
        example=7,
        default=0,
        ge=0,
        le=LARGEST_SEED,
    )


class NetworkRequest(Strict):
    """A network by its weights, or by how to draw them."""

    cell: Literal["rnn"] = doc("recurrent cell", unit="name", example="rnn", default="rnn")
    activation: Activation = doc("φ in h = φ(a)", unit="name", example="tanh", default="tanh")
    normalization: Literal["none"] = doc(
        "normalization of the pre-activations", unit="name", example="none", default="none"
    )
    output: Output | None = doc(
        "readout and its loss; null: softmax, or linear for a series",
        unit="name",
        example="softmax",
        default=None,
    )
    hidden_size: int | None = doc(
        "H; null: W's rows, else the documented default",
        unit="units",
        example=8,
        default=None,
        ge=1,
    )
    output_size: int | None = doc(
        "O; null: V's rows, else what the data needs", unit="units", example=8, default=None, ge=1
    )
    parameters: Parameters | None = block(
        Parameters, "weights to use as they are; null: drawn by `init`", default=None
    )
    init: InitRequest | None = block(
        InitRequest,
        "how to draw the weights; without effect where `parameters` are given",
        default=None,
    )


class _Data(Strict):
    h0: Annotated[Array, Numbers("(H)", "(B, H)")] | None = doc(
        "state before the first step; null: zeros",
        shape="(H) or (B, H)",
        example=[0.0, 0.0],
        default=None,
    )
    loss_at: LossAt = doc(
        "steps that have a loss: every (N to N) or the last (N to 1)",
        unit="name",
        example="every",
        default="every",
    )
    input_at: InputAt = doc(
        "steps that see x: every, or only the first (1 to N)",
        unit="name",
        example="every",
        default="every",
    )


class ArraysData(_Data):
    """The caller's own numbers."""

    kind: Literal["arrays"] = doc("names this form of data", unit="name", example="arrays")
    x: Annotated[Array, Numbers("(T, I)", "(B, T, I)")] = doc(
        "inputs", shape="(T, I) or (B, T, I)", example=[[1.0, 0.0], [0.0, 1.0]]
    )
    y: (
        Annotated[
            Array,
            Numbers("a single number", "(T)", "(T, O)", "(B, T)", "(B, T, O)", keep_integers=True),
        ]
        | None
    ) = doc(
        "targets: class indices for softmax, values for sigmoid and linear; with loss_at "
        "last a single step's may stand for all; /forward does not need them",
        shape="softmax (T) or (B, T); else (T, O) or (B, T, O); one axis less for a single target",
        example=[1, 0],
        default=None,
    )


class TextData(_Data):
    """Text, one-hot by character, each character predicting the next."""

    kind: Literal["text"] = doc("names this form of data", unit="name", example="text")
    text: Annotated[str | list[str], Texts()] = doc(
        "a text of at least two characters, or a batch of texts of one length; T is length − 1",
        shape="(T + 1) characters, or B of them",
        example="hello world",
    )


class SeriesData(_Data):
    """A series of values, standardised, each value predicting the next."""

    kind: Literal["series"] = doc("names this form of data", unit="name", example="series")
    values: Annotated[Array, Numbers("(T + 1)")] = doc(
        "values in order; T is their number − 1",
        shape="(T + 1)",
        example=[5.0, 11.0, 16.0, 23.0, 36.0],
    )


Data = Annotated[ArraysData | TextData | SeriesData, Field(discriminator="kind")]
DATA_KINDS: dict[str, type[_Data]] = {"arrays": ArraysData, "text": TextData, "series": SeriesData}


class ClipRequest(Strict):
    """Clipping of the gradients."""

    by: ClipBy = doc(
        "norm: of all gradients together; matrix: each parameter's own; value: each entry",
        unit="name",
        example="norm",
    )
    threshold: float = doc("largest norm, or largest absolute entry", unit="1", example=1.0, gt=0)


class BpttRequest(Strict):
    """A network, data, and what to compute. Only `data` is required."""

    data: Data = doc(
        "the sequence, by `kind`",
        unit="object",
        example={"kind": "text", "text": "hello world"},
    )
    network: NetworkRequest = block(
        NetworkRequest,
        "the network; all of it has defaults",
        default_factory=NetworkRequest,
        example={"activation": "tanh", "hidden_size": 8, "init": {"gain": 2.5, "seed": 7}},
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
    )
    precision: Precision = doc(
        "floating-point type of every array", unit="name", example="float64", default="float64"
    )
    include: list[Include] = doc(
        "optional blocks of the answer; the others are null. credit brings the horizon; "
        "the last two are heavy",
        shape="(any number of names)",
        example=["credit", "jacobians"],
        default_factory=lambda: list(DEFAULT_INCLUDE),
        max_length=20,
    )
