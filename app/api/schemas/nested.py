"""What the answers' fields share: types of nested numbers, their shapes, their documentation."""

from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from app.api.schemas.fields import doc

Number: TypeAlias = float | None
Vector: TypeAlias = list[Number]
Matrix: TypeAlias = list[Vector]
Stack: TypeAlias = list[Matrix]

PER_UNIT = "(T, H) or (B, T, H)"
PER_OUTPUT = "(T, O) or (B, T, O)"
PER_INPUT = "(T, I) or (B, T, I)"
PER_GATE = "(T, G·H) or (B, T, G·H)"
INITIAL = "(H) or (B, H); with n layers and directions (n, H) or (n, B, H)"
TRIANGLE = "T rows, row t of t + 1 numbers, t from 0"

Direction: TypeAlias = Literal["forward", "reverse"]


def states(description: str, shape: str, example: Any = None) -> Any:
    """Return a field of numbers for each step."""
    return doc(description, shape=shape, example=example or [[0.42, -0.31]])


def gate(description: str) -> Any:
    """Return the field of a gate, absent where the cell has none of that name."""
    return doc(f"{description}, 0 to 1", shape=PER_UNIT, example=[[0.7, 0.4]], default=None)


def scalar(description: str, example: Any, unit: str = "1") -> Any:
    """Return a field of one value."""
    return doc(description, unit=unit, example=example)


class ByParameter(BaseModel):
    """One entry for each parameter; other layers and directions as `U_l1`, `W_l0_reverse`, …"""

    model_config = ConfigDict(extra="allow")
