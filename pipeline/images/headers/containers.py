"""HDF5 by its superblock and groups, and the traces of a text-mode transfer."""

from __future__ import annotations

import re
import struct

from pipeline.images import faults
from pipeline.images.facts import Facts, Member
from pipeline.images.formats import Format, by_names, by_suffix, table
from pipeline.images.opened import Opened

MAGIC = b"\x89HDF\r\n\x1a\n"
SUPERBLOCK = 56
"""The superblock of version 1 up to the end-of-file address; newer ones are shorter, with more."""


def hdf5(file: Opened, facts: Facts, name: str, suffixes: tuple[str, ...]) -> Format:
    """The format of an HDF5 file; a file shorter than its superblock says is truncated."""
    from pipeline.images.isolation import Stopped, shared

    generic = table().formats["Generic HDF5"]
    claimed = [
        one
        for one in by_suffix(suffixes)
        if one is generic or any("hdf5" in rule for rule in one.rules)
    ]
    if shortened(file, facts):
        return claimed[0] if claimed else generic
    try:
        answer = shared().ask("hdf5", file.path)
    except Stopped as stopped:
        facts.flag(faults.READER_STOPPED, f"h5py was stopped: {stopped}")
        return claimed[0] if claimed else generic
    if "error" in answer and re.search(r"signature|checksum", str(answer["error"])):
        # each part of HDF5 begins with letters of its own, and newer ones end in a checksum
        said = f"a part of the HDF5 file is not what it should be: {answer['error']}"
        facts.flag(faults.HEADER_DAMAGED, said, broken=True)
        return claimed[0] if claimed else generic
    if "error" in answer:
        facts.flag(faults.READER_COMPLAINS, f"h5py cannot open the file: {answer['error']}")
        return claimed[0] if claimed else generic
    names = frozenset(map(str, answer["names"]))
    facts.take(answer)
    if patient := answer.get("patient"):
        text = "the header gives the patient's " + ", ".join(map(str, patient))
        facts.flag(faults.PATIENT, text, severity="warning")
    facts.members += [
        Member(str(one).replace("\\", "/"), "warning", least)
        for one, least in answer["outside"].items()
    ]
    found = by_names(table().hdf5, "hdf5", names, name, suffixes)
    return found or (claimed[-1] if claimed and generic not in claimed else generic)


def shortened(file: Opened, facts: Facts) -> bool:
    """Flag an HDF5 file that is shorter than its superblock says."""
    base = file.head.find(MAGIC)
    short = file.size < base + SUPERBLOCK
    end = base + SUPERBLOCK if short else _end(file.head, base)
    if end is None or end <= file.size:
        return False
    facts.flag(
        faults.TRUNCATED,
        f"the HDF5 superblock {'reaches to' if short else 'says the file ends at'} "
        f"byte {end}, the file has {file.size} bytes",
        broken=True,
        value=end,
    )
    return True


def _end(head: bytes, base: int) -> int | None:
    """The end-of-file address of the superblock (HDF5 file format specification, III.A)."""
    version = head[base + 8]
    if version in (0, 1):
        wide = head[base + 13]
        at = base + (24 if version == 0 else 28)
        if wide != 8:
            return None
        _, _, end = struct.unpack_from("<QQQ", head, at)
        return int(end)
    if version in (2, 3) and head[base + 9] == 8:
        _, _, end = struct.unpack_from("<QQQ", head, base + 12)
        return int(end)
    return None


def binary_feeds_paired(data: bytes) -> bool:
    """Whether every line feed of some binary data follows a carriage return; eight at least."""
    feeds = data.count(b"\n")
    return feeds >= 8 and data.count(b"\r\n") == feeds


def text_mode(file: Opened) -> bool:
    """Whether every line feed of a binary beginning follows a carriage return."""
    data = file.read(0, min(file.size, 1 << 18))
    if binary_feeds_paired(data) and b"\0" in data:
        return True
    return data.startswith((b"\x89PNG\r\r\n\x1a\r\n", b"\x89PNG\n\x1a\n"))
