"""What the form of /weights holds, and its answer. For documentation only, as `answers`."""

from typing import Literal

from pydantic import BaseModel

from app.api.schemas.fields import block, doc, example_of
from app.api.schemas.requests import NetworkRequest, Precision

Layout = Literal["pytorch", "onnx", "keras"]


class WeightsForm(BaseModel):
    """The multipart form of /api/v1/weights. Only `file` is required."""

    file: bytes = doc(
        "a safetensors or npz file, told apart by its content; the limit in bytes is in the "
        "catalogue, and an npz must keep to it unpacked too",
        unit="bytes",
        example="@model.safetensors",
    )
    layout: Layout = doc(
        "whose names, axes and gate orders the file has",
        unit="name",
        example="pytorch",
        default="pytorch",
    )
    prefix: str | None = doc(
        "what stands before the names of the recurrent layer to take, where the file has several; "
        "names with commas between are stacked from the bottom up",
        unit="name",
        example="model.lstm",
        default=None,
    )
    readout: str | None = doc(
        "what stands before weight and bias of the linear layer behind it, where several fit; "
        "none: take no readout",
        unit="name",
        example="fc",
        default=None,
    )


class RecognisedArray(BaseModel):
    """An array of the file that became part of the network."""

    name: str = doc("its name in the file", unit="name", example="rnn.bias_hh_l0")
    parameters: list[str] = doc(
        "the parameters that it became, alone or added to another",
        shape="(names)",
        example=["b", "b_hn"],
    )
    shape: list[int] = doc("its shape in the file", shape="(axes)", example=[12])
    dtype: str = doc("its type in the file", unit="name", example="float32")


class IgnoredArray(BaseModel):
    """An array of the file that did not."""

    name: str = doc("its name in the file", unit="name", example="embedding.weight")
    why: str = doc("why not", unit="words", example="reads 300 values; the states have 128")


class WeightsAnswer(BaseModel):
    """Answer of /api/v1/weights."""

    network: NetworkRequest = block(
        NetworkRequest, "ready to post to /forward: cell, layers, parameters; its output is linear"
    )
    precision: Precision = doc(
        "to post with it: float64 where an array of the file needs it",
        unit="name",
        example="float32",
    )
    recognised: list[RecognisedArray] = doc(
        "what became part of the network",
        shape="(arrays)",
        example=[example_of(RecognisedArray)],
    )
    ignored: list[IgnoredArray] = doc(
        "what did not, and why", shape="(arrays)", example=[example_of(IgnoredArray)]
    )
    notes: list[str] = doc(
        "what the file does not say and was assumed, in words",
        shape="(notes)",
        example=["no bias_ih and bias_hh beside rnn.weight_hh_l0: zeros"],
    )
