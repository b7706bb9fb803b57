"""Damaged, lying, huge and pickled files: refused with a reason, in bounded memory, nothing run."""

import io
import json
import pickle
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save as save_safetensors

from app.exchange.weights import LAYOUTS, WeightsError, read_weights
from tests.exchange.weights.models import LIMIT, npz, state_of

STATE = state_of(torch.nn.GRU(3, 4))
SAFE, NPZ = save_safetensors(STATE), npz(STATE)
PACKED = npz(STATE, packed=True)


def refused(content: bytes, kind: str, match: str | None = None) -> None:
    with pytest.raises(WeightsError, match=match) as caught:
        read_weights(content, limit=LIMIT)
    assert caught.value.kind == kind
    assert caught.value.field == "file"


def safetensors(header, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def npy(descr: str, shape: str, data: bytes = b"", more: str = "") -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, {more}}}".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def archive(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return file.getvalue()


class Trap:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def saved_by_torch(thing, zipped: bool) -> bytes:
    file = io.BytesIO()
    torch.save(thing, file, _use_new_zipfile_serialization=zipped)
    return file.getvalue()


def test_nothing_is_unpickled(tmp_path):
    trap = Trap(tmp_path / "sprung")
    objects = np.array([trap], dtype=object)
    for content in (
        *(pickle.dumps(trap, protocol) for protocol in (2, 3, 4, 5)),
        saved_by_torch({"weight_hh_l0": trap}, zipped=True),
        saved_by_torch({"weight_hh_l0": trap}, zipped=False),
        npz({"weight_hh_l0": objects}),
        npz(STATE | {"extra": objects}),
    ):
        refused(content, "pickled", r"(?s)could run code.*from safetensors.torch import save_file")
    for protocol in (0, 1):  # text, without a sign of its own
        refused(pickle.dumps(trap, protocol), "unreadable-weights")
    assert not trap.path.exists()
    pickle.loads(pickle.dumps(trap))
    assert trap.path.exists()  # it would have


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "the file is empty"),
        (b"U,W,b\n1,2,3\n", "begins with"),
        (b"\x89HDF\r\n\x1a\n" + bytes(100), "HDF5"),
        (npy("'<f8'", "(1,)", bytes(8)), "a single NumPy array"),
        (b"\x1f\x8b\x08" + bytes(50), "gzip"),
        (archive({}), "an empty zip"),
        (archive({"readme.txt": b"hello"}), "holds no arrays"),
        (archive({"config.json": b"{}", "model.weights.h5": b"x"}), ".keras archive"),
        (safetensors({}), "holds no arrays"),
    ],
)
def test_other_files_are_told_what_they_are(content, match):
    refused(content, "unreadable-weights", match)


@pytest.mark.parametrize("content", [SAFE, NPZ, PACKED], ids=["safetensors", "npz", "packed"])
def test_truncated_files_are_refused_at_every_length(content):
    for length in range(0, len(content), 7):
        refused(content[:length], "unreadable-weights")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (safetensors(b'{"a": nope}'), "damaged"),
        (safetensors(b"{" * 5000), "damaged"),
        (struct.pack("<Q", 2**63) + b"{}", "claims 9,223,372,036,854,775,808 bytes"),
        (safetensors({"a": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 4]}}, b"1234"),
         "damaged"),
        (safetensors({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}), "damaged"),
        (safetensors({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}), "damaged"),
        (safetensors({"a": {"dtype": "F99", "shape": [1], "data_offsets": [0, 4]}}), "damaged"),
        (safetensors({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
                      "b": {"dtype": "F32", "shape": [1], "data_offsets": [2, 6]}}, b"123456"),
         "damaged"),
        (SAFE + b"x", "damaged"),
    ],
)  # fmt: skip
def test_safetensors_that_lie(content, match):
    refused(content, "unreadable-weights", match)


