"""The figures of a /bptt answer: the credit triangle, shares, Jacobians, the horizon.

For documentation only, as `answers`.
"""

from pydantic import BaseModel

from app.api.schemas.fields import block, doc, example_of
from app.api.schemas.nested import (
    TRIANGLE,
    Direction,
    Matrix,
    Number,
    Stack,
    Vector,
    scalar,
)


class CreditVectors(BaseModel):
    """The vectors behind the triangle."""

    dh: Stack | list[Stack] = doc(
        "∂L(t)/∂h(k), itself, not its norm",
        shape="T rows, row t of t + 1 vectors (H), or of (B, H) with a batch",
        example=[[[0.1, -0.2]], [[0.02, 0.01], [0.3, -0.1]]],
    )
    da: Stack | list[Stack] = doc(
        "∂L(t)/∂a(k), of all gates stacked",
        shape="T rows, row t of t + 1 vectors (G·H), or of (B, G·H) with a batch",
        example=[[[0.1, -0.1]], [[0.02, 0.01], [0.2, -0.1]]],
    )
    dcell: Stack | list[Stack] | None = doc(
        "∂L(t)/∂cell(k); LSTM only",
        shape="T rows, row t of t + 1 vectors (H), or of (B, H) with a batch",
        example=[[[0.1, -0.2]], [[0.02, 0.01], [0.3, -0.1]]],
        default=None,
    )


class _Triangle(BaseModel):
    dh_norm: Matrix = doc("‖∂L(t)/∂h(k)‖", shape=TRIANGLE, example=[[0.5], [0.3, 0.6]])
    da_norm: Matrix = doc(
        "‖∂L(t)/∂a(k)‖, of all gates; the plain slope's factor at k is da_norm / dh_norm",
        shape=TRIANGLE,
        example=[[0.4], [0.2, 0.5]],
    )
    dW_norm: Matrix = doc(
        "norm of step k's term in ∂L(t)/∂W", shape=TRIANGLE, example=[[0.0], [0.1, 0.3]]
    )
    dU_norm: Matrix = doc(
        "norm of step k's term in ∂L(t)/∂U", shape=TRIANGLE, example=[[0.4], [0.2, 0.5]]
    )
    dcell_norm: Matrix | None = doc(
        "‖∂L(t)/∂cell(k)‖; null unless LSTM", shape=TRIANGLE, example=[[0.5], [0.4, 0.6]]
    )


class LayerCredit(_Triangle):
    """The triangle of one layer in one direction.

    Rows are ragged as the top layer's, but where every loss reaches every step: in the reverse
    direction, and below a bidirectional layer, rows hold all T steps.
    """

    layer: int = scalar("which layer, from 0 at the inputs", 0, "layer")
    direction: Direction = scalar("forward, or reverse: from the last step", "forward", "name")


class CreditAnswer(_Triangle):
    """The credit triangle: the gradient that the loss at step t sends to step k ≤ t.

    With a batch, √B times the Frobenius norm: the root mean square over
    sequences of each sequence's own norm. Of several layers the top one's, forwards.
    """

    vectors: CreditVectors | None = block(CreditVectors, "null unless credit_vectors was included")
    layers: list[LayerCredit] | None = doc(
        "the triangle of each layer and direction; null for a single one",
        shape="(layers · directions)",
        example=[example_of(LayerCredit)],
    )


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


class BlockAnswer(BaseModel):
    """One gate's block of W."""

    spectral_radius: Number = scalar("largest |eigenvalue|", 0.9)
    singular_values: Vector = doc("largest first", shape="(H)", example=[0.95, 0.66])


class BlocksAnswer(BaseModel):
    """The recurrent block of each gate: LSTM four, GRU three."""

    input: BlockAnswer | None = block(BlockAnswer, "of the input gate", default=None)
    forget: BlockAnswer | None = block(BlockAnswer, "of the forget gate", default=None)
    reset: BlockAnswer | None = block(BlockAnswer, "of the reset gate", default=None)
    update: BlockAnswer | None = block(BlockAnswer, "of the update gate", default=None)
    candidate: BlockAnswer = block(BlockAnswer, "of the candidate")
    output: BlockAnswer | None = block(BlockAnswer, "of the output gate", default=None)


class JacobiansAnswer(BaseModel):
    """The factors from step to step of the state: diag(φ'(a(t))) W for the plain cell.

    S is H; for the LSTM 2H, the state being h and the cell state. With a batch they are its
    first sequence's, of several layers the top one's, forwards. With batch normalization the
    norms are the ratios along the path of the last loss, over the whole batch.
    """

    spectral_norm: Vector = doc("‖∂h(t)/∂h(t−1)‖₂", shape="(T)", example=[0.8, 0.7])
    slope_mean: Vector | None = doc(
        "mean of φ'(a(t)) over the units; null for gated cells", shape="(T)", example=[0.6, 0.5]
    )
    product_norm: Vector = doc(
        "‖∂h(T)/∂h(k)‖₂, the product of all factors after step k", shape="(T)", example=[0.7, 1.0]
    )
    spectral_radius: Number = scalar(
        "largest |eigenvalue| of W, of a gated cell's blocks the largest one's", 0.9
    )
    singular_values: Vector = doc(
        "of W, of a gated cell of that block, largest first", shape="(H)", example=[0.95, 0.66]
    )
    blocks: BlocksAnswer | None = block(
        BlocksAnswer, "each gate's block of W; null for the plain cell"
    )
    matrices: Stack | None = doc(
        "the factors themselves; null unless jacobian_matrices was included, and with batch "
        "normalization, which couples the sequences",
        shape="(T, S, S)",
        example=[[[0.5, 0.1], [0.0, 0.4]]],
    )


class HorizonAnswer(BaseModel):
    """How ‖∂L(t)/∂h(k)‖ changes with the distance t − k: a line through its logarithm.

    The LSTM's is measured at its cell state.
    """

    half_life: Number = scalar("distance that halves it; null where it does not fall", 6.3, "steps")
    doubling: Number = scalar(
        "distance that doubles it; null where it does not grow", None, "steps"
    )
    r2: Number = scalar("the fit's coefficient of determination; null without a fit", 0.98)
    zeros: int = scalar("norms that are 0 and left out of the fit", 0, "count")
