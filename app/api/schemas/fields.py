"""How a field of the API describes itself: words, unit or shape, and an example."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticUndefined


class Strict(BaseModel):
    """A part of a request: unknown fields, loose types, NaN and Infinity are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


def doc(
    description: str,
    *,
    example: Any,
    default: Any = PydanticUndefined,
    shape: str | None = None,
    unit: str | None = None,
    **constraints: Any,
) -> Any:
    """Return a pydantic field that says what it is.

    Args:
        description: what the value means, in the chapter's letters.
        example: a value that would be accepted or answered.
        default: the value when absent; required without one.
        shape: shape of an array, such as "(T, H) or (B, T, H)".
        unit: unit of a scalar ("steps", "1" for a pure number, "name", "object").
        constraints: bounds, as ``pydantic.Field`` takes them.

    Raises:
        ValueError: neither a shape nor a unit was given.
    """
    if shape is None and unit is None:
        raise ValueError(f"say the shape or the unit of: {description}")
    options: dict[str, Any] = {"description": description, "examples": [example], **constraints}
    options["json_schema_extra"] = {"x-shape": shape} if shape else {"x-unit": unit}
    return Field(default, **options)


def example_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return an example of the model, composed of its fields' own examples."""
    return {
        name: info.examples[0]
        for name, info in model.model_fields.items()
        if info.examples and info.examples[0] is not None
    }


def block(model: type[BaseModel], description: str, **options: Any) -> Any:
    """Return a field that holds another model, by default with that model's example."""
    options.setdefault("example", example_of(model))
    return doc(description, unit="object", **options)
