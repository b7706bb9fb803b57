"""What a request to /sample may say, and its answer."""

from typing import Annotated

from pydantic import BaseModel, StringConstraints

from app.api.schemas.fields import Strict, block, doc
from app.api.schemas.nested import Matrix
from app.api.schemas.requests import LARGEST_SEED, NetworkRequest

LONGEST_TEXT = 5000


class SampleRequest(Strict):
    """A network that has learnt text, and how to let it write."""

    network: NetworkRequest = block(
        NetworkRequest,
        "the network, mostly with the `parameters` of a training; its I and O are the labels",
        default_factory=NetworkRequest,
        example={"hidden_size": 8, "init": {"seed": 7}},
    )
    labels: list[Annotated[str, StringConstraints(min_length=1, max_length=1)]] = doc(
        "the character of each input and output, in order; `labels` of a training",
        shape="(O)",
        example=["h", "e", "l", "o"],
        min_length=2,
    )
    prompt: str = doc(
        "what the network reads first, of the labels; empty: it begins at the first label",
        unit="characters",
        example="hel",
        default="",
        max_length=LONGEST_TEXT,
    )
    length: int = doc(
        "characters to write",
        unit="characters",
        example=20,
        default=200,
        ge=1,
        le=LONGEST_TEXT,
    )
    temperature: float = doc(
        "divides o before the softmax: below 1 bolder, above 1 more varied",
        unit="1",
        example=0.8,
        default=0.8,
        gt=0,
    )
    seed: int = doc(
        "draws the characters; the same seed, the same text",
        unit="seed",
        example=0,
        default=0,
        ge=0,
        le=LARGEST_SEED,
    )


class SampleAnswer(BaseModel):
    """Answer of /api/v1/sample."""

    text: str = doc("the text, without the prompt", unit="characters", example="lo")
    probabilities: Matrix = doc(
        "what each character was drawn from",
        shape="(length, O)",
        example=[[0.1, 0.1, 0.7, 0.1], [0.1, 0.1, 0.1, 0.7]],
    )
