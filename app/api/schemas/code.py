"""What a request to /code may say, and its answer."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel

from app.api.schemas.fields import Strict, block, doc
from app.api.schemas.requests import BpttRequest
from app.api.schemas.values import refuse

Language = Literal["numpy", "pytorch", "curl"]

ADDRESS = re.compile(r"https?://[A-Za-z0-9._~%:\[\]-]+(/[A-Za-z0-9._~%/-]*)?")


def check_address(text: str) -> str:
    """Return the address of a server.

    Raises:
        PydanticCustomError: anything that is not plainly one; it becomes part of a command.
    """
    if ADDRESS.fullmatch(text) is None:
        raise refuse("is not an address", text[:60], "such as http://127.0.0.1:8000")
    return text


class CodeRequest(Strict):
    """A /bptt request, and what to write it as."""

    request: BpttRequest = block(
        BpttRequest, "what /bptt takes", example={"data": {"kind": "text", "text": "hello"}}
    )
    language: Language = doc(
        "numpy: everything written out; pytorch: its modules and autograd; curl: a shell script",
        unit="name",
        example="numpy",
    )
    base_url: Annotated[str, AfterValidator(check_address)] = doc(
        "the server that the curl script asks",
        unit="address",
        example="http://127.0.0.1:8000",
        default="http://127.0.0.1:8000",
        max_length=200,
    )


class CodeAnswer(BaseModel):
    """Answer of /api/v1/code."""

    code: str = doc(
        "the program; it prints `loss <value>`, then the norm of each gradient",
        unit="program",
        example="import numpy as np\n…",
    )
    filename: str = doc("a name to save it by", unit="name", example="unrolled-rnn-numpy.py")
