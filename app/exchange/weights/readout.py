"""A linear layer behind the recurrent ones: V and c, where there is exactly one that it can be."""

import re
from dataclasses import dataclass

from app.exchange.weights.errors import WeightsError
from app.exchange.weights.tensors import Tensor, listed, shape_text

MATRIX = {
    "pytorch": re.compile(r"(|.*[./_:])weight", re.S),
    "onnx": re.compile(r"(|.*[./_:])weight", re.S),
    "keras": re.compile(r"(|.*[./])kernel(?::0)?", re.S),
}
EMBEDDING = re.compile(r"(^|[./_:])(word_?)?emb(ed(ding)?s?)?([./_:]|\d|$)", re.I)
SEPARATORS = "./_:"


@dataclass(frozen=True, eq=False)
class Linear:
    """A matrix and its bias in the file, by the prefix of both; `turned` where rows are inputs."""

    prefix: str
    weight: Tensor
    bias: Tensor | None
    turned: bool

    @property
    def reads(self) -> int:
        """Values that enter it."""
        return self.weight.shape[0 if self.turned else 1]

    @property
    def gives(self) -> int:
        """Values that leave it."""
        return self.weight.shape[1 if self.turned else 0]


@dataclass(frozen=True, eq=False)
class Found:
    """The readout, None where there is none; and why other matrices are not it, by name."""

    linear: Linear | None
    why: dict[str, str]


def find_readout(
    tensors: list[Tensor], layout: str, width: int, inputs: int, wanted: str | None
) -> Found:
    """Return the linear layer that reads `width` states.

    Without `wanted` (its prefix) it must be the only one that fits, none may follow it, and it must
    not be an embedding. "none" wants none. Raises `WeightsError` where the wanted one misfits.
    """
    linears = _linears(tensors, layout)
    if wanted is not None and wanted.strip(SEPARATORS) != "none":
        return Found(_wanted(linears, wanted, width), {})
    why = {
        each.weight.name: f"reads {each.reads} values; the states have {width}" for each in linears
    }
    fits = [each for each in linears if each.reads == width and _bias_fits(each)]
    if wanted is not None:
        return Found(None, why | _all(fits, "no readout was wanted"))
    likely = [each for each in fits if not _maybe_embedding(each, inputs)]
    why |= _all(fits, "may be an embedding; if it is the readout, name it in the field readout")
    if len(likely) > 1:
        names = listed([each.prefix.rstrip(SEPARATORS) for each in likely])
        return Found(None, why | _all(likely, f"several fit ({names}): name one in readout"))
    if not likely:
        return Found(None, why)
    behind = [each for each in linears if each is not likely[0] and each.reads == likely[0].gives]
    if any(not EMBEDDING.search(each.prefix) for each in behind):
        followed = f"{behind[0].weight.name} seems to follow it: no single readout"
        return Found(None, why | _all(likely, followed))
    return Found(likely[0], why)


def _linears(tensors: list[Tensor], layout: str) -> list[Linear]:
    named = {tensor.name: tensor for tensor in tensors}
    found = []
    for tensor in tensors:
        match = MATRIX[layout].fullmatch(tensor.name)
        if match is None or len(tensor.shape) != 2 or tensor.values is None:
            continue
        ending = tensor.name[len(match[1]) :].replace("weight", "bias").replace("kernel", "bias")
        found.append(Linear(match[1], tensor, named.get(match[1] + ending), layout == "keras"))
    return found


def _wanted(linears: list[Linear], wanted: str, width: int) -> Linear:
    same = [each for each in linears if each.prefix.rstrip(SEPARATORS) == wanted.rstrip(SEPARATORS)]
    if len(same) != 1:
        known = listed([each.prefix.rstrip(SEPARATORS) for each in linears]) or "none"
        raise WeightsError(f"{wanted!r} is no linear layer of the file: {known}", field="readout")
    linear = same[0]
    if linear.reads != width or not _bias_fits(linear):
        raise WeightsError(
            f"{linear.weight.name} has shape {shape_text(linear.weight.shape)} and reads "
            f"{linear.reads} values; the states have {width}", field="readout",
        )  # fmt: skip
    return linear


def _bias_fits(linear: Linear) -> bool:
    return linear.bias is None or linear.bias.shape == (linear.gives,)


def _maybe_embedding(linear: Linear, inputs: int) -> bool:
    """An embedding has no bias and as many columns as enter the recurrent layer."""
    if linear.bias is not None:
        return False
    return bool(EMBEDDING.search(linear.prefix)) or linear.reads == inputs


def _all(linears: list[Linear], why: str) -> dict[str, str]:
    return {each.weight.name: why for each in linears}
