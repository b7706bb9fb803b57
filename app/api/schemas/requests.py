"""What a request may say: one body for forward, bptt and gradcheck, and one for compare."""

from typing import Annotated, Literal

from pydantic import Field

from app.api.schemas.fields import Strict, block, doc
from app.api.schemas.parameters import Array, Parameters
from app.api.schemas.values import Numbers, Texts

Cell = Literal["rnn", "lstm", "gru"]
Activation = Literal["tanh", "sigmoid", "relu", "leaky_relu", "identity"]
Normalization = Literal["none", "batch", "layer"]
Output = Literal["softmax", "sigmoid", "linear"]
Scheme = Literal["normal", "xavier", "orthogonal", "identity"]
TaskName = Literal["copy", "adding", "temporal_order", "parity", "delayed_recall", "sine"]
LossAt = Literal["every", "last"]
InputAt = Literal["every", "first"]
ClipBy = Literal["norm", "matrix", "value"]
Precision = Literal["float64", "float32"]
Include = Literal["credit", "jacobians", "shares", "credit_vectors", "jacobian_matrices"]

LARGEST_INTEGER = 2**53 - 1  # the largest that every JSON reader holds exactly
LARGEST_SEED = LARGEST_INTEGER
MOST_LAYERS = 8
MOST_NETWORKS = 8

DEFAULT_INCLUDE: tuple[Include, ...] = ("credit", "jacobians")


class InitRequest(Strict):
    """How weights are drawn where `parameters` are not given."""

    scheme: Scheme = doc(
        "distribution of U, W and V", unit="name", example="orthogonal", default="orthogonal"
    )
    gain: float = doc("scales U and V", unit="1", example=1.0, default=1.0, ge=0)
    spectral_radius: float | None = doc(
        "rescales W, of a gated cell each gate's block of it, to this spectral radius; "
        "null leaves W as the scheme drew it",
        unit="1",
        example=0.9,
        default=None,
        ge=0,
    )
    forget_bias: float = doc(
        "initial bias of an LSTM's forget gate; without effect on other cells",
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

    cell: Cell = doc("recurrent cell", unit="name", example="rnn", default="rnn")
    activation: Activation = doc(
        "φ in h = φ(a) of the plain cell; gated cells have their own",
        unit="name",
        example="tanh",
        default="tanh",
    )
    normalization: Normalization = doc(
        "normalization of the plain cell's pre-activations: over the batch, which then needs "
        "at least 2 sequences, or over the units of a layer",
        unit="name",
        example="none",
        default="none",
    )
    layers: int = doc(
        "layers, each reading the states of the one below",
        unit="layers",
        example=1,
        default=1,
        ge=1,
        le=MOST_LAYERS,
    )
    bidirectional: bool = doc(
        "whether each layer also runs from the last step to the first",
        unit="true or false",
        example=False,
        default=False,
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
    parameters: Parameters | None = block(
        Parameters, "weights to use as they are; null: drawn by `init`", default=None
    )
    init: InitRequest | None = block(
        InitRequest,
        "how to draw the weights; without effect where `parameters` are given",
        default=None,
    )


INITIAL = "(H) or (B, H); with n layers and directions (n, H) or (n, B, H)"
InitialState = Annotated[Array, Numbers("(H)", "(B, H)", "(n, H)", "(n, B, H)")]


class _AnyData(Strict):
    h0: InitialState | None = doc(
        "state before the first step; null: zeros",
        shape=INITIAL,
        example=[0.0, 0.0],
        default=None,
    )
    cell0: InitialState | None = doc(
        "an LSTM's cell state before the first step; null: zeros",
        shape=INITIAL,
        example=[0.0, 0.0],
        default=None,
    )
    input_at: InputAt = doc(
        "steps that see x: every, or only the first (1 to N)",
        unit="name",
        example="every",
        default="every",
    )


class _Data(_AnyData):
    loss_at: LossAt = doc(
        "steps that have a loss: every (N to N) or the last (N to 1)",
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
    loss_mask: list[bool] | None = doc(
        "which of the steps that `loss_at` names have a loss; null: all of them",
        shape="(T)",
        example=[False, True],
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


class TaskData(_AnyData):
    """A made task, drawn by its seed; the catalogue lists the tasks with their baselines."""

    kind: Literal["task"] = doc("names this form of data", unit="name", example="task")
    name: TaskName = doc("which task", unit="name", example="adding")
    length: int = doc(
        "T; copy and delayed_recall need more steps than their delay",
        unit="steps",
        example=30,
        default=30,
        ge=1,
        le=LARGEST_INTEGER,
    )
    delay: int = doc(
        "steps to remember over; only copy and delayed_recall have one",
        unit="steps",
        example=10,
        default=10,
        ge=0,
        le=LARGEST_INTEGER,
    )
    batch: int = doc(
        "sequences B; a single one has no batch axis",
        unit="sequences",
        example=1,
        default=1,
        ge=1,
        le=LARGEST_INTEGER,
    )
    seed: int = doc(
        "draws the sequences; the same seed, the same data",
        unit="seed",
        example=0,
        default=0,
        ge=0,
        le=LARGEST_SEED,
    )
    loss_at: LossAt | None = doc(
        "steps that have a loss; null: as the task has it",
        unit="name",
        example="last",
        default=None,
    )


AnyData = ArraysData | TextData | SeriesData | TaskData
Data = Annotated[AnyData, Field(discriminator="kind")]
DATA_KINDS: dict[str, type[_AnyData]] = {
    "arrays": ArraysData,
    "text": TextData,
    "series": SeriesData,
    "task": TaskData,
}


class ClipRequest(Strict):
    """Clipping of the gradients."""

    by: ClipBy = doc(
        "norm: of all gradients together; matrix: each parameter's own; value: each entry",
        unit="name",
        example="norm",
    )
    threshold: float = doc("largest norm, or largest absolute entry", unit="1", example=1.0, gt=0)


class _Request(Strict):
    data: Data = doc(
        "the sequence, by `kind`",
        unit="object",
        example={"kind": "text", "text": "hello world"},
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


class BpttRequest(_Request):
    """A network, data, and what to compute. Only `data` is required."""

    network: NetworkRequest = block(
        NetworkRequest,
        "the network; all of it has defaults",
        default_factory=NetworkRequest,
        example={"activation": "tanh", "hidden_size": 8, "init": {"gain": 2.5, "seed": 7}},
    )


class ComparedNetwork(NetworkRequest):
    """One of the networks of a comparison."""

    clip: ClipRequest | None = block(
        ClipRequest,
        "this network's own clipping; absent: the request's; null: none",
        default=None,
    )


class CompareRequest(_Request):
    """Several networks on the same data. Only `networks` and `data` are required."""

    networks: list[ComparedNetwork] = doc(
        "the networks, in the order of the answer's traces",
        shape="(1 to 8 networks)",
        example=[{"cell": "rnn"}, {"cell": "lstm"}],
        min_length=1,
        max_length=MOST_NETWORKS,
    )

    def each(self) -> list[BpttRequest]:
        """Return the /bptt request that each network stands for; already validated."""
        shared = {name: getattr(self, name) for name in _Request.model_fields}
        return [
            BpttRequest.model_construct(
                **shared | {"network": network, "clip": self._clip_of(network)}
            )
            for network in self.networks
        ]

    def _clip_of(self, network: ComparedNetwork) -> ClipRequest | None:
        return network.clip if "clip" in network.model_fields_set else self.clip
