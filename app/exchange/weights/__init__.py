"""Weights from a file: safetensors or npz, in PyTorch's, ONNX's or Keras's layout."""

from app.exchange.weights.assemble import Ignored, Recognised, Weights, assemble
from app.exchange.weights.errors import RECIPE, WeightsError
from app.exchange.weights.files import read_tensors
from app.exchange.weights.layouts import LAYOUTS

__all__ = ["LAYOUTS", "RECIPE", "Ignored", "Recognised", "Weights", "WeightsError", "read_weights"]


def read_weights(
    content: bytes,
    layout: str = "pytorch",
    prefix: str | None = None,
    readout: str | None = None,
    *,
    limit: int,
) -> Weights:
    """Return the network in a file's bytes, and what became of each of its arrays.

    layout: one of `LAYOUTS`. prefix, readout: as `assemble` takes them. limit: bytes of the file,
    and of an npz unpacked. Raises `WeightsError` for whatever cannot be taken; runs nothing that
    the file says, and allocates nothing that the file only claims.
    """
    return assemble(read_tensors(content, limit), layout, prefix, readout)
