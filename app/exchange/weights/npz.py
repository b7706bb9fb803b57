"""NumPy's npz: a zip archive of .npy members, read without NumPy's loader.

That loader evaluates headers and allocates what they claim. Here a header is matched with a
pattern, and its claim compared with the bytes that are there.
"""

import io
import math
import re
import struct
import zipfile
import zlib

import numpy as np

from app.exchange.weights.errors import WeightsError, pickled, unreadable
from app.exchange.weights.tensors import Shape, Tensor

MAGIC = b"\x93NUMPY"
LONGEST_HEADER = 10_000
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the two that numpy.savez uses
REAL = re.compile(r"[<>|=]?(f(2|4|8|16)|[iu](1|2|4|8))")
DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, OverflowError,
    NotImplementedError, RuntimeError, OSError,
)  # fmt: skip

DESCR = re.compile(r"'descr'\s*:\s*(?:'([^']{1,20})'|(\[))")
ORDER = re.compile(r"'fortran_order'\s*:\s*(True|False)\b")
SHAPE = re.compile(r"'shape'\s*:\s*\(([\d\s,L]{0,600})\)")


def read_npz(content: bytes, limit: int) -> list[Tensor]:
    """Return the arrays of an npz file; limit: bytes that its members may unpack to.

    Raises `WeightsError` for archives that are damaged, of another kind, or larger inside.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _check_members(members, limit)
            arrays = [member for member in members if member.filename.endswith(".npy")]
            return [_read_member(archive, member) for member in arrays]
    except WeightsError:
        raise
    except DAMAGED as error:
        raise unreadable(f"the npz file is damaged: {str(error)[:200]}") from None


def _check_members(members: list[zipfile.ZipInfo], limit: int) -> None:
    names = [member.filename for member in members]
    if any(name.endswith(".pkl") for name in names):
        raise pickled("the file is pickled inside a zip archive, as torch.save writes it")
    if any(name.endswith(".h5") for name in names):
        raise unreadable("the file is a .keras archive; docs/weights.md says how to make an npz")
    if len(set(names)) < len(names):
        raise unreadable("the npz file has members of the same name")
    for member in members:
        if member.flag_bits & 1 or member.compress_type not in METHODS:
            raise unreadable(f"{member.filename[:60]} is encrypted, or packed unlike numpy.savez")
    unpacked = sum(member.file_size for member in members)
    if unpacked > limit:
        raise WeightsError(
            f"the npz file claims {unpacked:,} bytes unpacked; at most {limit:,} are taken",
            kind="too-large",
        )


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Tensor:
    name = member.filename.removesuffix(".npy")
    with archive.open(member) as stream:
        content = stream.read(member.file_size + 1)  # never more than it claims
    if not content.startswith(MAGIC):
        raise unreadable(f"{name} is no .npy file")
    header, data = _split(name, content)
    dtype, shape, fortran = _parse(name, header)
    if "O" in dtype:
        raise pickled(f"{name} holds Python objects, which are pickled")
    if not REAL.fullmatch(dtype):
        return Tensor(name, dtype, shape, None)
    kind = np.dtype(dtype)
    claimed = math.prod(shape) * kind.itemsize
    if claimed != len(data):
        raise unreadable(
            f"{name} claims {claimed:,} bytes, shape {shape} of {kind}, and holds {len(data):,}"
        )
    values = np.frombuffer(data, kind)
    if values.size == 0:
        return Tensor(name, kind.name, shape, None)
    return Tensor(name, kind.name, shape, values.reshape(shape, order="F" if fortran else "C"))


def _split(name: str, content: bytes) -> tuple[str, bytes]:
    """Return the header's text, and the bytes behind it."""
    form, start = {1: ("<H", 10), 2: ("<I", 12), 3: ("<I", 12)}.get(content[6], ("", 0))
    if not form:
        raise unreadable(f"{name} is .npy of version {content[6]}; 1, 2 and 3 are known")
    (length,) = struct.unpack(form, content[8:start])
    header = content[start : start + length]
    if len(header) < length or length > LONGEST_HEADER:
        raise unreadable(f"{name} claims a header of {length:,} bytes")
    return header.decode("latin-1"), content[start + length :]


def _parse(name: str, header: str) -> tuple[str, Shape, bool]:
    """Return dtype, shape, and whether columns come first."""
    descr, order, shape = (pattern.search(header) for pattern in (DESCR, ORDER, SHAPE))
    if not (descr and order and shape):
        raise unreadable(f"{name} has a header that is none: {header[:80]!r}")
    sizes = tuple(int(size) for size in re.findall(r"\d+", shape[1]))  # 600 digits at most
    return descr[1] or "records", sizes, order[1] == "True"
