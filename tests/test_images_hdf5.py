"""HDF5 files that use more of the format than arrays of numbers in one file."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy
import pytest

from pipeline.images import ImageFile, sniff
from tests.pictures import pixels

PICTURE = pixels(32, 32)


def told(path: Path, *, deep: bool = True) -> ImageFile:
    """What is told of a file, or of the first file of a folder."""
    return next(iter(sniff([path], deep=deep)))


def codes(path: Path) -> set[str]:
    return {one.code for one in told(path).findings} - {"IMG008", "IMG302"}


def opaque(file: h5py.File) -> None:
    kind = h5py.h5t.create(h5py.h5t.OPAQUE, 5)
    kind.set_tag(b"a form of the instrument's own")
    space = h5py.h5s.create_simple((4,))
    made = h5py.h5d.create(file.id, b"opaque", kind, space)
    made.write(space, space, numpy.zeros(4, "V5"), kind)


def unpacked_elsewhere(file: h5py.File) -> None:
    """Chunks packed with a filter that is not installed: the mark of the filter is kept."""
    kept = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    kept.set_chunk((32, 32))
    kept.set_deflate(4)
    space = h5py.h5s.create_simple((32, 32))
    made = h5py.h5d.create(file.id, b"packed", h5py.h5t.NATIVE_UINT16, space, kept)
    made.write_direct_chunk((0, 0), b"packed by another program", 0)


def quad(file: h5py.File) -> None:
    kind = h5py.h5t.IEEE_F64LE.copy()
    kind.set_size(16)
    kind.set_precision(128)
    kind.set_fields(127, 112, 15, 0, 112)
    kind.set_ebias(16383)
    space = h5py.h5s.create_simple((4,))
    h5py.h5d.create(file.id, b"quad", kind, space).write(space, space, numpy.ones(4, "V16"), kind)


def nothing(file: h5py.File) -> None:
    file["nothing"] = h5py.Empty("f4")
    file.create_dataset("none yet", (0, 64, 64), "u2", maxshape=(None, 64, 64))


def round_and_round(file: h5py.File) -> None:
    file["there"] = h5py.SoftLink("/and back")
    file["and back"] = h5py.SoftLink("/there")


def hardly_filled(file: h5py.File) -> None:
    """Two arrays of petabytes, of which one chunk is there, and nothing."""
    sparse = file.create_dataset("sparse", (1 << 20,) * 3, "u1", chunks=(4, 64, 64))
    sparse[:4, :64, :64] = 7
    sparse[-1, -1, -1] = 7
    file.create_dataset("unwritten", (1 << 20,) * 3, "u1")


UNUSUAL = {
    "opaque": (opaque, {"IMG305"}),
    "a float of 128 bits": (quad, {"IMG305"}),
    "no elements": (nothing, set()),
    "links in a circle": (round_and_round, set()),
    "hardly filled": (hardly_filled, set()),
}


@pytest.mark.parametrize("kind", UNUSUAL)
def test_what_no_picture_needs_is_no_fault(tmp_path: Path, kind: str) -> None:
    make, said = UNUSUAL[kind]
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["picture"] = PICTURE
        make(file)
    assert codes(tmp_path / "a.h5") == said
    assert told(tmp_path / "a.h5").kind == "image"


def test_chunks_of_a_filter_that_is_not_installed_are_not_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        unpacked_elsewhere(file)
    assert codes(path) == {"IMG118"}  # deflate is installed, and these bytes are not deflated
    # the message of the filter, its number and its name, says another filter: 307, bzip2
    data = path.read_bytes()
    at = data.index(b"deflate\0")
    path.write_bytes(
        data[: at - 8] + b"\x33\x01" + data[at - 6 : at] + b"bzip2\0\0\0" + data[at + 8 :]
    )
    assert codes(path) == {"IMG305"}


def test_damage_in_a_chunk_of_a_sparse_array_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        data = file.create_dataset(
            "sparse", (1 << 16, 1 << 16), "u2", chunks=(32, 32), compression="gzip"
        )
        data[64:96, 64:96] = PICTURE
        (at,) = (data.id.get_chunk_info(0).byte_offset,)
    assert codes(path) == set()
    whole = bytearray(path.read_bytes())
    whole[at + 2 : at + 40] = bytes(38)
    path.write_bytes(whole)
    assert codes(path) == {"IMG118"}


def test_numbers_beside_the_file_are_its_companions(tmp_path: Path) -> None:
    (tmp_path / "planes.dat").write_bytes(bytes(8) + PICTURE.tobytes())
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset(
            "picture", PICTURE.shape, PICTURE.dtype, external=[("planes.dat", 8, PICTURE.nbytes)]
        )
    index, planes = sniff([tmp_path], deep=True)
    assert (index.kind, planes.kind, planes.of) == ("image", "companion", index.path)
    assert {one.code for one in index.findings} == {"IMG302"}
    (tmp_path / "planes.dat").write_bytes(PICTURE.tobytes())
    assert codes(tmp_path) == {"IMG103"}
    (tmp_path / "planes.dat").unlink()
    assert codes(tmp_path) == {"IMG001"}


def test_the_parts_of_a_virtual_data_set_may_be_numbered(tmp_path: Path) -> None:
    for number in range(3):
        with h5py.File(tmp_path / f"part-{number}.h5", "w") as file:
            file["data"] = PICTURE[None]
    space = h5py.h5s.create_simple((3, 32, 32), (h5py.h5s.UNLIMITED, 32, 32))
    space.select_hyperslab((0, 0, 0), (h5py.h5s.UNLIMITED, 1, 1), None, (1, 32, 32))
    kept = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    kept.set_virtual(space, b"part-%b.h5", b"data", h5py.h5s.create_simple((1, 32, 32)))
    whole = h5py.h5s.create_simple((3, 32, 32), (h5py.h5s.UNLIMITED, 32, 32))
    with h5py.File(tmp_path / "all_master.h5", "w") as file:
        h5py.h5d.create(file.id, b"data", h5py.h5t.NATIVE_UINT16, whole, kept)
    found = {Path(one.path).name: one for one in sniff([tmp_path], deep=True)}
    assert {one.kind for name, one in found.items() if name.startswith("part")} == {"companion"}
    assert not any(one.code == "IMG001" for one in found["all_master.h5"].findings)
