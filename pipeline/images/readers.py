"""Asking bioio's readers, when nothing else told what a file is."""

from __future__ import annotations

from functools import cache

from pipeline.images import faults
from pipeline.images.facts import Facts
from pipeline.images.formats import by_suffix
from pipeline.images.isolation import Stopped, shared

LAST = "bioio_imageio"
"""Claims more suffixes than it reads, so it is asked after the others."""


@cache
def claims() -> dict[str, tuple[str, ...]]:
    """The installed bioio readers by the suffixes that they claim."""
    try:
        answer = shared().ask("readers", "")
    except Stopped:
        return {}
    found: dict[str, list[str]] = {}
    for reader, suffixes in answer.get("readers", {}).items():
        for suffix in suffixes:
            found.setdefault(suffix, []).append(reader)
    return {suffix: tuple(sorted(ones, key=LAST.__eq__)) for suffix, ones in found.items()}


def ask(path: str, facts: Facts, suffixes: tuple[str, ...]) -> bool:
    """Let the readers that claim a file's suffix open it; True when one did."""
    asked = [reader for suffix in suffixes for reader in claims().get(suffix, ())]
    for reader in dict.fromkeys(asked):
        try:
            answer = shared().ask("bioio", path, reader=reader)
        except Stopped as stopped:
            facts.flag(faults.READER_STOPPED, f"{reader} was stopped: {stopped}")
            continue
        if "error" in answer:
            if str(answer["error"]).startswith("MemoryError"):
                facts.flag(faults.READER_STOPPED, f"{reader} was stopped: it took too much memory")
            continue
        formats = by_suffix(suffixes)
        facts.format = formats[0].name if formats else suffixes[-1].upper()
        facts.evidence, facts.reader = "reader", reader
        facts.size(**{axis: answer["sizes"].get(axis, 1) for axis in "TCZYX"})
        facts.pixel_size(**answer["pixel_size_um"])
        facts.pixel_type = answer["pixel_type"]
        facts.images = answer["images"]
        return True
    return False
