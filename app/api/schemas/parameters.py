"""The weights of a request: an array for each name, a layer's and a direction's by suffix."""

import re
from typing import Annotated, Any

from numpy.typing import NDArray
from pydantic import AfterValidator, ConfigDict, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from app.api.schemas.fields import Strict, doc
from app.api.schemas.values import Numbers, refuse

Array = NDArray[Any]

OF_A_LAYER = ("U", "W", "b", "b_hn", "gamma", "gamma_U", "gamma_W")
SUFFIXED = rf"^({'|'.join(OF_A_LAYER)})_(l[1-9][0-9]?(_reverse)?|l0_reverse)$"
KNOWN = f"{', '.join(OF_A_LAYER)}, V, c; but for V and c also with _l1, _l0_reverse, _l1_reverse, …"


def check_name(name: str) -> str:
    """Return the name of a parameter above the first layer, or of the other direction.

    Raises:
        PydanticCustomError: any other name; which of them a network has is the engine's to say.
    """
    if re.match(SUFFIXED, name) is None:
        raise refuse("is not a known parameter", name, KNOWN)
    return name


class Parameters(Strict):
    """The weights of a network: G gates stacked (LSTM 4, GRU 3, the plain cell 1).

    These names are the first layer's, forwards. Other layers and directions carry PyTorch's
    suffixes: `U_l1`, `W_l0_reverse`, `b_l1_reverse`, …; there U has the columns of the layer
    below. V and c may be absent together: then o = h.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[  # pyright: ignore[reportIncompatibleVariableOverride]
        Annotated[str, AfterValidator(check_name)], Annotated[Array, Numbers("(n)", "(n, m)")]
    ]

    U: Annotated[Array, Numbers("(G·H, I)")] = doc(
        "input weights: a(t) = U x(t) + W h(t−1) + b; the gates' rows in the catalogue's order",
        shape="(G·H, I)",
        example=[[0.5, -0.3], [0.1, 0.8]],
    )
    W: Annotated[Array, Numbers("(G·H, H)")] = doc(
        "recurrent weights, shared by every step",
        shape="(G·H, H)",
        example=[[0.9, 0.0], [0.2, 0.7]],
    )
    b: Annotated[Array, Numbers("(G·H)")] = doc("bias", shape="(G·H)", example=[0.0, 0.1])
    b_hn: Annotated[Array, Numbers("(H)")] | None = doc(
        "the GRU candidate's recurrent bias, inside the reset gate's product; GRU only",
        shape="(H)",
        example=[0.0, 0.0],
        default=None,
    )
    gamma: Annotated[Array, Numbers("(H)")] | None = doc(
        "scale of U x + W h; layer normalization only",
        shape="(H)",
        example=[1.0, 1.0],
        default=None,
    )
    gamma_U: Annotated[Array, Numbers("(H)")] | None = doc(
        "scale of U x; batch normalization only", shape="(H)", example=[1.0, 1.0], default=None
    )
    gamma_W: Annotated[Array, Numbers("(H)")] | None = doc(
        "scale of W h; batch normalization only", shape="(H)", example=[1.0, 1.0], default=None
    )
    V: Annotated[Array, Numbers("(O, H)")] | None = doc(
        "readout weights: o(t) = V h(t) + c",
        shape="(O, H); bidirectional (O, 2H)",
        example=[[1.0, -1.0], [0.4, 0.3]],
        default=None,
    )
    c: Annotated[Array, Numbers("(O)")] | None = doc(
        "bias of the readout", shape="(O)", example=[0.0, 0.0], default=None
    )

    def given(self) -> dict[str, Array]:
        """Return every array that is there, by name."""
        own = {name: getattr(self, name) for name in type(self).model_fields}
        return {
            n: array for n, array in (own | self.__pydantic_extra__).items() if array is not None
        }

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        reference = handler(core)
        schema = handler.resolve_ref_schema(reference)
        others = schema["additionalProperties"]
        schema |= {"additionalProperties": False, "patternProperties": {SUFFIXED: others}}
        return reference
