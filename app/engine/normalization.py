"""Normalization of the plain cell."""

from types import ModuleType

NORMALIZATIONS: dict[str, ModuleType | None] = {"none": None}
