"""What a document of OME-XML says that cannot all be true: indices, references, stored pixels."""

from __future__ import annotations

import binascii
import math
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from pipeline.images import omefaults
from pipeline.images.facts import Facts

MOST_FLAGS = 5
MOST_NODES = 20_000
MOST_STORED = 4 << 20
"""Letters of base64 that are decoded."""
_BITS = {
    "bit": 1, "int8": 8, "uint8": 8, "int16": 16, "uint16": 16, "int32": 32, "uint32": 32,
    "float": 32, "double": 64, "complex": 64, "double-complex": 128,
}  # fmt: skip
_AXES = {
    "TiffData": {"FirstZ": "SizeZ", "FirstC": "SizeC", "FirstT": "SizeT"},
    "Plane": {"TheZ": "SizeZ", "TheC": "SizeC", "TheT": "SizeT"},
}
Place = Callable[..., str]


def local(node: Any) -> str:
    """The name of an element without its namespace; '' for comments."""
    return str(node.tag).rpartition("}")[2] if isinstance(node.tag, str) else ""


def whole_number(node: Any, name: str) -> int | None:
    """An attribute that is a whole number of fewer than ten digits."""
    text = node.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def document(root: Any, images: list[Any], facts: Facts, place: Place) -> None:
    """Flag the first contradictions within a document that stands for itself."""
    wrong = islice(_all(root, images), MOST_FLAGS)
    for code, node, attribute, message in wrong:
        facts.flag(
            code,
            message,
            pointer=place(node, attribute),
            line=node.sourceline,
            value=node.get(attribute) if attribute else None,
            severity="error",
        )


def _all(root: Any, images: list[Any]) -> Iterator[tuple[Any, Any, str | None, str]]:
    for image in images[:MOST_NODES]:
        pixels = next((node for node in image if local(node) == "Pixels"), None)
        if pixels is not None:
            yield from _lengths(pixels)
            yield from _indices(pixels)
            yield from _planes(pixels)
            yield from _stored(pixels)
    yield from _references(root)


def _lengths(pixels: Any) -> Iterator[tuple[Any, Any, str | None, str]]:
    for axis in "XYZ":
        name = f"PhysicalSize{axis}"
        text = pixels.get(name)
        try:
            length = float(text) if text else 1.0
        except ValueError:
            continue
        if not math.isfinite(length):
            yield omefaults.OME_SCHEMA, pixels, name, f"{name} is {text}, which no pixel has"
    bits, most = whole_number(pixels, "SignificantBits"), _BITS.get(pixels.get("Type", ""))
    if bits and most and bits > most:
        message = f"SignificantBits is {bits}, a pixel of type {pixels.get('Type')} has {most}"
        yield omefaults.OME_SCHEMA, pixels, "SignificantBits", message
    step = pixels.get("TimeIncrement", "")
    if re.fullmatch(r"-\d.*|-?INF|NaN", step):
        message = f"TimeIncrement is {step}, which no time between two pictures is"
        yield omefaults.OME_SCHEMA, pixels, "TimeIncrement", message


def _indices(pixels: Any) -> Iterator[tuple[Any, Any, str | None, str]]:
    seen: set[tuple[str, tuple[int | None, ...]]] = set()
    for node in list(pixels)[:MOST_NODES]:
        axes = _AXES.get(local(node), {})
        for name, length in axes.items():
            at, size = whole_number(node, name), whole_number(pixels, length)
            if at is not None and size and at >= size:
                message = f"{name} is {at}, but {length} is {size} (the first one is 0)"
                yield omefaults.OME_PLANES, node, name, message
        where = tuple(whole_number(node, name) for name in axes)
        if local(node) == "Plane" and None not in where:
            if ("Plane", where) in seen:
                message = "a plane with these TheZ, TheC and TheT is described above already"
                yield omefaults.OME_PLANES, node, None, message
            seen.add(("Plane", where))


def _planes(pixels: Any) -> Iterator[tuple[Any, Any, str | None, str]]:
    """Whether more planes are said to be stored than the sizes make."""
    sizes = [whole_number(pixels, "Size" + axis) for axis in "ZCT"]
    if None in sizes or 0 in sizes:
        return
    planes = math.prod(size or 1 for size in sizes)
    count = 0
    for node in list(pixels)[:MOST_NODES]:
        if local(node) == "TiffData":
            count += whole_number(node, "PlaneCount") or (1 if node.get("IFD") else 0)
            if count > planes:
                message = f"the sizes make {planes} planes, {count} are said to be stored"
                attribute = "PlaneCount" if node.get("PlaneCount") else None
                yield omefaults.OME_PLANES, node, attribute, message
                return


def _stored(pixels: Any) -> Iterator[tuple[Any, Any, str | None, str]]:
    for node in list(pixels)[:MOST_NODES]:
        text = node.text or ""
        if local(node) != "BinData" or len(text) > MOST_STORED:
            continue
        try:
            data = binascii.a2b_base64("".join(text.split()).encode("ascii"), strict_mode=True)
        except ValueError:
            message = "the pixels in BinData are not base64, so they cannot be read"
            yield omefaults.OME_SCHEMA, node, None, message
            continue
        length = whole_number(node, "Length")
        plain = node.get("Compression", "none") == "none"
        # the schema counts characters of base64, some writers the bytes that they stand for
        if plain and length is not None and length not in (len(data), len("".join(text.split()))):
            message = f"Length says {length} bytes, BinData holds {len(data)}"
            yield omefaults.OME_SCHEMA, node, None, message


def _references(root: Any) -> Iterator[tuple[Any, Any, str | None, str]]:
    """References (ROIRef, InstrumentRef, ObjectiveSettings ...) to what is not described."""
    known: set[str] = set()
    asked: list[tuple[Any, str]] = []
    for number, node in enumerate(root.iter()):
        if number > 10 * MOST_NODES:
            return
        identifier = node.get("ID") if isinstance(node.tag, str) else None
        if not identifier:
            continue
        if local(node).endswith(("Ref", "Settings")):
            asked.append((node, identifier))
        else:
            known.add(identifier)
    for node, identifier in asked:
        if identifier not in known and not identifier.startswith("urn:"):
            message = (
                f"{local(node)} refers to '{identifier}', which the document does not describe"
            )
            yield omefaults.OME_SCHEMA, node, "ID", message
