"""Formats that stand in a container: TIFF, OLE2, HDF5, ZIP, gzip."""

from __future__ import annotations

import re
import struct

from pipeline.images import faults, headers, ole, tiffkinds
from pipeline.images.facts import Facts
from pipeline.images.formats import Format, by_magic, by_names, by_suffix, suffixes_of, table
from pipeline.images.opened import Cut, Opened

PLAIN_TIFF = "TIFF (Tagged Image File Format)"
LEAST_INNER = 512
"""Bytes of what a gzip file holds that surely tell a header."""
TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"IIU\0", b"IIRO", b"IIRS")


def container(file: Opened, facts: Facts, name: str, suffixes: tuple[str, ...]) -> Format | None:
    """The format of a TIFF, OLE2 or HDF5 file by what is in it; None when it is none of them."""
    head = file.head
    if head.startswith(b"DICM", 128) and suffixes[-1:] not in (("tif",), ("tiff",)):
        # its preamble may begin a TIFF, too (PS3.10, 7.1)
        facts.evidence = "content"
        return table().formats["DICOM"]
    if head.startswith(TIFF_STARTS):
        special = by_magic(head, name, suffixes)
        facts.evidence = "content"
        tiffkinds.read(file, facts, suffixes)
        if special is not None and special.name != PLAIN_TIFF:
            facts.format = special.name
        return table().formats[facts.format or ""]
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole(file, facts, name, suffixes)
    if _late_hdf5(file) and (special := by_magic(head, name, suffixes)) is not None:
        headers.shortened(file, facts)
        return special  # the user block says what it is, such as MATLAB 7.3
    if head.startswith(b"\x89HDF\r\n\x1a\n") or _late_hdf5(file):
        return headers.hdf5(file, facts, name, suffixes)
    if head.startswith(b"PK\3\4"):
        return _zip(file, name, suffixes)
    if head.startswith(b"\x1f\x8b"):
        return _gzip(file, facts, name, suffixes)
    return None


def _gzip(file: Opened, facts: Facts, name: str, suffixes: tuple[str, ...]) -> Format | None:
    """The format of what a gzip file holds, when it is one that is usually packed so."""
    inner = headers.inflated(file, 4096)
    stem = name[:-3] if name.lower().endswith(".gz") else name
    for found in (
        by_magic(inner, stem, suffixes_of(stem)),
        headers.structure(file, name, suffixes),
    ):
        if found is None or found.other:
            continue
        if any(one.endswith("gz") for one in found.all_suffixes):
            return found
    sure = not table().sure.isdisjoint(suffixes) and suffixes[-1] == "gz"
    if sure and len(inner) < LEAST_INNER:
        return by_suffix(suffixes)[0]  # too little is left to tell it
    if sure:
        twice = ", which is packed with gzip twice," if inner.startswith(b"\x1f\x8b") else ""
        facts.flag(
            faults.BAD_SIGNATURE,
            f"what {name} holds{twice} begins as no .{suffixes[0]} file does",
            value=inner[:8].hex(" "),
        )
    return table().formats["gzip"]


def _late_hdf5(file: Opened) -> bool:
    """HDF5 behind a user block, at a power of two from 512."""
    return any(file.head.startswith(b"\x89HDF\r\n\x1a\n", at) for at in (512, 1024, 2048))


def _ole(file: Opened, facts: Facts, name: str, suffixes: tuple[str, ...]) -> Format | None:
    try:
        names = ole.names(file)
    except Cut as cut:
        facts.flag_cut(cut, file.size)
        claimed = by_suffix(suffixes)
        return claimed[0] if claimed else table().formats["Compound file (OLE2)"]
    found = by_names(table().ole, "ole", names, name, suffixes)
    if found is None:
        # a variant whose names are not known here: its suffix decides
        kinds = [one for one in by_suffix(suffixes) if any("ole" in rule for rule in one.rules)]
        found = kinds[0] if kinds else table().formats["Compound file (OLE2)"]
    return found


def _zip(file: Opened, name: str, suffixes: tuple[str, ...]) -> Format:
    """The format of a ZIP archive by the names at its beginning."""
    names: list[str] = []
    at = 0
    while file.head.startswith(b"PK\3\4", at) and at + 30 <= len(file.head):
        flags = struct.unpack_from("<H", file.head, at + 6)[0]
        packed, _, length, extra = struct.unpack_from("<IIHH", file.head, at + 18)
        names.append(file.head[at + 30 : at + 30 + length].decode("utf-8", "replace"))
        if flags & 8 and not packed:
            break
        at += 30 + length + extra + packed
    for signature in table().zip:
        if signature.fits_name(name, suffixes) and any(
            re.search(signature.rule["zip"], one) for one in names
        ):
            return signature.format
    return table().formats["ZIP"]
