"""From a file's arrays to one network, with a report of what became what."""

from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from app.engine.errors import EngineError
from app.engine.network import Network, parts
from app.exchange.weights.errors import WeightsError
from app.exchange.weights.layouts import LAYOUTS, Arrays, Piece, Slot
from app.exchange.weights.readout import SEPARATORS, Found, find_readout
from app.exchange.weights.tensors import Tensor, listed, shape_text

Module = dict[tuple[int, bool], Arrays]


class Recognised(TypedDict):
    """An array of the file that became part of the network."""

    name: str
    parameters: list[str]
    shape: tuple[int, ...]
    dtype: str


class Ignored(TypedDict):
    """An array of the file that did not."""

    name: str
    why: str


@dataclass(frozen=True, eq=False)
class Weights:
    """The network of a file (its output is linear), and the report.

    notes: what the file does not say and was assumed.
    """

    network: Network
    recognised: list[Recognised]
    ignored: list[Ignored]
    notes: list[str]


def assemble(
    tensors: list[Tensor],
    layout: str,
    prefix: str | None = None,
    readout: str | None = None,
) -> Weights:
    """Return the network that the arrays make in a layout.

    prefix: which recurrent layer, where there are several; names with commas between are stacked
    from the bottom up. readout: the prefix of the linear layer, or "none". Raises `WeightsError`.
    """
    modules = _modules(tensors, layout)
    chosen = _choose(modules, tensors, layout, prefix)
    layers = [layer for name in chosen for layer in _layers(modules[name], layout)]
    both = _same_directions(layers)
    pieces = [piece for layer in layers for piece in layer]
    _same_cell(pieces)
    parameters, recognised = _parameters(pieces, len(layers), both)
    used = {entry["name"] for entry in recognised}
    left = [tensor for tensor in tensors if tensor.name not in used]
    width, inputs = (1 + both) * pieces[0].H, pieces[0].U.shape[1]
    found = find_readout(left, layout, width, inputs, readout)
    notes = _notes(pieces, found)
    if found.linear:
        weight, bias = found.linear.weight, found.linear.bias
        V = weight.numbers()
        parameters["V"] = V.T if found.linear.turned else V
        parameters["c"] = np.zeros(found.linear.gives) if bias is None else bias.numbers()
        recognised.append(_entry(weight, ["V"]))
        recognised += [_entry(bias, ["c"])] if bias else []
    used = {entry["name"] for entry in recognised}
    wide = any(tensor.wide for tensor in tensors if tensor.name in used)
    network = _network(pieces[0].cell, parameters, len(layers), both, wide)
    others = set(modules) - set(chosen)
    ignored = [_why(t, layout, others, found) for t in tensors if t.name not in used]
    return Weights(network, recognised, ignored, notes)


def _modules(tensors: list[Tensor], layout: str) -> dict[str, Module]:
    """Return the recurrent modules by prefix: those with a recurrent matrix."""
    known, modules = LAYOUTS[layout], {}
    for tensor in tensors:
        slot = known.slot(tensor.name)
        if slot is None:
            continue
        arrays = modules.setdefault(slot.prefix, {}).setdefault((slot.layer, slot.reverse), {})
        if slot.array in arrays:
            other = arrays[slot.array].name
            raise WeightsError(f"{tensor.name} and {other} are the same array of the same layer")
        arrays[slot.array] = tensor
    return {
        prefix: module
        for prefix, module in modules.items()
        if any(known.recurrent in arrays for arrays in module.values())
    }


def _choose(
    modules: dict[str, Module], tensors: list[Tensor], layout: str, wanted: str | None
) -> list[str]:
    """Return the prefixes to take, from the bottom up."""
    if not modules:
        raise WeightsError(_nothing_found(tensors, layout))
    known = listed([repr(_bare(prefix)) for prefix in modules])
    if wanted is None:
        if len(modules) > 1:
            raise WeightsError(
                f"the file has {len(modules)} recurrent layers: {known}; choose one, or stack "
                "some from the bottom up with commas between", field="prefix",
            )  # fmt: skip
        return list(modules)
    chosen = []
    for name in wanted.split(","):
        same = [prefix for prefix in modules if _bare(prefix) == _bare(name.strip())]
        if len(same) != 1 or same[0] in chosen:
            raise WeightsError(f"{name!r} is not one of {known}, or given twice", field="prefix")
        chosen += same
    return chosen


