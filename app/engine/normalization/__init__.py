"""Normalized twins of the plain cell: one file each, functions named as in `cells`.

ε = 1e-5 and the biased variance, as in PyTorch; the shift is left to b. Both differentiate
through their statistics.
"""

from types import ModuleType

from app.engine.normalization import batch, layer

NORMALIZATIONS: dict[str, ModuleType | None] = {"none": None, "batch": batch, "layer": layer}
