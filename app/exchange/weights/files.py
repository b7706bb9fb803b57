"""From a file's bytes to named arrays: safetensors and npz, told apart by their content.

Nothing is unpickled and nothing evaluated: safetensors is a JSON header and plain numbers, and of
an npz the headers are matched with patterns. What a file claims is checked before it is allocated.
"""

import numpy as np
from safetensors import SafetensorError, deserialize

from app.exchange.weights.errors import WeightsError, pickled, unreadable
from app.exchange.weights.npz import read_npz
from app.exchange.weights.tensors import Tensor

ZIP, PICKLE = b"PK\x03\x04", b"\x80"
ELSEWHERE = {
    b"\x89HDF": "an HDF5 file, as Keras writes it; docs/weights.md says how to make an npz of it",
    b"\x93NUMPY": "a single NumPy array; numpy.savez stores several under their names",
    b"\x1f\x8b": "packed with gzip; unpack it first",
    b"PK\x05\x06": "an empty zip archive",
    b"GGUF": "a GGUF file",
}
SAFETENSORS = {
    **{f"F{8 * size}": np.dtype(f"<f{size}") for size in (2, 4, 8)},
    **{f"I{8 * size}": np.dtype(f"<i{size}") for size in (1, 2, 4, 8)},
    **{f"U{8 * size}": np.dtype(f"<u{size}") for size in (1, 2, 4, 8)},
}
MOST_ARRAYS, LONGEST_NAME = 10_000, 300
FORMATS = "a safetensors or npz file"


def read_tensors(content: bytes, limit: int) -> list[Tensor]:
    """Return the arrays of a safetensors or npz file, in the order of their names.

    limit: bytes that the file may have, and an npz unpacked. Raises `WeightsError`.
    """
    if len(content) > limit:
        raise WeightsError(f"the file has {len(content):,} bytes; at most {limit:,} are taken",
                           kind="too-large")  # fmt: skip
    if content[:4] == ZIP:
        tensors = read_npz(content, limit)
    elif content[8:9] == b"{":
        tensors = read_safetensors(content)
    else:
        raise _not_weights(content)
    if not tensors or len(tensors) > MOST_ARRAYS:
        count = f"{len(tensors):,} arrays" if tensors else "no arrays"
        raise unreadable(f"the file holds {count}; it may hold 1 to {MOST_ARRAYS:,}")
    longest = max(len(tensor.name) for tensor in tensors)
    if longest > LONGEST_NAME:
        raise unreadable(f"a name of {longest:,} characters; at most {LONGEST_NAME} are read")
    return sorted(tensors, key=lambda tensor: tensor.name)


def _not_weights(content: bytes) -> WeightsError:
    if not content:
        return unreadable(f"the file is empty; it must be {FORMATS}")
    if _is_pickle(content):
        return pickled("the file is pickled, as torch.save wrote it before version 1.6")
    for magic, what in ELSEWHERE.items():
        if content.startswith(magic):
            return unreadable(f"the file is {what}; it must be {FORMATS}")
    return unreadable(f"the file begins with {content[:8]!r}; it must be {FORMATS}")


def _is_pickle(content: bytes) -> bool:
    """Protocols 2 to 5 begin so; text protocols 0 and 1 end in a dot and look like anything."""
    return content[:1] == PICKLE and content[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")


def read_safetensors(content: bytes) -> list[Tensor]:
    """Return the arrays of a safetensors file; its own library checks header and offsets.

    Raises `WeightsError` for whatever that library refuses, with what the header claims.
    """
    claimed, there = int.from_bytes(content[:8], "little"), len(content) - 8
    if claimed > there:
        raise unreadable(
            f"the safetensors header claims {claimed:,} bytes and {there:,} follow: it is cut short"
        )
    try:
        found = deserialize(content)
    except SafetensorError as error:
        reason = str(error).removeprefix("Error while deserializing: ")
        raise unreadable(f"the safetensors file is damaged: {reason[:200]}") from None
    return [_tensor(name, **entry) for name, entry in found]


def _tensor(name: str, dtype: str, shape: list[int], data: bytearray) -> Tensor:
    values, name_of_type = None, dtype.lower()
    if dtype == "BF16":  # the upper half of a float32
        values = (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
        name_of_type = "bfloat16"
    elif dtype in SAFETENSORS:
        values = np.frombuffer(data, SAFETENSORS[dtype])
        name_of_type = SAFETENSORS[dtype].name
    if values is not None:
        values = values.reshape(shape) if values.size else None
    return Tensor(name, name_of_type, tuple(shape), values)
