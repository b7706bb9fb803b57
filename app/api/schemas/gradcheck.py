"""What the answer of /gradcheck holds. For documentation only, as `answers`."""

from pydantic import BaseModel

from app.api.schemas.fields import block, doc
from app.api.schemas.nested import (
    ByParameter,
    Number,
    scalar,
)


class ParameterCheck(BaseModel):
    """One parameter's gradient against central differences."""

    max_error: Number = scalar("largest error, relative to the gradient and the loss", 1e-9)
    at: list[int] | None = doc(
        "index of that entry; null where no entry could be compared",
        shape="(axes)",
        example=[0, 1],
    )
    ok: bool = scalar("whether the error is below 1e-6", True, "true or false")
    checked: int = scalar("entries compared; of a large parameter a fixed sample", 4, "count")
    kinks: int = scalar("entries left out, at a kink of φ", 0, "count")


class ParameterChecks(ByParameter):
    """A check for each parameter that the network has."""

    __pydantic_extra__: dict[str, ParameterCheck]  # pyright: ignore[reportIncompatibleVariableOverride]

    U: ParameterCheck = block(ParameterCheck, "check of ∂L/∂U")
    W: ParameterCheck = block(ParameterCheck, "check of ∂L/∂W")
    b: ParameterCheck = block(ParameterCheck, "check of ∂L/∂b")
    b_hn: ParameterCheck | None = block(ParameterCheck, "check of ∂L/∂b_hn", default=None)
    gamma: ParameterCheck | None = block(ParameterCheck, "check of ∂L/∂gamma", default=None)
    gamma_U: ParameterCheck | None = block(ParameterCheck, "check of ∂L/∂gamma_U", default=None)
    gamma_W: ParameterCheck | None = block(ParameterCheck, "check of ∂L/∂gamma_W", default=None)
    V: ParameterCheck | None = block(ParameterCheck, "check of ∂L/∂V", default=None)
    c: ParameterCheck | None = block(ParameterCheck, "check of ∂L/∂c", default=None)


class GradcheckAnswer(BaseModel):
    """Answer of /api/v1/gradcheck."""

    parameters: ParameterChecks = block(ParameterChecks, "one check for each parameter")
    ok: bool = scalar("whether every check is", True, "true or false")