@pytest.mark.parametrize(
    ("member", "match"),
    [
        (b"hello", "no .npy file"),
        (b"", "no .npy file"),
        (npy("'<f8'", "(3,)", bytes(8)), "claims 24 bytes, shape .* and holds 8"),
        (npy("'<f8'", "(100000000000, 100000000000)", bytes(8)), "claims 80,000,000"),
        (npy("'<f8'", "(1,)", bytes(800)), "holds 800"),
        (npy("'<f8'", "(-1,)", bytes(8)), "header that is none"),
        (npy("__import__('os').abort()", "(1,)", bytes(8)), "header that is none"),
        (npy("'<f8'", "(" * 4000, bytes(8)), "header that is none"),
        (npy("'<f8'", "(" + "1," * 900 + ")", bytes(8)), "header that is none"),
        (npy("'<f8'", "(1,)").replace(b"\x01\x00", b"\x09\x00", 1), "version 9"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff{}", "claims a header of 4,294,967,295"),
        (b"\x93NUMPY\x01", "damaged"),
    ],
)
def test_npz_members_that_lie(member, match):
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        refused(archive({"weight_hh_l0.npy": member}, method), "unreadable-weights", match)


def test_archives_packed_in_other_ways_are_refused():
    for method in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        content = archive({"a.npy": npy("'<f8'", "(1,)", bytes(8))}, method)
        refused(content, "unreadable-weights", "unlike numpy.savez")
    encrypted = bytearray(archive({"a.npy": npy("'<f8'", "(1,)", bytes(8))}))
    for place in (encrypted.index(b"PK\x03\x04") + 6, encrypted.index(b"PK\x01\x02") + 8):
        encrypted[place] |= 1
    refused(bytes(encrypted), "unreadable-weights", "encrypted")


def test_a_file_over_the_limit_is_refused_unread():
    refused(bytes(LIMIT + 1), "too-large", "5,242,881 bytes")


@pytest.mark.parametrize("lying", [False, True])
def test_a_bomb_is_refused_before_it_is_unpacked(lying):
    member = npy("'<f8'", "(1,)", bytes(30 * 2**20))
    content, kind = archive({f"a{i}.npy": member for i in range(10)}), "too-large"
    if lying:  # each claims 100 bytes
        claim = struct.pack("<I", len(member))
        content = content.replace(claim, struct.pack("<I", 100))
        kind = "unreadable-weights"
    assert len(content) < LIMIT
    tracemalloc.start()
    try:
        refused(content, kind)
        assert tracemalloc.get_traced_memory()[1] < 4 * LIMIT
    finally:
        tracemalloc.stop()


def test_files_of_very_many_arrays_or_very_long_names_are_refused():
    empty = {f"t{i}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for i in range(50_000)}
    refused(safetensors(empty), "unreadable-weights", "holds 50,000 arrays")
    members = {f"{i}.npy": npy("'<f8'", "(0,)") for i in range(10_001)}
    refused(archive(members, zipfile.ZIP_STORED), "unreadable-weights", "holds 10,001 arrays")
    for content in (save_safetensors({"x" * 2**20: np.ones(1)}), npz({"x" * 2**15: np.ones(1)})):
        refused(content, "unreadable-weights", "a name of")


def test_an_archive_with_a_name_twice_is_refused():
    content = archive({"a.npy": npy("'<f8'", "(1,)", bytes(8)), "b.npy": b"other"})
    refused(content.replace(b"b.npy", b"a.npy"), "unreadable-weights", "same name")


def test_arrays_without_a_single_number_are_no_weights():
    empty = {"weight_ih_l0": np.zeros((0, 3)), "weight_hh_l0": np.zeros((0, 0))}
    for content in (save_safetensors(empty), npz(empty)):
        refused(content, "validation", "of H = 0 units")


def read_or_refuse(content: bytes) -> None:
    for layout in LAYOUTS:
        try:
            read_weights(content, layout, limit=LIMIT)
        except WeightsError:
            continue


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused(content):
    for start in (b"", b"PK\x03\x04", SAFE[:30], NPZ[:60], SAFE[:8] + b"{"):
        read_or_refuse(start + content)


@given(st.sampled_from([SAFE, NPZ, PACKED]), st.data())
@settings(max_examples=300, deadline=None)
def test_any_flipped_bytes_are_read_or_refused(content, data):
    flipped = bytearray(content)
    places = st.integers(0, len(content) - 1)
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=6)):
        flipped[place] = value
    read_or_refuse(bytes(flipped))


@given(
    st.dictionaries(
        st.text(max_size=12) | st.sampled_from([*STATE, "W", "R", "B", "kernel", "fc.weight"]),
        st.tuples(st.lists(st.integers(0, 5), max_size=4), st.sampled_from("fdiB?")),
        max_size=6,
    )
)
@settings(max_examples=200, deadline=None)
def test_any_arrays_are_read_or_refused(arrays):
    made = {name: np.ones(shape, kind) for name, (shape, kind) in arrays.items()}
    read_or_refuse(save_safetensors(made))