def _nothing_found(tensors: list[Tensor], layout: str) -> str:
    others = [name for name in LAYOUTS if name != layout and _modules(tensors, name)]
    names = listed([tensor.name for tensor in tensors])
    hint = f"; as layout {others[0]} it would be read" if others else ""
    return f"no {LAYOUTS[layout].example} in the file, which holds {names}{hint}"


def _layers(module: Module, layout: str) -> list[list[Piece]]:
    """Return each layer's directions, from the bottom up, forward before reverse."""
    count = 1 + max(layer for layer, _ in module)
    layers = []
    for layer in range(count):
        pieces: list[Piece] = []
        for reverse in (False, True):
            arrays = module.get((layer, reverse))
            if arrays:
                pieces += LAYOUTS[layout].pieces(arrays)
        if not pieces or (layer, False) not in module:
            beside = next(iter(next(iter(module.values())).values())).name
            raise WeightsError(f"layer {layer} is missing forwards; the file has {beside}")
        layers.append(pieces)
    return layers


def _same_directions(layers: list[list[Piece]]) -> bool:
    counts = [len(pieces) for pieces in layers]
    if len(set(counts)) > 1:
        raise WeightsError(f"the layers run in {', '.join(map(str, counts))} directions: mixed")
    return counts[0] == 2


def _same_cell(pieces: list[Piece]) -> None:
    first = pieces[0]
    for piece in pieces:
        if (piece.cell, piece.H) != (first.cell, first.H):
            raise WeightsError(
                f"{piece.used[0][0].name} belongs to a {piece.cell} of {piece.H} units, "
                f"{first.used[0][0].name} to a {first.cell} of {first.H}: one cell, one size"
            )


def _parameters(
    pieces: list[Piece], layers: int, both: bool
) -> tuple[dict[str, np.ndarray], list[Recognised]]:
    """Return the parameters by the engine's names, and which array each came from."""
    parameters: dict[str, np.ndarray] = {}
    recognised: dict[str, Recognised] = {}
    for part, piece in zip(parts(layers, both), pieces, strict=True):
        parameters |= {f"{name}{part.suffix}": p for name, p in piece.parameters().items()}
        for tensor, letters in piece.used:
            entry = recognised.setdefault(tensor.name, _entry(tensor, []))
            entry["parameters"] += [f"{letter}{part.suffix}" for letter in letters]
    return parameters, list(recognised.values())


def _entry(tensor: Tensor, names: list[str]) -> Recognised:
    return Recognised(name=tensor.name, parameters=names, shape=tensor.shape, dtype=tensor.dtype)


def _notes(pieces: list[Piece], found: Found) -> list[str]:
    notes = list(dict.fromkeys(note for piece in pieces for note in piece.notes))
    if pieces[0].cell == "rnn":
        notes.append(
            "a file of weights does not say which φ a plain cell has: tanh is taken, as is every "
            "library's default; where it was another, set network.activation"
        )
    if found.linear is None:
        notes.append("no readout was found: the output is h itself")
    elif found.linear.bias is None:
        notes.append(f"no bias beside {found.linear.weight.name}: c is zero")
    return notes


def _network(
    cell: str, parameters: dict[str, np.ndarray], layers: int, both: bool, wide: bool
) -> Network:
    """Return the network in float64 where an array needs it, in float32 otherwise."""
    with np.errstate(over="ignore"):
        arrays = {n: p.astype(np.float64 if wide else np.float32) for n, p in parameters.items()}
    try:
        return Network(cell, output="linear", parameters=arrays, layers=layers, bidirectional=both)
    except EngineError as error:  # what one layer gives is not what the next one takes
        raise WeightsError(str(error)) from None


def _why(tensor: Tensor, layout: str, others: set[str], found: Found) -> Ignored:
    slot: Slot | None = LAYOUTS[layout].slot(tensor.name)
    if tensor.name in found.why:
        why = found.why[tensor.name]
    elif slot and slot.prefix in others:
        why = f"belongs to the recurrent layer {_bare(slot.prefix)!r}, which was not chosen"
    elif tensor.values is None:
        why = f"holds {tensor.dtype}, shape {shape_text(tensor.shape)}"
    else:
        why = "is no part of a recurrent layer or its readout"
    return Ignored(name=tensor.name, why=why)


def _bare(prefix: str) -> str:
    return prefix.rstrip(SEPARATORS)
